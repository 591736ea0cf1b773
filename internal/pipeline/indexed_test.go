package pipeline

import (
	"fmt"
	"strings"
	"testing"

	"telltale/internal/evidence"
	"telltale/internal/report"
)

// TestListsReadAlikeSmallAndLarge: a list that fits memory and one that does
// not yield the same entries in the order of IDs, each once, extras left out,
// and find the same by prefix.
func TestListsReadAlikeSmallAndLarge(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int
		pad  string
	}{{"small", 300, ""}, {"large", 3000, strings.Repeat("x", 20<<10)}} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			x, err := createIndexed(dir, "list")
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for i := range c.n {
				id := evidence.Hash("entry", fmt.Sprint(i))
				extra := i%7 == 0
				line := []byte(fmt.Sprintf(`{"i":%d,"p":%q}`, i, c.pad))
				for range 1 + i%2 { // every other one twice
					if err := x.add(id, line, extra); err != nil {
						t.Fatal(err)
					}
				}
				if !extra {
					want[id] = true
				}
			}
			if err := x.close(); err != nil {
				t.Fatal(err)
			}
			f := &Folder{dir: dir}
			defer f.Close()
			last, n := "", 0
			for e, err := range f.entries("list") {
				if err != nil {
					t.Fatal(err)
				}
				if e.ID <= last || !want[e.ID] || !strings.HasPrefix(string(e.JSON), `{"i":`) {
					t.Fatalf("entry %s after %s: unordered, extra or damaged", e.ID, last)
				}
				last = e.ID
				n++
			}
			if n != len(want) {
				t.Errorf("%d entries, want %d", n, len(want))
			}
			id := evidence.Hash("entry", "7")
			var got []report.Entry
			if got, err = f.Lookup("list", id[:12], 2); err != nil || len(got) != 1 || got[0].ID != id {
				t.Errorf("look-up of %s: %v, %v", id, got, err)
			}
		})
	}
}
