package unpack

import (
	"errors"
	"io"
)

// Deflate (RFC 1951), and Deflate64 after PKWARE's APPNOTE: the same with a
// window of 64 KiB, two more distances and a last length of sixteen bits. Our
// own, as it takes less than half the time of the libraries' and serves blocks
// without a window for each.

var errInflate = errors.New("deflate: corrupt data")

type inflater struct {
	in  []byte
	pos int
	// more yields the next piece of input, nil at its end.
	more func() []byte
	used int64 // bytes of input in earlier pieces

	bits uint64 // the next n bits of input, the first lowest
	n    uint

	wide     bool // Deflate64
	last     bool // the block is the last
	inBlock  bool
	ended    bool
	stored   int // bytes left of a block that is not coded
	copyLen  int // rest of a copy that did not fit
	copyDist int
	codes    *deflateCodes
	own      deflateCodes
	lengths  [320]byte
	small    codeTable // of the lengths of codes
}

// reset begins a stream in in.
func (f *inflater) reset(in []byte, more func() []byte, wide bool) {
	f.in, f.pos, f.more, f.used, f.bits, f.n, f.wide = in, 0, more, 0, 0, 0, wide
	f.restart()
}

// restart begins a further stream where the input stands.
func (f *inflater) restart() {
	f.last, f.inBlock, f.ended, f.stored, f.copyLen = false, false, false, 0, 0
}

// consumed is how many bytes of input were used so far, whole or in part.
func (f *inflater) consumed() int64 { return f.used + int64(f.pos) - int64(f.n/8) }

// need has at least n bits at hand, n at most 56, unless the input ends before.
func (f *inflater) need(n uint) bool {
	for f.n < n {
		if f.pos == len(f.in) {
			if f.more == nil {
				return false
			}
			f.used += int64(len(f.in))
			f.in, f.pos = f.more(), 0
			if len(f.in) == 0 {
				return false
			}
		}
		f.bits |= uint64(f.in[f.pos]) << f.n
		f.pos++
		f.n += 8
	}
	return true
}

func (f *inflater) drop(n uint) {
	f.bits >>= n
	f.n -= n
}

// take returns n bits, zero at the end of the input.
func (f *inflater) take(n uint) uint32 {
	if !f.need(n) {
		f.bits, f.n = 0, 0
		return 0
	}
	v := uint32(f.bits) & (1<<n - 1)
	f.drop(n)
	return v
}

// symbol decodes one code without its extra bits.
func (f *inflater) symbol(t *codeTable) (uint32, error) {
	f.need(codeMax)
	e := t.find(f.bits)
	switch n := uint(e & 15); {
	case n > f.n:
		return 0, io.ErrUnexpectedEOF
	case e == 0 && f.n < codeMax:
		return 0, io.ErrUnexpectedEOF
	case e == 0:
		return 0, errInflate
	default:
		f.drop(n)
		return e, nil
	}
}

// value completes the entry of a length or distance by its extra bits.
func (f *inflater) value(e uint32) (int, error) {
	extra := uint(e >> 4 & 31)
	if !f.need(extra) {
		return 0, io.ErrUnexpectedEOF
	}
	return int(e>>16) + int(f.take(extra)), nil
}

// run appends to out, whose earlier bytes are the window, until the end of the
// stream, which ended then says, until cap(out), or an error.
func (f *inflater) run(out []byte) ([]byte, error) {
	for !f.ended {
		var err error
		switch {
		case f.copyLen > 0:
			out, err = f.copy(out)
		case !f.inBlock && f.last:
			f.ended = true
		case !f.inBlock:
			err = f.begin()
		case len(out) == cap(out):
			return out, nil
		case f.stored >= 0:
			out, err = f.plain(out)
		default:
			if out, err = f.coded(out); err == nil && f.inBlock && f.copyLen == 0 && len(out) < cap(out) {
				out, err = f.step(out)
			}
		}
		if err != nil {
			return out, err
		}
		if f.copyLen > 0 && len(out) == cap(out) {
			return out, nil
		}
	}
	return out, nil
}

// begin reads the head of a block.
func (f *inflater) begin() error {
	if !f.need(3) {
		return io.ErrUnexpectedEOF
	}
	f.last, f.inBlock, f.stored = f.take(1) != 0, true, -1
	switch f.take(2) {
	case 0:
		f.drop(f.n & 7)
		if !f.need(32) {
			return io.ErrUnexpectedEOF
		}
		n := f.take(16)
		if f.take(16) != ^n&0xffff {
			return errInflate
		}
		f.stored = int(n)
		return nil
	case 1:
		if f.codes = fixedDeflate(); f.wide {
			f.codes = fixedDeflate64()
		}
		return nil
	case 2:
		return f.ownCodes()
	}
	return errInflate
}

// ownCodes reads the tables of a block that brings its own.
func (f *inflater) ownCodes() error {
	if !f.need(14) {
		return io.ErrUnexpectedEOF
	}
	nl, nd, nc := int(f.take(5))+257, int(f.take(5))+1, int(f.take(4))+4
	if !f.wide && (nl > 286 || nd > 30) {
		return errInflate
	}
	order := [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
	var small [19]byte
	for _, i := range order[:nc] {
		if !f.need(3) {
			return io.ErrUnexpectedEOF
		}
		small[i] = byte(f.take(3))
	}
	if !f.small.build(small[:], 7, smallMeanings) {
		return errInflate
	}
	all := f.lengths[:0]
	for len(all) < nl+nd {
		e, err := f.symbol(&f.small)
		if err != nil {
			return err
		}
		s, again, v := byte(e>>16), 1, byte(0)
		switch {
		case s < 16:
			v = s
		case s == 16 && len(all) == 0:
			return errInflate
		case s == 16:
			again, v = 3+int(f.take(2)), all[len(all)-1]
		case s == 17:
			again = 3 + int(f.take(3))
		default:
			again = 11 + int(f.take(7))
		}
		if len(all)+again > nl+nd {
			return errInflate
		}
		for range again {
			all = append(all, v)
		}
	}
	if all[256] == 0 {
		return errInflate // a block without end
	}
	if f.codes = &f.own; !f.own.build(all[:nl], all[nl:], f.wide) {
		return errInflate
	}
	return nil
}

// plain copies bytes of a block that is not coded.
func (f *inflater) plain(out []byte) ([]byte, error) {
	for f.stored > 0 && len(out) < cap(out) {
		if f.n > 0 || f.pos == len(f.in) {
			if !f.need(8) {
				return out, io.ErrUnexpectedEOF
			}
			out = append(out, byte(f.take(8)))
			f.stored--
			continue
		}
		n := min(f.stored, cap(out)-len(out), len(f.in)-f.pos)
		out = append(out, f.in[f.pos:f.pos+n]...)
		f.pos += n
		f.stored -= n
	}
	if f.stored == 0 {
		f.inBlock = false
	}
	return out, nil
}

// step decodes one symbol, taking care of the ends of input and output.
func (f *inflater) step(out []byte) ([]byte, error) {
	e, err := f.symbol(&f.codes.lit)
	if err != nil {
		return out, err
	}
	switch e & codeKinds {
	case codeLiteral:
		return append(out, byte(e>>16)), nil
	case codeEnd:
		f.inBlock = false
		return out, nil
	case codeCopy:
	default:
		return out, errInflate
	}
	n, err := f.value(e)
	if err != nil {
		return out, err
	}
	if e, err = f.symbol(&f.codes.dist); err != nil {
		return out, err
	}
	if e&codeKinds != codeCopy {
		return out, errInflate
	}
	if f.copyDist, err = f.value(e); err != nil {
		return out, err
	}
	f.copyLen = n
	return f.copy(out)
}

// copy goes on with a copy, as far as there is room.
func (f *inflater) copy(out []byte) ([]byte, error) {
	if f.copyDist > len(out) {
		return out, errInflate
	}
	n := min(f.copyLen, cap(out)-len(out))
	f.copyLen -= n
	for n > 0 {
		k := min(n, f.copyDist)
		from := len(out) - f.copyDist
		out = append(out, out[from:from+k]...)
		n -= k
	}
	return out, nil
}
