package web

import (
	"context"
	"encoding/csv"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"telltale/internal/browse"
	"telltale/internal/pipeline"
)

// hostile is a name as a device may bear it: markup, terminal codes, turned direction, no end.
var hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp\u202c" + strings.Repeat("long", 200)

// register is a small register with what the pages must be able to show.
func register(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "register.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	w.WriteAll([][]string{
		{"Name", "Manufacturer", "Model", "Serial", "MAC", "Site", "Category", "Funding"},
		{"olt-1", "Huawei", "MA5800-X7", "2102311ABC6TE5000011", "48:46:fb:00:00:01", "North Hill", "OLT", "USF"},
		{"cam-1", "Hikvision", "DS-2CD2143G2-I", "", "", "Gate", "camera", ""},
		{"sw-1", "Cisco", "WS-C2960X-48TS-L", "FOC1234X0AB", "", "Mill", "switch", ""},
		{hostile, hostile, hostile, "SN-9", "", hostile, "", ""},
		{"=cmd|' /C calc'!A0", "ZTE", "ZXA10 C320", "ZTE123456789", "", "Mill", "OLT", "USF"},
	})
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// testWork is a workspace without a result, on the day of the tests.
func testWork(t testing.TB) *pipeline.Workspace {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	k, err := pipeline.Load()
	if err != nil {
		t.Fatal(err)
	}
	w, err := pipeline.NewWorkspace(k, pipeline.WorkspaceOptions{Dir: t.TempDir(), Now: func() time.Time { return testNow }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// handIn checks a file as a rural carrier and waits for the result.
func handIn(t testing.TB, w *pipeline.Workspace, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	u, err := w.Upload(filepath.Base(path), "tester", f)
	if err != nil {
		t.Fatal(err)
	}
	j, err := w.Check(pipeline.CheckRequest{Uploads: []string{u.ID}, Profile: "rural-etc", By: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	if i, err := j.Wait(context.Background()); err != nil || i.State != pipeline.JobDone {
		t.Fatalf("check: %+v, %v", i, err)
	}
}

// workSite is the pages over a workspace.
func workSite(t testing.TB, w *pipeline.Workspace) http.Handler {
	t.Helper()
	h, err := New(testConfig(w))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func testConfig(w *pipeline.Workspace) Config {
	return Config{Knowledge: w.Knowledge(), Work: w, Now: func() time.Time { return testNow }}
}

func resultSite(t *testing.T) (http.Handler, *pipeline.View) {
	t.Helper()
	w := testWork(t)
	handIn(t, w, register(t))
	v, release, err := w.View()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return workSite(t, w), v
}

// everyPage lists the address of every page over a result.
func everyPage(t *testing.T, v *pipeline.View) []string {
	t.Helper()
	urls := []string{"/", "/check", "/assets", "/assets?q=maker:huawei&order=-name", "/findings", "/findings?q=verdict:prohibited", "/inbox", "/evidence", "/network", "/reconcile", "/firmware"}
	as, err := v.Assets(browse.Query{}, browse.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range as.Items {
		urls = append(urls, "/asset/"+a.ID)
	}
	fs, err := v.Findings(browse.Query{}, browse.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs.Items {
		urls = append(urls, "/finding/"+f.ID)
	}
	for _, g := range v.Inbox() {
		urls = append(urls, "/inbox/"+strconv.Itoa(g.Group))
	}
	return urls
}

// pointer is how a value that was not followed is printed.
var pointer = regexp.MustCompile(`>0x[0-9a-f]{6,}`)

func TestPagesOfAResult(t *testing.T) {
	h, v := resultSite(t)
	seen := false
	for _, url := range everyPage(t, v) {
		w := get(t, h, url)
		body := w.Body.String()
		if w.Code != 200 {
			t.Errorf("%s: code %d: %s", url, w.Code, body)
		}
		if m := inline.FindString(body); m != "" {
			t.Errorf("%s: has %q, which the policy refuses", url, m)
		}
		if strings.Contains(body, "<img") || strings.Contains(body, "<script>") || strings.ContainsRune(body, '\u202e') {
			t.Errorf("%s: a device's name reaches the page as markup or direction", url)
		}
		seen = seen || strings.Contains(body, "&lt;script&gt;")
		if pointer.MatchString(body) || strings.Contains(body, "<nil>") || strings.Contains(body, "%!") {
			t.Errorf("%s: shows a value of the program, not of the data", url)
		}
	}
	if !seen {
		t.Error("no page shows the hostile name at all")
	}
}

func TestPagesWithoutAResultTeach(t *testing.T) {
	h := testSite(t)
	for _, url := range []string{"/", "/assets", "/findings", "/inbox", "/evidence", "/network", "/reconcile", "/asset/00", "/finding/00"} {
		if w := get(t, h, url); w.Code != 200 || !strings.Contains(w.Body.String(), "Nothing has been checked yet") {
			t.Errorf("%s: code %d, want a page that teaches", url, w.Code)
		}
	}
}

func TestListsSayWhatIsWrong(t *testing.T) {
	h, _ := resultSite(t)
	for _, c := range []struct {
		url, want string
		code      int
	}{
		{"/assets?q=colour:red", "no field is called", 400},
		{"/assets?order=colour", "no order is called", 400},
		{"/assets?after=zzz", "the cursor belongs to another list", 400},
		{"/findings?q=due:tomorrow", "due", 400},
		{"/asset/../../etc/passwd", "", 301},
		{"/asset/ffffffffffffffffffff", "nothing of this ID", 404},
		{"/finding/<b>", "nothing of this ID", 404},
		{"/inbox/99999", "not open any more", 404},
		{"/inbox/-1", "not open any more", 404},
	} {
		w := get(t, h, strings.ReplaceAll(c.url, "<b>", "%3Cb%3E"))
		if w.Code != c.code && !(c.code == 301 && w.Code == 307) || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: code %d, want %d with %q", c.url, w.Code, c.code, c.want)
		}
	}
}

func TestListsAreHandedOver(t *testing.T) {
	h, v := resultSite(t)
	for _, url := range []string{"/assets", "/findings", "/inbox", "/evidence", "/", "/network", "/reconcile", "/law", "/law/diff", "/law/ahead", "/law/us-fcc-54-9", "/org", "/org/dahua", "/data", "/asset/" + v.AssetID(0), "/inbox/" + strconv.Itoa(v.Inbox()[0].Group)} {
		for _, format := range []string{"csv", "json", "xlsx"} {
			w := get(t, h, url+"?format="+format)
			if w.Code != 200 || w.Body.Len() == 0 || !strings.Contains(w.Header().Get("Content-Disposition"), "."+format) {
				t.Errorf("%s as %s: code %d, %d bytes", url, format, w.Code, w.Body.Len())
			}
		}
	}
	body := get(t, h, "/assets?format=csv").Body.String()
	if !strings.Contains(body, "'=cmd") || strings.Contains(body, "\n=cmd") || strings.Contains(body, ",=cmd") {
		t.Error("a name that a spreadsheet would compute is not disarmed")
	}
}
