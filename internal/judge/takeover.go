package judge

import (
	"encoding/json"
	"hash/fnv"
	"maps"
	"reflect"
	"slices"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/org"
)

// takeover decides what of an older tally still holds.
type takeover struct {
	old *Tally
	// moved are the organisations that stand otherwise in some set, changed the provisions that say something else.
	moved                map[org.ID]bool
	changed              []int
	coarseSame, fineSame bool
	known                map[string][]uint8
}

func newTakeover(old, t *Tally) *takeover {
	k := &takeover{old: old, known: map[string][]uint8{}}
	if old == nil || !slices.Equal(old.Provisions, t.Provisions) {
		k.old = nil
		return k
	}
	k.moved = changedOrgs(old.s, t.s)
	for i := range t.plan {
		a, b := &old.plan[i], &t.plan[i]
		if a.idle != b.idle || a.verdict != b.verdict || a.print != b.print {
			k.changed = append(k.changed, i)
		}
	}
	k.coarseSame, k.fineSame = slices.Equal(old.coarse, t.coarse), slices.Equal(old.fine, t.fine)
	return k
}

// class takes the cells of a class over, and reports whether it could.
func (k *takeover) class(w *tallier, c int) bool {
	t := w.t
	if k.old == nil || k.old.isFine[c] != t.isFine[c] || !k.coarseSame && !t.isFine[c] || !k.fineSame && t.isFine[c] || touches(&t.inv.classes[c], k.moved) {
		return false
	}
	for _, x := range k.old.cells[k.old.cellStart[c]:k.old.cellStart[c+1]] {
		if len(k.changed) > 0 {
			x.verdicts = k.update(w, &x)
		}
		t.cells = append(t.cells, x)
	}
	return true
}

// update judges the changed provisions anew.
func (k *takeover) update(w *tallier, x *cell) []uint8 {
	item := w.t.inv.classes[x.class]
	item.setDates(w.t.inv.tuples[x.tuple])
	w.key = w.t.s.appendKey(w.key[:0], &item, &w.l)
	fresh, ok := k.known[string(w.key)]
	if !ok {
		for _, i := range k.changed {
			g := &w.t.plan[i]
			v := g.verdict
			if !g.idle {
				v = w.t.s.verdict(g.rules, &item)
			}
			fresh = append(fresh, v)
		}
		k.known[string(w.key)] = fresh
	}
	out := slices.Clone(x.verdicts)
	for j, i := range k.changed {
		out[i] = fresh[j]
	}
	return out
}

// same reports whether two queries ask the same.
func (q *Query) same(o *Query) bool {
	return q.Act == o.Act && q.AsOf == o.AsOf && q.KnownAt == o.KnownAt && slices.Equal(q.Scenarios, o.Scenarios) && slices.Equal(q.Only, o.Only) && reflect.DeepEqual(q.Profile, o.Profile)
}

// changedOrgs are the organisations that stand in a set of one session and
// not, or otherwise, in the other's, or are registered elsewhere.
func changedOrgs(a, b *Session) map[org.ID]bool {
	moved := map[org.ID]bool{}
	var uses []setUse
	for _, s := range []*Session{a, b} {
		for _, r := range s.active {
			for _, u := range r.needs.sets {
				if !slices.Contains(uses, u) && a.e.knows(u) && b.e.knows(u) {
					uses = append(uses, u)
				}
			}
		}
	}
	days := append(slices.Concat(a.e.edgeDays, b.e.edgeDays), a.q.AsOf, calendar.NoDate, calendar.NoDate+1)
	slices.Sort(days)
	days = slices.Compact(days)
	for _, u := range uses {
		for _, day := range days {
			x, y := a.set(u.names, u.rel, day), b.set(u.names, u.rel, day)
			for id, m := range x {
				if n, ok := y[id]; !ok || n.conf != m.conf {
					moved[id] = true
				}
			}
			for id := range y {
				if _, ok := x[id]; !ok {
					moved[id] = true
				}
			}
		}
	}
	for _, id := range slices.Concat(a.e.orgs.IDs(), b.e.orgs.IDs()) {
		x, okX := a.e.orgs.Get(id)
		y, okY := b.e.orgs.Get(id)
		if okX != okY || okX && x.Country != y.Country {
			moved[id] = true
		}
	}
	return moved
}

// knows reports whether every list of a use exists.
func (e *Engine) knows(u setUse) bool {
	for name := range strings.SplitSeq(u.names, ",") {
		if strings.Contains(name, "/") && e.lists[name] == nil {
			return false
		}
	}
	return true
}

// touches reports whether the item names one of the organisations.
func touches(it *Item, moved map[org.ID]bool) bool {
	if len(moved) == 0 {
		return false
	}
	names := func(list []Party) bool {
		return slices.ContainsFunc(list, func(p Party) bool { return moved[p.Org] })
	}
	return names(it.Makers) || names(it.Providers) || names(it.Consignee) || names(it.Counterparty) ||
		slices.ContainsFunc(it.Producers, func(p StageParty) bool { return moved[p.Org] }) ||
		slices.ContainsFunc(it.Components, func(c Component) bool { return names(c.Makers) }) ||
		slices.ContainsFunc(it.ConsigneeOwners, func(o Owner) bool { return moved[o.Org] }) ||
		slices.ContainsFunc(it.Controllers, func(id org.ID) bool { return moved[id] })
}

// print is the hash of all a provision says, but for who stands on its lists.
func (s *Session) print(rules []*rule) uint64 {
	h := fnv.New64a()
	enc := json.NewEncoder(h)
	reg := rules[0].reg
	_ = enc.Encode(rules[0].prov)
	_ = enc.Encode([]any{reg.Status, reg.Confidence, reg.Jurisdiction, reg.Scenario})
	for _, r := range rules {
		if r.entry != nil {
			_ = enc.Encode(r.entry)
			_ = enc.Encode(s.e.approvals[r.entry.ID])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.e.terms)) {
		_ = enc.Encode(s.e.terms[name])
	}
	return h.Sum64()
}
