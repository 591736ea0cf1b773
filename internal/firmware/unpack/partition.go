package unpack

import (
	"fmt"
	"hash/crc32"
	"slices"
	"unicode/utf16"
)

// usualPartitions are FAT, extended, Linux and its swap, LVM and RAID, NTFS, EFI.
var usualPartitions = []byte{1, 4, 5, 6, 7, 0xb, 0xc, 0xe, 0xf, 0x82, 0x83, 0x85, 0x8e, 0xef, 0xfd}

// MBR and GPT partition tables, after the UEFI specification.
func probeMBR(d *data, off int64) *claim {
	h := d.at(off, 512)
	if h == nil || off != 0 || h[510] != 0x55 || h[511] != 0xaa || probeFAT(d, off) != nil || probeBzImage(d, off) != nil {
		return nil
	}
	type part struct {
		typ   byte
		at, n int64
	}
	var parts []part
	for i := range 4 {
		e := h[446+16*i:]
		if e[0]&0x7f != 0 {
			return nil
		}
		p := part{e[4], int64(le.Uint32(e[8:])) * 512, int64(le.Uint32(e[12:])) * 512}
		if p.typ == 0xee {
			if d.size < 604 && p.at == 512 {
				return &claim{length: max(p.at+p.n, 1024), format: "gpt", conf: Structural}
			}
			return nil // protective: the GPT says more
		}
		if p.typ == 0 || p.n == 0 {
			continue
		}
		if p.at == 0 {
			return nil
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return nil
	}
	for i := range parts {
		for j := range i {
			if parts[i].at < parts[j].at+parts[j].n && parts[j].at < parts[i].at+parts[i].n {
				return nil
			}
		}
	}
	first, last, end := d.size, int64(0), int64(0)
	odd := false
	for _, p := range parts {
		first, last, end = min(first, p.at), max(last, p.at), max(end, p.at+p.n)
		odd = odd || !slices.Contains(usualPartitions, p.typ)
	}
	c := &claim{length: d.size, format: "mbr", conf: Structural}
	if last >= d.size { // cut before it, and only the table speaks of it
		if odd {
			return nil
		}
		c.length = end
	}
	c.extract = func(x *xtr) error {
		if first > 512 { // boot loaders live between the table and the first partition
			if _, err := x.part(Node{Path: "gap"}, 512, first-512); err != nil {
				return err
			}
		}
		for i, p := range parts {
			if extended(p.typ) {
				if err := logicalPartitions(x, p.at, p.n); err != nil {
					return err
				}
				continue
			}
			if _, err := x.part(Node{Path: fmt.Sprintf("partition%d", i+1), Facts: []Fact{{"type", fmt.Sprintf("%#02x", p.typ)}}}, p.at, p.n); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

func extended(typ byte) bool { return typ == 5 || typ == 0xf || typ == 0x85 }

// logicalPartitions follows the chain of tables inside an extended partition:
// each names one partition, from itself, and the next table, from the start of all.
func logicalPartitions(x *xtr, base, size int64) error {
	number, at := 5, base
	for range 128 {
		h := x.d.at(at, 512)
		if h == nil || h[510] != 0x55 || h[511] != 0xaa {
			x.warn(Truncated, "the table of a logical partition is not at %#x", at)
			return nil
		}
		e, link := h[446:462], h[462:478]
		if n := int64(le.Uint32(e[12:])) * 512; e[4] != 0 && n > 0 {
			node := Node{Path: fmt.Sprintf("partition%d", number), Facts: []Fact{{"type", fmt.Sprintf("%#02x", e[4])}}}
			if _, err := x.part(node, at+int64(le.Uint32(e[8:]))*512, n); err != nil {
				return err
			}
			number++
		}
		next := base + int64(le.Uint32(link[8:]))*512
		if !extended(link[4]) {
			return nil
		}
		if next <= at || next >= base+size {
			x.warn(Partial, "the chain of logical partitions leads from %#x to %#x: not followed", at, next)
			return nil
		}
		at = next
	}
	x.warn(LimitHit, "limit hit: 128 logical partitions")
	return nil
}

func probeGPT(d *data, off int64) *claim {
	h := d.at(off+512, 92)
	if h == nil || off < 0 || le.Uint32(h[12:]) < 92 || le.Uint32(h[12:]) > 512 {
		return nil
	}
	full := append([]byte(nil), d.at(off+512, int(le.Uint32(h[12:])))...)
	if len(full) < 92 {
		return nil
	}
	copy(full[16:20], zeros[:4])
	if crc32.ChecksumIEEE(full) != le.Uint32(h[16:]) {
		return nil
	}
	n, size, table := int64(le.Uint32(h[80:])), int64(le.Uint32(h[84:])), int64(le.Uint64(h[72:]))*512
	last := (int64(le.Uint64(h[32:])) + 1) * 512
	if n > 1024 || size < 128 || size > 4096 || table <= 0 {
		return nil
	}
	c := &claim{off: off, length: max(last, 1024), format: "gpt", conf: Checked}
	c.extract = func(x *xtr) error {
		for i := range n {
			e := x.d.at(off+table+i*size, int(size))
			if e == nil {
				x.warn(Truncated, "partition table is cut")
				return nil
			}
			if string(e[:16]) == string(zeros[:16]) {
				continue
			}
			at, end := int64(le.Uint64(e[32:]))*512, (int64(le.Uint64(e[40:]))+1)*512
			var u []uint16
			for k := 56; k+1 < 128; k += 2 {
				if v := le.Uint16(e[k:]); v != 0 {
					u = append(u, v)
				}
			}
			name := string(utf16.Decode(u))
			node := Node{Path: fmt.Sprintf("partition%d", i+1), Facts: []Fact{{"name", name}, {"type", fmt.Sprintf("%x", e[:16])}}}
			if end <= at {
				continue
			}
			if _, err := x.part(node, off+at, end-at); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}
