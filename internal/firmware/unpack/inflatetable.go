package unpack

import (
	"bytes"
	"math/bits"
	"sync"
)

// Codes of deflate as tables: one look-up says what the next bits mean.

// An entry of a table: the length of its code in bits 0-3, the extra bits that
// follow in bits 4-8, its kind in bits 12-15 and a value from bit 16 on.
const (
	codeLiteral = 1 << 12
	codeCopy    = 2 << 12 // the value is the least length or distance
	codeEnd     = 3 << 12
	codeFurther = 4 << 12 // the value is where the table for the further bits begins; there are as many as extra bits
	codeKinds   = 7 << 12
)

const (
	litBits  = 10
	distBits = 8
	codeMax  = 15
)

// codeTable decodes codes of up to codeMax bits, the first root of them in one step.
// An entry of zero stands for bits that no symbol has.
type codeTable struct {
	root    uint
	entries []uint32
}

// build makes the table of canonical codes; meaning has the entry of each
// symbol, without its length. Codes must fill their space, but that a single
// one, or none, need not.
func (t *codeTable) build(lengths []byte, root uint, meaning []uint32) bool {
	var count, first [codeMax + 2]int
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	left, longest := 1, uint(0)
	for n := uint(1); n <= codeMax; n++ {
		left = left<<1 - count[n]
		if left < 0 {
			return false
		}
		if first[n+1] = first[n] + count[n]; count[n] > 0 {
			longest = n
		}
	}
	if left > 0 && longest > 1 {
		return false
	}
	var sorted [320]uint16
	at := first
	for s, n := range lengths {
		if n > 0 {
			sorted[at[n]] = uint16(s)
			at[n]++
		}
	}
	t.root = root
	t.entries = append(t.entries[:0], make([]uint32, 2)...)
	code := 0
	for n := uint(1); n <= max(longest, root); n++ {
		if n > 1 && n <= root { // what shorter codes mean, they mean whatever the next bit
			t.entries = append(t.entries, t.entries...)
		}
		for _, s := range sorted[first[n]:first[n+1]] {
			reversed := int(bits.Reverse16(uint16(code)) >> (16 - n))
			if e := meaning[s] | uint32(n); n <= root {
				t.entries[reversed] = e
			} else {
				t.further(reversed, n, longest-root, e)
			}
			code++
		}
		code <<= 1
	}
	return true
}

// further enters a code longer than root into the table its first bits lead to.
func (t *codeTable) further(code int, n, further uint, entry uint32) {
	first := code & (1<<t.root - 1)
	if t.entries[first] == 0 {
		t.entries[first] = codeFurther | uint32(further)<<4 | uint32(len(t.entries))<<16 | uint32(t.root)
		t.entries = append(t.entries, make([]uint32, 1<<further)...)
	}
	sub := t.entries[t.entries[first]>>16:]
	for at := code >> t.root; at < 1<<further; at += 1 << (n - t.root) {
		sub[at] = entry
	}
}

// find returns the entry the bits begin with; its length counts all bits of the code.
func (t *codeTable) find(b uint64) uint32 {
	e := t.entries[b&(1<<t.root-1)]
	if e&codeKinds == codeFurther {
		e = t.entries[uint64(e>>16)+b>>t.root&(1<<(e>>4&31)-1)]
	}
	return e
}

// meanings are the entries of an alphabet's symbols; zero where there is none.
type meanings []uint32

var (
	litMeanings    = litAlphabet(codeCopy | 258<<16)
	litMeanings64  = litAlphabet(codeCopy | 16<<4 | 3<<16) // Deflate64: the last length has sixteen bits
	distMeanings   = distAlphabet(30)
	distMeanings64 = distAlphabet(32)
	smallMeanings  = litMeanings[:19] // lengths of codes
)

// litAlphabet are bytes, the end, and lengths.
func litAlphabet(last uint32) meanings {
	m := make(meanings, 288)
	for s := range 256 {
		m[s] = codeLiteral | uint32(s)<<16
	}
	m[256] = codeEnd
	for s := range 8 {
		m[257+s] = codeCopy | uint32(s+3)<<16
	}
	for s := 8; s < 28; s++ {
		extra := s/4 - 1
		m[257+s] = codeCopy | uint32(extra)<<4 | uint32(3+(4+s%4)<<extra)<<16
	}
	m[285] = last
	return m
}

func distAlphabet(n int) meanings {
	m := make(meanings, 32)
	for s := range n {
		if s < 4 {
			m[s] = codeCopy | uint32(s+1)<<16
			continue
		}
		extra := s/2 - 1
		m[s] = codeCopy | uint32(extra)<<4 | uint32(1+(2+s%2)<<extra)<<16
	}
	return m
}

// deflateCodes are the two tables of a block.
type deflateCodes struct{ lit, dist codeTable }

func (c *deflateCodes) build(lit, dist []byte, wide bool) bool {
	if wide {
		return c.lit.build(lit, litBits, litMeanings64) && c.dist.build(dist, distBits, distMeanings64)
	}
	return c.lit.build(lit, litBits, litMeanings) && c.dist.build(dist, distBits, distMeanings)
}

// fixedCodes are those of blocks that bring none.
func fixedCodes(wide bool) func() *deflateCodes {
	return sync.OnceValue(func() *deflateCodes {
		var lit [288]byte
		for i := range lit {
			switch {
			case i < 144:
				lit[i] = 8
			case i < 256:
				lit[i] = 9
			case i < 280:
				lit[i] = 7
			default:
				lit[i] = 8
			}
		}
		c := &deflateCodes{}
		c.build(lit[:], bytes.Repeat([]byte{5}, 32), wide)
		return c
	})
}

var fixedDeflate, fixedDeflate64 = fixedCodes(false), fixedCodes(true)
