package web

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// Nothing overlaps, is cut or is written as an identifier, on a desk, on a
// phone and on the narrowest one, and every colour can be read, light and dark.
// testdata/look.js says what is minded.
func TestNothingOverlapsOrIsCut(t *testing.T) {
	b := everywhere(t)
	look, err := os.ReadFile("testdata/look.js")
	if err != nil {
		t.Fatal(err)
	}
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	b.eachPage(func(name, path string) {
		b.run(chromedp.EmulateViewport(1280, 900))
		b.goTo(path)
		b.drawn()
		value[bool](b, string(axe)+"; true")
		for _, width := range []int64{1280, 390, 320} {
			b.lookAt(name, width, string(look))
			if width != 390 {
				continue // colours are those of a phone, and on a desk TestAxeFindsNoSeriousFault looks at them
			}
			for _, theme := range []string{"light", "dark"} {
				for _, f := range value[[]string](b, fmt.Sprintf(contrast, theme)) {
					t.Errorf("%s at %d pixels, %s: %s", name, width, theme, f)
				}
			}
		}
	})
	handIn(t, b.work, register(t)) // names as hostile devices bear them
	kinds := b.kinds()
	for _, name := range []string{"overview", "assets", "findings", "asset", "finding", "inbox", "network", "evidence", "job"} {
		b.goTo(kinds[name])
		b.drawn()
		b.lookAt(name+" with hostile names", 390, string(look))
	}
}

// lookAt tells what an eye would mind of the page that is open at a width.
func (b *tab) lookAt(name string, width int64, look string) {
	b.t.Helper()
	b.run(chromedp.EmulateViewport(width, 900))
	value[bool](b, settled)
	for _, f := range value[[]string](b, look) {
		b.t.Errorf("%s at %d pixels: %s", name, width, f)
	}
}

// contrast lists texts that cannot be told from their ground in a theme.
const contrast = `(document.documentElement.dataset.theme = %q, axe.run({ runOnly: ["color-contrast"], resultTypes: ["violations"] })).then((r) => r.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => "contrast: " + n.html.slice(0, 160))))`

// settled waits the frames in which a drawing hears of its new size and is drawn again.
const settled = `new Promise((done) => { let n = 4; const next = () => n-- ? requestAnimationFrame(next) : done(true); next(); })`

// drawn waits until every drawing on the page is there.
func (b *tab) drawn() {
	b.t.Helper()
	b.until(`[...document.querySelectorAll("[data-net]")].every((n) => n.dataset.ready > 0)`)
}
