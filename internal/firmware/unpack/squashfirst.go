package unpack

import "fmt"

// Inodes of squashfs version 1: owners in four bits each, sizes of blocks in
// sixteen, no fragments. The type is one of five, and which sixteen of the
// owners are meant; type 0 is a fifo or a socket.

const sqFirstTypes = 5

func (q *squash) inodeFirst(c *sqCursor, in *sqInode) error {
	o := q.s.order
	h, err := c.read(3)
	if err != nil {
		return err
	}
	f := newBits(o, h[:2])
	typ := int(f.take(4))
	in.mode = uint32(f.take(12))
	f = newBits(o, h[2:])
	uid, gid := int(f.take(4)), int(f.take(4))
	group := (typ - 1) / sqFirstTypes
	if typ == 0 {
		b, err := c.read(1)
		if err != nil {
			return err
		}
		f := newBits(o, b)
		typ, group = int(f.take(4)), int(f.take(4))
		if typ != 6 && typ != 7 {
			return fmt.Errorf("inode type %d", typ)
		}
	} else {
		typ = (typ-1)%sqFirstTypes + 1
	}
	in.typ, in.kind = typ, sqKinds[typ]
	in.uid, in.gid, in.mtime = idOf(q.ids, group*16+uid), idOf(q.gids, gid), q.s.mtime
	if gid == 15 {
		in.gid = in.uid
	}
	switch typ {
	case 1:
		return q.oldDir(c, in, false, false)
	case 2:
		b, err := c.read(12)
		if err == nil {
			in.mtime, in.start, in.size = o.Uint32(b), int64(o.Uint32(b[4:])), int64(o.Uint32(b[8:]))
		}
		return err
	case 3:
		return q.oldLink(c, in, false)
	case 4, 5:
		b, err := c.read(2)
		if err == nil {
			in.rdev = uint32(o.Uint16(b))
		}
		return err
	}
	return nil
}

// firstSize makes the size of a block what later versions write: bit 15 says
// stored, and a size of zero is 32 KiB.
func firstSize(v uint16) uint32 {
	n := uint32(v & 0x7fff)
	if n == 0 {
		n = 0x8000
	}
	return n | uint32(v>>15)<<24
}
