package unpack

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"testing"
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

// squashOld writes a file system of version 2 or 3: two files (one with two
// blocks and a fragment, one in the fragment alone), a link and a folder.
func squashOld(version int, o binary.ByteOrder) []byte { return squashOldOf(version, o, oldFiles()) }

func oldFiles() []packedFile {
	return []packedFile{{"a-large", append(bytes.Repeat([]byte("large file. "), 800), noiseOf(300, 60)...)}, {"b-small", []byte("small file\n")}}
}

func squashOldOf(version int, o binary.ByteOrder, files []packedFile) []byte {
	const block = 4096
	u16 := func(v int) []byte { b := make([]byte, 2); o.PutUint16(b, uint16(v)); return b }
	u32 := func(v int) []byte { b := make([]byte, 4); o.PutUint32(b, uint32(v)); return b }
	u64 := func(v int) []byte { b := make([]byte, 8); o.PutUint64(b, uint64(v)); return b }
	pack := func(b []byte) []byte {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		w.Write(b)
		w.Close()
		return z.Bytes()
	}
	meta := func(b []byte) []byte { p := pack(b); return append(u16(len(p)), p...) }
	super := 63
	if version == 3 {
		super = 119
	}
	img := make([]byte, super)
	var fragment, inodes []byte
	refs := map[string]int{}
	head := func(kind int, mode uint64) []byte {
		b := append(oldBits(o, 2, [2]uint64{uint64(kind), 4}, [2]uint64{mode, 12}), 0, 255)
		if version == 3 {
			b = append(append(b, u32(1700000000)...), u32(1)...)
		}
		return b
	}
	for _, f := range files {
		start, rest := len(img), f.content
		var sizes []byte
		for len(rest) >= block {
			p := pack(rest[:block])
			img = append(img, p...)
			sizes = append(sizes, u32(len(p))...)
			rest = rest[block:]
		}
		at := len(fragment)
		fragment = append(fragment, rest...)
		refs[f.name] = len(inodes)
		inodes = append(inodes, head(2, 0o755)...)
		if version == 3 {
			inodes = append(inodes, join(u64(start), u32(0), u32(at), u32(len(f.content)))...)
		} else {
			inodes = append(inodes, join(u32(1700000000), u32(start), u32(0), u32(at), u32(len(f.content)))...)
		}
		inodes = append(inodes, sizes...)
	}
	refs["c-link"] = len(inodes)
	inodes = append(inodes, head(3, 0o777)...)
	if version == 3 {
		inodes = append(inodes, u32(1)...)
	}
	inodes = append(append(inodes, u16(7)...), "b-small"...)
	fragmentAt := len(img)
	packedFragment := pack(fragment)
	img = append(img, packedFragment...)
	// The folder: one header, entries of offset, type and name.
	names := []string{"a-large", "b-small", "c-link"}
	var dir []byte
	if version == 3 {
		dir = append([]byte{byte(len(names) - 1)}, append(u32(0), u32(1)...)...)
	} else {
		dir = oldBits(o, 4, [2]uint64{uint64(len(names) - 1), 8}, [2]uint64{0, 24})
	}
	for _, n := range names {
		kind := uint64(2)
		if n == "c-link" {
			kind = 3
		}
		dir = append(dir, oldBits(o, 2, [2]uint64{uint64(refs[n]), 13}, [2]uint64{kind, 3})...)
		dir = append(dir, byte(len(n)-1))
		if version == 3 {
			dir = append(dir, u16(0)...)
		}
		dir = append(dir, n...)
	}
	root := len(inodes)
	inodes = append(inodes, head(1, 0o755)...)
	if version == 3 {
		inodes = append(inodes, u32(1)...)
	}
	inodes = append(inodes, oldBits(o, 4, [2]uint64{uint64(len(dir) + 3), 19}, [2]uint64{0, 13})...)
	if version == 3 {
		inodes = append(append(inodes, u32(0)...), u32(1)...)
	} else {
		inodes = append(append(inodes, u32(1700000000)...), oldBits(o, 3, [2]uint64{0, 24})...)
	}
	inodeAt := len(img)
	img = append(img, meta(inodes)...)
	dirAt := len(img)
	img = append(img, meta(dir)...)
	tableAt := len(img)
	if version == 3 {
		img = append(img, meta(join(u64(fragmentAt), u32(len(packedFragment)), u32(0)))...)
	} else {
		img = append(img, meta(join(u32(fragmentAt), u32(len(packedFragment))))...)
	}
	fragTable := len(img)
	if version == 3 {
		img = append(img, u64(tableAt)...)
	} else {
		img = append(img, u32(tableAt)...)
	}
	ids := len(img)
	img = append(img, u32(0)...)
	magic := "hsqs"
	if o == binary.ByteOrder(be) {
		magic = "sqsh"
	}
	copy(img, magic)
	copy(img[4:], u32(len(files)+2))
	copy(img[28:], u16(version))
	copy(img[37:], []byte{1, 0})
	copy(img[39:], u32(1700000000))
	copy(img[43:], u64(root))
	copy(img[51:], u32(block))
	copy(img[55:], u32(1))
	if version == 3 {
		copy(img[63:], join(u64(len(img)), u64(ids), u64(ids+4), u64(inodeAt), u64(dirAt), u64(fragTable)))
	} else {
		copy(img[8:], join(u32(len(img)), u32(ids), u32(ids+4), u32(inodeAt), u32(dirAt)))
		copy(img[59:], u32(fragTable))
	}
	return img
}

func TestSquashOld(t *testing.T) {
	want := append(listed(oldFiles()), "c-link link b-small")
	for _, version := range []int{2, 3} {
		for _, o := range []binary.ByteOrder{le, be} {
			t.Run(fmt.Sprintf("%d %s", version, orderName(o)), func(t *testing.T) {
				img := squashOld(version, o)
				r := findRegion(t, openBytes(t, img), "squashfs")
				sameTree(t, want, r)
				if r.Length != int64(len(img)) {
					t.Errorf("%d bytes of %d", r.Length, len(img))
				}
				cut := findRegion(t, openBytes(t, img[:len(img)-20]), "squashfs")
				if cut.State == OK {
					t.Error("cut, and said to be whole")
				}
			})
		}
	}
}
