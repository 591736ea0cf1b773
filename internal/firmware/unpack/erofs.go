package unpack

import (
	"fmt"
	"hash/crc32"
	"io"
)

// EROFS after the kernel's erofs_fs.h: flat, inline and chunked files, and
// those compressed with LZ4, MicroLZMA or deflate (see erofszip.go).
const (
	erofsInodeUnit = 32
	erofsDirMax    = 64 << 20
	erofsNoBlock   = 0xffffffff
)

// erofsZeroPadding: packed bytes stand at the end of their blocks, not at the start.
const erofsZeroPadding = 1

type erofs struct {
	x         *xtr
	d         *data
	blockBits uint
	root      uint64
	meta      int64 // offset of the inode area
	xattrs    int64 // offset of the shared attributes
	blocks    int64
	features  uint32
	packed    uint64 // inode that holds the tails of others
}

func probeErofs(d *data, off int64) *claim {
	h := d.at(off+1024, 128)
	if h == nil || h[12] < 9 || h[12] > 16 {
		return nil
	}
	f := &erofs{blockBits: uint(h[12]), root: uint64(le.Uint16(h[14:])), blocks: int64(le.Uint32(h[36:])), features: le.Uint32(h[80:]), packed: le.Uint64(h[96:])}
	f.meta, f.xattrs = int64(le.Uint32(h[40:]))<<f.blockBits, int64(le.Uint32(h[44:]))<<f.blockBits
	size := f.blocks << f.blockBits
	if f.blocks == 0 || f.meta >= size || h[90] != 0 {
		return nil
	}
	f.d = d.sub(off, size)
	root, err := f.inode(f.root)
	if err != nil && off+size <= d.size || err == nil && unixKind(root.mode) != Dir {
		return nil
	}
	c := &claim{off: off, length: size, format: "erofs", conf: Structural}
	if sum := le.Uint32(h[4:]); h[8]&1 != 0 && f.checksum() == sum {
		c.conf = Checked
	} else if h[8]&1 != 0 {
		c.state, c.reason = Partial, "checksum of the superblock does not hold"
	}
	c.fact("volume", "%s", cstr(h[64:80]))
	c.fact("block size", "%d", 1<<f.blockBits)
	c.fact("inodes", "%d", le.Uint64(h[16:]))
	c.fact("made", "%d", le.Uint64(h[24:]))
	c.extract = func(x *xtr) error {
		f := *f
		f.x, f.d = x, x.d.sub(off, size)
		return f.walk()
	}
	return c
}

// checksum is CRC-32C of the rest of the first block with the field itself zero, not inverted at the end.
func (f *erofs) checksum() uint32 {
	b := append([]byte(nil), f.d.upto(1024, max(1<<f.blockBits-1024, 1024))...)
	if len(b) < 8 {
		return 0
	}
	copy(b[4:8], zeros[:4])
	return ^crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
}

type erofsInode struct {
	nid      uint64
	mode     uint32
	uid, gid uint32
	mtime    int64
	size     int64
	layout   uint16
	u        uint32 // first block, device, or form of the chunks
	body     int64  // offset behind the inode and its own attributes
	xattrAt  int64
	xattrLen int
}

const (
	erofsPlain = iota
	erofsZipFull
	erofsInline
	erofsZipCompact
	erofsChunked
)

func (f *erofs) inode(nid uint64) (in erofsInode, err error) {
	if nid > uint64(f.d.size)/erofsInodeUnit {
		return in, fmt.Errorf("inode %d lies outside", nid)
	}
	at := f.meta + int64(nid)*erofsInodeUnit
	b := f.d.at(at, 32)
	if b == nil {
		return in, fmt.Errorf("inode %d at %#x: %w", nid, at, io.ErrUnexpectedEOF)
	}
	format := le.Uint16(b)
	in = erofsInode{nid: nid, layout: format >> 1 & 7, mode: uint32(le.Uint16(b[4:])), u: le.Uint32(b[16:])}
	head := int64(32)
	if format&1 == 0 {
		in.size, in.uid, in.gid = int64(le.Uint32(b[8:])), uint32(le.Uint16(b[24:])), uint32(le.Uint16(b[26:]))
	} else {
		head = 64
		if b = f.d.at(at, 64); b == nil {
			return in, io.ErrUnexpectedEOF
		}
		in.size, in.uid, in.gid, in.mtime = int64(le.Uint64(b[8:])), le.Uint32(b[24:]), le.Uint32(b[28:]), int64(le.Uint64(b[32:]))
	}
	if !knownMode(in.mode) || in.layout > erofsChunked || format>>4 != 0 || in.size < 0 || in.size > 1<<50 {
		return in, fmt.Errorf("inode %d is none: mode %o, format %#x", nid, in.mode, format)
	}
	if n := le.Uint16(b[2:]); n > 0 {
		in.xattrAt, in.xattrLen = at+head, 12+int(n-1)*4
	}
	in.body = at + head + int64(in.xattrLen)
	return in, nil
}

func (f *erofs) walk() error {
	if _, err := f.inode(f.root); err != nil {
		return err
	}
	files := map[uint64]*lateFile{}
	return newWalk(f.x).run(f.root, f.names, func(p string, nid uint64) (bool, error) { return f.entry(p, nid, files) })
}

// names reads the directory of an inode.
func (f *erofs) names(nid uint64) ([]dirEnt, error) {
	in, err := f.inode(nid)
	if err != nil {
		return nil, err
	}
	return f.dir(&in)
}

// dir reads a directory: blocks of entries of 12 bytes, then their names.
func (f *erofs) dir(in *erofsInode) (out []dirEnt, err error) {
	if in.size > erofsDirMax {
		return nil, limitf("directory of %d bytes", in.size)
	}
	room := f.x.dirBytes()
	err = f.content(room, in)
	b := room.bytesWriter
	for block := 1 << f.blockBits; len(b) > 0; b = b[min(block, len(b)):] {
		page := b[:min(block, len(b))]
		if len(page) < 12 {
			return out, err
		}
		n := int(le.Uint16(page[8:])) / 12
		if n == 0 || n*12 > len(page) {
			return out, fmt.Errorf("block of %d entries", n)
		}
		for i := range n {
			e := page[i*12:]
			from, to := int(le.Uint16(e[8:])), len(page)
			if i+1 < n {
				to = int(le.Uint16(e[20:]))
			}
			if from > to || to > len(page) {
				return out, fmt.Errorf("name from %d to %d", from, to)
			}
			out = append(out, dirEnt{cstr(page[from:to]), le.Uint64(e)})
		}
	}
	return out, err
}

func (f *erofs) entry(p string, nid uint64, files map[uint64]*lateFile) (dir bool, err error) {
	in, err := f.inode(nid)
	if err != nil {
		f.x.warn(stateOf(err), "%s: %v", p, err)
		return false, f.x.meta(Node{Path: p, Kind: File, State: Partial, Reason: err.Error()})
	}
	n := Node{Path: p, Kind: unixKind(in.mode), Mode: in.mode & 07777, UID: in.uid, GID: in.gid, MTime: in.mtime, Xattr: f.attributes(&in)}
	switch n.Kind {
	case File:
		if old := files[nid]; old != nil {
			return false, f.x.alias(n, old)
		}
		late, err := f.x.later(n, func(w io.Writer) error { return f.content(w, &in) })
		files[nid] = late
		return false, err
	case Symlink:
		var b bytesWriter
		in.size = min(in.size, 4096)
		if err := f.content(&b, &in); err != nil {
			f.x.warn(stateOf(err), "link %s: %v", p, err)
		}
		n.Link = string(b)
	case Char, Block:
		n.Major, n.Minor = in.u>>8&0xfff, in.u&0xff|in.u>>12&0xfff00
	}
	return n.Kind == Dir, f.x.meta(n)
}

func (f *erofs) content(w io.Writer, in *erofsInode) error {
	switch in.layout {
	case erofsPlain:
		return copyRange(w, f.d, int64(in.u)<<f.blockBits, in.size)
	case erofsInline: // whole blocks, then the tail right behind the inode
		tail := in.size & (1<<f.blockBits - 1)
		if in.size > tail {
			if err := copyRange(w, f.d, int64(in.u)<<f.blockBits, in.size-tail); err != nil {
				return err
			}
		}
		return copyRange(w, f.d, in.body, tail)
	case erofsChunked:
		return f.chunks(w, in)
	}
	return f.unzip(w, in)
}

// chunks writes a file of chunks of one size, each with a place of its own.
func (f *erofs) chunks(w io.Writer, in *erofsInode) error {
	size := int64(1) << (f.blockBits + uint(in.u&31))
	entry, at := int64(4), alignUp(in.body, 4)
	if in.u&0x20 != 0 {
		entry, at = 8, alignUp(in.body, 8)
	}
	for left := in.size; left > 0; at += entry {
		b := f.d.at(at, int(entry))
		if b == nil {
			return io.ErrUnexpectedEOF
		}
		n := min(left, size)
		left -= n
		block := le.Uint32(b[entry-4:])
		var err error
		switch {
		case block == erofsNoBlock:
			err = writeZeros(w, n)
		case entry == 8 && le.Uint16(b[2:]) != 0:
			err = fmt.Errorf("chunk lies on device %d, which is another image", le.Uint16(b[2:]))
		default:
			err = copyRange(w, f.d, int64(block)<<f.blockBits, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var erofsPrefix = []string{1: "user.", 2: "system.posix_acl_access", 3: "system.posix_acl_default", 4: "trusted.", 6: "security."}

// attributes reads the shared attributes an inode names and its own.
func (f *erofs) attributes(in *erofsInode) map[string]string {
	b := f.d.at(in.xattrAt, in.xattrLen)
	if len(b) < 12 {
		return nil
	}
	out := map[string]string{}
	shared := int(b[4])
	for i := range shared {
		if 16+4*i > len(b) {
			break
		}
		f.attribute(out, f.d.upto(f.xattrs+int64(le.Uint32(b[12+4*i:]))*4, 1<<16))
	}
	for b = b[min(12+4*shared, len(b)):]; len(b) >= 4; {
		n := f.attribute(out, b)
		if n == 0 || n > len(b) {
			break
		}
		b = b[n:]
	}
	return out
}

// attribute reads one entry and returns the room it takes, 0 when it is none.
func (f *erofs) attribute(out map[string]string, b []byte) int {
	if len(b) < 4 {
		return 0
	}
	name, value := int(b[0]), int(le.Uint16(b[2:]))
	if name+value == 0 || 4+name+value > len(b) {
		return 0
	}
	out[at(erofsPrefix, int(b[1]))+string(b[4:4+name])] = string(b[4+name : 4+name+value])
	return int(alignUp(int64(4+name+value), 4))
}
