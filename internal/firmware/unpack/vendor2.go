package unpack

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Further simple headers of routers, switches and firewalls.

// The table container of firewalls (USG): records of 24 bytes from 0x28, a
// header CRC at 0x182a. One open reader describes it, for one family.
func probeUSG(d *data, off int64) *claim {
	if off != 0 || d.size < 0x2000 {
		return nil
	}
	n := int64(d.u32(le, 12))
	if n < 1 || n > 250 {
		return nil
	}
	type rec struct {
		major       uint32
		minor       uint16
		start, size int64
	}
	var recs []rec
	var end int64
	for i := range n {
		b := d.at(0x28+24*i, 24)
		r := rec{le.Uint32(b[16:]), le.Uint16(b), int64(le.Uint32(b[4:])), int64(le.Uint32(b[8:]))}
		if r.start < 0x182c || r.size == 0 {
			return nil
		}
		end = max(end, r.start+r.size)
		recs = append(recs, r)
	}
	// Records must follow each other and reach the end; plain chance does not do that.
	var sum int64
	for i, r := range recs {
		if i > 0 && r.start < recs[i-1].start+recs[i-1].size {
			return nil
		}
		sum += r.size
	}
	// One that is cut must say so with records that begin right behind the table and fill what they span.
	if sum < d.size/2 || end > 1<<30 || end > d.size && (sum < end/2 || recs[0].start > 0x4000) {
		return nil
	}
	c := &claim{length: max(d.size, end), format: "vrp-table", conf: Structural}
	c.extract = func(x *xtr) error {
		for i, r := range recs {
			name := cstr(x.d.upto(r.start+0x24, 32))
			if !printable(name) {
				name = fmt.Sprintf("record%d", i)
			}
			at, size := r.start, r.size
			// A file member keeps a blob header at 0x980 and its data behind it.
			if bn := int64(x.d.u32(le, r.start+0x980+0x174)); bn > 0 && bn <= r.size-0x980-0x180 {
				at, size = r.start+0x980+0x180, bn
			}
			if _, err := x.part(Node{Path: name, Facts: []Fact{{"type", fmt.Sprintf("%d.%d", r.major, r.minor)}}}, at, size); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

// CHK of a router maker: "*#$^", header length, region, checksums, sizes of kernel and root file system, board.
func probeCHK(d *data, off int64) *claim {
	h := d.at(off, 40)
	if h == nil {
		return nil
	}
	headLen, kernel, root := int64(be.Uint32(h[4:])), int64(be.Uint32(h[24:])), int64(be.Uint32(h[28:]))
	if headLen < 40 || headLen > 256 || kernel == 0 || kernel+root > 1<<30 || off > 0 && off+headLen+kernel > d.size {
		return nil
	}
	c := &claim{off: off, length: headLen + kernel + root, format: "chk", conf: Structural}
	c.fact("version", "%d.%d.%d.%d", h[9], h[10], h[11], h[12])
	c.fact("board", "%s", d.at(off+40, int(headLen-40)))
	c.extract = func(x *xtr) error {
		if _, err := x.part(Node{Path: "kernel"}, off+headLen, kernel); err != nil || root == 0 {
			return err
		}
		_, err := x.part(Node{Path: "rootfs"}, off+headLen+kernel, root)
		return err
	}
	return c
}

// SEAMA: magic, metadata of NUL-ended strings, size, MD5 when there is data.
func probeSeama(d *data, off int64) *claim {
	h := d.at(off, 12)
	if h == nil {
		return nil
	}
	meta, size := int64(be.Uint16(h[6:])), int64(be.Uint32(h[8:]))
	if meta > 4096 {
		return nil
	}
	at := off + 12
	if size > 0 {
		at += 16
	}
	m := d.at(at, int(meta))
	if m == nil || len(m) > 0 && !printable(cstr(m)) {
		return nil
	}
	c := &claim{off: off, length: at - off + meta + size, format: "seama", conf: Structural}
	for _, s := range strings.Split(strings.TrimRight(string(m), "\x00"), "\x00") {
		c.fact("meta", "%s", s)
	}
	c.extract = func(x *xtr) error {
		if size == 0 {
			return nil // a seal: the images follow with headers of their own
		}
		_, err := x.part(Node{Path: "image"}, at+meta, size)
		return err
	}
	return c
}

// The first header of a router maker's images: version 1, vendor and version
// text, hardware number, sizes and offsets of kernel, root file system and boot loader.
func probeTPLink(d *data, off int64) *claim {
	h := d.upto(off, 512)
	if len(h) < 0x90 || off != 0 || be.Uint32(h) != 0x01000000 || !printable(strings.TrimRight(string(h[4:28]), "\x00\xff")) {
		return nil
	}
	u := func(at int) int64 { return int64(be.Uint32(h[at:])) }
	kOff, kLen, rOff, rLen := u(0x80), u(0x84), u(0x88), u(0x8c)
	length := max(kOff+kLen, rOff+rLen, d.size)
	if kOff < 512 || kLen <= 0 || rLen > 0 && rOff < kOff || length > d.size && length > 256<<20 {
		return nil
	}
	c := &claim{length: length, format: "tplink-v1", conf: Structural}
	c.fact("vendor", "%s", cstr(h[4:28]))
	c.fact("version", "%s", cstr(h[28:64]))
	c.fact("hardware", "%08x.%d", u(0x40), u(0x44))
	c.extract = func(x *xtr) error {
		if _, err := x.part(Node{Path: "kernel"}, kOff, kLen); err != nil || rLen == 0 {
			return err
		}
		_, err := x.part(Node{Path: "rootfs"}, rOff, length-rOff)
		return err
	}
	return c
}

// Xiaomi-style HDR1: magic, signature offset, CRC, device type, up to eight blob offsets.
func probeHDR1(d *data, off int64) *claim {
	h := d.at(off, 48)
	if h == nil {
		return nil
	}
	sigAt := int64(le.Uint32(h[4:]))
	if sigAt < 48 || sigAt > 1<<30 || off > 0 && off+sigAt > d.size {
		return nil
	}
	var offs []int64
	for i := range 8 {
		if v := int64(le.Uint32(h[16+4*i:])); v >= 48 && v < sigAt {
			if d.u32(le, off+v) != 0xbabe { // each blob has a magic of its own
				return nil
			}
			offs = append(offs, v)
		}
	}
	if len(offs) == 0 {
		return nil
	}
	c := &claim{off: off, length: d.size - off, format: "hdr1", conf: Structural}
	if n := int64(d.u32(le, off+sigAt)); off+sigAt+16 > d.size || n <= 4096 && off+sigAt+16+n > d.size {
		c.state, c.reason = Truncated, fmt.Sprintf("its signature lies at %#x, behind the end or over it", sigAt)
	}
	c.extract = func(x *xtr) error {
		for _, o := range offs {
			h := x.d.at(off+o, 48)
			if h == nil {
				return io.ErrUnexpectedEOF
			}
			if _, err := x.part(Node{Path: nonEmpty(cstr(h[16:48]), fmt.Sprintf("blob%#x", o))}, off+o+48, int64(le.Uint32(h[8:]))); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

// NPK of a router maker: magic, size, then parts of type u16 and length u32.
func probeNPK(d *data, off int64) *claim {
	size := int64(d.u32(le, off+4))
	if size < 16 || off > 0 && size > d.size-off {
		return nil
	}
	pos, end := off+8, off+8+size
	type part struct {
		typ   uint16
		at, n int64
	}
	var parts []part
	for pos+6 <= min(end, d.size) {
		p := part{d.u16(le, pos), pos + 6, int64(d.u32(le, pos+2))}
		if p.typ > 64 || p.at+p.n > end {
			return nil
		}
		parts = append(parts, p)
		pos = p.at + p.n
	}
	if len(parts) < 2 && !(len(parts) == 1 && pos > d.size) {
		return nil
	}
	c := &claim{off: off, length: max(pos-off, 8+size), format: "npk", conf: Structural}
	c.extract = func(x *xtr) error {
		for i, p := range parts {
			if _, err := x.part(Node{Path: fmt.Sprintf("part%d.type%d", i, p.typ)}, p.at, p.n); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

// Linux kernels: arm, arm64 and x86 boot wrappers. The payload inside is found by carving.
func probeZImage(d *data, off int64) *claim {
	h := d.at(off, 0x30)
	if h == nil {
		return nil
	}
	start, end := int64(le.Uint32(h[0x28:])), int64(le.Uint32(h[0x2c:]))
	if le.Uint32(h[0x24:]) != 0x016f2818 {
		start, end = int64(be.Uint32(h[0x28:])), int64(be.Uint32(h[0x2c:]))
	}
	n := end - start
	if n < 1<<10 || n > 256<<20 {
		return nil
	}
	c := &claim{off: off, length: n, format: "zimage", conf: Structural}
	c.fact("arch", "arm")
	c.extract = func(x *xtr) error { return kernelPayload(x, off+0x30, min(off+n, x.d.size)) }
	return c
}

func probeArm64Image(d *data, off int64) *claim {
	h := d.at(off, 64)
	if h == nil || le.Uint64(h[16:]) == 0 || le.Uint64(h[32:]) != 0 {
		return nil
	}
	n := int64(le.Uint64(h[16:]))
	if n < 1<<16 || n > 256<<20 {
		return nil
	}
	c := &claim{off: off, length: min(n, d.size-off), format: "arm64-image", conf: Structural}
	c.fact("arch", "arm64")
	c.extract = func(x *xtr) error {
		version(x, off, c.length)
		return nil
	}
	return c
}

func probeBzImage(d *data, off int64) *claim {
	h := d.at(off, 0x260)
	if h == nil || le.Uint16(h[0x1fe:]) != 0xaa55 || le.Uint16(h[0x206:]) < 0x200 {
		return nil
	}
	setup := int64(h[0x1f1])
	if setup == 0 {
		setup = 4
	}
	n := (setup+1)*512 + int64(le.Uint32(h[0x1f4:]))*16
	if n > 256<<20 || n < 1<<14 {
		return nil
	}
	c := &claim{off: off, length: n, format: "bzimage", conf: Structural}
	c.fact("arch", "x86")
	if v := int64(le.Uint16(h[0x20e:])); v != 0 {
		c.fact("version", "%s", cstr(d.upto(off+0x200+v, 128)))
	}
	c.extract = func(x *xtr) error {
		at := off + (setup+1)*512
		if le.Uint16(h[0x206:]) >= 0x208 {
			if p, pn := int64(le.Uint32(h[0x248:])), int64(le.Uint32(h[0x24c:])); pn > 0 && at+p < x.d.size {
				_, err := x.part(Node{Path: "vmlinux.packed"}, at+p, pn)
				return err
			}
		}
		return kernelPayload(x, at, min(off+c.length, x.d.size))
	}
	return c
}

// kernelPayload finds the compressed kernel inside a boot wrapper: the first
// stream of a kilobyte or more. Its trailing size and the wrapper's code are not separated.
func kernelPayload(x *xtr, from, to int64) error {
	magics := [][]byte{{0x1f, 0x8b, 8}, []byte("\xfd7zXZ\x00"), []byte("BZh"), {0x5d, 0, 0}, []byte("\x89LZO"), {2, 0x21, 0x4c, 0x18}, {0x28, 0xb5, 0x2f, 0xfd}}
	b := x.d.upto(from, int(min(to-from, maxAt)))
	best := len(b)
	for _, m := range magics {
		for at := 0; ; {
			i := bytes.Index(b[at:min(len(b), best+len(m))], m)
			if i < 0 {
				break
			}
			sc := &scanner{s: x.s, d: x.d, o: &Object{trial: true}}
			ok := false
			for _, l := range candidatesAt(x.d.sub(from+int64(at+i), int64(len(b)-at-i)), 0) {
				for _, g := range l {
					if sc.try(g, from+int64(at+i)) != nil {
						ok = true
					}
				}
			}
			if ok {
				best = min(best, at+i)
				break
			}
			at += i + 1
		}
	}
	if best < len(b) {
		_, err := x.part(Node{Path: "vmlinux.packed"}, from+int64(best), to-from-int64(best))
		return err
	}
	version(x, from, to-from)
	return nil
}

// version records the text "Linux version ..." of an unpacked kernel.
func version(x *xtr, off, n int64) {
	b := x.d.upto(off, int(min(n, 64<<20)))
	if i := bytes.Index(b, []byte("Linux version ")); i >= 0 {
		t := cstr(b[i:min(len(b), i+300)])
		x.r.Facts = append(x.r.Facts, Fact{"version", strings.TrimSpace(t)})
	}
}

// probeIKConfig: the kernel's own configuration, gzip between two marks.
func probeIKConfig(d *data, off int64) *claim {
	if c := probeGzip(d, off+8); c != nil {
		c.off, c.format = off, "kernel-config"
		inner := c.extract
		c.extract = func(x *xtr) error {
			err := inner(x)
			x.r.Length += 8
			if string(x.d.upto(off+x.r.Length, 8)) == "IKCFG_ED" {
				x.r.Length += 8
			}
			return err
		}
		return c
	}
	return nil
}
