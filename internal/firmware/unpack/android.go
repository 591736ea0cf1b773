package unpack

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/therootcompany/xz"
)

// Android sparse images, boot images (versions 0 to 4, vendor_boot) and OTA
// payloads, after the headers published with Android.
func probeSparse(d *data, off int64) *claim {
	h := d.at(off, 28)
	if h == nil || le.Uint16(h[4:]) != 1 || le.Uint16(h[8:]) < 28 || le.Uint16(h[10:]) < 12 {
		return nil
	}
	blk, total, chunks := int64(le.Uint32(h[12:])), int64(le.Uint32(h[16:])), int(le.Uint32(h[20:]))
	if blk == 0 || blk&3 != 0 || blk > 1<<20 {
		return nil
	}
	headLen, chunkLen := int64(le.Uint16(h[8:])), int64(le.Uint16(h[10:]))
	pos, n := off+headLen, 0
	for ; n < chunks && pos+12 <= d.size; n++ {
		k := d.u16(le, pos)
		if k < 0xcac1 || k > 0xcac4 || int64(d.u32(le, pos+8)) < chunkLen {
			return nil
		}
		pos += int64(d.u32(le, pos+8))
	}
	c := &claim{off: off, length: pos - off, format: "android-sparse", conf: Structural}
	if n < chunks {
		c.state, c.reason = Truncated, fmt.Sprintf("%d of %d chunks are there", n, chunks)
	}
	c.fact("block size", "%d", blk)
	c.fact("size", "%d", blk*total)
	c.extract = func(x *xtr) error {
		_, err := x.file(Node{Path: "image", Kind: Part}, func(w io.Writer) error {
			return unsparse(w, x.d, off+headLen, chunkLen, blk, n)
		})
		return err
	}
	return c
}

func unsparse(w io.Writer, d *data, pos, chunkLen, blk int64, chunks int) error {
	for range chunks {
		h := d.at(pos, 12)
		if h == nil {
			return io.ErrUnexpectedEOF
		}
		out, size := int64(le.Uint32(h[4:]))*blk, int64(le.Uint32(h[8:]))
		var err error
		switch le.Uint16(h) {
		case 0xcac1:
			if size-chunkLen < out {
				return fmt.Errorf("raw chunk at %#x is shorter than its blocks", pos)
			}
			err = copyRange(w, d, pos+chunkLen, out)
		case 0xcac2:
			err = writeFill(w, d.at(pos+chunkLen, 4), out)
		case 0xcac3:
			err = writeZeros(w, out)
		}
		if err != nil {
			return err
		}
		pos += size
	}
	return nil
}

func writeFill(w io.Writer, v []byte, n int64) error {
	if len(v) < 4 {
		return io.ErrUnexpectedEOF
	}
	b := make([]byte, 1<<16)
	for i := range b {
		b[i] = v[i&3]
	}
	for n > 0 {
		k := min(n, int64(len(b)))
		if _, err := w.Write(b[:k]); err != nil {
			return err
		}
		n -= k
	}
	return nil
}

func probeBoot(d *data, off int64) *claim {
	h := d.at(off, 1660)
	if h == nil {
		return nil
	}
	u := func(at int) int64 { return int64(le.Uint32(h[at:])) }
	c := &claim{off: off, format: "android-boot", conf: Structural}
	type piece struct {
		name string
		n    int64
	}
	var pieces []piece
	page, version := u(36), u(40)
	if version >= 3 && version <= 4 {
		page = 4096
		pieces = []piece{{"kernel", u(8)}, {"ramdisk", u(12)}}
		c.fact("cmdline", "%s", cstr(h[44:44+1536]))
		if version == 4 {
			pieces = append(pieces, piece{"signature", u(1580)})
		}
	} else {
		if page < 512 || page > 1<<17 || page&(page-1) != 0 {
			return nil
		}
		pieces = []piece{{"kernel", u(8)}, {"ramdisk", u(16)}, {"second", u(24)}}
		if version == 1 || version == 2 {
			pieces = append(pieces, piece{"recovery_dtbo", u(1632)})
		}
		if version == 2 {
			pieces = append(pieces, piece{"dtb", u(1648)})
		} else if version > 4 { // early vendors put the size of a device tree table here
			pieces = append(pieces, piece{"dtb", version})
			version = 0
		}
		c.fact("board", "%s", cstr(h[48:64]))
		c.fact("cmdline", "%s%s", cstr(h[64:576]), cstr(h[608:1632]))
	}
	c.fact("version", "%d", version)
	osv := u(44)
	if version >= 3 {
		osv = u(16)
	} else {
		osv = u(44)
	}
	if osv != 0 {
		c.fact("os version", "%d.%d.%d", osv>>25&127, osv>>18&127, osv>>11&127)
		c.fact("patch level", "%d-%02d", 2000+osv>>4&127, osv&15)
	}
	pos := off + page
	type at struct {
		name   string
		off, n int64
	}
	var parts []at
	for _, p := range pieces {
		if p.n < 0 || p.n > 1<<30 {
			return nil
		}
		if p.n > 0 {
			parts = append(parts, at{p.name, pos, p.n})
			pos += alignUp(p.n, page)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	c.length = pos - off
	if off+c.length > d.size && parts[len(parts)-1].off+parts[len(parts)-1].n <= d.size {
		c.length = d.size - off
	}
	c.extract = func(x *xtr) error {
		for _, p := range parts {
			if _, err := x.part(Node{Path: p.name}, p.off, p.n); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

// probeVendorBoot: the second image of newer phones; ramdisk and device tree.
func probeVendorBoot(d *data, off int64) *claim {
	h := d.at(off, 2128)
	if h == nil {
		return nil
	}
	version, page, ram := le.Uint32(h[8:]), int64(le.Uint32(h[12:])), int64(le.Uint32(h[24:]))
	if version < 3 || version > 4 || page < 512 || page > 1<<17 || ram > 1<<30 {
		return nil
	}
	headSize, dtb := int64(le.Uint32(h[2096:])), int64(le.Uint32(h[2100:]))
	ramAt := off + alignUp(headSize, page)
	dtbAt := ramAt + alignUp(ram, page)
	c := &claim{off: off, length: min(dtbAt+alignUp(dtb, page), d.size) - off, format: "android-vendor-boot", conf: Structural}
	c.fact("cmdline", "%s", cstr(h[28:28+2048]))
	c.fact("board", "%s", cstr(h[2080:2096]))
	c.extract = func(x *xtr) error {
		if _, err := x.part(Node{Path: "ramdisk"}, ramAt, ram); err != nil || dtb == 0 {
			return err
		}
		_, err := x.part(Node{Path: "dtb"}, dtbAt, dtb)
		return err
	}
	return c
}

// OTA payload: "CrAU", version 2, a protobuf manifest of partitions with operations on 4 KiB blocks.
func probePayload(d *data, off int64) *claim {
	h := d.at(off, 24)
	if h == nil || be.Uint64(h[4:]) != 2 {
		return nil
	}
	n, sig := int64(be.Uint64(h[12:])), int64(be.Uint32(h[20:]))
	if n <= 0 || n > 64<<20 {
		return nil
	}
	c := &claim{off: off, length: max(d.size-off, 24+n), format: "android-payload", conf: Structural}
	if off+24+n > d.size {
		return c // cut in the list of its operations
	}
	c.extract = func(x *xtr) error {
		m := x.d.at(off+24, int(n))
		base := off + 24 + n + sig
		blk := int64(4096)
		var err error
		eachField(m, func(num int, v uint64, b []byte) {
			if num == 3 {
				blk = int64(v)
			}
		})
		if blk < 512 || blk > 1<<20 {
			return fmt.Errorf("block size %d", blk)
		}
		eachField(m, func(num int, _ uint64, b []byte) {
			if num == 13 && err == nil {
				err = payloadPartition(x, b, base, blk)
			}
		})
		return err
	}
	return c
}

// eachField calls f for each field of a protobuf message.
func eachField(b []byte, f func(num int, v uint64, b []byte)) {
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return
		}
		b = b[n:]
		switch key & 7 {
		case 0:
			v, n := binary.Uvarint(b)
			if n <= 0 {
				return
			}
			f(int(key>>3), v, nil)
			b = b[n:]
		case 2:
			v, n := binary.Uvarint(b)
			if n <= 0 || v > uint64(len(b)-n) {
				return
			}
			f(int(key>>3), 0, b[n:n+int(v)])
			b = b[n+int(v):]
		case 1:
			if len(b) < 8 {
				return
			}
			f(int(key>>3), le.Uint64(b), nil)
			b = b[8:]
		case 5:
			if len(b) < 4 {
				return
			}
			f(int(key>>3), uint64(le.Uint32(b)), nil)
			b = b[4:]
		default:
			return
		}
	}
}

type payloadOp struct {
	typ    uint64
	off, n int64
	dst    [][2]int64
	sum    []byte
}

func payloadPartition(x *xtr, b []byte, base, blk int64) error {
	name, ops, delta := "partition", []payloadOp(nil), false
	eachField(b, func(num int, _ uint64, v []byte) {
		switch num {
		case 1:
			name = string(v)
		case 8:
			var op payloadOp
			eachField(v, func(num int, n uint64, v []byte) {
				switch num {
				case 1:
					op.typ = n
				case 2:
					op.off = int64(n)
				case 3:
					op.n = int64(n)
				case 6:
					var e [2]int64
					eachField(v, func(num int, n uint64, _ []byte) {
						if num == 1 || num == 2 {
							e[num-1] = int64(n)
						}
					})
					op.dst = append(op.dst, e)
				case 8:
					op.sum = v
				}
			})
			ops = append(ops, op)
		}
	})
	for _, op := range ops {
		switch op.typ {
		case 0, 1, 6, 7, 8:
		default:
			delta = true
		}
	}
	if delta {
		x.warn(Partial, "%s: holds differences against an older image, not the whole", name)
		return x.meta(Node{Path: name, Kind: Part, State: Partial, Reason: "differences against an older image"})
	}
	// Operations of a full update go forward through the partition.
	_, err := x.file(Node{Path: name, Kind: Part}, func(w io.Writer) error {
		at := int64(0)
		for _, op := range ops {
			if len(op.dst) == 0 || op.dst[0][0] < at || op.dst[0][0] > 1<<32 {
				return fmt.Errorf("operations are not in order")
			}
			if err := writeZeros(w, (op.dst[0][0]-at)*blk); err != nil {
				return err
			}
			var size int64
			for _, e := range op.dst {
				size += e[1] * blk
				at = e[0] + e[1]
			}
			if err := payloadOpTo(w, x.d, base, &op, size); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func payloadOpTo(w io.Writer, d *data, base int64, op *payloadOp, size int64) error {
	if op.typ == 6 || op.typ == 7 {
		return writeZeros(w, size)
	}
	if at := base + op.off; op.n > d.size-at {
		return fmt.Errorf("says %d bytes at %#x, only %d are there: %w", op.n, at, max(d.size-at, 0), io.ErrUnexpectedEOF)
	}
	if len(op.sum) == 32 && op.n < maxAt {
		if sum := sha256.Sum256(d.at(base+op.off, int(op.n))); string(sum[:]) != string(op.sum) {
			return fmt.Errorf("data at %#x fails its SHA-256", base+op.off)
		}
	}
	in := d.reader(base+op.off, op.n)
	switch op.typ {
	case 0:
		return copyRange(w, d, base+op.off, op.n)
	case 1:
		_, err := io.Copy(w, bzip2Reader(in))
		return err
	}
	z, err := xz.NewReader(newCounter(in), maxDict)
	if err == nil {
		_, err = io.Copy(w, z)
	}
	return err
}
