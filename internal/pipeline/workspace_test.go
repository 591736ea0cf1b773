package pipeline

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/law"
)

func testWorkspace(t *testing.T, o WorkspaceOptions) *Workspace {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.Profile = "rural-etc"
	o.Now = func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
	w, err := NewWorkspace(k, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

const smallRegister = `Name,Manufacturer,Model,Type,Serial Number,Site
olt-1,Huawei,MA5800-X7,OLT,21023500AA,North
cam-1,Hikvision,DS-2CD2143G2-I,camera,FK0001,South
sw-1,Cisco Systems,WS-C2960X-24TS-L,switch,FOC001,North
box-1,,Q7Z-1,OLT,TP0001,South
`

func wait(t *testing.T, j *Job, err error) JobInfo {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	i, err := j.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestWorkspaceChecksAnswersAndCompares(t *testing.T) {
	told := 0
	w := testWorkspace(t, WorkspaceOptions{Changed: func(_ *View, c *Changes) { told += len(c.Listed) }})
	if _, _, err := w.View(); !errors.Is(err, ErrNoResult) {
		t.Fatalf("empty workspace: %v", err)
	}
	u, err := w.Upload(`C:\files\register.csv`, "ann", strings.NewReader(smallRegister))
	if err != nil {
		t.Fatal(err)
	}
	j, err := w.Check(CheckRequest{Uploads: []string{u.ID}, By: "ann"})
	if i := wait(t, j, err); i.State != JobDone || i.Title != "register.csv" {
		t.Fatalf("check: %+v", i)
	}
	v, done, err := w.View()
	if err != nil {
		t.Fatal(err)
	}
	if c := v.Head().Coverage; len(c) != 1 || c[0].Input != "register.csv" || c[0].Read != 4 {
		t.Errorf("coverage: %+v", c)
	}
	in := v.Inbox()
	var q browse.Question
	for _, g := range in {
		if qs, _ := v.QuestionsIn(g.Group, 0, 1); g.Fact == "manufacturer" {
			q = qs[0]
		}
	}
	done()
	if q.ID == "" {
		t.Fatalf("nobody asks for the maker: %+v", in)
	}
	if _, err := w.Answer([]NewAnswer{{Question: q.ID, Value: "no such maker at all", By: "ann"}}); !errors.Is(err, ErrInvalid) {
		t.Errorf("an answer that cannot be read: %v", err)
	}
	j, err = w.Answer([]NewAnswer{{Question: q.ID, Value: "huawei", By: "ann", Reason: "label", Until: calendar.NoDate}})
	if i := wait(t, j, err); i.State != JobDone {
		t.Fatalf("answer: %+v", i)
	}
	v, done, err = w.View()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	c, err := v.Changes()
	if err != nil || c == nil || len(c.Listed) == 0 || told != len(c.Listed) {
		t.Fatalf("changes: %+v, %v; told %d", c, err, told)
	}
	worse := false
	for i := range c.Listed {
		worse = worse || newlyRestricted(&c.Listed[i])
	}
	if !worse {
		t.Errorf("nothing got worse: %+v", c.Listed)
	}
	a, _ := v.Assets(browse.Query{}.With("verdict", string(law.Prohibited)).With("", "box-1"), browse.Page{})
	if a.Total != 1 {
		t.Errorf("%d prohibited assets called box-1, want 1", a.Total)
	}
	if rs := w.Results(); len(rs) != 2 || !rs[0].Current || rs[0].By != "ann" {
		t.Errorf("results: %+v", rs)
	}
}

func TestWorkspaceOpensAgain(t *testing.T) {
	dir := t.TempDir()
	w := testWorkspace(t, WorkspaceOptions{Dir: dir})
	u, err := w.Upload("register.csv", "ann", strings.NewReader(smallRegister))
	if err != nil {
		t.Fatal(err)
	}
	j, err := w.Check(CheckRequest{Uploads: []string{u.ID}})
	wait(t, j, err)
	os.MkdirAll(filepath.Join(dir, "results", "new-1"), 0o700)
	w.Close()
	again := testWorkspace(t, WorkspaceOptions{Dir: dir})
	if rs := again.Results(); len(rs) != 1 || rs[0].Assets != 4 {
		t.Errorf("results: %+v", rs)
	}
	if _, err := os.Stat(filepath.Join(dir, "results", "new-1")); err == nil {
		t.Error("half a result of a killed run was left")
	}
}

func TestUploadsAreBounded(t *testing.T) {
	w := testWorkspace(t, WorkspaceOptions{MaxUpload: 100})
	if _, err := w.Upload("a", "", bytes.NewReader(make([]byte, 60))); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Upload("b", "", bytes.NewReader(make([]byte, 60))); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a second file of 60 of 100 bytes: %v", err)
	}
	es, _ := os.ReadDir(filepath.Join(w.Dir, "uploads"))
	if len(es) != 1 {
		t.Errorf("%d uploads on disk, want 1", len(es))
	}
	if _, err := w.Check(CheckRequest{Uploads: []string{"../../etc"}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a path as upload: %v", err)
	}
	if _, err := w.Check(CheckRequest{Uploads: []string{"x"}, Profile: "../p"}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a path as profile: %v", err)
	}
}

// Files on their way count: handed in at once they must not fill the disk many times over.
func TestUploadsOnTheirWayAreBounded(t *testing.T) {
	w := testWorkspace(t, WorkspaceOptions{MaxUpload: 100})
	r, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := w.Upload("slow", "", r)
		ended <- err
	}()
	if _, err := in.Write(make([]byte, 60)); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write(nil); err != nil { // taken up when the 60 are counted
		t.Fatal(err)
	}
	if _, err := w.Upload("b", "", bytes.NewReader(make([]byte, 60))); !errors.Is(err, ErrTooLarge) {
		t.Errorf("60 of 100 bytes while 60 are on their way: %v", err)
	}
	in.CloseWithError(errors.New("broken off"))
	if err := <-ended; err == nil {
		t.Error("a file that broke off was taken")
	}
	u, err := w.Upload("c", "", bytes.NewReader(make([]byte, 100)))
	if err != nil {
		t.Fatalf("all 100 when nothing waits: %v", err)
	}
	w.Discard([]string{u.ID, u.ID, "x"})
	if _, err := w.Upload("d", "", bytes.NewReader(make([]byte, 100))); err != nil {
		t.Errorf("all 100 when they were discarded: %v", err)
	}
	if es, _ := os.ReadDir(filepath.Join(w.Dir, "uploads")); len(es) != 1 {
		t.Errorf("%d uploads on disk, want 1", len(es))
	}
}

func TestSafeNameLeavesTheFolderNever(t *testing.T) {
	for in, want := range map[string]string{
		"../../etc/passwd": "passwd", `..\..\boot.ini`: "boot.ini", "a/b/": "upload", "..": "upload", ".hidden": "hidden", "x\x00y\n.csv": "xy.csv",
		"C:\\a\\b.xlsx": "b.xlsx", "a\u202ecsv": "acsv", strings.Repeat("é", 200) + ".csv": strings.Repeat("é", 98) + ".csv", "zip!x": "zipx",
	} {
		if got := SafeName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCancelledCheckKeepsNothing(t *testing.T) {
	w := testWorkspace(t, WorkspaceOptions{})
	w.turn <- struct{}{} // another job runs
	u, err := w.Upload("register.csv", "ann", strings.NewReader(smallRegister))
	if err != nil {
		t.Fatal(err)
	}
	j, err := w.Check(CheckRequest{Uploads: []string{u.ID}})
	if err != nil {
		t.Fatal(err)
	}
	j.Cancel()
	if i := wait(t, j, nil); i.State != JobCancelled {
		t.Errorf("cancelled: %+v", i)
	}
	<-w.turn
	if len(w.Results()) != 0 {
		t.Error("a cancelled check left a result")
	}
}
