package web

import (
	"strings"

	"telltale/internal/browse"
	"telltale/internal/law"
	"telltale/internal/report"
)

// changeGroup is what changed alike for a number of things: the same verdicts by the same rule for the same reason.
type changeGroup struct {
	report.Change // of the first thing
	Things        []report.Change
}

// Bounds of the things of a group that a page names: at once, and folded away.
const namedAtOnce, namedFolded = 6, 200

// First are the things that are named at once, Folded those behind them, Unnamed how many only the files name.
func (g changeGroup) First() []report.Change { return firstOf(g.Things, namedAtOnce) }

func (g changeGroup) Folded() []report.Change {
	return firstOf(g.Things[len(g.First()):], namedFolded)
}

func (g changeGroup) Unnamed() int { return len(g.Things) - len(g.First()) - len(g.Folded()) }

// changeGroups joins changes that say the same of different things, in the order of the first of each.
func changeGroups(cs []report.Change) []changeGroup {
	type key struct {
		from, to             law.Verdict
		provision            law.ProvisionID
		act                  law.Act
		profile, why, causes string
		due                  string
	}
	var out []changeGroup
	for _, g := range alike(cs, func(c report.Change) key {
		return key{c.From, c.To, c.Provision, c.Act, c.Profile, c.Why, strings.Join(c.Causes, "\n"), dayWords(c.Due)}
	}) {
		out = append(out, changeGroup{Change: g[0], Things: g})
	}
	return out
}

// alike puts together what has the same key, in the order of the first of each.
func alike[T any, K comparable](xs []T, key func(T) K) [][]T {
	at := map[K]int{}
	var out [][]T
	for _, x := range xs {
		k := key(x)
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], x)
	}
	return out
}

// changeCounts counts changes by the verdicts before and after, in the order of the first of each.
func changeCounts(cs []report.Change) []browse.ChangeCount {
	type pair struct{ from, to law.Verdict }
	var out []browse.ChangeCount
	for _, g := range alike(cs, func(c report.Change) pair { return pair{c.From, c.To} }) {
		out = append(out, browse.ChangeCount{From: g[0].From, To: g[0].To, Count: len(g)})
	}
	return out
}
