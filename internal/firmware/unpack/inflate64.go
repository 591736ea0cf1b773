package unpack

import (
	"bufio"
	"errors"
	"io"
)

// Deflate64, method 9 of zip: deflate with a window of 64 KiB, two more
// distances, and a last length of sixteen bits. After PKWARE's APPNOTE.

var errInflate64 = errors.New("deflate64: corrupt data")

const window64 = 64 << 10

// huffmanMax is the length of the longest code any of our formats has.
const huffmanMax = 16

// huffman decodes canonical codes: how many of each length, and the symbols in order.
type huffman struct {
	count  [huffmanMax + 1]int
	symbol []uint16
}

func newHuffman(lengths []byte) (huffman, bool) {
	h := huffman{symbol: make([]uint16, len(lengths))}
	for _, n := range lengths {
		if n > huffmanMax {
			return h, false
		}
		h.count[n]++
	}
	h.count[0] = 0
	left, at := 1, [huffmanMax + 2]int{}
	for n := 1; n <= huffmanMax; n++ {
		if left = left<<1 - h.count[n]; left < 0 {
			return h, false
		}
		at[n+1] = at[n] + h.count[n]
	}
	for s, n := range lengths {
		if n != 0 {
			h.symbol[at[n]] = uint16(s)
			at[n]++
		}
	}
	return h, true
}

type inflater64 struct {
	in   *bufio.Reader
	bits uint32
	n    uint
	w    io.Writer
	win  []byte // window and what is not written yet
	done int    // of win, what is written
	err  error
}

func (f *inflater64) take(n uint) uint32 {
	for f.n < n {
		b, err := f.in.ReadByte()
		if err != nil {
			f.err = io.ErrUnexpectedEOF
			return 0
		}
		f.bits |= uint32(b) << f.n
		f.n += 8
	}
	v := f.bits & (1<<n - 1)
	f.bits >>= n
	f.n -= n
	return v
}

func (f *inflater64) decode(h *huffman) int {
	code, first, index := 0, 0, 0
	for n := 1; n <= huffmanMax && f.err == nil; n++ {
		code |= int(f.take(1))
		c := h.count[n]
		if code < first+c {
			return int(h.symbol[index+code-first])
		}
		index, first, code = index+c, (first+c)<<1, code<<1
	}
	if f.err == nil {
		f.err = errInflate64
	}
	return 0
}

// flush writes what was decoded and keeps a window of it.
func (f *inflater64) flush() error {
	if _, err := f.w.Write(f.win[f.done:]); err != nil {
		return err
	}
	if f.done = len(f.win); f.done > window64 {
		n := copy(f.win, f.win[f.done-window64:])
		f.win, f.done = f.win[:n], n
	}
	return nil
}

// inflate64 decodes one stream from r to w.
func inflate64(w io.Writer, r io.Reader) error {
	f := &inflater64{in: bufio.NewReader(r), w: w, win: make([]byte, 0, 4*window64)}
	for last := false; !last; {
		last = f.take(1) != 0
		switch kind := f.take(2); {
		case f.err != nil:
		case kind == 0:
			f.stored()
		case kind == 1:
			f.block(fixedCodes())
		case kind == 2:
			f.block(f.codes())
		default:
			f.err = errInflate64
		}
		if err := f.flush(); err != nil {
			return err
		}
		if f.err != nil {
			return f.err
		}
	}
	return nil
}

func (f *inflater64) stored() {
	f.bits, f.n = 0, 0
	var h [4]byte
	if _, err := io.ReadFull(f.in, h[:]); err != nil {
		f.err = io.ErrUnexpectedEOF
		return
	}
	n := int(le.Uint16(h[:]))
	if le.Uint16(h[2:]) != ^uint16(n) {
		f.err = errInflate64
		return
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(f.in, b); err != nil {
		f.err = io.ErrUnexpectedEOF
		return
	}
	f.win = append(f.win, b...)
}

func fixedCodes() (lengths, distances huffman) {
	l := make([]byte, 288)
	for i := range l {
		switch {
		case i < 144:
			l[i] = 8
		case i < 256:
			l[i] = 9
		case i < 280:
			l[i] = 7
		default:
			l[i] = 8
		}
	}
	d := make([]byte, 32)
	for i := range d {
		d[i] = 5
	}
	lengths, _ = newHuffman(l)
	distances, _ = newHuffman(d)
	return lengths, distances
}

// codes reads the tables of a block that brings its own.
func (f *inflater64) codes() (lengths, distances huffman) {
	nl, nd, nc := int(f.take(5))+257, int(f.take(5))+1, int(f.take(4))+4
	order := [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
	var cl [19]byte
	for _, i := range order[:nc] {
		cl[i] = byte(f.take(3))
	}
	h, ok := newHuffman(cl[:])
	all := make([]byte, 0, nl+nd)
	for ok && f.err == nil && len(all) < nl+nd {
		switch s := f.decode(&h); {
		case s < 16:
			all = append(all, byte(s))
		case s == 16 && len(all) == 0:
			ok = false
		case s == 16:
			all = repeat(all, all[len(all)-1], 3+int(f.take(2)))
		case s == 17:
			all = repeat(all, 0, 3+int(f.take(3)))
		default:
			all = repeat(all, 0, 11+int(f.take(7)))
		}
	}
	if !ok || len(all) != nl+nd {
		f.err = errors.Join(f.err, errInflate64)
		return lengths, distances
	}
	lengths, ok = newHuffman(all[:nl])
	distances, ok2 := newHuffman(all[nl:])
	if !ok || !ok2 {
		f.err = errInflate64
	}
	return lengths, distances
}

func repeat(b []byte, v byte, n int) []byte {
	for range n {
		b = append(b, v)
	}
	return b
}

// block decodes symbols until the end of the block.
func (f *inflater64) block(lengths, distances huffman) {
	for f.err == nil {
		s := f.decode(&lengths)
		switch {
		case f.err != nil || s == 256:
			return
		case s < 256:
			f.win = append(f.win, byte(s))
		default:
			n := f.length(s - 257)
			f.copy(f.distance(f.decode(&distances)), n)
		}
		if len(f.win) > 3*window64 {
			if err := f.flush(); err != nil {
				f.err = err
			}
		}
	}
}

func (f *inflater64) length(s int) int {
	switch {
	case s < 8:
		return s + 3
	case s == 28:
		return 3 + int(f.take(16))
	case s > 28:
		f.err = errInflate64
		return 0
	}
	extra := uint(s/4 - 1)
	return 3 + (4+s%4)<<extra + int(f.take(extra))
}

func (f *inflater64) distance(s int) int {
	if s < 4 {
		return s + 1
	}
	extra := uint(s/2 - 1)
	return 1 + (2+s%2)<<extra + int(f.take(extra))
}

func (f *inflater64) copy(dist, n int) {
	if f.err != nil {
		return
	}
	if dist > len(f.win) {
		f.err = errInflate64
		return
	}
	for range n {
		f.win = append(f.win, f.win[len(f.win)-dist])
	}
}
