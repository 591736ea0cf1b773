package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	paper "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/org"
	"telltale/internal/pipeline"
)

// everywhere opens a tab on a server with accounts, logged in as its administrator: no page is hidden.
func everywhere(t testing.TB) *tab {
	t.Helper()
	b := teamOn(t, testWork(t))
	b.login("the-admin")
	return b
}

// eachPage does something on every kind of page, first on those that have nothing to show yet.
func (b *tab) eachPage(do func(name, path string)) {
	b.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(unfilled)) {
		do("empty-"+name, unfilled[name])
	}
	b.example()
	kinds := b.kinds()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		do(name, kinds[name])
	}
}

// unfilled are the pages that look otherwise before the first check.
var unfilled = map[string]string{
	"overview": "/", "check": "/check", "assets": "/assets", "findings": "/findings", "inbox": "/inbox", "evidence": "/evidence", "network": "/network", "reconcile": "/reconcile", "firmware": "/firmware",
	"ask": "/ask", "ask-unknown": "/ask?q=no+such+thing+at+all", "login": "/login", "account": "/account", "people": "/people", "organisations": "/org?q=nobody+is+called+so", "law-diff": "/law/diff?from=2026-11-01&to=2026-11-02&profile=private",
}

// kinds lists one address for each kind of page over a result, by a name fit for a file.
func (b *tab) kinds() map[string]string {
	b.t.Helper()
	out := map[string]string{
		"overview": "/", "check": "/check", "assets": "/assets?q=verdict:prohibited", "findings": "/findings", "inbox": "/inbox", "evidence": "/evidence", "network": "/network", "network-maker": "/network?maker=zte",
		"assets-none": "/assets?q=site:nowhere",
		"law":         "/law", "regime": "/law/us-fcc-covered-list", "law-diff": "/law/diff?from=2025-12-01&to=2026-11-28", "law-ahead": "/law/ahead?profile=uk-provider",
		"organisations": "/org", "organisation": "/org/dahua", "ask": "/ask?q=Lorex+N843A8&profile=rural-etc", "data": "/data",
		"people": "/people", "account": "/account", "record": "/record", "reconcile": "/reconcile", "reconcile-kind": "/reconcile?kind=never+bought&since=2026-01-01",
	}
	v, release, err := b.work.View()
	if err != nil {
		b.t.Fatal(err)
	}
	defer release()
	first := func(text string) string {
		q, err := browse.Parse(text)
		if err != nil {
			b.t.Fatal(err)
		}
		p, err := v.Findings(q, browse.Page{Limit: 1})
		if err != nil || len(p.Items) == 0 {
			b.t.Fatalf("no finding for %s: %v", text, err)
		}
		return p.Items[0].ID
	}
	out["finding"] = "/finding/" + first("verdict:prohibited")
	out["finding-open"] = "/finding/" + first("verdict:undetermined")
	q, err := browse.Parse("relabelled:yes")
	if err != nil {
		b.t.Fatal(err)
	}
	if p, err := v.Assets(q, browse.Page{Limit: 1}); err == nil && len(p.Items) > 0 {
		out["asset"] = "/asset/" + p.Items[0].ID
	}
	out["organisation-wide"] = "/org/" + string(widest(b.t, b.work))
	out["questions"] = fmt.Sprint("/inbox/", v.Inbox()[0].Group)
	for _, j := range b.work.Jobs() {
		if j.Kind == "check" {
			out["job"] = "/job/" + j.ID
		}
	}
	if _, err := b.work.Reconcile(context.Background(), calendar.NoDate); err != nil { // so that no page says that it is being made
		b.t.Fatal(err)
	}
	u, err := b.work.Upload("image.bin", "tester", strings.NewReader("no firmware at all"))
	if err != nil {
		b.t.Fatal(err)
	}
	opened, err := b.work.Inspect([]string{u.ID}, "tester")
	if err != nil {
		b.t.Fatal(err)
	}
	if i, err := opened.Wait(context.Background()); err != nil || !i.State.Ended() {
		b.t.Fatalf("firmware: %+v, %v", i, err)
	} else {
		out["firmware"], out["job-firmware"] = "/firmware", "/job/"+i.ID
	}
	j, err := b.work.CompareDays(mustDay("2019-01-01"), mustDay("2026-11-28"), "tester")
	if err != nil {
		b.t.Fatal(err)
	}
	i, err := j.Wait(context.Background())
	if err != nil || i.State != pipeline.JobDone {
		b.t.Fatalf("comparison: %+v, %v", i, err)
	}
	out["compared"] = "/job/" + i.ID
	return out
}

// widest is the organisation with the most owners and holdings around it.
func widest(t testing.TB, work *pipeline.Workspace) org.ID {
	t.Helper()
	s, err := newSite(testConfig(work))
	if err != nil {
		t.Fatal(err)
	}
	return slices.MaxFunc(s.facts().Orgs.IDs(), func(x, y org.ID) int {
		return cmp.Compare(len(s.family(x, calendar.Of(testNow))), len(s.family(y, calendar.Of(testNow))))
	})
}

// axe reports the serious and critical faults of accessibility on the page that is open.
func (b *tab) axe(name string) {
	b.t.Helper()
	script, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		b.t.Fatal(err)
	}
	value[bool](b, string(script)+"; true")
	for _, f := range value[[]string](b, `axe.run({resultTypes: ["violations"]}).then((r) => r.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => v.id + " (" + v.impact + "): " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")))`) {
		b.t.Errorf("%s: %s", name, f)
	}
}

func TestAxeFindsNoSeriousFault(t *testing.T) {
	b := everywhere(t)
	b.eachPage(func(name, path string) {
		for _, theme := range []string{"light", "dark"} {
			b.goToIn(theme, path)
			b.axe(name + ", " + theme)
		}
	})
}

// No page is wider than the screen, on a desk or on a phone.
func TestPagesFitTheScreen(t *testing.T) {
	b := everywhere(t)
	fits := func(name, path string) {
		for _, width := range []int64{1280, 768, 360} {
			b.run(chromedp.EmulateViewport(width, 800))
			b.goTo(path)
			over := value[string](b, `document.documentElement.scrollWidth <= innerWidth ? "" : [...document.querySelectorAll("main *, header *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .drawing, .raw, .sr")).slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ") || "wider"`)
			if over != "" {
				t.Errorf("%s at %d pixels is too wide: %s", name, width, over)
			}
		}
	}
	b.eachPage(fits)
	handIn(t, b.work, register(t)) // names as hostile devices bear them
	for name, path := range b.kinds() {
		fits(name+" with hostile names", path)
	}
}

// Pictures of every page, for people to look at; see docs/guide/pages.md.
func TestScreenshots(t *testing.T) {
	if *shots == "" {
		t.Skip("no folder: go test ./internal/web -run TestScreenshots -shots DIR")
	}
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		t.Fatal(err)
	}
	b := everywhere(t)
	b.eachPage(func(name, path string) {
		if ok, err := filepath.Match(*shotsOf, name); err != nil {
			t.Fatal(err)
		} else if !ok {
			return
		}
		for _, form := range []struct {
			name, theme string
			width       int64
		}{{"desktop", "light", 1280}, {"dark", "dark", 1280}, {"phone", "light", 390}} {
			b.run(chromedp.EmulateViewport(form.width, 900))
			b.goToIn(form.theme, path)
			b.drawn()
			b.picture(name+"-"+form.name, form.width)
		}
		b.print(name)
	})
}

// piece is how much of a page one picture shows: browsers and viewers give up
// on pictures higher than 16,384 pixels.
const piece = 6000

// picture keeps the page that is open, in pieces when it is long.
func (b *tab) picture(name string, width int64) {
	b.t.Helper()
	high := value[int64](b, `document.documentElement.scrollHeight`)
	for n, top := 1, int64(0); top < high; n, top = n+1, top+piece {
		r, err := chromedp.Call(b.ctx, paper.CaptureScreenshot, paper.CaptureScreenshotParams{CaptureBeyondViewport: new(true),
			Clip: &paper.Viewport{Y: float64(top), Width: float64(width), Height: float64(min(piece, high-top)), Scale: 1}})
		if err != nil {
			b.t.Fatal(err)
		}
		of := name
		if high > piece {
			of += fmt.Sprint("-", n)
		}
		b.keep(of+".png", []byte(r.Data))
	}
}

// print writes the page that is open as a PDF on A4, as paper would show it.
func (b *tab) print(name string) {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, paper.PrintToPDF, paper.PrintToPDFParams{PrintBackground: new(true), PreferCSSPageSize: new(true)})
	if err != nil {
		b.t.Fatal(err)
	}
	b.keep(name+"-print.pdf", []byte(r.Data))
}

func (b *tab) keep(name string, content []byte) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(*shots, name), content, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
