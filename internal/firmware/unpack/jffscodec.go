package unpack

import (
	"fmt"
	"io"
)

// The compressions of JFFS2 nodes.

func (j *jffs2) chunk(c *jffsData) ([]byte, error) {
	if c.dsize > 1<<20 || c.csize > 1<<20 {
		return nil, fmt.Errorf("chunk of %d bytes", c.dsize)
	}
	in := j.d.at(c.pos, int(c.csize))
	if in == nil && c.csize > 0 {
		return nil, io.ErrUnexpectedEOF
	}
	if jffsCRC(in) != c.dcrc {
		return nil, fmt.Errorf("chunk at %#x fails its checksum", c.pos)
	}
	n := int(c.dsize)
	var out []byte
	var err error
	switch c.compr {
	case 0:
		out, err = rawBlock(in, n)
	case 1:
		out = make([]byte, n)
	case 2:
		out, err = rtime(in, n)
	case 3, 4, 5:
		out, err = rubin(in, n, c.compr)
	case 6:
		out, err = zlibBlock(in, n)
		if err != nil && len(in) > 2 { // some packers write deflate without its header
			out, err = deflateBlock(in[2:], n)
		}
	case 7:
		out, err = lzoBlock(in, n)
	case 8:
		out, err = jffsLZMA(in, n)
	default:
		err = fmt.Errorf("compression %d is not known", c.compr)
	}
	if err == nil && len(out) != n {
		err = fmt.Errorf("chunk at %#x gives %d bytes, not %d", c.pos, len(out), n)
	}
	return out, err
}

// jffsLZMA: raw LZMA with lc 0, lp 0, pb 0 as the OpenWrt patch writes it, or any known form.
func jffsLZMA(in []byte, n int) ([]byte, error) {
	if len(in) > 5 && in[0] == 0 {
		if out, _, err := lzmaBlock(in, lzmaProps{}, n); err == nil && len(out) == n {
			return out, nil
		}
	}
	return lzmaAny(in, n, n)
}

// rtime: each byte with the length of a repeat from where the same byte stood last.
func rtime(in []byte, n int) ([]byte, error) {
	var last [256]int
	out := make([]byte, 0, n)
	for i := 0; i+1 < len(in) && len(out) < n; i += 2 {
		v, rep := in[i], int(in[i+1])
		out = append(out, v)
		from := last[v]
		last[v] = len(out)
		for ; rep > 0 && len(out) < n; rep-- {
			if from >= len(out) {
				return out, fmt.Errorf("rtime: repeat from beyond the output")
			}
			out = append(out, out[from])
			from++
		}
	}
	return out, nil
}

// rubin and dynrubin: the kernel's arithmetic coder, which mkfs no longer writes by default.
func rubin(in []byte, n int, kind byte) ([]byte, error) {
	bits := [8]int{277, 249, 290, 267, 229, 341, 212, 241}
	divider := 1043 // BIT_DIVIDER_MIPS
	if kind == 5 || kind == 4 {
		if len(in) < 8 {
			return nil, io.ErrUnexpectedEOF
		}
		if kind == 5 {
			divider = 256
			for i := range bits {
				bits[i] = int(in[i])
			}
			in = in[8:]
		}
	}
	r := &rubinCoder{in: in}
	r.init()
	out := make([]byte, 0, n)
	for len(out) < n {
		var v byte
		for i := range 8 {
			b := r.bit(divider-bits[i], bits[i])
			v |= byte(b) << i
		}
		out = append(out, v)
		if r.over > 64 {
			return out, io.ErrUnexpectedEOF
		}
	}
	return out, nil
}

type rubinCoder struct {
	in        []byte
	at        int
	p, q, rec uint64
	bitsLeft  int
	over      int
}

const (
	rubinReg = 16
	rubinTop = 1 << (rubinReg - 1)
)

func (r *rubinCoder) pull() uint64 {
	var b uint64
	if r.at>>3 < len(r.in) {
		b = uint64(r.in[r.at>>3]>>(7-r.at&7)) & 1
	} else {
		r.over++
	}
	r.at++
	return b
}

func (r *rubinCoder) init() {
	r.q, r.p = 0, 2*rubinTop
	for range rubinReg {
		r.rec = r.rec<<1 | r.pull()
	}
}

func (r *rubinCoder) bit(a, b int) int {
	for r.q >= rubinTop || r.p+r.q <= rubinTop {
		r.q = r.q &^ rubinTop << 1
		r.p <<= 1
		r.rec = r.rec&^rubinTop<<1 | r.pull()
		r.rec &= 1<<rubinReg - 1
		if r.p > 1<<40 {
			r.over = 1000
			return 0
		}
	}
	i0 := uint64(a) * r.p / uint64(a+b)
	if i0 == 0 {
		i0 = 1
	}
	if i0 >= r.p {
		i0 = r.p - 1
	}
	if r.rec >= r.q+i0 {
		r.q += i0
		r.p -= i0
		return 1
	}
	r.p = i0
	return 0
}
