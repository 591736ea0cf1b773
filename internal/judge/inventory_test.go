package judge_test

import (
	"testing"

	"telltale/internal/judge"
	"telltale/internal/law"
)

// Loading by several goroutines gives the inventory that adding one after the other gives.
func TestLoadEqualsAdd(t *testing.T) {
	const n = 20_000
	loaded, added := national(n), judge.NewInventory(n)
	for i := range n {
		if got := added.Add(loaded.Item(i)); got != i {
			t.Fatalf("thing %d got number %d", i, got)
		}
	}
	if loaded.Len() != n || loaded.Classes() != added.Classes() {
		t.Fatalf("%d things of %d classes, want %d of %d", loaded.Len(), loaded.Classes(), n, added.Classes())
	}
	s := session(t, engine(t), "rural-etc", law.Fund, "2026-11-22")
	a, b := loaded.Judge(s), added.Judge(s)
	if !a.Equal(b) {
		t.Fatal("the verdicts differ")
	}
	for id, counts := range a.Counts() {
		for v, want := range counts {
			got := 0
			a.Assets(id, v, func(int) bool { got++; return true })
			if got != want {
				t.Errorf("%s %s: %d things, counted %d", id, v, got, want)
			}
		}
	}
}
