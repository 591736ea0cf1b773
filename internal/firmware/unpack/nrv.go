package unpack

import "errors"

// The three NRV codecs of the UCL library, decoded after its published
// description: bits that say literal or match, the high part of an offset and
// of a length bit by bit, the low part of an offset as a byte between them.

var errNRV = errors.New("nrv: corrupt data")

// nrvBits is how the bits lie among the bytes: in words of four, two or one bytes, highest bit first.
type nrvBits struct {
	in   []byte
	pos  int
	word uint32
	left int
	unit int // bytes of a word
	bad  bool
}

func (b *nrvBits) byte() uint32 {
	if b.pos >= len(b.in) {
		b.bad = true
		return 0
	}
	b.pos++
	return uint32(b.in[b.pos-1])
}

func (b *nrvBits) bit() uint32 {
	if b.left == 0 {
		b.word = 0
		for i := range b.unit {
			b.word |= b.byte() << (8 * i)
		}
		b.left = 8 * b.unit
	}
	b.left--
	return b.word >> b.left & 1
}

// nrv is one of the codecs: b, d and e differ in how offsets and lengths are written.
type nrv struct {
	form byte
	unit int
}

// far is the offset from which on a match is one byte longer than written.
func (n nrv) far() uint32 {
	if n.form == 'b' {
		return 0xd00
	}
	return 0x500
}

// decode gives exactly size bytes, of which the stream's own end mark must follow, or an error.
func (n nrv) decode(in []byte, size int) ([]byte, error) {
	b := &nrvBits{in: in, unit: n.unit}
	out := make([]byte, 0, min(size, 64*len(in)+64))
	last := uint32(1)
	for {
		for b.bit() == 1 {
			if len(out) >= size || b.bad {
				return out, errNRV
			}
			out = append(out, byte(b.byte()))
		}
		off, length, end := n.offset(b, last)
		if end {
			if len(out) != size {
				return out, errNRV
			}
			return out, nil
		}
		if b.bad {
			return out, errNRV
		}
		last = off
		count := n.length(b, length) + 1
		if off > n.far() {
			count++
		}
		if b.bad || int64(off) > int64(len(out)) || int(count) > size-len(out) || count > 1<<30 {
			return out, errNRV
		}
		for range count {
			out = append(out, out[len(out)-int(off)])
		}
	}
}

// offset reads the distance of a match; length is the first bit of its length, for those codecs that keep it there.
func (n nrv) offset(b *nrvBits, last uint32) (off, length uint32, end bool) {
	off = 1
	for {
		off = off*2 + b.bit()
		if b.bad || off > 1<<25 {
			b.bad = true
			return 0, 0, false
		}
		if b.bit() == 1 {
			break
		}
		if n.form != 'b' {
			off = (off-1)*2 + b.bit()
		}
	}
	if off == 2 { // the one before
		return last, b.bit(), false
	}
	off = (off-3)*256 + b.byte()
	if off == 0xffffffff {
		return 0, 0, true
	}
	if n.form == 'b' {
		return off + 1, b.bit(), false
	}
	return off>>1 + 1, ^off & 1, false
}

// length reads the rest of a match's length, less one.
func (n nrv) length(b *nrvBits, first uint32) uint32 {
	if n.form == 'e' {
		switch {
		case first == 1:
			return 1 + b.bit()
		case b.bit() == 1:
			return 3 + b.bit()
		}
		return b.long() + 3
	}
	if l := first*2 + b.bit(); l != 0 {
		return l
	}
	return b.long() + 2
}

// long is a number written bit by bit, each followed by whether it is the last.
func (b *nrvBits) long() uint32 {
	l := uint32(1)
	for {
		l = l*2 + b.bit()
		if b.bad || l > 1<<28 {
			b.bad = true
			return 0
		}
		if b.bit() == 1 {
			return l
		}
	}
}
