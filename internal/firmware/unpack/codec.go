package unpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	lzo "github.com/anchore/go-lzo"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/therootcompany/xz"
)

// codec decodes one block of at most max bytes.
type codec func(in []byte, max int) ([]byte, error)

type typedPool[T any] struct{ p sync.Pool }

func poolOf[T any](f func() T) *typedPool[T] {
	return &typedPool[T]{sync.Pool{New: func() any { return f() }}}
}

// Get returns a T; the any keeps callers' assertions short.
func (p *typedPool[T]) Get() any  { return p.p.Get() }
func (p *typedPool[T]) Put(v any) { p.p.Put(v) }

var errTooLong = errors.New("block decodes to more than it may")

// readMax reads r wholly, at most max bytes.
func readMax(r io.Reader, max int) ([]byte, error) {
	out := make([]byte, 0, min(max, 1<<20))
	for {
		if len(out) == max {
			var one [1]byte
			if n, _ := r.Read(one[:]); n > 0 {
				return out, errTooLong
			}
			return out, nil
		}
		if len(out) == cap(out) {
			out = append(out, 0)[:len(out)]
		}
		n, err := r.Read(out[len(out):min(cap(out), max)])
		out = out[:len(out)+n]
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
	}
}

// maxDict bounds the window an xz header may ask for.
const maxDict = 64 << 20

var xzs sync.Pool

func xzBlock(in []byte, max int) ([]byte, error) {
	if out, err := xzPlain(in, max); err != errXZOther {
		return out, err
	}
	br := bytes.NewReader(in)
	z, _ := xzs.Get().(*xz.Reader)
	var err error
	if z == nil {
		z, err = xz.NewReader(br, maxDict)
	} else {
		err = z.Reset(br)
	}
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	out, err := readMax(z, max)
	if err == nil {
		xzs.Put(z)
	}
	return out, err
}

func lzoBlock(in []byte, max int) ([]byte, error) {
	out := make([]byte, max)
	n, err := lzo.Decompress(in, out)
	if n < 0 || n > max {
		return nil, errTooLong
	}
	return out[:n], err
}

func lz4Block(in []byte, max int) ([]byte, error) {
	out := make([]byte, max)
	n, err := lz4.UncompressBlock(in, out)
	if err != nil {
		return nil, err
	}
	return out[:n], nil
}

var zstds = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(128<<20))
	if err != nil {
		panic(err)
	}
	return d
})

func zstdBlock(in []byte, max int) ([]byte, error) {
	var h zstd.Header
	if err := h.Decode(in); err != nil {
		return nil, err
	}
	if h.HasFCS && h.FrameContentSize > uint64(max) {
		return nil, errTooLong
	}
	out, err := zstds().DecodeAll(in, make([]byte, 0, max))
	if len(out) > max {
		return out[:max], errTooLong
	}
	return out, err
}

// lzmaAny decodes a block of the LZMA forms routers use: a whole header of 13
// bytes, a header of 5 (properties and dictionary), 4 bytes of size before
// either, or no header at all with the usual properties. The first form that decodes into a
// plausible whole block wins; want says when a block is whole (0: any size).
func lzmaAny(in []byte, max, want int) ([]byte, error) {
	var best []byte
	err := errors.New("lzma: no known form fits")
	if want > 0 {
		max = want
	}
	try := func(body []byte, p lzmaProps, size int) bool {
		out, used, e := lzmaBlock(body, p, size)
		if e == errLZMAEnd && want == 0 {
			e = nil
		}
		if e != nil {
			if len(out) > len(best) {
				best = out
			}
			return false
		}
		// The encoder leaves at most a few bytes of flush and padding unread.
		if want > 0 && len(out) != want || used+16 < len(body) {
			return false
		}
		best, err = out, nil
		return true
	}
	if len(in) > 13 {
		if p, ok := lzmaPropsOf(in[0]); ok && in[13] == 0 {
			if size := int64(le.Uint64(in[5:])); size == -1 || size >= 0 && size <= int64(max) {
				n := max
				if size >= 0 {
					n = int(size)
				}
				if try(in[13:], p, n) {
					return best, nil
				}
			}
		}
	}
	if len(in) > 5 {
		if p, ok := lzmaPropsOf(in[0]); ok && in[5] == 0 && try(in[5:], p, max) {
			return best, nil
		}
		if p, ok := lzmaPropsOf(in[0]); ok && in[1] == 0 && try(in[1:], p, max) { // one byte of properties
			return best, nil
		}
	}
	for _, b := range []byte{0x5d, 0x6e, 0x5a, 0x63, 0x66, 0x00, 0x51, 0x01, 0x02, 0x03, 0x04, 0x09, 0x2d} {
		if p, _ := lzmaPropsOf(b); len(in) > 5 && in[0] == 0 && try(in, p, max) {
			return best, nil
		}
	}
	return best, fmt.Errorf("%w (%d bytes)", err, len(in))
}

func rawBlock(in []byte, max int) ([]byte, error) {
	if len(in) > max {
		return in[:max], errTooLong
	}
	return in, nil
}

var errLZ4 = errors.New("lz4: corrupt data")

// lz4Prefix decodes raw LZ4 until size bytes are there; what follows in the
// input is left, which the block decoders of libraries call an error.
func lz4Prefix(in []byte, size int) ([]byte, error) {
	out := make([]byte, 0, size)
	length := func(n int) (int, bool) {
		for more := n == 15; more; {
			if len(in) == 0 {
				return n, false
			}
			n += int(in[0])
			more = in[0] == 255
			in = in[1:]
		}
		return n, true
	}
	for len(in) > 0 && len(out) < size {
		token := in[0]
		in = in[1:]
		n, ok := length(int(token >> 4))
		if !ok || n > len(in) && len(in) < size-len(out) {
			return append(out, in...), errLZ4
		}
		n = min(n, size-len(out), len(in))
		out = append(out, in[:n]...)
		in = in[n:]
		if len(out) == size || len(in) == 0 {
			break
		}
		if len(in) < 2 {
			return out, errLZ4
		}
		back := int(le.Uint16(in))
		in = in[2:]
		if n, ok = length(int(token & 15)); !ok || back == 0 || back > len(out) {
			return out, errLZ4
		}
		for n = min(n+4, size-len(out)); n > 0; {
			k := min(n, back)
			out = append(out, out[len(out)-back:len(out)-back+k]...)
			n -= k
		}
	}
	return out, nil
}
