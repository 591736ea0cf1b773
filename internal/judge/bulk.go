package judge

import (
	"runtime"
	"slices"
	"sync/atomic"

	"telltale/internal/law"
)

// cell is a class as far as its dates lie in one bucket: all its things come out alike.
type cell struct {
	class, bucket, count uint32
	tuple                uint32 // dates of one of its things
	// verdicts, one for each provision of Tally.Provisions; cells that are alike share them.
	verdicts []uint8
}

// Tally is the judgement of an inventory in one session.
type Tally struct {
	s   *Session
	inv *Inventory
	// Provisions in the order of their IDs.
	Provisions []law.ProvisionID
	// coarse and fine say in which bucket each tuple of dates lies; fine tells
	// apart the days of ownership, too, and serves classes whose makers moved.
	coarse, fine []uint32
	isFine       []bool // class → fine
	cells        []cell // by class, then bucket
	cellStart    []uint32
	plan         []group
}

// buckets are those of a class.
func (r *Tally) buckets(class uint32) []uint32 {
	if r.isFine[class] {
		return r.fine
	}
	return r.coarse
}

// Judge judges every thing of the inventory under every provision. Things are
// joined to cells by class and by where their dates lie among the days that
// matter in the session; cells that its rules cannot tell apart are judged once.
func (v *Inventory) Judge(s *Session) *Tally { return v.judge(s, nil) }

// Rejudge is Judge after law or ownership changed: it takes over from old what
// cannot have changed and judges the rest. Its result equals that of Judge.
func (v *Inventory) Rejudge(s *Session, old *Tally) *Tally {
	if old.inv != v || !old.s.q.same(&s.q) {
		old = nil
	}
	return v.judge(s, old)
}

func (v *Inventory) judge(s *Session, old *Tally) *Tally {
	v.sort()
	t := &Tally{s: s, inv: v, coarse: v.buckets(s, false), fine: v.buckets(s, true), isFine: make([]bool, len(v.classes)), plan: s.plan()}
	for _, g := range t.plan {
		t.Provisions = append(t.Provisions, g.id)
	}
	take := newTakeover(old, t)
	w := &tallier{t: t, l: s.verdictLens(), known: map[string][]uint8{}, counts: make([]uint32, slices.Max(append([]uint32{0}, t.fine...))+1)}
	w.first = make([]uint32, len(w.counts))
	t.cells = make([]cell, 0, len(v.classes)*2)
	for c := range v.classes {
		t.cellStart = append(t.cellStart, uint32(len(t.cells)))
		t.isFine[c] = w.l.movesWith(&v.classes[c])
		if !take.class(w, c) {
			w.class(c)
		}
	}
	t.cellStart = append(t.cellStart, uint32(len(t.cells)))
	w.judge()
	return t
}

// tallier fills the cells of a tally.
type tallier struct {
	t             *Tally
	l             lens
	known         map[string][]uint8 // key → verdicts of all provisions
	counts, first []uint32           // by bucket
	touched       []uint32
	key           []byte
	todo          []task
}

// task is one thing to be judged for all that are like it.
type task struct {
	class, tuple uint32
	verdicts     []uint8
}

// judge does the tasks, many at a time.
func (w *tallier) judge() {
	var next atomic.Int64
	parallel(max(1, min(runtime.GOMAXPROCS(0), len(w.todo)>>6)), func(int) {
		for i := next.Add(1) - 1; i < int64(len(w.todo)); i = next.Add(1) - 1 {
			x := &w.todo[i]
			item := w.t.inv.classes[x.class]
			item.setDates(w.t.inv.tuples[x.tuple])
			w.t.s.verdicts(w.t.plan, &item, x.verdicts)
		}
	})
}

// class makes the cells of one class anew; judge fills in their verdicts.
func (w *tallier) class(c int) {
	v, bucketOf := w.t.inv, w.t.buckets(uint32(c))
	for _, d := range v.sorted[v.start[c]:v.start[c+1]] {
		b := bucketOf[d]
		if w.counts[b]++; w.counts[b] == 1 {
			w.touched = append(w.touched, b)
			w.first[b] = d
		}
	}
	slices.Sort(w.touched)
	for _, b := range w.touched {
		item := v.classes[c]
		item.setDates(v.tuples[w.first[b]])
		w.key = w.t.s.appendKey(w.key[:0], &item, &w.l)
		verdicts, ok := w.known[string(w.key)]
		if !ok {
			verdicts = make([]uint8, len(w.t.plan))
			w.known[string(w.key)] = verdicts
			w.todo = append(w.todo, task{uint32(c), w.first[b], verdicts})
		}
		w.t.cells = append(w.t.cells, cell{uint32(c), b, w.counts[b], w.first[b], verdicts})
		w.counts[b] = 0
	}
	w.touched = w.touched[:0]
}

// verdicts fills in the verdict of each group.
func (s *Session) verdicts(plan []group, it *Item, out []uint8) {
	for i, g := range plan {
		if out[i] = g.verdict; !g.idle {
			out[i] = s.verdict(g.rules, it)
		}
	}
}

// verdictLens is the lens without what only sentences need: exact days and names.
func (s *Session) verdictLens() lens {
	l := s.lens
	l.exact, l.coarse = [8]bool{}, true
	return l
}

// buckets numbers the tuples of dates by what the session can tell apart.
func (v *Inventory) buckets(s *Session, owners bool) []uint32 {
	out := make([]uint32, len(v.tuples))
	seen := map[string]uint32{}
	l := s.verdictLens()
	var b []byte
	for i, t := range v.tuples {
		k := keyer{b: b[:0], s: s, l: &l}
		for j, d := range t {
			k.day(j, d)
		}
		if owners && given(t[0]) {
			n, _ := slices.BinarySearch(s.e.edgeDays, t[0]+1)
			k.b = append(k.b, byte(n), byte(n>>8))
		}
		b = k.b
		n, ok := seen[string(b)]
		if !ok {
			n = uint32(len(seen))
			seen[string(b)] = n
		}
		out[i] = n
	}
	return out
}

// Count returns how many things come out as v under the provision.
func (r *Tally) Count(id law.ProvisionID, v law.Verdict) int {
	n, i := 0, slices.Index(r.Provisions, id)
	for c := range r.cells {
		if i >= 0 && scale[r.cells[c].verdicts[i]] == v {
			n += int(r.cells[c].count)
		}
	}
	return n
}

// Counts returns the numbers of things by verdict for every provision.
func (r *Tally) Counts() map[law.ProvisionID]map[law.Verdict]int {
	out := make(map[law.ProvisionID]map[law.Verdict]int, len(r.Provisions))
	for i, id := range r.Provisions {
		m := map[law.Verdict]int{}
		for c := range r.cells {
			m[scale[r.cells[c].verdicts[i]]] += int(r.cells[c].count)
		}
		out[id] = m
	}
	return out
}

// Assets calls yield with every thing that comes out as v under the provision, in order of the classes.
func (r *Tally) Assets(id law.ProvisionID, v law.Verdict, yield func(int) bool) {
	i := slices.Index(r.Provisions, id)
	if i < 0 {
		return
	}
	for c := range r.cells {
		x := &r.cells[c]
		if scale[x.verdicts[i]] != v {
			continue
		}
		bucketOf := r.buckets(x.class)
		for i := r.inv.start[x.class]; i < r.inv.start[x.class+1]; i++ {
			if bucketOf[r.inv.sorted[i]] == x.bucket && !yield(int(r.inv.order[i])) {
				return
			}
		}
	}
}

// Open judges one thing in full, with elements and questions.
func (r *Tally) Open(asset int) []Outcome { return r.s.Judge(r.inv.Item(asset)) }

// Equal reports whether two results say the same of every thing.
func (r *Tally) Equal(o *Tally) bool {
	return slices.Equal(r.Provisions, o.Provisions) && slices.Equal(r.coarse, o.coarse) && slices.Equal(r.fine, o.fine) && slices.Equal(r.isFine, o.isFine) &&
		slices.EqualFunc(r.cells, o.cells, func(a, b cell) bool {
			return a.class == b.class && a.bucket == b.bucket && a.count == b.count && slices.Equal(a.verdicts, b.verdicts)
		})
}

// group is one provision of a session with its rules.
type group struct {
	id      law.ProvisionID
	rules   []*rule
	idle    bool
	verdict uint8
	print   uint64 // of all it says but for who stands on its lists
}

// plan lists the provisions of the session in the order of the rulebook.
func (s *Session) plan() []group {
	var out []group
	for i := range s.idle {
		out = append(out, group{id: s.idle[i].Provision, idle: true, verdict: uint8(severity(s.idle[i].Verdict))})
	}
	for i := 0; i < len(s.active); {
		j := i + 1
		for j < len(s.active) && s.active[j].prov == s.active[i].prov {
			j++
		}
		out = append(out, group{id: s.active[i].id, rules: s.active[i:j], print: s.print(s.active[i:j])})
		i = j
	}
	slices.SortFunc(out, func(a, b group) int {
		if a.id < b.id {
			return -1
		}
		return 1
	})
	return out
}

// verdict judges a provision on an item without explaining it.
func (s *Session) verdict(rules []*rule, it *Item) uint8 {
	low, high, lost := 0, 0, false
	var f frame
	for _, r := range rules {
		f.start(s, r, it)
		var o Outcome
		v, _, _ := f.evaluate(&o)
		f.settle(v, &o)
		best, worst := bounds(&o)
		low, high = max(low, best), max(high, worst)
		lost = lost || o.Verdict == law.Undetermined && worst <= severity(law.Permitted)
	}
	if low == high || high <= severity(law.Permitted) && !lost {
		return uint8(high)
	}
	return uint8(severity(law.Undetermined))
}
