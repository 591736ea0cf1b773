package match

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of the literal sets: a longer literal is cut (its beginning is required
// too), a larger set gives way to a smaller one elsewhere in the pattern. The
// trie holds maxStart bytes of a literal; the rest is compared where those stand.
const (
	maxLiteral = 48
	maxStart   = 24
	maxExact   = 24
	maxAny     = 96
)

// literals is a set of folded strings one of which every match of a pattern contains.
type literals struct {
	any []string
	// start is true when the string must stand at the beginning of the text,
	// left and right when a word begins or ends with it.
	start, left, right bool
}

// need returns the literals of an expression; an empty set means that nothing can be required.
func need(re *syntax.Regexp) literals {
	n := read(re.Simplify())
	best := n.best
	if n.exact != nil {
		best = better(best, n.all())
	}
	if worth(best) <= 0 {
		return literals{}
	}
	out := literals{start: best.start, left: best.left, right: best.right}
	for _, s := range best.any {
		if len(s) > maxLiteral {
			s, out.right = s[:maxLiteral], false
		}
		out.any = append(out.any, s)
	}
	slices.Sort(out.any)
	out.any = slices.Compact(out.any)
	return out
}

// node is what is known of a part of an expression: all strings it can match
// (exact, nil when they are too many), and the best requirement inside it.
type node struct {
	exact []string
	best  literals
	// start is true when exact stands at the beginning of the text, left and
	// right when a word boundary stands before and behind it.
	start, left, right bool
}

// all requires one of all strings.
func (n *node) all() literals {
	return literals{any: n.exact, start: n.start, left: n.left, right: n.right}
}

func read(re *syntax.Regexp) node {
	switch re.Op {
	case syntax.OpLiteral:
		return literal(re.Rune, re.Flags&syntax.FoldCase != 0)
	case syntax.OpCharClass:
		return node{exact: class(re.Rune)}
	case syntax.OpBeginText:
		return node{exact: []string{""}, start: true}
	case syntax.OpWordBoundary:
		return node{exact: []string{""}, left: true, right: true}
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpEndText, syntax.OpNoWordBoundary:
		return node{exact: []string{""}}
	case syntax.OpCapture:
		return read(re.Sub[0])
	case syntax.OpQuest:
		n := read(re.Sub[0])
		if n.exact != nil && len(n.exact) < maxExact && !n.start {
			return node{exact: union(n.exact, []string{""})}
		}
		return node{}
	case syntax.OpPlus:
		n := read(re.Sub[0])
		if n.exact != nil {
			return node{best: literals{any: n.exact}}
		}
		n.best.start = false
		return node{best: n.best}
	case syntax.OpConcat:
		return concat(re.Sub)
	case syntax.OpAlternate:
		return alternate(re.Sub)
	}
	return node{}
}

// concat joins neighbours while their product stays small and keeps the best requirement met on the way.
func concat(subs []*syntax.Regexp) node {
	cur := node{exact: []string{""}}
	var best literals
	whole := true
	for _, sub := range subs {
		n := read(sub)
		if n.exact != nil && len(cur.exact)*len(n.exact) <= maxExact && (!n.start || onlyEmpty(cur.exact)) {
			if len(n.exact) > 1 {
				best = better(best, cur.all())
			}
			cur = join(cur, n)
			continue
		}
		whole = false
		best = better(best, cur.all())
		n.best.start = n.best.start && onlyEmpty(cur.exact)
		best = better(best, n.best)
		cur = node{exact: []string{""}}
		if n.exact != nil {
			cur = node{exact: n.exact, left: n.left, right: n.right}
		}
	}
	if whole {
		cur.best = best
		return cur
	}
	return node{best: better(best, cur.all())}
}

// join puts b's strings behind a's. A boundary counts at the ends only.
func join(a, b node) node {
	out := node{exact: product(a.exact, b.exact), start: a.start || b.start, left: a.left, right: b.right}
	if onlyEmpty(a.exact) {
		out.left = a.left || b.left
	}
	if onlyEmpty(b.exact) {
		out.right = a.right || b.right
	}
	return out
}

// alternate requires one of each branch's own; one branch without requirement frees all.
func alternate(subs []*syntax.Regexp) node {
	exact, all := []string{}, true
	any := literals{left: true, right: true}
	starts := 0
	for _, sub := range subs {
		n := read(sub)
		b := n.best
		if n.exact != nil {
			b = n.all()
			exact = union(exact, n.exact)
		} else {
			all = false
		}
		if b.start {
			starts++
		}
		any.left, any.right = any.left && b.left, any.right && b.right
		if len(b.any) == 0 || shortest(b.any) == 0 {
			any.any = append(any.any, "")
			continue
		}
		any.any = union(any.any, b.any)
	}
	start := starts == len(subs)
	if all && len(exact) <= maxExact && (starts == 0 || start) {
		return node{exact: exact, start: start, left: any.left, right: any.right}
	}
	if len(any.any) == 0 || shortest(any.any) == 0 || len(any.any) > maxAny {
		return node{}
	}
	any.start = start
	return node{best: any}
}

// literal folds the runes; a folded rune outside ASCII has forms the byte
// folding of the text does not know and breaks the string.
func literal(runes []rune, fold bool) node {
	var parts []string
	var b strings.Builder
	for _, r := range runes {
		if r == utf8.RuneError || (fold && r >= utf8.RuneSelf) {
			parts = append(parts, b.String())
			b.Reset()
			continue
		}
		b.WriteString(foldString(string(r)))
	}
	parts = append(parts, b.String())
	if len(parts) == 1 {
		return node{exact: parts}
	}
	var best literals
	for _, p := range parts {
		best = better(best, literals{any: []string{p}})
	}
	return node{best: best}
}

// class lists the members of a small ASCII class, folded; nil when it is large or foreign.
func class(ranges []rune) []string {
	var out []string
	for i := 0; i+1 < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		if hi-lo >= maxExact {
			return nil
		}
		for r := lo; r <= hi; r++ {
			switch r {
			case 'ſ': // folds to s, which is in the class too; scan normalises the text
				out = append(out, "s")
			case 'K': // Kelvin sign, likewise
				out = append(out, "k")
			default:
				if r >= unicode.MaxASCII {
					return nil
				}
				out = append(out, foldString(string(r)))
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 || len(out) > maxExact {
		return nil
	}
	return out
}

// worth grades a requirement: long strings are rare, many strings are common,
// and a string at the beginning of a text is tried once only.
func worth(l literals) int {
	if len(l.any) == 0 {
		return 0
	}
	n := shortest(l.any)
	if n == 0 {
		return 0
	}
	w := 8 * min(n, 8)
	if l.start {
		w += 24
	}
	for k := len(l.any); k > 1; k /= 2 {
		w -= 3
	}
	return max(w, 1)
}

// rare is the worth of a requirement that few texts fulfil: six bytes, or three at the beginning.
const rare = 48

func better(a, b literals) literals {
	if worth(b) > worth(a) {
		return b
	}
	return a
}

func shortest(ss []string) int {
	n := len(ss[0])
	for _, s := range ss[1:] {
		n = min(n, len(s))
	}
	return n
}

func onlyEmpty(ss []string) bool { return len(ss) == 1 && ss[0] == "" }

func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

func product(a, b []string) []string {
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// foldString lowers ASCII letters and leaves every other byte.
func foldString(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}
