package unpack

import (
	"io"
	"time"
)

// ISO 9660 (ECMA-119) with the Rock Ridge names, modes, links and devices of IEEE P1282.
const isoSector = 2048

func probeISO(d *data, off int64) *claim {
	h := d.at(off+16*isoSector, isoSector)
	if h == nil || h[0] != 1 || string(h[1:6]) != "CD001" || h[6] != 1 {
		return nil
	}
	// Both byte orders of each number must agree; the root entry is 34 bytes long.
	block, blocks := int64(le.Uint16(h[128:])), int64(le.Uint32(h[80:]))
	if int64(be.Uint16(h[130:])) != block || int64(be.Uint32(h[84:])) != blocks || block < 512 || block > isoSector || h[156] != 34 || blocks == 0 {
		return nil
	}
	c := &claim{off: off, length: block * blocks, format: "iso9660", conf: Structural}
	c.fact("volume", "%s", isoTrim(h[40:72]))
	c.fact("publisher", "%s", isoTrim(h[318:446]))
	c.fact("preparer", "%s", isoTrim(h[446:574]))
	c.fact("application", "%s", isoTrim(h[574:702]))
	root := append([]byte(nil), h[156:190]...)
	c.extract = func(x *xtr) error {
		f := &isoFS{x: x, d: x.d.sub(off, block*blocks), block: block}
		if wide := f.joliet(); wide != nil && !f.rockRidge(root) {
			f.wide, root = true, wide
		}
		return f.walk(root)
	}
	return c
}

func isoTrim(b []byte) string {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == 0) {
		b = b[:len(b)-1]
	}
	return string(b)
}

type isoFS struct {
	x     *xtr
	d     *data
	block int64
	wide  bool // names are those of Joliet
}

type isoExtent struct{ at, size int64 }

type isoDir struct {
	path string
	ext  isoExtent
}

func (f *isoFS) extent(rec []byte) isoExtent {
	return isoExtent{(int64(le.Uint32(rec[2:])) + int64(rec[1])) * f.block, int64(le.Uint32(rec[10:]))}
}

func (f *isoFS) walk(root []byte) error {
	stack := []isoDir{{"", f.extent(root)}}
	seen := map[int64]bool{}
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[t.ext.at] || pathDepth(t.path) > 64 {
			f.x.warn(Partial, "directory %s is a loop or too deep: not followed", t.path)
			continue
		}
		seen[t.ext.at] = true
		below, err := f.dir(t)
		if err != nil {
			return err
		}
		stack = append(stack, below...)
	}
	return nil
}

// dir reads the entries of one directory. An entry never crosses a sector.
func (f *isoFS) dir(t isoDir) (below []isoDir, err error) {
	var parts []isoExtent // earlier extents of a file of several
	for pos, end := t.ext.at, t.ext.at+t.ext.size; pos < end; {
		n := f.d.at(pos, 1)
		if n == nil {
			f.x.warn(Truncated, "directory %s ends at %#x", t.path, pos)
			break
		}
		if n[0] == 0 {
			pos = (pos/isoSector + 1) * isoSector
			continue
		}
		rec := append([]byte(nil), f.d.at(pos, int(n[0]))...)
		if len(rec) < 34 || 33+int(rec[32]) > len(rec) {
			f.x.warn(Partial, "directory %s holds an impossible entry at %#x", t.path, pos)
			break
		}
		pos += int64(len(rec))
		name := string(rec[33 : 33+int(rec[32])])
		if name == "\x00" || name == "\x01" {
			continue
		}
		parts = append(parts, f.extent(rec))
		if rec[25]&0x80 != 0 {
			continue
		}
		sub, err := f.entry(t.path, name, rec, parts)
		if err != nil {
			return below, err
		}
		below, parts = append(below, sub...), nil
	}
	return below, nil
}

func (f *isoFS) entry(dir, name string, rec []byte, parts []isoExtent) ([]isoDir, error) {
	n := Node{Kind: File, Mode: 0o644, MTime: isoTime(rec[18:25])}
	if rec[25]&2 != 0 {
		n.Kind, n.Mode = Dir, 0o755
	}
	at := 33 + int(rec[32]) + (1 - int(rec[32])&1)
	rr := rockRidge{f: f, n: &n}
	rr.read(rec[min(at, len(rec)):])
	if rr.name != "" {
		name = rr.name
	} else {
		if f.wide {
			name = jolietName(name)
		}
		name = isoPlain(name)
	}
	if name == "" || containsSlash(name) {
		f.x.warn(Partial, "directory %s holds an impossible name", dir)
		return nil, nil
	}
	n.Path = joinPath(dir, name)
	switch {
	case rr.child > 0: // a deep directory that was moved up
		n.Kind = Dir
		self := f.d.at(rr.child*f.block, 34)
		if self == nil {
			f.x.warn(Truncated, "directory %s is outside", n.Path)
			return nil, f.x.meta(n)
		}
		return []isoDir{{n.Path, f.extent(self)}}, f.x.meta(n)
	case rr.moved:
		return nil, nil
	case n.Kind == Dir:
		return []isoDir{{n.Path, parts[0]}}, f.x.meta(n)
	case n.Kind != File:
		return nil, f.x.meta(n)
	}
	_, err := f.x.later(n, func(w io.Writer) error {
		if rr.packed && len(parts) == 1 {
			return f.zisofs(w, parts[0])
		}
		for _, p := range parts {
			if p.size == 0 {
				continue
			}
			if err := copyRange(w, f.d, p.at, p.size); err != nil {
				return err
			}
		}
		return nil
	})
	return nil, err
}

// isoPlain drops the version and the empty extension of a name without Rock Ridge.
func isoPlain(s string) string {
	for i := range len(s) {
		if s[i] == ';' {
			s = s[:i]
			break
		}
	}
	if len(s) > 1 && s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

func isoTime(b []byte) int64 {
	t := time.Date(1900+int(b[0]), time.Month(b[1]), int(b[2]), int(b[3]), int(b[4]), int(b[5]), 0, time.UTC)
	return t.Unix() - int64(int8(b[6]))*15*60
}

// rockRidge gathers the system use fields of one entry.
type rockRidge struct {
	f     *isoFS
	n     *Node
	name  string
	child int64
	moved bool
	sep   bool // the next component of a link starts a new name

	packed bool // the content is that of zisofs
}

func (r *rockRidge) read(b []byte) {
	for range 32 { // continuation areas
		var next []byte
		for len(b) >= 4 && int(b[2]) >= 4 && int(b[2]) <= len(b) {
			e := b[:b[2]]
			b = b[b[2]:]
			if string(e[:2]) == "CE" && len(e) >= 28 {
				at := int64(le.Uint32(e[4:]))*r.f.block + int64(le.Uint32(e[12:]))
				next = append([]byte(nil), r.f.d.upto(at, int(min(le.Uint32(e[20:]), isoSector)))...)
				continue
			}
			r.field(e)
		}
		if next == nil {
			return
		}
		b = next
	}
}

func (r *rockRidge) field(e []byte) {
	switch string(e[:2]) {
	case "NM":
		if len(e) > 5 {
			r.name += string(e[5:])
		}
	case "PX":
		if len(e) >= 36 {
			mode := le.Uint32(e[4:])
			r.n.Kind, r.n.Mode, r.n.UID, r.n.GID = unixKind(mode), mode&07777, le.Uint32(e[20:]), le.Uint32(e[28:])
		}
	case "PN":
		if len(e) >= 20 {
			hi, lo := le.Uint32(e[4:]), le.Uint32(e[12:])
			r.n.Major, r.n.Minor = hi, lo
			if hi == 0 { // packed in the low word
				r.n.Major, r.n.Minor = lo>>8, lo&0xff
			}
		}
	case "SL":
		r.link(e)
	case "CL":
		if len(e) >= 12 {
			r.child = int64(le.Uint32(e[4:]))
		}
	case "RE":
		r.moved = true
	case "ZF":
		r.packed = len(e) >= 16 && string(e[4:6]) == "pz"
	}
}

func (r *rockRidge) link(e []byte) {
	for b := e[min(5, len(e)):]; len(b) >= 2 && 2+int(b[1]) <= len(b); b = b[2+int(b[1]):] {
		if r.sep {
			r.n.Link += "/"
		}
		switch {
		case b[0]&2 != 0:
			r.n.Link += "."
		case b[0]&4 != 0:
			r.n.Link += ".."
		case b[0]&8 != 0:
			r.n.Link += "/"
		default:
			r.n.Link += string(b[2 : 2+int(b[1])])
		}
		r.sep = b[0]&9 == 0
	}
}
