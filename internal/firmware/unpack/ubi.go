package unpack

import (
	"fmt"
	"hash/crc32"
	"io"
	"sort"
)

// UBI after the kernel's ubi-media.h: erase blocks with two headers each; the
// layout volume names the volumes. The CRC has no final complement.
func ubiCRC(b []byte) uint32 { return ^crc32.ChecksumIEEE(b) }

const ubiLayout = 0x7fffefff

func ubiEC(d *data, off int64) (vid, dat int64, ok bool) {
	h := d.at(off, 64)
	if h == nil || string(h[:4]) != "UBI#" || h[4] != 1 || ubiCRC(h[:60]) != be.Uint32(h[60:]) {
		return 0, 0, false
	}
	return int64(be.Uint32(h[16:])), int64(be.Uint32(h[20:])), true
}

// ubiPEB finds the erase block size: the distance to the next header that holds.
func ubiPEB(d *data, off int64) int64 {
	for _, n := range []int64{16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8, 4} {
		if _, _, ok := ubiEC(d, off+n<<10); ok {
			// A smaller true size would show a header in between.
			for m := n / 2; m >= 4; m /= 2 {
				if _, _, ok := ubiEC(d, off+m<<10); ok {
					n = m
				}
			}
			return n << 10
		}
	}
	return 0
}

type ubiLEB struct {
	at   int64 // data
	n    int64
	sqn  uint64
	used int64 // static volumes
}

type ubiVolume struct {
	id       uint32
	name     string
	static   bool
	reserved uint32
	count    int64 // erase blocks a static volume says it has
	lebs     map[uint32]ubiLEB
}

func probeUBI(d *data, off int64) *claim {
	vid, dat, ok := ubiEC(d, off)
	if !ok || vid < 64 || dat <= vid || dat > 64<<10 {
		return nil
	}
	peb := ubiPEB(d, off)
	single := peb == 0
	if single {
		peb = d.size - off
		if peb > 4<<20 {
			return nil
		}
	}
	end, bad := off, int64(0)
	for pos := off; pos+64 <= d.size; pos += peb {
		if _, _, ok := ubiEC(d, pos); ok {
			end, bad = min(pos+peb, d.size), 0
		} else if bad++; bad > 8 { // some bad or erased blocks may stand between
			break
		}
	}
	c := &claim{off: off, length: end - off, format: "ubi", conf: Checked}
	c.fact("erase block", "%d", peb)
	c.fact("image sequence", "%d", d.u32(be, off+24))
	if (end-off)%peb != 0 {
		c.state, c.reason = Truncated, "the last erase block is cut"
	} else if single {
		c.state, c.reason = Truncated, "ends before a second erase block begins: how long the first is cannot be told"
	}
	c.extract = func(x *xtr) error { return extractUBI(x, off, end, peb) }
	return c
}

func extractUBI(x *xtr, off, end, peb int64) error {
	vols := map[uint32]*ubiVolume{}
	var lebSize int64
	bad := 0
	for pos := off; pos+64 <= end; pos += peb {
		vid, dat, ok := ubiEC(x.d, pos)
		if !ok {
			if fill(x.d, pos, min(peb, end-pos)) < 64 {
				bad++
			}
			continue
		}
		lebSize = max(lebSize, peb-dat)
		v := x.d.at(pos+vid, 64)
		if v == nil || string(v[:4]) != "UBI!" {
			continue // erased
		}
		if ubiCRC(v[:60]) != be.Uint32(v[60:]) {
			bad++
			continue
		}
		id := be.Uint32(v[8:])
		if vols[id] == nil {
			vols[id] = &ubiVolume{id: id, lebs: map[uint32]ubiLEB{}, static: v[5] == 2, count: int64(be.Uint32(v[24:]))}
		}
		leb, sqn := be.Uint32(v[12:]), be.Uint64(v[40:])
		if old, ok := vols[id].lebs[leb]; !ok || old.sqn < sqn {
			vols[id].lebs[leb] = ubiLEB{at: pos + dat, n: min(peb-dat, end-pos-dat), sqn: sqn, used: int64(be.Uint32(v[20:]))}
		}
	}
	if bad > 0 {
		x.warn(Partial, "%d erase blocks have headers that fail their checksum", bad)
	}
	if lay := vols[ubiLayout]; lay != nil {
		ubiNames(x.d, lay, vols)
		delete(vols, ubiLayout)
	} else {
		x.warn(Partial, "no table of volumes among its %d erase blocks: one or more are missing", (end-off+peb-1)/peb)
	}
	var ids []uint32
	var lebs int
	for id := range vols {
		lebs += len(vols[id].lebs)
		ids = append(ids, id)
	}
	if lebs == 0 && len(ids) > 0 && end == x.d.size {
		x.warn(Truncated, "none of the erase blocks of its %d volumes is there", len(ids))
	}
	sort.Slice(ids, func(a, b int) bool { return ids[a] < ids[b] })
	for _, id := range ids {
		v := vols[id]
		kind := "dynamic"
		if v.static {
			kind = "static"
		}
		n := Node{Path: nonEmpty(v.name, fmt.Sprintf("volume%d", id)), Kind: Part, Facts: []Fact{{"volume id", fmt.Sprint(id)}, {"volume type", kind}}}
		if _, err := x.file(n, func(w io.Writer) error { return v.write(w, x.d, lebSize) }); err != nil {
			return err
		}
	}
	return nil
}

// ubiNames reads the volume table: 172 bytes a volume, CRC at their end.
func ubiNames(d *data, lay *ubiVolume, vols map[uint32]*ubiVolume) {
	for _, leb := range []uint32{0, 1} {
		l, ok := lay.lebs[leb]
		if !ok {
			continue
		}
		for i := range uint32(128) {
			r := d.at(l.at+int64(i)*172, 172)
			if r == nil || ubiCRC(r[:168]) != be.Uint32(r[168:]) || be.Uint32(r) == 0 {
				continue
			}
			n := min(int(be.Uint16(r[14:])), 127)
			if vols[i] == nil {
				vols[i] = &ubiVolume{id: i, lebs: map[uint32]ubiLEB{}, static: r[12] == 2}
			}
			vols[i].name, vols[i].reserved = string(r[16:16+n]), be.Uint32(r)
		}
		return
	}
}

// write gives the volume's content: erase blocks in logical order, missing ones as erased flash.
func (v *ubiVolume) write(w io.Writer, d *data, lebSize int64) error {
	last := int64(-1)
	for n := range v.lebs {
		last = max(last, int64(n))
	}
	if last > 1<<20 {
		return fmt.Errorf("logical erase block %d", last)
	}
	ff := make([]byte, 1<<16)
	for i := range ff {
		ff[i] = 0xff
	}
	for i := int64(0); i <= last; i++ {
		l, ok := v.lebs[uint32(i)]
		n := lebSize
		if ok && v.static {
			n = min(l.used, lebSize)
		}
		if !ok {
			for n > 0 {
				k := min(n, int64(len(ff)))
				if _, err := w.Write(ff[:k]); err != nil {
					return err
				}
				n -= k
			}
			continue
		}
		if err := copyRange(w, d, l.at, min(n, l.n)); err != nil {
			return err
		}
		if l.n < n {
			return io.ErrUnexpectedEOF
		}
	}
	if v.static && last+1 < v.count {
		return fmt.Errorf("has %d erase blocks, says %d: %w", last+1, v.count, io.ErrUnexpectedEOF)
	}
	return nil
}
