package pipeline

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/calendar"
)

const operatorFile = `db: /etc/elsewhere.db
profile:
  title: Hill School District
  jurisdictions: [US]
  roles:
    - {role: us_usf_recipient, programme: e-rate}
`

// A telltale.yaml among the files says who the operator is; an answer judges anew for the same one.
func TestOperatorFileHandedIn(t *testing.T) {
	w := testWorkspace(t, WorkspaceOptions{})
	hand := func(profile string, files ...string) (*Job, error) {
		r := CheckRequest{By: "ann", Profile: profile}
		for _, f := range files {
			name, text, _ := strings.Cut(f, "|")
			u, err := w.Upload(name, "ann", strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			r.Uploads = append(r.Uploads, u.ID)
		}
		return w.Check(r)
	}
	profile := func() string {
		v, done, err := w.View()
		if err != nil {
			t.Fatal(err)
		}
		defer done()
		if n := len(v.Head().Coverage); n != 1 {
			t.Errorf("%d inputs, want the register alone: %+v", n, v.Head().Coverage)
		}
		return v.Head().Operator
	}
	register, who := "register.csv|"+smallRegister, ConfigName+"|"+operatorFile
	j, err := hand("", who, register)
	if i := wait(t, j, err); i.State != JobDone || i.Title != "register.csv" {
		t.Fatalf("check: %+v", i)
	}
	if got := profile(); got != "Hill School District" {
		t.Errorf("judged for %q", got)
	}
	v, done, err := w.View()
	if err != nil {
		t.Fatal(err)
	}
	qs, _ := v.QuestionsIn(v.Inbox()[0].Group, 0, 1)
	value := "no"
	for _, g := range v.Inbox() {
		if g.Fact == "manufacturer" {
			qs, _ = v.QuestionsIn(g.Group, 0, 1)
			value = "cisco"
		}
	}
	done()
	j, err = w.Answer([]NewAnswer{{Question: qs[0].ID, Value: value, By: "ann", Until: calendar.NoDate}})
	if i := wait(t, j, err); i.State != JobDone {
		t.Fatalf("answer: %+v", i)
	}
	if got := profile(); got != "Hill School District" {
		t.Errorf("after an answer judged for %q", got)
	}
	w.DB = filepath.Join(t.TempDir(), "things.db")
	w.WorkspaceOptions.Profile = ""
	j, err = w.Check(CheckRequest{By: "ann", AsLast: true}) // as a server with a database begins anew
	if i := wait(t, j, err); i.State != JobDone {
		t.Fatalf("check as before: %+v", i)
	}
	v, done, err = w.View()
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Head().Operator; got != "Hill School District" {
		t.Errorf("after a new start judged for %q", got)
	}
	done()
	w.DB = ""
	j, err = hand("federal-contractor", who, register)
	if i := wait(t, j, err); i.State != JobDone {
		t.Fatalf("check with a profile chosen: %+v", i)
	}
	if got := profile(); got == "Hill School District" {
		t.Error("the profile that was chosen is not used")
	}
	for _, bad := range []string{"|profile: [", "|db: x.db", "|profile: nobody"} {
		if _, err := hand("", ConfigName+bad, register); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := hand("", who); !errors.Is(err, ErrInvalid) {
		t.Errorf("nothing but who it is: %v", err)
	}
}
