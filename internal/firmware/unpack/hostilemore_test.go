package unpack

import (
	"archive/tar"
	"bytes"
)

// hostile is an image made to harm, the state it must end in and a part of the reason.
type hostile struct {
	name  string
	image []byte
	state State
	why   string
}

// hostileFileSystems lie about sizes, point at themselves and lie over each other.
func hostileFileSystems() []hostile {
	return []hostile{
		{"squashfs: a file of 2 GiB without a block", squashBomb(), LimitHit, "limit hit"},
		{"squashfs: a folder that holds itself", squashLoop(), Partial, "loop"},
		{"squashfs 1: a file of 4 GiB", squashFirstLie(), Truncated, "EOF"},
		{"jffs2: a node that gives 4 GiB of zeros", jffsBomb(), Partial, "chunk of 2147483647 bytes"},
		{"android-sparse: one word four thousand million times", sparseBomb(), LimitHit, "limit hit"},
		{"logical partitions that lead back", ebrLoop(), Partial, "not followed"},
		{"gpt: 128 partitions over each other", gptOverlapped(), OK, ""},
		{"hwnp: 60 items over each other", hwnpOverlapped(), Partial, "checksum"},
		{"cpio: a file of 4 GiB", cpioLie(), Truncated, "the archive ends before"},
		{"tar: hard links to each other", tarOf(tar.Header{Name: "a", Typeflag: tar.TypeLink, Linkname: "b"}, tar.Header{Name: "b", Typeflag: tar.TypeLink, Linkname: "a"}), OK, ""},
		{"zip: deflate64 that never ends", zip64Bomb(), LimitHit, "limit hit"},
		{"fit: an image that is the whole tree", fitOfItself(), OK, ""},
	}
}

// squashBomb has one file of holes: two thousand sizes of zero.
func squashBomb() []byte {
	w := sqWriter{version: 3, order: le, block: 1 << 20, pack: zlibPacked}
	w.img = make([]byte, 119)
	inode := join(w.head(2, 0o644), w.u64(119), w.u32(-1), w.u32(0), w.u32(1<<31-1), make([]byte, 4*2048))
	w.inodes = inode
	return w.finish([]sqName{{"bomb", 0, 2}}, false)
}

func squashLoop() []byte {
	w := sqWriter{version: 3, order: be, block: 4096, pack: zlibPacked}
	w.img = make([]byte, 119)
	return w.finish(nil, true)
}

// finish writes a root folder of the names, and of itself when asked to.
func (w *sqWriter) finish(top []sqName, loop bool) []byte {
	_, starts := w.meta(append(bytes.Clone(w.inodes), 0))
	start := func(at int) int { return starts[at/8192] }
	root := len(w.inodes)
	if loop {
		top = append(top, sqName{"itself", root, 1})
	}
	dir := w.entries(top, start)
	w.inodes = append(w.inodes, w.folder(0, len(dir))...)
	return w.tables(root, start(root), dir, len(top)+1)
}

func squashFirstLie() []byte {
	w := sqWriter{version: 1, order: le, block: 4096, pack: func(b []byte) []byte { return b }}
	w.img = make([]byte, 51)
	w.inodes = join(w.head(2, 0o644), w.u32(0), w.u32(51), w.u32(-1))
	return w.finish([]sqName{{"lie", 0, 2}}, false)
}

// jffsNodeOf is a node with its checksums.
func jffsNodeOf(typ uint16, body []byte) []byte {
	b := make([]byte, 12, 12+len(body))
	le.PutUint16(b, 0x1985)
	le.PutUint16(b[2:], typ)
	le.PutUint32(b[4:], uint32(12+len(body)))
	le.PutUint32(b[8:], jffsCRC(b[:8]))
	b = append(b, body...)
	switch typ {
	case jffsDirent:
		le.PutUint32(b[32:], jffsCRC(b[:32]))
	case jffsInode:
		le.PutUint32(b[64:], jffsCRC(b[:60]))
	}
	for len(b)%4 != 0 {
		b = append(b, 0xff)
	}
	return b
}

func cpioLie() []byte {
	b := manyEmpty(1)
	copy(b[54:], "FFFFFFFF")
	return b
}

func jffsBomb() []byte {
	dirent := join(words(le, 1, 1, 2, 0), []byte{4, 8, 0, 0}, words(le, 0, 0), []byte("bomb"))
	inode := make([]byte, 56)
	copy(inode, words(le, 2, 1, 0o100644, 0, 1<<31-1))
	le.PutUint32(inode[40:], 1<<31-1) // plain size
	inode[44] = 1                     // zeros
	return join(jffsNodeOf(jffsDirent, dirent), jffsNodeOf(jffsInode, inode), bytes.Repeat([]byte{0xff}, 4096))
}

func sparseBomb() []byte {
	head := join(words(le, 0xed26ff3a, 1), []byte{28, 0, 12, 0}, words(le, 1<<20, 4095, 1, 0))
	return join(head, []byte{0xc2, 0xca, 0, 0}, words(le, 4095, 16), []byte("\xde\xad\xbe\xef"))
}

func ebrLoop() []byte {
	img := make([]byte, 1<<20)
	put := func(at int, entry int, typ byte, start, n uint32) {
		e := img[at+446+16*entry:]
		e[4] = typ
		le.PutUint32(e[8:], start)
		le.PutUint32(e[12:], n)
		copy(img[at+510:], "\x55\xaa")
	}
	put(0, 0, 5, 64, 1900)
	put(64*512, 0, 0x83, 2, 8)
	put(64*512, 1, 5, 32, 8)
	put(96*512, 0, 0x83, 2, 8)
	put(96*512, 1, 5, 0, 8) // back to the first
	return img
}

func gptOverlapped() []byte {
	img := make([]byte, 1<<20)
	table := img[1024 : 1024+128*128]
	for i := range 128 {
		e := table[128*i:]
		copy(e, noiseOf(32, int64(i)))
		le.PutUint64(e[32:], 64)
		le.PutUint64(e[40:], 2000)
	}
	h := img[512:604]
	copy(h, "EFI PART\x00\x00\x01\x00")
	le.PutUint32(h[12:], 92)
	le.PutUint64(h[24:], 1)
	le.PutUint64(h[32:], 2047)
	le.PutUint64(h[72:], 2)
	le.PutUint32(h[80:], 128)
	le.PutUint32(h[84:], 128)
	le.PutUint32(h[16:], crcOf(h))
	return img
}

func hwnpOverlapped() []byte {
	b := packHWNP(bytes.Repeat([]byte("text "), 9000), []byte("x"), true)
	const item, first = 360, 36 + 256
	table := bytes.Repeat(b[first:first+item], 60)
	out := join(b[:first], table, b[first+2*item:])
	le.PutUint32(out[20:], 60)
	le.PutUint32(out[12:], uint32(first+60*item))
	return out
}

// zip64Bomb is one entry of deflate64 whose last length of sixteen bits comes again and again.
func zip64Bomb() []byte {
	// A fixed block: a literal, then matches of 65538 bytes at distance 1.
	var w bitWriter
	w.put(1, 1)
	w.put(1, 2)
	w.code(0x30+'a', 8)
	for range 4000 {
		w.code(0xc0+285-280, 8)
		w.put(0xffff, 16)
		w.code(0, 5)
	}
	w.code(0, 7)
	b := w.bytes()
	h := join([]byte("PK\x03\x04\x15\x00\x00\x00\x09\x00\x00\x00\x00\x00"), words(le, 0, uint32(len(b)), 1<<28), []byte{1, 0, 0, 0, 'b'})
	cd := join([]byte("PK\x01\x02\x15\x03\x15\x00\x00\x00\x09\x00\x00\x00\x00\x00"), words(le, 0, uint32(len(b)), 1<<28), []byte{1, 0}, make([]byte, 16), []byte("b"))
	return join(h, b, cd, []byte("PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"), words(le, uint32(len(cd)), uint32(len(h)+len(b))), []byte{0, 0})
}

// bitWriter writes bits from the low end; codes of Huffman from their high end.
type bitWriter struct {
	b []byte
	v uint64
	n uint
}

func (w *bitWriter) put(v uint64, n uint) {
	w.v |= v << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.b = append(w.b, byte(w.v))
		w.v >>= 8
	}
}

func (w *bitWriter) code(v uint64, n uint) {
	for ; n > 0; n-- {
		w.put(v>>(n-1)&1, 1)
	}
}

func (w *bitWriter) bytes() []byte {
	if w.n > 0 {
		w.put(0, 8-w.n)
	}
	return w.b
}

// fitOfItself is a tree whose image lies at position 0 of the tree.
func fitOfItself() []byte {
	text := func(s string) []byte {
		b := append([]byte(s), 0)
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
		return b
	}
	size := uint32(40 + 16 + 4*25)
	prop := func(name, v uint32) []byte { return words(be, 3, 4, name, v) }
	tree := join(words(be, 1, 0, 1), text("images"), words(be, 1), text("a"), prop(0, 0), prop(14, size), words(be, 2, 2, 2, 9))
	names := []byte("data-position\x00data-size\x00")
	at := uint32(56)
	head := words(be, 0xd00dfeed, at+uint32(len(tree)+len(names)), at, at+uint32(len(tree)), 40, 17, 16, 0, uint32(len(names)), uint32(len(tree)))
	return join(head, make([]byte, 16), tree, names)
}
