package judge

import (
	"slices"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// maxAtoms bounds the unknowns of one rule that are tried out against each
// other; beyond it every unknown counts as one that matters.
const maxAtoms = 9

// Judge returns the outcomes for an item, in the order of the rulebook: one a
// provision, and one for each entry of a list whose makers or kind it may be of.
func (s *Session) Judge(it *Item) []Outcome { return s.judge(it, false) }

// JudgeAll is Judge with an outcome for every entry of every list.
func (s *Session) JudgeAll(it *Item) []Outcome { return s.judge(it, true) }

func (s *Session) judge(it *Item, all bool) []Outcome {
	out := slices.Clone(s.idle)
	for i := 0; i < len(s.active); {
		j := i + 1
		for j < len(s.active) && s.active[j].prov == s.active[i].prov {
			j++
		}
		start := len(out)
		for _, r := range s.active[i:j] {
			o, hit := s.rule(r, it)
			if hit || all || r.entry == nil {
				out = append(out, o)
			}
		}
		if len(out) == start { // no entry is anywhere near: one line for all
			o, _ := s.rule(s.active[i], it)
			o.Entry, o.Elements = "", append(o.Elements[:0:0], o.Elements[:min(3, len(o.Elements))]...)
			o.Elements = append(o.Elements, Element{Text: "made or provided by one on the list, or of a kind on it", State: law.NotMet, Reason: "no entry of the list fits", About: []string{"manufacturer", "category"}})
			o.Why, o.Legal = "Nothing on the list fits this.", ""
			s.words(&o, s.active[i])
			out = append(out, o)
		}
		i = j
	}
	slices.SortStableFunc(out, func(a, b Outcome) int {
		switch {
		case a.Provision < b.Provision:
			return -1
		case a.Provision > b.Provision:
			return 1
		case a.Entry < b.Entry:
			return -1
		case a.Entry > b.Entry:
			return 1
		}
		return 0
	})
	return out
}

func (s *Session) begin(r *rule) Outcome {
	o := Outcome{Regime: r.reg.ID, Provision: r.id, Jurisdiction: r.reg.Jurisdiction, Act: s.q.Act,
		Due: calendar.NoDate, Remedy: r.prov.Remedy, Citations: r.prov.Citations, Component: -1}
	if r.entry != nil {
		o.Entry = r.entry.ID
		o.Citations = append(slices.Clone(o.Citations), r.entry.Citations...)
	}
	return o
}

// run evaluates one element and keeps how it came out.
func (f *frame) run(st step, o *Outcome) law.State {
	f.trace = f.trace[:0]
	got := st.test(f)
	if f.explain {
		o.Elements = append(o.Elements, f.element(st.text, got))
	}
	return got
}

// element makes the shown element from the leaves that speak for its state.
func (f *frame) element(text string, st law.State) Element {
	el := Element{Text: text, State: st}
	var reasons []string
	for _, l := range f.trace {
		if l.st != st {
			continue
		}
		reasons = append(reasons, l.reason)
		if l.about != "" && !slices.Contains(el.About, l.about) {
			el.About = append(el.About, l.about)
		}
	}
	el.Reason = joinReasons(reasons)
	return el
}

// rule judges one rule; hit is false when the thing is of no maker and no kind the entry speaks of.
func (s *Session) rule(r *rule, it *Item) (Outcome, bool) {
	o := s.begin(r)
	f := s.frame(r, it)
	v, stopped, gate := f.evaluate(&o)
	if r.entry != nil && stopped >= 0 && stopped < gate {
		o.Verdict, o.Could = law.Permitted, []law.Verdict{law.Permitted}
		s.finish(&o, f, nil)
		return o, false
	}
	matter := f.settle(v, &o)
	s.finish(&o, f, matter)
	return o, true
}

// evaluate runs the rule once. stopped is the index of the element that was
// not met, -1 when all passed; unclaimed exceptions leave their questions in o.
func (f *frame) evaluate(o *Outcome) (v law.Verdict, stopped, gate int) {
	r := f.r
	if f.explain || !f.s.clear[r.n] {
		for _, st := range f.s.preamble(r) {
			if f.run(st, o) == law.NotMet {
				return st.otherwise, -1, 0
			}
		}
	}
	if st := (step{"still in the operator's hands on the day", (*frame).present, law.Permitted}); given(f.it.Removed) && f.run(st, o) == law.NotMet {
		return law.Permitted, -1, 0
	}
	for i := range r.elements {
		el := &r.elements[i]
		got := f.run(step{text: el.text, test: el.test}, o)
		if got == law.Met && !el.conf.Decides() {
			got = f.open("law:element"+itoa(i), "the condition is not confirmed ("+string(el.conf)+")")
		} else if got == law.Met {
			f.used(el.conf)
		}
		if got == law.NotMet {
			return law.Permitted, i, r.gate
		}
	}
	if f.excepted(o) {
		return law.Permitted, -1, 0
	}
	return f.effect(o), -1, 0
}

// present: a thing taken out is neither used nor paid for any more.
func (f *frame) present() law.State {
	d := f.date("removed")
	if act := f.s.q.Act; act != law.Use && act != law.Fund || d == calendar.NoDate || f.s.q.AsOf < d {
		return f.leaf(law.Met, leafInfo{reason: "not taken out by the day", about: "removed"})
	}
	return f.leaf(law.NotMet, leafInfo{reason: "taken out before", about: "removed"})
}

// excepted reports whether an exception takes the thing out.
func (f *frame) excepted(o *Outcome) bool {
	for i := range f.r.exceptions {
		x := &f.r.exceptions[i]
		conf := law.Confidence("")
		if len(x.InForce) > 0 {
			st, c, _ := spanState(x.InForce, f.s.q.AsOf, f.s.q.KnownAt, false)
			if conf = c; st == law.NotMet {
				continue
			}
		}
		if f.claimed(x, o) {
			f.used(conf)
			return true
		}
	}
	return false
}

// claimed tries one exception. Unknown leaves of a claim count only once
// something of it was answered in its favour.
func (f *frame) claimed(x *exception, o *Outcome) bool {
	atoms, answered, due, notes := f.atoms, f.answered, f.due, f.notes
	f.atoms, f.answered, f.trace = nil, false, f.trace[:0]
	claim, favour := x.claim(f), false
	favour, f.answered = f.answered, answered
	mine := f.atoms
	f.atoms = atoms
	var shown Element
	if f.explain {
		shown = f.element("exception: "+x.Text, claim)
	}
	undo := func() bool { f.due, f.notes = due, notes; return false }
	switch {
	case claim == law.NotMet:
		if f.explain {
			o.Elements = append(o.Elements, shown)
		}
		return undo()
	case claim == law.NotKnown && !favour:
		if x.open != nil {
			f.atoms = nil
			st := x.open(f)
			f.atoms = atoms
			if st == law.NotMet {
				return undo()
			}
		}
		if f.explain {
			shown.Reason = "not claimed"
			o.Elements = append(o.Elements, shown)
			for _, a := range mine {
				o.Questions = f.s.ask(o.Questions, a)
			}
		}
		return undo()
	}
	for _, a := range mine {
		f.atom(a)
	}
	open := law.Met
	if x.open != nil {
		open = x.open(f)
	}
	st := both(claim, open)
	if st == law.Met && x.Doubt != "" {
		st = f.open("law:doubt:"+x.ID, x.Doubt)
		f.notes = append(f.notes, x.Doubt)
	}
	if f.explain {
		shown.State = st
		o.Elements = append(o.Elements, shown)
	}
	if st != law.Met {
		f.due = due
	}
	return st == law.Met
}

func both(a, b law.State) law.State {
	switch {
	case a == law.NotMet || b == law.NotMet:
		return law.NotMet
	case a == law.NotKnown || b == law.NotKnown:
		return law.NotKnown
	}
	return law.Met
}

// settle turns the first evaluation into a verdict: with unknowns, every way
// they could come out is tried. It returns the unknowns that matter.
func (f *frame) settle(v law.Verdict, o *Outcome) []atom {
	if v == law.NotBound || v == law.Permitted && !f.grants() || len(f.atoms) == 0 {
		o.Verdict, o.Could = v, []law.Verdict{v}
		return nil
	}
	atoms := f.atoms
	if len(atoms) > maxAtoms {
		o.Verdict, o.Could = law.Undetermined, []law.Verdict{v, law.Permitted}
		return atoms
	}
	results := make([]law.Verdict, 1<<len(atoms))
	assume := make([]assumption, len(atoms))
	var g frame
	for bits := range results {
		for i, a := range atoms {
			assume[i] = assumption{a.key, [2]law.State{law.NotMet, law.Met}[bits>>i&1]}
		}
		g.start(f.s, f.r, f.it)
		g.assume = assume
		results[bits], _, _ = g.evaluate(&Outcome{})
		f.dueBy(g.due)
		if !f.grants() && results[bits] == law.NotBound {
			results[bits] = law.Permitted // either way nothing forbids it
		}
	}
	o.Could = slices.SortedFunc(slices.Values(results), func(a, b law.Verdict) int { return severity(b) - severity(a) })
	o.Could = slices.Compact(o.Could)
	if len(o.Could) == 1 {
		o.Verdict = o.Could[0]
		return nil
	}
	o.Verdict = law.Undetermined
	var matter []atom
	for i, a := range atoms {
		for bits := range results {
			if results[bits] != results[bits^1<<i] {
				matter = append(matter, a)
				break
			}
		}
	}
	return matter
}

// grants: for a provision that gives a right, not being bound differs from being allowed.
func (f *frame) grants() bool { return f.r.prov.Entitles }

// severity orders verdicts, worst last.
func severity(v law.Verdict) int {
	return slices.Index([]law.Verdict{law.NotBound, law.Permitted, law.Restricted, law.Undetermined, law.Prohibited}, v)
}
