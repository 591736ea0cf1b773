package unpack

import (
	"errors"
	"fmt"
	"io"
)

// LZX as cabinets have it, after the published description ([MS-PATCH] and the
// cabinet SDK's LZX.DOC): a window of 32 KiB to 2 MiB, three kinds of blocks,
// trees sent as differences to the last ones, frames of 32 KiB that each begin on
// a word, and the targets of x86 calls made absolute.

var errLZX = errors.New("lzx: corrupt data")

const (
	lzxFrame   = 32 << 10
	lzxLengths = 249
)

// lzxDecoder holds what goes on from frame to frame.
type lzxDecoder struct {
	bits   lzxBits
	win    []byte // the window, and the frame
	size   int    // of the window
	main   []byte // lengths of codes
	length []byte
	mainH  huffman
	lenH   huffman
	alignH huffman
	recent [3]int
	kind   int // of the block
	left   int // bytes of it to come
	odd    bool
	begun  bool
	calls  int32 // what the file's size was said to be, 0: calls are as they were
	frames int
}

func newLZX(windowBits uint16) (*lzxDecoder, error) {
	slots := map[uint16]int{15: 30, 16: 32, 17: 34, 18: 36, 19: 38, 20: 42, 21: 50}[windowBits]
	if slots == 0 {
		return nil, fmt.Errorf("lzx: a window of 2^%d bytes", windowBits)
	}
	return &lzxDecoder{size: 1 << windowBits, main: make([]byte, 256+8*slots), length: make([]byte, lzxLengths), recent: [3]int{1, 1, 1}}, nil
}

// lzxBits takes bits from the high end of little-endian words.
type lzxBits struct {
	in  []byte
	v   uint32
	n   uint
	err error
}

func (b *lzxBits) take(n uint) uint32 {
	var out uint32
	for n > 0 {
		if b.n == 0 {
			if len(b.in) < 2 {
				b.err = io.ErrUnexpectedEOF
				return 0
			}
			b.v, b.n, b.in = uint32(le.Uint16(b.in)), 16, b.in[2:]
		}
		k := min(n, b.n)
		out = out<<k | b.v>>(b.n-k)&(1<<k-1)
		b.n -= k
		n -= k
	}
	return out
}

func (b *lzxBits) symbol(h *huffman) int {
	code, first, index := 0, 0, 0
	for n := 1; n <= huffmanMax && b.err == nil; n++ {
		code |= int(b.take(1))
		c := h.count[n]
		if code < first+c {
			return int(h.symbol[index+code-first])
		}
		index, first, code = index+c, (first+c)<<1, code<<1
	}
	if b.err == nil {
		b.err = errLZX
	}
	return 0
}

// frame decodes the next n bytes from in, which is added to what was left.
func (d *lzxDecoder) frame(in []byte, n int) ([]byte, error) {
	b := &d.bits
	b.in = append(append([]byte(nil), b.in...), in...)
	if !d.begun {
		d.begun = true
		if b.take(1) != 0 {
			d.calls = int32(b.take(16)<<16 | b.take(16))
		}
	}
	if len(d.win) > 2*d.size+lzxFrame {
		d.win = d.win[:copy(d.win, d.win[len(d.win)-d.size:])]
	}
	start := len(d.win)
	for end := start + n; len(d.win) < end && b.err == nil; {
		if d.left == 0 {
			d.header()
			continue
		}
		d.run(min(d.left, end-len(d.win)))
		if len(d.win) > end {
			b.err = errLZX
		}
	}
	b.n = 0 // the next frame begins on a word
	out := append([]byte(nil), d.win[start:]...)
	if d.calls != 0 && d.frames < 1<<15 {
		lzxCalls(out, int32(d.frames*lzxFrame), d.calls)
	}
	d.frames++
	return out, b.err
}

// header begins a block.
func (d *lzxDecoder) header() {
	b := &d.bits
	if d.odd { // a block that was not packed is filled up to a word
		d.odd = false
		if len(b.in) > 0 {
			b.in = b.in[1:]
		}
	}
	d.kind = int(b.take(3))
	d.left = int(b.take(16)<<8 | b.take(8))
	switch {
	case b.err != nil:
	case d.kind == 3:
		if b.n == 0 { // at least one bit fills the word
			b.take(16)
		}
		b.n = 0
		if len(b.in) < 12 {
			b.err = io.ErrUnexpectedEOF
			return
		}
		for i := range d.recent {
			d.recent[i] = int(le.Uint32(b.in[4*i:]))
		}
		b.in, d.odd = b.in[12:], d.left&1 != 0
	case d.kind == 2 || d.kind == 1:
		d.trees()
	default:
		b.err = errLZX
	}
	if d.left == 0 && b.err == nil {
		b.err = errLZX
	}
}

func (d *lzxDecoder) trees() {
	if d.kind == 2 {
		var l [8]byte
		for i := range l {
			l[i] = byte(d.bits.take(3))
		}
		d.alignH = d.tree(l[:])
	}
	d.lengths(d.main[:256])
	d.lengths(d.main[256:])
	d.mainH = d.tree(d.main)
	d.lengths(d.length)
	d.lenH = d.tree(d.length)
}

func (d *lzxDecoder) tree(lengths []byte) huffman {
	h, ok := newHuffman(lengths)
	if !ok && d.bits.err == nil {
		d.bits.err = errLZX
	}
	return h
}

// lengths reads lengths of codes as differences to what they were.
func (d *lzxDecoder) lengths(l []byte) {
	b := &d.bits
	var pre [20]byte
	for i := range pre {
		pre[i] = byte(b.take(4))
	}
	h := d.tree(pre[:])
	for i := 0; i < len(l) && b.err == nil; {
		s, n, v := b.symbol(&h), 1, byte(0)
		switch s {
		case 17:
			n = 4 + int(b.take(4))
		case 18:
			n = 20 + int(b.take(5))
		case 19:
			n = 4 + int(b.take(1))
			v = byte((int(l[i]) + 17 - b.symbol(&h)%17) % 17)
		default:
			v = byte((int(l[i]) + 17 - s) % 17)
		}
		for ; n > 0 && i < len(l); n-- {
			l[i] = v
			i++
		}
	}
}

// run decodes n bytes of the block, or a few more when the last match is longer.
func (d *lzxDecoder) run(n int) {
	b := &d.bits
	if d.kind == 3 {
		if n > len(b.in) {
			b.err = io.ErrUnexpectedEOF
			n = len(b.in)
		}
		d.win = append(d.win, b.in[:n]...)
		b.in = b.in[n:]
		d.left -= n
		return
	}
	for end := len(d.win) + n; len(d.win) < end && b.err == nil; {
		s := b.symbol(&d.mainH)
		if s < 256 {
			d.win = append(d.win, byte(s))
			d.left--
			continue
		}
		k := (s - 256) & 7
		if k == 7 {
			k += b.symbol(&d.lenH)
		}
		k += 2
		at := d.offset((s - 256) >> 3)
		if b.err != nil || at <= 0 || at > len(d.win) || at > d.size || k > d.left {
			b.err = errors.Join(b.err, errLZX)
			return
		}
		for range k {
			d.win = append(d.win, d.win[len(d.win)-at])
		}
		d.left -= k
	}
}

// offset is how far back a match lies; the last three are kept.
func (d *lzxDecoder) offset(slot int) int {
	r := &d.recent
	if slot < 3 {
		r[0], r[slot] = r[slot], r[0]
		return r[0]
	}
	extra := lzxExtra(slot)
	v := 0
	if d.kind == 2 && extra >= 3 {
		v = int(d.bits.take(extra-3))<<3 + d.bits.symbol(&d.alignH)
	} else {
		v = int(d.bits.take(extra))
	}
	r[2], r[1], r[0] = r[1], r[0], lzxBase(slot)+v-2
	return r[0]
}

func lzxExtra(slot int) uint {
	if slot < 4 {
		return 0
	}
	return uint(min(slot/2-1, 17))
}

func lzxBase(slot int) int {
	base := 0
	for s := range slot {
		base += 1 << lzxExtra(s)
	}
	return base
}

// lzxCalls makes the targets of calls relative again, as a processor wants them.
func lzxCalls(b []byte, at, size int32) {
	for i := 0; i+10 < len(b); i++ {
		if b[i] != 0xe8 {
			continue
		}
		cur, to := at+int32(i), int32(le.Uint32(b[i+1:]))
		if to >= -cur && to < size {
			if to >= 0 {
				to -= cur
			} else {
				to += size
			}
			le.PutUint32(b[i+1:], uint32(to))
		}
		i += 4
	}
}
