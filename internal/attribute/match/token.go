package match

import (
	"regexp/syntax"
	"slices"
)

// A token pattern matches a designation that stands alone, such as a model
// number: no letter or digit before it, none behind it. Its beginning is known
// where a literal was found, so it is tried there only, anchored, and only if
// what stands behind the literal can follow.

// head is one way a token pattern can begin: a folded literal and what may follow it.
type head struct {
	lit    string
	behind []trail
}

const (
	tokenHead = 6
	// headPlaces bounds the places behind a head, leadPlaces those of an anchored pattern.
	headPlaces = 6
	leadPlaces = 8
)

// heads lists the ways an expression can begin; nil when one of them begins with no literal.
func heads(re *syntax.Regexp, token bool) []head {
	w := walker{lit: maxLiteral, places: headPlaces}
	if token {
		w.lit = tokenHead
	}
	if opens(re, syntax.OpBeginText) {
		w.first = 40
	}
	ps := w.walk([]path{{}}, re.Simplify())
	if token {
		ps = stop(ps, edgePlace)
	}
	if slices.ContainsFunc(ps, func(p path) bool { return p.lit == "" }) {
		return nil
	}
	var out []head
	for _, ps := range shortestOnly(ps) {
		out = append(out, head{lit: ps[0].lit, behind: trails(ps)})
	}
	if len(out) > maxHeads {
		return nil
	}
	return out
}

// shortestOnly groups the ways by their literal. One that goes on where another
// ends joins it, its further letters as places.
func shortestOnly(ps []path) [][]path {
	slices.SortStableFunc(ps, func(a, b path) int { return len(a.lit) - len(b.lit) })
	at := make(map[string]int, len(ps))
	var out [][]path
next:
	for _, p := range ps {
		for n := 1; n <= len(p.lit); n++ {
			i, ok := at[p.lit[:n]]
			if !ok {
				continue
			}
			var more trail
			for _, c := range []byte(p.lit[n:]) {
				var one place
				one.add(c)
				one.add(upper(c))
				more = append(more, one)
			}
			more = append(more, p.behind...)
			p.lit, p.behind = p.lit[:n], more[:min(len(more), headPlaces)]
			out[i] = append(out[i], p)
			continue next
		}
		at[p.lit] = len(out)
		out = append(out, []path{p})
	}
	return out
}

// prefix splits off the single ASCII characters that an expression begins with; nil when it begins with none.
func prefix(re *syntax.Regexp) (trail, *syntax.Regexp) {
	var before trail
	subs := flat(nil, re.Simplify())
	for len(subs) > 0 && len(before) < headPlaces && subs[0].Op == syntax.OpCharClass {
		one, _, foreign := charset(subs[0].Rune, false)
		if foreign || slices.ContainsFunc(subs[0].Rune, func(r rune) bool { return r >= 128 }) {
			break
		}
		before, subs = append(before, one), subs[1:]
	}
	return before, &syntax.Regexp{Op: syntax.OpConcat, Sub: subs}
}

// flat appends the parts of a chain to dst.
func flat(dst []*syntax.Regexp, re *syntax.Regexp) []*syntax.Regexp {
	if re.Op != syntax.OpConcat {
		return append(dst, re)
	}
	for _, sub := range re.Sub {
		dst = flat(dst, sub)
	}
	return dst
}

// lead is what stands at the beginning of a text that an anchored expression
// matches, from the byte skip on; nil when that is anything.
func lead(re *syntax.Regexp, skip int) []trail {
	if re = re.Simplify(); !opens(re, syntax.OpBeginText) {
		return nil
	}
	w := walker{places: skip + leadPlaces}
	out := trails(w.walk([]path{{placed: true}}, re))
	for i, t := range out {
		if out[i] = t[min(skip, len(t)):]; len(out[i]) == 0 {
			return nil
		}
	}
	return out
}

// opens reports whether every match begins with op, the beginning of the text or a boundary.
func opens(re *syntax.Regexp, op syntax.Op) bool {
	switch re.Op {
	case op:
		return true
	case syntax.OpCapture, syntax.OpPlus, syntax.OpConcat:
		return opens(re.Sub[0], op)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !opens(s, op) })
	}
	return false
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 32
	}
	return c
}

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
