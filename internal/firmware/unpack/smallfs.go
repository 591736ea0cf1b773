package unpack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// cramfs, either byte order, after the kernel's fs/cramfs documentation.
func probeCramfs(d *data, off int64) *claim {
	h := d.at(off, 76)
	if h == nil || string(h[16:32]) != "Compressed ROMFS" {
		return nil
	}
	o := binary.ByteOrder(le)
	if be.Uint32(h) == 0x28cd3d45 {
		o = be
	}
	size, flags := int64(o.Uint32(h[4:])), o.Uint32(h[8:])
	if flags&1 == 0 { // version 1 did not state its size
		size = d.size - off
	}
	pad := int64(0)
	if root := o.Uint32(h[72:]); flags&1 != 0 && off >= cramfsPad && (o == be && root&(1<<26-1) == (76+cramfsPad)/4 || o == le && root>>6 == (76+cramfsPad)/4) {
		pad = cramfsPad // room for a boot loader stands before, and is counted
	}
	if size -= pad; size < 76 {
		return nil
	}
	c := &claim{off: off, length: size, format: "cramfs", conf: Structural}
	if o == be {
		c.fact("byte order", "big-endian")
	} else {
		c.fact("byte order", "little-endian")
	}
	c.fact("name", "%s", cstr(h[48:64]))
	c.fact("files", "%d", o.Uint32(h[44:]))
	c.extract = func(x *xtr) error {
		if flags&1 != 0 && off+size <= x.d.size && size < maxAt {
			b := append([]byte(nil), x.d.at(off, int(size))...)
			copy(b[32:36], zeros[:4])
			if crc32.ChecksumIEEE(b) == o.Uint32(h[32:]) {
				x.r.Confidence = Checked
			} else {
				x.warn(Partial, "checksum of the file system does not hold")
				x.r.Facts = append(x.r.Facts, Fact{"bad checksum", "file system"})
			}
		}
		f := &cramfs{x: x, d: x.d.sub(off-pad, pad+size), o: o, flags: flags, super: pad}
		return f.walk()
	}
	return c
}

// cramfsPad is what the packer leaves free before the superblock when asked to.
const cramfsPad = 512

type cramfs struct {
	x     *xtr
	super int64 // where the superblock stands, from where offsets count
	d     *data
	o     binary.ByteOrder
	flags uint32
}

type cramInode struct {
	mode, uid, size, gid, nameLen, offset uint32
}

// inode reads the 12 bytes of bit fields.
func (f *cramfs) inode(pos int64) (in cramInode, ok bool) {
	b := f.d.at(pos, 12)
	if b == nil {
		return in, false
	}
	w0, w1, w2 := f.o.Uint32(b), f.o.Uint32(b[4:]), f.o.Uint32(b[8:])
	if f.o == be {
		in = cramInode{w0 >> 16, w0 & 0xffff, w1 >> 8, w1 & 0xff, w2 >> 26, w2 & (1<<26 - 1)}
	} else {
		in = cramInode{w0 & 0xffff, w0 >> 16, w1 & 0xffffff, w1 >> 24, w2 & 63, w2 >> 6}
	}
	return in, true
}

func (f *cramfs) walk() error {
	root, ok := f.inode(f.super + 64)
	if !ok || unixKind(root.mode) != Dir {
		return errNot
	}
	if err := f.x.meta(Node{Path: "", Kind: Dir, Mode: root.mode & 07777}); err != nil {
		return err
	}
	type todo struct {
		path string
		in   cramInode
	}
	stack := []todo{{"", root}}
	seen := map[uint32]bool{}
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if t.in.size == 0 {
			continue
		}
		if seen[t.in.offset] || pathDepth(t.path) > 64 {
			f.x.warn(Partial, "directory %s is a loop or too deep: not followed", t.path)
			continue
		}
		seen[t.in.offset] = true
		for pos, end := int64(t.in.offset)*4, int64(t.in.offset)*4+int64(t.in.size); pos < end; {
			in, ok := f.inode(pos)
			if !ok {
				f.x.warn(Truncated, "directory %s ends at %#x", t.path, pos)
				break
			}
			name := cstr(f.d.upto(pos+12, int(in.nameLen)*4))
			pos += 12 + int64(in.nameLen)*4
			if name == "" || containsSlash(name) {
				f.x.warn(Partial, "directory %s holds an impossible name", t.path)
				break
			}
			p := joinPath(t.path, name)
			if err := f.entry(p, in); err != nil {
				return err
			}
			if unixKind(in.mode) == Dir {
				stack = append(stack, todo{p, in})
			}
		}
	}
	return nil
}

func (f *cramfs) entry(p string, in cramInode) error {
	n := Node{Path: p, Kind: unixKind(in.mode), Mode: in.mode & 07777, UID: in.uid, GID: in.gid}
	switch n.Kind {
	case File:
		_, err := f.x.later(n, func(w io.Writer) error { return f.content(w, in) })
		return err
	case Symlink:
		b, err := f.bytes(in)
		if err != nil {
			f.x.warn(stateOf(err), "link %s: %v", p, err)
		}
		n.Link = string(b)
	case Char, Block:
		n.Major, n.Minor = in.size>>8, in.size&0xff
	}
	return f.x.meta(n)
}

type sliceWriter struct{ b []byte }

func (s *sliceWriter) Write(p []byte) (int, error) {
	s.b = append(s.b, p...)
	if len(s.b) > 1<<16 {
		return 0, errors.New("link too long")
	}
	return len(p), nil
}

func (f *cramfs) bytes(in cramInode) ([]byte, error) {
	var s sliceWriter
	err := f.content(&s, in)
	return s.b, err
}

// content decodes pages of 4 KiB: a table of end offsets, then zlib streams.
// With the block pointer extension the high bits of a pointer say more.
// page tells the length of a page of a file, which the file system does not
// state: the packer's machine had it, mostly 4 KiB. The first page begins right
// behind as many pointers as there are pages, and must decode to that length.
func (f *cramfs) page(in cramInode) int64 {
	const usual = 4096
	table := int64(in.offset) * 4
	if in.size <= usual || f.flags&0x800 != 0 {
		return usual
	}
	for page := int64(usual); page <= 64<<10; page *= 2 {
		start := table + (int64(in.size)+page-1)/page*4
		end := int64(f.d.u32(f.o, table))
		if n := end - start; n > 0 && n <= 2*page {
			want := int(min(int64(in.size), page))
			if out, err := zlibBlock(f.d.at(start, int(n)), want); err == nil && len(out) == want {
				return page
			}
		}
	}
	return usual
}

func (f *cramfs) content(w io.Writer, in cramInode) error {
	page := f.page(in)
	pages := (int64(in.size) + page - 1) / page
	table := int64(in.offset) * 4
	start := table + pages*4
	left := int64(in.size)
	for i := int64(0); i < pages; i++ {
		pb := f.d.at(table+i*4, 4)
		if pb == nil {
			return io.ErrUnexpectedEOF
		}
		ptr := f.o.Uint32(pb)
		want := min(left, page)
		left -= want
		stored := false
		end := int64(ptr)
		if f.flags&0x800 != 0 { // CRAMFS_FLAG_EXT_BLOCK_POINTERS
			stored = ptr&(1<<31) != 0
			if ptr&(1<<30) != 0 {
				start = int64(ptr&(1<<30-1)) << 2
				if stored {
					end = start + want
				} else {
					end = start + 2 + int64(f.d.u16(f.o, start))
					start += 2
				}
			} else {
				end = int64(ptr & (1<<30 - 1))
			}
		}
		if end == start { // a hole
			if err := writeZeros(w, want); err != nil {
				return err
			}
			continue
		}
		if end < start || end-start > 2*page {
			return fmt.Errorf("page %d lies from %#x to %#x", i, start, end)
		}
		b := f.d.at(start, int(end-start))
		if b == nil {
			return io.ErrUnexpectedEOF
		}
		if !stored {
			out, err := zlibBlock(b, int(page))
			if err != nil {
				if out, err = lzmaAny(b, int(page), int(want)); err != nil {
					return fmt.Errorf("page %d at %#x does not decode", i, start)
				}
			}
			b = out
		}
		if int64(len(b)) != want {
			return fmt.Errorf("page %d gives %d bytes, not %d", i, len(b), want)
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		start = end
	}
	return nil
}

// romfs after the kernel's documentation: big-endian, the words of the first 512 bytes add up to zero.
func probeRomfs(d *data, off int64) *claim {
	size := int64(d.u32(be, off+8))
	h := d.upto(off, int(min(512, size)))
	if size < 32 || len(h) < 32 {
		return nil
	}
	var sum uint32
	for i := 0; i+4 <= len(h); i += 4 {
		sum += be.Uint32(h[i:])
	}
	if sum != 0 {
		return nil
	}
	c := &claim{off: off, length: alignUp(size, 1024), format: "romfs", conf: Checked}
	if off+c.length > d.size && off+size <= d.size {
		c.length = size
	}
	c.fact("volume", "%s", cstr(h[16:]))
	c.extract = func(x *xtr) error { return extractRomfs(x, x.d.sub(off, size)) }
	return c
}

func romName(d *data, pos int64) (string, int64) {
	name := cstr(d.upto(pos, 256))
	return name, pos + alignUp(int64(len(name))+1, 16)
}

func extractRomfs(x *xtr, d *data) error {
	type todo struct {
		path string
		pos  int64
	}
	_, first := romName(d, 16)
	stack := []todo{{"", first}}
	seen := map[int64]bool{}
	paths := map[int64]string{}
	links := map[*Node]int64{} // hard links and what they mean, which may come later
	defer func() {
		for n, at := range links {
			n.Link = paths[at]
		}
	}()
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for pos := t.pos; pos != 0; {
			if seen[pos] {
				x.warn(Partial, "entry at %#x is met twice: a loop, not followed", pos)
				break
			}
			seen[pos] = true
			h := d.at(pos, 16)
			if h == nil {
				x.warn(Truncated, "entry at %#x is outside", pos)
				break
			}
			next, info, size := be.Uint32(h), be.Uint32(h[4:]), int64(be.Uint32(h[8:]))
			name, dataAt := romName(d, pos+16)
			p := joinPath(t.path, name)
			mode := uint32(0o644)
			if next&8 != 0 {
				mode = 0o755
			}
			n := Node{Path: p, Mode: mode}
			var err error
			switch next & 7 {
			case 0:
				if name != "." && name != ".." {
					n.Kind = Hardlink
					var node *Node
					if node, err = x.node(n); err == nil {
						links[node] = int64(info)
					}
				}
			case 1:
				n.Kind = Dir
				paths[pos] = p
				if name == "." || name == ".." {
					// The root lists itself as "."; its children follow as siblings.
					if t.path == "" && int64(info) != pos && !seen[int64(info)] {
						stack = append(stack, todo{"", int64(info)})
					}
				} else {
					err = x.meta(n)
					if pathDepth(p) < 64 && info != 0 {
						stack = append(stack, todo{p, int64(info)})
					}
				}
			case 2:
				n.Kind = File
				paths[pos] = p
				_, err = x.later(n, func(w io.Writer) error { return copyRange(w, d, dataAt, size) })
			case 3:
				n.Kind, n.Link = Symlink, string(d.upto(dataAt, int(min(size, 4096))))
				err = x.meta(n)
			default:
				n.Kind = []Kind{Block, Char, Socket, Fifo}[next&7-4]
				n.Major, n.Minor = info>>16, info&0xffff
				err = x.meta(n)
			}
			if err != nil {
				return err
			}
			pos = int64(next &^ 15)
		}
	}
	return nil
}
