package judge

import (
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// effect is what the provision does once all its elements are met and no exception helps.
func (f *frame) effect(o *Outcome) law.Verdict {
	p := f.r.prov
	conf := p.Confidence
	if conf == "" {
		conf = f.r.reg.Confidence
	}
	if !conf.Decides() && p.Effect != law.Allows && p.Effect != law.Gap {
		if f.shown(o, "the clause is confirmed", f.open("law:clause", "the clause is recalled or seen in a draft only ("+string(conf)+")")) == law.NotMet {
			return law.Permitted
		}
	}
	f.used(decidingOr(conf))
	switch p.Effect {
	case law.Allows:
		return law.Permitted
	case law.Gap:
		if f.open("law:gap", "law is known to exist here whose text was not read") == law.NotMet {
			return law.Permitted
		}
		return law.Prohibited
	case law.Advises:
		if p.Deadline != nil {
			f.used(p.Deadline.Confidence)
			f.dueBy(p.Deadline.By)
		}
		return law.Restricted
	case law.Disposes:
		return law.Restricted
	case law.Reports:
		f.reportDue(o)
		return law.Restricted
	}
	return f.forbid(o)
}

func decidingOr(c law.Confidence) law.Confidence {
	if c.Decides() {
		return c
	}
	return org.Memory
}

func (f *frame) shown(o *Outcome, text string, st law.State) law.State {
	if f.explain && len(f.trace) > 0 {
		l := f.trace[len(f.trace)-1]
		o.Elements = append(o.Elements, Element{Text: text, State: st, Reason: l.reason, About: []string{l.about}})
	}
	return st
}

// forbid is prohibited, or restricted while the deadline still runs.
func (f *frame) forbid(o *Outcome) law.Verdict {
	d := f.r.prov.Deadline
	if d == nil {
		return law.Prohibited
	}
	by := d.By
	if d.RoleKey != "" {
		by = f.termEnds(d.RoleKey)
		if by == calendar.NoDate {
			in := leafInfo{key: "role." + d.RoleKey, fact: d.RoleKey, about: "profile", reason: "the day on which the operator's own term ends is not known"}
			if f.shown(o, "the term still runs", f.leaf(law.NotKnown, in)) == law.NotMet {
				return law.Prohibited
			}
			return law.Restricted
		}
	}
	if !d.Confidence.Decides() {
		reason := "the day " + by.String() + " is recalled or seen in a draft only (" + string(d.Confidence) + ")"
		if f.shown(o, "the deadline is confirmed", f.open("law:deadline", reason)) == law.NotMet {
			return law.Permitted
		}
	}
	f.used(d.Confidence)
	day := f.s.q.AsOf
	if inDoubt(by, d.DayDoubt, day) {
		if f.shown(o, "the deadline has not passed", f.open("law:deadline-day", "only the "+d.DayDoubt+" of the deadline is established")) == law.NotMet {
			return law.Prohibited
		}
		f.dueBy(by)
		return law.Restricted
	}
	f.dueBy(by)
	if day <= by {
		return law.Restricted
	}
	return law.Prohibited
}

// termEnds is the latest day on the role key among the roles held.
func (f *frame) termEnds(key string) calendar.Date {
	best := calendar.NoDate
	for i := range f.s.q.Profile.Roles {
		r := &f.s.q.Profile.Roles[i]
		if d := roleDate(r, key); r.Held(f.s.q.AsOf) && given(d) && (best == calendar.NoDate || d > best) {
			best = d
		}
	}
	return best
}

// reportDue counts the day a report is due.
func (f *frame) reportDue(o *Outcome) {
	d := f.r.prov.Deadline
	if d == nil || d.Clock == nil {
		return
	}
	c := d.Clock
	f.used(d.Confidence)
	if len(c.Yearly) > 0 {
		f.dueBy(f.yearlyDue(c))
		return
	}
	start := f.date(c.From)
	if first := f.date("first_report"); c.Next != nil && first != calendar.NoDate {
		start, c = first, c.Next
		f.notes = append(f.notes, "the first report was made; this is the day of the further one")
	}
	if start == calendar.NoDate {
		if f.explain {
			o.Questions = f.s.ask(o.Questions, atom{fact: c.From, comp: -1})
		}
		f.notes = append(f.notes, "the clock starts on a day that is not known: "+c.From)
		return
	}
	due := c.Count(start)
	f.dueBy(due)
	if f.s.q.AsOf > due {
		f.notes = append(f.notes, "overdue since "+due.String())
	}
}

// yearlyDue is the next yearly day whose position day lies on or after the day the thing was obtained.
func (f *frame) yearlyDue(c *law.Clock) calendar.Date {
	due, err := calendar.NextYearly(f.s.q.AsOf, c.Yearly...)
	if err != nil || c.Position == "" {
		return due
	}
	acquired := f.date("acquired")
	for range 200 {
		y, _, _ := due.YearMonthDay()
		pos, err := calendar.NextYearly(calendar.Day(y-1, 1, 1), c.Position)
		if err != nil || acquired == calendar.NoDate || acquired <= pos {
			break
		}
		due, _ = calendar.NextYearly(due+1, c.Yearly...)
	}
	return due
}
