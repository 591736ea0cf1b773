package web

import (
	"net/http"
	"slices"
	"strconv"

	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// overviewPage is what a tired person sees first.
type overviewPage struct {
	*report.Head
	Verdicts []verdictCount
	First    []todo
	Rest     int
	Late     []browse.Deadline
	Ahead    []browse.Deadline
	Axis     *axis
	Asked    []browse.Questions
	Tests    []report.Test
	Inputs   coverageSum
	Today    calendar.Date
	// Changes are those since the result before, nil when there was none.
	Changes *pipeline.Changes
}

type verdictCount struct {
	Verdict law.Verdict
	Count   int
	// Share is the length of its bar in 0..1000.
	Share int
	From  int
}

// coverageSum adds up what was read.
type coverageSum struct{ Inputs, Read, Failed, Unreadable int }

// Bounds of the short lists of the overview.
const maxFirst, maxShortList = 6, 5

func (s *site) overview(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	h := v.Head()
	b := overviewPage{Head: h, Today: s.today(), Verdicts: verdictCounts(h)}
	all := once(&s.memo, v, "todos", func() []todo { return todos(h.Groups) })
	b.First, b.Rest = firstOf(all, maxFirst), max(0, len(all)-maxFirst)
	line := once(&s.memo, v, "timeline", v.Timeline)
	if s.export(w, r, "deadlines", []string{"due", "regime", "provision", "verdict", "profile", "findings", "assets"}, each(line, deadlineRow)) {
		return
	}
	for _, d := range line {
		if d.Due < b.Today {
			b.Late = append(b.Late, d)
		} else {
			b.Ahead = append(b.Ahead, d)
		}
	}
	b.Axis = deadlineAxis(b.Today, b.Ahead)
	b.Changes, _ = v.Changes() // a damaged record shows nothing; the findings themselves are whole
	if b.Changes != nil && s.exportList(w, r, "changes", changeColumns, each(b.Changes.Listed, changeRow)) {
		return
	}
	b.Asked = firstOf(s.questions(v), maxShortList)
	b.Tests = firstOf(h.Tests, maxShortList)
	for i := range h.Coverage {
		c := &h.Coverage[i]
		b.Inputs.Inputs++
		b.Inputs.Read += c.Read
		b.Inputs.Failed += c.Failed
		if c.Unreadable {
			b.Inputs.Unreadable++
		}
	}
	s.show(w, r, http.StatusOK, "overview", view{Title: "Overview", Nav: "overview", Body: b})
}

// todo is what to do about all findings of one provision and act, whoever made the things.
type todo struct {
	report.Group
	Makers []makerCount
}

// Named reports whether any maker of it stands on a list; of other makers nothing is said.
func (t todo) Named() bool {
	return slices.ContainsFunc(t.Makers, func(m makerCount) bool { return m.Org != "" })
}

type makerCount struct {
	Org   org.ID
	Count int
}

// todos joins groups that differ in the maker only; the order of the groups stays.
func todos(groups []report.Group) []todo {
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
			out = append(out, todo{Group: g})
			out[i].Count, out[i].Examples = 0, nil
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

func firstOf[T any](l []T, n int) []T { return l[:min(n, len(l))] }

func deadlineRow(d *browse.Deadline) []string {
	return []string{d.Due.String(), d.Regime, d.Provision, string(d.Verdict), d.Profile, strconv.Itoa(d.Findings), strconv.Itoa(d.Assets)}
}

func verdictCounts(h *report.Head) []verdictCount {
	out := []verdictCount{
		{Verdict: law.Prohibited, Count: h.Summary.Prohibited}, {Verdict: law.Restricted, Count: h.Summary.Restricted},
		{Verdict: law.Undetermined, Count: h.Summary.Undetermined},
	}
	total := 0
	for _, c := range out {
		total += c.Count
	}
	at := 0
	for i := range out {
		if total > 0 {
			out[i].Share = out[i].Count * 1000 / total
		}
		out[i].From = at
		at += out[i].Share
	}
	return out
}

// deadlineAxis draws the deadlines of the next years; nil when there is none.
func deadlineAxis(today calendar.Date, ds []browse.Deadline) *axis {
	if len(ds) == 0 {
		return nil
	}
	from, to := today-60, today+400
	for _, d := range ds {
		to = max(to, d.Due+60)
	}
	sc := scale{from, to}
	a := &axis{Years: sc.years(), Today: sc.at(today)}
	stack := map[int]int{}
	for _, d := range ds {
		x := sc.at(d.Due)
		n := stack[x/12]
		if stack[x/12]++; n >= maxStack {
			continue
		}
		a.Dots = append(a.Dots, dot{X: x, Y: 70 - n*12, R: 5, Class: "v-" + string(d.Verdict),
			Text: d.Due.String() + " " + d.Provision + ": " + plural(d.Assets, "asset", "assets"), Link: "/findings?" + query("q", "provision:"+d.Provision+" due:"+d.Due.String())})
	}
	return a
}
