package unpack

import (
	"errors"
	"io"
)

// LZO1X, after the Linux kernel's description of the stream (lzo.rst), with
// its second form, LZO-RLE, in which runs of zeros have an instruction.

var errLZO = errors.New("lzo: corrupt data")

type lzoDecoder struct {
	in, out []byte
	zeros   bool // runs of zeros are known
}

// lzoDecode decodes a stream to its end mark, into at most max bytes.
func lzoDecode(in []byte, max int, rle bool) ([]byte, error) {
	d := &lzoDecoder{in: in, out: make([]byte, 0, max)}
	if rle && len(in) >= 5 && in[0] == 17 {
		d.zeros, d.in = in[1] != 0, in[2:]
	}
	state := 0
	if len(d.in) > 0 && d.in[0] > 17 {
		n := int(d.in[0]) - 17
		d.in = d.in[1:]
		if err := d.literals(n); err != nil {
			return d.out, err
		}
		if state = n; n > 3 {
			state = 4
		}
	}
	for {
		next, end, err := d.step(state)
		if err != nil || end {
			return d.out, err
		}
		state = next
	}
}

// literals takes n bytes as they are.
func (d *lzoDecoder) literals(n int) error {
	if n > len(d.in) {
		return io.ErrUnexpectedEOF
	}
	if n > cap(d.out)-len(d.out) {
		return errTooLong
	}
	d.out = append(d.out, d.in[:n]...)
	d.in = d.in[n:]
	return nil
}

// long reads the rest of a length: 255 for each zero byte, and the byte behind them.
func (d *lzoDecoder) long(base int) (int, error) {
	for len(d.in) > 0 && d.in[0] == 0 {
		base += 255
		d.in = d.in[1:]
	}
	if len(d.in) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	base += int(d.in[0])
	d.in = d.in[1:]
	return base, nil
}

// step does one instruction. state is how many literals, up to 3, came with the
// one before, 4 after a run of them; end says that it was the mark of the end.
func (d *lzoDecoder) step(state int) (next int, end bool, err error) {
	if len(d.in) < 2 {
		return 0, false, io.ErrUnexpectedEOF
	}
	t, b := int(d.in[0]), int(d.in[1])
	d.in = d.in[1:]
	n, back := 0, 0
	switch {
	case t < 16 && state == 0:
		if n = t + 3; t == 0 {
			if n, err = d.long(18); err != nil {
				return 0, false, err
			}
		}
		return 4, false, d.literals(n)
	case t < 16 && state != 4:
		n, back, next, d.in = 2, 1+t>>2+b<<2, t&3, d.in[1:]
	case t < 16:
		n, back, next, d.in = 3, 0x801+t>>2+b<<2, t&3, d.in[1:]
	case t >= 64:
		n, back, next, d.in = t>>5+1, 1+t>>2&7+b<<3, t&3, d.in[1:]
	case t >= 32:
		if n = t&31 + 2; n == 2 {
			if n, err = d.long(33); err != nil {
				return 0, false, err
			}
		}
		v, err := d.word()
		if err != nil {
			return 0, false, err
		}
		back, next = 1+v>>2, v&3
	default:
		return d.far(t)
	}
	if err := d.copy(back, n); err != nil {
		return 0, false, err
	}
	return next, false, d.literals(next)
}

func (d *lzoDecoder) word() (int, error) {
	if len(d.in) < 2 {
		return 0, io.ErrUnexpectedEOF
	}
	v := int(le.Uint16(d.in))
	d.in = d.in[2:]
	return v, nil
}

// far does an instruction of the farthest kind, which the end and runs of zeros share.
func (d *lzoDecoder) far(t int) (next int, end bool, err error) {
	if v := d.in; d.zeros && t&0xf8 == 0x18 && len(v) >= 3 && le.Uint16(v)&0xfffc == 0xfffc {
		n := t&7 | int(v[2])<<3 + 4
		next, d.in = int(v[0]&3), v[3:]
		if n > cap(d.out)-len(d.out) {
			return 0, false, errTooLong
		}
		d.out = append(d.out, zeros[:n]...)
		return next, false, d.literals(next)
	}
	n := t&7 + 2
	if n == 2 {
		if n, err = d.long(9); err != nil {
			return 0, false, err
		}
	}
	v, err := d.word()
	if err != nil {
		return 0, false, err
	}
	back := t&8<<11 + v>>2
	if back == 0 {
		if n != 3 {
			return 0, false, errLZO
		}
		return 0, true, nil
	}
	if err := d.copy(back+0x4000, n); err != nil {
		return 0, false, err
	}
	return v & 3, false, d.literals(v & 3)
}

func (d *lzoDecoder) copy(back, n int) error {
	if back > len(d.out) {
		return errLZO
	}
	if n > cap(d.out)-len(d.out) {
		return errTooLong
	}
	for n > 0 {
		k := min(n, back)
		from := len(d.out) - back
		d.out = append(d.out, d.out[from:from+k]...)
		n, back = n-k, back+k
	}
	return nil
}
