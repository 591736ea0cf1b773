package inspect

import (
	"encoding/hex"
	"math/bits"
)

// FuzzyHash is a digest of 64 bytes whose Hamming distance grows with the
// difference of two contents. Content-defined chunks (a rolling hash over 32
// bytes) vote on 512 bits, as in Charikar's simhash: a file that shares most of
// its chunks with another keeps most bits. It says "alike", never "same".
func FuzzyHash(b []byte) string {
	if len(b) < 64 {
		return ""
	}
	var votes [512]int32
	var h uint32
	start := 0
	for i := range b {
		h = h<<1 + gear[b[i]]
		if n := i - start + 1; n >= 16 && (h&0x3f == 0 || n >= 256) || i == len(b)-1 {
			vote(&votes, b[start:i+1])
			start = i + 1
		}
	}
	var out [64]byte
	for i, v := range votes {
		if v > 0 {
			out[i>>3] |= 1 << (i & 7)
		}
	}
	return hex.EncodeToString(out[:])
}

var gear = func() (t [256]uint32) {
	x := uint32(0x9e3779b9)
	for i := range t {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		t[i] = x
	}
	return t
}()

func vote(v *[512]int32, chunk []byte) {
	h := uint64(14695981039346656037)
	for _, c := range chunk {
		h = (h ^ uint64(c)) * 1099511628211
	}
	// Each chunk sets eight groups of 64 votes from one mixed word each.
	for g := range 8 {
		h += 0x9e3779b97f4a7c15
		z := h
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		for i := range 64 {
			v[g*64+i] += int32(z>>i&1)<<1 - 1
		}
	}
}

// FuzzyAlike is how alike two digests are: 1 equal, 0 no better than chance.
func FuzzyAlike(a, b string) float64 {
	x, err1 := hex.DecodeString(a)
	y, err2 := hex.DecodeString(b)
	if err1 != nil || err2 != nil || len(x) != 64 || len(y) != 64 {
		return 0
	}
	d := 0
	for i := range x {
		d += bits.OnesCount8(x[i] ^ y[i])
	}
	return max(0, 1-float64(d)/256)
}
