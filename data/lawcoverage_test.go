package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/judge"
	"telltale/internal/law"
)

// tried is what the judged cases of the tree show of one provision.
type tried struct {
	hit, miss  bool // it bit; it was tested and let pass
	before     bool // the day before it begins, not bound
	first      bool // the first day, bound
	last       bool // the last lawful day; dayAfter the first unlawful one
	dayAfter   bool
	exceptions map[string]bool // met
}

// TestEveryProvisionIsTried demands of the judged cases of the tree, for every
// provision: a hit, a miss, the day before, the first day, the days around a
// fixed deadline, and each exception met. It names what lacks.
func TestEveryProvisionIsTried(t *testing.T) {
	rb, err := Rulebook()
	if err != nil {
		t.Fatal(err)
	}
	got := map[law.ProvisionID]*tried{}
	all, err := ownResults()
	if err != nil {
		t.Fatal(err)
	}
	for _, rs := range all {
		for n := range rs {
			for i := range rs[n].Provisions {
				note(rb, got, rs[n].Case, &rs[n].Provisions[i])
			}
		}
	}
	var lacking []string
	for i := range rb.Regimes {
		reg := &rb.Regimes[i]
		for n := range reg.Provisions {
			p := &reg.Provisions[n]
			id := law.ProvisionID(string(reg.ID) + "/" + p.ID)
			if l := lacks(reg, p, got[id]); len(l) > 0 {
				lacking = append(lacking, string(id)+": "+strings.Join(l, ", "))
			}
		}
	}
	if len(lacking) > 0 {
		t.Errorf("%d provisions lack cases in data/law/cases:\n%s", len(lacking), strings.Join(lacking, "\n"))
	}
}

func provision(rb *law.Rulebook, id law.ProvisionID) *law.Provision {
	reg, name, _ := strings.Cut(string(id), "/")
	for i := range rb.Regimes {
		if r := &rb.Regimes[i]; string(r.ID) == reg {
			if n := slices.IndexFunc(r.Provisions, func(p law.Provision) bool { return p.ID == name }); n >= 0 {
				return &r.Provisions[n]
			}
		}
	}
	return nil
}

// note adds what one outcome shows.
func note(rb *law.Rulebook, got map[law.ProvisionID]*tried, c *judge.Case, o *judge.Outcome) {
	p := provision(rb, o.Provision)
	if p == nil {
		return
	}
	x := got[o.Provision]
	if x == nil {
		x = &tried{exceptions: map[string]bool{}}
		got[o.Provision] = x
	}
	x.hit = x.hit || o.Verdict.IsFinding()
	// reached: the operator is bound and the act is spoken of, so that an element or exception decided.
	reached := len(o.Elements) > 3 && o.Elements[2].State == law.Met
	x.miss = x.miss || o.Verdict == law.Permitted && reached
	for _, s := range p.InForce {
		eve, first := around(s)
		x.before = x.before || c.AsOf == eve && o.Verdict == law.NotBound
		x.first = x.first || c.AsOf == first && o.Verdict != law.NotBound
	}
	if d := p.Deadline; d != nil && d.By != 0 {
		x.last = x.last || c.AsOf == d.By && o.Verdict.IsFinding()
		x.dayAfter = x.dayAfter || c.AsOf == d.By+1 && o.Verdict.IsFinding()
	}
	for _, e := range p.Exceptions {
		for _, el := range o.Elements {
			claimed := el.State == law.Met || e.Doubt != "" && o.Verdict == law.Undetermined
			if claimed && strings.HasSuffix(el.Text, e.Text) {
				x.exceptions[e.ID] = true
			}
		}
	}
}

// around are the last day on which a span surely has not begun, and the first on which it surely has.
func around(s law.Span) (eve, first calendar.Date) {
	from := s.From.Time()
	switch s.DayDoubt {
	case "month":
		begin := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
		return calendar.Of(begin) - 1, calendar.Of(begin.AddDate(0, 1, 0))
	case "year":
		begin := time.Date(from.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		return calendar.Of(begin) - 1, calendar.Of(begin.AddDate(1, 0, 0))
	}
	return s.From - 1, s.From
}

// namesNobody reports whether the provision speaks of a list on which nobody stands yet: it cannot be hit.
func namesNobody(r *law.Regime, p *law.Provision) bool {
	return slices.ContainsFunc(r.Lists, func(l law.List) bool { return l.ID == p.List && len(l.Names) == 0 })
}

// lacks names what the cases do not show of a provision.
func lacks(r *law.Regime, p *law.Provision, x *tried) []string {
	if x == nil {
		return []string{"any case"}
	}
	var out []string
	need := func(what string, ok bool) {
		if !ok {
			out = append(out, what)
		}
	}
	need("a hit", x.hit || p.Effect == law.Allows || namesNobody(r, p))
	need("a miss", x.miss || len(p.Elements) == 0 && p.Entries == nil)
	begins := len(p.InForce) > 0 && r.Status != law.Proposed
	need("the day before", x.before || !begins)
	need("the first day", x.first || !begins)
	if d := p.Deadline; d != nil && d.By != 0 {
		need(fmt.Sprintf("the last lawful day %s", d.By), x.last)
		need(fmt.Sprintf("the day after, %s", d.By+calendar.Date(1)), x.dayAfter)
	}
	for _, e := range p.Exceptions {
		need("exception "+e.ID, x.exceptions[e.ID])
	}
	return out
}
