package unpack

import (
	"fmt"
)

// Inodes and directories of squashfs version 4; squashold.go has the older ones.

// sqInode is one inode of any version.
type sqInode struct {
	kind     Kind
	typ      int
	mode     uint32
	uid, gid uint32
	mtime    uint32
	start    int64 // first data block, or directory block
	offset   int   // in directory block
	size     int64
	frag     uint32
	fragOff  uint32
	blocks   []uint32
	link     string
	rdev     uint32
	xattr    uint32
}

var sqKinds = []Kind{"", Dir, File, Symlink, Block, Char, Fifo, Socket}

const noIndex = 0xffffffff

func (q *squash) inode(ref uint64) (in sqInode, err error) {
	c, err := q.cursor(q.s.inodeStart+int64(ref>>16), int(ref&0xffff))
	if err != nil {
		return in, err
	}
	in.xattr, in.frag = noIndex, noIndex
	if q.s.major == 4 {
		err = q.inode4(c, &in)
	} else {
		err = q.inodeOld(c, &in)
	}
	if err != nil {
		return in, err
	}
	if in.kind == File {
		err = q.blockList(c, &in)
	}
	return in, err
}

func (q *squash) inode4(c *sqCursor, in *sqInode) error {
	o := q.s.order
	h, err := c.read(16)
	if err != nil {
		return err
	}
	typ := int(o.Uint16(h))
	in.mode, in.mtime = uint32(o.Uint16(h[2:]))&07777, o.Uint32(h[8:])
	in.uid, in.gid = idOf(q.ids, int(o.Uint16(h[4:]))), idOf(q.gids, int(o.Uint16(h[6:])))
	long := typ > 7
	if long {
		typ -= 7
	}
	if typ < 1 || typ > 7 {
		return fmt.Errorf("inode type %d", o.Uint16(h))
	}
	in.typ, in.kind = typ, sqKinds[typ]
	sizes := [2][8]int{{0, 16, 16, 8, 8, 8, 4, 4}, {0, 24, 40, 8, 12, 12, 8, 8}}
	n := 0
	if long {
		n = 1
	}
	b, err := c.read(sizes[n][typ])
	if err != nil {
		return err
	}
	switch {
	case typ == 1 && !long:
		in.start, in.size, in.offset = int64(o.Uint32(b)), int64(o.Uint16(b[8:])), int(o.Uint16(b[10:]))
	case typ == 1:
		in.size, in.start, in.offset, in.xattr = int64(o.Uint32(b[4:])), int64(o.Uint32(b[8:])), int(o.Uint16(b[18:])), o.Uint32(b[20:])
	case typ == 2 && !long:
		in.start, in.frag, in.fragOff, in.size = int64(o.Uint32(b)), o.Uint32(b[4:]), o.Uint32(b[8:]), int64(o.Uint32(b[12:]))
	case typ == 2:
		in.start, in.size = int64(o.Uint64(b)), int64(o.Uint64(b[8:]))
		in.frag, in.fragOff, in.xattr = o.Uint32(b[28:]), o.Uint32(b[32:]), o.Uint32(b[36:])
	case typ == 3:
		t, err := c.read(int(min(o.Uint32(b[4:]), 1<<16)))
		if err != nil {
			return err
		}
		in.link = string(t)
		if long {
			if x, err := c.read(4); err == nil {
				in.xattr = o.Uint32(x)
			}
		}
	case typ == 4 || typ == 5:
		in.rdev = o.Uint32(b[4:])
		if long {
			in.xattr = o.Uint32(b[8:])
		}
	case long:
		in.xattr = o.Uint32(b[4:])
	}
	return nil
}

// blockList reads the sizes of the data blocks, which follow the inode.
func (q *squash) blockList(c *sqCursor, in *sqInode) error {
	bs := int64(q.s.blockSize)
	if in.size < 0 || in.size > 1<<50 {
		return fmt.Errorf("file of %d bytes", in.size)
	}
	n := in.size / bs
	if in.frag == noIndex {
		n = (in.size + bs - 1) / bs
	}
	width := 4
	if q.s.major == 1 {
		width = 2
	}
	for i := int64(0); i < n; i++ {
		b, err := c.read(width)
		if err != nil {
			return fmt.Errorf("block list: %w", err)
		}
		if width == 2 {
			in.blocks = append(in.blocks, firstSize(q.s.order.Uint16(b)))
		} else {
			in.blocks = append(in.blocks, q.s.order.Uint32(b))
		}
		if i&0xffff == 0xffff {
			if err := q.x.alive(); err != nil {
				return err
			}
		}
	}
	return nil
}

func idOf(ids []uint32, i int) uint32 {
	if i < len(ids) {
		return ids[i]
	}
	return 0
}

type sqDirEnt struct {
	name string
	ref  uint64
}

func (q *squash) dir(in *sqInode) ([]sqDirEnt, error) {
	o := q.s.order
	left := in.size - 3
	if left <= 0 {
		return nil, nil
	}
	c, err := q.cursor(q.s.dirStart+in.start, in.offset)
	if err != nil {
		return nil, err
	}
	var out []sqDirEnt
	head := [5]int{0, 4, 4, 9, 12}[q.s.major]
	ent := [5]int{0, 3, 3, 5, 8}[q.s.major]
	for left > 0 {
		h, err := c.read(head)
		if err != nil {
			return out, err
		}
		var count, start uint32
		switch q.s.major {
		case 4:
			count, start = o.Uint32(h), o.Uint32(h[4:])
		case 3:
			count, start = uint32(h[0]), o.Uint32(h[1:])
		default:
			f := newBits(o, h)
			count, start = uint32(f.take(8)), uint32(f.take(24))
		}
		if count > 256 {
			return out, fmt.Errorf("directory header of %d entries", count)
		}
		left -= int64(head)
		for range count + 1 {
			e, err := c.read(ent)
			if err != nil {
				return out, err
			}
			var off, n uint32
			if q.s.major == 4 {
				off, n = uint32(o.Uint16(e)), uint32(o.Uint16(e[6:]))
			} else {
				f := newBits(o, e[:2])
				off, n = uint32(f.take(13)), uint32(e[2])
			}
			if n > 4096 {
				return out, fmt.Errorf("name of %d bytes", n)
			}
			name, err := c.read(int(n) + 1)
			if err != nil {
				return out, err
			}
			out = append(out, sqDirEnt{string(name), uint64(start)<<16 | uint64(off)})
			left -= int64(ent) + int64(n) + 1
		}
	}
	return out, nil
}
