package unpack

import (
	"errors"
	"io"
)

// The compression of the UEFI specification: LZ77 with Huffman codes in
// blocks. Its two forms differ in how many bits count the position codes: 4
// (EFI 1.1) and 5 (Tiano). Nothing says which; the one that decodes is right.

var errTiano = errors.New("tiano: corrupt data")

const (
	tianoChars  = 510 // literals and lengths
	tianoExtra  = 19
	tianoCodeMx = 16
)

// tianoAny decodes b; plain is the size that must come out, or negative when only b says it.
func tianoAny(b []byte, plain int) ([]byte, error) {
	if len(b) < 8 {
		return nil, io.ErrUnexpectedEOF
	}
	packed, size := int(le.Uint32(b)), int(le.Uint32(b[4:]))
	if packed > len(b)-8 || plain >= 0 && plain != size {
		return nil, errTiano
	}
	if size > uefiPlain {
		return nil, limitf("section of %d bytes", size)
	}
	out, err := tiano(b[8:8+packed], size, 5)
	if err != nil {
		if other, e := tiano(b[8:8+packed], size, 4); e == nil {
			return other, nil
		}
	}
	return out, err
}

type tianoBits struct {
	b    []byte
	acc  uint64
	n    uint
	over int // bits taken beyond the end
}

func (t *tianoBits) peek(n uint) uint32 {
	for t.n < n {
		t.acc <<= 8
		if len(t.b) > 0 {
			t.acc |= uint64(t.b[0])
			t.b = t.b[1:]
		} else {
			t.over += 8
		}
		t.n += 8
	}
	return uint32(t.acc >> (t.n - n) & (1<<n - 1))
}

func (t *tianoBits) take(n uint) uint32 {
	if n == 0 {
		return 0
	}
	v := t.peek(n)
	t.n -= n
	return v
}

// tianoCode is a canonical Huffman code of at most 16 bits.
type tianoCode struct {
	only   int // the one symbol of an empty code, or -1
	first  [tianoCodeMx + 2]uint32
	index  [tianoCodeMx + 2]int
	count  [tianoCodeMx + 1]int
	symbol []int
}

func newTianoCode(lengths []byte) (*tianoCode, error) {
	c := &tianoCode{only: -1}
	for _, n := range lengths {
		if n > tianoCodeMx {
			return nil, errTiano
		}
		c.count[n]++
	}
	c.count[0] = 0
	code, at := uint32(0), 0
	for n := 1; n <= tianoCodeMx; n++ {
		c.first[n], c.index[n] = code, at
		code += uint32(c.count[n])
		at += c.count[n]
		if code > 1<<n {
			return nil, errTiano
		}
		code <<= 1
		for s, l := range lengths {
			if int(l) == n {
				c.symbol = append(c.symbol, s)
			}
		}
	}
	return c, nil
}

func (c *tianoCode) read(t *tianoBits) (int, error) {
	if c.only >= 0 {
		return c.only, nil
	}
	v := t.peek(tianoCodeMx)
	for n := 1; n <= tianoCodeMx; n++ {
		if k := int(v>>(tianoCodeMx-n)) - int(c.first[n]); k >= 0 && k < c.count[n] {
			t.take(uint(n))
			return c.symbol[c.index[n]+k], nil
		}
	}
	return 0, errTiano
}

// short reads the code of the lengths (special is 3) or of the positions (special is -1).
func (t *tianoBits) short(symbols int, width uint, special int) (*tianoCode, error) {
	n := int(t.take(width))
	if n == 0 {
		return &tianoCode{only: int(t.take(width))}, nil
	}
	if n > symbols {
		return nil, errTiano
	}
	lengths := make([]byte, symbols)
	for i := 0; i < n; {
		l := t.take(3)
		for l >= 7 && t.take(1) == 1 {
			if l++; l > tianoCodeMx {
				return nil, errTiano
			}
		}
		lengths[i] = byte(l)
		i++
		if i == special {
			i += int(t.take(2))
		}
	}
	return newTianoCode(lengths)
}

// chars reads the code of literals and lengths.
func (t *tianoBits) chars(extra *tianoCode) (*tianoCode, error) {
	n := int(t.take(9))
	if n == 0 {
		return &tianoCode{only: int(t.take(9))}, nil
	}
	if n > tianoChars {
		return nil, errTiano
	}
	lengths := make([]byte, tianoChars)
	for i := 0; i < n; {
		s, err := extra.read(t)
		if err != nil {
			return nil, err
		}
		switch s {
		case 0:
			i++
		case 1:
			i += 3 + int(t.take(4))
		case 2:
			i += 20 + int(t.take(9))
		default:
			lengths[i] = byte(s - 2)
			i++
		}
	}
	return newTianoCode(lengths)
}

func tiano(b []byte, size int, positionBits uint) ([]byte, error) {
	t := &tianoBits{b: b}
	out := make([]byte, 0, size)
	var chars, positions *tianoCode
	for left := 0; len(out) < size; left-- {
		if t.over > 64 {
			return out, io.ErrUnexpectedEOF
		}
		if left == 0 {
			left = int(t.take(16))
			if left == 0 {
				return out, errTiano
			}
			extra, err := t.short(tianoExtra, 5, 3)
			if err != nil {
				return out, err
			}
			if chars, err = t.chars(extra); err != nil {
				return out, err
			}
			if positions, err = t.short(1<<positionBits-1, positionBits, -1); err != nil {
				return out, err
			}
		}
		s, err := chars.read(t)
		if err != nil {
			return out, err
		}
		if s < 256 {
			out = append(out, byte(s))
			continue
		}
		p, err := positions.read(t)
		if err != nil {
			return out, err
		}
		back := p
		if p > 1 {
			back = 1<<(p-1) + int(t.take(uint(p-1)))
		}
		back++
		if back > len(out) {
			return out, errTiano
		}
		for n := min(s-256+3, size-len(out)); n > 0; n-- {
			out = append(out, out[len(out)-back])
		}
	}
	return out, nil
}
