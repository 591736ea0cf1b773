package web

import (
	"slices"

	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// todo is what to do about a number of things: they have the same verdict for
// the same reasons, whoever made them, whichever rules and profiles say so.
type todo struct {
	Verdict  law.Verdict
	Due      *calendar.Date
	Count    int // findings by each of its rules
	Makers   []makerCount
	Examples []report.Example
	Rules    []ruleSaid
}

// ruleSaid is what one provision says of the things of a todo, to each of the profiles.
type ruleSaid struct {
	Provision   law.ProvisionID
	Why, Remedy string
	Profiles    []string
}

// Named reports whether any maker of it stands on a list; of other makers nothing is said.
func (t todo) Named() bool {
	return slices.ContainsFunc(t.Makers, func(m makerCount) bool { return m.Org != "" })
}

type makerCount struct {
	Org   org.ID
	Count int
}

// todos joins groups that differ in the maker only, and then those that say
// something of the same things; the order of the groups stays.
func todos(groups []report.Group) []todo {
	var out []todo
	for _, t := range perRule(groups) {
		i := slices.IndexFunc(out, t.sameThings)
		if i < 0 {
			out = append(out, t)
			continue
		}
		o, r := &out[i], t.Rules[0]
		if n := slices.IndexFunc(o.Rules, func(x ruleSaid) bool { return x.Provision == r.Provision && x.Why == r.Why && x.Remedy == r.Remedy }); n >= 0 {
			o.Rules[n].Profiles = append(o.Rules[n].Profiles, r.Profiles...)
		} else {
			o.Rules = append(o.Rules, r)
		}
	}
	for i := range out {
		for n := len(out[i].Rules) - 1; n > 0; n-- {
			if out[i].Rules[n].Remedy == out[i].Rules[n-1].Remedy {
				out[i].Rules[n].Remedy = "" // said above
			}
		}
	}
	return out
}

// sameThings reports whether two todos are about as many things of the same
// makers with the same first examples; each rule's own list tells all of them.
func (t todo) sameThings(o todo) bool {
	return t.Verdict == o.Verdict && t.Count == o.Count && dayWords(t.Due) == dayWords(o.Due) && slices.Equal(t.Makers, o.Makers) &&
		slices.EqualFunc(t.Examples, o.Examples, func(a, b report.Example) bool { return a.Asset == b.Asset && a.Part == b.Part })
}

// perRule joins groups that differ in the maker only.
func perRule(groups []report.Group) []todo {
	type key struct {
		verdict           law.Verdict
		provision         law.ProvisionID
		profile, why, due string
	}
	at := map[key]int{}
	var out []todo
	for _, g := range groups {
		if !g.Verdict.IsFinding() {
			continue
		}
		k := key{g.Verdict, g.Provision, g.Profile, g.Why, dayWords(g.Due)}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			r := ruleSaid{Provision: g.Provision, Why: g.Why, Remedy: g.Remedy}
			if g.Profile != "" {
				r.Profiles = []string{g.Profile}
			}
			out = append(out, todo{Verdict: g.Verdict, Due: g.Due, Rules: []ruleSaid{r}})
		}
		t := &out[i]
		t.Count += g.Count
		t.Examples = append(t.Examples, g.Examples[:min(len(g.Examples), report.MaxExamples-len(t.Examples))]...)
		if n := slices.IndexFunc(t.Makers, func(m makerCount) bool { return m.Org == g.Maker }); n >= 0 {
			t.Makers[n].Count += g.Count
		} else {
			t.Makers = append(t.Makers, makerCount{g.Maker, g.Count})
		}
	}
	return out
}

// verdictCount is how many assets have a verdict, by how many findings.
type verdictCount struct {
	Verdict          law.Verdict
	Assets, Findings int
}

func verdictCounts(v *pipeline.View) []verdictCount {
	sum := v.Head().Summary
	out := []verdictCount{{law.Prohibited, 0, sum.Prohibited}, {law.Restricted, 0, sum.Restricted}, {law.Undetermined, 0, sum.Undetermined}}
	for _, f := range v.FacetsOfAssets(browse.Query{}) {
		if f.Field != "verdict" {
			continue
		}
		for _, c := range f.Values {
			for i := range out {
				if c.Value == string(out[i].Verdict) {
					out[i].Assets = c.Count
				}
			}
		}
	}
	return out
}

// maxLawAhead and lawAheadDays bound the days of law on the overview.
const maxLawAhead, lawAheadDays = 5, 2 * 366

// lawDaysAhead are the next days on which law itself changes or asks for
// something of those judged for. Approvals of single products that end are left
// to the page of all days.
func (s *site) lawDaysAhead(v *pipeline.View, today calendar.Date) []pipeline.LawDay {
	ps, err := s.facts().JudgedFor(v)
	if err != nil || len(ps) != 1 { // a result from elsewhere, or for everybody: the page of all days has them
		return nil
	}
	var out []pipeline.LawDay
	for _, d := range s.facts().LawDays(today-1, today+lawAheadDays, ps[0]) {
		again := slices.ContainsFunc(out, func(o pipeline.LawDay) bool { return o.Regime == d.Regime && o.Kind == d.Kind && o.What == d.What }) // every year
		if d.Kind != "approval ends" && d.Kind != "exception ends" && !again {
			out = append(out, d)
		}
	}
	return firstOf(out, maxLawAhead)
}
