package unpack

import (
	"errors"
	"hash/adler32"
	"hash/crc32"
	"io"
)

// Deflate in its wrappings: blocks in memory, and streams with a header and a checksum.

var inflaters = poolOf(func() *inflater { return new(inflater) })

// inflateBlock decodes a raw stream in memory into at most max bytes, dict
// being what came before, and returns how much input it took.
func inflateBlock(in, dict []byte, max int) (out []byte, used int, err error) {
	if max < 0 {
		return nil, 0, errTooLong
	}
	f := inflaters.Get().(*inflater)
	defer inflaters.Put(f)
	f.reset(in, nil, false)
	out = make([]byte, len(dict), len(dict)+min(max, 1<<20)+inflateRoom)
	copy(out, dict)
	for {
		out, err = f.run(out)
		if err != nil || f.ended || len(out) >= len(dict)+max {
			break
		}
		if len(out) == cap(out) {
			out = append(make([]byte, 0, len(dict)+min(2*cap(out), max)+inflateRoom), out...)
		}
	}
	f.in = nil
	if out = out[len(dict):]; len(out) > max {
		return out[:max], int(f.consumed()), errTooLong
	}
	return out, int(f.consumed()), err
}

func deflateBlock(in []byte, max int) ([]byte, error) {
	out, _, err := inflateBlock(in, nil, max)
	return out, err
}

var errZlib = errors.New("zlib: header or checksum does not hold")

// zlibHead says that two bytes begin a zlib stream (RFC 1950) without a dictionary.
func zlibHead(h []byte) bool {
	return len(h) >= 2 && h[0]&15 == 8 && h[0]>>4 <= 7 && be.Uint16(h)%31 == 0 && h[1]&0x20 == 0
}

func zlibBlock(in []byte, max int) ([]byte, error) {
	if !zlibHead(in) {
		return nil, errZlib
	}
	out, used, err := inflateBlock(in[2:], nil, max)
	if err != nil {
		return out, err
	}
	if sum := in[2+used:]; len(sum) < 4 {
		return out, io.ErrUnexpectedEOF
	} else if adler32.Checksum(out) != be.Uint32(sum) {
		return out, errZlib
	}
	return out, nil
}

// inflateWindow is how far back a stream can copy, of either kind.
const inflateWindow = 64 << 10

// inflateReader decodes a stream of one or more parts from r. A counter among
// the readers says at every write, and in the end, exactly what was used.
type inflateReader struct {
	f    inflater
	out  []byte
	buf  []byte
	in   *counter
	from int64 // what was taken from in before
}

var inflateReaders = poolOf(func() *inflateReader {
	return &inflateReader{out: make([]byte, 0, 8*inflateWindow), buf: make([]byte, 64<<10)}
})

// newInflateReader takes a reader from the pool, to which free gives it back.
func newInflateReader(r io.Reader, wide bool) *inflateReader {
	z := inflateReaders.Get().(*inflateReader)
	z.in, z.from = nil, 0
	if in, ok := r.(*counter); ok {
		z.in, z.from = in, in.n
	}
	z.f.reset(nil, func() []byte {
		n, _ := io.ReadAtLeast(r, z.buf, 1)
		return z.buf[:n]
	}, wide)
	return z
}

func (z *inflateReader) free() {
	z.f.in, z.f.more, z.in = nil, nil, nil
	inflateReaders.Put(z)
}

func (z *inflateReader) count() {
	if z.in != nil {
		z.in.n = z.from + z.f.consumed()
	}
}

// to writes one raw stream to w, and tells sum of it when there is one.
func (z *inflateReader) to(w io.Writer, sum io.Writer) error {
	z.f.restart()
	z.out = z.out[:0]
	defer z.count()
	for !z.f.ended {
		if cap(z.out)-len(z.out) < inflateWindow {
			z.out = z.out[:copy(z.out, z.out[len(z.out)-inflateWindow:])]
		}
		at := len(z.out)
		var err error
		z.out, err = z.f.run(z.out)
		if sum != nil {
			sum.Write(z.out[at:])
		}
		z.count()
		if _, werr := w.Write(z.out[at:]); werr != nil {
			return werr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bytes takes n bytes of the input as they are.
func (z *inflateReader) bytes(n int) ([]byte, error) {
	defer z.count()
	z.f.drop(z.f.n & 7)
	b := make([]byte, 0, n)
	for len(b) < n {
		if !z.f.need(8) {
			return b, io.ErrUnexpectedEOF
		}
		b = append(b, byte(z.f.take(8)))
	}
	return b, nil
}

// flateRaw decodes raw deflate from r to w.
func flateRaw(w io.Writer, r io.Reader) error { return inflateRaw(w, r, false) }

// inflate64 decodes Deflate64 from r to w.
func inflate64(w io.Writer, r io.Reader) error { return inflateRaw(w, r, true) }

func inflateRaw(w io.Writer, r io.Reader, wide bool) error {
	z := newInflateReader(r, wide)
	defer z.free()
	return z.to(w, nil)
}

// zlibTo decodes a zlib stream from r to w.
func zlibTo(w io.Writer, r io.Reader) error {
	z := newInflateReader(r, false)
	defer z.free()
	h, err := z.bytes(2)
	if err != nil {
		return err
	}
	if !zlibHead(h) {
		return errZlib
	}
	sum := adler32.New()
	if err := z.to(w, sum); err != nil {
		return err
	}
	if h, err = z.bytes(4); err == nil && be.Uint32(h) != sum.Sum32() {
		err = errZlib
	}
	return err
}

var (
	errGzip    = errors.New("gzip: header does not hold")
	errGzipSum = errors.New("gzip: checksum or size does not hold")
)

// gzipTo decodes a gzip stream (RFC 1952) with all its members from r to w.
func gzipTo(w io.Writer, r io.Reader) error {
	z := newInflateReader(r, false)
	defer z.free()
	for {
		if err := z.gzipHead(); err != nil {
			return err
		}
		sum := &gzipSum{}
		if err := z.to(w, sum); err != nil {
			return err
		}
		tail, err := z.bytes(8)
		if err != nil {
			return err
		}
		if le.Uint32(tail) != sum.crc || le.Uint32(tail[4:]) != sum.size {
			return errGzipSum
		}
		// A further member right behind belongs to the same stream.
		more := z.f.need(24) && z.f.bits&0xffffff == 0x088b1f
		if z.count(); !more {
			return nil
		}
	}
}

type gzipSum struct{ crc, size uint32 }

// Write implements io.Writer.
func (s *gzipSum) Write(b []byte) (int, error) {
	s.crc = crc32.Update(s.crc, crc32.IEEETable, b)
	s.size += uint32(len(b))
	return len(b), nil
}

// gzipHead takes the header of a member.
func (z *inflateReader) gzipHead() error {
	h, err := z.bytes(10)
	if err != nil {
		return err
	}
	if h[0] != 0x1f || h[1] != 0x8b || h[2] != 8 || h[3]&0xe0 != 0 {
		return errGzip
	}
	if h[3]&4 != 0 {
		n, err := z.bytes(2)
		if err == nil {
			_, err = z.bytes(int(le.Uint16(n)))
		}
		if err != nil {
			return err
		}
	}
	for _, flag := range []byte{8, 16} { // name, comment
		for h[3]&flag != 0 {
			b, err := z.bytes(1)
			if err != nil {
				return err
			}
			if b[0] == 0 {
				break
			}
		}
	}
	if h[3]&2 != 0 {
		_, err = z.bytes(2)
	}
	return err
}
