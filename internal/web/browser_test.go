package web

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"telltale/internal/pipeline"
)

// shots is a folder for pictures of every page: go test ./internal/web -run TestScreenshots -shots DIR
var shots = flag.String("shots", "", "folder to write pictures of every page to")

// shotsOf narrows the pictures: -shots-of 'law*'
var shotsOf = flag.String("shots-of", "*", "pattern of the pages to make pictures of")

// hang bounds one step in the browser: a guard, not a measure.
const hang = 4 * time.Minute

// browser starts Chromium, or skips when there is none.
func browser(t testing.TB) context.Context {
	t.Helper()
	path := ""
	for _, p := range []string{os.Getenv("TELLTALE_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
		if _, err := os.Stat(p); p != "" && err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium: install the Debian package chromium, or name one in TELLTALE_CHROMIUM")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(hang),
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("force-prefers-reduced-motion", true), chromedp.Flag("no-proxy-server", true), chromedp.WindowSize(1280, 900))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// tab is a browser on a server of the pages; it watches what must not happen.
type tab struct {
	t    testing.TB
	ctx  context.Context
	base string
	work *pipeline.Workspace

	mu     sync.Mutex
	faults []string
}

// open starts a server of the pages over a fresh workspace, and a tab on it.
func open(t testing.TB) *tab {
	t.Helper()
	work := testWork(t)
	return openOn(t, work, workSite(t, work))
}

// openOn starts a server of a handler, and a tab on it.
func openOn(t testing.TB, work *pipeline.Workspace, h http.Handler) *tab {
	t.Helper()
	ctx := browser(t)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.CloseClientConnections)
	b := &tab{t: t, ctx: ctx, base: srv.URL, work: work}
	if err := chromedp.Listen(ctx, b.watch); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, f := range b.faults {
			t.Error(f)
		}
	})
	return b
}

// watch notes console errors, exceptions, refused content and requests that leave the origin.
func (b *tab) watch(ev any) {
	note := func(s string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.faults = append(b.faults, s)
	}
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		note("exception: " + e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if k := string(e.Type); k == "error" || k == "warning" {
			note("console " + k)
		}
	case *log.EventEntryAdded:
		if string(e.Entry.Level) == "error" {
			note("console error: " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, b.base+"/") && !strings.HasPrefix(u, "data:") && u != "about:blank" {
			note("a request leaves the origin: " + u)
		}
	}
}

func (b *tab) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, hang)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.lost(err)
	}
}

// lost ends the test and says where the browser stands.
func (b *tab) lost(err error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, hang)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 600)`))
	b.t.Fatalf("%v, on the page %s", err, text)
}

// value evaluates JavaScript; a promise is waited for.
func value[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, hang)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.lost(err)
	}
	return v
}

func (b *tab) goTo(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base + path))
	b.until(`true`)
}

// goToIn opens a page in a theme. A browser under load may keep the choice only after it asked for the page.
func (b *tab) goToIn(theme, path string) {
	b.t.Helper()
	for range 10 {
		value[string](b, `document.cookie = "theme=`+theme+`; path=/"`)
		b.goTo(path)
		if value[string](b, `document.documentElement.dataset.theme ?? ""`) == theme {
			return
		}
	}
	b.t.Fatalf("%s does not open in the %s theme", path, theme)
}

// text is what a reader sees of an element.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return value[string](b, `document.querySelector(`+strconv.Quote(selector)+`).innerText`)
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.run(chromedp.Click(chromedp.CSS(selector)))
}

// write types into a field.
func (b *tab) write(selector, text string) {
	b.t.Helper()
	b.run(chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (b *tab) press(keys string) {
	b.t.Helper()
	b.run(chromedp.KeyEvent(keys))
}

// until waits until a JavaScript expression is true on a page that is wholly
// there, across navigation: an address changes before the page behind it has come.
func (b *tab) until(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, hang)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && Boolean(`+expression+`)`))
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			b.lost(fmt.Errorf("never true: %s (%v)", expression, err))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// example hands in the example as a person does, and ends on the page of the finished check.
func (b *tab) example() {
	b.t.Helper()
	files, err := filepath.Glob("../../examples/valley-telecom/*.*")
	walks, err2 := filepath.Glob("../../examples/valley-telecom/walks/*")
	if err != nil || err2 != nil || len(files) == 0 {
		b.t.Fatalf("no example: %v %v", err, err2)
	}
	var all []string
	for _, f := range append(files, walks...) {
		if strings.HasSuffix(f, ".yaml") {
			continue
		}
		p, err := filepath.Abs(f)
		if err != nil {
			b.t.Fatal(err)
		}
		all = append(all, p)
	}
	b.goTo("/check")
	b.run(chromedp.SetValue(chromedp.CSS("#profile"), "rural-etc"), chromedp.SetUploadFiles(chromedp.CSS("#files"), all))
	b.until(`document.querySelector("[data-chosen]").textContent.includes("files chosen")`)
	b.click("form[data-drop] button.primary")
	b.until(`location.pathname.startsWith("/job/") && document.querySelector("a.button.primary") !== null`)
}
