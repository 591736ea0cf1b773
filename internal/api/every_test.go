package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"telltale/internal/people"
)

// asked is one operation of the document.
type asked struct {
	method, path string
	op           object
}

func (o *asked) id() string { return o.op["operationId"].(string) }

// everyOperation lists the operations of the document that a server serves, in order.
func everyOperation(t *testing.T, s *httptest.Server, headers ...string) (object, []asked) {
	t.Helper()
	_, b := send(t, s, "GET", "/api/openapi.json", "", headers...)
	doc := into[object](t, b)
	var out []asked
	paths := doc["paths"].(object)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		ops := paths[path].(object)
		for _, method := range slices.Sorted(maps.Keys(ops)) {
			out = append(out, asked{strings.ToUpper(method), path, ops[method].(object)})
		}
	}
	return doc, out
}

// words are values that parameters and bodies are made of: sensible, nearly, and senseless.
func words(t *testing.T, a *API) []string {
	t.Helper()
	v, done, err := a.Work.View()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	return []string{v.AssetID(0), v.FindingID(0), "olt", "name", "-name", "verdict", "csv", "json", "html", "0", "1", "-1", "1e9", "0x10", "NaN", "99999999999999999999", "2026-11-28", "2026-02-30", "9999-12-31", "0000-00-00",
		"us-fcc-54-9", "rural-etc", "huawei", "verdict:prohibited", "makr:x", "due:<2027-01-01", `site:"`, "-", ":", "((((", "true", "null", "{}", "[]", "",
		" ", "%", "%zz", "%c0%ae", "\x00", "\r\nX-Evil: 1", "../../etc/passwd", "..\\..\\boot.ini", "'; DROP TABLE person; --", "<script>", "é\u202e", "\ufeff", "\xff\xfe", "\xed\xa0\x80", strings.Repeat("A", 3000), strings.Repeat("(", 2000), strings.Repeat("a:b ", 700)}
}

// TestEveryOperationKeepsItsWord asks every operation of the document, with
// every parameter it names and some it does not, for sensible and senseless
// things: no answer is a 5xx, and every answer of JSON is of the schema that
// the document states.
func TestEveryOperationKeepsItsWord(t *testing.T) {
	a, s := server(t, 0)
	checked(t, a, s, "")
	doc, ops := everyOperation(t, s)
	c := compiler(t, doc)
	r := rand.New(rand.NewPCG(7, 7))
	all := words(t, a)
	pick := func() string { return all[r.IntN(len(all))] }
	for _, o := range ops {
		for n := range 60 {
			if o.id() == "job_events" && n > 5 {
				break
			}
			target, headers := request(r, &o, pick)
			body := ""
			if o.op["requestBody"] != nil {
				body = invent(r, doc, o.op["requestBody"].(object)["content"].(object), pick)
			}
			code, b := send(t, s, o.method, target, body, headers...)
			if code >= 500 && o.id() != "ready" {
				t.Errorf("%s %s %.200q: %d %s", o.method, target, body, code, b)
			}
			holds(t, c, o.op, o.path, strings.ToLower(o.method), code, b)
		}
	}
}

// request makes address and headers of a request to an operation: each
// parameter there or not, once or twice, and some that nobody named.
func request(r *rand.Rand, o *asked, pick func() string) (target string, headers []string) {
	target = o.path
	query := url.Values{}
	ps, _ := o.op["parameters"].([]any)
	for _, p := range ps {
		x := p.(object)
		name := x["name"].(string)
		enum, _ := x["schema"].(object)["enum"].([]any)
		value := pick()
		if len(enum) > 0 && r.IntN(3) > 0 {
			value = enum[r.IntN(len(enum))].(string)
		}
		switch x["in"] {
		case "path":
			target = strings.ReplaceAll(target, "{"+name+"}", url.PathEscape(value))
		case "query":
			for range r.IntN(3) {
				query.Add(name, value)
			}
		case "header":
			if r.IntN(2) == 0 && !strings.ContainsAny(value, "\x00\r\n") {
				headers = append(headers, name, value)
			}
		}
	}
	if r.IntN(10) == 0 {
		query.Add("colour", pick())
	}
	kind := "application/json"
	if r.IntN(8) == 0 {
		kind = []string{"text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "application/json; charset=utf-16", ";;;", ""}[r.IntN(6)]
	}
	return target + "?" + query.Encode(), append(headers, "Content-Type", kind)
}

// Nobody without a token, or with a forged one, is answered; everybody else only what the role allows.
func TestEveryOperationAsksForItsRole(t *testing.T) {
	a, local := server(t, 0)
	checked(t, a, local, "")
	roles := map[string]people.Role{}
	for _, o := range a.operations() {
		roles[o.ID] = o.Role
	}
	r := rand.New(rand.NewPCG(8, 8))
	all := words(t, a)
	pick := func() string { return all[r.IntN(len(all))] }
	for _, who := range []people.Role{"", "forged", people.Viewer, people.Analyst, people.Admin} {
		role := who
		if who == "" || who == "forged" {
			role = people.Viewer
		}
		s, token := teamOver(t, a, role)
		bearer := []string{"Authorization", "Bearer " + token}
		doc, ops := everyOperation(t, s, bearer...)
		switch who {
		case "":
			bearer = nil
		case "forged":
			bearer[1] = "Bearer telltale_" + strings.Repeat("A", 43)
		}
		for _, o := range ops {
			need := roles[o.id()]
			for range 6 {
				if o.id() == "revoke_token" || o.id() == "remove_person" || o.id() == "put_person" {
					continue // an administrator would end the session of this test
				}
				target, headers := request(r, &o, pick)
				body := ""
				if o.op["requestBody"] != nil {
					body = invent(r, doc, o.op["requestBody"].(object)["content"].(object), pick)
				}
				code, b := send(t, s, o.method, target, body, append(headers, bearer...)...)
				open := o.id() == "health" || o.id() == "ready"
				switch {
				case code >= 500 && o.id() != "ready":
					t.Errorf("%q asks %s %s: %d %s", who, o.method, target, code, b)
				case open:
				case who == "" || who == "forged":
					if code != http.StatusUnauthorized {
						t.Errorf("%q asks %s %s: %d, want 401", who, o.method, target, code)
					}
				case need != "" && !who.Has(need) && code != http.StatusForbidden:
					t.Errorf("%q asks %s %s: %d, want 403", who, o.method, target, code)
				case need != "" && who.Has(need) && code == http.StatusForbidden && o.id() != "new_token":
					t.Errorf("%q asks %s %s: %d, and may", who, o.method, target, code)
				}
			}
		}
	}
}

// Requests that no client would send get an answer below 500, or none.
func TestRequestsThatAreBroken(t *testing.T) {
	a, s := server(t, 0)
	checked(t, a, s, "")
	heads := []string{
		"GET /api/v1/assets/%zz HTTP/1.1", "GET /api/v1/assets/%00 HTTP/1.1", "GET /api/v1/assets/%c0%ae%c0%ae%2f HTTP/1.1", "GET /api/v1/assets?q=%zz&limit=%ff HTTP/1.1", "GET /api/v1/assets?q=a;b HTTP/1.1", "GET /api/v1/assets?%00=%00 HTTP/1.1",
		"GET //api/v1/assets HTTP/1.1", "GET /api/v1/../../etc/passwd HTTP/1.1", "GET /api/v1/assets/\xff\xfe HTTP/1.1", "GET http://evil.example/api/v1/assets HTTP/1.1", "OPTIONS * HTTP/1.1", "TRACE /api/v1/assets HTTP/1.1", "PATCH /api/v1/assets HTTP/1.1", "\x16\x03\x01 / HTTP/1.1",
		"POST /api/v1/checks HTTP/1.1", "PUT /api/v1/webhooks HTTP/1.1", "POST /api/v1/uploads?name=%2e%2e%2f%2e%2e%2fx HTTP/1.1", "POST /api/mcp HTTP/1.1",
	}
	bodies := []string{"", "{", strings.Repeat("[", 100_000), `{"uploads":` + strings.Repeat(`{"a":`, 50_000), `{"uploads":[1e999999]}`, `{"uploads":["\ud800"]}`, "\xff\xfe{\x00}\x00", "\ufeff{}", `{"uploads":null,"uploads":[]}`, `{"items":[{"url":"http://[::1","secret":"0123456789abcdef"}]}`, "\x1f\x8b\x08\x00"}
	for _, head := range heads {
		for _, body := range bodies {
			for _, length := range []string{fmt.Sprint("Content-Length: ", len(body)), "Content-Length: -1", "Transfer-Encoding: chunked"} {
				if code := raw(t, s, head+"\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nConnection: close\r\n"+length+"\r\n\r\n"+body); code >= 500 && code != http.StatusNotImplemented {
					t.Errorf("%.60q with %.40q, %s: %d", head, body, length, code)
				}
			}
		}
	}
	if code := raw(t, s, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "+strings.Repeat("x", 2<<20)+"\r\n\r\n"); code >= 500 {
		t.Errorf("a header of 2 MiB: %d", code)
	}
	if code, _ := send(t, s, "GET", "/healthz", ""); code != 200 {
		t.Errorf("after all that: %d", code)
	}
}

// raw sends bytes as they are and returns the status, 0 when the server just hangs up.
func raw(t *testing.T, s *httptest.Server, request string) int {
	t.Helper()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		c.Write([]byte(request))
		c.(*net.TCPConn).CloseWrite()
	}()
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	r.Body.Close()
	return r.StatusCode
}

// invent makes a body that is nearly what the schema wants.
func invent(r *rand.Rand, doc, content object, pick func() string) string {
	j, ok := content["application/json"].(object)
	if !ok || r.IntN(8) == 0 {
		return pick()
	}
	var of func(any, int) any
	of = func(s any, depth int) any {
		x, _ := s.(object)
		if ref, ok := x["$ref"].(string); ok {
			x = doc["components"].(object)["schemas"].(object)[ref[strings.LastIndex(ref, "/")+1:]].(object)
		}
		if any, ok := x["anyOf"].([]any); ok {
			return of(any[r.IntN(len(any))], depth)
		}
		if r.IntN(12) == 0 || depth > 6 {
			return pick()
		}
		switch x["type"] {
		case "object":
			out := object{}
			props, _ := x["properties"].(object)
			for name, p := range props {
				if r.IntN(5) > 0 {
					out[name] = of(p, depth+1)
				}
			}
			return out
		case "array":
			out := []any{}
			for range r.IntN(3) {
				out = append(out, of(x["items"], depth+1))
			}
			return out
		case "integer", "number":
			return r.IntN(2000) - 1000
		case "boolean":
			return r.IntN(2) == 0
		case "null":
			return nil
		}
		return pick()
	}
	b, _ := json.Marshal(of(j["schema"], 0))
	return string(b)
}

// holds checks a JSON answer against the schema of its operation.
func holds(t *testing.T, c *jsonschema.Compiler, op object, path, method string, code int, b []byte) {
	t.Helper()
	where := fmt.Sprintf("mem:///doc.json#/paths/%s/%s/responses/", strings.ReplaceAll(strings.ReplaceAll(path, "~", "~0"), "/", "~1"), method)
	responses := op["responses"].(object)
	if code >= 400 {
		if !bytes.HasPrefix(b, []byte("{")) && path != "/readyz" {
			t.Errorf("%s %s: a problem that is no JSON: %d %.200s", method, path, code, b)
		}
		return
	}
	x, ok := responses[fmt.Sprint(code)].(object)
	if !ok {
		if code != 202 || path != "/api/mcp" {
			t.Errorf("%s %s: code %d is not in the document", method, path, code)
		}
		return
	}
	content, _ := x["content"].(object)
	if _, ok := content["application/json"]; !ok {
		return
	}
	where += fmt.Sprint(code) + "/content/application~1json/schema"
	sch, err := c.Compile(strings.NewReplacer("{", "%7B", "}", "%7D").Replace(where))
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Errorf("%s %s: %v: %.200s", method, path, err, b)
		return
	}
	if err := sch.Validate(v); err != nil {
		t.Errorf("%s %s: %v", method, path, err)
	}
}
