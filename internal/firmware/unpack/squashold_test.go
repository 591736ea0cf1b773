package unpack

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"strings"
)

// oldBits lays bit fields the way the old packers' compilers did: from the low
// end of a little-endian word, from the high end of a big-endian one.
func oldBits(o binary.ByteOrder, size int, fields ...[2]uint64) []byte {
	var v uint64
	at, total := uint64(0), uint64(8*size)
	for _, f := range fields {
		if o == binary.ByteOrder(le) {
			v |= f[0] << at
		} else {
			v |= f[0] << (total - at - f[1])
		}
		at += f[1]
	}
	b := make([]byte, size)
	for i := range b {
		k := i
		if o == binary.ByteOrder(be) {
			k = size - 1 - i
		}
		b[i] = byte(v >> (8 * k))
	}
	return b
}

// sqWriter writes file systems of version 1 to 3: files, a link and one folder.
type sqWriter struct {
	version int
	order   binary.ByteOrder
	block   int
	magic   string // "": the plain one of the order
	pack    func([]byte) []byte
	img     []byte
	inodes  []byte
	frag    []byte
}

// squashOld is a small one of zlib blocks.
func squashOld(version int, o binary.ByteOrder) []byte {
	w := sqWriter{version: version, order: o, block: 4096, pack: zlibPacked}
	return w.image(oldFiles())
}

func zlibPacked(b []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(b)
	w.Close()
	return z.Bytes()
}

// oldFiles have several blocks, tails, noise, a hole, and enough inodes for two blocks of them.
func oldFiles() []packedFile {
	list := []packedFile{
		{"a-large", append(bytes.Repeat([]byte("large file. "), 8000), noiseOf(300, 60)...)}, {"b-small", []byte("small file\n")}, {"empty", nil},
		{"hole", append(append([]byte("begin"), make([]byte, 200_000)...), "end"...)}, {"noise", noiseOf(50_000, 61)}, {"one-block", bytes.Repeat([]byte("x"), 32768)},
	}
	for i := range 300 {
		list = append(list, packedFile{fmt.Sprintf("sub/file-%03d", i), bytes.Repeat([]byte{byte('a' + i%26)}, i*7)})
	}
	return list
}

func oldLinks() []string { return []string{"z-link link b-small"} }

func (w *sqWriter) u16(v int) []byte { b := make([]byte, 2); w.order.PutUint16(b, uint16(v)); return b }
func (w *sqWriter) u32(v int) []byte { b := make([]byte, 4); w.order.PutUint32(b, uint32(v)); return b }
func (w *sqWriter) u64(v int) []byte { b := make([]byte, 8); w.order.PutUint64(b, uint64(v)); return b }

// head is what begins an inode; version 1 has four bits for each owner.
func (w *sqWriter) head(kind int, mode uint64) []byte {
	b := oldBits(w.order, 2, [2]uint64{uint64(kind), 4}, [2]uint64{mode, 12})
	switch w.version {
	case 1:
		return append(b, oldBits(w.order, 1, [2]uint64{0, 4}, [2]uint64{15, 4})...)
	case 2:
		return append(b, 0, 255)
	}
	return join(b, []byte{0, 255}, w.u32(1700000000), w.u32(1))
}

// data packs one block; what does not shrink is stored, which a bit of its size says.
func (w *sqWriter) data(b []byte) (size int) {
	if w.version == 3 && len(bytes.Trim(b, "\x00")) == 0 {
		return 0
	}
	p, bit := w.pack(b), 0
	if len(p) >= len(b) {
		p, bit = b, 1<<24
	}
	w.img = append(w.img, p...)
	return len(p) | bit
}

// file writes the blocks of a file and gives its inode.
func (w *sqWriter) file(f packedFile) []byte {
	start, rest := len(w.img), f.content
	var sizes []byte
	for len(rest) >= w.block || w.version == 1 && len(rest) > 0 {
		n := w.data(rest[:min(w.block, len(rest))])
		if w.version == 1 {
			sizes = append(sizes, w.u16(n&0x7fff|n>>9&0x8000)...)
		} else {
			sizes = append(sizes, w.u32(n)...)
		}
		rest = rest[min(w.block, len(rest)):]
	}
	frag, at := -1, 0
	if len(rest) > 0 && len(w.frag)+len(rest) <= w.block {
		frag, at = 0, len(w.frag)
		w.frag = append(w.frag, rest...)
	} else if len(rest) > 0 {
		sizes = append(sizes, w.u32(w.data(rest))...)
	}
	h := w.head(2, 0o755)
	switch w.version {
	case 1:
		return join(h, w.u32(1700000000), w.u32(start), w.u32(len(f.content)), sizes)
	case 2:
		return join(h, w.u32(1700000000), w.u32(start), w.u32(frag), w.u32(at), w.u32(len(f.content)), sizes)
	}
	return join(h, w.u64(start), w.u32(frag), w.u32(at), w.u32(len(f.content)), sizes)
}

func (w *sqWriter) link(target string) []byte {
	h := w.head(3, 0o777)
	if w.version == 3 {
		h = append(h, w.u32(1)...)
	}
	return join(h, w.u16(len(target)), []byte(target))
}

func (w *sqWriter) folder(at, size int) []byte {
	h := w.head(1, 0o755)
	place := oldBits(w.order, 4, [2]uint64{uint64(size), 19}, [2]uint64{uint64(at % 8192), 13})
	if w.version == 3 {
		place = oldBits(w.order, 4, [2]uint64{uint64(size + 3), 19}, [2]uint64{uint64(at % 8192), 13})
		return join(h, w.u32(1), place, w.u32(0), w.u32(1))
	}
	return join(h, place, w.u32(1700000000), oldBits(w.order, 3, [2]uint64{0, 24}))
}

// sqName is an entry of a folder and where its inode stands in the plain table.
type sqName struct {
	name string
	at   int
	kind uint64
}

// entries writes a folder: a header for each run of one block of inodes, at most 256 long.
func (w *sqWriter) entries(names []sqName, start func(at int) int) (dir []byte) {
	for len(names) > 0 {
		n := 1
		for n < len(names) && n < 256 && start(names[n].at) == start(names[0].at) {
			n++
		}
		if w.version == 3 {
			dir = join(dir, []byte{byte(n - 1)}, w.u32(start(names[0].at)), w.u32(1))
		} else {
			dir = append(dir, oldBits(w.order, 4, [2]uint64{uint64(n - 1), 8}, [2]uint64{uint64(start(names[0].at)), 24})...)
		}
		for _, e := range names[:n] {
			dir = append(dir, oldBits(w.order, 2, [2]uint64{uint64(e.at % 8192), 13}, [2]uint64{e.kind, 3})...)
			dir = append(dir, byte(len(e.name)-1))
			if w.version == 3 {
				dir = append(dir, w.u16(0)...)
			}
			dir = append(dir, e.name...)
		}
		names = names[n:]
	}
	return dir
}

// meta packs a table in blocks of 8 KiB and gives where each begins.
func (w *sqWriter) meta(b []byte) (out []byte, starts []int) {
	for len(b) > 0 {
		starts = append(starts, len(out))
		n := min(8192, len(b))
		p := w.pack(b[:n])
		if len(p) >= n {
			out = join(out, w.u16(n|0x8000), b[:n])
		} else {
			out = join(out, w.u16(len(p)), p)
		}
		b = b[n:]
	}
	return out, starts
}

func (w *sqWriter) image(files []packedFile) []byte {
	w.img = make([]byte, map[int]int{1: 51, 2: 63, 3: 119}[w.version])
	var top, sub []sqName
	add := func(list *[]sqName, name string, kind uint64, inode []byte) {
		*list = append(*list, sqName{name, len(w.inodes), kind})
		w.inodes = append(w.inodes, inode...)
	}
	for _, f := range files {
		if name, ok := strings.CutPrefix(f.name, "sub/"); ok {
			add(&sub, name, 2, w.file(f))
		} else {
			add(&top, f.name, 2, w.file(f))
		}
	}
	linkAt := len(w.inodes)
	w.inodes = append(w.inodes, w.link("b-small")...)
	// Blocks of inodes that are full stand where they stand: the folders are in the last.
	_, starts := w.meta(w.inodes)
	start := func(at int) int { return starts[at/8192] }
	subDir := w.entries(sub, start)
	if len(sub) > 0 {
		add(&top, "sub", 1, w.folder(0, len(subDir)))
	}
	top = append(top, sqName{"z-link", linkAt, 3})
	root := len(w.inodes)
	topDir := w.entries(top, start)
	w.inodes = append(w.inodes, w.folder(len(subDir), len(topDir))...)
	return w.tables(root, start(root), join(subDir, topDir), len(files)+3)
}

func (w *sqWriter) tables(root, rootBlock int, dir []byte, inodes int) []byte {
	fragAt, fragSize := len(w.img), 0
	if len(w.frag) > 0 {
		fragSize = w.data(w.frag)
	}
	packed, _ := w.meta(w.inodes)
	inodeAt := len(w.img)
	w.img = append(w.img, packed...)
	packed, starts := w.meta(dir)
	if len(starts) > 2 {
		panic("folders of more than two blocks")
	}
	dirAt := len(w.img)
	w.img = append(w.img, packed...)
	tableAt, entry, size := len(w.img), []byte(nil), w.u32
	switch w.version {
	case 2:
		entry = join(w.u32(fragAt), w.u32(fragSize))
	case 3:
		entry, size = join(w.u64(fragAt), w.u32(fragSize), w.u32(0)), w.u64
	}
	packed, _ = w.meta(entry)
	w.img = append(w.img, packed...)
	fragTable := len(w.img)
	if w.version > 1 {
		w.img = append(w.img, size(tableAt)...)
	}
	ids := len(w.img)
	w.img = append(w.img, w.u32(0)...)
	w.super(inodes, rootBlock<<16|root%8192, ids, inodeAt, dirAt, fragTable)
	return w.img
}

func (w *sqWriter) super(inodes, root, ids, inodeAt, dirAt, fragTable int) {
	magic := w.magic
	if magic == "" {
		magic = map[bool]string{true: "sqsh", false: "hsqs"}[w.order == binary.ByteOrder(be)]
	}
	img := w.img
	copy(img, magic)
	copy(img[4:], w.u32(inodes))
	copy(img[28:], w.u16(w.version))
	copy(img[32:], w.u16(w.block))
	copy(img[37:], []byte{1, 0})
	copy(img[39:], w.u32(1700000000))
	copy(img[43:], w.u64(root))
	if w.version < 3 {
		copy(img[8:], join(w.u32(len(img)), w.u32(ids), w.u32(ids+4), w.u32(inodeAt), w.u32(dirAt)))
	}
	if w.version > 1 {
		copy(img[51:], join(w.u32(w.block), w.u32(1)))
	}
	if w.version == 2 {
		copy(img[59:], w.u32(fragTable))
	}
	if w.version == 3 {
		copy(img[63:], join(w.u64(len(img)), w.u64(ids), w.u64(ids+4), w.u64(inodeAt), w.u64(dirAt), w.u64(fragTable)))
	}
}
