package judge

import (
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// frame is the evaluation of one rule on one item. Leaves report to it: what
// they found, what they did not know, how sure the days they used are.
type frame struct {
	s    *Session
	r    *rule
	it   *Item
	comp int // index of the part looked at, -1 the whole
	neg  bool
	// assume answers unknown leaves while alternatives are tried.
	assume []assumption
	// atoms are the unknown leaves met, each once.
	atoms []atom
	// trace is kept when the outcome is to be explained.
	explain bool
	trace   []leafInfo
	// answered is set when a leaf was answered in favour by the operator.
	answered bool
	conf     law.Confidence
	due      calendar.Date
	notes    []string
	// about is the part a component test was met by.
	metComp int
}

// start makes the frame ready for a rule and an item, without explanation.
func (f *frame) start(s *Session, r *rule, it *Item) {
	*f = frame{s: s, r: r, it: it, comp: -1, metComp: -1, due: calendar.NoDate, atoms: f.atoms[:0], trace: f.trace[:0]}
}

type assumption struct {
	key string
	st  law.State
}

// atom is one unknown: what it is called and what would settle it.
type atom struct {
	key string
	// fact is the name of the vocabulary to ask for; empty when nobody can answer.
	fact   string
	comp   int
	reason string
}

// leafInfo is what a leaf says of itself.
type leafInfo struct {
	key    string // identity among the unknowns
	fact   string
	reason string
	about  string
	answer bool // it is the operator's answer that decided
	st     law.State
}

// leaf records the state of a leaf and returns it, or what is assumed of it.
func (f *frame) leaf(st law.State, in leafInfo) law.State {
	if f.explain && f.comp >= 0 && in.about != "law" && in.about != "profile" {
		in.about = "component:" + itoa(f.comp) + "." + in.about
	}
	if st == law.NotKnown {
		key := in.key
		if f.comp >= 0 {
			key = itoa(f.comp) + ":" + key
		}
		for _, a := range f.assume {
			if a.key == key {
				return a.st
			}
		}
		f.atom(atom{key: key, fact: in.fact, comp: f.comp, reason: in.reason})
	} else if in.answer && (st == law.Met) != f.neg {
		f.answered = true
	}
	if f.explain {
		in.st = st
		if f.neg {
			in.st = not(st)
		}
		f.trace = append(f.trace, in)
	}
	return st
}

func (f *frame) atom(a atom) {
	for _, b := range f.atoms {
		if b.key == a.key {
			return
		}
	}
	f.atoms = append(f.atoms, a)
}

// open is an unknown of law itself; it returns what is assumed of it.
func (f *frame) open(key, reason string) law.State {
	return f.leaf(law.NotKnown, leafInfo{key: key, reason: reason, about: "law"})
}

// used notes how sure a day was that the outcome rests on.
func (f *frame) used(c law.Confidence) { f.conf = weaker(f.conf, c) }

// dueBy keeps the earliest day.
func (f *frame) dueBy(d calendar.Date) {
	if given(d) && (f.due == calendar.NoDate || d < f.due) {
		f.due = d
	}
}

func not(s law.State) law.State {
	switch s {
	case law.Met:
		return law.NotMet
	case law.NotMet:
		return law.Met
	}
	return s
}

// given reports whether a date of law or of an item is there.
func given(d calendar.Date) bool { return d != 0 && d != calendar.NoDate }

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// spanState says whether one of the spans covers the day, as far as was known
// on the day known, with how sure that is. Why is told only if explain.
func spanState(spans []law.Span, d, known calendar.Date, explain bool) (law.State, law.Confidence, string) {
	doubt := false
	var conf law.Confidence
	var why string
	say := func(text func() string) {
		if explain {
			why = text()
		}
	}
	say(func() string { return "not in force on " + d.String() })
	for i := range spans {
		sp := &spans[i]
		if given(known) && !sp.KnownAt(known) || !given(known) && given(sp.Retracted) {
			continue
		}
		if inDoubt(sp.From, sp.DayDoubt, d) {
			doubt, conf = true, weaker(conf, sp.Confidence)
			say(func() string { return "the day it began in " + period(sp.From, sp.DayDoubt) + " is not confirmed" })
			continue
		}
		if !sp.Covers(d) {
			continue
		}
		if sp.Confidence.Decides() {
			say(func() string { return "in force since " + sp.From.String() })
			return law.Met, sp.Confidence, why
		}
		doubt, conf = true, weaker(conf, sp.Confidence)
		say(func() string {
			return "in force since " + sp.From.String() + " as recalled, not confirmed (" + string(sp.Confidence) + ")"
		})
	}
	if doubt {
		return law.NotKnown, conf, why
	}
	return law.NotMet, "", why
}

// inDoubt reports whether the day lies in the month or year within which only the day of from is recalled.
func inDoubt(from calendar.Date, doubt string, d calendar.Date) bool {
	if doubt == "" || !given(from) {
		return false
	}
	y, m, _ := from.YearMonthDay()
	dy, dm, _ := d.YearMonthDay()
	return y == dy && (doubt == "year" || m == dm)
}

func period(d calendar.Date, doubt string) string {
	s := d.String()
	if doubt == "year" {
		return s[:4]
	}
	return s[:7]
}

func joinReasons(list []string) string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}
