package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// From the first start to a file in hand, as a manager would do it.
func TestJourneyFromFirstStartToExport(t *testing.T) {
	b := open(t)
	b.goTo("/")
	if s := b.text("#main"); !strings.Contains(s, "Nothing has been checked yet") {
		t.Fatalf("the first page does not teach: %s", s)
	}
	b.until(`document.querySelector("form[data-drop]")`) // files may fall on the first page already
	b.example()
	value[bool](b, `[...document.querySelectorAll("a.button")].find((a) => a.textContent === "Overview").click() ?? true`)
	b.until(`document.querySelector("ol.todo")`)
	if s := b.text("#main"); !strings.Contains(s, "What to do first") || !strings.Contains(s, "Prohibited") {
		t.Fatalf("the overview does not say what to do first: %s", s)
	}
	b.click(`ol.todo a[href^="/finding/"]`)
	b.until(`document.querySelector(".elements")`)
	if s := b.text("#main"); !strings.Contains(s, "Legal elements") || !strings.Contains(s, "met") {
		t.Fatalf("the finding does not show its elements: %s", s)
	}
	b.answerOne()
	b.goTo("/findings")
	head := value[string](b, `fetch(document.querySelector('.exports a[href*="format=csv"]').href).then((r) => r.text()).then((t) => t.slice(0, 40))`)
	if !strings.HasPrefix(head, "finding,verdict,asset") {
		t.Errorf("the export begins with %q", head)
	}
}

// answerOne answers the question whose kind of network is asked for and checks that verdicts change.
func (b *tab) answerOne() {
	b.t.Helper()
	q, page := openQuestion(b.t, b.work, "certification_start")
	b.goTo(page)
	before := b.text("h1")
	b.write("#v-"+q, "2020-01-01")
	b.write("#r-"+q, "the certificate on file"+kb.Enter)
	b.until(`location.pathname.startsWith("/job/") && document.body.innerText.includes("What changed")`)
	if s := b.text("#main"); !strings.Contains(s, "Undetermined") {
		b.t.Errorf("the page of the answer names no change: %s", s)
	}
	b.click("a.button.primary")
	b.until(`location.pathname.startsWith("/finding/")`)
	b.until(`document.querySelector("h1") !== null`)
	if after := b.text("h1"); after == before {
		b.t.Errorf("the verdict stays %q after the answer", after)
	}
}

func TestLawFollowsTheSlider(t *testing.T) {
	b := open(t)
	b.goTo("/law")
	was := b.text("#law-list > p")
	b.run(chromedp.Focus(chromedp.CSS(`input[type="range"]`)))
	b.press(kb.Home)
	b.until(`document.querySelector("#law-list").dataset.said.startsWith("As of 2017-06-01")`)
	if is := b.text("#law-list > p"); is == was {
		t.Errorf("the list stays %q when the day moves", is)
	}
	b.until(`location.search.includes("as_of=2017-06-01")`)
	b.press(kb.ArrowRight)
	b.until(`document.querySelector("#law-list").dataset.said.startsWith("As of 2017-06-02") && document.querySelector("#day-as_of").value === "2017-06-02"`)
}

func TestAskInTheBrowser(t *testing.T) {
	b := open(t)
	b.goTo("/data")
	b.write("#top-ask", "DS-2CD2143G2-I"+kb.Enter)
	b.until(`location.pathname === "/ask" && document.body.innerText.includes("Hikvision")`)
}

// A view that was saved is a click away on the next visit.
func TestViewsAreSaved(t *testing.T) {
	b := open(t)
	handIn(t, b.work, register(t))
	b.goTo("/assets?q=maker:huawei")
	b.click("[data-save-view]")
	b.goTo("/assets")
	b.click("[data-saved-views] a")
	b.until(`location.search.includes("maker") && document.querySelector("main").innerText.includes("olt-1")`)
	b.click("[data-saved-views] button")
	b.goTo("/assets")
	b.until(`document.querySelector("[data-saved-views]").hidden`)
}

// Nothing but the keyboard: skip link, navigation, search, a finding.
func TestKeyboardAlone(t *testing.T) {
	b := open(t)
	handIn(t, b.work, register(t))
	b.goTo("/")
	b.press(kb.Tab)
	b.until(`document.activeElement.className === "skip" && document.activeElement.getBoundingClientRect().left >= 0`)
	b.press(kb.Enter)
	b.until(`document.activeElement.id === "main"`)
	b.goTo("/")
	b.tabTo(`document.activeElement.getAttribute("href") === "/assets" && document.activeElement.closest("nav") !== null`)
	b.until(`getComputedStyle(document.activeElement).outlineStyle === "solid"`)
	b.press(kb.Enter)
	b.until(`location.pathname === "/assets" && document.getElementById("q") !== null`)
	b.tabTo(`document.activeElement.id === "q"`)
	b.press("verdict:prohibited" + kb.Enter)
	b.until(`location.search.includes("verdict%3Aprohibited")`)
	b.tabTo(`(document.activeElement.getAttribute("href") ?? "").startsWith("/asset/")`)
	b.press(kb.Enter)
	b.until(`location.pathname.startsWith("/asset/")`)
	b.tabTo(`(document.activeElement.getAttribute("href") ?? "").startsWith("/finding/")`)
	b.press(kb.Enter)
	b.until(`location.pathname.startsWith("/finding/") && document.body.innerText.includes("Legal elements")`)
}

// tabTo presses Tab until an expression is true.
func (b *tab) tabTo(expression string) {
	b.t.Helper()
	for range 120 {
		b.press(kb.Tab)
		if value[bool](b, expression) {
			return
		}
	}
	b.t.Fatalf("Tab does not reach %s", expression)
}

func TestThemeIsKept(t *testing.T) {
	b := open(t)
	b.goTo("/law")
	b.click("[data-theme-toggle]")
	chosen := value[string](b, `document.documentElement.dataset.theme`)
	b.goTo("/data")
	b.until(`document.documentElement.dataset.theme === "` + chosen + `"`)
}

// A file and a folder dropped on the page are read, the folder with all that is in it.
func TestDroppedFilesAndFoldersAreChecked(t *testing.T) {
	b := open(t)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "folder", "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]string{"one.csv": "olt-1,Huawei,MA5800-X7", "folder/two.csv": "olt-2,ZTE,ZXA10 C320", "folder/deep/three.csv": "cam-1,Hikvision,DS-2CD2143G2-I"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("Name,Manufacturer,Model\n"+row+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.goTo("/check")
	at := value[[]float64](b, `(() => { const z = document.querySelector("[data-zone]"); z.scrollIntoView({ block: "center" }); const r = z.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
	what := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{filepath.Join(dir, "one.csv"), filepath.Join(dir, "folder")}, DragOperationsMask: 1}
	for _, kind := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop} {
		if _, err := chromedp.Call(b.ctx, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: at[0], Y: at[1], Data: what}); err != nil {
			t.Fatal(err)
		}
	}
	b.until(`document.querySelector("[data-chosen]").textContent.startsWith("3 files chosen: ")`)
	b.click("form[data-drop] button.primary")
	b.until(`location.pathname.startsWith("/job/") && document.querySelector("a.button.primary") !== null`)
	if got := b.made("huawei") + " " + b.made("zte") + " " + b.made("hikvision"); got != "olt-1 olt-2 cam-1" {
		t.Errorf("read: %q, want what was dropped", got)
	}
}
