package web

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// paintWithin makes TestFirstLoad fail when the largest contentful paint of a
// page takes longer, on an idle machine:
// go test ./internal/web -run TestFirstLoad -v -paint-within 1s
var paintWithin = flag.Duration("paint-within", 0, "longest largest contentful paint of a page that TestFirstLoad bears; 0 only tells it")

// Bounds of what the first look at a page loads, in bytes as they travel.
const firstLoad, firstLoadNetwork = 300_000, 600_000

// loaded is what a browser measured of a page.
type loaded struct {
	Bytes int     `json:"bytes"`
	Files int     `json:"files"`
	Paint float64 `json:"paint"` // ms, largest contentful paint
}

// Everything a page loads when it is first looked at stays light, measured in
// the browser with an empty cache. How fast it shows is told with -v.
func TestFirstLoad(t *testing.T) {
	b := everywhere(t)
	if _, err := chromedp.Call(b.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	b.eachPage(func(name, path string) {
		b.goTo(path)
		b.drawn()
		l := value[loaded](b, `new Promise((done) => {
			const seen = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
			const tell = (paint) => done({ bytes: seen.reduce((n, e) => n + e.transferSize, 0), files: seen.length, paint });
			new PerformanceObserver((l) => tell(l.getEntries().at(-1).startTime)).observe({ type: "largest-contentful-paint", buffered: true });
		})`)
		fmt.Fprintf(&said, "%-22s %7d bytes in %2d files, largest contentful paint %5.0f ms\n", name, l.Bytes, l.Files, l.Paint)
		bound := firstLoad
		if strings.HasPrefix(name, "network") {
			bound = firstLoadNetwork
		}
		if l.Bytes == 0 || l.Bytes > bound {
			t.Errorf("%s: %d bytes at first load, want at most %d", name, l.Bytes, bound)
		}
		if paint := time.Duration(l.Paint * float64(time.Millisecond)); *paintWithin > 0 && paint > *paintWithin {
			t.Errorf("%s: largest contentful paint after %v, want within %v", name, paint, *paintWithin)
		}
	})
	t.Logf("first load of each page:\n%s", &said)
}
