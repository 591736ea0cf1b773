package web

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes a network of n nodes: a core, aggregation, access, and a ring.
func tree(n int) [][2]int {
	r := rand.New(rand.NewPCG(1, 2))
	var links [][2]int
	for i := 1; i < n; i++ {
		to := r.IntN(min(i, max(1, n/12)))
		links = append(links, [2]int{to, i})
	}
	return append(links, [2]int{0, n / 13})
}

func TestPlaceIsStableAndApart(t *testing.T) {
	for _, n := range []int{1, 2, 3, 50, 700} {
		links := tree(n)
		if n < 3 {
			links = links[:n-1]
		}
		at := placeAll(n, links)
		if diff := cmp.Diff(at, placeAll(n, links)); diff != "" {
			t.Fatalf("%d nodes: another layout the second time:\n%s", n, diff)
		}
		for i := range at {
			if math.IsNaN(at[i].X) || math.IsInf(at[i].X, 0) || at[i].X < 0 || at[i].Y < 0 {
				t.Fatalf("%d nodes: node %d at %v", n, i, at[i])
			}
			for j := range i {
				if d := math.Hypot(at[i].X-at[j].X, at[i].Y-at[j].Y); d < 2 {
					t.Fatalf("%d nodes: %d and %d lie on each other", n, i, j)
				}
			}
		}
	}
}

func TestPlaceBearsOddGraphs(t *testing.T) {
	for _, links := range [][][2]int{nil, {{0, 0}}, {{0, 1}, {1, 0}, {0, 1}}, {{2, 1}}} {
		if got := placeAll(3, links); len(got) != 3 {
			t.Errorf("%v: %d places", links, len(got))
		}
	}
}

func BenchmarkPlace5000(b *testing.B) {
	links := tree(5000)
	for b.Loop() {
		placeAll(5000, links)
	}
}
