package web

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/internal/pipeline"
)

// What the law changes for the things of a result between two days.
func TestLawChangesForMe(t *testing.T) {
	work := testWork(t)
	handIn(t, work, register(t))
	h := workSite(t, work)
	if page := get(t, h, "/law/diff?from=2019-01-01&to=2026-11-28").Body.String(); !strings.Contains(page, "What this changes for my things") {
		t.Error("the comparison of two days does not offer to judge the things")
	}
	w := post(h, "/law/diff", formKind, bytes.NewBufferString("from=2019-01-01&to=2026-11-28"))
	job := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(job, "/job/") {
		t.Fatalf("POST /law/diff: %d %s", w.Code, w.Body)
	}
	get(t, h, job+"/events")
	page := get(t, h, job).Body.String()
	if !strings.Contains(page, "What it changes for you") || !strings.Contains(page, "us-fcc-54-9") || !strings.Contains(page, "olt-1") {
		t.Errorf("the comparison does not show the verdict that changes: %s", page)
	}
	if csv := get(t, h, job+"?format=csv").Body.String(); !strings.HasPrefix(csv, "was,is,asset") || !strings.Contains(csv, "prohibited") {
		t.Errorf("the changes as CSV: %.200s", csv)
	}
	if len(work.Results()) != 1 {
		t.Error("a comparison leaves a result")
	}
	if w := post(h, "/law/diff", formKind, bytes.NewBufferString("from=soon&to=2026-11-28")); w.Code != 400 {
		t.Errorf("a day that is none: %d", w.Code)
	}
}

// A comparison is found again at its address after a restart.
func TestComparisonsOutliveARestart(t *testing.T) {
	work := testWork(t)
	handIn(t, work, register(t))
	j, err := work.CompareDays(mustDay("2019-01-01"), mustDay("2026-11-28"), "tester")
	if err != nil {
		t.Fatal(err)
	}
	i, err := j.Wait(t.Context())
	if err != nil || i.State != pipeline.JobDone {
		t.Fatalf("%+v, %v", i, err)
	}
	before := get(t, workSite(t, work), "/job/"+i.ID).Body.String()
	if err := work.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := pipeline.NewWorkspace(work.Knowledge(), pipeline.WorkspaceOptions{Dir: work.Dir, Now: work.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if after := get(t, workSite(t, again), "/job/"+i.ID).Body.String(); after != before || !strings.Contains(after, "olt-1") {
		t.Errorf("the comparison after a restart differs: %s", after)
	}
}

// zonkwerk is a register with a thing whose maker only the data of signedData know.
const zonkwerk = "Name,Manufacturer,Model,Type,Funding\nbox-1,Zonkwerk,ZNK-4711,OLT,USF\n"

// signedData are the data of the tree and one fingerprint more, signed, with the key.
func signedData(t *testing.T) (bundle []byte, key string) {
	t.Helper()
	secret, key, err := note.GenerateKey(nil, "tester")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.FromSlash("../../data"))); err != nil {
		t.Fatal(err)
	}
	fingerprint := `id: zz_test
about: a brand that only this test knows
sources: [{what: this test, url: "https://example.org", read: "2026-11-28"}]
makers:
  - org: huawei
    words:
      - {is: 'Zonkwerk', why: its name}
    models:
      - {is: 'ZNK-\d{4}', category: olt, why: the form of its model numbers}
`
	if err := os.WriteFile(filepath.Join(dir, "fingerprint", "zz_test.yaml"), []byte(fingerprint), 0o600); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pipeline.BuildBundle(os.DirFS(dir), signer, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), key
}

// ownConfig gives a test a configuration folder of its own, and the program's data back after it.
func ownConfig(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if _, err := pipeline.Reload(); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
}

// A signed bundle is compared before anything is taken in; taken in, it counts
// at once; going back brings the answers of before back, byte for byte.
func TestBundleIsTakenInAtOnceAndBack(t *testing.T) {
	ownConfig(t)
	bundle, key := signedData(t)
	work := testWork(t)
	path := filepath.Join(t.TempDir(), "box.csv")
	if err := os.WriteFile(path, []byte(zonkwerk), 0o600); err != nil {
		t.Fatal(err)
	}
	handIn(t, work, path)
	h := workSite(t, work)
	own := work.Knowledge().Version
	findings := func() string { return get(t, h, "/findings?format=csv").Body.String() }
	hand := func(content []byte, key string) (int, string) {
		body, kind := formNamed(t, "bundle", map[string]string{"key": key}, "law.bundle", string(content))
		w := post(h, "/data", kind, body)
		return w.Code, w.Header().Get("Location")
	}
	was := findings()
	if code, _ := hand(bundle, ""); code != 400 {
		t.Errorf("a bundle without a trusted key: %d, want 400", code)
	}
	broken := bytes.Clone(bundle)
	broken[len(broken)-1] ^= 1
	if code, _ := hand(broken, key); code != 400 {
		t.Errorf("a bundle that was changed: %d, want 400", code)
	}
	if w := post(h, "/data/rollback?to="+own, formKind, bytes.NewBufferString("sure=yes")); w.Code != 400 {
		t.Errorf("back where nothing was taken in: %d, want 400", w.Code)
	}
	code, job := hand(bundle, key)
	if code != http.StatusSeeOther {
		t.Fatalf("a signed bundle: %d", code)
	}
	get(t, h, job+"/events")
	page := get(t, h, job).Body.String()
	if !strings.Contains(page, "How the data differ") || !strings.Contains(page, "Take these data in") || !strings.Contains(page, "box-1") {
		t.Errorf("the bundle is not compared: %s", page)
	}
	if work.Knowledge().Version != own || findings() != was {
		t.Error("a preview takes the bundle in")
	}
	settled := func(target, form string) {
		t.Helper()
		w := post(h, target, formKind, bytes.NewBufferString(form))
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
		if events := get(t, h, w.Header().Get("Location")+"/events").Body.String(); !strings.Contains(events, `"state":"done"`) {
			t.Fatalf("%s: %s", target, events)
		}
	}
	settled(job+"/take", "")
	if is := findings(); is == was || !strings.Contains(is, "prohibited") {
		t.Errorf("the data taken in change nothing: %s", is)
	}
	page = get(t, h, "/data").Body.String()
	if !strings.Contains(page, work.Knowledge().Version) || work.Knowledge().Version == own || !strings.Contains(page, "signed by tester") || !strings.Contains(page, "Yes, go back to "+own) {
		t.Errorf("the page Data does not say what is in use and how to go back: %s", page)
	}
	if page := get(t, h, job).Body.String(); strings.Contains(page, "Take these data in") {
		t.Error("the bundle in use is offered again")
	}
	if w := post(h, "/data/rollback?to="+own, formKind, bytes.NewBufferString("")); w.Code != 400 {
		t.Errorf("back without the tick: %d, want 400", w.Code)
	}
	if w := post(h, "/data/rollback?to=another", formKind, bytes.NewBufferString("sure=yes")); w.Code != 400 {
		t.Errorf("back to something else: %d, want 400", w.Code)
	}
	settled("/data/rollback?to="+own, "sure=yes")
	if work.Knowledge().Version != own || findings() != was {
		t.Error("going back does not bring the answers of before back")
	}
}

// Data are changed by administrators alone, and the record says by whom and to what.
func TestDataAreChangedByAdmins(t *testing.T) {
	s, c := guarded(t)
	for _, who := range []string{"the-viewer", "the-analyst"} {
		token := enter(t, s, c, who)
		for _, path := range []string{"/data", "/data/rollback?to=x", "/job/00/take?data=y"} {
			if code, _, _ := fetch(t, c, "POST", s.URL+path, "sure=yes&csrf="+url.QueryEscape(token)); code != http.StatusForbidden {
				t.Errorf("%s posts %s: %d, want 403", who, path, code)
			}
		}
	}
	token := enter(t, s, c, "ann")
	if code, _, _ := fetch(t, c, "POST", s.URL+"/data/rollback?to=2026-x", "sure=yes&csrf="+url.QueryEscape(token)); code != http.StatusBadRequest {
		t.Errorf("an administrator goes back where nothing was taken in: %d, want 400", code)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		_, page, _ := fetch(t, c, "GET", s.URL+"/record", "")
		if strings.Contains(page, "/data/rollback?to=2026-x") && strings.Contains(page, "the-viewer") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the record does not tell of the attempt: %s", page)
		}
	}
}
