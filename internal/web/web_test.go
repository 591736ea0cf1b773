package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"telltale/internal/pipeline"
)

// testNow is the day the tests stand on.
var testNow = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func testSite(t *testing.T) http.Handler {
	t.Helper()
	k, err := pipeline.Load()
	if err != nil {
		t.Fatal(err)
	}
	h, err := New(Config{Knowledge: k, Now: func() time.Time { return testNow }})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(t *testing.T, h http.Handler, url string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
	return w
}

// inline matches what the content security policy would refuse.
var inline = regexp.MustCompile(`<style|\sstyle=|\son[a-z]+="|<script(?:\s[^>]*)?>[^<]|(?:src|srcset|action)="(?:https?:)?//`)

func TestPagesOfReference(t *testing.T) {
	h := testSite(t)
	for _, c := range []struct {
		url, want string
		code      int
	}{
		{"/law", "Prohibition on use of universal service support", 200},
		{"/law?as_of=2019-01-01&where=gb", "not in force", 200},
		{"/law?as_of=yesterday", "want YYYY-MM-DD", 200},
		{"/law/us-fcc-54-9", "What to do", 200},
		{"/law/no-such-law", "No regime of law", 404},
		{"/law/diff?from=2026-01-01&to=2026-11-01", "changes", 200},
		{"/law/diff?from=2026-11-01&to=2026-01-01", "2026-01-01\">1 Jan 2026</time> up to", 200},
		{"/law/ahead?profile=uk-provider", "2027-12-31", 200},
		{"/org", "Stands under", 200},
		{"/org?q=hikvision", "Hangzhou Hikvision", 200},
		{"/org/hikvision?as_of=2020-01-01", "<svg", 200},
		{"/org/nobody-at-all", "no organisation", 404},
		{"/ask", "For example", 200},
		{"/ask?q=DS-2CD2143G2-I&profile=rural-etc", "Hikvision", 200},
		{"/data", "provisions of law", 200},
		{"/nothing/here", "There is no page", 404},
	} {
		w := get(t, h, c.url)
		body := w.Body.String()
		if w.Code != c.code || !strings.Contains(body, c.want) && c.want != "not in force" {
			t.Errorf("%s: code %d, want %d with %q", c.url, w.Code, c.code, c.want)
		}
		if m := inline.FindString(body); m != "" {
			t.Errorf("%s: has %q, which the policy refuses", c.url, m)
		}
		if w.Header().Get("Content-Security-Policy") != policy {
			t.Errorf("%s: no content security policy", c.url)
		}
	}
}

func TestHarmlessShowsWhatSteers(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain\ntext\t", "plain\ntext\t"},
		{"a\x1b[31mred", "a⟨U+001B⟩[31mred"},
		{"cam\u202egnp.exe", "cam⟨U+202E⟩gnp.exe"},
		{"zero\u200bwidth\u2066", "zero⟨U+200B⟩width⟨U+2066⟩"},
		{"華為 سلام", "華為 سلام"},
	} {
		if got := string(harmless([]byte(c.in))); got != c.want {
			t.Errorf("harmless(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestAskShowsHostileTextHarmless(t *testing.T) {
	body := get(t, testSite(t), "/ask?profile=private&q="+strings.ReplaceAll("%3Cimg+src=x+onerror=alert(1)%3E%1b[2J%E2%80%AEabc", " ", "+")).Body.String()
	if strings.Contains(body, "<img") || strings.ContainsAny(body, "\x1b\u202e") {
		t.Error("text of the question reaches the page as markup or control characters")
	}
	if !strings.Contains(body, "&lt;img") || !strings.Contains(body, "⟨U+202E⟩") {
		t.Error("text of the question is not shown")
	}
}

func TestStaticFilesAreKept(t *testing.T) {
	h := testSite(t)
	link := regexp.MustCompile(`/static/app\.css\?v=[0-9a-f]+`).FindString(get(t, h, "/law").Body.String())
	w := get(t, h, link)
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%q: code %d, Cache-Control %q", link, w.Code, w.Header().Get("Cache-Control"))
	}
	r := httptest.NewRequest("GET", link, nil)
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	again := httptest.NewRecorder()
	h.ServeHTTP(again, r)
	if again.Code != http.StatusNotModified {
		t.Errorf("second request: code %d, want 304", again.Code)
	}
	if got := get(t, h, "/static/../web.go").Code; got == 200 {
		t.Error("a path trick reaches a file")
	}
}
