package judge

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// Session judges items for one query. It is safe for concurrent use.
type Session struct {
	e *Engine
	q Query
	// active are the rules that can yield more than not-bound, in the order of
	// the rulebook; idle are the provisions that do not bind or restrict here, judged once.
	active []*rule
	idle   []Outcome

	// clear says of which rules the first elements are all met, whatever the item.
	clear map[int]bool

	// today are the sets of Engine.uses on the day, as far as rules in force ask for them.
	today []orgSet

	mu   sync.RWMutex
	sets map[setKey]orgSet

	lens lens
}

// Session picks the provisions that can bind and fixes what does not depend on the item.
func (e *Engine) Session(q Query) (*Session, error) {
	if q.Profile == nil {
		return nil, fmt.Errorf("judge: no profile: name one, or private for an operator without roles")
	}
	if !slices.Contains(law.Acts, q.Act) {
		return nil, fmt.Errorf("judge: act %q: want one of %v", q.Act, law.Acts)
	}
	if !given(q.AsOf) {
		return nil, fmt.Errorf("judge: no as-of day")
	}
	s := &Session{e: e, q: q, sets: map[setKey]orgSet{}, clear: map[int]bool{}, today: make([]orgSet, len(e.uses))}
	for i := 0; i < len(e.rules); {
		j := i + 1
		for j < len(e.rules) && e.rules[j].prov == e.rules[i].prov {
			j++
		}
		if len(q.Only) > 0 && !slices.Contains(q.Only, e.rules[i].reg.ID) {
			i = j
			continue
		}
		if out, idle := s.settled(e.rules[i]); idle {
			s.idle = append(s.idle, out)
		} else {
			s.active = append(s.active, e.rules[i:j]...)
			for _, r := range e.rules[i:j] {
				s.clear[r.n] = len(out.Could) == 0
			}
		}
		i = j
	}
	for _, r := range s.active {
		for _, u := range r.needs.sets {
			if i := slices.Index(e.uses, u); i >= 0 {
				s.today[i] = s.set(u.names, u.rel, q.AsOf)
			}
		}
	}
	s.lens = s.newLens()
	return s, nil
}

// settled judges what does not depend on an item: whether the provision binds, is in force and restricts the act.
func (s *Session) settled(r *rule) (Outcome, bool) {
	f := s.frame(r, &Item{})
	o := s.begin(r)
	for _, step := range s.preamble(r) {
		st := f.run(step, &o)
		if st == law.NotMet {
			o.Verdict = step.otherwise
			o.Could = []law.Verdict{o.Verdict}
			o.DateConfidence = weaker(f.conf, "")
			s.words(&o, r)
			return o, true
		}
	}
	if len(f.atoms) > 0 {
		o.Could = []law.Verdict{law.Undetermined} // not clear: something of it is not known
	}
	return o, false
}

// step is one element with the verdict it gives when it is not met.
type step struct {
	text      string
	test      check
	otherwise law.Verdict
}

// preamble are the elements every provision begins with: in force, who is
// bound, which act. A right says nothing of an act it does not speak of; a ban allows it.
func (s *Session) preamble(r *rule) []step {
	other := law.Permitted
	if r.prov.Entitles {
		other = law.NotBound
	}
	return []step{
		{"in force on the day", (*frame).inForce, law.NotBound},
		{"binds this operator", (*frame).bound, law.NotBound},
		{"restricts this act", (*frame).restricts, other},
	}
}

func (f *frame) inForce() law.State {
	reg, s := f.r.reg, f.s
	if reg.Status == law.Proposed || reg.Status == law.Pending && len(f.r.prov.InForce) == 0 {
		if slices.Contains(s.q.Scenarios, string(reg.ID)) || reg.Scenario != "" && slices.Contains(s.q.Scenarios, reg.Scenario) {
			f.notes = append(f.notes, "a proposal, judged as if it were law because the scenario asks for it")
			return f.leaf(law.Met, leafInfo{reason: "proposed; assumed in force by scenario", about: "law"})
		}
		return f.leaf(law.NotMet, leafInfo{reason: "a proposal or not yet effective: no law on the day", about: "law"})
	}
	st, conf, why := spanState(f.r.prov.InForce, s.q.AsOf, s.q.KnownAt, f.explain)
	if st == law.Met {
		f.used(conf)
	}
	return f.leaf(st, leafInfo{key: "law:in_force", reason: why, about: "law"})
}

func (f *frame) restricts() law.State {
	act := f.s.q.Act
	if slices.Contains(f.r.prov.Acts, act) {
		return f.leaf(law.Met, leafInfo{reason: "it speaks of: " + string(act), about: "act"})
	}
	return f.leaf(law.NotMet, leafInfo{reason: "it does not speak of: " + string(act), about: "act"})
}

func (s *Session) frame(r *rule, it *Item) *frame {
	f := &frame{}
	f.start(s, r, it)
	f.explain = true
	return f
}

// setToday is set for a number of Engine.uses on the day asked about.
func (s *Session) setToday(use int) orgSet {
	if set := s.today[use]; set != nil {
		return set
	}
	return s.set(s.e.uses[use].names, s.e.uses[use].rel, s.q.AsOf)
}

// set returns who counts as one of the names under the relation on the day; NoDate: at any time.
func (s *Session) set(names string, rel law.Relation, day calendar.Date) orgSet {
	if day != calendar.NoDate && day != s.q.AsOf { // ownership stands still between its days
		if i, _ := slices.BinarySearch(s.e.edgeDays, day+1); i > 0 {
			day = s.e.edgeDays[i-1]
		} else {
			day = calendar.NoDate + 1
		}
	}
	key := setKey{names, rel, day}
	s.mu.RLock()
	set, ok := s.sets[key]
	s.mu.RUnlock()
	if ok {
		return set
	}
	set = s.newSet(names, rel, day)
	s.mu.Lock()
	s.sets[key] = set
	s.mu.Unlock()
	return set
}

func (s *Session) newSet(names string, rel law.Relation, day calendar.Date) orgSet {
	var sure, doubtful []org.ID
	conf := map[org.ID]law.Confidence{}
	add := func(id org.ID, c law.Confidence) {
		if c.Decides() {
			sure = append(sure, id)
		} else {
			doubtful = append(doubtful, id)
		}
		conf[id] = c
	}
	for name := range strings.SplitSeq(names, ",") {
		list, ok := s.e.lists[name]
		if !ok {
			add(org.ID(name), org.Seen)
			continue
		}
		for i := range list.Names {
			d := &list.Names[i]
			if s.listed(d) {
				add(d.Org, d.Confidence)
			}
		}
	}
	set := orgSet{}
	s.relate(set, sure, rel, day, "")
	s.relate(set, doubtful, rel, day, org.Memory)
	for id, c := range conf {
		if old, ok := set[id]; !ok || c.Decides() && !old.conf.Decides() || old.via == "" {
			set[id] = member{conf: c}
		}
	}
	return set
}

// listed reports whether a name stands on its list on the as-of day, as far as known.
func (s *Session) listed(d *law.Designated) bool {
	sp := law.Span{From: d.From, To: d.To, Recorded: d.Recorded, Retracted: d.Retracted}
	if given(s.q.KnownAt) && !sp.KnownAt(s.q.KnownAt) || !given(s.q.KnownAt) && given(d.Retracted) {
		return false
	}
	return sp.Covers(s.q.AsOf)
}

// relate adds those related to ids; floor is the confidence none can exceed.
func (s *Session) relate(set orgSet, ids []org.ID, rel law.Relation, day calendar.Date, floor law.Confidence) {
	if len(ids) == 0 {
		return
	}
	put := func(r org.Relation, floor law.Confidence, note string) {
		for _, x := range s.e.orgs.RelatedAny(ids, r, day) {
			c := weaker(law.Confidence(x.Confidence), floor)
			if old, ok := set[x.Org]; ok && rank(old.conf) <= rank(c) {
				continue
			}
			set[x.Org] = member{conf: c, via: via(x) + note}
		}
	}
	if rel != law.OpenAffiliates {
		put(org.Relation(rel), floor, "")
		return
	}
	put(org.Control, floor, "")
	put(org.Affiliates, org.Unconfirmed, "; the text says affiliate without a number")
}

func via(x org.Related) string {
	if x.Note != "" {
		return x.Note
	}
	var s []string
	for _, e := range x.Path {
		s = append(s, e.String())
	}
	return strings.Join(s, ", ")
}
