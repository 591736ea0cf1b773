package unpack

import (
	"bytes"
)

// rpm: lead, signature header, header, payload; tags are those of its format manual.
func probeRPM(d *data, off int64) *claim {
	h := d.at(off, 96)
	if h == nil || h[4] < 3 || h[4] > 4 {
		return nil
	}
	sigEnd, _, sizes, ok := rpmHeader(d, off+96)
	if !ok {
		return rpmCut(d, off, off+96)
	}
	header := off + 96 + alignUp(sigEnd-(off+96), 8)
	payload, tags, _, ok := rpmHeader(d, header)
	if !ok {
		return rpmCut(d, off, header)
	}
	// The signature says how long header and payload are; one without it goes to the end.
	end := d.size
	for _, tag := range []uint32{1000, 270} {
		if n := sizes[tag]; n >= payload-header && n < 1<<40 {
			end = header + n
		}
	}
	c := &claim{off: off, length: end - off, format: "rpm", conf: Structural}
	for _, t := range []struct {
		tag  uint32
		name string
	}{{1000, "name"}, {1001, "version"}, {1002, "release"}, {1011, "vendor"}, {1014, "licence"}, {1022, "arch"}, {1020, "url"}, {1007, "build host"}, {1125, "compressor"}} {
		c.fact(t.name, "%s", tags[t.tag])
	}
	c.extract = func(x *xtr) error {
		_, err := x.part(Node{Path: "payload"}, payload, end-payload)
		return err
	}
	return c
}

// rpmCut claims a package whose header at begins, if anything of it is there, and does not end.
func rpmCut(d *data, off, at int64) *claim {
	h := d.upto(at, 16)
	if at < d.size && !bytes.HasPrefix([]byte{0x8e, 0xad, 0xe8, 1}, h[:min(4, len(h))]) {
		return nil
	}
	end := at + 16
	if len(h) == 16 {
		end += 16*int64(be.Uint32(h[8:])) + int64(be.Uint32(h[12:]))
	}
	if end <= d.size || end > d.size+80<<20 {
		return nil
	}
	return &claim{off: off, length: end - off, format: "rpm", conf: Structural}
}

// rpmHeader reads the texts and the first numbers of a header, by tag.
func rpmHeader(d *data, off int64) (end int64, tags map[uint32]string, numbers map[uint32]int64, ok bool) {
	h := d.at(off, 16)
	if h == nil || !bytes.Equal(h[:4], []byte{0x8e, 0xad, 0xe8, 1}) {
		return 0, nil, nil, false
	}
	n, size := int64(be.Uint32(h[8:])), int64(be.Uint32(h[12:]))
	if n > 1<<16 || size > 64<<20 {
		return 0, nil, nil, false
	}
	idx, store := d.at(off+16, int(n*16)), d.at(off+16+n*16, int(size))
	if idx == nil || store == nil {
		return 0, nil, nil, false
	}
	tags, numbers = map[uint32]string{}, map[uint32]int64{}
	for i := int64(0); i < n; i++ {
		e := idx[i*16:]
		tag, typ, at := be.Uint32(e), be.Uint32(e[4:]), be.Uint32(e[8:])
		switch {
		case typ == 4 && int64(at)+4 <= size:
			numbers[tag] = int64(be.Uint32(store[at:]))
		case typ == 5 && int64(at)+8 <= size:
			numbers[tag] = int64(be.Uint64(store[at:]))
		}
		if (typ == 6 || typ == 9 || typ == 8) && int64(at) < size {
			tags[tag] = cstr(store[at:min(int64(at)+4096, size)])
		}
	}
	return off + 16 + n*16 + size, tags, numbers, true
}
