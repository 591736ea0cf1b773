package unpack

import (
	"bytes"
	"testing"
)

// The smallest file systems of two formats whose packers make large ones: what
// the fuzzer changes must be short to be tried often.

// tinyF2FS has segments of one block: two checkpoints, the node table twice,
// and nodes 3 (the root), 4 (a file inside its inode) and 5 (a file of a block and a hole).
func tinyF2FS() []byte {
	b := make([]byte, 10*f2fsBlock)
	block := func(n int) []byte { return b[n*f2fsBlock : (n+1)*f2fsBlock] }
	h := b[1024:]
	for at, v := range map[int]uint32{0: f2fsMagic, 8: 9, 12: 3, 16: 12, 36: 10, 76: 1, 84: 3, 92: 5, 96: 3} {
		le.PutUint32(h[at:], v)
	}
	for i := range 2 {
		cp := block(1 + i)
		for at, v := range map[int]uint32{0: uint32(2 - i), 136: 4, 160: 64, 164: 4092} {
			le.PutUint32(cp[at:], v)
		}
		le.PutUint32(cp[4092:], f2fsCRC(cp[:4092]))
	}
	inode := func(nid uint32, at int, mode uint16, inline byte, size uint64) []byte {
		le.PutUint32(block(3)[9*nid+5:], uint32(at))
		n := block(at)
		le.PutUint16(n, mode)
		n[3] = inline
		le.PutUint64(n[16:], size)
		le.PutUint32(n[4072:], nid)
		le.PutUint32(n[4076:], nid)
		return n
	}
	root := inode(3, 5, 0o40755, f2fsInlineDentry, f2fsBlock)[364 : 364+3488]
	const slots, names = 182, 3488 - 182*f2fsSlot
	for i, name := range []string{"inline", "blocks"} {
		root[0] |= 1 << i
		e := root[names-11*slots+11*i:]
		le.PutUint32(e[4:], uint32(4+i))
		le.PutUint16(e[8:], uint16(len(name)))
		copy(root[names+f2fsSlot*i:], name)
	}
	copy(inode(4, 6, 0o100644, f2fsInlineData, 4)[364:], "text")
	le.PutUint32(inode(5, 7, 0o100644, 0, f2fsBlock+100)[360:], 8)
	copy(block(8), bytes.Repeat([]byte("data"), f2fsBlock/4))
	return b
}

// tinyUBIFS has two erase blocks of 8 KiB: the superblock, and the nodes
// of a folder and a file with their index.
func tinyUBIFS() []byte {
	b := bytes.Repeat([]byte{0xff}, 16<<10)
	at, sqn := 0, uint64(1)
	var index []byte
	put := func(typ byte, body []byte) {
		index = append(index, words(le, uint32(at>>13), uint32(at&0x1fff), uint32(24+len(body)), le.Uint32(body), le.Uint32(body[4:]))...)
		n := append(make([]byte, 24), body...)
		le.PutUint32(n, ubifsMagic)
		le.PutUint64(n[8:], sqn)
		le.PutUint32(n[16:], uint32(len(n)))
		n[20] = typ
		le.PutUint32(n[4:], ubiCRC(n[8:]))
		copy(b[at:], n)
		at, sqn = int(alignUp(int64(at+len(n)), 8)), sqn+1
	}
	super := make([]byte, 4072)
	copy(super[8:], words(le, 8, 8<<10, 2, 2))
	put(6, super)
	at, index = 8<<10, nil
	inode := func(ino, mode, size uint32) {
		n := make([]byte, 136)
		le.PutUint32(n, ino)
		le.PutUint32(n[24:], size)
		le.PutUint32(n[80:], mode)
		put(0, n)
	}
	entry := func(dir, ino uint32, name string) {
		n := make([]byte, 33+len(name))
		le.PutUint32(n, dir)
		le.PutUint32(n[4:], 2<<29)
		le.PutUint32(n[16:], ino)
		le.PutUint16(n[26:], uint16(len(name)))
		copy(n[32:], name)
		put(2, n)
	}
	inode(1, 0o40755, 0)
	inode(64, 0o40755, 0)
	inode(65, 0o100644, 4096+9)
	entry(1, 64, "etc")
	entry(64, 65, "passwd")
	for i, text := range []string{string(bytes.Repeat([]byte("data"), 1024)), "root::0:0"} {
		n := append(words(le, 65, 1<<29+uint32(i), 0, 0, uint32(len(text)), 0), text...)
		put(1, n)
	}
	branches, root := index, uint32(at)
	put(ubifsIndexNode, append(words(le, uint32(len(branches)/20)), branches...))
	master := make([]byte, 488)
	le.PutUint32(master[24:], root>>13)
	le.PutUint32(master[28:], root&0x1fff)
	put(7, master)
	return b
}

func TestTinyFileSystems(t *testing.T) {
	for _, c := range []struct {
		format string
		image  []byte
		want   map[string]string
	}{
		{"f2fs", tinyF2FS(), map[string]string{"inline": "text", "blocks": string(bytes.Repeat([]byte("data"), 1024)) + string(make([]byte, 100))}},
		{"ubifs", tinyUBIFS(), map[string]string{"etc/passwd": string(bytes.Repeat([]byte("data"), 1024)) + "root::0:0"}},
	} {
		r := openLimited(t, c.image, Limits{}).Root.Regions[0]
		if r.Format != c.format || r.State != OK || r.Length != int64(len(c.image)) {
			t.Errorf("%s: %s %q %q, %d of %d bytes", c.format, r.Format, r.State, r.Reasons, r.Length, len(c.image))
		}
		for _, n := range r.Nodes {
			if n.Kind != File {
				continue
			}
			got := make([]byte, n.Size)
			n.Object.ReadAt(got, 0)
			if string(got) != c.want[n.Path] {
				t.Errorf("%s: %s holds %q", c.format, n.Path, got)
			}
			delete(c.want, n.Path)
		}
		if len(c.want) > 0 {
			t.Errorf("%s: %d files are missing", c.format, len(c.want))
		}
	}
}
