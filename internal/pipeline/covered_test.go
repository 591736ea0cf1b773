package pipeline

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

// What is judged from a database names all that was ever read into it, also after a restart.
func TestCoveredNamesWhatTheDatabaseHolds(t *testing.T) {
	w := testWorkspace(t, WorkspaceOptions{DB: filepath.Join(t.TempDir(), "all.db")})
	for _, name := range []string{"north.csv", "south.csv"} {
		u, err := w.Upload(name, "ann", strings.NewReader(strings.ReplaceAll(smallRegister, "00", name[:1])))
		if err != nil {
			t.Fatal(err)
		}
		j, err := w.Check(CheckRequest{Uploads: []string{u.ID}, By: "ann"})
		if i := wait(t, j, err); i.State != JobDone {
			t.Fatalf("check: %+v", i)
		}
	}
	j, err := w.Check(CheckRequest{By: "ann"}) // as at the start of a server
	if i := wait(t, j, err); i.State != JobDone {
		t.Fatalf("check: %+v", i)
	}
	v, done, err := w.View()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	cs, err := w.Covered(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range cs {
		names = append(names, c.Input)
	}
	if got := strings.Join(names, " "); got != "south.csv north.csv" {
		t.Errorf("inputs %q, want both, the last first", got)
	}
}
