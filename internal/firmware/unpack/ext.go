package unpack

import (
	"encoding/hex"
	"fmt"
	"io"
)

// ext2, ext3 and ext4 after the kernel's documentation: block maps and extent
// trees, inline data, fast links, attributes. The journal is not replayed.
type extFS struct {
	x                           *xtr
	d                           *data
	block                       int64
	inodeSize, perGroup, inodes uint32
	blocks                      int64
	descSize                    int64
	incompat                    uint32
	gdt                         int64
}

func probeExt(d *data, off int64) *claim {
	s := d.at(off+1024, 1024)
	if s == nil || off < 0 {
		return nil
	}
	logBlk := le.Uint32(s[24:])
	block := int64(1024) << min(logBlk, 16)
	blocks := int64(le.Uint32(s[4:]))
	incompat := le.Uint32(s[0x60:])
	if incompat&0x80 != 0 {
		blocks |= int64(le.Uint32(s[0x150:])) << 32
	}
	perGroup, inodes, bpg := le.Uint32(s[40:]), le.Uint32(s[0:]), le.Uint32(s[32:])
	first := le.Uint32(s[20:])
	most := uint64(block * 8) // blocks of a group: what one block of bits can count
	if le.Uint32(s[100:])&0x200 != 0 && le.Uint32(s[28:]) >= logBlk && le.Uint32(s[28:]) < 24 {
		most <<= le.Uint32(s[28:]) - logBlk // clusters of several blocks
	}
	if logBlk > 6 || blocks == 0 || inodes == 0 || perGroup == 0 || bpg == 0 || uint64(bpg) > most || perGroup > uint32(block*8) ||
		first > 1 || logBlk > 0 && first != 0 || le.Uint16(s[0x3a:]) == 0 || le.Uint16(s[0x3a:]) > 7 || le.Uint16(s[0x5a:]) != 0 {
		return nil
	}
	inodeSize := uint32(128)
	if le.Uint32(s[76:]) >= 1 {
		inodeSize = uint32(le.Uint16(s[88:]))
	}
	if inodeSize < 128 || int64(inodeSize) > block || inodeSize&(inodeSize-1) != 0 {
		return nil
	}
	groups := (blocks - int64(first) + int64(bpg) - 1) / int64(bpg)
	if int64(inodes) != groups*int64(perGroup) {
		return nil
	}
	c := &claim{off: off, length: blocks * block, format: "ext", conf: Structural}
	c.fact("block size", "%d", block)
	c.fact("label", "%s", cstr(s[120:136]))
	c.fact("last mounted on", "%s", cstr(s[136:200]))
	c.fact("uuid", "%s", hex.EncodeToString(s[104:120]))
	c.fact("made", "%d", le.Uint32(s[0x108:]))
	f := &extFS{block: block, inodeSize: inodeSize, perGroup: perGroup, inodes: inodes, blocks: blocks, descSize: 32, incompat: incompat,
		gdt: (1024/block + 1) * block} // behind the block the superblock is in
	if incompat&0x80 != 0 {
		if n := int64(le.Uint16(s[254:])); n >= 64 {
			f.descSize = n
		}
	}
	c.extract = func(x *xtr) error {
		f.x, f.d = x, x.d.sub(off, blocks*block)
		if incompat&0x4 != 0 {
			x.warn(Partial, "the journal holds changes that were not written back; they are not replayed")
		}
		return f.walk()
	}
	return c
}

type extInode struct {
	raw   []byte
	mode  uint32
	size  int64
	flags uint32
	node  uint32
	links uint16
}

func (f *extFS) inode(n uint32) (in extInode, err error) {
	if n == 0 || n > f.inodes {
		return in, fmt.Errorf("inode %d of %d", n, f.inodes)
	}
	g, i := int64((n-1)/f.perGroup), int64((n-1)%f.perGroup)
	desc := f.d.at(f.gdt+g*f.descSize, int(f.descSize))
	if desc == nil {
		return in, fmt.Errorf("group %d: %w", g, io.ErrUnexpectedEOF)
	}
	table := int64(le.Uint32(desc[8:]))
	if f.descSize >= 64 {
		table |= int64(le.Uint32(desc[0x28:])) << 32
	}
	raw := f.d.at(table*f.block+i*int64(f.inodeSize), int(f.inodeSize))
	if raw == nil {
		return in, fmt.Errorf("inode %d: %w", n, io.ErrUnexpectedEOF)
	}
	in = extInode{raw: raw, mode: uint32(le.Uint16(raw)), size: int64(le.Uint32(raw[4:])) | int64(le.Uint32(raw[108:]))<<32,
		flags: le.Uint32(raw[32:]), node: n, links: le.Uint16(raw[26:])}
	if unixKind(in.mode) == Dir {
		in.size &= 0xffffffff
	}
	return in, nil
}

// extRun is a run of blocks: logical, physical, count. Physical 0 is a hole.
type extRun struct{ logical, physical, n int64 }

// runs lists where an inode's blocks lie, in logical order, clamped to the image.
func (f *extFS) runs(in *extInode) ([]extRun, error) {
	want := (in.size + f.block - 1) / f.block
	if want > f.blocks*1024 && in.size > 64<<20 && want > 1<<24 {
		return nil, fmt.Errorf("file of %d bytes in a file system of %d", in.size, f.blocks*f.block)
	}
	var out []extRun
	if in.flags&0x80000 != 0 {
		budget := 1 << 20
		err := f.extents(in.raw[40:100], 0, &out, &budget)
		return out, err
	}
	budget := want
	add := func(logical, phys int64) {
		if n := len(out); n > 0 && phys != 0 && out[n-1].physical+out[n-1].n == phys && out[n-1].logical+out[n-1].n == logical {
			out[n-1].n++
		} else if phys != 0 {
			out = append(out, extRun{logical, phys, 1})
		}
	}
	logical := int64(0)
	var indirect func(block int64, level int) error
	indirect = func(block int64, level int) error {
		span := int64(1)
		for range level {
			span *= f.block / 4
		}
		if block == 0 {
			logical += span
			return nil
		}
		if level == 0 {
			add(logical, block)
			logical++
			return nil
		}
		b := f.d.at(block*f.block, int(f.block))
		if b == nil {
			logical += span
			return fmt.Errorf("indirect block %d: %w", block, io.ErrUnexpectedEOF)
		}
		for i := 0; i < len(b) && logical < budget; i += 4 {
			if err := indirect(int64(le.Uint32(b[i:])), level-1); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range 15 {
		if logical >= budget {
			break
		}
		if err := indirect(int64(le.Uint32(in.raw[40+4*i:])), max(0, i-11)); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (f *extFS) extents(b []byte, depth int, out *[]extRun, budget *int) error {
	if len(b) < 12 || le.Uint16(b) != 0xf30a || depth > 5 {
		return fmt.Errorf("extent header does not hold")
	}
	n := int(le.Uint16(b[2:]))
	if 12+n*12 > len(b) {
		return fmt.Errorf("%d extents in %d bytes", n, len(b))
	}
	leaf := le.Uint16(b[6:]) == 0
	for i := range n {
		if *budget--; *budget < 0 {
			return limitf("extents of one file")
		}
		e := b[12+12*i:]
		if leaf {
			k := int64(le.Uint16(e[4:]))
			r := extRun{int64(le.Uint32(e)), int64(le.Uint32(e[8:])) | int64(le.Uint16(e[6:]))<<32, k}
			if k > 32768 { // allocated, never written: reads as zeros
				continue
			}
			if r.physical+r.n > f.blocks {
				return fmt.Errorf("extent outside of the file system: %w", io.ErrUnexpectedEOF)
			}
			*out = append(*out, r)
			continue
		}
		child := int64(le.Uint32(e[4:])) | int64(le.Uint16(e[8:]))<<32
		blk := f.d.at(child*f.block, int(f.block))
		if blk == nil {
			return fmt.Errorf("extent block %d: %w", child, io.ErrUnexpectedEOF)
		}
		if err := f.extents(blk, depth+1, out, budget); err != nil {
			return err
		}
	}
	return nil
}

func (f *extFS) content(w io.Writer, in *extInode) error {
	if in.flags&0x10000000 != 0 { // inline data
		b := in.raw[40:100]
		if in.size > 60 {
			b = append(append([]byte(nil), b...), f.inlineRest(in)...)
		}
		if in.size > int64(len(b)) {
			return io.ErrUnexpectedEOF
		}
		_, err := w.Write(b[:in.size])
		return err
	}
	runs, err := f.runs(in)
	if err != nil {
		return err
	}
	pos := int64(0)
	for _, r := range runs {
		at := r.logical * f.block
		if at < pos {
			return fmt.Errorf("extents overlap")
		}
		if at >= in.size {
			break
		}
		if err := writeZeros(w, at-pos); err != nil {
			return err
		}
		n := min(r.n*f.block, in.size-at)
		if err := copyRange(w, f.d, r.physical*f.block, n); err != nil {
			return err
		}
		pos = at + n
	}
	return writeZeros(w, in.size-pos)
}

func (f *extFS) walk() error {
	type todo struct {
		path string
		ino  uint32
	}
	stack := []todo{{"", 2}}
	seen := map[uint32]bool{}
	first := map[uint32]*lateFile{}
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		in, err := f.inode(t.ino)
		if err != nil {
			if t.path == "" {
				return err
			}
			f.x.warn(stateOf(err), "%s: %v", t.path, err)
			continue
		}
		if in.links == 0 && in.mode == 0 && t.ino != 2 {
			f.x.warn(Partial, "%s: points to a free inode", t.path)
			continue
		}
		dir, err := f.entry(t.path, &in, first)
		if err != nil {
			return err
		}
		if !dir {
			continue
		}
		if seen[t.ino] || pathDepth(t.path) > 64 {
			f.x.warn(Partial, "directory %s is a loop or too deep: not followed", t.path)
			continue
		}
		seen[t.ino] = true
		err = f.dir(&in, func(name string, ino uint32) {
			stack = append(stack, todo{joinPath(t.path, name), ino})
		})
		if err != nil {
			f.x.warn(stateOf(err), "directory %s: %v", nonEmpty(t.path, "/"), err)
		}
	}
	return nil
}

func (f *extFS) entry(p string, in *extInode, first map[uint32]*lateFile) (dir bool, err error) {
	n := Node{Path: p, Kind: unixKind(in.mode), Mode: in.mode & 07777, UID: uint32(le.Uint16(in.raw[2:])) | uint32(le.Uint16(in.raw[120:]))<<16,
		GID: uint32(le.Uint16(in.raw[24:])) | uint32(le.Uint16(in.raw[122:]))<<16, MTime: int64(le.Uint32(in.raw[16:]))}
	f.eachXattr(in, func(idx byte, name string, v []byte) {
		if n.Xattr == nil {
			n.Xattr = map[string]string{}
		}
		if !(idx == 7 && name == "data") {
			n.Xattr[extXattrs[idx]+name] = string(v)
		}
	})
	switch n.Kind {
	case File:
		if old := first[in.node]; old != nil {
			return false, f.x.alias(n, old)
		}
		late, err := f.x.later(n, func(w io.Writer) error { return f.content(w, in) })
		first[in.node] = late
		return false, err
	case Symlink:
		if in.size < 60 && in.flags&0x10080000 == 0 {
			n.Link = cstr(in.raw[40:100])
		} else {
			var s sliceWriter
			if err := f.content(&s, in); err != nil {
				f.x.warn(stateOf(err), "link %s: %v", p, err)
			}
			n.Link = string(s.b)
		}
	case Char, Block:
		v := le.Uint32(in.raw[40:])
		if v == 0 {
			v = le.Uint32(in.raw[44:])
			n.Major, n.Minor = v>>8&0xfff, v&0xff|v>>12&0xfff00
		} else {
			n.Major, n.Minor = v>>8&0xff, v&0xff
		}
	}
	return n.Kind == Dir, f.x.meta(n)
}

func (f *extFS) dir(in *extInode, entry func(string, uint32)) error {
	if in.size > 256<<20 {
		return fmt.Errorf("directory of %d bytes", in.size)
	}
	var s dirBuf
	if err := f.content(&s, in); err != nil {
		return err
	}
	b := s.b
	if in.flags&0x10000000 != 0 && len(b) >= 4 {
		b = b[4:] // inline directories begin with the parent's number
	}
	for at := 0; at+8 <= len(b); {
		ino, n, nl := le.Uint32(b[at:]), int(le.Uint16(b[at+4:])), int(b[at+6])
		if n < 8 || at+n > len(b) || 8+nl > n && ino != 0 {
			return fmt.Errorf("entry at %d does not hold", at)
		}
		if f.incompat&2 == 0 { // old directories use the type byte for longer names
			nl |= int(b[at+7]) << 8
		}
		if ino != 0 && nl > 0 && at+8+nl <= len(b) {
			name := string(b[at+8 : at+8+nl])
			switch {
			case containsSlash(name):
				f.x.warn(Partial, "a directory holds the impossible name %q", name)
			case name != "." && name != "..":
				entry(name, ino)
			}
		}
		at += n
	}
	return nil
}

type dirBuf struct{ b []byte }

func (s *dirBuf) Write(p []byte) (int, error) {
	s.b = append(s.b, p...)
	return len(p), nil
}
