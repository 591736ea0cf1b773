package people

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// startProvider runs the provider of others until the test ends and returns its issuer.
func startProvider(t *testing.T, redirect string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "provider")
	build := exec.CommandContext(t.Context(), "go", "build", "-modfile=.ci/tools.mod", "-o", program, "./internal/people/testdata/provider")
	build.Dir, build.Env = filepath.Join("..", ".."), append(os.Environ(), "GOPROXY=off", "GOFLAGS=-trimpath")
	if out, err := build.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("missing go.sum entry")) {
			t.Fatalf("the tree's fault: .ci/tools.sum lacks an entry, go build -mod=mod -modfile=.ci/tools.mod ./internal/people/testdata/provider adds it: %s", out)
		}
		t.Skipf("the provider is not there: go mod download -modfile=.ci/tools.mod (%s)", bytes.TrimSpace(out[:min(len(out), 300)]))
	}
	users := filepath.Join(t.TempDir(), "users.json")
	if err := os.WriteFile(users, []byte(`{
		"1": {"ID": "1", "Username": "ann", "Password": "verysecure", "Email": "ann@example.org", "EmailVerified": true},
		"2": {"ID": "2", "Username": "eve", "Password": "verysecure", "Email": "ann@example.org", "EmailVerified": false},
		"3": {"ID": "3", "Username": "new", "Password": "verysecure", "Email": "new@example.org", "EmailVerified": true}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, users, redirect)
	var said bytes.Buffer
	c.Stderr = &said
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	issuer, err := bufio.NewReader(out).ReadString('\n')
	t.Cleanup(func() {
		in.Close()
		c.Wait()
		if t.Failed() {
			t.Logf("the provider said: %s", said.Bytes())
		}
	})
	if err != nil {
		t.Fatalf("the provider: %v", err)
	}
	return strings.TrimSpace(issuer)
}

// The whole way with a provider that others wrote and certified: discovery,
// login on its page, code, PKCE, signed identity, and the e-mail address,
// which it gives only to those who ask for it with the access token.
func TestOIDCWithAProviderOfOthers(t *testing.T) {
	var h *House
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.Guard(door()).ServeHTTP(w, r) }))
	defer s.Close()
	issuer := startProvider(t, s.URL+"/oidc/callback")
	ctx := context.Background()
	var err error
	if h, err = Open(ctx, Options{Dir: t.TempDir(), OIDC: &OIDC{Issuer: issuer, ClientID: "telltale", ClientSecret: "a secret", Redirect: s.URL + "/oidc/callback", Title: "Others"}}); err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if err := h.Put(ctx, "ann@example.org", Analyst, ""); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		role       Role
	}{
		{"eve", "no verified e-mail address", Viewer}, // states the address of ann, unverified
		{"ann", "ann@example.org analyst ", ""},
		{"new", "there is no account new@example.org", ""},
		{"new", "new@example.org viewer ", Viewer},
	} {
		h.oidc.Role = c.role
		if got := enterBy(t, s.URL, c.name); !strings.Contains(got, c.want) {
			t.Errorf("%s, newcomers are %q: %.600s, want %q", c.name, c.role, got, c.want)
		}
	}
}

// enterBy logs in at the provider's page as a browser does, and returns the page it ends on.
func enterBy(t *testing.T, server, name string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &http.Client{Jar: jar}
	r, err := b.Get(server + "/oidc/start")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(r.Body)
	r.Body.Close()
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindSubmatch(page)
	if id == nil {
		t.Fatalf("the provider shows no login: %s", page)
	}
	to, err := r.Request.URL.Parse("/login/username")
	if err != nil {
		t.Fatal(err)
	}
	if r, err = b.PostForm(to.String(), url.Values{"id": {string(id[1])}, "username": {name}, "password": {"verysecure"}}); err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	page, _ = io.ReadAll(r.Body)
	return string(page)
}
