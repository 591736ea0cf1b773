package pipeline

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"telltale/internal/browse"
)

// browseQueries are what pages ask, each with the order it asks for.
var browseQueries = []struct{ query, order string }{
	{"", ""}, {"", "name"}, {"", "-site"}, {"maker:huawei", ""}, {"maker:huawei verdict:prohibited category:olt", "name"},
	{"unknown:maker", ""}, {"verdict:prohibited,restricted -maker:zte", "model"}, {`site:"site-77"`, "name"}, {"relabelled:yes", ""}, {"input:register", ""},
}

// BenchmarkView browses a result of a million assets: making the index once,
// opening it, and queries of pages; reports the 95th percentile of each kind.
func BenchmarkView(b *testing.B) {
	const n = 1_000_000
	f := checked(b, n)
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			for _, pattern := range []string{browseName, "*.rows"} {
				old, _ := filepath.Glob(filepath.Join(f.dir, pattern))
				for _, p := range old {
					os.Remove(p)
				}
			}
			if _, err := f.View(nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.View(nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	v, err := f.View(nil)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	ask := func(b *testing.B, text, order string) {
		q, err := browse.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := v.Assets(q, browse.Page{Order: order}); err != nil {
			b.Fatal(err)
		}
		if _, err := v.Findings(q, browse.Page{}); err != nil {
			b.Fatal(err)
		}
	}
	measure := func(b *testing.B, one func()) {
		var took []time.Duration
		for b.Loop() {
			start := time.Now()
			one()
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	}
	b.Run("lists", func(b *testing.B) {
		i := 0
		measure(b, func() {
			ask(b, browseQueries[i%len(browseQueries)].query, browseQueries[i%len(browseQueries)].order)
			i++
		})
	})
	b.Run("words", func(b *testing.B) { // every word new: nothing comes from memory
		measure(b, func() { ask(b, fmt.Sprintf("dev-%d", r.IntN(n)), "name") })
	})
	b.Run("facets", func(b *testing.B) {
		measure(b, func() {
			q, _ := browse.Parse(fmt.Sprintf("maker:huawei,zte -site:site-%d", r.IntN(500)))
			v.FacetsOfAssets(q)
			v.FacetsOfFindings(q)
		})
	})
	b.Run("asset", func(b *testing.B) {
		measure(b, func() {
			if _, err := v.Asset(v.AssetID(r.IntN(n))); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("finding", func(b *testing.B) {
		_, k := v.Len()
		measure(b, func() {
			if _, err := v.Finding(v.FindingID(r.IntN(k))); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("inbox_timeline", func(b *testing.B) {
		measure(b, func() { v.Inbox(); v.Timeline() })
	})
}
