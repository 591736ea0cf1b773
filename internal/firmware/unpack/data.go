package unpack

import (
	"encoding/binary"
	"io"
	"sort"
)

var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

// data is the bytes of one object. Out-of-range reads give nil or zero, never a panic.
type data struct {
	r    io.ReaderAt
	size int64
	head []byte // the first bytes, when reading them one by one costs more; see keepHead
}

// keptHead is how much of the beginning of an object probes look at again and again.
const keptHead = 64 << 10

// keepHead reads the beginning once, unless it lies in memory already.
func (d *data) keepHead() {
	n := int(min(keptHead, d.size))
	if s, ok := d.r.(slicer); ok && s.slice(0, n) != nil {
		return
	}
	b := make([]byte, n)
	if m, _ := d.r.ReadAt(b, 0); m == n {
		d.head = b
	}
}

// slicer is a reader that has some of its bytes in memory: slice returns them, or nil.
type slicer interface {
	slice(off int64, n int) []byte
}

// maxAt bounds what one call of at may allocate.
const maxAt = 256 << 20

// at returns n bytes at off, or nil when they are not all there.
func (d *data) at(off int64, n int) []byte {
	if off < 0 || n < 0 || n > maxAt || off > d.size || int64(n) > d.size-off {
		return nil
	}
	if end := off + int64(n); end <= int64(len(d.head)) {
		return d.head[off:end:end]
	}
	if s, ok := d.r.(slicer); ok {
		if b := s.slice(off, n); b != nil {
			return b
		}
	}
	b := make([]byte, n)
	if m, _ := d.r.ReadAt(b, off); m < n {
		return nil
	}
	return b
}

// upto returns as many of n bytes at off as there are.
func (d *data) upto(off int64, n int) []byte {
	if off < 0 || off >= d.size {
		return nil
	}
	return d.at(off, int(min(int64(n), d.size-off)))
}

func (d *data) slice(off int64, n int) []byte { return d.at(off, n) }

func (d *data) u16(o binary.ByteOrder, off int64) uint16 {
	if b := d.at(off, 2); b != nil {
		return o.Uint16(b)
	}
	return 0
}

func (d *data) u32(o binary.ByteOrder, off int64) uint32 {
	if b := d.at(off, 4); b != nil {
		return o.Uint32(b)
	}
	return 0
}

func (d *data) u64(o binary.ByteOrder, off int64) uint64 {
	if b := d.at(off, 8); b != nil {
		return o.Uint64(b)
	}
	return 0
}

// sub returns the bytes from off to the end, at most n of them.
func (d *data) sub(off, n int64) *data {
	off = min(max(off, 0), d.size)
	n = min(max(n, 0), d.size-off)
	return &data{r: io.NewSectionReader(d.r, off, n), size: n}
}

func (d *data) reader(off, n int64) *io.SectionReader {
	off = min(max(off, 0), d.size)
	return io.NewSectionReader(d.r, off, min(max(n, 0), d.size-off))
}

// ReadAt implements io.ReaderAt.
func (d *data) ReadAt(p []byte, off int64) (int, error) { return d.r.ReadAt(p, off) }

func cstr(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// printable says that s is all printable ASCII and not empty.
func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return s != ""
}

func sortStrings(s []string) { sort.Strings(s) }

func alignUp(n, a int64) int64 { return (n + a - 1) / a * a }

// at returns a text of a list by number, "" outside of it.
func at(s []string, i int) string {
	if i >= 0 && i < len(s) {
		return s[i]
	}
	return ""
}
