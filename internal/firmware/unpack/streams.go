package unpack

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
)

// counter is a buffered byte reader that knows how much was taken from it, so
// that the exact end of a stream is known.
type counter struct {
	r *bufio.Reader
	n int64
}

func newCounter(r io.Reader) *counter { return &counter{r: bufio.NewReaderSize(r, 256<<10)} }

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

func (c *counter) used() int64 { return c.n }

// stream makes a claim for one compressed stream whose length is learned by decoding it.
func stream(off int64, format string, conf Confidence, name string, decode func(w io.Writer, in *counter) error) *claim {
	c := &claim{off: off, length: -1, format: format, conf: conf}
	c.extract = func(x *xtr) error {
		in := newCounter(x.d.reader(off, x.d.size-off))
		var derr error
		node, err := x.file(Node{Path: nonEmpty(name, "content"), Kind: Part}, func(w io.Writer) error {
			watch(w, in.used)
			derr = decode(w, in)
			return derr
		})
		x.r.Length = max(in.n, 1)
		if err != nil {
			return err
		}
		cut := errors.Is(derr, io.ErrUnexpectedEOF) && in.n >= x.d.size-off && !c.weak
		if derr != nil && node.Size < 64 && !cut {
			x.s.entries.Add(-1)
			return errNot
		}
		return nil
	}
	return c
}

func nonEmpty(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// triedInput is how much of a stream a trial looks at.
const triedInput = 8 << 10

// trial judges the beginning of a stream that was decoded from in: want bytes
// of it, or a good end, or as much as a cut stream can give.
func trial(in []byte, want int, out []byte, err error) bool {
	switch {
	case len(out) >= want, err == nil && len(out) > 0:
		return true
	case !errors.Is(err, io.ErrUnexpectedEOF):
		return false
	case len(in) < triedInput: // all there is
		return len(out) > 0
	}
	return len(out) > want/4
}

// gzip: RFC 1952.
func probeGzip(d *data, off int64) *claim {
	h := d.upto(off, triedInput)
	if len(h) < 18 || h[2] != 8 || h[3]&0xe0 != 0 || h[8] != 0 && h[8] != 2 && h[8] != 4 {
		return nil
	}
	z := &inflateReader{}
	z.f.reset(h, nil, false)
	if err := z.gzipHead(); err != nil {
		return nil
	}
	const want = 512
	out, err := z.f.run(make([]byte, 0, want))
	cut := errors.Is(err, io.ErrUnexpectedEOF) && len(h) < triedInput // its first codes may be all there is
	if !cut && !trial(h, want, out, err) {
		return nil
	}
	name := ""
	if h[3]&8 != 0 && h[3]&4 == 0 {
		name = cstr(h[10:])
	}
	c := stream(off, "gzip", Structural, name, func(w io.Writer, in *counter) error { return gzipTo(w, in) })
	if name != "" {
		c.fact("name", "%q", name)
	}
	return c
}

// zlib streams (RFC 1950) have two weak header bytes, so a kilobyte must decode, or all of it with its checksum.
func probeZlib(d *data, off int64) *claim {
	if off&3 != 0 && off > 4096 {
		return nil
	}
	h := d.upto(off, triedInput)
	if !zlibHead(h) {
		return nil
	}
	const want = 1024
	out, err := zlibBlock(h, want)
	if err == errTooLong {
		err = nil
	}
	if !trial(h, want, out, err) {
		return nil
	}
	c := stream(off, "zlib", Structural, "", func(w io.Writer, in *counter) error { return zlibTo(w, in) })
	c.weak = true
	return c
}

// zlibSmall are the beginnings of streams with a window under 32 KiB: too
// common to be believed without a checksum that holds.
func zlibSmall() (list []signature) {
	for first := 0x08; first < 0x78; first += 0x10 {
		for second := range 256 {
			if h := []byte{byte(first), byte(second)}; zlibHead(h) {
				list = append(list, sig("zlib", string(h), 0, probeZlibSmall))
			}
		}
	}
	return list
}

func probeZlibSmall(d *data, off int64) *claim {
	c := probeZlib(d, off)
	if c == nil {
		return nil
	}
	c.fact("window", "%d", 256<<(d.at(off, 1)[0]>>4))
	decode := c.extract
	c.extract = func(x *xtr) error {
		if err := decode(x); err != nil {
			return err
		}
		if x.r.State == Partial {
			return errNot
		}
		return nil
	}
	return c
}

// xz: the .xz file format 1.0.4. The stream header carries its own CRC.
func probeXZ(d *data, off int64) *claim {
	h := d.at(off, 12)
	if h == nil || crc32.ChecksumIEEE(h[6:8]) != le.Uint32(h[8:]) {
		return nil
	}
	return stream(off, "xz", Checked, "", func(w io.Writer, in *counter) error {
		z, err := xz.NewReader(byteAtATime{in}, maxDict)
		if err != nil {
			return err
		}
		z.Multistream(false)
		_, err = io.Copy(w, z)
		end, footer := xzLength(d, off, in.n)
		if in.n = end; err != nil && !footer && off+end >= d.size {
			err = fmt.Errorf("xz: ends without its footer: %w", io.ErrUnexpectedEOF)
		}
		return err
	})
}

// byteAtATime lets a decoder read in its own buffer; the count is corrected afterwards.
type byteAtATime struct{ r io.Reader }

func (b byteAtATime) Read(p []byte) (int, error) { return b.r.Read(p) }

// xzLength finds the end of the stream at or before off+read: the footer is
// "YZ" at a multiple of four with a CRC of its own.
func xzLength(d *data, off, read int64) (n int64, found bool) {
	const back = 64 << 10
	from := max(0, read-back) &^ 3
	b := d.upto(off+from, int(read-from)+16)
	for i := 0; i+12 <= len(b); i += 4 {
		if b[i+10] == 'Y' && b[i+11] == 'Z' && crc32.ChecksumIEEE(b[i+4:i+10]) == le.Uint32(b[i:]) {
			return from + int64(i) + 12, true
		}
	}
	return read, false
}

func probeBzip2(d *data, off int64) *claim {
	h := d.at(off, 10)
	if h == nil || h[3] < '1' || h[3] > '9' || string(h[4:10]) != "1AY&SY" {
		return nil
	}
	return stream(off, "bzip2", Structural, "", func(w io.Writer, in *counter) error {
		// The library goes on into a next stream and fails on what is not one;
		// the end of the first is found by its own footer.
		z := bzip2.NewReader(in)
		_, err := io.Copy(w, z)
		if err != nil && in.n < d.size-off && isStructural(err) {
			return nil
		}
		return err
	})
}

func isStructural(err error) bool {
	var s bzip2.StructuralError
	return errors.As(err, &s) && s == "bad magic value in continuation file"
}

// lzma-alone has no magic: properties, a dictionary of 2^n or 2^n+2^(n-1), a
// zero first byte of the range coder, and four kilobytes that decode.
func probeLZMA(d *data, off int64) *claim {
	h := d.at(off, 14)
	if h == nil {
		return nil
	}
	p, ok := lzmaPropsOf(h[0])
	dict := le.Uint32(h[1:])
	size := int64(le.Uint64(h[5:]))
	if !ok || h[13] != 0 || !plainDict(dict) || size != -1 && (size <= 0 || size > 4<<30) || p.lc+p.lp > 4 && h[0] != 0x5d {
		return nil
	}
	want := 4096
	if size > 0 && size < 4096 {
		want = int(size)
	}
	in := d.upto(off+13, 16<<10)
	out, _, err := lzmaBlock(in, p, want)
	if err != nil && !(len(out) >= 512 && len(in) == 16<<10) {
		if !(errors.Is(err, io.ErrUnexpectedEOF) && len(out) >= 64) {
			return nil
		}
	}
	if len(out) == 0 {
		return nil
	}
	c := stream(off, "lzma", Structural, "", func(w io.Writer, in *counter) error {
		io.CopyN(io.Discard, in, 13)
		n, err := lzmaStream(w, in, p, int64(dict), size)
		in.n = 13 + n
		return err
	})
	c.fact("dictionary", "%d", dict)
	c.fact("size", "%d", size)
	return c
}

// probeLZMAOdd is for properties and dictionaries few packers use, which make no
// magic: what follows must look packed, or tables of small numbers would do.
func probeLZMAOdd(d *data, off int64) *claim {
	b := d.upto(off+14, 64)
	if len(b) < 16 || 4*bytes.Count(b, []byte{0}) > len(b) || bytes.Equal(b[:4], zeros[:4]) {
		return nil
	}
	return probeLZMA(d, off)
}

func plainDict(v uint32) bool {
	if v < 1<<12 || v > 1<<28 {
		return false
	}
	low := v & -v
	return v == low || v == low|low<<1
}

// lzip: its manual's file format; a 20-byte trailer with CRC and sizes.
func probeLzip(d *data, off int64) *claim {
	h := d.at(off, 6)
	if h == nil || h[4] != 1 {
		return nil
	}
	return stream(off, "lzip", Structural, "", func(w io.Writer, in *counter) error {
		io.CopyN(io.Discard, in, 6)
		n, err := lzmaStream(w, in, lzmaProps{lc: 3, pb: 2}, 1<<(h[5]&31), -1)
		in.n = 6 + n + 20
		return err
	})
}

func probeZstd(d *data, off int64) *claim {
	var h zstd.Header
	if err := h.Decode(d.upto(off, 32)); err != nil || h.Skippable {
		return nil
	}
	length := zstdLength(d, off)
	if length < 0 {
		return nil
	}
	c := stream(off, "zstd", Structural, "", func(w io.Writer, in *counter) error {
		z, err := zstd.NewReader(io.LimitReader(in, max(length, 0)), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return err
		}
		defer z.Close()
		_, err = io.Copy(w, z)
		in.n = length
		return err
	})
	return c
}

// zstdLength walks the block headers of a frame (RFC 8878) to its end; -1: not a frame.
func zstdLength(d *data, off int64) int64 {
	var h zstd.Header
	if err := h.Decode(d.upto(off, 32)); err != nil {
		return -1
	}
	pos := off + int64(h.HeaderSize)
	for {
		b := d.at(pos, 3)
		if b == nil {
			return d.size - off // truncated
		}
		v := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
		n := int64(v >> 3)
		switch v >> 1 & 3 {
		case 1:
			n = 1
		case 3:
			return -1
		}
		pos += 3 + n
		if v&1 != 0 {
			break
		}
	}
	if h.HasCheckSum {
		pos += 4
	}
	return min(pos, d.size) - off
}
