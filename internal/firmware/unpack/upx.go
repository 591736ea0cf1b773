package unpack

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Programs packed by UPX: an ELF file whose content follows its headers in
// blocks and is unpacked in memory when it starts. The layout is that of the
// packer's published headers: l_info (checksum, "UPX!", size of the loader,
// version, format), p_info (size of the original, of a block), and for each
// block b_info (its two sizes, method, filter) with the packed bytes.
//
// The first block is the original's ELF header and segment table, the next
// are the bytes of its segments in order. The filter that turned addresses of
// calls before packing is not undone: texts and tables are as they were, some
// operands of calls in the code are not.

const (
	upxHead     = 4 << 10  // where the mark stands at the latest
	upxProgram  = 32 << 20 // the largest original that is unpacked
	upxMark     = "UPX!"
	upxBlockMin = 12
)

// upxMethods are the packer's numbers of codecs.
var upxMethods = map[byte]struct {
	name string
	nrv  nrv
}{
	2: {"NRV2B", nrv{'b', 4}}, 3: {"NRV2B", nrv{'b', 1}}, 4: {"NRV2B", nrv{'b', 2}},
	5: {"NRV2D", nrv{'d', 4}}, 6: {"NRV2D", nrv{'d', 1}}, 7: {"NRV2D", nrv{'d', 2}},
	8: {"NRV2E", nrv{'e', 4}}, 9: {"NRV2E", nrv{'e', 1}}, 10: {"NRV2E", nrv{'e', 2}},
	14: {"LZMA", nrv{}},
}

// upxFile is a packed program being read.
type upxFile struct {
	d      *data
	o      binary.ByteOrder
	pos    int64 // of the next block
	size   int64 // of the original; 0: not told
	method byte
	filter byte
}

var errUPX = errors.New("the block does not decode")

// probeUPX takes a whole ELF file for a packed program when its first block decodes to an ELF header.
func probeUPX(d *data, off int64) *claim {
	h := d.upto(0, upxHead)
	if off != 0 || len(h) < 128 || string(h[:4]) != "\x7fELF" || h[4] < 1 || h[4] > 2 || h[5] < 1 || h[5] > 2 {
		return nil
	}
	i := bytes.Index(h[52:], []byte(upxMark)) + 52
	if i < 56 || i+32 > len(h) {
		return nil
	}
	u := &upxFile{d: d, o: le}
	if h[5] == 2 {
		u.o = be
	}
	u.size = int64(u.o.Uint32(h[i+12:]))
	u.pos = int64(i) + 20
	start := *u
	if u.o.Uint32(h[i+20:]) > 64<<10 { // headers are small
		return nil
	}
	first, err := u.block()
	if err != nil || len(first) < 52 || string(first[:4]) != "\x7fELF" || first[4] != h[4] || first[5] != h[5] {
		return nil
	}
	c := &claim{off: 0, length: d.size, format: "upx", conf: Structural}
	c.fact("version", "%d", h[i+6])
	c.fact("method", "%s", upxMethods[u.method].name)
	c.extract = func(x *xtr) error {
		if err := x.roomy(); err != nil { // what unpacks in memory must not, once there is no room
			return err
		}
		u := start
		out, used, err := u.all()
		if err != nil {
			x.warn(Partial, "%v; %d bytes of the program were read", err, used)
		}
		if u.filter != 0 {
			x.r.Facts = append(x.r.Facts, Fact{"filter", fmt.Sprintf("%#x, not undone: operands of calls in the code differ from the original's", u.filter)})
		}
		_, err = x.file(Node{Path: "program", Kind: Part}, func(w io.Writer) error {
			_, err := w.Write(out)
			return err
		})
		return err
	}
	return c
}

// block decodes the next block; nil without an error is the end.
func (u *upxFile) block() ([]byte, error) {
	h := u.d.at(u.pos, upxBlockMin)
	if h == nil {
		return nil, io.ErrUnexpectedEOF
	}
	plain, packed := int64(u.o.Uint32(h)), int64(u.o.Uint32(h[4:]))
	if plain == 0 {
		return nil, nil
	}
	if plain > upxProgram || packed == 0 || packed > plain {
		return nil, errUPX
	}
	in := u.d.at(u.pos+upxBlockMin, int(packed))
	if in == nil {
		return nil, io.ErrUnexpectedEOF
	}
	out := in
	if packed < plain {
		var err error
		if out, err = upxDecode(in, h[8], int(plain)); err != nil {
			return nil, err
		}
		u.method = h[8]
	}
	if h[9] != 0 {
		u.filter = h[9]
	}
	u.pos += upxBlockMin + packed
	return out, nil
}

func upxDecode(in []byte, method byte, plain int) ([]byte, error) {
	m, ok := upxMethods[method]
	if !ok {
		return nil, fmt.Errorf("packing method %d is not known", method)
	}
	if m.nrv.form != 0 {
		return m.nrv.decode(in, plain)
	}
	// Two bytes hold the parameters, then a raw stream follows.
	if len(in) < 7 {
		return nil, errUPX
	}
	p := lzmaProps{lc: int(in[1] & 15), lp: int(in[1] >> 4), pb: int(in[0] & 7)}
	if p.pb > 4 || p.lc > 8 || p.lp > 4 || int(in[0]>>3) != p.lc+p.lp {
		return nil, errUPX
	}
	out, _, err := lzmaBlock(in[2:], p, plain)
	if len(out) != plain && err == nil || err != nil && err != errLZMAEnd {
		return nil, errUPX
	}
	return out, nil
}

// all decodes every block and puts each where the original had it: the loaded
// segments in order, of which the first begins with the headers, then what lies between and
// behind them, where the packer wrote that too.
func (u *upxFile) all() (out []byte, used int64, err error) {
	first := u.pos
	head, err := u.block()
	if err != nil {
		return nil, 0, err
	}
	u.pos = first
	loads := upxLoads(head, u.o)
	loaded := int64(0)
	for _, l := range loads {
		loaded += l.n
	}
	places := append(loads, upxGaps(loads, u.size)...)
	for {
		b, err := u.block()
		if err != nil || len(b) == 0 {
			if used >= loaded && loaded > 0 {
				return out, used, nil // what follows is the loader
			}
			return out, used, cmp.Or(err, fmt.Errorf("the blocks end after %d of %d loaded bytes", used, loaded))
		}
		used += int64(len(b))
		for len(b) > 0 {
			if len(places) == 0 {
				return out, used, nil
			}
			n := min(int64(len(b)), places[0].n)
			at := places[0].off
			if at+n > upxProgram {
				return out, used, fmt.Errorf("the program is larger than %d MiB", upxProgram>>20)
			}
			if grow := at + n - int64(len(out)); grow > 0 {
				out = append(out, make([]byte, grow)...)
			}
			copy(out[at:], b[:n])
			b = b[n:]
			if places[0].off, places[0].n = at+n, places[0].n-n; places[0].n == 0 {
				places = places[1:]
			}
		}
	}
}

// upxGaps are the stretches between and behind the loaded segments of a file of that size.
func upxGaps(loads []upxLoad, size int64) []upxLoad {
	var out []upxLoad
	for i, l := range loads {
		next := size
		if i+1 < len(loads) {
			next = loads[i+1].off
		}
		if end := l.off + l.n; next > end {
			out = append(out, upxLoad{end, next - end})
		}
	}
	return out
}

type upxLoad struct{ off, n int64 }

// upxLoads are the loaded segments of the original, as its table has them.
func upxLoads(head []byte, o binary.ByteOrder) []upxLoad {
	var out []upxLoad
	entry, n, from := 32, int(o.Uint16(head[44:])), 52
	if wide := head[4] == 2; wide {
		if len(head) < 64 {
			return nil
		}
		entry, n, from = 56, int(o.Uint16(head[56:])), 64
	}
	for i := 0; i < n && from+entry*(i+1) <= len(head); i++ {
		b := head[from+entry*i:]
		l := upxLoad{int64(o.Uint32(b[4:])), int64(o.Uint32(b[16:]))}
		if entry == 56 {
			l = upxLoad{int64(o.Uint64(b[8:])), int64(o.Uint64(b[32:]))}
		}
		if o.Uint32(b) == 1 && l.n > 0 && l.off >= 0 && l.off < upxProgram && l.n < upxProgram && (len(out) == 0 || l.off >= out[len(out)-1].off) {
			out = append(out, l)
		}
	}
	return out
}
