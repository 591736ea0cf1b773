package store

import (
	"cmp"
	"slices"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// Fact is one value with the time it was open: seen every day for a year it is one Fact.
type Fact struct {
	Thing  Thing
	Attr   evidence.Attr
	Value  string
	Source string
	Place  evidence.Place
	Since  time.Time
	// Until is zero while it is open.
	Until time.Time
}

// Facts returns the facts of a thing's versions (Store.History) as intervals,
// by attribute, value and time. A value that moved to another place or was
// read with another date is the same fact; Place is where it was seen first.
// Facts of parts carry the part's place.
func Facts(versions []Version) []Fact {
	type name struct {
		attr          evidence.Attr
		value, source string
	}
	open := map[name]Fact{}
	var out []Fact
	for _, v := range versions {
		now := map[name]bool{}
		each(v.Sighting.Observations, v.Sighting.Components, func(o *evidence.Observation) {
			n := name{o.Attr, o.Value, o.Source}
			now[n] = true
			f, ok := open[n]
			if ok && f.Until.Equal(v.Since) {
				f.Until = v.Until
			} else if !ok || !f.Since.Equal(v.Since) {
				if ok {
					out = append(out, f)
				}
				f = Fact{Thing: v.Thing, Attr: o.Attr, Value: o.Value, Source: o.Source, Place: o.Place, Since: v.Since, Until: v.Until}
			}
			open[n] = f
		})
	}
	for _, f := range open {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.Attr, b.Attr), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Source, b.Source), a.Since.Compare(b.Since))
	})
	return out
}

func each(obs []evidence.Observation, parts []asset.Part, f func(*evidence.Observation)) {
	for i := range obs {
		f(&obs[i])
	}
	for i := range parts {
		each(parts[i].Observations, parts[i].Components, f)
	}
}
