package unpack

import (
	"bytes"
	"fmt"
	"strings"
)

// Two later layouts of TP-Link images, as the open packers of firmware write
// them (OpenWrt's firmware-utils, read 2026-11-29): the second header of 512
// bytes, and the one with a table of partitions in text.

const tplinkHeader2 = 0x02000000

// probeTPLink2: the text of a version, a kernel, a root file system and a boot loader with an offset each.
func probeTPLink2(d *data, off int64) *claim {
	h := d.upto(off, 512)
	if len(h) < 0x94 || be.Uint32(h) != tplinkHeader2 || be.Uint16(h[0x8c:]) != 0x55aa || h[0x90] != 0xa5 || !printable(strings.TrimRight(string(h[4:52]), "\x00\xff")) {
		return nil
	}
	u := func(at int) int64 { return int64(be.Uint32(h[at:])) }
	length := u(0x70)
	if length <= 512 || length > 256<<20 {
		return nil
	}
	c := &claim{off: off, length: length, format: "tplink-v2", conf: Structural}
	c.fact("version", "%s", cstr(h[4:52]))
	c.fact("hardware", "%08x.%d", u(0x34), u(0x38))
	if len(h) < 512 {
		return c
	}
	c.extract = func(x *xtr) error {
		for i, name := range []string{"kernel", "rootfs", "boot"} {
			at, n := u(0x74+8*i), u(0x78+8*i)
			if n == 0 {
				continue
			}
			if at < 512 || at+n > length {
				x.warn(Partial, "%s lies from %#x to %#x of %#x: left out", name, at, at+n, length)
				continue
			}
			if _, err := x.part(Node{Path: name}, off+at, n); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

const (
	safeloaderTable = 0x1014 // where the table stands, and what offsets count from
	safeloaderLines = 0x800  // bytes of the table
	safeloaderLine  = "fwup-ptn "
)

// probeSafeloader: size and MD5, a text of the maker, lines "fwup-ptn NAME base N size N".
// The MD5 has a secret of the maker in front and is not checked.
func probeSafeloader(d *data, off int64) *claim {
	size := int64(d.u32(be, off))
	if off < 0 || size < safeloaderTable+safeloaderLines || size > 256<<20 || d.u32(be, off+0x14) > safeloaderTable {
		return nil
	}
	parts := safeloaderParts(d.upto(off+safeloaderTable, safeloaderLines))
	if len(parts) == 0 {
		return nil
	}
	c := &claim{off: off, length: size, format: "tplink-safeloader", conf: Structural}
	if text := cstr(bytes.TrimRight(d.upto(off+0x18, 256), "\xff")); printable(strings.TrimSpace(strings.ReplaceAll(text, "\n", " "))) {
		c.fact("vendor", "%s", strings.TrimSpace(strings.ReplaceAll(text, "\n", " ")))
	}
	c.extract = func(x *xtr) error {
		for _, p := range parts {
			if p.n == 0 {
				continue
			}
			if p.off > size-safeloaderTable || p.n > size-safeloaderTable-p.off {
				x.warn(Partial, "partition %q lies at %#x, %d bytes, outside of the image: left out", p.name, p.off, p.n)
				continue
			}
			if _, err := x.part(Node{Path: p.name}, off+safeloaderTable+p.off, p.n); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

// safeloaderParts reads the lines of the table; a line that does not hold ends it.
func safeloaderParts(table []byte) (out []fitPart) {
	for len(out) < 64 && bytes.HasPrefix(table, []byte(safeloaderLine)) {
		line, rest, ok := bytes.Cut(table, []byte("\n"))
		if !ok {
			break
		}
		var p fitPart
		if _, err := fmt.Sscanf(strings.TrimSpace(string(line)), safeloaderLine+"%s base %v size %v", &p.name, &p.off, &p.n); err != nil || p.off < 0 || p.n < 0 {
			break
		}
		out, table = append(out, p), rest
	}
	return out
}
