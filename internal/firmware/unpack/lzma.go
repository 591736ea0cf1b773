package unpack

import (
	"errors"
	"fmt"
	"io"
)

// An LZMA decoder of our own, after the published LZMA specification: routers
// use streams without headers, with 5-byte headers, without end markers and
// with wrong sizes, which the stream libraries refuse.

var errLZMA = errors.New("lzma: corrupt data")

// errLZMAEnd: the input ended where an encoder ends it, with nothing left in
// the range coder, before the size asked for. A few zeros may be decoded too many.
var errLZMAEnd = fmt.Errorf("lzma: ends before its size: %w", io.ErrUnexpectedEOF)

// lzmaProps are the parameters of a stream.
type lzmaProps struct{ lc, lp, pb int }

func lzmaPropsOf(b byte) (lzmaProps, bool) {
	if b >= 225 {
		return lzmaProps{}, false
	}
	return lzmaProps{lc: int(b % 9), lp: int(b / 9 % 5), pb: int(b / 45)}, true
}

type lzmaLen struct {
	choice, choice2 uint16
	low, mid        [16][8]uint16
	high            [256]uint16
}

type lzmaDecoder struct {
	in  []byte
	pos int
	// more yields the next piece of input, nil at its end.
	more func() []byte
	eof  bool
	used int64 // bytes of input in earlier pieces

	rng, code uint32
	props     lzmaProps

	lit                    []uint16
	isMatch                [12 << 4]uint16
	isRep, isRepG0         [12]uint16
	isRepG1, isRepG2       [12]uint16
	isRep0Long             [12 << 4]uint16
	slot                   [4][64]uint16
	special                [128]uint16
	align                  [16]uint16
	length, repLen         lzmaLen
	state                  int
	rep0, rep1, rep2, rep3 uint32
	copyLen                int // rest of a match that did not fit
	ended                  bool
}

func resetProbs(p []uint16) {
	for i := range p {
		p[i] = 1024
	}
}

func (l *lzmaLen) reset() {
	l.choice, l.choice2 = 1024, 1024
	for i := range l.low {
		resetProbs(l.low[i][:])
		resetProbs(l.mid[i][:])
	}
	resetProbs(l.high[:])
}

// init starts a stream of its own.
func (d *lzmaDecoder) init(p lzmaProps) error {
	d.reset(p)
	return d.start()
}

// reset forgets what was learned of the data before.
func (d *lzmaDecoder) reset(p lzmaProps) {
	d.props = p
	n := 0x300<<(p.lc+p.lp) + 0x100 // the last context is looked at as 0x400 values too
	if cap(d.lit) >= n {
		d.lit = d.lit[:n]
	} else {
		d.lit = make([]uint16, n)
	}
	resetProbs(d.lit)
	for _, t := range [][]uint16{d.isMatch[:], d.isRep[:], d.isRepG0[:], d.isRepG1[:], d.isRepG2[:], d.isRep0Long[:], d.special[:], d.align[:]} {
		resetProbs(t)
	}
	for i := range d.slot {
		resetProbs(d.slot[i][:])
	}
	d.length.reset()
	d.repLen.reset()
	d.state, d.rep0, d.rep1, d.rep2, d.rep3, d.copyLen, d.ended = 0, 0, 0, 0, 0, 0, false
}

// start reads the five bytes of the range coder.
func (d *lzmaDecoder) start() error {
	d.rng, d.code = 0xffffffff, 0
	if d.next() != 0 {
		return errLZMA
	}
	for range 4 {
		d.code = d.code<<8 | uint32(d.next())
	}
	if d.eof {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (d *lzmaDecoder) next() byte {
	if d.pos == len(d.in) && !d.refill() {
		return 0
	}
	b := d.in[d.pos]
	d.pos++
	return b
}

func (d *lzmaDecoder) refill() bool {
	if d.more != nil {
		d.used += int64(len(d.in))
		d.in, d.pos = d.more(), 0
		if len(d.in) > 0 {
			return true
		}
	}
	d.eof = true
	return false
}

// consumed is the number of input bytes used so far.
func (d *lzmaDecoder) consumed() int64 { return d.used + int64(d.pos) }

func (d *lzmaDecoder) bit(p *uint16) uint32 {
	if d.rng < 1<<24 {
		d.rng <<= 8
		d.code = d.code<<8 | uint32(d.next())
	}
	v := *p
	bound := (d.rng >> 11) * uint32(v)
	if d.code < bound {
		d.rng = bound
		*p = v + (2048-v)>>5
		return 0
	}
	d.rng -= bound
	d.code -= bound
	*p = v - v>>5
	return 1
}

func (d *lzmaDecoder) direct(n int) uint32 {
	var v uint32
	rng, code := d.rng, d.code
	for ; n > 0; n-- {
		if rng < 1<<24 {
			rng, code = rng<<8, code<<8|uint32(d.next())
		}
		rng >>= 1
		code -= rng
		t := 0 - code>>31
		code += rng & t
		v = v<<1 + t + 1
	}
	d.rng, d.code = rng, code
	return v
}

func (d *lzmaDecoder) tree(p []uint16, bits int) uint32 {
	if len(d.in)-d.pos < lzmaAhead {
		m := uint32(1)
		for range bits {
			m = m<<1 | d.bit(&p[m])
		}
		return m - 1<<bits
	}
	sym := uint32(1)
	rng, code, in, at := d.rng, d.code, d.in, d.pos
	for range bits {
		if rng < 1<<24 {
			rng, code = rng<<8, code<<8|uint32(in[at])
			at++
		}
		var m uint32
		rng, code, p[sym], m = lzmaBit(rng, code, p[sym])
		sym = sym<<1 + 1 + m
	}
	d.rng, d.code, d.pos = rng, code, at
	return sym - 1<<bits
}

func (d *lzmaDecoder) reverse(p []uint16, bits int) uint32 {
	v, sym := uint32(0), uint32(1)
	if len(d.in)-d.pos < lzmaAhead {
		for i := range bits {
			b := d.bit(&p[sym])
			sym = sym<<1 | b
			v |= b << i
		}
		return v
	}
	rng, code, in, at := d.rng, d.code, d.in, d.pos
	for i := range bits {
		if rng < 1<<24 {
			rng, code = rng<<8, code<<8|uint32(in[at])
			at++
		}
		var m uint32
		rng, code, p[sym], m = lzmaBit(rng, code, p[sym])
		sym = sym<<1 + 1 + m
		v |= (1 + m) << i
	}
	d.rng, d.code, d.pos = rng, code, at
	return v
}

func (d *lzmaDecoder) readLen(l *lzmaLen, ps int) int {
	if d.bit(&l.choice) == 0 {
		return int(d.tree(l.low[ps][:], 3))
	}
	if d.bit(&l.choice2) == 0 {
		return 8 + int(d.tree(l.mid[ps][:], 3))
	}
	return 16 + int(d.tree(l.high[:], 8))
}

var lzmaAfterLiteral = [12]int{0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 5}

// lzmaAhead is the input one symbol can take: with as much left, the loops
// below need not ask for more, and keep the coder in registers.
const lzmaAhead = 16

// decode appends to out, whose earlier bytes are the window, until cap(out),
// the end marker or an error. total is how many bytes were decoded before out's
// window began to slide; it only serves positions.
func (d *lzmaDecoder) decode(out []byte, slid int64) ([]byte, error) {
	lim := cap(out)
	pbMask := 1<<d.props.pb - 1
	lpMask := 1<<d.props.lp - 1
	lc := d.props.lc
	if d.copyLen > 0 {
		out = d.match(out, lim)
	}
	for len(out) < lim && !d.ended {
		if d.eof {
			return out, io.ErrUnexpectedEOF
		}
		var match bool
		if out, match = d.literals(out, slid); len(out) == lim && !match {
			break
		}
		pos := int(slid) + len(out)
		ps := pos & pbMask
		if !match && d.bit(&d.isMatch[d.state<<4+ps]) == 0 {
			prev := 0
			if len(out) > 0 {
				prev = int(out[len(out)-1])
			}
			p := d.lit[0x300*((pos&lpMask)<<lc+prev>>(8-lc)):]
			p = p[:0x300]
			sym := uint32(1)
			if d.state >= 7 {
				if int64(d.rep0) >= int64(len(out)) {
					return out, errLZMA
				}
				mb := uint32(out[len(out)-int(d.rep0)-1])
				for sym < 0x100 {
					mbit := mb >> 7 & 1
					mb <<= 1
					b := d.bit(&p[(1+mbit)<<8+sym])
					sym = sym<<1 | b
					if mbit != b {
						break
					}
				}
			}
			for sym < 0x100 {
				sym = sym<<1 | d.bit(&p[sym])
			}
			out = append(out, byte(sym))
			d.state = lzmaAfterLiteral[d.state]
			continue
		}
		var n int
		if d.bit(&d.isRep[d.state]) != 0 {
			if len(out) == 0 {
				return out, errLZMA
			}
			if d.bit(&d.isRepG0[d.state]) == 0 {
				if d.bit(&d.isRep0Long[d.state<<4+ps]) == 0 {
					if d.state < 7 {
						d.state = 9
					} else {
						d.state = 11
					}
					if int64(d.rep0) >= int64(len(out)) {
						return out, errLZMA
					}
					out = append(out, out[len(out)-int(d.rep0)-1])
					continue
				}
			} else {
				dist := d.rep1
				if d.bit(&d.isRepG1[d.state]) != 0 {
					dist = d.rep2
					if d.bit(&d.isRepG2[d.state]) != 0 {
						dist = d.rep3
						d.rep3 = d.rep2
					}
					d.rep2 = d.rep1
				}
				d.rep1 = d.rep0
				d.rep0 = dist
			}
			n = d.readLen(&d.repLen, ps)
			if d.state < 7 {
				d.state = 8
			} else {
				d.state = 11
			}
		} else {
			d.rep3, d.rep2, d.rep1 = d.rep2, d.rep1, d.rep0
			n = d.readLen(&d.length, ps)
			if d.state < 7 {
				d.state = 7
			} else {
				d.state = 10
			}
			d.rep0 = d.distance(n)
			if d.rep0 == 0xffffffff {
				d.ended = true
				if d.rng < 1<<24 { // the encoder flushed one more byte
					d.rng <<= 8
					d.code = d.code<<8 | uint32(d.next())
				}
				break
			}
		}
		if int64(d.rep0) >= int64(len(out)) {
			return out, errLZMA
		}
		d.copyLen = n + 2
		out = d.match(out, lim)
	}
	return out, nil
}

func (d *lzmaDecoder) distance(n int) uint32 {
	slot := d.tree(d.slot[min(n, 3)][:], 6)
	if slot < 4 {
		return slot
	}
	bits := int(slot>>1) - 1
	dist := (2 | slot&1) << bits
	if slot < 14 {
		return dist + d.reverse(d.special[dist-slot:], bits)
	}
	dist += d.direct(bits-4) << 4
	return dist + d.reverse(d.align[:], 4)
}

func (d *lzmaDecoder) match(out []byte, lim int) []byte {
	n := min(d.copyLen, lim-len(out))
	d.copyLen -= n
	from := len(out) - int(d.rep0) - 1
	if int(d.rep0) >= n {
		return append(out, out[from:from+n]...)
	}
	for range n {
		out = append(out, out[from])
		from++
	}
	return out
}
