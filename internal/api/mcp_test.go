package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/people"
)

// The client of the protocol's own project goes the whole way: it connects
// with a token, lists the tools, asks each, and is told what it asked wrong.
func TestMCPWithAClientOfOthers(t *testing.T) {
	program := filepath.Join(t.TempDir(), "mcpclient")
	build := exec.CommandContext(t.Context(), "go", "build", "-modfile=.ci/tools.mod", "-o", program, "./internal/api/testdata/mcpclient")
	build.Dir, build.Env = filepath.Join("..", ".."), append(os.Environ(), "GOPROXY=off", "GOFLAGS=-trimpath")
	if out, err := build.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("missing go.sum entry")) {
			t.Fatalf("the tree's fault: .ci/tools.sum lacks an entry, go build -mod=mod -modfile=.ci/tools.mod ./internal/api/testdata/mcpclient adds it: %s", out)
		}
		t.Skipf("the client is not there: go mod download -modfile=.ci/tools.mod (%s)", bytes.TrimSpace(out[:min(len(out), 300)]))
	}
	a, s := server(t, 0)
	checked(t, a, s, "")
	team, token := teamOver(t, a, people.Viewer)
	v, done, err := a.Work.View()
	if err != nil {
		t.Fatal(err)
	}
	finding := v.FindingID(0)
	done()
	out, err := exec.CommandContext(t.Context(), program, team.URL+"/api/mcp", token,
		`{"name":"ask","arguments":{"text":"Huawei MA5800-X7"}}`, `{"name":"find_assets","arguments":{"query":"verdict:prohibited"}}`, `{"name":"find_findings","arguments":{"query":"olt"}}`,
		`{"name":"explain","arguments":{"id":"`+finding+`"}}`, `{"name":"law_show","arguments":{"id":"us-fcc-54-9"}}`, `{"name":"reconcile","arguments":{"kind":"never_seen"}}`, `{"name":"find_assets","arguments":{"query":"colour:red"}}`).Output()
	if err != nil {
		t.Fatalf("the client: %v %s", err, stderrOf(err))
	}
	got := into[struct {
		Server struct{ Name string }
		Tools  []struct {
			Name        string
			InputSchema json.RawMessage
			Annotations struct{ ReadOnlyHint bool }
		}
		Answers []struct {
			IsError bool
			Content []struct{ Text string }
		}
	}](t, out)
	if got.Server.Name != "telltale" || len(got.Tools) != len(a.tools()) || len(got.Answers) != 7 {
		t.Fatalf("the client was told: %s", out)
	}
	for _, x := range got.Tools {
		if !x.Annotations.ReadOnlyHint {
			t.Errorf("the tool %s may change something", x.Name)
		}
	}
	for i, want := range []string{`"telltale/check/1"`, "olt-1", "olt-1", finding, "us-fcc-54-9", `"paper_only":`, "no field is called"} {
		if x := got.Answers[i]; x.IsError != (i == 6) || len(x.Content) != 1 || !strings.Contains(x.Content[0].Text, want) {
			t.Errorf("answer %d: %+.300v, want %q", i, x, want)
		}
	}
	if _, err := exec.CommandContext(t.Context(), program, team.URL+"/api/mcp", "telltale_forged").Output(); err == nil {
		t.Error("the client enters with a forged token")
	}
}

func stderrOf(err error) []byte {
	if e, ok := err.(*exec.ExitError); ok {
		return e.Stderr
	}
	return nil
}

// teamOver is the same API behind accounts, and a token of a role.
func teamOver(t *testing.T, a *API, role people.Role) (*httptest.Server, string) {
	t.Helper()
	ctx := context.Background()
	h, err := people.Open(ctx, people.Options{Dir: t.TempDir(), PerMinute: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	name := "the-" + string(role)
	if err := h.Put(ctx, name, role, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	token, err := h.NewToken(ctx, people.Who{Name: name, Role: role}, "test", role, 7)
	if err != nil {
		t.Fatal(err)
	}
	door := New(Config{Work: a.Work, House: h, Version: "test"})
	s := httptest.NewServer(h.Guard(door))
	t.Cleanup(func() { s.Close(); door.Close(); h.Close() })
	return s, token
}
