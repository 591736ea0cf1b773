package unpack

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Squashfs 1 to 4, either byte order, after the kernel's documentation and the
// layouts agreed by open readers for the older versions; magics of vendors and
// their LZMA variants included.

// sqMagics gives for each magic the byte order of the file system.
var sqMagics = map[string]binary.ByteOrder{
	"hsqs": le, "sqsh": be, "sqlz": be, "zlqs": le, "qshs": be, "shsq": le, "tqsh": be, "hsqt": le,
}

var sqCodecs = map[uint16]string{1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}

// sqSuper is what the superblocks of all versions have in common.
type sqSuper struct {
	order                                      binary.ByteOrder
	major, minor                               uint16
	inodes, frags, blockSize                   uint32
	comp, flags                                uint16
	used                                       int64
	root                                       uint64
	ids, nuids, nguids                         int
	idStart, guidStart, xattrStart, inodeStart int64
	dirStart, fragStart                        int64
	mtime                                      uint32
}

func parseSquash(d *data, off int64) (s sqSuper, ok bool) {
	h := d.upto(off, 119)
	if len(h) < 96 {
		return s, false
	}
	o := sqMagics[string(h[:4])]
	if o == nil {
		return s, false
	}
	s.order = o
	s.major, s.minor = o.Uint16(h[28:]), o.Uint16(h[30:])
	s.inodes = o.Uint32(h[4:])
	switch {
	case s.major == 4 && len(h) >= 96:
		s.mtime, s.blockSize, s.frags = o.Uint32(h[8:]), o.Uint32(h[12:]), o.Uint32(h[16:])
		s.comp, s.flags, s.ids = o.Uint16(h[20:]), o.Uint16(h[24:]), int(o.Uint16(h[26:]))
		s.root, s.used = o.Uint64(h[32:]), int64(o.Uint64(h[40:]))
		s.idStart, s.xattrStart = int64(o.Uint64(h[48:])), int64(o.Uint64(h[56:]))
		s.inodeStart, s.dirStart, s.fragStart = int64(o.Uint64(h[64:])), int64(o.Uint64(h[72:])), int64(o.Uint64(h[80:]))
		if log := o.Uint16(h[22:]); log > 20 || uint32(1)<<log != s.blockSize {
			return s, false
		}
	case s.major >= 1 && s.major <= 3:
		s.flags, s.nuids, s.nguids = uint16(h[36]), int(h[37]), int(h[38])
		s.mtime, s.root = o.Uint32(h[39:]), o.Uint64(h[43:])
		s.blockSize, s.frags = o.Uint32(h[51:]), o.Uint32(h[55:])
		s.xattrStart = -1
		if s.major == 3 && len(h) == 119 {
			s.used, s.idStart, s.guidStart = int64(o.Uint64(h[63:])), int64(o.Uint64(h[71:])), int64(o.Uint64(h[79:]))
			s.inodeStart, s.dirStart, s.fragStart = int64(o.Uint64(h[87:])), int64(o.Uint64(h[95:])), int64(o.Uint64(h[103:]))
		} else {
			s.used, s.idStart, s.guidStart = int64(o.Uint32(h[8:])), int64(o.Uint32(h[12:])), int64(o.Uint32(h[16:]))
			s.inodeStart, s.dirStart, s.fragStart = int64(o.Uint32(h[20:])), int64(o.Uint32(h[24:])), int64(o.Uint32(h[59:]))
		}
		if s.major == 1 {
			s.blockSize, s.frags = uint32(o.Uint16(h[32:])), 0
		}
	default:
		return s, false
	}
	if s.blockSize < 512 || s.blockSize > 1<<20 || bits.OnesCount32(s.blockSize) != 1 {
		return s, false
	}
	if s.inodes == 0 || s.used < 96 || s.inodeStart <= 0 {
		return s, false
	}
	return s, true
}

// lost says which table of a whole superblock cannot be where it is said to be; "" when all can.
func (s *sqSuper) lost() string {
	switch {
	case s.major != 4:
	case s.inodeStart >= s.used:
		return fmt.Sprintf("inode table at %#x of %#x bytes", s.inodeStart, s.used)
	case s.dirStart >= s.used || s.dirStart <= s.inodeStart:
		return fmt.Sprintf("directory table at %#x, inode table at %#x, of %#x bytes", s.dirStart, s.inodeStart, s.used)
	}
	return ""
}

func probeSquashfs(d *data, off int64) *claim {
	s, ok := parseSquash(d, off)
	if !ok {
		return nil
	}
	c := &claim{off: off, length: s.used, format: "squashfs", conf: Structural}
	// Packers pad to 4 KiB with zeros; the padding belongs to the image.
	if pad := alignUp(s.used, 4096) - s.used; off+s.used+pad <= d.size && pad > 0 && fill(d, off+s.used, pad) == pad && d.at(off+s.used, 1)[0] == 0 {
		c.length += pad
	}
	c.fact("version", "%d.%d", s.major, s.minor)
	if s.order == be {
		c.fact("byte order", "big-endian")
	} else {
		c.fact("byte order", "little-endian")
	}
	c.fact("magic", "%s", d.at(off, 4))
	c.fact("block size", "%d", s.blockSize)
	c.fact("inodes", "%d", s.inodes)
	c.fact("made", "%d", s.mtime)
	if s.major == 4 {
		c.fact("compression", "%s", nonEmpty(sqCodecs[s.comp], fmt.Sprint(s.comp)))
	}
	if why := s.lost(); why != "" {
		if s.used > d.size-off {
			return nil
		}
		c.state, c.reason = Partial, "superblock recognised, nothing can be read: "+why
		return c
	}
	c.extract = func(x *xtr) error {
		q := &squash{x: x, s: s, d: x.d.sub(off, x.d.size-off), cache: map[int64]sqMeta{}}
		return q.extract()
	}
	return c
}
