package unpack

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// tar: POSIX ustar and pax, GNU and v7 forms. The header checksum decides.
func tarChecksum(h []byte) bool {
	if len(h) < 512 {
		return false
	}
	want, err := strconv.ParseUint(strings.Trim(string(h[148:156]), " \x00"), 8, 32)
	if err != nil {
		return false
	}
	var u, s int64
	for i, c := range h[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		u += int64(c)
		s += int64(int8(c))
	}
	return u == int64(want) && u > 256 || s == int64(want) && s > 256
}

func probeTar(d *data, off int64) *claim {
	if !tarChecksum(d.at(off, 512)) {
		return nil
	}
	c := &claim{off: off, length: -1, format: "tar", conf: Checked}
	c.extract = func(x *xtr) error { return extractTar(x, off) }
	return c
}

// probeTarV7 is tar without a magic: the checksum and a plain name must do.
func probeTarV7(d *data, off int64) *claim {
	h := d.at(off, 512)
	if h == nil || h[0] == 0 || string(h[257:262]) == "ustar" || !printable(cstr(h[:100])) {
		return nil
	}
	return probeTar(d, off)
}

func extractTar(x *xtr, off int64) error {
	in := &counter{r: bufio.NewReaderSize(x.d.reader(off, x.d.size-off), 256<<10)}
	tr := tar.NewReader(in)
	for {
		h, err := tr.Next()
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			x.r.Length = min(alignUp(in.n, 512), x.d.size-off)
			if err == io.EOF {
				if last := x.d.at(off+in.n-512, 512); last == nil || fill(x.d, off+in.n-512, 512) != 512 || last[0] != 0 {
					x.warn(Truncated, "ends at %#x without the empty blocks that end an archive", off+x.r.Length)
					return nil
				}
				// Two empty blocks end an archive; packers fill up to 10 KiB.
				if pad := min(alignUp(x.r.Length, 10240), x.d.size-off) - x.r.Length; pad > 0 && fill(x.d, off+x.r.Length, pad) == pad {
					x.r.Length += pad
				}
				return nil
			}
			return err
		}
		n := Node{Path: h.Name, Mode: uint32(h.Mode) & 07777, UID: uint32(h.Uid), GID: uint32(h.Gid), MTime: h.ModTime.Unix(), Link: h.Linkname,
			Major: uint32(h.Devmajor), Minor: uint32(h.Devminor)}
		for k, v := range h.PAXRecords {
			if name, ok := strings.CutPrefix(k, "SCHILY.xattr."); ok {
				if n.Xattr == nil {
					n.Xattr = map[string]string{}
				}
				n.Xattr[name] = v
			}
		}
		n.Kind = tarKind(h.Typeflag)
		if n.Kind == "" {
			continue
		}
		if n.Kind != File {
			if err := x.meta(n); err != nil {
				return err
			}
			continue
		}
		if h.Size > x.d.size && !strings.Contains(fmt.Sprint(h.PAXRecords), "sparse") && h.Typeflag != tar.TypeGNUSparse {
			x.warn(Truncated, "%q says %d bytes", h.Name, h.Size)
		}
		var ferr error
		if _, err := x.file(n, func(w io.Writer) error {
			watch(w, func() int64 { return in.n + 1<<20 })
			_, ferr = io.Copy(w, tr)
			return ferr
		}); err != nil {
			x.r.Length = min(in.n, x.d.size-off)
			return err
		}
		if ferr != nil {
			x.r.Length = x.d.size - off
			return nil
		}
	}
}

func tarKind(t byte) Kind {
	switch t {
	case tar.TypeReg, '\x00', tar.TypeCont, tar.TypeGNUSparse:
		return File
	case tar.TypeDir:
		return Dir
	case tar.TypeSymlink:
		return Symlink
	case tar.TypeLink:
		return Hardlink
	case tar.TypeChar:
		return Char
	case tar.TypeBlock:
		return Block
	case tar.TypeFifo:
		return Fifo
	}
	return ""
}

// cpio: new ASCII, CRC, old ASCII and old binary forms. Of entries with one name the last counts.
type cpioEntry struct {
	name                         string
	mode, uid, gid, nlink, ino   uint32
	mtime, size                  int64
	major, minor, dmajor, dminor uint32
	next, dataAt                 int64
}

// cpioHead is the longest of the headers.
const cpioHead = 110

func cpioAt(d *data, off int64) (e cpioEntry, ok bool) {
	h := d.upto(off, 110)
	if len(h) < 26 {
		return e, false
	}
	var nameLen, align int64
	var headLen int64
	switch {
	case len(h) >= 110 && (string(h[:6]) == "070701" || string(h[:6]) == "070702"):
		var f [13]uint32
		for i := range f {
			v, err := strconv.ParseUint(string(h[6+8*i:14+8*i]), 16, 32)
			if err != nil {
				return e, false
			}
			f[i] = uint32(v)
		}
		e.ino, e.mode, e.uid, e.gid, e.nlink, e.mtime, e.size = f[0], f[1], f[2], f[3], f[4], int64(f[5]), int64(f[6])
		e.major, e.minor, e.dmajor, e.dminor = f[9], f[10], f[7], f[8]
		nameLen, headLen, align = int64(f[11]), 110, 4
	case len(h) >= 76 && string(h[:6]) == "070707":
		oct := func(at, n int) uint64 {
			v, err := strconv.ParseUint(string(h[at:at+n]), 8, 64)
			if err != nil {
				ok = true // misused as a flag of failure below
			}
			return v
		}
		e.ino, e.mode, e.uid, e.gid, e.nlink = uint32(oct(12, 6)), uint32(oct(18, 6)), uint32(oct(24, 6)), uint32(oct(30, 6)), uint32(oct(36, 6))
		rdev := uint32(oct(42, 6))
		e.dmajor = uint32(oct(6, 6))
		e.mtime, nameLen, e.size = int64(oct(48, 11)), int64(oct(59, 6)), int64(oct(65, 11))
		e.major, e.minor = rdev>>8, rdev&0xff
		headLen, align = 76, 1
		if ok {
			return e, false
		}
	case le.Uint16(h) == 0o70707 || be.Uint16(h) == 0o70707:
		o := le.Uint16
		if be.Uint16(h) == 0o70707 {
			o = be.Uint16
		}
		e.dmajor, e.ino, e.mode, e.uid, e.gid, e.nlink = uint32(o(h[2:])), uint32(o(h[4:])), uint32(o(h[6:])), uint32(o(h[8:])), uint32(o(h[10:])), uint32(o(h[12:]))
		rdev := o(h[14:])
		e.major, e.minor = uint32(rdev>>8), uint32(rdev&0xff)
		e.mtime = int64(o(h[16:]))<<16 | int64(o(h[18:]))
		nameLen = int64(o(h[20:]))
		e.size = int64(o(h[22:]))<<16 | int64(o(h[24:]))
		headLen, align = 26, 2
	default:
		return e, false
	}
	if nameLen < 1 || nameLen > 4096 {
		return e, false
	}
	nb := d.at(off+headLen, int(nameLen))
	if nb == nil || nb[nameLen-1] != 0 {
		return e, false
	}
	e.name = cstr(nb)
	e.dataAt = off + alignUp(headLen+nameLen, align)
	e.next = e.dataAt + alignUp(e.size, align)
	return e, true
}

func probeCpio(d *data, off int64) *claim {
	e, ok := cpioAt(d, off)
	if !ok || e.name == "" || !knownMode(e.mode) && e.name != "TRAILER!!!" {
		return nil
	}
	if e.name == "TRAILER!!!" || e.next <= d.size {
		// A second entry must follow where the first says, or the archive is cut there.
		if _, ok := cpioAt(d, e.next); !ok && e.name != "TRAILER!!!" && e.next+cpioHead <= d.size {
			return nil
		}
	}
	c := &claim{off: off, length: -1, format: "cpio", conf: Structural}
	c.extract = func(x *xtr) error { return extractCpio(x, off) }
	return c
}

func knownMode(m uint32) bool {
	switch m & 0o170000 {
	case 0o100000, 0o040000, 0o120000, 0o020000, 0o060000, 0o010000, 0o140000:
		return true
	}
	return false
}

func extractCpio(x *xtr, off int64) error {
	pos := off
	links := map[uint64][]*Node{} // entries of one inode without data yet
	for {
		e, ok := cpioAt(x.d, pos)
		if !ok {
			x.r.Length = max(pos-off, 1)
			if pos >= x.d.size {
				x.warn(Truncated, "ends at %#x without its last entry", pos)
				x.r.Length = x.d.size - off
			} else {
				x.warn(Partial, "no entry where one must stand at %#x", pos)
			}
			return nil
		}
		if e.name == "TRAILER!!!" {
			end := e.next
			if pad := min(alignUp(end-off, 512), x.d.size-off) - (end - off); pad > 0 && fill(x.d, end, pad) == pad {
				end += pad
			}
			x.r.Length = end - off
			return nil
		}
		if err := cpioNode(x, &e, links); err != nil {
			x.r.Length = min(e.next, x.d.size) - off
			return err
		}
		if e.next > x.d.size {
			x.warn(Truncated, "%q says %d bytes, the archive ends before", e.name, e.size)
			x.r.Length = x.d.size - off
			return nil
		}
		pos = e.next
	}
}

func cpioNode(x *xtr, e *cpioEntry, links map[uint64][]*Node) error {
	n := Node{Path: e.name, Mode: e.mode & 07777, UID: e.uid, GID: e.gid, MTime: e.mtime, Kind: unixKind(e.mode)}
	switch n.Kind {
	case Symlink:
		n.Link = string(x.d.upto(e.dataAt, int(min(e.size, 4096))))
		return x.meta(n)
	case Char, Block:
		n.Major, n.Minor = e.major, e.minor
		return x.meta(n)
	case File:
	default:
		return x.meta(n)
	}
	key := uint64(e.dmajor)<<48 | uint64(e.dminor)<<32 | uint64(e.ino)
	if e.size == 0 && e.nlink > 1 {
		node, err := x.node(n)
		links[key] = append(links[key], node)
		return err
	}
	at, size := e.dataAt, e.size
	late, err := x.later(n, func(w io.Writer) error { return copyRange(w, x.d, at, size) })
	if err == nil && e.nlink > 1 {
		late.same = links[key]
		delete(links, key)
	}
	return err
}

// unixKind maps the type bits of a Unix mode.
func unixKind(mode uint32) Kind {
	switch mode & 0o170000 {
	case 0o040000:
		return Dir
	case 0o120000:
		return Symlink
	case 0o020000:
		return Char
	case 0o060000:
		return Block
	case 0o010000:
		return Fifo
	case 0o140000:
		return Socket
	}
	return File
}

// ar: the common form with GNU and BSD long names; .deb and .ipk are ar archives of tars.
func probeAr(d *data, off int64) *claim {
	h := d.upto(off+8, 60)
	if len(h) < 60 || h[58] != '`' || h[59] != '\n' {
		return nil
	}
	c := &claim{off: off, length: -1, format: "ar", conf: Structural}
	c.extract = func(x *xtr) error { return extractAr(x, off) }
	return c
}

func extractAr(x *xtr, off int64) error {
	pos := off + 8
	var long []byte
	for {
		h := x.d.at(pos, 60)
		if rest := x.d.size - pos; h == nil && rest > 1 && isText(x.d.upto(pos, 16)) {
			x.warn(Truncated, "the header of a member at %#x is cut after %d bytes", pos, rest)
			pos = x.d.size
		}
		if h == nil || h[58] != '`' {
			break
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(h[48:58])), 10, 64)
		if err != nil || size < 0 {
			x.warn(Partial, "member at %#x without a size", pos)
			break
		}
		name := strings.TrimRight(string(h[:16]), " ")
		start, n := pos+60, size
		switch {
		case name == "//":
			long = x.d.upto(start, int(min(size, 1<<20)))
		case strings.HasPrefix(name, "#1/"):
			k, _ := strconv.ParseInt(name[3:], 10, 32)
			name = cstr(x.d.upto(start, int(min(k, 4096))))
			start, n = start+k, n-k
		case len(name) > 1 && name[0] == '/' && name[1] >= '0' && name[1] <= '9':
			i, _ := strconv.Atoi(name[1:])
			if i < len(long) {
				name, _, _ = strings.Cut(string(long[i:]), "\n")
			}
		}
		if name != "//" && name != "/" {
			if _, err := x.part(Node{Path: strings.TrimSuffix(name, "/"), Kind: Part}, start, max(n, 0)); err != nil {
				return err
			}
		}
		pos += 60 + alignUp(size, 2)
	}
	x.r.Length = min(pos, x.d.size) - off
	if b := x.d.at(off+x.r.Length, 1); b == nil && pos > x.d.size+1 {
		x.warn(Truncated, "last member is cut")
	}
	return nil
}
