package resolve

import (
	"cmp"
	"slices"

	"telltale/internal/calendar"
)

// stage is one step of uniting: which records it looks at and what keeps two
// clusters apart in it.
type stage struct {
	from, to typ
	// bits are the types of keys of which two clusters may not both have one,
	// as those would differ.
	bits uint32
	// serials says how chassis serials keep apart.
	serials serialRule
	// lists keeps two rows of one list apart.
	lists bool
}

type serialRule uint8

const (
	ignored  serialRule = iota
	ofMaker             // different serials of what may be one maker
	ofAnyone            // different serials
)

func bit(ts ...typ) (b uint32) {
	for _, t := range ts {
		b |= 1 << t
	}
	return b
}

// stages returns the steps in their order. TLS keys are renewed, so two of
// them contradict nothing.
func stages() []stage {
	hardware := bit(tUUID, tIMEI, tMAC)
	all := []stage{
		{from: tSerial, to: tSerial},
		{from: tGPON, to: tMAC, serials: ofMaker},
		{from: tEngine, to: tChassis, bits: hardware, serials: ofAnyone},
		{from: tSSH, to: tTLS, bits: hardware | bit(tEngine), serials: ofAnyone},
	}
	before := hardware | bit(tEngine, tChassis, tSSH)
	for t := wTag; t <= wHost; t++ {
		all = append(all, stage{from: t, to: t, bits: before, serials: ofAnyone, lists: true})
		before |= bit(t)
	}
	return all
}

// solver holds the clusters while they grow.
type solver struct {
	r *Resolver
	// base are the clusters of the stages done.
	base   forest
	traits traits
	notes  notebook
	// scratch
	spare  forest
	joined []int32
	roots  []int32
	rows   []row
	met    meeting
}

func (r *Resolver) solve() *solver {
	s := &solver{r: r, base: newForest(len(r.content))}
	s.notes.r = r
	s.each(tContent, tContent, s.uniteAll)
	s.each(tJoin, tJoin, s.uniteAll)
	s.base.flatten()
	stale := true
	for _, st := range stages() {
		if stale {
			s.traits.build(r, s.base)
		}
		stale = s.run(st)
	}
	return s
}

func (s *solver) uniteAll(seg []record) {
	for _, x := range seg[1:] {
		s.base.union(seg[0].sight, x.sight)
	}
}

// each calls f for the bearers of every key of the types that could unite two sightings.
func (s *solver) each(from, to typ, f func(seg []record)) {
	for _, recs := range s.r.shardsOf(from, to) {
		for a := 0; a < len(recs); {
			b := a + 1
			for b < len(recs) && recs[b].hash == recs[a].hash && recs[b].seg == recs[a].seg {
				b++
			}
			if x := recs[a]; b-a > 1 && x.seg != alone && x.flag&shared == 0 {
				f(recs[a:b])
			}
			a = b
		}
	}
}

// clustersOf returns the different clusters among the bearers, in order.
func (s *solver) clustersOf(seg []record) []int32 {
	s.roots = s.roots[:0]
	for _, x := range seg {
		c := s.base[x.sight]
		if n := len(s.roots); n == 0 || s.roots[n-1] != c {
			s.roots = append(s.roots, c)
		}
	}
	if len(s.roots) > 1 {
		slices.Sort(s.roots)
		s.roots = slices.Compact(s.roots)
	}
	return s.roots
}

// run does one stage and reports whether it changed any cluster's traits: by
// uniting, or by finding a key shared.
func (s *solver) run(st stage) bool {
	next := append(s.spare[:0], s.base...)
	joined := s.joined[:0] // clusters that were united with another
	refused := false
	s.each(st.from, st.to, func(seg []record) {
		cs := s.clustersOf(seg)
		if len(cs) == 1 {
			s.duplicates(st, seg)
			return
		}
		if !s.agree(st, cs) || seg[0].typ >= tSSH && seg[0].typ <= tTLS && !s.oneAddress(seg) {
			for i := range seg {
				seg[i].flag |= shared
			}
			s.notes.refused(seg)
			refused = true
			return
		}
		s.duplicates(st, seg)
		joined = append(joined, cs...)
		for _, c := range cs[1:] {
			next.union(cs[0], c)
		}
	})
	s.spare, s.joined = next, joined
	if len(joined) == 0 {
		return refused
	}
	bad := s.contradictions(st, next, joined)
	if len(bad) > 0 {
		next = s.islands(st, next, bad)
	}
	next.flatten()
	s.base, s.spare = next, s.base
	return true
}

// agree reports whether clusters could all be one thing.
func (s *solver) agree(st stage, cs []int32) bool {
	s.met.reset(st, &s.traits)
	for _, c := range cs {
		if !s.met.admit(c) {
			return false
		}
	}
	return true
}

// oneAddress reports whether the bearers of a host key were never at two
// addresses at about one time. Keys baked into an image are at many.
func (s *solver) oneAddress(seg []record) bool {
	type visit struct {
		day  calendar.Date
		addr uint32
	}
	visits := make([]visit, 0, len(seg))
	for _, x := range seg {
		if a := s.r.addr[x.sight]; a != 0 {
			visits = append(visits, visit{s.r.day[x.sight], a})
		}
	}
	slices.SortFunc(visits, func(a, b visit) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.addr, b.addr))
	})
	for i := 1; i < len(visits); i++ {
		a, b := visits[i-1], visits[i]
		if a.addr != b.addr && (a.day == calendar.NoDate || b.day-a.day <= s.r.window) {
			return false
		}
	}
	return true
}

// contradictions returns the roots, in next, of what must not be one thing.
func (s *solver) contradictions(st stage, next forest, joined []int32) map[int32]bool {
	slices.SortFunc(joined, func(a, b int32) int {
		return cmp.Or(cmp.Compare(next.find(a), next.find(b)), cmp.Compare(a, b))
	})
	joined = slices.Compact(joined)
	var bad map[int32]bool
	var chains [][]int32
	for from := 0; from < len(joined); {
		root := next.find(joined[from])
		to := from
		for to < len(joined) && next.find(joined[to]) == root {
			to++
		}
		if !s.agree(st, joined[from:to]) {
			if bad == nil {
				bad = map[int32]bool{}
			}
			bad[root] = true
			chains = append(chains, joined[from:to])
		}
		from = to
	}
	if len(chains) > 0 {
		s.noteChains(chains)
	}
	return bad
}

// noteChains notes the clusters of each chain by their sightings of smallest content.
func (s *solver) noteChains(chains [][]int32) {
	least := map[int32]int32{}
	for _, cs := range chains {
		for _, c := range cs {
			least[c] = c
		}
	}
	for i, c := range s.base {
		if l, ok := least[c]; ok && s.r.byContent(int32(i), l) < 0 {
			least[c] = int32(i)
		}
	}
	for _, cs := range chains {
		sights := make([]int32, len(cs))
		for i, c := range cs {
			sights[i] = least[c]
		}
		s.notes.put(Chain, 0, sights)
	}
}

// islands does the stage again where a chain of keys would join what must
// stay apart. There, clusters with a number of their own are never joined to
// each other; the others are joined among themselves and then to the only
// such cluster they touch.
func (s *solver) islands(st stage, next forest, bad map[int32]bool) forest {
	out := slices.Clone(s.base)
	own := func(c int32) bool { return s.traits.contradicts(st, c) }
	s.each(st.from, st.to, func(seg []record) {
		cs := s.clustersOf(seg)
		all := !bad[next.find(cs[0])]
		first := int32(-1)
		for _, c := range cs {
			if all || !own(c) {
				if first >= 0 {
					out.union(first, c)
				} else {
					first = c
				}
			}
		}
	})
	const several = -1
	touches := map[int32]int32{}
	s.each(st.from, st.to, func(seg []record) {
		cs := s.clustersOf(seg)
		if !bad[next.find(cs[0])] {
			return
		}
		for _, c := range cs {
			if own(c) {
				continue
			}
			island := out.find(c)
			for _, seed := range cs {
				if !own(seed) {
					continue
				}
				if had, ok := touches[island]; !ok {
					touches[island] = seed
				} else if had != seed {
					touches[island] = several
				}
			}
		}
	})
	for island, seed := range touches {
		if seed != several {
			out.union(island, seed)
		}
	}
	return out
}

// duplicates notes two rows of one list that carry the same number.
func (s *solver) duplicates(st stage, seg []record) {
	if st.from > tMAC {
		return
	}
	s.rows = s.rows[:0]
	for _, x := range seg {
		if in := s.r.input[x.sight]; in != 0 {
			s.rows = append(s.rows, row{in, s.r.content[x.sight]})
		}
	}
	if len(s.rows) < 2 {
		return
	}
	slices.SortFunc(s.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.list, b.list), cmp.Compare(a.content, b.content))
	})
	for i := 1; i < len(s.rows); i++ {
		if a, b := s.rows[i-1], s.rows[i]; a.list == b.list && a.content != b.content {
			s.notes.add(Duplicate, seg)
			return
		}
	}
}

type row struct {
	list    uint32
	content Hash
}
