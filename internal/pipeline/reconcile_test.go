package pipeline

import (
	"encoding/json"
	"testing"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/reconcile"
)

// Every asset of a check stands in exactly one line, and the lines agree with
// what the check says of it; only a part seen inside its host is known to the comparison alone.
func TestReconcileLosesNothing(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	opt := &Options{Inputs: []string{"../../examples/valley-telecom"}, Network: "plant", Now: now, AsOf: calendar.Of(now), KnownAt: calendar.Of(now), Config: &Config{}, ProfileArg: "rural-etc"}
	if opt.Profiles, _, err = k.Profiles("rural-etc", opt.Config); err != nil {
		t.Fatal(err)
	}
	f, err := Check(t.Context(), k, t.TempDir(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := k.Reconcile(t.Context(), f, calendar.NoDate)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]*reconcile.Line{}
	for i := range r.Lines {
		l := &r.Lines[i]
		if lines[l.Asset] != nil {
			t.Errorf("asset %s stands in two lines", l.Asset)
		}
		lines[l.Asset] = l
	}
	n := 0
	for b, err := range f.Assets() {
		if err != nil {
			t.Fatal(err)
		}
		var a struct{ ID, Record string }
		if err := json.Unmarshal(b, &a); err != nil {
			t.Fatal(err)
		}
		n++
		switch l := lines[a.ID]; {
		case l == nil:
			t.Errorf("asset %s stands in no line", a.ID)
		case string(l.Record) != a.Record && l.Inside == "":
			t.Errorf("asset %s is %s in the check, %s in the comparison", a.ID, a.Record, l.Record)
		}
	}
	if n == 0 || n != len(lines) || r.Summary.Matched+r.Summary.PaperOnly+r.Summary.WireOnly != n {
		t.Errorf("%d assets, %d lines, summary %+v", n, len(lines), r.Summary)
	}
}
