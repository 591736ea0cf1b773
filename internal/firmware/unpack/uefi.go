package unpack

import (
	"bytes"
	"fmt"
	"io"
)

// UEFI firmware volumes after the Platform Initialization specification,
// volume 3: a header whose words add up to zero, files aligned to eight bytes
// (FFS version 2, or 3 with large files), sections inside them (uefisection.go).

type uefiVolume struct {
	x      *xtr
	d      *data // the volume
	header int64
	empty  byte // what erased bytes read as
	names  map[string]int
}

// uefiFileSystems are the GUIDs of volumes that hold files.
var uefiFileSystems = map[string]string{
	"8c8ce578-8a3d-4f1c-9935-896185c32dd3": "FFS2", "5473c07a-3dcb-4dca-bd6f-1e9689e7349a": "FFS3", "7a9354d9-0468-444a-81ce-0bf617d890df": "FFS1",
	"04adeead-61ff-4d31-b6ba-64f8bf901f5a": "FFS2 of one maker of laptops", "fff12b8d-7696-4c8b-a985-2747075b4f50": "variables",
}

// uefiGUID writes sixteen bytes the way the specification prints them.
func uefiGUID(b []byte) string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", le.Uint32(b), le.Uint16(b[4:]), le.Uint16(b[6:]), b[8:10], b[10:16])
}

func probeUEFI(d *data, off int64) *claim {
	h := d.at(off, 56)
	if h == nil {
		return nil
	}
	length, header := int64(le.Uint64(h[32:])), int64(le.Uint16(h[48:]))
	full := d.at(off, int(header))
	if length <= header || length > 1<<32 || header < 72 || header > 4096 || full == nil || h[55] < 1 || h[55] > 2 {
		return nil
	}
	var sum uint16
	for i := 0; i+1 < len(full); i += 2 {
		sum += le.Uint16(full[i:])
	}
	if sum != 0 {
		return nil
	}
	c := &claim{off: off, length: length, format: "uefi-volume", conf: Checked}
	id := uefiGUID(h[16:32])
	c.fact("file system", "%s", nonEmpty(uefiFileSystems[id], id))
	c.fact("revision", "%d", h[55])
	v := &uefiVolume{header: header, names: map[string]int{}}
	if le.Uint32(h[44:])&0x800 != 0 {
		v.empty = 0xff
	}
	if ext := int64(le.Uint16(h[52:])); h[55] == 2 && ext >= header && ext < length-20 {
		if b := d.at(off+ext, 20); b != nil {
			c.fact("name", "%s", uefiGUID(b))
			v.header = ext + int64(le.Uint32(b[16:]))
		}
	}
	if kind := uefiFileSystems[id]; kind == "" || kind == "variables" {
		c.extract = func(x *xtr) error {
			_, err := x.part(Node{Path: nonEmpty(kind, "body")}, off+header, length-header)
			return err
		}
		return c
	}
	c.extract = func(x *xtr) error {
		v.x, v.d = x, x.d.sub(off, length)
		return v.files()
	}
	return c
}

// files goes through the files of the volume up to its free space.
func (v *uefiVolume) files() error {
	for pos := alignUp(v.header, 8); pos+24 <= v.d.size; {
		h := v.d.at(pos, 24)
		if uniform(h, v.empty) {
			return nil // free space
		}
		head, size := int64(24), int64(h[20])|int64(h[21])<<8|int64(h[22])<<16
		if h[19]&1 != 0 { // a large file of FFS3
			if b := v.d.at(pos, 32); b != nil {
				head, size = 32, int64(le.Uint64(b[24:]))
			}
		}
		if size < head || size > v.d.size-pos {
			v.x.warn(Partial, "file at %#x says %d bytes, %d are left", pos, size, v.d.size-pos)
			return nil
		}
		if !uefiHeaderSum(v.d.at(pos, int(head))) {
			v.x.warn(Partial, "header of the file at %#x fails its checksum", pos)
			return nil
		}
		if err := v.file(h, pos+head, size-head); err != nil {
			return err
		}
		pos = alignUp(pos+size, 8)
	}
	return nil
}

func uniform(b []byte, v byte) bool {
	for _, c := range b {
		if c != v {
			return false
		}
	}
	return true
}

// uefiHeaderSum: the bytes of a file header add up to zero without those of state and data checksum.
func uefiHeaderSum(h []byte) bool {
	var sum byte
	for i, c := range h {
		if i != 17 && i != 23 {
			sum += c
		}
	}
	return sum == 0
}

// uefiTypes are the kinds of files, by number.
var uefiTypes = []string{1: "raw", 2: "freeform", 3: "sec", 4: "pei-core", 5: "dxe-core", 6: "peim", 7: "driver", 8: "peim-driver", 9: "application", 10: "smm", 11: "volume", 12: "smm-dxe", 13: "smm-core"}

const uefiPad = 0xf0

func (v *uefiVolume) file(h []byte, body, size int64) error {
	kind := h[18]
	if kind == uefiPad {
		return nil
	}
	if h[19]&0x40 != 0 { // a checksum over the data
		var sum byte
		for _, c := range v.d.upto(body, int(min(size, maxAt))) {
			sum += c
		}
		if sum+h[17] != 0 && sum != h[17] {
			v.x.warn(Partial, "file %s fails its checksum", uefiGUID(h))
		}
	}
	f := &uefiFile{v: v, name: uefiGUID(h), kind: nonEmpty(at(uefiTypes, int(kind)), fmt.Sprintf("type-%#02x", kind))}
	if kind == 1 { // raw: no sections
		return f.leaf("raw", v.d, body, size, nil)
	}
	d := v.d.sub(body, size)
	if name := uefiName(d); name != "" {
		f.name = name
	}
	v.names[f.name]++
	if n := v.names[f.name]; n > 1 {
		f.name = fmt.Sprintf("%s~%d", f.name, n)
	}
	return f.sections(d, 0)
}

// leaf records one section: a range of the volume, or bytes that were decoded.
func (f *uefiFile) leaf(kind string, d *data, at, size int64, facts []Fact) error {
	f.count++
	n := Node{Path: fmt.Sprintf("%s/%s", f.name, kind), Kind: Part, Facts: append(facts, Fact{"type", f.kind})}
	if f.count > 1 {
		n.Path = fmt.Sprintf("%s/%d-%s", f.name, f.count, kind)
	}
	if size < 0 || at < 0 || at > d.size {
		return nil
	}
	_, err := f.v.x.file(n, func(w io.Writer) error { return copyRange(w, d, at, size) })
	return err
}

// uefiName is the name in a user interface section, "" when there is none in the open.
func uefiName(d *data) string {
	name := ""
	eachSection(d, func(s uefiSection) bool {
		if s.kind == uefiUI {
			name = utf16Name(d.upto(s.body, int(min(s.size, 512))))
		}
		return name == ""
	})
	if bytes.ContainsAny([]byte(name), "\x00") {
		return ""
	}
	return name
}
