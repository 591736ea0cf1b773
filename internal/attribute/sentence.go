package attribute

import (
	"slices"

	"telltale/internal/attribute/match"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// makersNamed returns the patterns of the names that count: not those that
// only say for whom or with what something works ("compatible with X", "for
// X"). Two different makers left over make the text ambiguous, unless a mark of
// one of them stands in the same text and settles it.
func (e *Engine) makersNamed(hits []match.Hit, how []int) []int {
	var out []int
	var orgs, marked []string
	for i := range hits {
		h := &hits[i]
		fp := &e.fps[h.Pattern]
		who := assertedMaker(fp)
		if who == "" || fp.Kind == "name" && e.partOfName(hits, h, who) {
			continue
		}
		switch {
		case fp.Kind != "name":
			if fp.Kind == "mark" && how[i] == itself {
				marked = append(marked, who)
			}
			continue
		case how[i] == joined: // "X to Y" is about a connection of both
			return nil
		case how[i] != itself:
			continue
		}
		out = append(out, h.Pattern)
		if !slices.Contains(orgs, who) {
			orgs = append(orgs, who)
		}
	}
	if len(orgs) == 1 {
		return out[:1]
	}
	if len(orgs) > 1 && len(marked) > 0 {
		kept := out[:0]
		for _, p := range out {
			if slices.Contains(marked, assertedMaker(&e.fps[p])) {
				kept = append(kept, p)
			}
		}
		return kept[:min(1, len(kept))]
	}
	return out
}

func assertedMaker(fp *evidence.Fingerprint) string {
	for _, a := range fp.Asserts {
		if a.Aspect == evidence.Manufacturer {
			return a.Value
		}
	}
	return ""
}

// partOfName reports whether a name stands inside a longer name of another maker.
func (e *Engine) partOfName(hits []match.Hit, h *match.Hit, who string) bool {
	return slices.ContainsFunc(hits, func(o match.Hit) bool {
		fp := &e.fps[o.Pattern]
		return fp.Kind == "name" && len(o.Groups[0]) > len(h.Groups[0]) && assertedMaker(fp) != who &&
			o.At <= h.At && h.At+len(h.Groups[0]) <= o.At+len(o.Groups[0])
	})
}

// withoutOthersForms leaves out the forms that several makers use where the
// text names one maker and the form is another's. Trading names keep them: who
// made goods of such a name is just what a form may tell.
func (e *Engine) withoutOthersForms(hits []match.Hit, names []int) []match.Hit {
	if len(names) != 1 {
		return hits
	}
	named := assertedMaker(&e.fps[names[0]])
	if e.facts.Houses[org.ID(named)] {
		return hits
	}
	return slices.DeleteFunc(hits, func(h match.Hit) bool {
		fp := &e.fps[h.Pattern]
		return fp.Kind == "form" && assertedMaker(fp) != named && !slices.Contains(fp.Under, named)
	})
}
