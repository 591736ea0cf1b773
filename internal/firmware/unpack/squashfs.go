package unpack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"sort"
	"sync"
)

// Squashfs 2 to 4, either byte order, after the kernel's documentation and the
// layouts agreed by open readers for the older versions; magics of vendors and
// their LZMA variants included. Version 1 is recognised, not opened.

// sqMagics gives for each magic the byte order of the file system.
var sqMagics = map[string]binary.ByteOrder{
	"hsqs": le, "sqsh": be, "sqlz": be, "zlqs": le, "qshs": be, "shsq": le, "tqsh": be, "hsqt": le,
}

var sqCodecs = map[uint16]string{1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}

// sqSuper is what the superblocks of all versions have in common.
type sqSuper struct {
	order                                      binary.ByteOrder
	major, minor                               uint16
	inodes, frags, blockSize                   uint32
	comp, flags                                uint16
	used                                       int64
	root                                       uint64
	ids, nuids, nguids                         int
	idStart, guidStart, xattrStart, inodeStart int64
	dirStart, fragStart                        int64
	mtime                                      uint32
}

func parseSquash(d *data, off int64) (s sqSuper, ok bool) {
	h := d.upto(off, 119)
	if len(h) < 64 {
		return s, false
	}
	o := sqMagics[string(h[:4])]
	if o == nil {
		return s, false
	}
	s.order = o
	s.major, s.minor = o.Uint16(h[28:]), o.Uint16(h[30:])
	s.inodes = o.Uint32(h[4:])
	switch {
	case s.major == 4 && len(h) >= 96:
		s.mtime, s.blockSize, s.frags = o.Uint32(h[8:]), o.Uint32(h[12:]), o.Uint32(h[16:])
		s.comp, s.flags, s.ids = o.Uint16(h[20:]), o.Uint16(h[24:]), int(o.Uint16(h[26:]))
		s.root, s.used = o.Uint64(h[32:]), int64(o.Uint64(h[40:]))
		s.idStart, s.xattrStart = int64(o.Uint64(h[48:])), int64(o.Uint64(h[56:]))
		s.inodeStart, s.dirStart, s.fragStart = int64(o.Uint64(h[64:])), int64(o.Uint64(h[72:])), int64(o.Uint64(h[80:]))
		if log := o.Uint16(h[22:]); log > 20 || uint32(1)<<log != s.blockSize {
			return s, false
		}
	case s.major >= 1 && s.major <= 3:
		s.flags, s.nuids, s.nguids = uint16(h[36]), int(h[37]), int(h[38])
		s.mtime, s.root = o.Uint32(h[39:]), o.Uint64(h[43:])
		s.blockSize, s.frags = o.Uint32(h[51:]), o.Uint32(h[55:])
		s.xattrStart = -1
		if s.major == 3 && len(h) == 119 {
			s.used, s.idStart, s.guidStart = int64(o.Uint64(h[63:])), int64(o.Uint64(h[71:])), int64(o.Uint64(h[79:]))
			s.inodeStart, s.dirStart, s.fragStart = int64(o.Uint64(h[87:])), int64(o.Uint64(h[95:])), int64(o.Uint64(h[103:]))
		} else {
			s.used, s.idStart, s.guidStart = int64(o.Uint32(h[8:])), int64(o.Uint32(h[12:])), int64(o.Uint32(h[16:]))
			s.inodeStart, s.dirStart, s.fragStart = int64(o.Uint32(h[20:])), int64(o.Uint32(h[24:])), int64(o.Uint32(h[59:]))
		}
		if s.major == 1 {
			s.blockSize, s.frags = uint32(o.Uint16(h[32:])), 0
		}
	default:
		return s, false
	}
	if s.blockSize < 512 || s.blockSize > 1<<20 || bits.OnesCount32(s.blockSize) != 1 {
		return s, false
	}
	if s.inodes == 0 || s.used < 96 || s.inodeStart <= 0 {
		return s, false
	}
	return s, true
}

// lost says which table of a whole superblock cannot be where it is said to be; "" when all can.
func (s *sqSuper) lost() string {
	switch {
	case s.major != 4:
	case s.inodeStart >= s.used:
		return fmt.Sprintf("inode table at %#x of %#x bytes", s.inodeStart, s.used)
	case s.dirStart >= s.used || s.dirStart <= s.inodeStart:
		return fmt.Sprintf("directory table at %#x, inode table at %#x, of %#x bytes", s.dirStart, s.inodeStart, s.used)
	}
	return ""
}

func probeSquashfs(d *data, off int64) *claim {
	s, ok := parseSquash(d, off)
	if !ok {
		return nil
	}
	c := &claim{off: off, length: s.used, format: "squashfs", conf: Structural}
	// Packers pad to 4 KiB with zeros; the padding belongs to the image.
	if pad := alignUp(s.used, 4096) - s.used; off+s.used+pad <= d.size && pad > 0 && fill(d, off+s.used, pad) == pad && d.at(off+s.used, 1)[0] == 0 {
		c.length += pad
	}
	c.fact("version", "%d.%d", s.major, s.minor)
	if s.order == be {
		c.fact("byte order", "big-endian")
	} else {
		c.fact("byte order", "little-endian")
	}
	c.fact("magic", "%s", d.at(off, 4))
	c.fact("block size", "%d", s.blockSize)
	c.fact("inodes", "%d", s.inodes)
	c.fact("made", "%d", s.mtime)
	if s.major == 4 {
		c.fact("compression", "%s", nonEmpty(sqCodecs[s.comp], fmt.Sprint(s.comp)))
	}
	if why := s.lost(); why != "" {
		if s.used > d.size-off {
			return nil
		}
		c.state, c.reason = Partial, "superblock recognised, nothing can be read: "+why
		return c
	}
	c.extract = func(x *xtr) error {
		q := &squash{x: x, s: s, d: x.d.sub(off, x.d.size-off), cache: map[int64]sqMeta{}}
		return q.extract()
	}
	return c
}

type sqMeta struct {
	b    []byte
	next int64
}

// squash reads one file system.
type squash struct {
	x       *xtr
	s       sqSuper
	d       *data
	cache   map[int64]sqMeta
	ids     []uint32
	gids    []uint32
	frags   []sqFrag
	xids    []sqXattr
	xbase   int64
	method  string
	mu      sync.Mutex
	fragBuf [8]struct {
		idx int
		b   []byte
	}
	fragNext int
}

type sqFrag struct {
	start int64
	size  uint32
}

type sqXattr struct {
	ref   uint64
	count uint32
}

// decode decompresses one block; the nominal codec first, then those vendors put in its place.
func (q *squash) decode(in []byte, max, want int) ([]byte, error) {
	m := q.method
	if m == "" {
		m = "gzip"
		if q.s.major == 4 {
			m = sqCodecs[q.s.comp]
		}
		out, err := q.with(m, in, max, want)
		if err == nil {
			return out, nil
		}
		for _, other := range []string{"lzma", "xz", "gzip", "lzo", "zstd", "lz4"} {
			if o, e := q.with(other, in, max, want); e == nil && len(o) > 0 && other != m {
				q.mu.Lock()
				q.method = other
				q.mu.Unlock()
				return o, nil
			}
		}
		return out, err
	}
	return q.with(m, in, max, want)
}

func (q *squash) with(m string, in []byte, max, want int) ([]byte, error) {
	switch m {
	case "gzip":
		return zlibBlock(in, max)
	case "lzma":
		return lzmaAny(in, max, want)
	case "lzo":
		return lzoBlock(in, max)
	case "xz":
		return xzBlock(in, max)
	case "lz4":
		return lz4Block(in, max)
	case "zstd":
		return zstdBlock(in, max)
	}
	return nil, fmt.Errorf("compression %q is not known", m)
}

// meta returns the decoded metadata block at pos.
func (q *squash) meta(pos int64) (sqMeta, error) {
	if m, ok := q.cache[pos]; ok {
		return m, nil
	}
	if len(q.cache) > 64<<10 {
		return sqMeta{}, limitf("512 MiB of squashfs metadata")
	}
	hb := q.d.at(pos, 2)
	if hb == nil {
		return sqMeta{}, fmt.Errorf("metadata block at %#x: %w", pos, io.ErrUnexpectedEOF)
	}
	h := q.s.order.Uint16(hb)
	n := int64(h & 0x7fff)
	if n == 0 {
		n = 0x8000
	}
	start := pos + 2
	if q.s.major < 4 && q.s.flags&4 != 0 { // "check data": one marker byte
		start++
	}
	raw := q.d.at(start, int(n))
	if raw == nil {
		return sqMeta{}, fmt.Errorf("metadata block at %#x, %d bytes: %w", pos, n, io.ErrUnexpectedEOF)
	}
	m := sqMeta{b: raw, next: start + n}
	if h&0x8000 == 0 {
		out, err := q.decode(raw, 8192, 0)
		if err != nil {
			return sqMeta{}, fmt.Errorf("metadata block at %#x: %w", pos, err)
		}
		m.b = out
	}
	q.cache[pos] = m
	return m, nil
}

// sqCursor reads bytes across metadata blocks.
type sqCursor struct {
	q   *squash
	m   sqMeta
	off int
}

func (q *squash) cursor(block int64, off int) (*sqCursor, error) {
	m, err := q.meta(block)
	if err != nil {
		return nil, err
	}
	if off > len(m.b) {
		return nil, fmt.Errorf("metadata offset %d beyond block of %d bytes", off, len(m.b))
	}
	return &sqCursor{q: q, m: m, off: off}, nil
}

func (c *sqCursor) read(n int) ([]byte, error) {
	if n > 1<<16 {
		return nil, errors.New("metadata item too long")
	}
	if c.off+n <= len(c.m.b) {
		b := c.m.b[c.off : c.off+n]
		c.off += n
		return b, nil
	}
	out := make([]byte, 0, n)
	for len(out) < n {
		if c.off == len(c.m.b) {
			m, err := c.q.meta(c.m.next)
			if err != nil {
				return nil, err
			}
			if len(m.b) == 0 {
				return nil, io.ErrUnexpectedEOF
			}
			c.m, c.off = m, 0
		}
		k := min(n-len(out), len(c.m.b)-c.off)
		out = append(out, c.m.b[c.off:c.off+k]...)
		c.off += k
	}
	return out, nil
}

// table reads n entries of size bytes from metadata blocks pointed to by an index at pos.
func (q *squash) table(pos int64, n, size, ptr int) ([]byte, error) {
	blocks := (n*size + 8191) / 8192
	idx := q.d.at(pos, blocks*ptr)
	if idx == nil {
		return nil, io.ErrUnexpectedEOF
	}
	var out []byte
	for i := range blocks {
		at := int64(q.s.order.Uint32(idx[i*ptr:]))
		if ptr == 8 {
			at = int64(q.s.order.Uint64(idx[i*8:]))
		}
		m, err := q.meta(at)
		if err != nil {
			return out, err
		}
		out = append(out, m.b...)
	}
	if len(out) < n*size {
		return out, io.ErrUnexpectedEOF
	}
	return out, nil
}

func (q *squash) tables() error {
	o := q.s.order
	if q.s.major < 4 {
		u, g := q.d.at(q.s.idStart, 4*q.s.nuids), q.d.at(q.s.guidStart, 4*q.s.nguids)
		for i := 0; i+4 <= len(u); i += 4 {
			q.ids = append(q.ids, o.Uint32(u[i:]))
		}
		for i := 0; i+4 <= len(g); i += 4 {
			q.gids = append(q.gids, o.Uint32(g[i:]))
		}
	} else if b, err := q.table(q.s.idStart, q.s.ids, 4, 8); err == nil {
		for i := 0; i < q.s.ids; i++ {
			q.ids = append(q.ids, o.Uint32(b[i*4:]))
		}
		q.gids = q.ids
	} else {
		return fmt.Errorf("owner table: %w", err)
	}
	if q.s.frags > 0 {
		size, ptr := 16, 8
		if q.s.major < 3 {
			size, ptr = 8, 4
		}
		if int64(q.s.frags)*int64(size) > q.d.size*8 {
			return fmt.Errorf("fragment table: %d entries cannot be in %d bytes", q.s.frags, q.d.size)
		}
		b, err := q.table(q.s.fragStart, int(q.s.frags), size, ptr)
		for i := 0; i+size <= len(b) && i/size < int(q.s.frags); i += size {
			f := sqFrag{start: int64(o.Uint32(b[i:])), size: o.Uint32(b[i+4:])}
			if size == 16 {
				f = sqFrag{start: int64(o.Uint64(b[i:])), size: o.Uint32(b[i+8:])}
			}
			q.frags = append(q.frags, f)
		}
		if err != nil {
			q.x.warn(stateOf(err), "fragment table: %v", err)
		}
	}
	if q.s.major == 4 && q.s.xattrStart > 0 {
		q.readXattrIDs()
	}
	return nil
}

func (q *squash) readXattrIDs() {
	h := q.d.at(q.s.xattrStart, 16)
	if h == nil {
		return
	}
	n := int(q.s.order.Uint32(h[8:]))
	q.xbase = int64(q.s.order.Uint64(h))
	if n > 1<<20 {
		return
	}
	b, _ := q.table(q.s.xattrStart+16, n, 16, 8)
	for i := 0; i+16 <= len(b) && i/16 < n; i += 16 {
		q.xids = append(q.xids, sqXattr{q.s.order.Uint64(b[i:]), q.s.order.Uint32(b[i+8:])})
	}
}

var xattrPrefix = []string{"user.", "trusted.", "security."}

func (q *squash) xattrs(idx uint32) map[string]string {
	if int64(idx) >= int64(len(q.xids)) {
		return nil
	}
	e := q.xids[idx]
	c, err := q.cursor(q.xbase+int64(e.ref>>16), int(e.ref&0xffff))
	if err != nil {
		return nil
	}
	out := map[string]string{}
	for range min(e.count, 64) {
		h, err := c.read(4)
		if err != nil {
			break
		}
		typ, n := q.s.order.Uint16(h), int(q.s.order.Uint16(h[2:]))
		name, err := c.read(n)
		if err != nil {
			break
		}
		key := nonEmpty(at(xattrPrefix, int(typ&0xff)), "?.") + string(name)
		vh, err := c.read(4)
		if err != nil {
			break
		}
		v, err := c.read(int(q.s.order.Uint32(vh)))
		if err != nil {
			break
		}
		if typ&0x100 != 0 && len(v) == 8 {
			ref := q.s.order.Uint64(v)
			vc, err := q.cursor(q.xbase+int64(ref>>16), int(ref&0xffff))
			if err != nil {
				break
			}
			if vh, err = vc.read(4); err == nil {
				v, _ = vc.read(int(q.s.order.Uint32(vh)))
			}
		}
		out[key] = string(v)
	}
	return out
}

func at(s []string, i int) string {
	if i >= 0 && i < len(s) {
		return s[i]
	}
	return ""
}

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
	for i := int64(0); i < n; i++ {
		b, err := c.read(4)
		if err != nil {
			return fmt.Errorf("block list: %w", err)
		}
		in.blocks = append(in.blocks, q.s.order.Uint32(b))
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

type sqFile struct {
	node *Node
	in   sqInode
	more []*Node // hard links
}

func (q *squash) extract() error {
	if q.s.major == 1 {
		q.x.warn(Partial, "squashfs version 1: recognised, not opened")
		return nil
	}
	if q.s.used > q.d.size {
		q.x.warn(Truncated, "says %d bytes, only %d are there: the file tables stand at its end and are lost", q.s.used, q.d.size)
	}
	if err := q.tables(); err != nil {
		return err
	}
	files, err := q.walk()
	if q.method != "" {
		q.x.r.Facts = append(q.x.r.Facts, Fact{"compression found", q.method})
	}
	q.cache = nil
	sort.SliceStable(files, func(i, j int) bool { return files[i].in.start < files[j].in.start })
	ferr := q.x.parallel(len(files), func(i int) error {
		f := &files[i]
		if err := q.x.fill(f.node, func(w io.Writer) error { return q.content(w, &f.in) }); err != nil {
			return err
		}
		for _, n := range f.more {
			n.Size, n.Object, n.State, n.Reason = f.node.Size, f.node.Object, f.node.State, f.node.Reason
		}
		return nil
	})
	return errors.Join(err, ferr)
}

// walk lists the tree without recursion; a directory met twice is a loop and is refused.
func (q *squash) walk() ([]sqFile, error) {
	type todo struct {
		path string
		ref  uint64
	}
	stack := []todo{{"", q.s.root}}
	dirs := map[uint64]bool{}
	byRef := map[uint64]int{}
	var files []sqFile
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		in, err := q.inode(t.ref)
		if err != nil {
			if t.path == "" || isLimit(err) {
				return files, fmt.Errorf("inode of /%s: %w", t.path, err)
			}
			q.x.warn(stateOf(err), "inode of %s: %v", t.path, err)
			continue
		}
		n := Node{Path: t.path, Kind: in.kind, Mode: in.mode, UID: in.uid, GID: in.gid, MTime: int64(in.mtime), Link: in.link, Size: in.size}
		if in.xattr != noIndex {
			n.Xattr = q.xattrs(in.xattr)
		}
		if in.kind == Block || in.kind == Char {
			n.Major, n.Minor = in.rdev>>8&0xfff, in.rdev&0xff|in.rdev>>12&0xfff00
			n.Size = 0
		}
		node, err := q.x.node(n)
		if err != nil {
			return files, err
		}
		switch in.kind {
		case File:
			if i, ok := byRef[t.ref]; ok {
				files[i].more = append(files[i].more, node)
			} else {
				byRef[t.ref] = len(files)
				files = append(files, sqFile{node: node, in: in})
			}
		case Dir:
			if dirs[t.ref] {
				q.x.warn(Partial, "directory %s is met twice: a loop, not followed", t.path)
				continue
			}
			dirs[t.ref] = true
			ents, err := q.dir(&in)
			if err != nil {
				q.x.warn(stateOf(err), "directory %s: %v", nonEmpty(t.path, "/"), err)
				if isLimit(err) {
					return files, err
				}
			}
			if pathDepth(t.path) > 64 {
				q.x.warn(LimitHit, "limit hit: directories nested deeper than 64 at %.80s", t.path)
				continue
			}
			for i := len(ents) - 1; i >= 0; i-- {
				if bad := ents[i].name; bad == ".." || bad == "." || containsSlash(bad) {
					q.x.warn(Partial, "directory %s holds the impossible name %q", t.path, bad)
					continue
				}
				stack = append(stack, todo{joinPath(t.path, ents[i].name), ents[i].ref})
			}
		}
	}
	return files, nil
}

func containsSlash(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '/' || s[i] == 0 {
			return true
		}
	}
	return false
}

func joinPath(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func pathDepth(p string) int {
	n := 0
	for i := 0; i < len(p); i++ {
		if p[i] == '/' {
			n++
		}
	}
	return n
}

var zeros [1 << 16]byte

func writeZeros(w io.Writer, n int64) error {
	for n > 0 {
		k := min(n, int64(len(zeros)))
		if _, err := w.Write(zeros[:k]); err != nil {
			return err
		}
		n -= k
	}
	return nil
}

// content writes a file: data blocks, sparse ones as zeros, then its piece of a fragment.
func (q *squash) content(w io.Writer, in *sqInode) error {
	pos, left := in.start, in.size
	bs := int64(q.s.blockSize)
	for _, b := range in.blocks {
		want := min(bs, left)
		left -= want
		n := int64(b &^ (1 << 24))
		if n == 0 {
			if err := writeZeros(w, want); err != nil {
				return err
			}
			continue
		}
		out, err := q.block(pos, n, b&(1<<24) != 0, int(bs), int(want))
		if err != nil {
			return fmt.Errorf("block at %#x: %w", pos, err)
		}
		pos += n
		if int64(len(out)) != want {
			return fmt.Errorf("block at %#x gives %d bytes, not %d", pos-n, len(out), want)
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	if left == 0 || in.frag == noIndex {
		return nil
	}
	f, err := q.fragment(int(in.frag))
	if err != nil {
		return err
	}
	if int64(in.fragOff)+left > int64(len(f)) {
		return fmt.Errorf("piece %d+%d of a fragment of %d bytes", in.fragOff, left, len(f))
	}
	_, err = w.Write(f[in.fragOff : int64(in.fragOff)+left])
	return err
}

func (q *squash) block(pos, n int64, stored bool, max, want int) ([]byte, error) {
	if n > 2<<20 {
		return nil, fmt.Errorf("block of %d bytes", n)
	}
	raw := q.d.at(pos, int(n))
	if raw == nil {
		return nil, io.ErrUnexpectedEOF
	}
	if stored {
		return raw, nil
	}
	return q.decode(raw, max, want)
}

func (q *squash) fragment(i int) ([]byte, error) {
	if i >= len(q.frags) {
		return nil, fmt.Errorf("fragment %d of %d", i, len(q.frags))
	}
	q.mu.Lock()
	for _, e := range q.fragBuf {
		if e.b != nil && e.idx == i {
			q.mu.Unlock()
			return e.b, nil
		}
	}
	q.mu.Unlock()
	f := q.frags[i]
	b, err := q.block(f.start, int64(f.size&^(1<<24)), f.size&(1<<24) != 0, int(q.s.blockSize), 0)
	if err != nil {
		return nil, fmt.Errorf("fragment at %#x: %w", f.start, err)
	}
	q.mu.Lock()
	q.fragBuf[q.fragNext%len(q.fragBuf)].idx = i
	q.fragBuf[q.fragNext%len(q.fragBuf)].b = b
	q.fragNext++
	q.mu.Unlock()
	return b, nil
}
