package unpack

import (
	"bytes"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
)

// Sections of UEFI files: leaves that hold a program, a name or a volume, and
// wrappers that hold further sections, compressed or not.

const (
	uefiCompressed = 0x01
	uefiGuided     = 0x02
	uefiDisposable = 0x03
	uefiUI         = 0x15

	uefiDepth  = 8        // wrappers inside each other
	uefiPlain  = 64 << 20 // bytes of one decoded wrapper
	uefiNumber = 1 << 14  // sections of one file
)

var uefiSections = map[byte]string{
	0x10: "pe32", 0x11: "pic", 0x12: "te", 0x13: "dxe-depex", 0x14: "version", 0x15: "name", 0x16: "compat16", 0x17: "volume", 0x18: "freeform", 0x19: "raw", 0x1b: "pei-depex", 0x1c: "mm-depex",
}

type uefiFile struct {
	v     *uefiVolume
	name  string
	kind  string
	count int
}

type uefiSection struct {
	kind     byte
	at, body int64
	size     int64 // of the body
}

// eachSection calls f for the sections of d in order until it returns false; it reports whether they reached the end.
func eachSection(d *data, f func(uefiSection) bool) bool {
	for pos, n := int64(0), 0; pos+4 <= d.size; n++ {
		h := d.at(pos, 4)
		s := uefiSection{kind: h[3], at: pos, body: pos + 4}
		total := int64(h[0]) | int64(h[1])<<8 | int64(h[2])<<16
		if total == 0xffffff {
			s.body, total = pos+8, int64(d.u32(le, pos+4))
		}
		s.size = total - (s.body - pos)
		if s.size < 0 || total > d.size-pos || n == uefiNumber {
			return false
		}
		if !f(s) {
			return true
		}
		pos = alignUp(pos+total, 4)
	}
	return true
}

func (f *uefiFile) sections(d *data, depth int) error {
	if depth > uefiDepth {
		return limitf("%d sections inside each other", uefiDepth)
	}
	var err error
	whole := eachSection(d, func(s uefiSection) bool {
		err = f.section(d, s, depth)
		return err == nil
	})
	if !whole {
		f.v.x.warn(Partial, "sections of %s do not fit their file", f.name)
	}
	return err
}

func (f *uefiFile) section(d *data, s uefiSection, depth int) error {
	switch s.kind {
	case uefiUI:
		return nil // its text is the name
	case uefiDisposable:
		return f.sections(d.sub(s.body, s.size), depth+1)
	case uefiCompressed:
		h := d.at(s.body, 5)
		if h == nil || s.size < 5 {
			return nil
		}
		in := d.sub(s.body+5, s.size-5)
		if h[4] == 0 {
			return f.sections(in, depth+1)
		}
		return f.wrapped("tiano", in, depth, func(b []byte) ([]byte, error) { return tianoAny(b, int(le.Uint32(h))) })
	case uefiGuided:
		return f.guided(d, s, depth)
	}
	kind := nonEmpty(uefiSections[s.kind], fmt.Sprintf("section-%#02x", s.kind))
	if kind == "version" || kind == "dxe-depex" || kind == "pei-depex" || kind == "mm-depex" {
		if kind == "version" {
			f.kind += " " + utf16Name(d.upto(s.body+2, int(min(max(s.size-2, 0), 256))))
		}
		return nil
	}
	if kind == "freeform" && s.size >= 16 {
		return f.leaf("freeform-"+uefiGUID(d.at(s.body, 16)), d, s.body+16, s.size-16, nil)
	}
	return f.leaf(kind, d, s.body, s.size, nil)
}

func (f *uefiFile) guided(d *data, s uefiSection, depth int) error {
	h := d.at(s.body, 20)
	if h == nil || s.size < 20 {
		return nil
	}
	start := int64(le.Uint16(h[16:]))
	if start < s.body+20-s.at || s.at+start > s.body+s.size {
		f.v.x.warn(Partial, "wrapped section of %s begins at %d", f.name, start)
		return nil
	}
	in := d.sub(s.at+start, s.body+s.size-s.at-start)
	switch id := uefiGUID(h); id {
	case "ee4e5898-3914-4259-9d6e-dc7bd79403cf":
		return f.wrapped("lzma", in, depth, uefiLZMA)
	case "d42ae6bd-1352-4bfb-909a-ca72a6eae889":
		return f.wrapped("lzma-x86", in, depth, func(b []byte) ([]byte, error) {
			out, err := uefiLZMA(b)
			return unfilterX86(out), err
		})
	case "a31280ad-481e-41b6-95e8-127f4c984779":
		return f.wrapped("tiano", in, depth, func(b []byte) ([]byte, error) { return tianoAny(b, -1) })
	case "3d532050-5cda-4fd0-879e-0f7f630d5afb":
		return f.wrapped("brotli", in, depth, func(b []byte) ([]byte, error) {
			if len(b) < 16 {
				return nil, io.ErrUnexpectedEOF
			}
			return readMax(brotli.NewReader(bytes.NewReader(b[16:])), uefiPlain)
		})
	case "fc1bcdb0-7d31-49aa-936a-a4600d9dd083": // a checksum over what follows
		return f.sections(in, depth+1)
	default:
		if le.Uint16(h[18:])&1 == 0 { // no processing needed: the sections stand in the open
			return f.sections(in, depth+1)
		}
		return f.leaf("wrapped-"+id, in, 0, in.size, nil)
	}
}

// wrapped decodes a section and goes on with the sections in it.
func (f *uefiFile) wrapped(how string, in *data, depth int, decode func([]byte) ([]byte, error)) error {
	b := in.at(0, int(min(in.size, uefiPlain)))
	out, err := decode(b)
	if err != nil {
		f.v.x.warn(stateOf(err), "%s section of %s: %v", how, f.name, err)
		if len(out) == 0 {
			return f.leaf(how, in, 0, in.size, nil)
		}
	}
	if n := f.v.x.s.bytes.Add(int64(len(out))); n > f.v.x.s.lim.Bytes {
		return limitf("%d unpacked bytes in all", f.v.x.s.lim.Bytes)
	}
	if err := f.v.x.alive(); err != nil {
		return err
	}
	return f.sections(&data{r: bytes.NewReader(out), size: int64(len(out))}, depth+1)
}

func uefiLZMA(b []byte) ([]byte, error) {
	if len(b) < 18 {
		return nil, io.ErrUnexpectedEOF
	}
	p, ok := lzmaPropsOf(b[0])
	size := le.Uint64(b[5:])
	if !ok {
		return nil, errLZMA
	}
	if size > uefiPlain {
		return nil, limitf("section of %d bytes", size)
	}
	out, _, err := lzmaBlock(b[13:], p, int(size))
	return out, err
}

// unfilterX86 turns absolute call targets back into relative ones, as the LZMA SDK's branch filter made them.
func unfilterX86(b []byte) []byte {
	allowed := [8]bool{true, true, true, false, true} // by which of the bytes before were opcodes too
	bit := [8]uint32{0, 1, 2, 2, 3, 3, 3, 3}
	prev, mask := int64(-1), uint32(0)
	for i := int64(0); i+4 < int64(len(b)); {
		if b[i]&0xfe != 0xe8 {
			i++
			continue
		}
		if gap := i - prev; gap > 3 {
			mask = 0
		} else if mask = mask << (gap - 1) & 7; mask != 0 {
			c := b[i+4-int64(bit[mask])]
			if !allowed[mask] || c == 0 || c == 0xff {
				prev, mask = i, mask<<1&7|1
				i++
				continue
			}
		}
		prev = i
		if b[i+4] != 0 && b[i+4] != 0xff {
			mask = mask<<1&7 | 1
			i++
			continue
		}
		v := le.Uint32(b[i+1:])
		for {
			v -= uint32(i + 5)
			if mask == 0 {
				break
			}
			n := bit[mask] * 8
			if c := byte(v >> (24 - n)); c != 0 && c != 0xff {
				break
			}
			v ^= 1<<(32-n) - 1
		}
		v &= 0x1ffffff
		if v&(1<<24) != 0 {
			v |= 0xff000000
		}
		le.PutUint32(b[i+1:], v)
		i += 5
	}
	return b
}
