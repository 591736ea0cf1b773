package unpack

import (
	"errors"
	"io"

	"github.com/bodgit/sevenzip"
)

// Filters of 7z the library lacks: branches of ARM Thumb and IA-64 that the
// packer made absolute, after the format's public-domain description.

func init() {
	sevenzip.RegisterDecompressor([]byte{3, 3, 4, 1}, branchFilter(ia64Branches))
	sevenzip.RegisterDecompressor([]byte{3, 3, 7, 1}, branchFilter(thumbBranches))
}

// branches makes the branches in b, which begins at ip, relative again, and
// returns how many bytes are done; the rest wants more behind it.
type branches func(b []byte, ip uint32) int

func branchFilter(f branches) sevenzip.Decompressor {
	return func(_ []byte, _ uint64, in []io.ReadCloser) (io.ReadCloser, error) {
		if len(in) != 1 {
			return nil, errors.New("a branch filter wants one stream")
		}
		return &branchReader{ReadCloser: in[0], f: f}, nil
	}
}

type branchReader struct {
	io.ReadCloser
	f    branches
	buf  []byte
	done int // of buf, what may be read
	ip   uint32
	err  error
}

// Read implements io.Reader.
func (r *branchReader) Read(p []byte) (int, error) {
	for r.done == 0 && r.err == nil {
		at := len(r.buf)
		r.buf = append(r.buf, make([]byte, 32<<10)...)
		var n int
		n, r.err = io.ReadFull(r.ReadCloser, r.buf[at:])
		r.buf = r.buf[:at+n]
		if errors.Is(r.err, io.ErrUnexpectedEOF) {
			r.err = io.EOF
		}
		r.done = r.f(r.buf, r.ip)
		r.ip += uint32(r.done)
		if r.err != nil {
			r.done = len(r.buf)
		}
	}
	if r.done == 0 {
		return 0, r.err
	}
	n := copy(p, r.buf[:r.done])
	r.buf, r.done = r.buf[n:], r.done-n
	return n, nil
}

func thumbBranches(b []byte, ip uint32) int {
	i := 0
	for ; i+4 <= len(b); i += 2 {
		if b[i+1]&0xf8 != 0xf0 || b[i+3]&0xf8 != 0xf8 {
			continue
		}
		v := uint32(b[i+1]&7)<<19 | uint32(b[i])<<11 | uint32(b[i+3]&7)<<8 | uint32(b[i+2])
		v = (v<<1 - (ip + uint32(i) + 4)) >> 1
		b[i+1], b[i], b[i+3], b[i+2] = 0xf0|byte(v>>19)&7, byte(v>>11), 0xf8|byte(v>>8)&7, byte(v)
		i += 2
	}
	return min(i, len(b))
}

// ia64Slots says by the template of a bundle which of its three slots can branch.
var ia64Slots = [32]byte{16: 4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0}

func ia64Branches(b []byte, ip uint32) int {
	i := 0
	for ; i+16 <= len(b); i += 16 {
		slots := ia64Slots[b[i]&0x1f]
		for slot, bit := 0, 5; slot < 3; slot, bit = slot+1, bit+41 {
			if slots>>slot&1 == 0 {
				continue
			}
			at, low := b[i+bit>>3:], bit&7
			var word uint64
			for k := range 6 {
				word |= uint64(at[k]) << (8 * k)
			}
			v := word >> low
			if v>>37&15 != 5 || v>>9&7 != 0 {
				continue
			}
			to := uint32(v>>13&0xfffff | v>>36&1<<20)
			to = (to<<4 - (ip + uint32(i))) >> 4
			v = v&^(0x8fffff<<13) | uint64(to&0xfffff)<<13 | uint64(to&0x100000)<<16
			word = word&(1<<low-1) | v<<low
			for k := range 6 {
				at[k] = byte(word >> (8 * k))
			}
		}
	}
	return i
}
