package attribute

import (
	"slices"
	"strings"

	"telltale/internal/attribute/match"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// makersNamed returns the patterns of the names that count: not those that
// only say for whom or with what something works ("compatible with X", "for
// X"). Two different makers left over make the text ambiguous, unless a mark of
// one of them stands in the same text and settles it.
func (e *Engine) makersNamed(hits []match.Hit, v string) []int {
	var out []int
	var orgs, marked []string
	for i := range hits {
		h := &hits[i]
		fp := &e.fps[h.Pattern]
		who := assertedMaker(fp)
		if who == "" || fp.Kind == "name" && e.partOfName(hits, h, who) {
			continue
		}
		if fp.Kind != "name" {
			if fp.Kind == "mark" {
				marked = append(marked, who)
			}
			continue
		}
		switch relation(v[:h.At], v[h.At+len(h.Groups[0]):]) {
		case joined: // "X to Y" is about a connection of both
			return nil
		case foreign, meant:
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

// stands says of each match how it stands in what somebody typed: a
// designation takes over how the name of its maker right before it stands.
func (e *Engine) stands(hits []match.Hit, v string) []int {
	out := make([]int, len(hits))
	for i, h := range hits {
		if out[i] = relation(v[:h.At], v[h.At+len(h.Groups[0]):]); out[i] == joined {
			out[i] = itself
		}
	}
	for range 2 { // a name, its line, its number
		for i, h := range hits {
			for j, o := range hits {
				end := o.At + len(o.Groups[0])
				if out[j] > out[i] && o.At < h.At && end < h.At+len(h.Groups[0]) && (end >= h.At || strings.TrimSpace(v[end:h.At]) == "") &&
					assertedMaker(&e.fps[o.Pattern]) == assertedMaker(&e.fps[h.Pattern]) {
					out[i] = out[j]
				}
			}
		}
	}
	return out
}

// standing lowers what a match says to how it stands: what is for a maker's
// goods may well be that maker's, what is like them is not.
func standing(ps []proto, how int) []proto {
	switch how {
	case foreign:
		return nil
	case meant:
		for i := range ps {
			if ps[i].aspect == evidence.Manufacturer {
				ps[i].kind = kindOf("lead", ps[i].class)
			}
		}
	}
	return ps
}

// How a name stands in a text, the farther from naming the maker the greater.
const (
	itself  = iota // it may name the maker
	meant          // the thing is for what that maker makes
	foreign        // the thing is like what that maker makes, or instead of it
	joined         // the text is about a connection to that maker's thing
)

// relation reads the words around a name.
func relation(before, after string) int {
	before, after = near(before, true), near(after, false)
	for _, w := range []string{"compatible", "-compatible", "equivalent", "-coded", "coded", "replacement", "alternative", "-style"} {
		if strings.HasPrefix(after, w) {
			return foreign
		}
	}
	for _, w := range []string{"uplink to", "link to", "connected to", "connects to", "towards", "to", "via"} {
		if endsIn(before, w) && !endsIn(before, "compatible to") && !endsIn(before, "equivalent to") && !endsIn(before, "similar to") && !endsIn(before, "equal to") {
			return joined
		}
	}
	for _, w := range []string{
		"compatible with", "compatible to", "compatible", "works with", "replaces", "replacement for", "equivalent to", "equal to",
		"similar to", "not", "instead of", "formerly", "to replace", "interoperable with", "like",
	} {
		if endsIn(before, w) {
			return foreign
		}
	}
	for _, w := range []string{"for", "for use with", "supports"} {
		if endsIn(before, w) {
			return meant
		}
	}
	return itself
}

// near gives the words next to a name, folded, without quotes and brackets.
func near(s string, left bool) string {
	if left {
		if len(s) > 40 {
			s = s[len(s)-40:]
		}
		return strings.TrimRight(strings.ToLower(s), " \"'(:,")
	}
	if len(s) > 24 {
		s = s[:24]
	}
	return strings.TrimLeft(strings.ToLower(s), " \"')(,")
}

// endsIn reports whether s ends in the words w.
func endsIn(s, w string) bool {
	return strings.HasSuffix(s, w) && (len(s) == len(w) || s[len(s)-len(w)-1] == ' ')
}
