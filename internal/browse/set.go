package browse

import "math/bits"

// set is a set of row numbers.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

// full returns the set of all numbers below n.
func full(n int) set {
	s := newSet(n)
	for i := range s {
		s[i] = ^uint64(0)
	}
	if r := n % 64; r != 0 {
		s[len(s)-1] = 1<<r - 1
	}
	return s
}

func (s set) put(i int)      { s[i>>6] |= 1 << (i & 63) }
func (s set) has(i int) bool { return s[i>>6]>>(i&63)&1 != 0 }

func (s set) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s set) and(t set) {
	for i := range s {
		s[i] &= t[i]
	}
}

func (s set) or(t set) {
	for i := range s {
		s[i] |= t[i]
	}
}

// not turns s, a set of numbers below n, round.
func (s set) not(n int) {
	f := full(n)
	for i := range s {
		s[i] = f[i] &^ s[i]
	}
}

// each calls f with every number in s, in order.
func (s set) each(f func(int)) {
	for i, w := range s {
		for w != 0 {
			f(i<<6 + bits.TrailingZeros64(w))
			w &= w - 1
		}
	}
}
