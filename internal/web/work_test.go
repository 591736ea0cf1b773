package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"telltale/internal/pipeline"
)

// form makes the body of a check: fields, then one file.
func form(t *testing.T, fields map[string]string, name, content string) (*bytes.Buffer, string) {
	t.Helper()
	return formNamed(t, "file", fields, name, content)
}

func formNamed(t *testing.T, of string, fields map[string]string, name, content string) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		m.WriteField(k, v)
	}
	if name != "" {
		f, err := m.CreateFormFile(of, name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(content))
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, m.FormDataContentType()
}

func post(h http.Handler, target, kind string, body *bytes.Buffer, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", target, body)
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const formKind = "application/x-www-form-urlencoded"

func TestCheckAnswerAndChange(t *testing.T) {
	work := testWork(t)
	h := workSite(t, work)
	csv, err := os.ReadFile(register(t))
	if err != nil {
		t.Fatal(err)
	}
	body, kind := form(t, map[string]string{"profile": "rural-etc", "as_of": "2026-11-28"}, "../../etc/reg<b>.csv", string(csv))
	w := post(h, "/check", kind, body)
	job := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(job, "/job/") {
		t.Fatalf("POST /check: code %d to %q: %s", w.Code, job, w.Body)
	}
	events := get(t, h, job+"/events").Body.String() // returns when the job has ended
	if !strings.Contains(events, `"state":"done"`) {
		t.Fatalf("events end without done: %s", events)
	}
	page := get(t, h, job).Body.String()
	if !strings.Contains(page, "Columns as they were read") || !strings.Contains(page, "regb.csv") {
		t.Error("the page of the check does not show how columns were read")
	}
	q, finding := openQuestion(t, work, "certification_start")
	if p := get(t, h, finding).Body.String(); !strings.Contains(p, `name="question" value="`+q+`"`) {
		t.Error("the finding does not ask its question in place")
	}
	answer := url.Values{"question": {q}, "value": {"zzz-not-a-value"}, "back": {"https://evil.example/"}}
	if w := post(h, "/answer", formKind, bytes.NewBufferString(answer.Encode())); w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "evil") {
		t.Errorf("a value that cannot be read: code %d, want 400 and no foreign link", w.Code)
	}
	answer = url.Values{"question": {q}, "value": {"2020-01-01"}, "reason": {"the certificate"}, "back": {finding}}
	w = post(h, "/answer", formKind, bytes.NewBufferString(answer.Encode()))
	if w.Code != http.StatusSeeOther {
		t.Fatalf("POST /answer: code %d: %s", w.Code, w.Body)
	}
	to, _, _ := strings.Cut(w.Header().Get("Location"), "?")
	get(t, h, to+"/events")
	if page := get(t, h, w.Header().Get("Location")).Body.String(); !strings.Contains(page, "What changed") || !strings.Contains(page, finding) {
		t.Error("the page of the answer does not say what changed and where to go back")
	}
	if page := get(t, h, finding).Body.String(); !strings.Contains(page, "/asset/") {
		t.Fatal("the finding leads to no asset")
	} else if at := strings.Index(page, "/asset/"); !strings.Contains(get(t, h, page[at:at+len("/asset/")+20]).Body.String(), "an answer: 2020-01-01") {
		t.Error("the asset's history does not have the answer")
	}
}

// openQuestion returns an open question for a fact and the page of a finding that waits for it.
func openQuestion(t testing.TB, work *pipeline.Workspace, fact string) (id, page string) {
	t.Helper()
	v, release, err := work.View()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for _, g := range v.Inbox() {
		if qs, _ := v.QuestionsIn(g.Group, 0, 1); g.Fact == fact && len(qs) == 1 {
			return qs[0].ID, "/finding/" + qs[0].Findings[0]
		}
	}
	t.Fatalf("no question for %q is open", fact)
	return "", ""
}

func TestColumnsAreCorrectedInPlace(t *testing.T) {
	work := testWork(t)
	h := workSite(t, work)
	body, kind := form(t, map[string]string{"profile": "rural-etc"}, "odd.csv", "Name,Manufacturer,Model,Remark\nolt-1,Huawei,MA5800,Northfield\nolt-2,ZTE,C320,Southfield\n")
	job := post(h, "/check", kind, body).Header().Get("Location")
	get(t, h, job+"/events")
	page := get(t, h, job).Body.String()
	if !strings.Contains(page, `name="heading:Remark"`) {
		t.Fatalf("no correction of the heading Remark is offered")
	}
	body, kind = form(t, map[string]string{"again": "1", "profile": "rural-etc", "heading:Remark": "site"}, "", "")
	w := post(h, "/check", kind, body)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("read again: code %d: %s", w.Code, w.Body)
	}
	get(t, h, w.Header().Get("Location")+"/events")
	if list := get(t, h, "/assets?q=site:northfield").Body.String(); !strings.Contains(list, "olt-1") || strings.Contains(list, "olt-2") {
		t.Error("after the correction the column is not read as the site")
	}
}

func TestFormsAreRefused(t *testing.T) {
	work := testWork(t)
	handIn(t, work, register(t))
	h := workSite(t, work)
	viewer, err := New(Config{Knowledge: work.Knowledge(), Work: work, Now: func() time.Time { return testNow }, Visitor: func(*http.Request) Visitor { return Visitor{Name: "v", Role: "viewer"} }})
	if err != nil {
		t.Fatal(err)
	}
	good := url.Values{"question": {"00"}, "value": {"no"}}.Encode()
	for _, c := range []struct {
		name, target, kind, body string
		h                        http.Handler
		header                   []string
		code                     int
	}{
		{"from another site", "/answer", formKind, good, h, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"from another origin", "/answer", formKind, good, h, []string{"Origin", "https://evil.example"}, 403},
		{"a viewer answers", "/answer", formKind, good, viewer, nil, 403},
		{"a viewer checks", "/check", formKind, good, viewer, nil, 403},
		{"no such question", "/answer", formKind, good, h, nil, 400},
		{"nothing ticked", "/answer", formKind, "value=no", h, nil, 400},
		{"a day that is none", "/answer", formKind, good + "&until=soon", h, nil, 400},
		{"too long", "/answer", formKind, "value=" + strings.Repeat("x", 2<<20), h, nil, 400},
		{"no files", "/check", formKind, "", h, nil, 400},
		{"no such job", "/job/00/cancel", formKind, "", h, nil, 404},
		{"a job by GET", "/check?file=x", formKind, "", h, nil, 400},
	} {
		if w := post(c.h, c.target, c.kind, bytes.NewBufferString(c.body), c.header...); w.Code != c.code {
			t.Errorf("%s: code %d, want %d", c.name, w.Code, c.code)
		}
	}
	for _, f := range []map[string]string{{"profile": "/etc/passwd"}, {"act": "fly"}, {"as_of": "never"}, {"again": "77"}} {
		body, kind := form(t, f, "a.csv", "name\nx\n")
		if w := post(h, "/check", kind, body); w.Code != 400 {
			t.Errorf("check with %v: code %d, want 400", f, w.Code)
		}
	}
}

func TestHugeUploadIsRefused(t *testing.T) {
	work := testWork(t)
	work.MaxUpload = 1000
	h := workSite(t, work)
	body, kind := form(t, nil, "big.csv", strings.Repeat("x", 5000))
	if w := post(h, "/check", kind, body); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("code %d, want 413", w.Code)
	}
	if jobs := work.Jobs(); len(jobs) != 0 {
		t.Errorf("%d jobs started", len(jobs))
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/finding/1": "/finding/1", "": "/x", "//evil": "/x", "https://evil": "/x", `/\evil`: "/x", "javascript:1": "/x", "/a?b=c": "/a?b=c",
	} {
		if got := localPath(in, "/x"); got != want {
			t.Errorf("localPath(%q) = %q, want %q", in, got, want)
		}
	}
}

// A form of endless fields, a bundle beyond its bound and files without end are refused before they are held.
func TestEndlessFormsAreRefused(t *testing.T) {
	work := testWork(t)
	h := workSite(t, work)
	fields := map[string]string{}
	for i := range maxFields + 1 {
		fields["heading:"+strconv.Itoa(i)] = "name"
	}
	body, kind := form(t, fields, "a.csv", "name\nx\n")
	if w := post(h, "/check", kind, body); w.Code != http.StatusBadRequest || len(work.Jobs()) != 0 {
		t.Errorf("a form of %d fields: %d", len(fields), w.Code)
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for range maxFiles + 1 {
		if _, err := m.CreateFormFile("file", "a.csv"); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if w := post(h, "/check", m.FormDataContentType(), &b); w.Code != http.StatusBadRequest || len(work.Jobs()) != 0 {
		t.Errorf("a form of %d files: %d", maxFiles+1, w.Code)
	}
	body, kind = formNamed(t, "bundle", map[string]string{"key": "tester+d2d2d2d2+x"}, "law.bundle", strings.Repeat("telltale bundle 2 ", 5<<20))
	if w := post(h, "/data", kind, body); w.Code != http.StatusBadRequest || len(work.Jobs()) != 0 {
		t.Errorf("a bundle of 90 MiB: %d", w.Code)
	}
}
