package unpack

import (
	"encoding/binary"
	"fmt"
	"io"
	"sort"
)

// YAFFS and YAFFS2 after yaffs_guts.h: a log of chunks, each a page of flash
// with its tags in the spare bytes behind it. Nothing in an image says how
// large pages and spares are, or where in the spare the tags stand: the
// geometry is the one whose tags make sense for the first chunks.

// yaffsGeometry is one way to read an image.
type yaffsGeometry struct {
	page, spare, tags int
	first             bool // tags of the first version: eight bytes of bit fields
	o                 binary.ByteOrder
}

// yaffsPages are the sizes flash comes in; spares of a 32nd of the page and others seen.
var yaffsPages = []struct{ page, spare int }{
	{2048, 64}, {512, 16}, {4096, 128}, {4096, 224}, {4096, 256}, {4096, 218}, {8192, 256}, {8192, 448}, {8192, 512}, {1024, 32}, {2048, 128}, {2048, 56}, {16384, 512}, {16384, 1024},
}

// yaffsTagPlaces are where drivers put the tags: at once, or behind bad-block marks and checksums.
var yaffsTagPlaces = []int{0, 2, 1, 4, 8, 16, 28, 30, 32}

// yaffsTags are the tags of one chunk.
type yaffsTags struct {
	seq, object, chunk uint32 // chunk 0 is the header of the object
	bytes              uint32
	erased, ok         bool
}

const (
	yaffsRoot     = 1
	yaffsUnlinked = 3
	yaffsDeleted  = 4
	yaffsObjects  = 1 << 18 // numbers of objects
	yaffsChunks   = 4 << 20
)

func probeYaffs(d *data, off int64) *claim {
	var o binary.ByteOrder = le
	if d.u32(be, off) <= 5 {
		o = be
	}
	if !yaffsHeader(d.at(off, 512), o) {
		return nil
	}
	g, ok := yaffsFit(d, off, o)
	if !ok {
		return nil
	}
	y := &yaffs{g: g, d: d.sub(off, d.size-off), headers: map[uint32]yaffsChunk{}, data: map[uint32][]yaffsChunk{}}
	c := &claim{off: off, length: -1, format: "yaffs", conf: Structural}
	c.fact("version", "%d", map[bool]int{true: 1, false: 2}[g.first])
	c.fact("page", "%d", g.page)
	c.fact("spare", "%d", g.spare)
	c.fact("byte order", "%s", orderName(o))
	c.extract = func(x *xtr) error {
		y.x = x
		if err := y.read(); err != nil || x.s.shallow {
			return err
		}
		return y.walk()
	}
	return c
}

// yaffsHeader says that a page can be the header of an object.
func yaffsHeader(b []byte, o binary.ByteOrder) bool {
	if b == nil || o.Uint32(b) < 1 || o.Uint32(b) > 5 || o.Uint32(b[4:]) == 0 || o.Uint32(b[4:]) > yaffsObjects {
		return false
	}
	name := cstr(b[10:266])
	mode := o.Uint32(b[268:])
	return o.Uint16(b[8:]) == 0xffff && len(name) < 256 && (mode == 0 || mode>>16 == 0 || mode == 0xffffffff)
}

// yaffsFit finds the geometry under which the first chunk's tags are those of
// a header and the next ones are tags too.
func yaffsFit(d *data, off int64, o binary.ByteOrder) (yaffsGeometry, bool) {
	for _, p := range yaffsPages {
		for _, place := range yaffsTagPlaces {
			if place+16 > p.spare {
				continue
			}
			if g := (yaffsGeometry{p.page, p.spare, place, false, o}); g.fits(d, off) {
				return g, true
			}
		}
	}
	g := yaffsGeometry{512, 16, 0, true, o}
	return g, g.fits(d, off)
}

func (g yaffsGeometry) fits(d *data, off int64) bool {
	t := g.read(d.at(off+int64(g.page), g.spare))
	if !t.ok || t.chunk != 0 || t.erased {
		return false
	}
	known := 0
	for k := int64(1); k < 4; k++ {
		b := d.at(off+k*int64(g.page+g.spare)+int64(g.page), g.spare)
		if b == nil {
			break
		}
		if t := g.read(b); !t.ok {
			return false
		}
		known++
	}
	return known > 0 || off+int64(g.page+g.spare) == d.size
}

// read decodes the tags of a spare.
func (g yaffsGeometry) read(b []byte) (t yaffsTags) {
	if b == nil {
		return t
	}
	if blankBytes(b) {
		return yaffsTags{erased: true, ok: true}
	}
	if g.first {
		return yaffsTags1(b, g.o)
	}
	o := g.o
	b = b[g.tags:]
	t = yaffsTags{seq: o.Uint32(b), object: o.Uint32(b[4:]), chunk: o.Uint32(b[8:]), bytes: o.Uint32(b[12:])}
	if t.chunk&0x80000000 != 0 { // a header that says more: parent, and type in the top of the object
		t.chunk, t.object, t.bytes = 0, t.object&0x0fffffff, 0
	}
	if t.chunk == 0 && t.bytes == 0xffff {
		t.bytes = 0
	}
	t.ok = t.seq >= 0x1000 && t.seq < 0xefffff00 && t.object > 0 && t.object < yaffsObjects && t.chunk <= yaffsChunks && t.bytes <= uint32(g.page)
	return t
}

// yaffsTags1 reads the first version's tags: chunk of 20 bits, serial of 2,
// length of 10; object of 18. They stand in bytes 0-3, 6, 7, 11, 12 of the
// spare, as the compiler of the device laid the bit fields.
func yaffsTags1(b []byte, o binary.ByteOrder) (t yaffsTags) {
	w := []byte{b[0], b[1], b[2], b[3], b[6], b[7], b[11], b[12]}
	f, g := newBits(o, w[:4]), newBits(o, w[4:])
	t.chunk, _, t.bytes = uint32(f.take(20)), f.take(2), uint32(f.take(10))
	t.object = uint32(g.take(18))
	t.ok = t.object > 0 && t.bytes <= 512 && b[4]&b[5] != 0
	return t
}

func blankBytes(b []byte) bool {
	for _, c := range b {
		if c != 0xff {
			return false
		}
	}
	return true
}

// yaffsChunk is one chunk in the order of the log.
type yaffsChunk struct {
	at    int64
	seq   uint32
	chunk uint32
	bytes uint32
}

func (c yaffsChunk) after(o yaffsChunk) bool { return c.seq > o.seq || c.seq == o.seq && c.at > o.at }

type yaffs struct {
	x       *xtr
	g       yaffsGeometry
	d       *data
	headers map[uint32]yaffsChunk
	data    map[uint32][]yaffsChunk
	last    uint32 // the object of the last chunk
}

// read goes through the chunks. Erased pages may stand between blocks; the
// image ends behind the last chunk before something else.
func (y *yaffs) read() error {
	step := int64(y.g.page + y.g.spare)
	end, count := int64(0), 0
	for pos := int64(0); pos+step <= y.d.size; pos += step {
		t := y.g.read(y.d.at(pos+int64(y.g.page), y.g.spare))
		if !t.ok {
			break
		}
		if count++; count&0xfff == 0 {
			if err := y.x.alive(); err != nil {
				return err
			}
		}
		if t.erased {
			if b := y.d.at(pos, y.g.page); !blankBytes(b) {
				break
			}
			continue
		}
		if t.chunk == 0 && !yaffsHeader(y.d.at(pos, 512), y.g.o) {
			break
		}
		if count > yaffsChunks {
			return limitf("%d chunks of flash", yaffsChunks)
		}
		end = pos + step
		y.last = t.object
		c := yaffsChunk{pos, t.seq, t.chunk, t.bytes}
		if t.chunk > 0 {
			y.data[t.object] = append(y.data[t.object], c)
		} else if old, ok := y.headers[t.object]; !ok || c.after(old) {
			y.headers[t.object] = c
		}
	}
	y.x.r.Length = end
	if end == 0 {
		return errNot
	}
	if rest := y.d.size - end; rest > 0 && rest < step && !blankBytes(y.d.at(end, int(rest))) && yaffsHeader(y.d.upto(end, 512), y.g.o) {
		y.x.warn(Truncated, "the last page is cut")
		y.x.r.Length = y.d.size
	}
	return nil
}

// walk puts the objects into a tree by the parents their headers name.
func (y *yaffs) walk() error {
	kids := map[uint32][]uint32{}
	deleted := 0
	for id, c := range y.headers {
		parent := y.g.o.Uint32(y.d.at(c.at+4, 4))
		if parent == yaffsUnlinked || parent == yaffsDeleted {
			deleted++
			continue
		}
		if id != yaffsRoot {
			kids[parent] = append(kids[parent], id)
		}
	}
	if deleted > 0 {
		y.x.r.Facts = append(y.x.r.Facts, Fact{"deleted objects in the log", fmt.Sprint(deleted)})
	}
	placed := 0
	paths := map[uint32]string{}
	var hard []*Node
	var equal []uint32
	t := newWalk(y.x)
	t.push("", yaffsRoot)
	for t.next() {
		list := kids[uint32(t.ino)]
		sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
		for _, id := range list {
			h := y.d.at(y.headers[id].at, 512)
			p, ok := t.name(cstr(h[10:266]))
			if !ok {
				continue
			}
			placed++
			paths[id] = p
			node, err := y.entry(p, id, h)
			if err != nil {
				return err
			}
			if node.Kind == Hardlink {
				hard, equal = append(hard, node), append(equal, y.g.o.Uint32(h[296:]))
			}
			if node.Kind == Dir {
				t.push(p, uint64(id))
			}
		}
	}
	for i, n := range hard {
		n.Link = paths[equal[i]]
	}
	lost := len(y.headers) - placed - deleted
	if _, ok := y.headers[yaffsRoot]; ok {
		lost--
	}
	if lost > 0 {
		y.x.warn(Partial, "%d objects name a parent that is not in the image", lost)
	}
	return nil
}

func (y *yaffs) entry(p string, id uint32, h []byte) (*Node, error) {
	o := y.g.o
	mode := o.Uint32(h[268:])
	n := Node{Path: p, Kind: File, Mode: mode & 07777, UID: o.Uint32(h[272:]), GID: o.Uint32(h[276:]), MTime: int64(o.Uint32(h[284:]))}
	switch o.Uint32(h) {
	case 1:
		size := int64(o.Uint32(h[292:]))
		if high := o.Uint32(h[496:]); high != 0xffffffff && high < 1<<16 {
			size |= int64(high) << 32
		}
		return y.x.file(n, func(w io.Writer) error { return y.content(w, id, size) })
	case 2:
		n.Kind, n.Link = Symlink, cstr(h[300:460])
	case 3:
		n.Kind = Dir
	case 4:
		n.Kind = Hardlink
	default:
		n.Kind = unixKind(mode)
		rdev := o.Uint32(h[460:])
		n.Major, n.Minor = rdev>>8&0xfff, rdev&0xff|rdev>>12&0xfff00
	}
	return y.x.node(n)
}

// content writes the latest of each chunk of a file; missing ones are holes.
func (y *yaffs) content(w io.Writer, id uint32, size int64) error {
	list := y.data[id]
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return a.chunk < b.chunk || a.chunk == b.chunk && a.after(b)
	})
	pos := int64(0)
	for i, c := range list {
		at := int64(c.chunk-1) * int64(y.g.page)
		if i > 0 && list[i-1].chunk == c.chunk || at >= size {
			continue
		}
		if err := writeZeros(w, at-pos); err != nil {
			return err
		}
		n := min(int64(c.bytes), size-at)
		if err := copyRange(w, y.d, c.at, n); err != nil {
			return err
		}
		pos = at + n
	}
	if err := writeZeros(w, size-pos); err != nil {
		return err
	}
	if pos < size && id == y.last {
		return fmt.Errorf("bytes from %d of %d are not in the image, which ends with this file: a hole, or cut: %w", pos, size, io.ErrUnexpectedEOF)
	}
	return nil
}
