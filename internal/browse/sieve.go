package browse

// sieve tells for every block of rows which sequences of three bytes its text
// may hold, as 4096 bits a block (a Bloom filter of one hash): a word is looked
// for only in blocks that may hold all of its sequences.
type sieve [][sieveBits / 64]uint64

const (
	sieveBits = 4096
	sieveRows = 64
)

// gram hashes three bytes to a bit.
func gram(a, b, c byte) uint32 {
	return (uint32(a)<<16 | uint32(b)<<8 | uint32(c)) * 2654435761 >> 20
}

func newSieve(t *assets) sieve {
	s := make(sieve, (t.n+sieveRows-1)/sieveRows)
	for i := range s {
		text := t.text[t.textAt[i*sieveRows]:t.textAt[min(t.n, (i+1)*sieveRows)]]
		for k := 2; k < len(text); k++ {
			g := gram(text[k-2], text[k-1], text[k])
			s[i][g/64] |= 1 << (g % 64)
		}
	}
	return s
}

// mayHold reports whether a block may hold a word, given by the bits of its sequences.
func (s sieve) mayHold(block int, grams []uint32) bool {
	for _, g := range grams {
		if s[block][g/64]>>(g%64)&1 == 0 {
			return false
		}
	}
	return true
}

func grams(v []byte) []uint32 {
	var out []uint32
	for k := 2; k < len(v); k++ {
		out = append(out, gram(v[k-2], v[k-1], v[k]))
	}
	return out
}
