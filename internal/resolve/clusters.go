package resolve

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
)

// Clusters are the outcome: sets of sightings that are one thing, in the order
// of their IDs, members in the order of their contents. Safe for concurrent reading.
type Clusters struct {
	ids     []Hash
	off     []int32
	members []int32
	of      []int32
	notes   []Note
}

// Clusters resolves all sightings added so far. More may be added afterwards and resolved again.
func (r *Resolver) Clusters() *Clusters {
	r.arrange()
	s := r.solve()
	names := r.name(s.base)
	s.twoMakers()
	return r.collect(s, names)
}

// Len returns the number of clusters.
func (c *Clusters) Len() int { return len(c.ids) }

// ID returns the asset ID of cluster n: 16 hex digits, different from those of all others.
func (c *Clusters) ID(n int) string { return c.ids[n].String() }

// Members returns the ordinals of the sightings of cluster n. The slice is the caller's.
func (c *Clusters) Members(n int) []int {
	ms := c.members[c.off[n]:c.off[n+1]]
	out := make([]int, len(ms))
	for i, m := range ms {
		out[i] = int(m)
	}
	return out
}

// Of returns the cluster of sighting i.
func (c *Clusters) Of(i int) int { return int(c.of[i]) }

// All yields asset IDs and members.
func (c *Clusters) All() iter.Seq2[string, []int] {
	return func(yield func(string, []int) bool) {
		for n := range c.ids {
			if !yield(c.ID(n), c.Members(n)) {
				return
			}
		}
	}
}

// Notes returns what was odd, in a fixed order.
func (c *Clusters) Notes() []Note { return c.notes }

// name is the smallest exclusive key of a cluster, by type and hash.
type name struct {
	typ  typ
	hash Hash
}

// name picks for each root its smallest strong key that no other cluster
// bears, else its smallest content.
func (r *Resolver) name(base forest) []name {
	best := make([]name, len(base))
	for i := range best {
		best[i].typ = 0xff
	}
	offer := func(root int32, n name) {
		if b := &best[root]; n.typ < b.typ || n.typ == b.typ && n.hash < b.hash {
			*b = n
		}
	}
	for _, recs := range r.shardsOf(tSerial, tContent) {
		for a := 0; a < len(recs); {
			b := a + 1
			for b < len(recs) && recs[b].hash == recs[a].hash {
				b++
			}
			r.nameRun(base, recs[a:b], offer)
			a = b
		}
	}
	return best
}

func (r *Resolver) nameRun(base forest, run []record, offer func(int32, name)) {
	root := base[run[0].sight]
	if !slices.ContainsFunc(run, func(x record) bool { return base[x.sight] != root }) {
		offer(root, name{run[0].typ, run[0].hash})
		return
	}
	if run[0].typ != tSerial {
		return
	}
	// One serial of several makers: each maker's counts where it is one thing.
	for a := 0; a < len(run); {
		b, root := a, base[run[a].sight]
		one, maker := run[a].seg != alone, ""
		for ; b < len(run) && run[b].seg == run[a].seg; b++ {
			one = one && base[run[b].sight] == root
			if m := r.makers.text(r.maker[run[b].sight]); b == a || m < maker {
				maker = m
			}
		}
		if one {
			var h [8]byte
			binary.BigEndian.PutUint64(h[:], uint64(run[a].hash))
			offer(root, name{tSerial, hashOf("serial of", maker, string(h[:]))})
		}
		a = b
	}
}

// twoMakers notes the serials that came with the texts of several makers.
func (s *solver) twoMakers() {
	for _, recs := range s.r.shardsOf(tSerial, tSerial) {
		for a := 0; a < len(recs); {
			b := a + 1
			for b < len(recs) && recs[b].hash == recs[a].hash {
				b++
			}
			if run := recs[a:b]; run[0].seg != run[len(run)-1].seg {
				s.notes.add(TwoMakers, run)
			}
			a = b
		}
	}
}

func (r *Resolver) collect(s *solver, names []name) *Clusters {
	base := s.base
	c := &Clusters{of: make([]int32, len(base)), members: make([]int32, len(base))}
	var roots []int32
	for i, root := range base {
		if int32(i) == root {
			roots = append(roots, root)
		}
	}
	slices.SortFunc(roots, func(a, b int32) int { return cmp.Compare(names[a].hash, names[b].hash) })
	c.ids = make([]Hash, len(roots))
	c.off = make([]int32, len(roots)+1)
	rank := make([]int32, len(base))
	for n, root := range roots {
		c.ids[n] = names[root].hash
		rank[root] = int32(n)
	}
	for i, root := range base {
		c.of[i] = rank[root]
		c.off[rank[root]+1]++
	}
	for n := range c.ids {
		c.off[n+1] += c.off[n]
	}
	at := rank[:len(roots)] // no longer needed as ranks
	copy(at, c.off[:len(roots)])
	for i := range base {
		n := c.of[i]
		c.members[at[n]] = int32(i)
		at[n]++
	}
	for n := range c.ids {
		if ms := c.members[c.off[n]:c.off[n+1]]; len(ms) > 1 {
			slices.SortFunc(ms, r.byContent)
		}
	}
	c.notes = s.notes.notes
	slices.SortFunc(c.notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key),
			cmp.Compare(r.content[a.Sightings[0]], r.content[b.Sightings[0]]))
	})
	return c
}
