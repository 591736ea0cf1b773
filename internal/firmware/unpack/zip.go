package unpack

import (
	"bytes"
	"compress/bzip2"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"sort"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
)

// zip after PKWARE's APPNOTE, read from the central directory; where that is
// missing, from the local headers. One camera maker writes "DH" for the first "PK".
type zipEntry struct {
	name            string
	method, flags   uint16
	crc             uint32
	csize, size     int64
	local, dataAt   int64 // from the start of the archive
	attr            uint32
	unix, truncated bool
}

func probeZip(d *data, off int64) *claim { return zipClaim(d, off, "zip") }

func probeDHZip(d *data, off int64) *claim { return zipClaim(d, off, "dhzip") }

func zipClaim(d *data, off int64, format string) *claim {
	h := d.at(off, 30)
	if h == nil || le.Uint16(h[4:]) > 100 || le.Uint16(h[26:]) == 0 || le.Uint16(h[26:]) > 1024 {
		return nil
	}
	if name := d.at(off+30, int(le.Uint16(h[26:]))); name == nil || bytes.IndexByte(name, 0) >= 0 {
		return nil
	}
	end, cd, n := zipEnd(d, off)
	c := &claim{off: off, length: end - off, format: format, conf: Structural}
	if end < 0 {
		c.length = -1
	}
	c.extract = func(x *xtr) error {
		var list []zipEntry
		var err error
		if end < 0 {
			x.warn(Truncated, "the central directory is missing: read from the local headers")
			list, x.r.Length = zipLocals(x.d, off)
		} else {
			list, err = zipCentral(x.d, off, cd, n)
		}
		if err != nil {
			x.warn(Partial, "%v", err)
		}
		return extractZip(x, off, list)
	}
	return c
}

// zipEnd finds the end record that belongs to the archive starting at off.
func zipEnd(d *data, off int64) (end, cd int64, n int) {
	const step = 1 << 20
	for pos := off; pos < d.size; pos += step {
		b := d.upto(pos, step+22)
		for i := 0; ; {
			j := bytes.Index(b[i:], []byte("PK\x05\x06"))
			if j < 0 || i+j+22 > len(b) {
				break
			}
			i += j
			at := pos + int64(i)
			size, rel := int64(le.Uint32(b[i+12:])), int64(le.Uint32(b[i+16:]))
			// The directory lies where it says, or straight before this record.
			if off+rel+size == at && d.u32(le, off+rel) == 0x02014b50 {
				return at + 22 + int64(le.Uint16(b[i+20:])), off + rel, int(le.Uint16(b[i+10:]))
			}
			if cd := at - size; rel == 0xffffffff && cd > off && d.u32(le, cd) == 0x02014b50 && d.u32(le, cd+42) == 0 {
				return at + 22 + int64(le.Uint16(b[i+20:])), cd, int(le.Uint16(b[i+10:])) // a packer that cannot seek wrote no longer record
			}
			if cd, n, ok := zip64End(d, off, at); ok {
				return at + 22 + int64(le.Uint16(b[i+20:])), cd, n
			}
			i += 4
		}
	}
	return -1, 0, 0
}

// zip64End finds the directory by the longer end record, which stands before
// the end record at end and is pointed to from between them.
func zip64End(d *data, off, end int64) (cd int64, n int, ok bool) {
	loc := d.at(end-20, 20)
	if loc == nil || string(loc[:4]) != "PK\x06\x07" {
		return 0, 0, false
	}
	at := le.Uint64(loc[8:])
	if at > uint64(d.size-off) {
		return 0, 0, false
	}
	r := d.at(off+int64(at), 56)
	if r == nil || string(r[:4]) != "PK\x06\x06" {
		return 0, 0, false
	}
	count, size, rel := le.Uint64(r[32:]), le.Uint64(r[40:]), le.Uint64(r[48:])
	if count > size/46 || rel > at || size > at || rel+size != at {
		return 0, 0, false
	}
	return off + int64(rel), int(count), true
}

func zipCentral(d *data, off, pos int64, n int) ([]zipEntry, error) {
	var out []zipEntry
	for i := range n {
		h := d.at(pos, 46)
		if h == nil || le.Uint32(h) != 0x02014b50 {
			return out, fmt.Errorf("central directory: entry %d of %d is not there", i, n)
		}
		e := zipEntry{flags: le.Uint16(h[8:]), method: le.Uint16(h[10:]), crc: le.Uint32(h[16:]), csize: int64(le.Uint32(h[20:])),
			size: int64(le.Uint32(h[24:])), local: int64(le.Uint32(h[42:])), attr: le.Uint32(h[38:]), unix: h[5] == 3}
		nl, xl, cl := int64(le.Uint16(h[28:])), int64(le.Uint16(h[30:])), int64(le.Uint16(h[32:]))
		e.name = string(d.at(pos+46, int(nl)))
		zip64(&e, d.at(pos+46+nl, int(xl)))
		pos += 46 + nl + xl + cl
		l := d.at(off+e.local, 30)
		if l == nil {
			e.truncated = true
		} else {
			e.dataAt = e.local + 30 + int64(le.Uint16(l[26:])) + int64(le.Uint16(l[28:]))
		}
		out = append(out, e)
	}
	return out, nil
}

func zip64(e *zipEntry, x []byte) {
	for len(x) >= 4 {
		id, n := le.Uint16(x), int(le.Uint16(x[2:]))
		if 4+n > len(x) {
			return
		}
		if f := x[4 : 4+n]; id == 1 {
			for _, v := range []*int64{&e.size, &e.csize, &e.local} {
				if *v == 0xffffffff && len(f) >= 8 {
					*v = int64(le.Uint64(f))
					f = f[8:]
				}
			}
		}
		x = x[4+n:]
	}
}

// zipLocals walks local headers whose sizes are known.
func zipLocals(d *data, off int64) ([]zipEntry, int64) {
	var out []zipEntry
	pos := off
	for {
		h := d.at(pos, 30)
		if h == nil || le.Uint32(h) != 0x04034b50 && !(pos == off && string(h[:4]) == "DH\x03\x04") {
			break
		}
		e := zipEntry{flags: le.Uint16(h[6:]), method: le.Uint16(h[8:]), crc: le.Uint32(h[14:]), csize: int64(le.Uint32(h[18:])), size: int64(le.Uint32(h[22:])), local: pos - off}
		nl, xl := int64(le.Uint16(h[26:])), int64(le.Uint16(h[28:]))
		e.name = string(d.at(pos+30, int(nl)))
		e.dataAt = e.local + 30 + nl + xl
		zip64(&e, d.at(pos+30+nl, int(xl)))
		pos = off + e.dataAt + e.csize
		if e.flags&8 != 0 {
			if pos = zipBehind(d, off, &e); pos < 0 {
				e.csize, e.truncated = d.size-off-e.dataAt, true
				return append(out, e), d.size - off
			}
		}
		out = append(out, e)
	}
	return out, max(min(pos, d.size)-off, 30)
}

// zipBehind finds the record of sizes behind an entry's data: its size must be
// how far it is away. It fills the entry in and returns where the record ends, -1 without one.
func zipBehind(d *data, off int64, e *zipEntry) int64 {
	const step = 1 << 20
	from := off + e.dataAt
	for pos := from; pos < d.size; pos += step {
		b := d.upto(pos, step+24)
		for i := 0; ; i += 4 {
			j := bytes.Index(b[i:], []byte("PK\x07\x08"))
			if j < 0 || i+j+16 > len(b) {
				break
			}
			i += j
			r, n := b[i:], pos+int64(i)-from
			wide := len(r) >= 24 && int64(le.Uint64(r[8:])) == n
			if !wide && int64(le.Uint32(r[8:])) != n {
				continue
			}
			e.crc, e.csize = le.Uint32(r[4:]), n
			if wide {
				e.size = int64(le.Uint64(r[16:]))
				return from + n + 24
			}
			e.size = int64(le.Uint32(r[12:]))
			return from + n + 16
		}
	}
	return -1
}

func extractZip(x *xtr, off int64, list []zipEntry) error {
	over := zipOverlaps(list)
	for i := range list {
		e := &list[i]
		n := Node{Path: e.name, Kind: File, Mode: 0o644}
		if e.unix {
			n.Mode = e.attr >> 16 & 07777
			if m := e.attr >> 16; knownMode(m) {
				n.Kind = unixKind(m)
			}
		}
		if len(e.name) > 0 && e.name[len(e.name)-1] == '/' {
			n.Kind = Dir
		}
		if n.Kind == Dir {
			if err := x.meta(n); err != nil {
				return err
			}
			continue
		}
		if over[i] {
			n.State, n.Reason = LimitHit, "overlaps another entry: refused"
			x.warn(LimitHit, "%q overlaps another entry: refused", e.name)
			if err := x.meta(n); err != nil {
				return err
			}
			continue
		}
		if err := zipFile(x, off, e, n); err != nil {
			return err
		}
	}
	return nil
}

func zipFile(x *xtr, off int64, e *zipEntry, n Node) error {
	if e.flags&1 != 0 {
		st := measure(x.d, off+e.dataAt, min(e.csize, x.d.size-off-e.dataAt))
		n.Size, n.State = e.size, Encrypted
		n.Reason = fmt.Sprintf("entry is marked encrypted; entropy %.3f bits a byte over %d bytes", st.entropy, e.csize)
		x.warn(Encrypted, "%q: %s", e.name, n.Reason)
		return x.meta(n)
	}
	if n.Kind == Symlink {
		b, err := readMax(zipReader(x.d, off, e), 4096)
		n.Link = string(b)
		if err != nil {
			x.warn(Partial, "%q: %v", e.name, err)
		}
		return x.meta(n)
	}
	_, err := x.later(n, func(w io.Writer) error {
		in := newCounter(zipRaw(x.d, off, e))
		watch(w, in.used)
		h := crc32.NewIEEE()
		if err := zipDecode(io.MultiWriter(w, h), in, e); err != nil {
			return err
		}
		if e.truncated && e.method == 0 {
			return fmt.Errorf("where it ends is not in the image: %w", io.ErrUnexpectedEOF)
		}
		return zipCRC(h, e)
	})
	return err
}

func zipCRC(h hash.Hash32, e *zipEntry) error {
	if h.Sum32() != e.crc && e.crc != 0 && !e.truncated {
		return fmt.Errorf("checksum: has %08x, says %08x", h.Sum32(), e.crc)
	}
	return nil
}

func zipRaw(d *data, off int64, e *zipEntry) io.Reader { return d.reader(off+e.dataAt, e.csize) }

func zipReader(d *data, off int64, e *zipEntry) io.Reader {
	pr, pw := io.Pipe()
	go func() {
		defer func() {
			if p := recover(); p != nil {
				pw.CloseWithError(fmt.Errorf("internal error: %v", p))
			}
		}()
		pw.CloseWithError(zipDecode(pw, newCounter(zipRaw(d, off, e)), e))
	}()
	return pr
}

// zipMethods are those that are not opened.
var zipMethods = map[uint16]string{1: "Shrink", 6: "Implode", 10: "PKWARE's DCL", 19: "LZ77 of z/OS", 96: "JPEG", 97: "WavPack", 98: "PPMd", 99: "AES encryption"}

func zipDecode(w io.Writer, in *counter, e *zipEntry) error {
	switch e.method {
	case 0:
		n, err := io.Copy(w, in)
		if err == nil && n < e.csize {
			err = io.ErrUnexpectedEOF
		}
		return err
	case 8:
		return flateRaw(w, in)
	case 9:
		return inflate64(w, in)
	case 12:
		_, err := io.Copy(w, bzip2.NewReader(in))
		return err
	case 14:
		h := make([]byte, 9)
		if _, err := io.ReadFull(in, h); err != nil {
			return err
		}
		p, ok := lzmaPropsOf(h[4])
		if !ok {
			return errLZMA
		}
		_, err := lzmaStream(w, in, p, int64(le.Uint32(h[5:])), e.size)
		return err
	case 93:
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return err
		}
		defer z.Close()
		_, err = io.Copy(w, z)
		return err
	case 95:
		z, err := xz.NewReader(in, maxDict)
		if err == nil {
			_, err = io.Copy(w, z)
		}
		return err
	}
	if name := zipMethods[e.method]; name != "" {
		return fmt.Errorf("compressed with %s (method %d): recognised, not opened", name, e.method)
	}
	return fmt.Errorf("compression method %d is not known", e.method)
}

// zipOverlaps finds entries whose data lies over that of an earlier one.
func zipOverlaps(list []zipEntry) map[int]bool {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return list[order[a]].local < list[order[b]].local })
	over := map[int]bool{}
	end := int64(-1)
	for _, i := range order {
		e := &list[i]
		if e.local < end {
			over[i] = true
			continue
		}
		end = max(end, e.dataAt+e.csize)
	}
	return over
}

func bzip2Reader(r io.Reader) io.Reader { return bzip2.NewReader(r) }
