package inspect

import (
	"math/rand/v2"
	"testing"
)

func bytesOf(seed byte, n int) []byte {
	r := rand.NewChaCha8([32]byte{seed})
	b := make([]byte, n)
	r.Read(b)
	return b
}

// A file that keeps most of its bytes is alike; one of other bytes is not; shifted content is found.
func TestFuzzyHash(t *testing.T) {
	a := bytesOf(1, 64<<10)
	near := append([]byte("a line put in front\n"), a...)
	copy(near[30_000:], bytesOf(2, 2000))
	half := append(append([]byte{}, a[:32<<10]...), bytesOf(3, 32<<10)...)
	for _, c := range []struct {
		name     string
		b        []byte
		min, max float64
	}{{"itself", a, 1, 1}, {"three in a hundred bytes changed and shifted", near, 0.7, 0.999}, {"half", half, 0.2, 0.7}, {"another", bytesOf(4, 64<<10), 0, 0.15}} {
		if got := FuzzyAlike(FuzzyHash(a), FuzzyHash(c.b)); got < c.min || got > c.max {
			t.Errorf("%s: %.3f, want %v to %v", c.name, got, c.min, c.max)
		}
	}
	if FuzzyHash(a[:32]) != "" || FuzzyAlike("", FuzzyHash(a)) != 0 || FuzzyAlike("zz", "zz") != 0 {
		t.Error("nothing is alike to nothing")
	}
}
