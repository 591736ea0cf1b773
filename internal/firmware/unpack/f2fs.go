package unpack

import (
	"fmt"
	"hash/crc32"
	"io"
)

// F2FS after the kernel's f2fs_fs.h. A file system of a log: the newer of two
// checkpoints says which of two copies of each block of the node table counts,
// and a journal of it overrides single entries.
const (
	f2fsBlock    = 4096
	f2fsMagic    = 0xf2f52010
	f2fsPerNAT   = f2fsBlock / 9 // entries of the node table in a block
	f2fsAddrs    = 923           // addresses in an inode
	f2fsDirect   = 1018          // addresses in a node
	f2fsDirMax   = 64 << 20
	f2fsNewAddr  = 0xffffffff // promised, not written
	f2fsCompress = 0xfffffffe // head of a compressed cluster
)

type f2fs struct {
	x          *xtr
	d          *data
	nat        int64 // block of the node table
	perSegment int64
	natBitmap  []byte
	journal    map[uint32]uint32 // node to block
	root       uint32
	blocks     int64
}

func probeF2FS(d *data, off int64) *claim {
	h := d.at(off+1024, 2180)
	if h == nil || le.Uint32(h[16:]) != 12 || le.Uint32(h[20:]) > 12 || le.Uint32(h[8:])+le.Uint32(h[12:]) != 12 {
		return nil
	}
	f := &f2fs{perSegment: 1 << le.Uint32(h[20:]), blocks: int64(le.Uint64(h[36:])), nat: int64(le.Uint32(h[84:])), root: le.Uint32(h[96:])}
	cp, main := int64(le.Uint32(h[76:])), int64(le.Uint32(h[92:]))
	if f.blocks <= main || f.blocks > 1<<40 || cp == 0 || f.nat <= cp || main <= f.nat || f.root == 0 {
		return nil
	}
	c := &claim{off: off, length: f.blocks * f2fsBlock, format: "f2fs", conf: Structural}
	c.fact("version", "%d.%d", le.Uint16(h[4:]), le.Uint16(h[6:]))
	c.fact("volume", "%s", utf16Name(h[124:124+1024]))
	c.fact("made with", "%s", cstr(h[1668:1668+256]))
	c.extract = func(x *xtr) error {
		f.x, f.d = x, x.d.sub(off, f.blocks*f2fsBlock)
		if err := f.checkpoint(cp, int64(le.Uint32(h[1664:]))); err != nil {
			return err
		}
		return f.walk()
	}
	return c
}

// checkpoint takes the newer of the two that hold their checksum.
func (f *f2fs) checkpoint(at, payload int64) error {
	var best []byte
	var bestAt int64
	for _, pos := range []int64{at, at + f.perSegment} {
		b := f.d.at(pos*f2fsBlock, f2fsBlock)
		if b == nil {
			continue
		}
		sum := int(le.Uint32(b[164:]))
		if sum < 192 || sum > f2fsBlock-4 || f2fsCRC(b[:sum]) != le.Uint32(b[sum:]) {
			continue
		}
		if best == nil || le.Uint64(b) > le.Uint64(best) {
			best, bestAt = b, pos
		}
	}
	if best == nil {
		return fmt.Errorf("neither checkpoint holds its checksum: nothing can be found")
	}
	f.x.r.Confidence = Checked
	sitSize, natSize := int64(le.Uint32(best[156:])), int64(le.Uint32(best[160:]))
	from := sitSize
	flags := le.Uint32(best[132:])
	switch {
	case flags&0x400 != 0: // a large table of the node blocks, behind its own checksum
		from = 4
	case payload > 0:
		from = 0
	}
	if natSize <= 0 || natSize > 1<<20 {
		return fmt.Errorf("bitmap of the node table of %d bytes", natSize)
	}
	if f.natBitmap = f.d.at(bestAt*f2fsBlock+192+from, int(natSize)); f.natBitmap == nil {
		return io.ErrUnexpectedEOF
	}
	f.readJournal(best, bestAt, flags)
	return nil
}

// f2fsCRC is CRC-32 seeded with the magic and not inverted.
func f2fsCRC(b []byte) uint32 {
	seed := uint32(f2fsMagic)
	return ^crc32.Update(^seed, crc32.IEEETable, b)
}

// readJournal takes the entries of the node table that wait in the summary of hot data.
func (f *f2fs) readJournal(cp []byte, at int64, flags uint32) {
	total, start := int64(le.Uint32(cp[136:])), int64(le.Uint32(cp[140:]))
	pos, in := at+start, int64(0)
	if flags&4 == 0 { // not compact: one block each, the journal behind 512 entries of 7 bytes
		in = 3584
		pos = at + total - 4
		if flags&1 != 0 { // unmounted: summaries of nodes follow
			pos -= 3
		}
	}
	b := f.d.at(pos*f2fsBlock+in, 507)
	f.journal = map[uint32]uint32{}
	if b == nil {
		return
	}
	for i := range min(int(le.Uint16(b)), 38) {
		e := b[2+13*i:]
		f.journal[le.Uint32(e)] = le.Uint32(e[9:])
	}
}

// node returns the block of a node, or nil and why not.
func (f *f2fs) node(nid uint32) ([]byte, error) {
	block, ok := f.journal[nid]
	if !ok {
		n := int64(nid) / f2fsPerNAT
		at := f.nat + n/f.perSegment*2*f.perSegment + n%f.perSegment
		if n/8 >= int64(len(f.natBitmap)) {
			return nil, fmt.Errorf("node %d is beyond the table", nid)
		}
		if f.natBitmap[n/8]&(0x80>>(n%8)) != 0 {
			at += f.perSegment
		}
		e := f.d.at(at*f2fsBlock+int64(nid)%f2fsPerNAT*9, 9)
		if e == nil {
			return nil, io.ErrUnexpectedEOF
		}
		block = le.Uint32(e[5:])
	}
	b := f.d.at(int64(block)*f2fsBlock, f2fsBlock)
	if block == 0 || b == nil {
		return nil, fmt.Errorf("node %d lies at block %d: %w", nid, block, io.ErrUnexpectedEOF)
	}
	if got := le.Uint32(b[4072:]); got != nid {
		return nil, fmt.Errorf("block %d holds node %d, not %d", block, got, nid)
	}
	return b, nil
}

// Bits of an inode's inline byte.
const (
	f2fsInlineXattr  = 1 << 0
	f2fsInlineData   = 1 << 1
	f2fsInlineDentry = 1 << 2
	f2fsExtraAttr    = 1 << 5
)

type f2fsInode struct {
	b        []byte
	inline   byte
	mode     uint32
	size     int64
	base     int // where the addresses begin
	addrs    int // how many there are
	inlineAt int // where inline data or entries begin, inlineLen bytes
	inlineLn int
	cluster  int  // blocks that are packed together; 1: none are
	packing  byte // how
}

func (f *f2fs) inode(nid uint32) (in f2fsInode, err error) {
	b, err := f.node(nid)
	if err != nil {
		return in, err
	}
	in = f2fsInode{b: b, inline: b[3], mode: uint32(le.Uint16(b)), size: int64(le.Uint64(b[16:])), base: 360, addrs: f2fsAddrs, cluster: 1}
	if !knownMode(in.mode) || in.size < 0 || in.size > 1<<50 || le.Uint32(b[4076:]) != nid {
		return in, fmt.Errorf("node %d is no inode", nid)
	}
	attrs := 0
	if in.inline&f2fsInlineXattr != 0 || in.inline&f2fsInlineDentry != 0 {
		attrs = 50
	}
	if in.inline&f2fsExtraAttr != 0 {
		extra := int(le.Uint16(b[360:]))
		if extra&3 != 0 || extra > 200 {
			return in, fmt.Errorf("inode %d with %d bytes of extra attributes", nid, extra)
		}
		if n := int(le.Uint16(b[362:])); n > 0 && n < 600 {
			attrs = n
		}
		in.base += extra
		in.addrs -= extra / 4
		if log := b[393]; extra >= 36 && le.Uint32(b[80:])&f2fsPacked != 0 && log > 0 && log <= 8 {
			in.cluster, in.packing = 1<<log, b[392]
		}
	}
	in.addrs -= attrs
	in.inlineAt, in.inlineLn = in.base+4, 4*(in.addrs-1)
	return in, nil
}

// content writes the blocks of a file in order: those the inode names, then those of its nodes.
func (f *f2fs) content(w io.Writer, in *f2fsInode) error {
	if in.inline&f2fsInlineData != 0 {
		n := min(in.size, int64(in.inlineLn))
		_, err := w.Write(in.b[in.inlineAt : in.inlineAt+int(n)])
		return err
	}
	c := &f2fsContent{f: f, w: w, left: in.size, cluster: in.cluster, packing: in.packing}
	// No cluster goes over the end of a node.
	if err := c.addrs(in.b[in.base : in.base+4*(in.addrs/in.cluster*in.cluster)]); err != nil {
		return err
	}
	for i, steps := range []int{1, 1, 2, 2, 3} {
		if c.left <= 0 {
			return nil
		}
		if err := c.nodes(le.Uint32(in.b[4052+4*i:]), steps); err != nil {
			return err
		}
	}
	if c.left > 0 {
		return fmt.Errorf("says %d bytes more than its nodes can name", c.left)
	}
	return nil
}

type f2fsContent struct {
	f       *f2fs
	w       io.Writer
	left    int64
	cluster int
	packing byte
}

func (c *f2fsContent) direct() int { return f2fsDirect / c.cluster * c.cluster }

func (c *f2fsContent) addrs(b []byte) error {
	for ; len(b) >= 4 && c.left > 0; b = b[4:] {
		n := min(c.left, f2fsBlock)
		c.left -= n
		var err error
		switch block := le.Uint32(b); block {
		case 0, f2fsNewAddr:
			err = writeZeros(c.w, n)
		case f2fsCompress:
			if c.cluster == 1 || len(b) < 4*c.cluster {
				return fmt.Errorf("a compressed cluster in a file that says it has none")
			}
			c.left += n
			err = c.unpack(b[4 : 4*c.cluster])
			b = b[4*(c.cluster-1):]
		default:
			err = copyRange(c.w, c.f.d, int64(block)*f2fsBlock, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nodes goes through a node of addresses, or of nodes of them.
func (c *f2fsContent) nodes(nid uint32, steps int) error {
	if err := c.f.x.alive(); err != nil {
		return err
	}
	if nid == 0 { // a hole as wide as the node
		span := int64(f2fsBlock)
		for i := range steps {
			span *= f2fsDirect
			if i == 0 {
				span = f2fsBlock * int64(c.direct())
			}
		}
		n := min(c.left, span)
		c.left -= n
		return writeZeros(c.w, n)
	}
	b, err := c.f.node(nid)
	if err != nil {
		return err
	}
	if steps == 1 {
		return c.addrs(b[:4*c.direct()])
	}
	for i := 0; i < f2fsDirect && c.left > 0; i++ {
		if err := c.nodes(le.Uint32(b[4*i:]), steps-1); err != nil {
			return err
		}
	}
	return nil
}
