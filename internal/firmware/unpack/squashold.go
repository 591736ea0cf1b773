package unpack

import (
	"encoding/binary"
	"fmt"
)

// bitFields takes C bit fields out of a packed integer: from the low end when
// little-endian, from the high end when big-endian, as the old packers' compilers laid them.
type bitFields struct {
	v    uint64
	left int
	big  bool
}

func newBits(o binary.ByteOrder, b []byte) *bitFields {
	f := &bitFields{left: 8 * len(b), big: o == be}
	for i := range b {
		if f.big {
			f.v = f.v<<8 | uint64(b[i])
		} else {
			f.v |= uint64(b[i]) << (8 * i)
		}
	}
	return f
}

func (f *bitFields) take(n int) uint64 {
	var v uint64
	if f.big {
		v = f.v >> (f.left - n) & (1<<n - 1)
	} else {
		v = f.v & (1<<n - 1)
		f.v >>= n
	}
	f.left -= n
	return v
}

// inodeOld reads an inode of version 1 to 3.
func (q *squash) inodeOld(c *sqCursor, in *sqInode) error {
	o, v3 := q.s.order, q.s.major == 3
	if q.s.major == 1 {
		return q.inodeFirst(c, in)
	}
	h, err := c.read(4)
	if err != nil {
		return err
	}
	f := newBits(o, h[:2])
	typ := int(f.take(4))
	in.mode = uint32(f.take(12))
	in.uid = idOf(q.ids, int(h[2]))
	if in.gid = idOf(q.gids, int(h[3])); h[3] == 255 {
		in.gid = in.uid
	}
	if v3 {
		b, err := c.read(8)
		if err != nil {
			return err
		}
		in.mtime = o.Uint32(b)
	}
	long := typ > 7
	if long {
		typ -= 7
	}
	if typ < 1 || typ > 7 {
		return fmt.Errorf("inode type %d", typ)
	}
	in.typ, in.kind = typ, sqKinds[typ]
	switch typ {
	case 1:
		return q.oldDir(c, in, v3, long)
	case 2:
		return q.oldFile(c, in, v3, long)
	case 3:
		return q.oldLink(c, in, v3)
	}
	n := 0
	if v3 {
		n = 4 // link count
	}
	if typ == 4 || typ == 5 {
		n += 2
	}
	b, err := c.read(n)
	if err == nil && (typ == 4 || typ == 5) {
		in.rdev = uint32(o.Uint16(b[n-2:]))
	}
	return err
}

func (q *squash) oldDir(c *sqCursor, in *sqInode, v3, long bool) error {
	o := q.s.order
	sizeBytes, sizeBits := 4, 19
	if long {
		sizeBytes, sizeBits = 5, 27
	}
	skip := 0
	if v3 {
		skip = 4
	}
	tail := 7 // version 2: time and a start of 24 bits
	if v3 {
		tail = 8
	}
	b, err := c.read(skip + sizeBytes + tail)
	if err != nil {
		return err
	}
	f := newBits(o, b[skip:skip+sizeBytes])
	in.size = int64(f.take(sizeBits))
	in.offset = int(f.take(13))
	rest := b[skip+sizeBytes:]
	if v3 {
		in.start = int64(o.Uint32(rest))
		return nil
	}
	in.mtime = o.Uint32(rest)
	in.start = int64(newBits(o, rest[4:7]).take(24))
	return nil
}

func (q *squash) oldFile(c *sqCursor, in *sqInode, v3, long bool) error {
	o := q.s.order
	if !v3 {
		b, err := c.read(20)
		if err == nil {
			in.mtime, in.start, in.frag, in.fragOff, in.size = o.Uint32(b), int64(o.Uint32(b[4:])), o.Uint32(b[8:]), o.Uint32(b[12:]), int64(o.Uint32(b[16:]))
		}
		return err
	}
	n := 20
	if long {
		n = 28
	}
	b, err := c.read(n)
	if err != nil {
		return err
	}
	if long {
		b = b[4:] // link count
	}
	in.start, in.frag, in.fragOff = int64(o.Uint64(b)), o.Uint32(b[8:]), o.Uint32(b[12:])
	if long {
		in.size = int64(o.Uint64(b[16:]))
	} else {
		in.size = int64(o.Uint32(b[16:]))
	}
	return nil
}

func (q *squash) oldLink(c *sqCursor, in *sqInode, v3 bool) error {
	n := 2
	if v3 {
		n = 6
	}
	b, err := c.read(n)
	if err != nil {
		return err
	}
	t, err := c.read(int(q.s.order.Uint16(b[n-2:])))
	in.link = string(t)
	return err
}
