package web

import (
	"net/http"
	"slices"
	"strconv"

	"telltale/internal/browse"
	"telltale/internal/calendar"
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
	// Law is what the law itself brings next for the operator judged for.
	Law []pipeline.LawDay
	// Notes are those of the result that a page does not say better itself.
	Notes []string
	// Profiles to choose from, for those who may, where nobody said who the operator is; Again is the number of the result.
	Profiles []profileChoice
	Again    int
}

// coverageSum adds up what was read.
type coverageSum struct{ Inputs, Read, Failed, Unreadable int }

// Bounds of the short lists of the overview.
const maxFirst, maxShortList = 6, 5

func (s *site) overview(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	h := v.Head()
	b := overviewPage{Head: h, Today: s.today(), Verdicts: verdictCounts(v)}
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
	b.Law = once(&s.memo, v, "law ahead "+b.Today.String(), func() []pipeline.LawDay { return s.lawDaysAhead(v, b.Today) })
	b.Axis = deadlineAxis(b.Today, b.Ahead, b.Law)
	b.Notes = slices.DeleteFunc(slices.Clone(h.Notes), func(n string) bool { return n == pipeline.NoProfile })
	if rs := s.Work.Results(); len(b.Notes) < len(h.Notes) && len(rs) > 0 && s.Visitor(r).MayWork() && v.Judgeable() {
		if b.Profiles = s.profiles(); s.Work.DB == "" { // a database is judged whole, whatever was handed in last
			b.Again = rs[0].N
		}
	}
	b.Changes, _ = v.Changes() // a damaged record shows nothing; the findings themselves are whole
	if b.Changes != nil && s.exportList(w, r, "changes", changeColumns, each(b.Changes.Listed, changeRow)) {
		return
	}
	if b.Changes != nil && allNew(b.Changes, h) {
		b.Changes = nil // there was nothing before, a database without things
	}
	b.Asked = firstOf(s.questions(v), maxShortList)
	b.Tests = firstOf(h.Tests, maxShortList)
	b.Inputs = sumOf(s.inputs(v))
	s.show(w, r, http.StatusOK, "overview", view{Title: "Overview", Nav: "overview", Body: b})
}

func firstOf[T any](l []T, n int) []T { return l[:min(n, len(l))] }

func deadlineRow(d *browse.Deadline) []string {
	return []string{d.Due.String(), d.Regime, d.Provision, string(d.Verdict), d.Profile, strconv.Itoa(d.Findings), strconv.Itoa(d.Assets)}
}

// allNew reports whether every finding of a result is new.
func allNew(c *pipeline.Changes, h *report.Head) bool {
	n := 0
	for _, x := range c.Counts {
		if x.From != "" {
			return false
		}
		n += x.Count
	}
	return n == h.Summary.Prohibited+h.Summary.Restricted+h.Summary.Undetermined
}

// deadlineAxis draws the deadlines of findings and the days of law of the next years; nil when there is none.
func deadlineAxis(today calendar.Date, ds []browse.Deadline, ls []pipeline.LawDay) *axis {
	if len(ds) == 0 && len(ls) == 0 {
		return nil
	}
	from, to := today-60, today+400
	for _, d := range ds {
		to = max(to, d.Due+60)
	}
	for _, d := range ls {
		to = max(to, d.Date+60)
	}
	sc := scale{from, to}
	a := &axis{Years: sc.years(), Today: sc.at(today)}
	stack := map[int]int{}
	add := func(d calendar.Date, x dot) {
		x.X = sc.at(d)
		n := stack[x.X/12]
		if stack[x.X/12]++; n < maxStack {
			x.Y = 70 - n*12
			a.Dots = append(a.Dots, x)
		}
	}
	for _, d := range ds {
		add(d.Due, dot{R: 5, Class: "v-" + string(d.Verdict), Text: d.Due.String() + " " + d.Provision + ": " + plural(d.Assets, "asset", "assets"), Link: "/findings?" + query("q", "provision:"+d.Provision+" due:"+d.Due.String())})
	}
	for _, d := range ls {
		add(d.Date, dot{R: 4, Class: kindClass(d.Kind), Text: d.Date.String() + " " + d.Kind + ": " + d.What, Link: "/law/" + string(d.Regime) + "?as_of=" + d.Date.String()})
	}
	return a
}
