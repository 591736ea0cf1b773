package judge

import (
	"slices"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// Combine joins the outcomes of several provisions or entries into one: what
// is the worst any of them can say. An unknown that can only lead to what
// another outcome says anyway does not make it undetermined. Questions, notes
// and citations are those of the outcomes that carry the verdict; Due is their
// earliest day. It returns false for an empty list.
func Combine(list []Outcome) (Outcome, bool) {
	if len(list) == 0 {
		return Outcome{}, false
	}
	low, high := 0, 0
	lost := false // a right that may or may not be there
	for i := range list {
		lost = lost || list[i].Verdict == law.Undetermined && !slices.ContainsFunc(list[i].Could, law.Verdict.IsFinding)
		best, worst := bounds(&list[i])
		low, high = max(low, best), max(high, worst)
	}
	verdict := law.Undetermined
	if low == high || high <= severity(law.Permitted) && !lost {
		verdict = scale[high]
	}
	out := Outcome{Regime: list[0].Regime, Jurisdiction: list[0].Jurisdiction, Act: list[0].Act, Verdict: verdict, Due: calendar.NoDate, Component: -1}
	if verdict == law.Undetermined {
		out.Could = []law.Verdict{scale[high], scale[low]}
	} else {
		out.Could = []law.Verdict{verdict}
	}
	for i := range list {
		o := &list[i]
		best, worst := bounds(o)
		carries := o.Verdict == verdict || verdict == law.Undetermined && best < worst && worst > low
		if !carries {
			continue
		}
		// Among outcomes that allow, the one tested furthest tells most.
		further := !verdict.IsFinding() && len(o.Elements) > len(out.Elements)
		if out.Provision == "" || further {
			out.Provision, out.Entry, out.Why, out.Legal, out.Remedy, out.Elements = o.Provision, o.Entry, o.Why, o.Legal, o.Remedy, o.Elements
			out.DateConfidence, out.Component = o.DateConfidence, o.Component
		}
		if given(o.Due) && (out.Due == calendar.NoDate || o.Due < out.Due) {
			out.Due = o.Due
		}
		for _, q := range o.Questions {
			if !slices.ContainsFunc(out.Questions, func(p Question) bool { return p.Fact == q.Fact && p.About == q.About }) {
				out.Questions = append(out.Questions, q)
			}
		}
		for _, c := range o.Citations {
			if !slices.Contains(out.Citations, c) {
				out.Citations = append(out.Citations, c)
			}
		}
		for _, n := range o.Notes {
			if !slices.Contains(out.Notes, n) {
				out.Notes = append(out.Notes, n)
			}
		}
	}
	return out, true
}

// scale are the verdicts a provision can settle on, from the mildest.
var scale = []law.Verdict{law.NotBound, law.Permitted, law.Restricted, law.Undetermined, law.Prohibited}

// bounds are the mildest and the worst an outcome can come to.
func bounds(o *Outcome) (int, int) {
	best, worst := severity(law.Prohibited), severity(law.NotBound)
	for _, v := range o.Could {
		best, worst = min(best, severity(v)), max(worst, severity(v))
	}
	return best, worst
}
