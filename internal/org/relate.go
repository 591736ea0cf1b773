package org

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"telltale/internal/calendar"
)

// Relation says which organisations count as one for a law.
type Relation string

const (
	// Named: the organisation alone.
	Named Relation = "named"
	// Subsidiaries: it and all it controls, directly or through others: more
	// than half of the shares together with its other subsidiaries, or control stated.
	Subsidiaries Relation = "subsidiaries"
	// Control: it, all it controls, all that control it, and all under common control with it.
	Control Relation = "control"
	// Affiliates (47 CFR 2.903): as Control, but a share above 10 % counts like
	// control: it, what it owns, what owns it, and what has an owner in common with it.
	Affiliates Relation = "affiliates"
	// FiftyAggregate: it and all of which it and those already counted hold 50 % or more in aggregate.
	FiftyAggregate Relation = "fifty_aggregate"
)

// Relations are all relations, from the narrowest.
var Relations = []Relation{Named, Subsidiaries, Control, Affiliates, FiftyAggregate}

// Valid reports whether r is one of Relations.
func (r Relation) Valid() bool { return slices.Contains(Relations, r) }

// Edge is one ownership between two organisations.
type Edge struct {
	Owner      ID `json:"owner"`
	Owned      ID `json:"owned"`
	*Ownership `json:"fact"`
}

// String says the edge in words, each statement with how sure it is:
// "acme holds 20.29 % of acme_radio (seen: gazette)",
// "acme controls acme_radio, 48 % (memory) from 2020-01-01 (secondary: gazette)".
func (e Edge) String() string {
	var b strings.Builder
	b.WriteString(string(e.Owner))
	doubt := e.PercentConfidence != "" && e.PercentConfidence.Rank() > e.Confidence.Rank()
	sure := e.Percent > 0 && !doubt
	switch {
	case e.Ownership.Control && !sure:
		b.WriteString(" controls ")
	case sure, e.Percent > 0 && e.MoreThan == 0:
		fmt.Fprintf(&b, " holds %s %% of ", percent(e.Percent))
	case e.MoreThan > 0:
		fmt.Fprintf(&b, " holds more than %s %% of ", percent(e.MoreThan))
	default:
		b.WriteString(" holds an unknown share of ")
	}
	b.WriteString(string(e.Owned))
	switch {
	case e.Percent > 0 && doubt && (e.Ownership.Control || e.MoreThan > 0):
		fmt.Fprintf(&b, ", %s %% (%s)", percent(e.Percent), e.PercentConfidence)
	case doubt:
		fmt.Fprintf(&b, ", the share %s", e.PercentConfidence)
	}
	if e.From != nil {
		b.WriteString(" from " + e.From.String())
	}
	if e.To != nil {
		b.WriteString(" until " + e.To.String())
	}
	b.WriteString(" (" + string(e.Confidence.Weaker(Seen)))
	if e.Source != "" {
		b.WriteString(": " + e.Source)
	}
	b.WriteString(")")
	return b.String()
}

func percent(p float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", p), "0"), ".")
}

// Related is an organisation that counts as another under a relation.
type Related struct {
	Org ID `json:"org"`
	// Path are the ownerships from the one asked for to Org; empty for itself.
	Path []Edge `json:"path,omitempty"`
	// Confidence is that of the weakest fact the relation needs; it decides
	// only when Confidence.Decides. An ownership of unknown size is Unconfirmed.
	Confidence Confidence `json:"confidence"`
	// Note is one plain sentence on why, where the path alone does not tell.
	Note string `json:"note,omitempty"`
}

// Related returns the organisations that count as id under rel on the day, id
// itself first, the others by ID, each once with its surest path. An unknown
// ID is related to itself alone. NoDate counts ownerships of any time.
//
// Removing an ownership never adds a relation; asking again for the related
// of the related under Subsidiaries or FiftyAggregate adds none.
func (ix *Index) Related(id ID, rel Relation, asOf calendar.Date) []Related {
	return ix.RelatedAny([]ID{id}, rel, asOf)
}

// RelatedAny is Related for several at once, as instruments with lists need
// it: shares of different listed organisations add up under FiftyAggregate.
func (ix *Index) RelatedAny(ids []ID, rel Relation, asOf calendar.Date) []Related {
	out := make([]Related, 0, len(ids))
	seen := map[ID]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, Related{Org: id, Confidence: Seen})
		}
	}
	if rel == Named || len(ix.edges) == 0 {
		return out
	}
	given := len(out)
	// The relations are computed anew for each level of doubt, surest first:
	// an organisation has the confidence of the first level at which it counts.
	for level := range confidences {
		w := world{ix: ix, level: level, asOf: asOf}
		at := map[ID]int{}
		for _, r := range w.related(ids, rel) {
			r.Confidence = confidences[level]
			if i, again := at[r.Org]; again {
				if len(r.Path) < len(out[i].Path) {
					out[i] = r
				}
			} else if !seen[r.Org] {
				seen[r.Org] = true
				at[r.Org] = len(out)
				out = append(out, r)
			}
		}
	}
	slices.SortFunc(out[given:], func(a, b Related) int { return strings.Compare(string(a.Org), string(b.Org)) })
	return out
}

// Path returns the shortest chain of ownerships, of any size and in any
// direction, that links a and b on the day, with the confidence of its weakest.
func (ix *Index) Path(a, b ID, asOf calendar.Date) ([]Edge, Confidence, bool) {
	if a == b {
		return nil, Seen, ix.orgs[a] != nil
	}
	for level := range confidences {
		w := world{ix: ix, level: level, asOf: asOf}
		if p, ok := w.anyPath(a, b); ok {
			return p, confidences[level], true
		}
	}
	return nil, "", false
}

// world is the ownership graph of one day as far as facts of one level of doubt go.
type world struct {
	ix    *Index
	level int
	asOf  calendar.Date
}

// hold is what an edge amounts to at the level: a share in per cent and whether it controls.
func (w *world) hold(n int) (share float64, control bool) {
	e := &w.ix.edges[n]
	if !e.Holds(w.asOf) || e.Confidence.Rank() > w.level {
		return 0, false
	}
	if e.Percent > 0 && e.PercentConfidence.Rank() <= w.level {
		share = e.Percent
	}
	if e.MoreThan > 0 {
		share = max(share, math.Nextafter(e.MoreThan, 101))
	}
	control = e.Ownership.Control || share > 50
	if share == 0 && !control && w.level == Unconfirmed.Rank() {
		return 100, true // a share of unknown size may be any
	}
	return share, control
}

// reach is what one organisation holds of another, directly and through others.
type reach struct {
	share   float64 // in per cent, links of control counting in full
	control bool
	via     int // the edge that contributes most
}

// reachFrom computes what the roots together hold of every other
// organisation. An organisation controlled counts in full, another by its
// share; a cycle settles because shares only grow and end at 100.
func (w *world) reachFrom(roots []ID) map[ID]reach {
	const rounds = 64 // chains longer than this do not occur; the bound ends slow convergence of cycles
	got := map[ID]reach{}
	for _, r := range roots {
		got[r] = reach{share: 100, control: true, via: -1}
	}
	for range rounds {
		next := w.step(got)
		for _, r := range roots {
			next[r] = got[r]
		}
		if same(got, next) {
			return next
		}
		got = next
	}
	return got
}

func same(a, b map[ID]reach) bool {
	if len(a) != len(b) {
		return false
	}
	for id, x := range b {
		if y, ok := a[id]; !ok || y.control != x.control || x.share-y.share > 1e-9 {
			return false
		}
	}
	return true
}

// step adds up, for each organisation, what those reached hold of it.
func (w *world) step(got map[ID]reach) map[ID]reach {
	next := map[ID]reach{}
	owners := make([]ID, 0, len(got))
	for id := range got {
		owners = append(owners, id)
	}
	slices.Sort(owners) // sums of floats must not depend on map order
	best := map[ID]float64{}
	for _, owner := range owners {
		have := got[owner]
		for owned, h := range w.holdings(owner) {
			part := h.share
			if !have.control {
				part *= have.share / 100
			}
			t := next[owned]
			t.share = min(100, t.share+part)
			t.control = t.control || t.share > 50 || have.control && h.control
			weight := part
			if have.control && h.control {
				weight = 101
			}
			if _, ok := best[owned]; !ok || weight > best[owned] {
				best[owned], t.via = weight, h.via
			}
			next[owned] = t
		}
	}
	return next
}

// holdings returns what one owner holds directly. Two figures for one holding on one day are not added: the greater counts.
func (w *world) holdings(owner ID) map[ID]reach {
	edges := w.ix.down[owner]
	if len(edges) == 0 {
		return nil
	}
	m := make(map[ID]reach, len(edges))
	for _, n := range edges {
		share, control := w.hold(n)
		if share == 0 && !control {
			continue
		}
		owned := w.ix.edges[n].Owned
		old, ok := m[owned]
		// The edge to show is the one that controls, else the greater share.
		if !ok || control && !old.control || control == old.control && share > old.share {
			old.via = n
		}
		old.share, old.control = max(share, old.share), control || old.control
		m[owned] = old
	}
	return m
}

// related returns those that count at this level, in no order; the roots may be among them.
func (w *world) related(ids []ID, rel Relation) []Related {
	if rel == FiftyAggregate {
		return w.fifty(ids)
	}
	counts := func(r reach) bool { return r.control || rel == Affiliates && r.share > 10 }
	var out []Related
	for _, id := range ids {
		down := w.reachFrom([]ID{id})
		for _, z := range sortedKeys(down) {
			if r := down[z]; z != id && counts(r) {
				out = append(out, Related{Org: z, Path: w.trace(down, z), Note: w.note(id, z, r)})
			}
		}
		if rel == Subsidiaries {
			continue
		}
		for _, top := range w.ancestors(id) {
			from := w.reachFrom([]ID{top})
			if !counts(from[id]) {
				continue
			}
			rise := w.trace(from, id)
			slices.Reverse(rise)
			out = append(out, Related{Org: top, Path: rise, Note: w.note(top, id, from[id])})
			for _, z := range sortedKeys(from) {
				if z != id && z != top && counts(from[z]) {
					path := append(slices.Clone(rise), w.trace(from, z)...)
					out = append(out, Related{Org: z, Path: path})
				}
			}
		}
	}
	return out
}

// fifty adds those of which the listed and those already added hold at least half together.
func (w *world) fifty(ids []ID) []Related {
	in := map[ID]reach{}
	for _, id := range ids {
		in[id] = reach{via: -1}
	}
	var out []Related
	for grown := true; grown; {
		grown = false
		sum, via := map[ID]float64{}, map[ID][]int{}
		for _, owner := range sortedKeys(in) {
			for owned, h := range w.holdings(owner) {
				sum[owned] += h.share
				via[owned] = append(via[owned], h.via)
			}
		}
		for _, z := range sortedKeys(sum) {
			if _, done := in[z]; done || sum[z] < 50 {
				continue
			}
			grown = true
			slices.SortStableFunc(via[z], func(a, b int) int {
				return int(w.ix.edges[b].Percent*100) - int(w.ix.edges[a].Percent*100)
			})
			in[z] = reach{share: sum[z], via: via[z][0]}
			note := ""
			if len(via[z]) > 1 {
				note = fmt.Sprintf("%d listed or owned holders have %s %% of %s in aggregate", len(via[z]), percent(sum[z]), z)
			}
			out = append(out, Related{Org: z, Path: w.trace(in, z), Note: note})
		}
	}
	return out
}

// trace walks from z back to the root along the edges that contribute most.
func (w *world) trace(got map[ID]reach, z ID) []Edge {
	var path []Edge
	seen := map[ID]bool{}
	for !seen[z] {
		seen[z] = true
		r, ok := got[z]
		if !ok || r.via < 0 {
			break
		}
		e := w.ix.edges[r.via]
		path = append(path, e)
		z = e.Owner
	}
	slices.Reverse(path)
	return path
}

// note says what the path alone does not: a share that several ownerships make up.
func (w *world) note(top, z ID, r reach) string {
	direct := r.via >= 0 && w.ix.edges[r.via].Owner == top && (w.ix.edges[r.via].Percent == r.share || w.ix.edges[r.via].MoreThan > 0)
	if r.control || direct {
		return ""
	}
	return fmt.Sprintf("%s holds %s %% of %s, directly and through others", top, percent(r.share), z)
}

// ancestors returns all that hold anything of id, directly or through others, by ID.
func (w *world) ancestors(id ID) []ID {
	seen := map[ID]bool{id: true}
	todo := []ID{id}
	var out []ID
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		for _, n := range w.ix.up[at] {
			owner := w.ix.edges[n].Owner
			if share, control := w.hold(n); (share > 0 || control) && !seen[owner] {
				seen[owner] = true
				out = append(out, owner)
				todo = append(todo, owner)
			}
		}
	}
	slices.Sort(out)
	return out
}

// anyPath is a breadth-first search along edges of any size, both ways.
func (w *world) anyPath(a, b ID) ([]Edge, bool) {
	from := map[ID]int{a: -1}
	todo := []ID{a}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if at == b {
			return w.unwind(from, a, b), true
		}
		for _, n := range append(slices.Clone(w.ix.down[at]), w.ix.up[at]...) {
			share, control := w.hold(n)
			if share == 0 && !control {
				continue
			}
			e := w.ix.edges[n]
			for _, next := range []ID{e.Owned, e.Owner} {
				if _, ok := from[next]; !ok {
					from[next] = n
					todo = append(todo, next)
				}
			}
		}
	}
	return nil, false
}

func (w *world) unwind(from map[ID]int, a, b ID) []Edge {
	var path []Edge
	for b != a {
		e := w.ix.edges[from[b]]
		path = append(path, e)
		if e.Owned == b {
			b = e.Owner
		} else {
			b = e.Owned
		}
	}
	slices.Reverse(path)
	return path
}

func sortedKeys[V any](m map[ID]V) []ID {
	k := make([]ID, 0, len(m))
	for id := range m {
		k = append(k, id)
	}
	slices.Sort(k)
	return k
}
