package unpack

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// FAT12, FAT16 and FAT32 with long names, after the published FAT specification.
type fat struct {
	x             *xtr
	d             *data
	bits          int
	cluster       int64
	fatAt, dataAt int64
	rootAt, rootN int64
	rootCluster   uint32
	clusters      uint32
}

func probeFAT(d *data, off int64) *claim {
	h := d.at(off, 512)
	if h == nil || off < 0 || h[0] != 0xeb && h[0] != 0xe9 || h[510] != 0x55 || h[511] != 0xaa {
		return nil
	}
	sec, spc, res, nf := int64(le.Uint16(h[11:])), int64(h[13]), int64(le.Uint16(h[14:])), int64(h[16])
	rootEnts, total, fatSz := int64(le.Uint16(h[17:])), int64(le.Uint16(h[19:])), int64(le.Uint16(h[22:]))
	if total == 0 {
		total = int64(le.Uint32(h[32:]))
	}
	if fatSz == 0 {
		fatSz = int64(le.Uint32(h[36:]))
	}
	if sec < 512 || sec > 4096 || sec&(sec-1) != 0 || spc == 0 || spc&(spc-1) != 0 || res == 0 || nf < 1 || nf > 2 || h[21] < 0xf0 || fatSz == 0 || total == 0 {
		return nil
	}
	f := &fat{cluster: sec * spc, fatAt: res * sec, rootAt: (res + nf*fatSz) * sec, rootN: rootEnts * 32}
	f.dataAt = alignUp(f.rootAt+f.rootN, sec)
	n := (total*sec - f.dataAt) / f.cluster
	if n <= 0 {
		return nil
	}
	f.clusters = uint32(min(n, 1<<28))
	switch {
	case n < 4085:
		f.bits = 12
	case n < 65525:
		f.bits = 16
	default:
		f.bits = 32
	}
	if rootEnts == 0 {
		f.bits, f.rootCluster = 32, le.Uint32(h[44:])
	}
	if fatSz*sec*8 < n*int64(f.bits) {
		return nil
	}
	c := &claim{off: off, length: total * sec, format: "fat", conf: Structural}
	c.fact("kind", "FAT%d", f.bits)
	label := h[43:54]
	if f.bits == 32 {
		label = h[71:82]
	}
	c.fact("label", "%s", strings.TrimSpace(string(label)))
	c.extract = func(x *xtr) error {
		f.x, f.d = x, x.d.sub(off, total*sec)
		return f.walk()
	}
	return c
}

func (f *fat) next(c uint32) uint32 {
	switch f.bits {
	case 12:
		v := f.d.u16(le, f.fatAt+int64(c)*3/2)
		if c&1 != 0 {
			return uint32(v >> 4)
		}
		return uint32(v & 0xfff)
	case 16:
		return uint32(f.d.u16(le, f.fatAt+int64(c)*2))
	}
	return f.d.u32(le, f.fatAt+int64(c)*4) & 0x0fffffff
}

// chain writes the clusters from c on, size bytes at most (negative: all).
func (f *fat) chain(w io.Writer, c uint32, size int64) error {
	for steps := uint32(0); c >= 2 && c < f.clusters+2 && size != 0; steps++ {
		if steps > f.clusters {
			return fmt.Errorf("cluster chain is a loop")
		}
		// Runs of neighbouring clusters are copied at once.
		first, n := c, int64(1)
		for next := f.next(c); next == c+1 && n < 1024 && (size < 0 || n*f.cluster < size); next = f.next(c) {
			c, n = next, n+1
		}
		steps += uint32(n) - 1
		want := n * f.cluster
		if size >= 0 {
			want = min(want, size)
			size -= want
		}
		if err := copyRange(w, f.d, f.dataAt+int64(first-2)*f.cluster, want); err != nil {
			return err
		}
		c = f.next(c)
	}
	if size > 0 {
		return fmt.Errorf("cluster chain ends %d bytes early: %w", size, io.ErrUnexpectedEOF)
	}
	return nil
}

func (f *fat) walk() error {
	type todo struct {
		path    string
		cluster uint32
	}
	stack := []todo{{"", f.rootCluster}}
	seen := map[uint32]bool{}
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		var buf dirBuf
		if t.path == "" && f.bits != 32 {
			buf.b = f.d.upto(f.rootAt, int(f.rootN))
		} else {
			if seen[t.cluster] || pathDepth(t.path) > 64 {
				f.x.warn(Partial, "directory %s is a loop or too deep: not followed", t.path)
				continue
			}
			seen[t.cluster] = true
			if err := f.chain(&limitWriter{&buf, 64 << 20}, t.cluster, -1); err != nil {
				f.x.warn(stateOf(err), "directory %s: %v", t.path, err)
			}
		}
		var long []uint16
		for b := buf.b; len(b) >= 32; b = b[32:] {
			if b[0] == 0 {
				break
			}
			if b[0] == 0xe5 || b[11] == 0x08 || b[11]&0x18 == 0x08 && b[11] != 0x0f {
				long = nil
				continue
			}
			if b[11] == 0x0f {
				long = append(fatLong(b), long...)
				if len(long) > 260 {
					long = nil
				}
				continue
			}
			name := fatName(b, long)
			long = nil
			if containsSlash(name) {
				f.x.warn(Partial, "directory %s holds the impossible name %q", nonEmpty(t.path, "/"), name)
				continue
			}
			if name == "." || name == ".." || name == "" {
				continue
			}
			p := joinPath(t.path, name)
			c := uint32(le.Uint16(b[26:]))
			if f.bits == 32 {
				c |= uint32(le.Uint16(b[20:])) << 16
			}
			if b[11]&0x10 != 0 {
				if err := f.x.meta(Node{Path: p, Kind: Dir, Mode: 0o755}); err != nil {
					return err
				}
				stack = append(stack, todo{p, c})
				continue
			}
			if _, err := f.x.later(Node{Path: p, Kind: File, Mode: 0o644}, func(w io.Writer) error { return f.chain(w, c, int64(le.Uint32(b[28:]))) }); err != nil {
				return err
			}
		}
	}
	return nil
}

type limitWriter struct {
	w io.Writer
	n int64
}

func (l *limitWriter) Write(p []byte) (int, error) {
	if l.n -= int64(len(p)); l.n < 0 {
		return 0, limitf("directory too long")
	}
	return l.w.Write(p)
}

func fatLong(b []byte) []uint16 {
	var out []uint16
	for _, r := range [][2]int{{1, 11}, {14, 26}, {28, 32}} {
		for i := r[0]; i < r[1]; i += 2 {
			v := le.Uint16(b[i:])
			if v == 0 {
				return out
			}
			out = append(out, v)
		}
	}
	return out
}

func fatName(b []byte, long []uint16) string {
	if len(long) > 0 {
		return string(utf16.Decode(long))
	}
	base, ext := strings.TrimRight(string(b[:8]), " "), strings.TrimRight(string(b[8:11]), " ")
	if base != "" && base[0] == 5 {
		base = "\xe5" + base[1:]
	}
	if b[12]&8 != 0 {
		base = strings.ToLower(base)
	}
	if b[12]&16 != 0 {
		ext = strings.ToLower(ext)
	}
	if ext == "" {
		return base
	}
	return base + "." + ext
}
