package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/asset"
	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/finding"
	"telltale/internal/law"
)

// checked checks a register of n rows for a rural carrier.
func checked(tb testing.TB, n int) *Folder {
	tb.Helper()
	tb.Setenv("XDG_CACHE_HOME", tb.TempDir())
	dir := tb.TempDir()
	in := filepath.Join(dir, "register.csv")
	writeRegister(tb, in, n)
	k, err := Load()
	if err != nil {
		tb.Fatal(err)
	}
	profiles, _, err := k.Profiles("rural-etc", nil)
	if err != nil {
		tb.Fatal(err)
	}
	day, _ := calendar.Parse("2026-11-22")
	f, err := Check(context.Background(), k, dir, &Options{Inputs: []string{in}, Profiles: profiles, ProfileArg: "rural-etc", AsOf: day, KnownAt: day})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	return f
}

func TestViewCountsWhatTheResultHas(t *testing.T) {
	for _, n := range []int{400, 20_000} { // the larger one leaves its lists in buckets
		f := checked(t, n)
		v, err := f.View(nil)
		if err != nil {
			t.Fatal(err)
		}
		if n > 10_000 && !f.large("findings") {
			t.Fatal("the large result has no buckets; this test wants some")
		}
		want, makers := map[law.Verdict]int{}, map[string]int{}
		some := ""
		for b, err := range f.Findings() {
			if err != nil {
				t.Fatal(err)
			}
			var x finding.Finding
			if err := json.Unmarshal(b, &x); err != nil {
				t.Fatal(err)
			}
			want[x.Verdict]++
			some = x.ID
		}
		for b := range f.Assets() {
			var a asset.Asset
			if err := json.Unmarshal(b, &a); err != nil {
				t.Fatal(err)
			}
			if a.Manufacturer != nil {
				makers[string(a.Manufacturer.Org)]++
			}
		}
		_, got := v.Totals()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("verdicts (-want +got):\n%s", d)
		}
		for m, n := range makers {
			p, err := v.Assets(browse.Query{}.With(browse.Maker, m), browse.Page{Limit: 3})
			if err != nil || p.Total != n || string(p.Items[0].Manufacturer.Org) != m {
				t.Errorf("%s: %d assets, %v; want %d", m, p.Total, err, n)
			}
		}
		x, err := v.Finding(some)
		if err != nil || x.Finding.ID != some || len(x.Claims) == 0 {
			t.Fatalf("finding %s: %v, %+v", some, err, x)
		}
		whole, err := v.Asset(x.Asset.ID)
		if err != nil || len(whole.Others) == 0 || len(whole.Claims) == 0 {
			t.Errorf("asset %s: %v, %d findings", x.Asset.ID, err, len(whole.Others))
		}
		again, err := f.View(nil)
		if err != nil || again.ID() != v.ID() {
			t.Errorf("opened again: %v", err)
		}
	}
}

func TestViewKnowsWhatItHasNot(t *testing.T) {
	f := checked(t, 50)
	v, err := f.View(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "zz", "00000000000000000000", "../../etc/passwd"} {
		if _, err := v.Asset(id); !errors.Is(err, ErrNotFound) {
			t.Errorf("asset %q: %v", id, err)
		}
		if _, err := v.Finding(id); !errors.Is(err, ErrNotFound) {
			t.Errorf("finding %q: %v", id, err)
		}
	}
	// a damaged index is made anew
	path := filepath.Join(f.dir, browseName)
	if err := os.WriteFile(path, []byte("telltale-browse-1\nrubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := f.View(nil)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := again.Len(); n != 50 {
		t.Errorf("made anew: %d assets, want 50", n)
	}
}
