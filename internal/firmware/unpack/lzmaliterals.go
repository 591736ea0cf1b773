package unpack

// The inner loop of LZMA: most of a stream is literals, one behind the other.

// lzmaBit computes both outcomes of a bit of which v is the probability of
// zero, and picks one by the mask m, all ones for a zero: a branch would be
// mistaken every few bits.
func lzmaBit(rng, code uint32, v uint16) (rng2, code2 uint32, v2 uint16, m uint32) {
	bound := rng >> 11 * uint32(v)
	m = uint32((int64(code) - int64(bound)) >> 63)
	return (rng-bound)&^m | bound&m, code - bound&^m, v - uint16(int32(uint32(v)-(2048-31)&m)>>5), m
}

// literals appends literals to out, as many as come, and keeps the coder in
// registers meanwhile. It stops behind the bit that announces a match, which is
// then true; at the end of out; or where the input left is too short for it.
func (d *lzmaDecoder) literals(out []byte, slid int64) (_ []byte, match bool) {
	rng, code, in, at := d.rng, d.code, d.in, d.pos
	state, lim, back := d.state, cap(out), int64(d.rep0)+1
	pbMask, lpMask, lc := 1<<d.props.pb-1, 1<<d.props.lp-1, d.props.lc
	for len(out) < lim && len(in)-at >= lzmaAhead && (state < 7 || back <= int64(len(out))) {
		pos := int(slid) + len(out)
		if rng < 1<<24 {
			rng, code = rng<<8, code<<8|uint32(in[at])
			at++
		}
		first := &d.isMatch[state<<4+pos&pbMask]
		if bound := rng >> 11 * uint32(*first); code < bound {
			rng, *first = bound, *first+(2048-*first)>>5
		} else {
			rng, code, *first = rng-bound, code-bound, *first-*first>>5
			match = true
			break
		}
		prev := 0
		if len(out) > 0 {
			prev = int(out[len(out)-1])
		}
		p := (*[0x400]uint16)(d.lit[0x300*((pos&lpMask)<<lc+prev>>(8-lc)):])
		sym, m := uint32(1), uint32(0)
		if state >= 7 { // the byte a match would have given leads, until a bit differs
			offset, mb := uint32(0x100), uint32(out[len(out)-int(back)])
			for sym < 0x100 && offset != 0 {
				mb <<= 1
				bit := mb & offset
				k := (offset + bit + sym) & 0x3ff
				if rng < 1<<24 {
					rng, code = rng<<8, code<<8|uint32(in[at])
					at++
				}
				rng, code, p[k], m = lzmaBit(rng, code, p[k])
				sym = sym<<1 + 1 + m
				offset &= bit ^ m
			}
		}
		for sym < 0x100 {
			if rng < 1<<24 {
				rng, code = rng<<8, code<<8|uint32(in[at])
				at++
			}
			rng, code, p[sym], m = lzmaBit(rng, code, p[sym])
			sym = sym<<1 + 1 + m
		}
		out = append(out, byte(sym))
		state = lzmaAfterLiteral[state]
	}
	d.rng, d.code, d.pos, d.state = rng, code, at, state
	return out, match
}
