package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"telltale/internal/browse"
	"telltale/internal/report"
	"telltale/internal/topology"
)

func TestNetworkInTheBrowser(t *testing.T) {
	b := open(t)
	b.example()
	b.goTo("/network")
	b.until(`Number(document.querySelector("[data-net]").dataset.ready) > 0`)
	b.run(chromedp.Focus(chromedp.CSS("canvas")))
	before := value[string](b, pixels)
	b.press(kb.ArrowRight)
	b.until(`(` + pixels + `) !== ` + fmt.Sprintf("%q", before))
	b.write("[data-net-find]", "olt")
	b.until(`document.querySelector("[data-net-said]").textContent.includes("shown bright")`)
}

// pixels is a sum over the drawing, as text.
const pixels = `(() => { const c = document.querySelector("canvas"); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let s = 0; for (let i = 0; i < d.length; i += 4) s = (s * 31 + d[i] + d[i + 1] * 3) % 1000003; return String(s); })()`

// big is a network of n things.
func big(of string, n int) *netGraph {
	g := &report.Topology{}
	for i := range n {
		g.Nodes = append(g.Nodes, report.Node{ID: fmt.Sprintf("%020x", i), Kind: report.AssetNode, Name: fmt.Sprint("node-", i), Verdict: append(browse.Verdicts[:3:3], "")[i%4]})
	}
	for _, l := range tree(n) {
		g.Links = append(g.Links, topology.Link{Kind: topology.Announced, A: topology.End{Node: g.Nodes[l[0]].ID}, B: topology.End{Node: g.Nodes[l[1]].ID}})
	}
	x := &netGraph{of: of, made: make(chan struct{})}
	x.once.Do(func() { defer close(x.made); x.fill(g) })
	return x
}

// A network in the making keeps nobody waiting: the page says so and looks again.
func TestNetworkInTheMakingIsSaid(t *testing.T) {
	work := testWork(t)
	handIn(t, work, register(t))
	v, release, err := work.View()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	s, err := newSite(testConfig(work))
	if err != nil {
		t.Fatal(err)
	}
	n, started, end := &netGraph{of: v.ID(), made: make(chan struct{}), graph: &report.Topology{}}, make(chan struct{}), make(chan struct{})
	go n.once.Do(func() { close(started); <-end; close(n.made) })
	<-started
	defer close(end)
	s.netMu.Lock()
	s.nets = []*netGraph{n}
	s.netMu.Unlock()
	for path, want := range map[string]struct {
		code int
		text string
	}{
		"/network":      {http.StatusOK, `http-equiv="refresh"`},
		"/network.json": {http.StatusServiceUnavailable, "ask again"},
	} {
		w := httptest.NewRecorder()
		s.handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want.code || !strings.Contains(w.Body.String(), want.text) {
			t.Errorf("%s: %d %.200s, want %d and %q", path, w.Code, w.Body, want.code, want.text)
		}
	}
}

// Frames a second while 5,000 things are moved about; the figure is frames/s.
func BenchmarkMoveNetwork5000(bench *testing.B) {
	work := testWork(bench)
	handIn(bench, work, register(bench))
	v, release, err := work.View()
	if err != nil {
		bench.Fatal(err)
	}
	defer release()
	s, err := newSite(testConfig(work))
	if err != nil {
		bench.Fatal(err)
	}
	n := big(v.ID(), 5000)
	if err := s.lay(n); err != nil {
		bench.Fatal(err)
	}
	s.netMu.Lock()
	s.nets = []*netGraph{n}
	s.netMu.Unlock()
	bench.ReportMetric(float64(len(n.drawn)), "bytes/graph")
	b := openOn(bench, work, s.handler())
	for bench.Loop() {
		b.goTo("/network")
		b.until(`Number(document.querySelector("[data-net]")?.dataset.ready) === 5000`)
		rate := value[float64](b, `new Promise((done) => {
			const canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect();
			const event = (kind, x) => canvas.dispatchEvent(new PointerEvent(kind, { pointerId: 1, clientX: box.left + x, clientY: box.top + 200, bubbles: true }));
			canvas.setPointerCapture = () => {};
			event("pointerdown", 300);
			let frames = 0;
			const start = performance.now();
			const step = (now) => {
				event("pointermove", 300 + 200 * Math.sin(frames / 20));
				frames++;
				if (now - start > 3000) { event("pointerup", 300); done(frames * 1000 / (now - start)); } else requestAnimationFrame(step);
			};
			requestAnimationFrame(step);
		})`)
		bench.ReportMetric(rate, "frames/s")
	}
}
