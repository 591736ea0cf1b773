package web

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	chromium "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	paper "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"telltale/internal/browse"
)

// boxes is a register with three things whose makers only a person knows.
const boxes = "Name,Manufacturer,Model,Type,Serial Number,Funding\nbox-1,,Q7Z-1,OLT,TP0001,USF\nbox-2,,Q7Z-1,OLT,TP0002,USF\nbox-3,,Q7Z-1,OLT,TP0003,USF\n"

// unknownMakers finds the group of the inbox that asks who made the boxes.
func (b *tab) unknownMakers() string {
	b.t.Helper()
	v, release, err := b.work.View()
	if err != nil {
		b.t.Fatal(err)
	}
	defer release()
	for _, g := range v.Inbox() {
		if g.Fact == "manufacturer" && g.Count == 3 {
			return "/inbox/" + strconv.Itoa(g.Group)
		}
	}
	b.t.Fatalf("nobody asks who made the boxes: %+v", v.Inbox())
	return ""
}

// made names the things of a maker.
func (b *tab) made(maker string) string {
	b.t.Helper()
	v, release, err := b.work.View()
	if err != nil {
		b.t.Fatal(err)
	}
	defer release()
	p, err := v.Assets(browse.Query{}.With("maker", maker), browse.Page{Order: "name"})
	if err != nil {
		b.t.Fatal(err)
	}
	var names []string
	for _, a := range p.Items {
		names = append(names, a.Name)
	}
	return strings.Join(names, " ")
}

// choosing has the next file that a person wants to choose be a given one.
func (b *tab) choosing(file string) {
	b.t.Helper()
	chosen := make(chan *paper.EventFileChooserOpened, 1)
	if err := chromedp.Listen(b.ctx, func(ev any) {
		if e, ok := ev.(*paper.EventFileChooserOpened); ok {
			chosen <- e
		}
	}); err != nil {
		b.t.Fatal(err)
	}
	if _, err := chromedp.Call(b.ctx, paper.SetInterceptFileChooserDialog, paper.SetInterceptFileChooserDialogParams{Enabled: true}); err != nil {
		b.t.Fatal(err)
	}
	b.press(" ")
	select {
	case e := <-chosen:
		if _, err := chromedp.Call(b.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, BackendNodeID: e.BackendNodeID}); err != nil {
			b.t.Fatal(err)
		}
	case <-time.After(hang):
		b.t.Fatal("the space bar opens no choice of files")
	}
}

// Nothing but the keyboard, from the first start to a file in hand: choose
// whom for and a file, check, tick, answer, take the findings along.
func TestKeyboardAloneFromCheckToExport(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "boxes.csv")
	if err := os.WriteFile(file, []byte(boxes), 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t)
	saved := filepath.Join(dir, "saved")
	if _, err := chromedp.CallBrowser(b.ctx, chromium.SetDownloadBehavior, chromium.SetDownloadBehaviorParams{Behavior: "allow", DownloadPath: saved}); err != nil {
		t.Fatal(err)
	}
	b.goTo("/")
	b.until(`document.querySelector("form[data-drop]")`)
	b.tabTo(`document.activeElement.id === "profile"`)
	for range 40 {
		if value[string](b, `document.activeElement.value`) == "rural-etc" {
			break
		}
		b.press(kb.ArrowDown)
	}
	b.tabTo(`document.activeElement.id === "files"`)
	b.until(`getComputedStyle(document.activeElement.closest("label")).outlineStyle === "solid"`)
	b.choosing(file)
	b.until(`document.querySelector("[data-chosen]").textContent.startsWith("1 file chosen: boxes.csv.")`)
	b.tabTo(`document.activeElement.matches("form[data-drop] button.primary")`)
	b.press(kb.Enter)
	b.until(`location.pathname.startsWith("/job/") && document.querySelector("a.button.primary") !== null`)

	group := b.unknownMakers()
	b.tabTo(`document.activeElement.getAttribute("href") === "/inbox"`)
	b.press(kb.Enter)
	b.until(`location.pathname === "/inbox" && document.querySelector("main a")`)
	b.tabTo(`document.activeElement.getAttribute("href") === ` + strconv.Quote(group))
	b.press(kb.Enter)
	b.until(`location.pathname === ` + strconv.Quote(group) + ` && document.querySelectorAll("input[name=question]:checked").length === 3`)
	b.tabTo(`document.activeElement.name === "question" && document.activeElement.getAttribute("aria-label") === "box-2"`)
	b.press(" ")
	b.until(`document.querySelectorAll("input[name=question]:checked").length === 2`)
	b.tabTo(`document.activeElement.id === "value"`)
	b.press("huawei")
	b.tabTo(`document.activeElement.id === "reason"`)
	b.press("the label" + kb.Enter)
	b.until(`location.pathname.startsWith("/job/") && document.body.innerText.includes("What changed")`)
	if got := b.made("huawei"); got != "box-1 box-3" {
		t.Errorf("made by the maker answered: %q, want those ticked", got)
	}

	b.tabTo(`document.activeElement.getAttribute("href") === "/findings" && document.activeElement.closest("nav") !== null`)
	b.press(kb.Enter)
	b.until(`location.pathname === "/findings" && document.querySelector(".exports a")`)
	b.tabTo(`document.activeElement.matches(".exports a[href*='format=csv']")`)
	b.press(kb.Enter)
	text := ""
	for end := time.Now().Add(hang); !strings.Contains(text, "box-3") && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		whole, _ := os.ReadFile(filepath.Join(saved, "telltale-findings.csv"))
		text = string(whole)
	}
	if !strings.HasPrefix(text, "finding,verdict,asset") || !strings.Contains(text, "prohibited") {
		t.Errorf("the file saved: %.300s", text)
	}
}

// An answer holds for what is ticked, all at once with one tick, and for nothing else.
func TestTickedAreAnsweredAtOnce(t *testing.T) {
	b := open(t)
	file := filepath.Join(t.TempDir(), "boxes.csv")
	if err := os.WriteFile(file, []byte(boxes), 0o600); err != nil {
		t.Fatal(err)
	}
	handIn(t, b.work, file)
	b.goTo(b.unknownMakers())
	ticked := func(n int) {
		t.Helper()
		b.until(`document.querySelectorAll("input[name=question]:checked").length === ` + strconv.Itoa(n))
	}
	ticked(3)
	b.click("[data-all]")
	ticked(0)
	b.click(`input[aria-label="box-3"]`)
	ticked(1)
	b.write("#value", "zte"+kb.Enter)
	b.until(`location.pathname.startsWith("/job/") && document.body.innerText.includes("What changed")`)
	if got := b.made("zte"); got != "box-3" {
		t.Errorf("one was ticked, %q are answered", got)
	}
}
