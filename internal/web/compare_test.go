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
	if page := get(t, h, "/law/diff?from=2019-01-01&to=2026-11-28").Body.String(); !strings.Contains(page, "What it changes for my things") {
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

// A signed bundle is compared before anything is taken in, and taken in when told.
func TestBundleIsPreviewed(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	secret, key, err := note.GenerateKey(nil, "tester")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	var bundle bytes.Buffer
	if err := pipeline.BuildBundle(os.DirFS(filepath.FromSlash("../../data")), signer, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), &bundle); err != nil {
		t.Fatal(err)
	}
	work := testWork(t)
	h := workSite(t, work)
	hand := func(content, key string) (int, string) {
		body, kind := formNamed(t, "bundle", map[string]string{"key": key}, "law.bundle", content)
		w := post(h, "/data", kind, body)
		return w.Code, w.Header().Get("Location")
	}
	if code, _ := hand(bundle.String(), ""); code != 400 {
		t.Errorf("a bundle without a trusted key: %d, want 400", code)
	}
	broken := bundle.Bytes()[bundle.Len()-1] ^ 1
	if code, _ := hand(string(append(bytes.Clone(bundle.Bytes()[:bundle.Len()-1]), broken)), key); code != 400 {
		t.Errorf("a bundle that was changed: %d, want 400", code)
	}
	code, job := hand(bundle.String(), key)
	if code != http.StatusSeeOther {
		t.Fatalf("a signed bundle: %d", code)
	}
	get(t, h, job+"/events")
	if page := get(t, h, job).Body.String(); !strings.Contains(page, "How the data differ") || !strings.Contains(page, "Take these data in") {
		t.Errorf("the bundle is not compared: %s", page)
	}
	if _, signer, _ := pipeline.InUse(); signer != "" {
		t.Error("a preview takes the bundle in")
	}
	if w := post(h, job+"/take", formKind, bytes.NewBufferString(url.Values{}.Encode())); w.Code != http.StatusSeeOther {
		t.Fatalf("take: %d %s", w.Code, w.Body)
	}
	s, err := pipeline.UserBundles()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := s.Current(); err != nil || b == nil || b.Signer != "tester" {
		t.Errorf("in use: %+v, %v", b, err)
	}
}
