package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/browse"
	"telltale/internal/law"
	"telltale/internal/pipeline"
)

const serveRegister = "Name,Manufacturer,Model,Type,Serial Number\nolt-1,Huawei,MA5800-X7,OLT,21023500AA\nbox-1,,Q7Z-1,OLT,TP0001\n"

// run runs the program in a folder of its own and returns what it printed.
func run(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := Main(args, nil, &out, &errs); code != 0 && code != 3 {
		t.Fatalf("telltale %s: code %d: %s", strings.Join(args, " "), code, &errs)
	}
	return out.String()
}

// served is the workspace that `telltale serve` shows, the first check done.
func served(t *testing.T, c *serveCmd) *pipeline.Workspace {
	t.Helper()
	c.Listen = "127.0.0.1:0"
	w, err := c.workspace(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := c.begin(&env{ctx: context.Background()}, w); err != nil {
		t.Fatal(err)
	}
	for _, i := range w.Jobs() {
		j, err := w.Job(i.ID)
		if err != nil {
			t.Fatal(err)
		}
		ended(t, j)
	}
	return w
}

func ended(t *testing.T, j *pipeline.Job) {
	t.Helper()
	if i, err := j.Wait(context.Background()); err != nil || i.State != pipeline.JobDone {
		t.Fatalf("job: %+v, %v", i, err)
	}
}

// prohibited counts the assets of the current result that are.
func prohibited(t *testing.T, w *pipeline.Workspace) int {
	t.Helper()
	v, done, err := w.View()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	p, err := v.Assets(browse.Query{}.With("verdict", string(law.Prohibited)), browse.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return p.Total
}

// whoMade is the question for the maker of box-1.
func whoMade(t *testing.T, w *pipeline.Workspace) string {
	t.Helper()
	v, done, err := w.View()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	for _, g := range v.Inbox() {
		if qs, _ := v.QuestionsIn(g.Group, 0, 1); g.Fact == "manufacturer" && len(qs) == 1 {
			return qs[0].ID
		}
	}
	t.Fatal("nobody asks who made box-1")
	return ""
}

// A database that checks filled is shown; answers go into it, so the next start knows them.
func TestServeShowsADatabase(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	if err := os.WriteFile("register.csv", []byte(serveRegister), 0o600); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(t.TempDir(), "assets.db")
	run(t, "check", "--profile", "rural-etc", "--db", db, "register.csv")
	w := served(t, &serveCmd{DB: db, Dir: t.TempDir(), Profile: "rural-etc"})
	if n := prohibited(t, w); n != 1 {
		t.Fatalf("%d prohibited, want olt-1", n)
	}
	j, err := w.Answer([]pipeline.NewAnswer{{Question: whoMade(t, w), Value: "huawei", By: "ann", Reason: "label"}})
	if err != nil {
		t.Fatal(err)
	}
	ended(t, j)
	if n := prohibited(t, w); n != 2 {
		t.Errorf("%d prohibited after the answer, want 2", n)
	}
	again := served(t, &serveCmd{DB: db, Dir: t.TempDir(), Profile: "rural-etc"})
	if n := prohibited(t, again); n != 2 {
		t.Errorf("%d prohibited at the next start, want 2: the answer is not in the database", n)
	}
}

// A saved result is shown and says that it cannot be judged anew.
func TestServeShowsASavedResult(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	if err := os.WriteFile("register.csv", []byte(serveRegister), 0o600); err != nil {
		t.Fatal(err)
	}
	saved := run(t, "check", "--no-keep", "--profile", "rural-etc", "-f", "json", "register.csv")
	if err := os.WriteFile("result.json", []byte(saved), 0o600); err != nil {
		t.Fatal(err)
	}
	w := served(t, &serveCmd{From: "result.json", Dir: t.TempDir(), Profile: "rural-etc"})
	if n := prohibited(t, w); n != 1 {
		t.Fatalf("%d prohibited, want olt-1", n)
	}
	_, err := w.Answer([]pipeline.NewAnswer{{Question: whoMade(t, w), Value: "huawei", By: "ann"}})
	if !errors.Is(err, pipeline.ErrInvalid) || !strings.Contains(err.Error(), "not judged anew") {
		t.Errorf("an answer to a saved result: %v", err)
	}
}
