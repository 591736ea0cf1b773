package unpack

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sort"
)

// JFFS2, either byte order, after the kernel's jffs2.h: a log of nodes replayed
// by version. What was deleted stays visible as a fact, not as a file.
const (
	jffsDirent = 0xe001
	jffsInode  = 0xe002
)

// jffsCRC is the kernel's crc32 with a seed of zero and no final complement.
func jffsCRC(b []byte) uint32 { return ^crc32.Update(0xffffffff, crc32.IEEETable, b) }

type jffsNode struct {
	typ uint16
	pos int64
	len uint32
}

func jffsAt(d *data, o binary.ByteOrder, pos int64) (n jffsNode, ok bool) {
	h := d.at(pos, 12)
	if h == nil || o.Uint16(h) != 0x1985 || jffsCRC(h[:8]) != o.Uint32(h[8:]) {
		return n, false
	}
	n = jffsNode{o.Uint16(h[2:]), pos, o.Uint32(h[4:])}
	return n, n.len >= 12
}

func probeJFFS2(d *data, off int64) *claim {
	o := binary.ByteOrder(le)
	if m := d.at(off, 2); m[0] == 0x19 {
		o = be
	}
	n, ok := jffsAt(d, o, off)
	if !ok {
		return nil
	}
	switch n.typ {
	case jffsDirent, jffsInode, 0x2003, 0x2004, 0x2006, jffsXattr, jffsXref:
	default:
		return nil
	}
	if int64(n.len) > d.size-off {
		c := &claim{off: off, length: 12, format: "jffs2", conf: Magic, state: Truncated,
			reason: fmt.Sprintf("node at %#x says %d bytes, only %d are there", off, n.len, d.size-off)}
		return c
	}
	c := &claim{off: off, length: -1, format: "jffs2", conf: Checked}
	if o == be {
		c.fact("byte order", "big-endian")
	} else {
		c.fact("byte order", "little-endian")
	}
	c.extract = func(x *xtr) error {
		j := &jffs2{x: x, d: x.d, o: o, inodes: map[uint32][]jffsData{}, attrs: map[uint32]jffsAttr{}, refs: map[[2]uint32]uint32{}}
		j.scan(off)
		if len(j.dirents) == 0 && len(j.inodes) == 0 && j.nodes < 2 {
			return errNot
		}
		if x.s.shallow {
			return nil
		}
		return j.extract()
	}
	return c
}

type jffsEnt struct {
	parent, version, ino uint32
	mtime                uint32
	name                 string
}

type jffsData struct {
	version, mode, size, mtime, offset, csize, dsize, dcrc uint32
	uid, gid                                               uint16
	compr                                                  byte
	pos                                                    int64
}

type jffs2 struct {
	x       *xtr
	d       *data
	o       binary.ByteOrder
	dirents []jffsEnt
	inodes  map[uint32][]jffsData
	attrs   map[uint32]jffsAttr
	refs    map[[2]uint32]uint32 // inode and attribute: the newest reference's number
	nodes   int
	bad     int
}

// scan walks the log from start: nodes one after the other, erased flash
// skipped, garbage passed to the next erase block.
func (j *jffs2) scan(start int64) {
	const block = 64 << 10
	pos, end, lost := start, start, int64(0)
	for pos+12 <= j.d.size {
		n, ok := jffsAt(j.d, j.o, pos)
		if ok && int64(n.len) <= j.d.size-pos {
			j.add(n)
			j.nodes++
			pos += alignUp(int64(n.len), 4)
			end, lost = pos, 0
			if j.nodes&0xfff == 0 && j.x.alive() != nil || j.nodes > 4<<20 {
				j.x.warn(LimitHit, "limit hit: too many nodes")
				break
			}
			continue
		}
		if ok {
			j.x.warn(Truncated, "node at %#x says %d bytes, only %d are there", pos, n.len, j.d.size-pos)
		}
		if k := fill(j.d, pos, min(block, j.d.size-pos)); k >= 4 {
			pos += k &^ 3
			lost += k
		} else {
			pos += 4
			lost += 4
		}
		if lost > 16*block { // sixteen blocks without a node: the file system has ended
			break
		}
	}
	if rest := j.d.size - pos; rest > 1 && rest < 12 && j.d.u16(j.o, pos) == 0x1985 {
		j.x.warn(Truncated, "node at %#x is cut after %d bytes", pos, rest)
		end = j.d.size
	}
	// The file system ends with its erase block.
	length := min(alignUp(end-start, 4096), j.d.size-start)
	if whole := alignUp(end-start, block); whole <= j.d.size-start && fill(j.d, end, whole-(end-start)) == whole-(end-start) {
		length = whole
	}
	j.x.r.Length = length
}

func (j *jffs2) add(n jffsNode) {
	switch n.typ {
	case jffsDirent:
		b := j.d.at(n.pos, int(min(n.len, 40+256)))
		if len(b) < 40 || jffsCRC(b[:32]) != j.o.Uint32(b[32:]) {
			j.bad++
			return
		}
		nl := int(b[28])
		if 40+nl > len(b) {
			j.bad++
			return
		}
		j.dirents = append(j.dirents, jffsEnt{j.o.Uint32(b[12:]), j.o.Uint32(b[16:]), j.o.Uint32(b[20:]), j.o.Uint32(b[24:]), string(b[40 : 40+nl])})
	case jffsInode:
		b := j.d.at(n.pos, 68)
		if b == nil || jffsCRC(b[:60]) != j.o.Uint32(b[64:]) {
			j.bad++
			return
		}
		u := func(at int) uint32 { return j.o.Uint32(b[at:]) }
		e := jffsData{version: u(16), mode: u(20), uid: j.o.Uint16(b[24:]), gid: j.o.Uint16(b[26:]), size: u(28), mtime: u(36),
			offset: u(44), csize: u(48), dsize: u(52), compr: b[56], dcrc: u(60), pos: n.pos + 68}
		if int64(e.csize)+68 > int64(n.len) {
			j.bad++
			return
		}
		j.inodes[u(12)] = append(j.inodes[u(12)], e)
	case jffsXattr, jffsXref:
		if !j.addXattr(n) {
			j.bad++
		}
	}
}

func (j *jffs2) extract() error {
	if j.bad > 0 {
		j.x.warn(Partial, "%d nodes fail their checksum and were left out", j.bad)
	}
	// The highest version of each name in each directory counts; inode 0 means deleted.
	sort.SliceStable(j.dirents, func(a, b int) bool { return j.dirents[a].version < j.dirents[b].version })
	type key struct {
		parent uint32
		name   string
	}
	latest := map[key]jffsEnt{}
	for _, e := range j.dirents {
		latest[key{e.parent, e.name}] = e
	}
	kids := map[uint32][]jffsEnt{}
	deleted := 0
	for _, e := range latest {
		if e.ino == 0 {
			deleted++
			continue
		}
		kids[e.parent] = append(kids[e.parent], e)
	}
	if deleted > 0 {
		j.x.r.Facts = append(j.x.r.Facts, Fact{"deleted names in the log", fmt.Sprint(deleted)})
	}
	for _, l := range j.inodes {
		sort.SliceStable(l, func(a, b int) bool { return l[a].version < l[b].version })
	}
	type todo struct {
		path string
		ino  uint32
	}
	stack := []todo{{"", 1}}
	seen := map[uint32]bool{}
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[t.ino] || pathDepth(t.path) > 64 {
			j.x.warn(Partial, "directory %s is a loop or too deep: not followed", t.path)
			continue
		}
		seen[t.ino] = true
		list := kids[t.ino]
		sort.Slice(list, func(a, b int) bool { return list[a].name < list[b].name })
		for _, e := range list {
			if e.name == "" || e.name == ".." || containsSlash(e.name) {
				j.x.warn(Partial, "directory %s holds an impossible name %q", t.path, e.name)
				continue
			}
			p := joinPath(t.path, e.name)
			dir, err := j.entry(p, e.ino)
			if err != nil {
				return err
			}
			if dir {
				stack = append(stack, todo{p, e.ino})
			}
		}
	}
	return nil
}

func (j *jffs2) entry(p string, ino uint32) (dir bool, err error) {
	l := j.inodes[ino]
	if len(l) == 0 {
		j.x.warn(Partial, "%s: its inode %d is not in the image", p, ino)
		return false, j.x.meta(Node{Path: p, Kind: File, State: Partial, Reason: "inode missing"})
	}
	last := l[len(l)-1]
	n := Node{Path: p, Kind: unixKind(last.mode), Mode: last.mode & 07777, UID: uint32(last.uid), GID: uint32(last.gid), MTime: int64(last.mtime), Xattr: j.xattrs(ino)}
	switch n.Kind {
	case File:
		_, err := j.x.later(n, func(w io.Writer) error { return j.content(w, l, int64(last.size)) })
		return false, err
	case Symlink, Char, Block:
		b, err := j.chunk(&last)
		if err != nil {
			j.x.warn(Partial, "%s: %v", p, err)
		}
		if n.Kind == Symlink {
			n.Link = string(b)
		} else if len(b) == 2 {
			v := uint32(j.o.Uint16(b))
			n.Major, n.Minor = v>>8, v&0xff
		} else if len(b) == 4 {
			v := j.o.Uint32(b)
			n.Major, n.Minor = v>>8&0xfff, v&0xff|v>>12&0xfff00
		}
	}
	return n.Kind == Dir, j.x.meta(n)
}

// content lays the chunks over each other in order of version, page by page.
func (j *jffs2) content(w io.Writer, l []jffsData, size int64) error {
	if size > 1<<31 {
		return fmt.Errorf("file of %d bytes", size)
	}
	// In the common case chunks follow each other; then they are streamed.
	sorted := append([]jffsData(nil), l...)
	sort.SliceStable(sorted, func(a, b int) bool { return sorted[a].offset < sorted[b].offset })
	missing := jffsMissing(sorted, size)
	pos, plain := int64(0), true
	for _, c := range sorted {
		if c.dsize > 0 && int64(c.offset) < pos {
			plain = false
		}
		pos = int64(c.offset) + int64(c.dsize)
	}
	if plain && pos <= size {
		pos = 0
		for i := range sorted {
			c := &sorted[i]
			if c.dsize == 0 {
				continue
			}
			if err := writeZeros(w, int64(c.offset)-pos); err != nil {
				return err
			}
			b, err := j.chunk(c)
			if err != nil {
				return err
			}
			if _, err := w.Write(b); err != nil {
				return err
			}
			pos = int64(c.offset) + int64(len(b))
		}
		return cmp.Or(writeZeros(w, size-pos), missing)
	}
	if size > 256<<20 {
		return limitf("rewritten file of %d bytes", size)
	}
	out := make([]byte, size)
	for i := range l {
		c := &l[i]
		if c.dsize == 0 {
			continue
		}
		b, err := j.chunk(c)
		if err != nil {
			return err
		}
		if int64(c.offset) < size {
			copy(out[c.offset:], b)
		}
	}
	_, err := w.Write(out)
	return cmp.Or(err, missing)
}

// jffsMissing says which bytes of a file no node holds, its nodes in order of
// offset. The file system writes a node for a hole too, so they are lost.
func jffsMissing(sorted []jffsData, size int64) error {
	end := int64(0)
	for _, c := range sorted {
		if c.dsize > 0 && int64(c.offset) <= end {
			end = max(end, int64(c.offset)+int64(c.dsize))
		}
	}
	if end >= size {
		return nil
	}
	return fmt.Errorf("bytes from %d are not in the image, of %d: %w", end, size, io.ErrUnexpectedEOF)
}
