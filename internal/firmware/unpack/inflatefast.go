package unpack

// The inner loop of deflate, for the middle of a block: with input and room to
// spare nothing is asked twice.

// inflateRoom is the room in the output the loop wants: a copy may write a word
// behind its end. inflateAhead is the input one turn can take.
const (
	inflateRoom  = 16
	inflateAhead = 16
)

// coded decodes symbols while input and room are to spare. It stops at the end
// of the block and at a copy that does not fit.
func (f *inflater) coded(out []byte) (_ []byte, err error) {
	in, at, b, n := f.in, f.pos, f.bits, f.n
	o, buf := len(out), out[:cap(out)]
	lit, dist := f.codes.lit.entries, f.codes.dist.entries
	if len(lit) < 1<<litBits || len(dist) < 1<<distBits {
		return out, errInflate
	}
	for len(in)-at >= inflateAhead && len(buf)-o >= inflateRoom {
		b |= le.Uint64(in[at:]) << n
		at += int(63-n) >> 3
		n |= 56
		e := lit[b&(1<<litBits-1)]
		// Two bytes at most before a length, so that bits are left for that.
		for range 2 {
			if e&codeKinds != codeLiteral {
				break
			}
			b >>= e & 15
			n -= uint(e & 15)
			buf[o] = byte(e >> 16)
			o++
			e = lit[b&(1<<litBits-1)]
		}
		if e&codeKinds == codeFurther {
			e = lit[uint64(e>>16)+b>>litBits&(1<<(e>>4&31)-1)]
		}
		b >>= e & 15
		n -= uint(e & 15)
		if e&codeKinds == codeLiteral {
			buf[o] = byte(e >> 16)
			o++
			continue
		}
		if e&codeKinds != codeCopy {
			if f.inBlock = false; e&codeKinds != codeEnd {
				err = errInflate
			}
			break
		}
		b |= le.Uint64(in[at:]) << n
		at += int(63-n) >> 3
		n |= 56
		extra := uint(e >> 4 & 31)
		length := int(e>>16) + int(b&(1<<extra-1))
		b >>= extra
		n -= extra
		e = dist[b&(1<<distBits-1)]
		if e&codeKinds == codeFurther {
			e = dist[uint64(e>>16)+b>>distBits&(1<<(e>>4&31)-1)]
		}
		b >>= e & 15
		n -= uint(e & 15)
		extra = uint(e >> 4 & 31)
		back := int(e>>16) + int(b&(1<<extra-1))
		b >>= extra
		n -= extra
		if e&codeKinds != codeCopy || back > o {
			err = errInflate
			break
		}
		if length > len(buf)-o-8 {
			f.copyLen, f.copyDist = length, back
			break
		}
		copyBack(buf, o, back, length)
		o += length
	}
	f.pos, f.n, f.bits = at, n, b&(1<<n-1)
	return buf[:o], err
}

// copyBack repeats the length bytes that stand back before o; up to eight
// bytes behind are written over.
func copyBack(buf []byte, o, back, length int) {
	if length > 32 && back >= length {
		copy(buf[o:o+length], buf[o-back:])
		return
	}
	end := o + length
	for back < 8 && o < end { // until the pattern is a word long
		copy(buf[o:o+back], buf[o-back:o])
		o += back
		back *= 2
	}
	for ; o < end; o += 8 {
		le.PutUint64(buf[o:], le.Uint64(buf[o-back:]))
	}
}
