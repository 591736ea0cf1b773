package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"telltale/internal/people"
	"telltale/internal/pipeline"
)

const register = `Name,Manufacturer,Model,Type,Serial Number,Site
olt-1,Huawei,MA5800-X7,OLT,21023500AA,North
cam-1,Hikvision,DS-2CD2143G2-I,camera,FK0001,South
sw-1,Cisco Systems,WS-C2960X-24TS-L,switch,FOC001,North
box-1,,Q7Z-1,OLT,TP0001,South
`

// server is the API with a result of four assets, asked by one local user.
func server(t *testing.T, maxUpload int64) (*API, *httptest.Server) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	k, err := pipeline.Load()
	if err != nil {
		t.Fatal(err)
	}
	h, err := people.Open(context.Background(), people.Options{Dir: t.TempDir(), Local: "ann", PerMinute: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	var door *API
	w, err := pipeline.NewWorkspace(k, pipeline.WorkspaceOptions{Dir: t.TempDir(), Profile: "rural-etc", MaxUpload: maxUpload, Changed: func(v *pipeline.View, c *pipeline.Changes) { door.Changed(v, c) }})
	if err != nil {
		t.Fatal(err)
	}
	door = New(Config{Work: w, House: h, Version: "test", LocalHooks: true})
	s := httptest.NewServer(h.Guard(door))
	t.Cleanup(func() { s.Close(); door.Close(); w.Close(); h.Close() })
	return door, s
}

func send(t *testing.T, s *httptest.Server, method, path, body string, headers ...string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, b
}

func into[T any](t *testing.T, b []byte) T {
	t.Helper()
	var x T
	if err := json.Unmarshal(b, &x); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return x
}

// checked hands in the register, checks it and waits for the end.
func checked(t *testing.T, a *API, s *httptest.Server, key string) pipeline.JobInfo {
	t.Helper()
	code, b := send(t, s, "POST", "/api/v1/uploads?name=register.csv", register, "Content-Type", "text/csv")
	if code != 201 {
		t.Fatalf("upload: %d %s", code, b)
	}
	u := into[pipeline.Upload](t, b)
	code, b = send(t, s, "POST", "/api/v1/checks", fmt.Sprintf(`{"uploads":[%q]}`, u.ID), "Idempotency-Key", key)
	if code != 202 {
		t.Fatalf("check: %d %s", code, b)
	}
	return ended(t, a, into[pipeline.JobInfo](t, b).ID)
}

func ended(t *testing.T, a *API, id string) pipeline.JobInfo {
	t.Helper()
	j, err := a.Work.Job(id)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	i, err := j.Wait(ctx)
	if err != nil || i.State != pipeline.JobDone {
		t.Fatalf("job: %+v, %v", i, err)
	}
	return i
}

func TestJourneyOfAProgram(t *testing.T) {
	a, s := server(t, 0)
	if code, _ := send(t, s, "GET", "/readyz", ""); code != 503 {
		t.Errorf("ready without a result: %d", code)
	}
	if code, _ := send(t, s, "GET", "/api/v1/assets", ""); code != 404 {
		t.Errorf("assets without a result: %d", code)
	}
	job := checked(t, a, s, "")
	code, b := send(t, s, "GET", "/api/v1/jobs/"+job.ID+"/events", "")
	if code != 200 || !strings.HasPrefix(string(b), "event: end\ndata: {") {
		t.Errorf("events: %d %s", code, b)
	}
	code, b = send(t, s, "GET", "/api/v1/assets?limit=2&order=name", "")
	page := into[pipeline.Paged[json.RawMessage]](t, b)
	if code != 200 || page.Total != 4 || len(page.Items) != 2 || page.Next == "" {
		t.Fatalf("assets: %d %s", code, b)
	}
	_, b = send(t, s, "GET", "/api/v1/assets?limit=2&order=name&after="+page.Next, "")
	if next := into[pipeline.Paged[json.RawMessage]](t, b); len(next.Items) != 2 || next.Next != "" {
		t.Errorf("second page: %s", b)
	}
	code, b = send(t, s, "GET", "/api/v1/export?list=findings&format=csv&q=verdict:prohibited", "")
	if code != 200 || !strings.Contains(string(b), "olt-1") || strings.Contains(string(b), "sw-1") {
		t.Errorf("export: %d %s", code, b)
	}
	for _, form := range []string{"json", "jsonl", "xlsx", "csv"} {
		for _, list := range []string{"assets", "findings"} {
			if code, b := send(t, s, "GET", "/api/v1/export?q=olt&list="+list+"&format="+form, ""); code != 200 || len(b) == 0 {
				t.Errorf("export of %s as %s: %d, %d bytes", list, form, code, len(b))
			}
		}
	}
	if code, b := send(t, s, "GET", "/api/v1/ask?q="+url.QueryEscape("Hikvision DS-2CD2143G2-I"), ""); code != 200 || !strings.Contains(string(b), `"telltale/check/1"`) {
		t.Errorf("ask: %d %.200s", code, b)
	}
	if code, b := send(t, s, "GET", "/metrics", ""); code != 200 || !strings.Contains(string(b), "telltale_assets 4\n") {
		t.Errorf("metrics: %d %s", code, b)
	}
}

func TestImportSentAgainIsDoneOnce(t *testing.T) {
	a, s := server(t, 0)
	_, b := send(t, s, "POST", "/api/v1/uploads?name=r.csv", register, "Content-Type", "text/csv")
	body := fmt.Sprintf(`{"uploads":[%q]}`, into[pipeline.Upload](t, b).ID)
	_, first := send(t, s, "POST", "/api/v1/checks", body, "Idempotency-Key", "k1")
	code, again := send(t, s, "POST", "/api/v1/checks", body, "Idempotency-Key", "k1")
	if code != 202 || into[pipeline.JobInfo](t, first).ID != into[pipeline.JobInfo](t, again).ID {
		t.Errorf("sent again: %d %s, first %s", code, again, first)
	}
	if code, _ := send(t, s, "POST", "/api/v1/checks", `{"uploads":["x"]}`, "Idempotency-Key", "k1"); code != 422 {
		t.Errorf("another request under the same key: %d", code)
	}
	ended(t, a, into[pipeline.JobInfo](t, first).ID)
	if n := len(a.Work.Results()); n != 1 {
		t.Errorf("%d results, want 1", n)
	}
	restarted(t, a, body, into[pipeline.JobInfo](t, first).ID)
}

// restarted sends a check again to a server that took over the folder.
func restarted(t *testing.T, a *API, body, job string) {
	t.Helper()
	a.Work.Close()
	w, err := pipeline.NewWorkspace(a.Work.Knowledge(), pipeline.WorkspaceOptions{Dir: a.Work.Dir, Profile: "rural-etc"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	b := New(Config{Work: w, House: a.House})
	defer b.Close()
	s := httptest.NewServer(a.House.Guard(b))
	defer s.Close()
	code, again := send(t, s, "POST", "/api/v1/checks", body, "Idempotency-Key", "k1")
	if code != 202 || into[pipeline.JobInfo](t, again).ID != job {
		t.Errorf("sent again after a restart: %d %s, want job %s", code, again, job)
	}
	if code, told := send(t, s, "GET", "/api/v1/jobs/"+job, ""); code != 200 || into[pipeline.JobInfo](t, told).State != pipeline.JobDone {
		t.Errorf("the job after a restart: %d %s", code, told)
	}
}

func TestWebhookTellsWhatGotWorse(t *testing.T) {
	a, s := server(t, 0)
	a.hooks.wait = time.Millisecond
	tries := atomic.Int32{}
	got := make(chan Message, 1)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) < 3 {
			w.WriteHeader(http.StatusBadGateway) // taken at the third try
			return
		}
		b, _ := io.ReadAll(r.Body)
		sig := r.Header.Get("X-Telltale-Signature")
		var at int64
		fmt.Sscanf(sig, "t=%d,", &at)
		if sig != Sign("a secret of some length", at, b) {
			t.Errorf("signature %q is wrong", sig)
		}
		got <- into[Message](t, b)
	}))
	defer target.Close()
	if code, b := send(t, s, "PUT", "/api/v1/webhooks", fmt.Sprintf(`{"items":[{"url":%q,"secret":"a secret of some length","restricted":true}]}`, target.URL)); code != 204 {
		t.Fatalf("set: %d %s", code, b)
	}
	if _, b := send(t, s, "GET", "/api/v1/webhooks", ""); strings.Contains(string(b), "a secret") {
		t.Errorf("the secret is shown: %s", b)
	}
	checked(t, a, s, "")
	v, done, err := a.Work.View()
	if err != nil {
		t.Fatal(err)
	}
	question := ""
	for _, g := range v.Inbox() {
		if qs, _ := v.QuestionsIn(g.Group, 0, 1); g.Fact == "manufacturer" {
			question = qs[0].ID
		}
	}
	done()
	code, b := send(t, s, "POST", "/api/v1/answers", fmt.Sprintf(`{"answers":[{"question":%q,"value":"huawei","reason":"label"}]}`, question))
	if code != 202 {
		t.Fatalf("answer: %d %s", code, b)
	}
	select {
	case m := <-got:
		if m.Event != "device.restricted" || len(m.Changes.Listed) == 0 {
			t.Errorf("told: %+v", m)
		}
	case <-time.After(time.Minute):
		t.Fatal("nobody was told")
	}
}

func TestWebhooksReachNoAddressOfOurOwn(t *testing.T) {
	for address, bad := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "169.254.169.254:80": true, "[fe80::1]:80": true, "0.0.0.0:80": true, "[::ffff:127.0.0.1]:80": true, "[fd00:ec2::254]:80": true, "[64:ff9b::169.254.169.254]:80": true, "[2002:7f00:1::]:80": true, "[fe80::1%eth0]:80": true, "0.1.2.3:80": true, "100.100.100.200:80": true,
		"192.0.2.7:443": false, "[64:ff9b::192.0.2.7]:443": false, "[2001:db8::7]:443": false, "10.1.2.3:443": false} {
		if err := refuseOwn(address); (err != nil) != bad {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAssistantsFindReadOnlyTools(t *testing.T) {
	a, s := server(t, 0)
	checked(t, a, s, "")
	rpc := func(method, params string) string {
		code, b := send(t, s, "POST", "/api/mcp", fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params))
		if code != 200 {
			t.Fatalf("%s: %d %s", method, code, b)
		}
		return string(b)
	}
	if b := rpc("initialize", `{"protocolVersion":"2025-06-18"}`); !strings.Contains(b, "serverInfo") {
		t.Errorf("initialize: %s", b)
	}
	if b := rpc("tools/list", `{}`); strings.Count(b, "readOnlyHint") != 6 {
		t.Errorf("tools: %s", b)
	}
	for tool, arg := range map[string][2]string{
		"ask": {"text", "Huawei MA5800-X7"}, "find_assets": {"query", "verdict:prohibited"}, "find_findings": {"query", "olt"}, "law_show": {"id", "us-fcc-54-9"}, "reconcile": {"kind", "not_looked"},
	} {
		if b := rpc("tools/call", fmt.Sprintf(`{"name":%q,"arguments":{%q:%q}}`, tool, arg[0], arg[1])); !strings.Contains(b, `"content"`) || strings.Contains(b, "isError") {
			t.Errorf("%s: %.300s", tool, b)
		}
	}
	if b := rpc("tools/call", `{"name":"reconcile","arguments":{"kind":"not_looked"}}`); !strings.Contains(b, `\"paper_only\":`) || !strings.Contains(b, `\"total\":`) {
		t.Errorf("reconcile: %.400s", b)
	}
	if b := rpc("tools/call", `{"name":"reconcile","arguments":{"kind":"stolen"}}`); !strings.Contains(b, "never_bought") || !strings.Contains(b, "isError") {
		t.Errorf("reconcile of no kind: %.400s", b)
	}
	if b := rpc("tools/call", `{"name":"explain","arguments":{"id":"../.."}}`); !strings.Contains(b, "isError") {
		t.Errorf("explain a path: %s", b)
	}
	if code, _ := send(t, s, "POST", "/api/mcp", `{"jsonrpc":"2.0","method":"notifications/initialized"}`); code != 202 {
		t.Errorf("notification: %d", code)
	}
}

func TestUploadsThatAreTooLargeOrBombs(t *testing.T) {
	a, s := server(t, 1<<20)
	if code, b := send(t, s, "POST", "/api/v1/uploads?name=big", strings.Repeat("x", 2<<20), "Content-Type", "application/octet-stream"); code != 413 {
		t.Errorf("2 MiB where 1 MiB may wait: %d %s", code, b)
	}
	code, b := send(t, s, "POST", "/api/v1/uploads?name=bomb.zip", string(bomb(t)), "Content-Type", "application/zip")
	if code != 201 {
		t.Fatalf("upload: %d %s", code, b)
	}
	_, b = send(t, s, "POST", "/api/v1/checks", fmt.Sprintf(`{"uploads":[%q]}`, into[pipeline.Upload](t, b).ID))
	ended(t, a, into[pipeline.JobInfo](t, b).ID)
	_, b = send(t, s, "GET", "/api/v1/summary", "")
	if !strings.Contains(string(b), "unpacks to more than") {
		t.Errorf("the bomb is not told of: %s", b)
	}
	if code, b := send(t, s, "POST", "/api/v1/checks", `{"uploads":["`+strings.Repeat("x", 5<<20)+`"]}`); code != 413 {
		t.Errorf("a body of 5 MiB: %d %.100s", code, b)
	}
}

// TestDocumentIsOpenAPI31 holds the document against the rules of OpenAPI 3.1 that it uses.
func TestDocumentIsOpenAPI31(t *testing.T) {
	_, s := server(t, 0)
	_, b := send(t, s, "GET", "/api/openapi.json", "")
	doc := into[object](t, b)
	if doc["openapi"] != "3.1.0" || doc["info"].(object)["title"] == "" || doc["info"].(object)["version"] == "" {
		t.Errorf("head: %v %v", doc["openapi"], doc["info"])
	}
	c := compiler(t, doc)
	ids := map[string]bool{}
	for path, ops := range doc["paths"].(object) {
		if !strings.HasPrefix(path, "/") {
			t.Errorf("path %q", path)
		}
		for method, o := range ops.(object) {
			op := o.(object)
			id := op["operationId"].(string)
			if ids[id] {
				t.Errorf("operation %s twice", id)
			}
			ids[id] = true
			inPath := map[string]bool{}
			ps, _ := op["parameters"].([]any)
			for _, p := range ps {
				x := p.(object)
				if x["in"] == "path" {
					inPath[x["name"].(string)] = true
					if x["required"] != true {
						t.Errorf("%s: a path parameter must be required", id)
					}
				}
			}
			if strings.Count(path, "{") != len(inPath) {
				t.Errorf("%s %s: path parameters %v", method, path, inPath)
			}
			if len(op["responses"].(object)) < 2 {
				t.Errorf("%s: no responses", id)
			}
		}
	}
	for name := range doc["components"].(object)["schemas"].(object) {
		if _, err := c.Compile("mem:///doc.json#/components/schemas/" + name); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
	var refs func(any)
	refs = func(v any) {
		switch x := v.(type) {
		case object:
			if r, ok := x["$ref"].(string); ok {
				if _, err := c.Compile("mem:///doc.json" + r); err != nil {
					t.Errorf("reference %s: %v", r, err)
				}
			}
			for _, y := range x {
				refs(y)
			}
		case []any:
			for _, y := range x {
				refs(y)
			}
		}
	}
	refs(doc["paths"])
}

func compiler(t *testing.T, doc object) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("mem:///doc.json", map[string]any(doc)); err != nil {
		t.Fatal(err)
	}
	return c
}
