package unpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Compressed files of EROFS: logical clusters of one size, of which some are
// heads that start an extent; the extent lies in a physical cluster of blocks.
// The index has a full form (8 bytes each) and a compact one (2 or 4 bytes each).

const (
	erofsHeadPlain = iota // stored
	erofsHead1
	erofsNoHead
	erofsHead2
)

const (
	erofsBig1       = 1 << 1 // extents of head 1 may have several blocks
	erofsBig2       = 1 << 2
	erofsTailInline = 1 << 3
	erofsInterlaced = 1 << 4
	erofsFragment   = 1 << 5
	erofsBlockCount = 1 << 11 // the distance field holds a count of blocks
)

// erofsExtent is one head of the index.
type erofsExtent struct {
	from   int64 // in the file
	at, n  int64 // in the image
	head   int
	inline bool
	tail   bool // lies in the inode of packed tails, at fragmentAt
}

type erofsIndex struct {
	f                *erofs
	in               *erofsInode
	advise           uint16
	algorithm        [2]byte // of head 1 and head 2
	clusterBits      uint
	inlineSize       int64
	fragmentAt       int64
	at               int64 // of the first entry
	total            int64
	wholeInFragments bool
}

func (f *erofs) index(in *erofsInode) (*erofsIndex, error) {
	at := alignUp(in.body, 8)
	h := f.d.at(at, 8)
	if h == nil {
		return nil, io.ErrUnexpectedEOF
	}
	ix := &erofsIndex{f: f, in: in, advise: le.Uint16(h[4:]), algorithm: [2]byte{h[6] & 15, h[6] >> 4}, clusterBits: f.blockBits + uint(h[7]&7), at: at + 8}
	if h[7]&0x80 != 0 { // the whole file is one piece of the packed tails
		ix.wholeInFragments, ix.fragmentAt = true, int64(le.Uint64(h)&^(1<<63))
		return ix, nil
	}
	if ix.advise&erofsFragment != 0 {
		ix.fragmentAt = int64(le.Uint32(h))
	} else if ix.advise&erofsTailInline != 0 {
		ix.inlineSize = int64(le.Uint16(h[2:]))
	}
	if in.layout == erofsZipFull {
		ix.at += 8
	}
	size := int64(1) << ix.clusterBits
	ix.total = (in.size + size - 1) / size
	if ix.total > f.d.size { // each has at least two bytes; compact ones share
		return nil, fmt.Errorf("%d clusters in %d bytes", ix.total, f.d.size)
	}
	return ix, nil
}

// erofsCluster is one entry of the index: a head with its place, or how far the head is.
type erofsCluster struct {
	head  int
	value int64 // of a head: where in the cluster it begins; else the distance, or a count of blocks
	block int64
}

func (ix *erofsIndex) full(i int64) (c erofsCluster, ok bool) {
	b := ix.f.d.at(ix.at+8*i, 8)
	if b == nil {
		return c, false
	}
	c = erofsCluster{head: int(le.Uint16(b) & 3), value: int64(le.Uint16(b[2:])), block: int64(le.Uint32(b[4:]))}
	if c.head == erofsNoHead {
		c.value = int64(le.Uint16(b[4:]))
	}
	return c, true
}

// pack is where entry i stands in the compact form: a unit of some entries
// and the block that the first of them starts at.
func (ix *erofsIndex) pack(i int64) (at int64, inPack, count, width int) {
	first := (32 - ix.at%32) / 4 & 7
	if ix.total < first {
		first = ix.total
	}
	two := int64(0)
	if ix.advise&1 != 0 {
		two = (ix.total - first) &^ 15
	}
	if ix.advise&1 == 0 || first >= ix.total {
		first = ix.total // all of four bytes
	}
	switch {
	case i < first:
		return ix.at + i/2*8, int(i % 2), 2, 8
	case i < first+two:
		k := i - first
		return ix.at + first*4 + k/16*32, int(k % 16), 16, 32
	}
	k := i - first - two
	return ix.at + first*4 + two*2 + k/2*8, int(k % 2), 2, 8
}

func (ix *erofsIndex) compact(i int64) (c erofsCluster, ok bool) {
	at, k, count, width := ix.pack(i)
	b := ix.f.d.at(at, width)
	if b == nil {
		return c, false
	}
	low := max(ix.clusterBits, 12)
	each := (width - 4) * 8 / count
	field := func(k int) (head int, v int64) {
		bit := k * each
		var w uint64
		for j := 7; j >= 0; j-- {
			if bit/8+j < len(b) {
				w |= uint64(b[bit/8+j]) << (8 * j)
			}
		}
		w >>= bit % 8
		return int(w >> low & 3), int64(w & (1<<low - 1))
	}
	c.head, c.value = field(k)
	if c.head == erofsNoHead {
		return c, true
	}
	blocks := int64(0)
	big := ix.advise&erofsBig1 != 0
	if !big {
		blocks = 1
	}
	for k > 0 {
		k--
		head, v := field(k)
		switch {
		case head != erofsNoHead:
			blocks++
		case !big:
			if k -= int(v); k >= 0 {
				blocks++
			}
		case v&erofsBlockCount != 0:
			k--
			blocks += v &^ erofsBlockCount
		case v <= 1:
			return c, false
		default:
			k -= int(v) - 2
		}
	}
	c.block = int64(le.Uint32(b[width-4:])) + blocks
	return c, true
}

// extents lists the heads in order.
func (ix *erofsIndex) extents() ([]erofsExtent, error) {
	read := ix.compact
	if ix.in.layout == erofsZipFull {
		read = ix.full
	}
	var out []erofsExtent
	counted := false
	for i := range ix.total {
		c, ok := read(i)
		if !ok {
			return out, fmt.Errorf("cluster %d of the index: %w", i, io.ErrUnexpectedEOF)
		}
		if i&0xffff == 0xffff {
			if err := ix.f.x.alive(); err != nil {
				return out, err
			}
		}
		if c.head == erofsNoHead {
			if k := len(out) - 1; k >= 0 && !counted && c.value&erofsBlockCount != 0 {
				out[k].n = (c.value &^ erofsBlockCount) << ix.f.blockBits
			}
			counted = true
			continue
		}
		counted = false
		if c.value >= 1<<ix.clusterBits {
			return out, fmt.Errorf("head of cluster %d begins at %d", i, c.value)
		}
		e := erofsExtent{from: i<<ix.clusterBits + c.value, at: c.block << ix.f.blockBits, n: 1 << ix.clusterBits, head: c.head}
		if c.head == erofsHead1 && ix.advise&erofsBig1 != 0 || c.head == erofsHead2 && ix.advise&erofsBig2 != 0 {
			e.n = 1 << ix.f.blockBits
		}
		if e.from >= ix.in.size { // the last cluster says where the file ends
			continue
		}
		if k := len(out) - 1; k >= 0 && e.from <= out[k].from {
			return out, fmt.Errorf("extent at %d comes after one at %d", e.from, out[k].from)
		}
		out = append(out, e)
	}
	if k := len(out) - 1; k >= 0 && ix.inlineSize > 0 {
		out[k].inline, out[k].n, out[k].at = true, ix.inlineSize, ix.end()
	} else if k >= 0 && ix.advise&erofsFragment != 0 {
		out[k].tail = true
		ix.fragmentAt |= out[k].at >> ix.f.blockBits << 32
	}
	return out, nil
}

// end is the offset behind the index, where an inline tail lies.
func (ix *erofsIndex) end() int64 {
	if ix.in.layout == erofsZipFull {
		return ix.at + 8*ix.total
	}
	at, _, _, width := ix.pack(ix.total - 1)
	return at + int64(width)
}

func (f *erofs) unzip(w io.Writer, in *erofsInode) error {
	if in.size == 0 {
		return nil
	}
	ix, err := f.index(in)
	if err != nil {
		return err
	}
	if ix.wholeInFragments {
		return f.fragment(w, ix.fragmentAt, in.size, in)
	}
	list, err := ix.extents()
	if err != nil {
		return err
	}
	if len(list) == 0 || list[0].from != 0 {
		return errors.New("no extent begins the file")
	}
	for i := range list {
		end := in.size
		if i+1 < len(list) {
			end = min(end, list[i+1].from)
		}
		if err := ix.extent(w, &list[i], end-list[i].from); err != nil {
			return fmt.Errorf("extent %d at %#x: %w", i, list[i].at, err)
		}
	}
	return nil
}

// erofsExtentMax bounds the plain bytes of one extent; the packer's own bound is 1 MiB unless told otherwise.
const erofsExtentMax = 64 << 20

func (ix *erofsIndex) extent(w io.Writer, e *erofsExtent, size int64) error {
	f := ix.f
	switch {
	case size <= 0:
		return nil
	case e.tail:
		return f.fragment(w, ix.fragmentAt, size, ix.in)
	case e.n > 2<<20 || size > erofsExtentMax:
		return limitf("extent of %d bytes from %d", size, e.n)
	}
	in := f.d.at(e.at, int(e.n))
	if in == nil {
		return io.ErrUnexpectedEOF
	}
	out := in
	if e.head == erofsHeadPlain {
		if ix.advise&erofsInterlaced != 0 && !e.inline {
			turn := int(e.from & (1<<f.blockBits - 1))
			out = append(append(make([]byte, 0, len(in)), in[min(turn, len(in)):]...), in[:min(turn, len(in))]...)
		}
	} else {
		algorithm := ix.algorithm[0]
		if e.head == erofsHead2 {
			algorithm = ix.algorithm[1]
		}
		var err error
		if out, err = f.decode(in, algorithm, int(size)); err != nil {
			return err
		}
	}
	if int64(len(out)) < size {
		return fmt.Errorf("gives %d bytes, not %d", len(out), size)
	}
	_, err := w.Write(out[:size])
	return err
}

func (f *erofs) decode(in []byte, algorithm byte, size int) ([]byte, error) {
	if algorithm != 0 || f.features&erofsZeroPadding != 0 { // the packed bytes end their blocks
		in = bytes.TrimLeft(in, "\x00")
	}
	switch algorithm {
	case 0:
		return lz4Prefix(in, size)
	case 1:
		if len(in) < 2 {
			return nil, io.ErrUnexpectedEOF
		}
		p, ok := lzmaPropsOf(^in[0]) // MicroLZMA keeps the properties, inverted, in the first byte
		if !ok {
			return nil, errLZMA
		}
		out, _, err := lzmaBlock(append([]byte{0}, in[1:]...), p, size)
		return out, err
	case 2:
		out, err := deflateBlock(in, size)
		if errors.Is(err, errTooLong) {
			err = nil
		}
		return out, err
	case 3:
		return zstdBlock(in, size)
	}
	return nil, fmt.Errorf("compression %d is not known", algorithm)
}

// fragment writes a piece of the inode of packed tails.
func (f *erofs) fragment(w io.Writer, at, n int64, from *erofsInode) error {
	if f.packed == 0 || from.nid == f.packed {
		return errors.New("says it lies among packed tails, and there are none")
	}
	in, err := f.inode(f.packed)
	if err != nil {
		return err
	}
	if at < 0 || n > in.size || at > in.size-n {
		return fmt.Errorf("piece %d+%d of %d bytes of packed tails", at, n, in.size)
	}
	cut := &cutWriter{w: w, skip: at, left: n}
	if err := f.content(cut, &in); err != nil && !errors.Is(err, errCut) {
		return err
	}
	if cut.left > 0 {
		return io.ErrUnexpectedEOF
	}
	return nil
}

var errCut = errors.New("all that was wanted is written")

// cutWriter passes on left bytes after the first skip.
type cutWriter struct {
	w          io.Writer
	skip, left int64
}

func (c *cutWriter) Write(p []byte) (int, error) {
	n := len(p)
	k := min(c.skip, int64(len(p)))
	c.skip -= k
	p = p[k:]
	if p = p[:min(c.left, int64(len(p)))]; len(p) > 0 {
		if _, err := c.w.Write(p); err != nil {
			return 0, err
		}
		c.left -= int64(len(p))
	}
	if c.left == 0 {
		return n, errCut
	}
	return n, nil
}
