package data

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"telltale/internal/org"
	"telltale/internal/screen"
)

func labelled(t testing.TB, name string) [][]string {
	t.Helper()
	shared := os.Getenv("TELLTALE_SHARED")
	if shared == "" {
		t.Skip("TELLTALE_SHARED is not set: labelled names are not at hand")
	}
	f, err := os.Open(filepath.Join(shared, "screening", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// list62 are the names of the labelled list alone; whether a name leads is
// taken from our own data where it stands there too.
func list62(t testing.TB, ix *org.Index) []screen.Name {
	leads := map[string]bool{}
	for _, n := range ix.Names() {
		if n.Leads {
			leads[org.Normalise(n.Text)] = true
		}
	}
	var names []screen.Name
	for _, r := range labelled(t, "orgs62.csv") {
		names = append(names, screen.Name{Org: org.ID(r[0]), Kind: r[1], Text: r[2], Leads: leads[org.Normalise(r[2])]})
	}
	return names
}

// TestSupplierNames prints how many labelled supplier names are found, per
// kind, and fails when accuracy falls below what was once reached.
func TestSupplierNames(t *testing.T) {
	ix, err := OrgIndex()
	if err != nil {
		t.Fatal(err)
	}
	tables, err := ScreeningTables()
	if err != nil {
		t.Fatal(err)
	}
	pairs := labelled(t, "telecom_pairs.csv")
	on62 := map[org.ID]bool{}
	for _, n := range list62(t, ix) {
		on62[n.Org] = true
	}
	// Ours holds parts of the groups as organisations of their own.
	group, distance := map[org.ID]org.ID{}, map[org.ID]int{}
	for _, id := range ix.IDs() {
		if !on62[id] {
			continue
		}
		for _, r := range ix.Related(id, org.Affiliates, 20000) {
			if len(r.Path) == 0 || r.Path[0].Owned == id || on62[r.Org] {
				continue // itself, or above it
			}
			if d, ok := distance[r.Org]; !ok || len(r.Path) < d {
				group[r.Org], distance[r.Org] = id, len(r.Path)
			}
		}
	}
	for _, c := range []struct {
		name   string
		engine *screen.Engine
		recall float64
		false_ int
	}{
		{"the list of 62 alone", screen.New(tables, list62(t, ix)), 0.91, 17},
		{"all our organisations and makers", screen.New(tables, screen.FromIndex(ix)), 0.95, 14},
	} {
		found, total, wrong, innocents := map[string]int{}, map[string]int{}, 0, 0
		hits, all, sureHits, sureWrong := 0, 0, 0, 0
		for _, p := range pairs {
			text, want, kind := p[0], org.ID(p[1]), p[2]
			got := org.ID("none")
			if h := c.engine.Screen(text, screen.Review); len(h) > 0 {
				got = h[0].Org
				if g, ok := group[got]; ok && !on62[got] {
					got = g
				}
				if !on62[got] {
					got = "none"
				}
				if h[0].Score >= screen.Sure && got == want && want != "none" {
					sureHits++
				}
				if h[0].Score >= screen.Sure && got != want && got != "none" {
					sureWrong++
				}
				if testing.Verbose() && got != want {
					t.Logf("%-9s %-45q want %-18s got %s %.3f %q", kind, text, want, got, h[0].Score, h[0].Name)
				}
			} else if testing.Verbose() && got != want {
				t.Logf("%-9s %-45q want %-18s got nothing", kind, text, want)
			}
			if want == "none" {
				innocents++
				if got != "none" {
					wrong++
				}
				continue
			}
			all++
			total[kind]++
			if got == want {
				hits++
				found[kind]++
			}
		}
		t.Logf("%s: to review: found %d of %d (%.3f), named %d of %d innocent; sure: found %d, wrong %d",
			c.name, hits, all, float64(hits)/float64(all), wrong, innocents, sureHits, sureWrong)
		t.Log(fmt.Sprint(found), fmt.Sprint(total))
		if r := float64(hits) / float64(all); r < c.recall || wrong > c.false_ {
			t.Errorf("%s: recall %.3f, want %.2f; %d innocent accused, want at most %d", c.name, r, c.recall, wrong, c.false_)
		}
	}
}

func BenchmarkScreen(b *testing.B) {
	e, err := Screening()
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{"Hangzou Hikvision Digital Tecnology", "Somebody Else Networks GmbH"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				e.Screen(text, screen.Review)
			}
		})
	}
}
