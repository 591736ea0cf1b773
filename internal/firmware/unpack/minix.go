package unpack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The MINIX file system, versions 1 to 3, either byte order, after the layout
// in minix_fs.h. Its magic is two bytes: counts, bitmaps and the root
// directory must hold together before it is believed.
const (
	minixMagicAt  = 1024 + 16
	minix3MagicAt = 1024 + 24
)

type minix struct {
	x       *xtr
	d       *data
	o       binary.ByteOrder
	version int
	name    int   // bytes of a name in a directory entry
	block   int64 // bytes of a zone; zones of several blocks were never made
	inodes  uint32
	first   int64 // first data zone
	zones   int64
	table   int64 // offset of the inode table
}

func probeMinix(d *data, off int64) *claim {
	m := parseMinix(d, off)
	if m == nil {
		return nil
	}
	c := &claim{off: off, length: m.zones * m.block, format: "minix", conf: Structural}
	root, ok := m.inode(1)
	if !ok && off == 0 && m.table+m.inodeSize() > d.size {
		return c // cut before its root directory
	}
	if !ok || unixKind(root.mode) != Dir || !knownMode(root.mode) || root.links == 0 {
		return nil
	}
	ents, err := m.dir(root)
	if errors.Is(err, io.ErrUnexpectedEOF) && off == 0 && len(ents) == 0 {
		return c
	}
	if err != nil || len(ents) < 2 || ents[0] != (dirEnt{".", 1}) || ents[1] != (dirEnt{"..", 1}) {
		return nil
	}
	c.fact("version", "%d", m.version)
	c.fact("byte order", "%s", orderName(m.o))
	c.fact("name length", "%d", m.name)
	c.fact("inodes", "%d", m.inodes)
	c.extract = func(x *xtr) error {
		m := *m
		m.x = x
		return m.walk()
	}
	return c
}

func orderName(o binary.ByteOrder) string {
	if o == binary.ByteOrder(be) {
		return "big-endian"
	}
	return "little-endian"
}

func parseMinix(d *data, off int64) *minix {
	h := d.at(off+1024, 64)
	if h == nil {
		return nil
	}
	for _, o := range []binary.ByteOrder{le, be} {
		m := &minix{d: d.sub(off, d.size-off), o: o, block: 1024}
		var imap, zmap, log int64
		switch magic := o.Uint16(h[16:]); {
		case magic == 0x137f || magic == 0x138f:
			m.version, m.name, m.zones = 1, 14, int64(o.Uint16(h[2:]))
		case magic == 0x2468 || magic == 0x2478:
			m.version, m.name, m.zones = 2, 14, int64(o.Uint32(h[20:]))
		case o.Uint16(h[24:]) == 0x4d5a:
			m.version, m.name, m.zones, m.block = 3, 60, int64(o.Uint32(h[20:])), int64(o.Uint16(h[28:]))
		default:
			continue
		}
		if m.version == 3 {
			m.inodes, imap, zmap = o.Uint32(h), int64(o.Uint16(h[6:])), int64(o.Uint16(h[8:]))
			m.first, log = int64(o.Uint16(h[10:])), int64(o.Uint16(h[12:]))
		} else {
			if magic := o.Uint16(h[16:]); magic == 0x138f || magic == 0x2478 {
				m.name = 30
			}
			m.inodes, imap, zmap = uint32(o.Uint16(h)), int64(o.Uint16(h[4:])), int64(o.Uint16(h[6:]))
			m.first, log = int64(o.Uint16(h[8:])), int64(o.Uint16(h[10:]))
		}
		if log == 0 && m.holds(imap, zmap) {
			return m
		}
	}
	return nil
}

// holds says that the counts of the superblock fit each other.
func (m *minix) holds(imap, zmap int64) bool {
	if m.block < 1024 || m.block > 4096 || m.block&(m.block-1) != 0 || m.inodes == 0 || imap == 0 || zmap == 0 {
		return false
	}
	bits := m.block * 8
	first := 2 + imap + zmap + (int64(m.inodes)*m.inodeSize()+m.block-1)/m.block
	m.table = (2 + imap + zmap) * m.block
	return imap*bits >= int64(m.inodes) && zmap*bits >= m.zones-m.first && (m.first == first || m.first == 0 && m.version == 3) &&
		m.zones > first && imap <= int64(m.inodes)/bits+2 && zmap <= m.zones/bits+2
}

func (m *minix) inodeSize() int64 {
	if m.version == 1 {
		return 32
	}
	return 64
}

type minixInode struct {
	mode, links, uid, gid uint32
	size, mtime           int64
	zone                  [10]uint32 // 7 direct, then indirect of one, two and three steps
}

func (m *minix) inode(n uint32) (in minixInode, ok bool) {
	if n == 0 || n > m.inodes {
		return in, false
	}
	b := m.d.at(m.table+int64(n-1)*m.inodeSize(), int(m.inodeSize()))
	if b == nil {
		return in, false
	}
	o := m.o
	in.mode = uint32(o.Uint16(b))
	if m.version == 1 {
		in.uid, in.size, in.mtime = uint32(o.Uint16(b[2:])), int64(o.Uint32(b[4:])), int64(o.Uint32(b[8:]))
		in.gid, in.links = uint32(b[12]), uint32(b[13])
		for i := range 9 {
			in.zone[i] = uint32(o.Uint16(b[14+2*i:]))
		}
		return in, true
	}
	in.links, in.uid, in.gid = uint32(o.Uint16(b[2:])), uint32(o.Uint16(b[4:])), uint32(o.Uint16(b[6:]))
	in.size, in.mtime = int64(o.Uint32(b[8:])), int64(o.Uint32(b[16:]))
	for i := range in.zone {
		in.zone[i] = o.Uint32(b[24+4*i:])
	}
	return in, true
}

// zone returns the number of the n-th zone of a file; 0 is a hole.
func (m *minix) zone(in *minixInode, n int64) (uint32, error) {
	if n < 7 {
		return in.zone[n], nil
	}
	n -= 7
	width := int64(4)
	if m.version == 1 {
		width = 2
	}
	per := m.block / width
	span := per
	for step := 0; step < 3; step++ {
		if n >= span {
			n -= span
			span *= per
			continue
		}
		z := in.zone[7+step]
		for ; z != 0; span /= per {
			if int64(z) >= m.zones {
				return 0, fmt.Errorf("zone %d of %d", z, m.zones)
			}
			at := int64(z)*m.block + n/(span/per)*width
			n %= span / per
			if width == 2 {
				z = uint32(m.d.u16(m.o, at))
			} else {
				z = m.d.u32(m.o, at)
			}
			if span == per {
				break
			}
		}
		return z, nil
	}
	return 0, fmt.Errorf("zone %d lies beyond the three indirect steps", n)
}

func (m *minix) content(w io.Writer, in *minixInode) error {
	left := in.size
	for n := int64(0); left > 0; n++ {
		z, err := m.zone(in, n)
		if err != nil {
			return err
		}
		k := min(left, m.block)
		left -= k
		if z == 0 {
			err = writeZeros(w, k)
		} else if int64(z) >= m.zones {
			err = fmt.Errorf("zone %d of %d", z, m.zones)
		} else {
			err = copyRange(w, m.d, int64(z)*m.block, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const minixDirMax = 64 << 20

// dirRoom is where a directory's content goes; the probe reads but the root.
func (m *minix) dirRoom() *dirBytes {
	if m.x == nil {
		return (&xtr{d: m.d}).dirBytes()
	}
	return m.x.dirBytes()
}

func (m *minix) dir(in minixInode) ([]dirEnt, error) {
	var out []dirEnt
	if in.size > minixDirMax {
		return nil, limitf("directory of %d bytes", in.size)
	}
	room := m.dirRoom()
	err := m.content(room, &in)
	b := room.bytesWriter
	width := 2
	if m.version == 3 {
		width = 4
	}
	for step := width + m.name; len(b) >= step; b = b[step:] {
		e := dirEnt{name: cstr(b[width:step])}
		if width == 2 {
			e.ino = uint64(m.o.Uint16(b))
		} else {
			e.ino = uint64(m.o.Uint32(b))
		}
		if e.ino != 0 {
			out = append(out, e)
		}
	}
	return out, err
}

type bytesWriter []byte

func (b *bytesWriter) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

func (m *minix) walk() error {
	files := map[uint32]*lateFile{}
	names := func(ino uint64) ([]dirEnt, error) {
		in, ok := m.inode(uint32(ino))
		if !ok {
			return nil, nil
		}
		return m.dir(in)
	}
	return newWalk(m.x).run(1, names, func(p string, ino uint64) (bool, error) { return m.entry(p, uint32(ino), files) })
}

func (m *minix) entry(p string, ino uint32, files map[uint32]*lateFile) (dir bool, err error) {
	in, ok := m.inode(ino)
	if !ok || !knownMode(in.mode) {
		m.x.warn(Partial, "%s: its inode %d cannot be read", p, ino)
		return false, m.x.meta(Node{Path: p, Kind: File, State: Partial, Reason: "inode missing"})
	}
	n := Node{Path: p, Kind: unixKind(in.mode), Mode: in.mode & 07777, UID: in.uid, GID: in.gid, MTime: in.mtime}
	switch n.Kind {
	case File:
		if old := files[ino]; old != nil {
			return false, m.x.alias(n, old)
		}
		late, err := m.x.later(n, func(w io.Writer) error { return m.content(w, &in) })
		files[ino] = late
		return false, err
	case Symlink:
		if in.size > 4096 {
			m.x.warn(Partial, "link %s says %d bytes", p, in.size)
			in.size = 4096
		}
		var b bytesWriter
		if err := m.content(&b, &in); err != nil {
			m.x.warn(stateOf(err), "link %s: %v", p, err)
		}
		n.Link = string(b)
	case Char, Block:
		n.Major, n.Minor = in.zone[0]>>8&0xff, in.zone[0]&0xff
	}
	return n.Kind == Dir, m.x.meta(n)
}
