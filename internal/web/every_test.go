package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"telltale/internal/browse"
)

// kinds lists one address for each kind of page, by a name fit for a file.
func (b *tab) kinds() map[string]string {
	b.t.Helper()
	out := map[string]string{
		"overview": "/", "check": "/check", "assets": "/assets?q=verdict:prohibited", "findings": "/findings", "inbox": "/inbox", "evidence": "/evidence", "network": "/network", "network-maker": "/network?maker=zte",
		"law": "/law", "regime": "/law/us-fcc-covered-list", "law-diff": "/law/diff?from=2025-12-01&to=2026-11-28", "law-ahead": "/law/ahead?profile=uk-provider",
		"organisations": "/org", "organisation": "/org/dahua", "ask": "/ask?q=Lorex+N843A8&profile=rural-etc", "ask-empty": "/ask", "data": "/data", "missing": "/no/such/page",
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
	out["questions"] = fmt.Sprint("/inbox/", v.Inbox()[0].Group)
	for _, j := range firstOf(b.work.Jobs(), 1) {
		out["job"] = "/job/" + j.ID
	}
	return out
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
	b := open(t)
	b.example()
	for _, theme := range []string{"light", "dark"} {
		value[string](b, `document.cookie = "theme=`+theme+`; path=/"`)
		for name, path := range b.kindsThere() {
			b.goTo(path)
			b.axe(name + ", " + theme)
		}
	}
}

// No page is wider than the screen, on a desk or on a phone.
func TestPagesFitTheScreen(t *testing.T) {
	b := open(t)
	b.example()
	handIn(t, b.work, register(t)) // names as hostile devices bear them
	for _, width := range []int64{1280, 768, 360} {
		b.run(chromedp.EmulateViewport(width, 800))
		for name, path := range b.kindsThere() {
			b.goTo(path)
			over := value[string](b, `document.documentElement.scrollWidth <= innerWidth ? "" : [...document.querySelectorAll("main *, header *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .drawing, .raw, .sr")).slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ") || "wider"`)
			if over != "" {
				t.Errorf("%s at %d pixels is too wide: %s", name, width, over)
			}
		}
	}
}

// kindsThere are the kinds of pages without the one that is an error by design.
func (b *tab) kindsThere() map[string]string {
	k := b.kinds()
	delete(k, "missing")
	return k
}

// Pictures of every page, for people to look at; see docs/guide/pages.md.
func TestScreenshots(t *testing.T) {
	if *shots == "" {
		t.Skip("no folder: go test ./internal/web -run TestScreenshots -shots DIR")
	}
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		t.Fatal(err)
	}
	b := open(t)
	b.goTo("/")
	b.picture("first-start-desktop")
	b.example()
	for name, path := range b.kindsThere() {
		for _, form := range []struct {
			name, theme string
			width       int64
		}{{"desktop", "light", 1280}, {"dark", "dark", 1280}, {"phone", "light", 390}} {
			b.run(chromedp.EmulateViewport(form.width, 900))
			value[string](b, `document.cookie = "theme=`+form.theme+`; path=/"`)
			b.goTo(path)
			b.until(`[...document.querySelectorAll("[data-net]")].every((n) => n.dataset.ready > 0)`)
			b.picture(name + "-" + form.name)
		}
	}
}

func (b *tab) picture(name string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, strings.ReplaceAll(name, "/", "-")+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
