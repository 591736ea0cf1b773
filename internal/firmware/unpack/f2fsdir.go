package unpack

import (
	"io"
	"unicode/utf16"
)

// Directories of F2FS: a bitmap of what is in use, entries of 11 bytes, and
// their names in slots of 8; in blocks, or inside the inode.

const f2fsSlot = 8

// f2fsEntries reads one table of n slots.
func f2fsEntries(bitmap, entries, names []byte, n int) (out []dirEnt) {
	for i := 0; i < n; i++ {
		if bitmap[i/8]&(1<<(i%8)) == 0 {
			continue
		}
		e := entries[11*i:]
		size := int(le.Uint16(e[8:]))
		if size == 0 || size > len(names)-f2fsSlot*i {
			continue
		}
		out = append(out, dirEnt{string(names[f2fsSlot*i : f2fsSlot*i+size]), uint64(le.Uint32(e[4:]))})
		i += (size+f2fsSlot-1)/f2fsSlot - 1
	}
	return out
}

func (f *f2fs) dir(in *f2fsInode) (out []dirEnt, err error) {
	if in.inline&f2fsInlineDentry != 0 {
		b := in.b[in.inlineAt : in.inlineAt+in.inlineLn]
		n := len(b) * 8 / ((11+f2fsSlot)*8 + 1)
		names := len(b) - f2fsSlot*n
		return f2fsEntries(b[:(n+7)/8], b[names-11*n:names], b[names:], n), nil
	}
	if in.size > f2fsDirMax {
		return nil, limitf("directory of %d bytes", in.size)
	}
	room := f.x.dirBytes()
	err = f.content(room, in)
	b := room.bytesWriter
	for ; len(b) >= f2fsBlock; b = b[f2fsBlock:] {
		out = append(out, f2fsEntries(b[:27], b[30:30+11*214], b[30+11*214:f2fsBlock], 214)...)
	}
	return out, err
}

func (f *f2fs) walk() error {
	if _, err := f.inode(f.root); err != nil {
		return err
	}
	files := map[uint32]*lateFile{}
	return newWalk(f.x).run(uint64(f.root), f.names, func(p string, nid uint64) (bool, error) { return f.entry(p, uint32(nid), files) })
}

// names reads the directory of an inode.
func (f *f2fs) names(nid uint64) ([]dirEnt, error) {
	in, err := f.inode(uint32(nid))
	if err != nil {
		return nil, err
	}
	return f.dir(&in)
}

func (f *f2fs) entry(p string, nid uint32, files map[uint32]*lateFile) (dir bool, err error) {
	in, err := f.inode(nid)
	if err != nil {
		f.x.warn(stateOf(err), "%s: %v", p, err)
		return false, f.x.meta(Node{Path: p, Kind: File, State: Partial, Reason: err.Error()})
	}
	n := Node{Path: p, Kind: unixKind(in.mode), Mode: in.mode & 07777, UID: le.Uint32(in.b[4:]), GID: le.Uint32(in.b[8:]), MTime: int64(le.Uint64(in.b[48:]))}
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
		in.size = min(in.size, f2fsBlock)
		if err := f.content(&b, &in); err != nil {
			f.x.warn(stateOf(err), "link %s: %v", p, err)
		}
		n.Link = string(b)
	case Char, Block:
		if v := le.Uint32(in.b[in.base:]); v != 0 { // the old form of a device number
			n.Major, n.Minor = v>>8, v&0xff
		} else {
			v := le.Uint32(in.b[in.base+4:])
			n.Major, n.Minor = v>>8&0xfff, v&0xff|v>>12&0xfff00
		}
	}
	return n.Kind == Dir, f.x.meta(n)
}

// utf16Name reads a little-endian UTF-16 text up to its zero.
func utf16Name(b []byte) string {
	var u []uint16
	for ; len(b) >= 2 && le.Uint16(b) != 0; b = b[2:] {
		u = append(u, le.Uint16(b))
	}
	return string(utf16.Decode(u))
}
