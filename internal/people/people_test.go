package people

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// clock is a clock that tests move.
type clock struct{ ns atomic.Int64 }

func (c *clock) now() time.Time           { return time.Unix(0, c.ns.Load()) }
func (c *clock) advance(by time.Duration) { c.ns.Add(int64(by)) }

// door says who asks and lets analysts post.
func door() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(Of(r.Context()).Name + " " + string(Of(r.Context()).Role) + " " + Of(r.Context()).CSRF))
	})
	mux.Handle("POST /answer", Require(Analyst, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	return mux
}

func house(t *testing.T, o Options) (*House, *httptest.Server, *clock) {
	t.Helper()
	c := &clock{}
	c.ns.Store(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC).UnixNano())
	o.Dir, o.Now = t.TempDir(), c.now
	h, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h.Guard(door()))
	t.Cleanup(func() { s.Close(); h.Close() })
	return h, s, c
}

// browser keeps cookies and follows no redirect.
func browser() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func do(t *testing.T, c *http.Client, method, url, form string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	b.ReadFrom(res.Body)
	return res.StatusCode, b.String()
}

func TestLocalModeKeepsOtherSitesOut(t *testing.T) {
	_, s, _ := house(t, Options{Local: "ann"})
	for _, c := range []struct {
		name, method, path string
		headers            []string
		want               int
	}{
		{"own page", "GET", "/x", nil, 200},
		{"a name that was made to lead here", "GET", "/x", []string{"Host", "evil.example"}, 421},
		{"that name with our port", "GET", "/x", []string{"Host", "evil.example:7777"}, 421},
		{"localhost", "GET", "/x", []string{"Host", "localhost:7777"}, 200},
		{"IPv6 loopback", "GET", "/x", []string{"Host", "[::1]:7777"}, 200},
		{"own form", "POST", "/answer", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"another site's form", "POST", "/answer", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"another site on this machine", "POST", "/answer", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"another origin, old browser", "POST", "/answer", []string{"Origin", "https://evil.example"}, 403},
		{"another site's link", "GET", "/x", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"another site's picture", "GET", "/api/v1/ask?q=x", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403},
		{"another site's frame", "GET", "/ask?q=x", []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"an address that is typed", "GET", "/x", []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"no origin at all", "POST", "/answer", []string{"Origin", "null"}, 403},
		{"a forged token", "GET", "/api/v1/assets", []string{"Authorization", "Bearer telltale_" + random()}, 401},
		{"a token of another kind", "GET", "/api/v1/assets", []string{"Authorization", "Bearer ' OR 1=1 --"}, 401},
	} {
		if got, body := do(t, http.DefaultClient, c.method, s.URL+c.path, "", c.headers...); got != c.want {
			t.Errorf("%s: %d %s, want %d", c.name, got, body, c.want)
		}
	}
}

func TestTeamLogsInAndOut(t *testing.T) {
	h, s, clock := house(t, Options{})
	ctx := context.Background()
	for _, p := range []struct {
		name string
		role Role
	}{{"vera", Viewer}, {"ann", Analyst}} {
		if err := h.Put(ctx, p.name, p.role, "correct horse battery"); err != nil {
			t.Fatal(err)
		}
	}
	b := browser()
	if code, _ := do(t, b, "GET", s.URL+"/assets", ""); code != http.StatusSeeOther {
		t.Errorf("a page without login: %d", code)
	}
	if code, _ := do(t, b, "GET", s.URL+"/api/v1/assets", ""); code != http.StatusUnauthorized {
		t.Errorf("the API without login: %d", code)
	}
	if code, _ := do(t, b, "POST", s.URL+"/login", "name=ann&password=wrong+password"); code != http.StatusUnauthorized {
		t.Errorf("a wrong password: %d", code)
	}
	if code, _ := do(t, b, "POST", s.URL+"/login", "name=ann&password=correct+horse+battery&next=//evil.example"); code != http.StatusSeeOther {
		t.Fatalf("login: %d", code)
	}
	_, body := do(t, b, "GET", s.URL+"/", "")
	who := strings.Fields(body)
	if len(who) != 3 || who[0] != "ann" || who[1] != "analyst" {
		t.Fatalf("logged in as %q", body)
	}
	if code, _ := do(t, b, "POST", s.URL+"/answer", "x=1"); code != http.StatusForbidden {
		t.Errorf("a form without its token: %d", code)
	}
	if code, _ := do(t, b, "POST", s.URL+"/answer", "csrf="+url.QueryEscape(random())); code != http.StatusForbidden {
		t.Errorf("a form with a forged token: %d", code)
	}
	if code, _ := do(t, b, "POST", s.URL+"/answer", "csrf="+url.QueryEscape(who[2])); code != http.StatusOK {
		t.Errorf("a form with its token: %d", code)
	}
	if code, _ := do(t, b, "POST", s.URL+"/answer?a=b&csrf="+url.QueryEscape(who[2]), ""); code != http.StatusOK {
		t.Errorf("a form with files with its token: %d", code)
	}
	viewer := browser()
	do(t, viewer, "POST", s.URL+"/login", "name=vera&password=correct+horse+battery")
	_, body = do(t, viewer, "GET", s.URL+"/", "")
	if code, _ := do(t, viewer, "POST", s.URL+"/answer", "", "X-CSRF-Token", strings.Fields(body)[2]); code != http.StatusForbidden {
		t.Errorf("a viewer answers: %d", code)
	}
	if err := h.Put(ctx, "vera", Viewer, ""); err != nil {
		t.Fatal(err)
	}
	if code, _ := do(t, viewer, "GET", s.URL+"/", ""); code != http.StatusSeeOther {
		t.Errorf("a session outlives the change of its account: %d", code)
	}
	clock.advance(sessionIdle + time.Minute)
	if code, _ := do(t, b, "GET", s.URL+"/", ""); code != http.StatusSeeOther {
		t.Errorf("a session lives after %v of silence: %d", sessionIdle, code)
	}
	do(t, b, "POST", s.URL+"/login", "name=ann&password=correct+horse+battery")
	_, body = do(t, b, "GET", s.URL+"/", "")
	if code, _ := do(t, b, "POST", s.URL+"/logout", "csrf="+url.QueryEscape(strings.Fields(body)[2])); code != http.StatusSeeOther {
		t.Errorf("logout: %d", code)
	}
	if code, _ := do(t, b, "GET", s.URL+"/", ""); code != http.StatusSeeOther {
		t.Errorf("after logout: %d", code)
	}
	h.Flush()
	rs, _, err := h.Records(ctx, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range rs {
		seen[r.Name+" "+r.Act+" "+r.About] = true
	}
	for _, want := range []string{"ann login refused", "ann login entered", "ann POST /answer", "ann POST /answer?a=b", "vera POST /answer", "ann logout "} {
		if !seen[want] {
			t.Errorf("the record lacks %q: %v", want, seen)
		}
	}
}

func TestLoginsAreSlowedDown(t *testing.T) {
	h, s, clock := house(t, Options{})
	code := 0
	for range 12 {
		code, _ = do(t, http.DefaultClient, "POST", s.URL+"/login", "name=ann&password=x")
	}
	if code != http.StatusTooManyRequests {
		t.Errorf("the twelfth attempt in a minute: %d", code)
	}
	clock.advance(2 * time.Minute)
	if code, _ = do(t, http.DefaultClient, "POST", s.URL+"/login", "name=ann&password=x"); code != http.StatusUnauthorized {
		t.Errorf("two minutes later: %d", code)
	}
	h.rates.perMinute = 3
	h.rates.of = nil
	for range 4 {
		code, _ = do(t, http.DefaultClient, "GET", s.URL+"/login", "")
	}
	if code != http.StatusTooManyRequests {
		t.Errorf("the fourth request of three a minute: %d", code)
	}
}

// TestNobodyIsKeptOutByOneAddress: wrong passwords from one place leave the person the own way in; from many they are slowed down.
func TestNobodyIsKeptOutByOneAddress(t *testing.T) {
	h, s, _ := house(t, Options{Proxies: []string{"127.0.0.1"}})
	h.names.perMinute = 15 // fewer than there are, for every try costs a hash
	try := func(from string) int {
		code, _ := do(t, http.DefaultClient, "POST", s.URL+"/login", "name=ann&password=x", "X-Forwarded-For", from)
		return code
	}
	for range 12 {
		try("192.0.2.1")
	}
	if code := try("192.0.2.2"); code != http.StatusUnauthorized {
		t.Errorf("from elsewhere: %d", code)
	}
	last := 0
	for n := range 15 {
		last = try(fmt.Sprintf("198.51.100.%d", n))
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the last of many from elsewhere: %d", last)
	}
}

func TestTokensDoNoMoreThanTheirOwner(t *testing.T) {
	h, s, clock := house(t, Options{})
	ctx := context.Background()
	h.Put(ctx, "ann", Analyst, "correct horse battery")
	if _, err := h.NewToken(ctx, Who{Name: "ann", Role: Analyst}, "ci", Admin, 7); err == nil {
		t.Error("an analyst made an admin's token")
	}
	secret, err := h.NewToken(ctx, Who{Name: "ann", Role: Analyst}, "ci", Analyst, 7)
	if err != nil {
		t.Fatal(err)
	}
	bearer := []string{"Authorization", "Bearer " + secret}
	if code, _ := do(t, http.DefaultClient, "POST", s.URL+"/answer", "", bearer...); code != http.StatusOK {
		t.Errorf("with a token: %d", code)
	}
	h.Put(ctx, "ann", Viewer, "")
	if code, _ := do(t, http.DefaultClient, "POST", s.URL+"/answer", "", bearer...); code != http.StatusForbidden {
		t.Errorf("the owner became a viewer: %d", code)
	}
	clock.advance(8 * 24 * time.Hour)
	if code, _ := do(t, http.DefaultClient, "GET", s.URL+"/api/x", "", bearer...); code != http.StatusUnauthorized {
		t.Errorf("after its last day: %d", code)
	}
	ts, err := h.Tokens(ctx, "ann")
	if err != nil || len(ts) != 1 || h.RevokeToken(ctx, "ann", ts[0].ID) != nil {
		t.Errorf("tokens: %v, %v", ts, err)
	}
}

func TestSecretsLieSealed(t *testing.T) {
	h, _, _ := house(t, Options{Local: "ann"})
	ctx := context.Background()
	if err := h.PutSecret(ctx, "snmp", []byte("very-secret-community")); err != nil {
		t.Fatal(err)
	}
	got, err := h.Secret(ctx, "snmp")
	if err != nil || string(got) != "very-secret-community" {
		t.Fatalf("secret: %q, %v", got, err)
	}
	for _, f := range []string{"people.db", "people.db-wal"} {
		if b, _ := os.ReadFile(filepath.Join(h.Dir, f)); bytes.Contains(b, []byte("very-secret")) {
			t.Errorf("%s holds the secret in the open", f)
		}
	}
	if st, err := os.Stat(filepath.Join(h.Dir, keyName)); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", st.Mode(), err)
	}
	// a sealed value moved under another name is refused
	h.db.Exec("INSERT INTO secret SELECT 'other', sealed, made FROM secret WHERE name = 'snmp'")
	if _, err := h.Secret(ctx, "other"); err == nil {
		t.Error("a secret under another name was opened")
	}
}

// The record tells who saw single things, answered, and took what along: whatever the door, and also what was refused.
func TestRecordTellsWhoSawAndTookWhat(t *testing.T) {
	h, s, _ := house(t, Options{})
	ctx := context.Background()
	if err := h.Put(ctx, "vera", Viewer, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	secret, err := h.NewToken(ctx, Who{Name: "vera", Role: Viewer}, "ci", Viewer, 7)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for path, want := range map[string]bool{
		"/asset/1": true, "/finding/1": true, "/assets?format=csv&q=x": true, "/check?table=results-kept&format=xlsx": true, "/job/1/firmware/html": true, "/reconcile?format=json": true,
		"/api/v1/assets/1": true, "/api/v1/findings/1": true, "/api/v1/export?list=assets": true, "/api/v1/topology": true, "/api/v1/reconcile": true, "/api/v1/jobs/1/firmware": true,
		"/assets?q=huawei": true, "/findings": true, "/inbox/1": true, "/network.json": true, "/evidence": true, "/api/v1/assets?limit=500": true, "/api/v1/findings": true, "/api/v1/inbox/1": true,
		"/law": false, "/api/v1/law": false, "/api/v1/jobs/1": false, "/static/x": false, "/firmware": false, "/api/v1/fields": false,
	} {
		do(t, http.DefaultClient, "GET", s.URL+path, "", "Authorization", "Bearer "+secret)
		told[path] = want
	}
	do(t, http.DefaultClient, "POST", s.URL+"/answer?x=1", "", "Authorization", "Bearer "+secret)
	told["/answer?x=1"] = true
	h.Flush()
	rs, _, err := h.Records(ctx, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range rs {
		if seen[r.About] = true; r.Name != "vera" || r.Address != "127.0.0.1" || r.At.IsZero() || r.Act == "POST" && r.Status != http.StatusForbidden {
			t.Errorf("recorded as %+v", r)
		}
	}
	for path, want := range told {
		if seen[path] != want {
			t.Errorf("%s is recorded: %v, want %v", path, seen[path], want)
		}
	}
}

// TestRecordHoldsWhatBrokeOff: who cuts the connection before the last byte of an export took it all the same.
func TestRecordHoldsWhatBrokeOff(t *testing.T) {
	h, err := Open(context.Background(), Options{Dir: t.TempDir(), Local: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	s := httptest.NewServer(h.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Tell(r.Context(), "much")
		w.Write([]byte("part"))
		panic(http.ErrAbortHandler)
	})))
	defer s.Close()
	if r, err := http.Get(s.URL + "/assets?format=csv"); err == nil {
		r.Body.Close()
	}
	h.Flush()
	rs, _, err := h.Records(context.Background(), 0, 10)
	if err != nil || len(rs) != 1 || rs[0].About != "/assets?format=csv (much)" {
		t.Errorf("recorded: %+v, %v", rs, err)
	}
}

// TestRecordOutlivesItsHouse: a request still under way when the server stops must not break it.
func TestRecordOutlivesItsHouse(t *testing.T) {
	h, err := Open(context.Background(), Options{Dir: t.TempDir(), Local: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h.note(Record{Name: "ann", Act: "GET"})
}

// TestAccountsAreTheOwners: who may look into the folder must not read password hashes.
func TestAccountsAreTheOwners(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "people.db"), nil, 0o644); err != nil { // as earlier versions made it
		t.Fatal(err)
	}
	h, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if err := h.Put(context.Background(), "ann", Admin, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"people.db", "people.db-wal", "people.db-shm"} {
		if st, err := os.Stat(filepath.Join(dir, name)); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
}

// TestTheLastAdminStays: nobody locks the house with all keys inside.
func TestTheLastAdminStays(t *testing.T) {
	h, _, _ := house(t, Options{})
	ctx := context.Background()
	for _, name := range []string{"ann", "bea"} {
		if err := h.Put(ctx, name, Admin, "correct horse battery"); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Put(ctx, "eve@example.org", Admin, ""); err != nil { // who never came by the provider
		t.Fatal(err)
	}
	if err := h.Remove(ctx, "ann"); err != nil {
		t.Errorf("one of two admins: %v", err)
	}
	secret, err := h.begin(ctx, "bea")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Remove(ctx, "bea"); !errors.Is(err, ErrInvalid) {
		t.Errorf("the last one is removed: %v", err)
	}
	if err := h.Put(ctx, "bea", Viewer, ""); !errors.Is(err, ErrInvalid) {
		t.Errorf("the last one becomes a viewer: %v", err)
	}
	if w, err := h.session(ctx, secret); err != nil || w.Role != Admin {
		t.Errorf("after the refusals: %+v, %v", w, err)
	}
	if err := h.Remove(ctx, "nobody"); !errors.Is(err, ErrNotFound) {
		t.Errorf("nobody is removed: %v", err)
	}
}

func TestTokensAreBounded(t *testing.T) {
	h, _, clock := house(t, Options{})
	ctx, ann := context.Background(), Who{Name: "ann", Role: Analyst}
	for range maxTokens {
		if _, err := h.NewToken(ctx, ann, "ci", Viewer, 1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.NewToken(ctx, ann, "ci", Viewer, 1); !errors.Is(err, ErrInvalid) {
		t.Errorf("one more than %d: %v", maxTokens, err)
	}
	if _, err := h.NewToken(ctx, Who{Name: "bea", Role: Viewer}, "ci", Viewer, 1); err != nil {
		t.Errorf("somebody else's first: %v", err)
	}
	clock.advance(25 * time.Hour)
	if _, err := h.NewToken(ctx, ann, "ci", Viewer, 1); err != nil {
		t.Errorf("when the others are over: %v", err)
	}
	if ts, err := h.Tokens(ctx, "ann"); err != nil || len(ts) != 1 {
		t.Errorf("%d tokens are left, %v", len(ts), err)
	}
}

// TestKeyIsWholeOrNotThere: a key cut short by a full disk would seal nobody's secrets, nor open any.
func TestKeyIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, keyName)
	for range 3 {
		if err := makeKey(path); err != nil {
			t.Fatal(err)
		}
	}
	first, err := os.ReadFile(path)
	if err != nil || len(first) != 32 {
		t.Fatalf("key of %d bytes, %v", len(first), err)
	}
	if err := makeKey(path); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); !bytes.Equal(b, first) {
		t.Error("a second key replaced the first")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, keyName+"-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := makeKey(filepath.Join(dir, "none", keyName)); err == nil {
		t.Error("a key was made where nothing can be")
	}
}
