package unpack

import (
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// The walk over a 7z header that must pass before the library may read it: no
// count beyond what its bytes can hold, no coder that is unknown, no window
// beyond maxDict.

const szHeaderMax = 32 << 20

var (
	errSzEncrypted = errors.New("7z: encrypted with a password")
	errSzCut       = fmt.Errorf("7z header: %w", io.ErrUnexpectedEOF)
)

// szCoders are the coders of the format's own tool, by their identifier.
var szCoders = map[string]string{
	"\x00": "copy", "\x03": "delta", "\x0a": "arm64", "\x21": "lzma2", "\x03\x01\x01": "lzma", "\x03\x03\x01\x03": "bcj", "\x03\x03\x01\x1b": "bcj2",
	"\x03\x03\x02\x05": "ppc", "\x03\x03\x05\x01": "arm", "\x03\x03\x08\x05": "sparc", "\x03\x04\x01": "ppmd", "\x04\x01\x08": "deflate", "\x04\x02\x02": "bzip2",
	"\x03\x03\x04\x01": "ia64", "\x03\x03\x07\x01": "armt", "\x06\xf1\x07\x01": "aes",
}

// szHeader reads a header from b; the first thing wrong stays in err.
type szHeader struct {
	b     []byte
	err   error
	most  uint64 // largest count believed
	coder string // name and properties of the last coder
	props []byte
	pos   uint64 // place and size of the first packed stream, plain size of the first folder
	size  uint64
	plain uint64
}

func szCheck(d *data, b []byte, entries int) error {
	for range 4 { // a header may itself be packed
		h := &szHeader{b: b, most: uint64(min(len(b), entries))}
		switch h.byte() {
		case 1:
			h.header()
			return h.err
		case 23:
			h.streams()
		default:
			return errors.New("7z header: unknown kind")
		}
		if h.err != nil {
			return h.err
		}
		next, err := h.unpack(d)
		if err != nil {
			return err
		}
		b = next
	}
	return limitf("7z header packed four times over")
}

// unpack decodes the packed header the streams describe.
func (h *szHeader) unpack(d *data) ([]byte, error) {
	if h.plain > szHeaderMax || h.size > szHeaderMax || h.pos > uint64(d.size) {
		return nil, limitf("7z header of %d bytes", h.plain)
	}
	in := d.at(32+int64(h.pos), int(h.size))
	if in == nil {
		return nil, errSzCut
	}
	switch {
	case h.coder == "copy":
		return in, nil
	case h.coder != "lzma" || len(h.props) != 5:
		return nil, fmt.Errorf("7z header is packed with %s: not opened", h.coder)
	}
	p, ok := lzmaPropsOf(h.props[0])
	if !ok {
		return nil, errLZMA
	}
	out, _, err := lzmaBlock(in, p, int(h.plain))
	return out, err
}

func (h *szHeader) fail(format string, args ...any) {
	if h.err == nil {
		h.err = fmt.Errorf("7z header: "+format, args...)
	}
}

func (h *szHeader) byte() byte {
	if b := h.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (h *szHeader) take(n uint64) []byte {
	if h.err != nil || n > uint64(len(h.b)) {
		if h.err == nil {
			h.err = errSzCut
		}
		return nil
	}
	b := h.b[:n]
	h.b = h.b[n:]
	return b
}

// number reads the format's number of one to nine bytes.
func (h *szHeader) number() uint64 {
	first := h.byte()
	more := bits.LeadingZeros8(^first)
	var v uint64
	for i, c := range h.take(uint64(more)) {
		v |= uint64(c) << (8 * i)
	}
	if more < 7 {
		v |= uint64(first&(1<<(7-more)-1)) << (8 * more)
	}
	return v
}

// count reads a number of things that each need room in the header.
func (h *szHeader) count(what string) uint64 {
	n := h.number()
	if n > h.most {
		h.fail("%d %s in %d bytes", n, what, h.most)
		return 0
	}
	return n
}

func (h *szHeader) digests(n uint64) {
	set := n
	if h.byte() == 0 {
		set = 0
		for i, c := range h.take((n + 7) / 8) {
			for k := range 8 {
				if uint64(i*8+k) < n && c&(0x80>>k) != 0 {
					set++
				}
			}
		}
	}
	h.take(4 * set)
}

func (h *szHeader) header() {
	id := h.byte()
	if id == 4 {
		h.streams()
		id = h.byte()
	}
	if id == 5 {
		h.count("files") // what follows is read with this count
		return
	}
	if id != 0 && h.err == nil {
		h.fail("property %d where files must stand", id)
	}
}

func (h *szHeader) streams() {
	id := h.byte()
	if id == 6 {
		h.packed()
		id = h.byte()
	}
	var folders uint64
	if id == 7 {
		folders = h.folders()
		id = h.byte()
	}
	if id == 8 {
		h.subStreams(folders)
		id = h.byte()
	}
	if id != 0 {
		h.fail("property %d where the streams must end", id)
	}
}

func (h *szHeader) packed() {
	h.pos = h.number()
	n := h.count("streams")
	id := h.byte()
	if id == 9 {
		for i := uint64(0); i < n && h.err == nil; i++ {
			if v := h.number(); i == 0 {
				h.size = v
			}
		}
		id = h.byte()
	}
	if id == 10 {
		h.digests(n)
		id = h.byte()
	}
	if id != 0 {
		h.fail("property %d where the packed streams must end", id)
	}
}

func (h *szHeader) folders() uint64 {
	if h.byte() != 11 {
		h.fail("no folders")
	}
	n := h.count("folders")
	if h.byte() != 0 {
		h.fail("folders kept elsewhere")
	}
	outs := make([]uint64, 0, min(n, 1024))
	for i := uint64(0); i < n && h.err == nil; i++ {
		outs = append(outs, h.folder())
	}
	if h.byte() != 12 {
		h.fail("no sizes of folders")
	}
	for i, o := range outs {
		for k := uint64(0); k < o && h.err == nil; k++ {
			if v := h.number(); i == 0 && k == 0 {
				h.plain = v
			}
		}
	}
	id := h.byte()
	if id == 10 {
		h.digests(n)
		id = h.byte()
	}
	if id != 0 {
		h.fail("property %d where the folders must end", id)
	}
	return n
}

// folder reads one chain of coders and returns how many streams come out of them.
func (h *szHeader) folder() uint64 {
	n := h.count("coders")
	if n == 0 || n > 32 {
		h.fail("%d coders in one folder", n)
	}
	var in, out uint64
	for i := uint64(0); i < n && h.err == nil; i++ {
		a, b := h.coderOf()
		in, out = in+a, out+b
	}
	if h.err != nil || out == 0 || in < out || in > 64 {
		h.fail("%d streams into a folder and %d out of it", in, out)
		return 0
	}
	for range out - 1 {
		h.number()
		h.number()
	}
	if left := in - (out - 1); left > 1 {
		for range left {
			h.number()
		}
	}
	return out
}

func (h *szHeader) coderOf() (in, out uint64) {
	flags := h.byte()
	id := h.take(uint64(flags & 15))
	in, out = 1, 1
	if flags&0x10 != 0 {
		in, out = h.count("inputs"), h.count("outputs")
	}
	h.props = nil
	if flags&0x20 != 0 {
		h.props = h.take(h.count("properties"))
	}
	name, ok := szCoders[string(id)]
	if h.coder = name; !ok {
		h.fail("coder %x is not known", id)
	}
	if name == "aes" && h.err == nil {
		h.err = errSzEncrypted
	}
	if w := szWindow(name, h.props); w > maxDict && h.err == nil {
		h.err = limitf("%s window of %d bytes", name, w)
	}
	return in, out
}

// szWindow is the memory a coder asks for in its properties.
func szWindow(name string, p []byte) uint64 {
	switch {
	case (name == "lzma" || name == "ppmd") && len(p) >= 5:
		return uint64(le.Uint32(p[1:]))
	case name == "lzma2" && len(p) == 1:
		return uint64(2|p[0]&1) << (p[0]/2 + 11)
	}
	return 0
}

func (h *szHeader) subStreams(folders uint64) {
	id := h.byte()
	per := make([]uint64, folders)
	var files uint64
	for i := range per {
		per[i] = 1
		if id == 13 {
			per[i] = h.count("files in a folder")
		}
		files += per[i]
	}
	if files > h.most+folders {
		h.fail("%d files in %d bytes", files, h.most)
		return
	}
	if id == 13 {
		id = h.byte()
	}
	if id == 9 {
		for _, n := range per {
			for k := uint64(1); k < n && h.err == nil; k++ {
				h.number()
			}
		}
		id = h.byte()
	}
	if id == 10 {
		h.digests(files)
		id = h.byte()
	}
	if id != 0 {
		h.fail("property %d where the files of folders must end", id)
	}
}
