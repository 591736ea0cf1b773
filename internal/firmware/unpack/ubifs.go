package unpack

import (
	"fmt"
	"io"
	"sort"
)

// UBIFS after the kernel's ubifs-media.h. The index is not followed: every
// node carries its key and sequence number, so all nodes are read and the
// newest of each key counts, which also brings back what a broken index loses.
const ubifsMagic = 0x06101831

// ubifsFailed is how many times the length of the image nodes may have that fail their checksum.
const ubifsFailed = 8

type ubifsNode struct {
	pos int64
	n   uint32
	sqn uint64
}

// ubifsAt reads a common header at pos and checks its CRC.
func ubifsAt(d *data, pos int64) (typ byte, n ubifsNode, b []byte) {
	h := d.at(pos, 24)
	if h == nil || le.Uint32(h) != ubifsMagic {
		return 0xff, n, nil
	}
	size := le.Uint32(h[16:])
	if size < 24 || size > 1<<20 {
		return 0xff, n, nil
	}
	b = d.at(pos, int(size))
	if b == nil || ubiCRC(b[8:]) != le.Uint32(h[4:]) {
		return 0xff, n, nil
	}
	return h[20], ubifsNode{pos, size, le.Uint64(h[8:])}, b
}

func probeUBIFS(d *data, off int64) *claim {
	if h := d.at(off, 24); h == nil || h[20] != 6 || le.Uint32(h[16:]) != 4096 {
		return nil // no superblock: what a checksum would cost is saved
	}
	typ, _, b := ubifsAt(d, off)
	if typ != 6 || len(b) < 512 { // superblock
		return nil
	}
	minIO, leb, cnt, max := int64(le.Uint32(b[32:])), int64(le.Uint32(b[36:])), int64(le.Uint32(b[40:])), int64(le.Uint32(b[44:]))
	if leb < 8<<10 || leb > 16<<20 || cnt < 1 || cnt > 1<<22 {
		return nil
	}
	c := &claim{off: off, length: min(cnt*leb, d.size-off), format: "ubifs", conf: Checked}
	c.fact("erase block", "%d", leb)
	c.fact("page", "%d", minIO)
	c.fact("blocks", "%d of at most %d", cnt, max)
	c.fact("compression", "%s", at([]string{"none", "lzo", "zlib", "zstd"}, int(le.Uint16(b[84:]))))
	c.extract = func(x *xtr) error {
		u := &ubifs{x: x, d: x.d.sub(off, c.length), leb: leb, inodes: map[uint32]ubifsNode{}, ents: map[ubifsKey]ubifsEnt{}, data: map[uint32]map[uint32]ubifsNode{}, trun: map[uint32]ubifsTrun{}}
		u.scan()
		u.checkIndex()
		return u.extract()
	}
	return c
}

type ubifsKey struct {
	dir  uint32
	name string
	x    bool
}

type ubifsEnt struct {
	ino uint32
	sqn uint64
}

type ubifsTrun struct {
	size int64
	sqn  uint64
}

type ubifs struct {
	x      *xtr
	d      *data
	leb    int64
	inodes map[uint32]ubifsNode
	ents   map[ubifsKey]ubifsEnt
	data   map[uint32]map[uint32]ubifsNode
	trun   map[uint32]ubifsTrun
	nodes  int
	// master is the newest node that says where the index begins; lost counts for
	// each inode what the index names and the image does not hold.
	master ubifsNode
	lost   map[uint32]int
}

func (u *ubifs) scan() {
	bad, spent := 0, int64(0)
	for base := int64(0); base < u.d.size; base += u.leb {
		end := min(base+u.leb, u.d.size)
		for pos := base; pos+24 <= end; {
			typ, n, b := ubifsAt(u.d, pos)
			if b == nil {
				if h := u.d.at(pos, 24); le.Uint32(h) == ubifsMagic {
					bad++
					if spent += int64(le.Uint32(h[16:])); spent > ubifsFailed*u.d.size+1<<20 {
						u.x.warn(LimitHit, "limit hit: %d nodes fail their checksum, each as long as many", bad)
						return
					}
				}
				if k := fill(u.d, pos, end-pos); k >= 8 {
					pos += k &^ 7
				} else {
					pos += 8
				}
				continue
			}
			u.add(typ, n, b)
			if u.nodes++; u.nodes > 8<<20 || u.nodes&0xfff == 0 && u.x.alive() != nil {
				u.x.warn(LimitHit, "limit hit: too many nodes")
				return
			}
			pos += alignUp(int64(n.n), 8)
		}
	}
	if bad > 0 {
		u.x.warn(Partial, "%d nodes fail their checksum and were left out", bad)
	}
}

func (u *ubifs) add(typ byte, n ubifsNode, b []byte) {
	if len(b) < 40 {
		return
	}
	ino := le.Uint32(b[24:])
	switch typ {
	case 0: // inode
		if len(b) >= 160 && (u.inodes[ino].n == 0 || u.inodes[ino].sqn < n.sqn) {
			u.inodes[ino] = n
		}
	case 1: // data; the key's second word holds type and block number
		blk := le.Uint32(b[28:]) & (1<<29 - 1)
		if u.data[ino] == nil {
			u.data[ino] = map[uint32]ubifsNode{}
		}
		if old, ok := u.data[ino][blk]; !ok || old.sqn < n.sqn {
			u.data[ino][blk] = n
		}
	case 2, 3: // directory entry, attribute entry
		if len(b) < 57 {
			return
		}
		nl := int(le.Uint16(b[50:]))
		if 56+nl > len(b) {
			return
		}
		k := ubifsKey{ino, string(b[56 : 56+nl]), typ == 3}
		if old, ok := u.ents[k]; !ok || old.sqn < n.sqn {
			u.ents[k] = ubifsEnt{uint32(le.Uint64(b[40:])), n.sqn}
		}
	case 7: // master
		if len(b) >= 60 && u.master.sqn <= n.sqn {
			u.master = n
		}
	case 4: // truncation
		if len(b) >= 56 {
			t := ubifsTrun{int64(le.Uint64(b[48:])), n.sqn}
			if old, ok := u.trun[ino]; !ok || old.sqn < t.sqn {
				u.trun[ino] = t
			}
		}
	}
}

func (u *ubifs) extract() error {
	kids := map[uint32][]ubifsKey{}
	for k, e := range u.ents {
		if e.ino != 0 {
			kids[k.dir] = append(kids[k.dir], k)
		}
	}
	type todo struct {
		path string
		ino  uint32
	}
	stack := []todo{{"", 1}}
	seen := map[uint32]bool{}
	first := map[uint32]*lateFile{}
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[t.ino] || pathDepth(t.path) > 64 {
			u.x.warn(Partial, "directory %s is a loop or too deep: not followed", t.path)
			continue
		}
		seen[t.ino] = true
		list := kids[t.ino]
		sort.Slice(list, func(a, b int) bool { return list[a].name < list[b].name })
		for _, k := range list {
			if k.x {
				continue
			}
			if containsSlash(k.name) || k.name == ".." {
				u.x.warn(Partial, "directory %s holds an impossible name %q", t.path, k.name)
				continue
			}
			p, ino := joinPath(t.path, k.name), u.ents[k].ino
			dir, err := u.entry(p, ino, kids, first)
			if err != nil {
				return err
			}
			if dir {
				stack = append(stack, todo{p, ino})
			}
		}
	}
	return nil
}

func (u *ubifs) inode(ino uint32) []byte {
	n, ok := u.inodes[ino]
	if !ok {
		return nil
	}
	return u.d.at(n.pos, int(n.n))
}

func (u *ubifs) inline(b []byte) []byte {
	n := int64(le.Uint32(b[112:]))
	if 160+n > int64(len(b)) {
		return nil
	}
	return b[160 : 160+n]
}

func (u *ubifs) entry(p string, ino uint32, kids map[uint32][]ubifsKey, first map[uint32]*lateFile) (dir bool, err error) {
	b := u.inode(ino)
	if b == nil {
		u.x.warn(Partial, "%s: its inode %d is not in the image", p, ino)
		return false, u.x.meta(Node{Path: p, Kind: File, State: Partial, Reason: "inode missing"})
	}
	mode, size := le.Uint32(b[104:]), int64(le.Uint64(b[48:]))
	n := Node{Path: p, Kind: unixKind(mode), Mode: mode & 07777, UID: le.Uint32(b[96:]), GID: le.Uint32(b[100:]), MTime: int64(le.Uint64(b[72:])), Size: size}
	for _, k := range kids[ino] {
		if k.x {
			if v := u.inode(u.ents[k].ino); v != nil {
				if n.Xattr == nil {
					n.Xattr = map[string]string{}
				}
				n.Xattr[k.name] = string(u.inline(v))
			}
		}
	}
	switch n.Kind {
	case File:
		if old := first[ino]; old != nil {
			return false, u.x.alias(n, old)
		}
		late, err := u.x.later(n, func(w io.Writer) error { return u.content(w, ino, size) })
		first[ino] = late
		return false, err
	case Symlink:
		n.Link = string(u.inline(b))
	case Char, Block:
		if v := u.inline(b); len(v) >= 4 {
			r := le.Uint32(v)
			n.Major, n.Minor = r>>8&0xfff, r&0xff|r>>12&0xfff00
		}
		n.Size = 0
	}
	return n.Kind == Dir, u.x.meta(n)
}

func (u *ubifs) content(w io.Writer, ino uint32, size int64) error {
	const page = 4096
	if size < 0 {
		return fmt.Errorf("file of %d bytes", size)
	}
	blocks := u.data[ino]
	nums := make([]uint32, 0, len(blocks))
	for b := range blocks {
		if t, ok := u.trun[ino]; ok && blocks[b].sqn < t.sqn && int64(b)*page >= t.size {
			continue
		}
		nums = append(nums, b)
	}
	sort.Slice(nums, func(a, b int) bool { return nums[a] < nums[b] })
	pos := int64(0)
	for _, num := range nums {
		at := int64(num) * page
		if at >= size {
			break
		}
		if err := writeZeros(w, at-pos); err != nil {
			return err
		}
		n := blocks[num]
		b := u.d.at(n.pos, int(n.n))
		if len(b) < 48 {
			return io.ErrUnexpectedEOF
		}
		out, err := ubifsBlock(b[48:], le.Uint16(b[44:]), int(le.Uint32(b[40:])))
		if err != nil {
			return fmt.Errorf("block %d: %w", num, err)
		}
		out = out[:min(int64(len(out)), size-at)]
		if _, err := w.Write(out); err != nil {
			return err
		}
		pos = at + int64(len(out))
	}
	if err := writeZeros(w, size-pos); err != nil {
		return err
	}
	if n := u.lost[ino]; n > 0 {
		return fmt.Errorf("%d of its nodes are not in the image: %w", n, io.ErrUnexpectedEOF)
	}
	return nil
}

func ubifsBlock(b []byte, compr uint16, size int) ([]byte, error) {
	if size > 4096 || size < 0 {
		return nil, fmt.Errorf("block of %d bytes", size)
	}
	var out []byte
	var err error
	switch compr {
	case 0:
		out, err = rawBlock(b, 4096)
	case 1:
		out, err = lzoBlock(b, size)
	case 2:
		out, err = deflateBlock(b, size)
	case 3:
		out, err = zstdBlock(b, size)
	default:
		return nil, fmt.Errorf("compression %d is not known", compr)
	}
	if err == nil && len(out) != size {
		err = fmt.Errorf("gives %d bytes, not %d", len(out), size)
	}
	return out, err
}
