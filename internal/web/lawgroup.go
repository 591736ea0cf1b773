package web

import (
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/pipeline"
)

// lawGroup is what happens on one day, in one way, by one instrument: twenty approvals stand once.
type lawGroup struct {
	pipeline.LawDay // the first
	All             []pipeline.LawDay
}

// First are what is told at once, Folded what is folded away.
func (g lawGroup) First() []pipeline.LawDay { return firstOf(g.All, namedAtOnce) }

func (g lawGroup) Folded() []pipeline.LawDay { return g.All[len(g.First()):] }

// lawGroups joins days of law that differ in what they are about only, in the order of the first of each.
func lawGroups(days []pipeline.LawDay) []lawGroup {
	type key struct {
		date   calendar.Date
		kind   string
		regime law.RegimeID
	}
	var out []lawGroup
	for _, g := range alike(days, func(d pipeline.LawDay) key { return key{d.Date, d.Kind, d.Regime} }) {
		out = append(out, lawGroup{LawDay: g[0], All: g})
	}
	return out
}
