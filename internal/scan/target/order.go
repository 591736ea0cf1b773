package target

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// Order is a permutation of 0..n-1 that is computed, not stored: a Feistel
// network over the next even number of bits, walked until it lands inside.
type Order struct {
	n    uint64
	half uint // bits of one half
	keys [4]uint64
}

// NewOrder returns the permutation of 0..n-1 that seed names.
func NewOrder(n, seed uint64) Order {
	o := Order{n: n, half: uint(max(bits.Len64(max(n, 2)-1)+1, 2) / 2)}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], seed)
	sum := sha256.Sum256(b[:])
	for i := range o.keys {
		o.keys[i] = binary.BigEndian.Uint64(sum[8*i:])
	}
	return o
}

// At returns the i-th element; i must be below n.
func (o Order) At(i uint64) uint64 {
	for {
		if i = o.shuffle(i); i < o.n {
			return i
		}
	}
}

func (o Order) shuffle(x uint64) uint64 {
	mask := uint64(1)<<o.half - 1
	l, r := x>>o.half, x&mask
	for _, k := range o.keys {
		f := (r ^ k) * 0x9e3779b97f4a7c15
		f ^= f >> 29
		f *= 0xbf58476d1ce4e5b9
		l, r = r, l^(f>>32)&mask
	}
	return l<<o.half | r
}
