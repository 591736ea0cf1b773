// Package match tries thousands of patterns on a text at once: a literal
// prefilter (one Aho-Corasick automaton over all patterns) names the few
// patterns that can match, and only those are run as regular expressions.
//
// It is not for what a match means. Patterns are RE2 (package regexp/syntax),
// so time is linear in the text.
//
// Flow: Compile once → All or First per text, safe for concurrent use.
package match

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Field is the sort of text a pattern is tried on, below 128.
type Field uint8

// Fields is a set of fields.
type Fields [2]uint64

// Add puts f into the set.
func (s *Fields) Add(f Field) { s[f>>6] |= 1 << (f & 63) }

// Has reports whether f is in the set.
func (s *Fields) Has(f Field) bool { return s[f>>6]&(1<<(f&63)) != 0 }

// Pattern is one thing to look for.
type Pattern struct {
	// Expr is an RE2 expression, or with Word a plain text that must stand
	// between characters that are neither letters nor digits, in any case of ASCII letters.
	Expr string
	Word bool
	// Token makes Expr match only between characters that are neither letters
	// nor digits; Groups[1] is the token. Expr has no groups of its own.
	Token bool
	// On are the fields whose texts it is tried on.
	On Fields
}

// Hit is one pattern that matched.
type Hit struct {
	// Pattern is the index in the slice given to Compile.
	Pattern int
	// Groups are the texts of the groups, Groups[0] the whole match.
	Groups []string
	// At is the byte offset of the match in the text.
	At int
}

// Set is a compiled set of patterns.
type Set struct {
	pats []pattern
	// start finds what must stand at the beginning of a text, inner what may stand anywhere.
	start, inner index
	// always are the patterns that require no literal.
	always []user
	pool   sync.Pool
}

type pattern struct {
	expr  string
	word  bool
	token bool
	// heads are the beginnings of a token; nil means that it is searched for.
	heads []head
	once  sync.Once
	re    *regexp.Regexp
}

// index is an automaton over parts of the literals and the patterns of each part.
type index struct {
	auto  *automaton
	lits  []string
	at    map[string]int
	users [][]user
}

func (x *index) add(part string, u user) {
	k, ok := x.at[part]
	if !ok {
		k = len(x.lits)
		x.at[part] = k
		x.lits = append(x.lits, part)
		x.users = append(x.users, nil)
	}
	x.users[k] = append(x.users[k], u)
}

func (x *index) build(rooted bool) {
	x.auto = build(x.lits, rooted)
	x.lits, x.at = nil, nil
}

type user struct {
	pattern int32
	// before and behind are what of the literal stands around the part in the automaton.
	before, behind string
	// head is one more than the index of the token's beginning, 0 for others.
	head int32
	on   Fields
}

// scratch remembers which patterns a text already named.
type scratch struct {
	stamp []uint32
	turn  uint32
	found []int32
}

// Error says which pattern cannot be compiled.
type Error struct {
	Pattern int
	Err     error
}

func (e *Error) Error() string { return fmt.Sprintf("compile pattern %d: %v", e.Pattern, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// Compile builds the set. Expressions are parsed now and compiled when first
// needed. The error is an *Error of the first pattern that is not RE2.
func Compile(ps []Pattern) (*Set, error) {
	s := &Set{pats: make([]pattern, len(ps))}
	s.start.at, s.inner.at = map[string]int{}, map[string]int{}
	for i, p := range ps {
		s.pats[i].expr, s.pats[i].word, s.pats[i].token = p.Expr, p.Word, p.Token
		l, err := require(p, &s.pats[i])
		if err != nil {
			return nil, &Error{Pattern: i, Err: err}
		}
		if len(l.any) == 0 {
			s.always = append(s.always, user{pattern: int32(i), on: p.On})
			continue
		}
		for n, lit := range l.any {
			u := user{pattern: int32(i), on: p.On}
			if s.pats[i].heads != nil {
				u.head = int32(n) + 1
			}
			if l.start {
				n := min(len(lit), maxStart)
				u.behind = lit[n:]
				s.start.add(lit[:n], u)
				continue
			}
			n := max(0, len(lit)-maxInner) // endings tell apart what begins alike: object identifiers, a maker's name and version
			u.before = lit[:n]
			s.inner.add(lit[n:], u)
		}
	}
	s.start.build(true)
	s.inner.build(false)
	s.pool.New = func() any { return &scratch{stamp: make([]uint32, len(ps))} }
	return s, nil
}

func require(p Pattern, c *pattern) (literals, error) {
	if p.Word {
		if p.Expr == "" {
			return literals{}, fmt.Errorf("the word is empty")
		}
		return literals{any: []string{foldString(p.Expr)}}, nil
	}
	re, err := syntax.Parse(p.Expr, syntax.Perl)
	if err != nil {
		return literals{}, err
	}
	if !p.Token {
		return need(re), nil
	}
	if re.MaxCap() > 0 {
		return literals{}, fmt.Errorf("a token has groups of its own: write (?:...)")
	}
	c.expr = `(?:^|[^0-9A-Za-z])(` + p.Expr + `)(?:$|[^0-9A-Za-z])`
	if c.heads = heads(re); c.heads == nil {
		return need(re), nil
	}
	c.expr = `^(` + p.Expr + `)(?:$|[^0-9A-Za-z])`
	var l literals
	for _, h := range c.heads {
		l.any = append(l.any, h.lit)
	}
	return l, nil
}

// Len is the number of patterns.
func (s *Set) Len() int { return len(s.pats) }

// All appends the hits of every matching pattern to dst, in pattern order.
func (s *Set) All(f Field, text string, dst []Hit) []Hit {
	sc := s.candidates(f, text)
	for _, i := range sc.found {
		if h, ok := s.try(int(i), text); ok {
			dst = append(dst, h)
		}
	}
	s.pool.Put(sc)
	return dst
}

// First returns the hit of the first matching pattern.
func (s *Set) First(f Field, text string) (Hit, bool) {
	sc := s.candidates(f, text)
	defer s.pool.Put(sc)
	for _, i := range sc.found {
		if h, ok := s.try(int(i), text); ok {
			return h, true
		}
	}
	return Hit{}, false
}

// candidates lists the patterns whose literal stands in the text, in order.
func (s *Set) candidates(f Field, text string) *scratch {
	sc := s.pool.Get().(*scratch)
	sc.turn++
	if sc.turn == 0 { // wrapped around: old stamps would look new
		clear(sc.stamp)
		sc.turn = 1
	}
	sc.found = sc.found[:0]
	for i := range s.always {
		if s.always[i].on.Has(f) {
			sc.found = append(sc.found, s.always[i].pattern)
		}
	}
	folded := plain(text)
	s.start.auto.begin(folded, func(l int32, end int) { s.named(sc, s.start.users[l], f, text, folded, end) })
	s.inner.auto.scan(folded, func(l int32, end int) { s.named(sc, s.inner.users[l], f, text, folded, end) })
	slices.Sort(sc.found)
	return sc
}

// named adds the users of a part of a literal that ends at end.
func (s *Set) named(sc *scratch, users []user, f Field, text, folded string, end int) {
	for i := range users {
		u := &users[i]
		if !u.on.Has(f) || sc.stamp[u.pattern] == sc.turn || !u.around(folded, end) {
			continue
		}
		if u.head != 0 && len(folded) == len(text) && !s.pats[u.pattern].begins(int(u.head)-1, text, end) {
			continue
		}
		sc.stamp[u.pattern] = sc.turn
		sc.found = append(sc.found, u.pattern)
	}
}

// around reports whether the rest of the literal stands around its part; before is set for inner parts, all of maxInner bytes.
func (u *user) around(text string, end int) bool {
	if u.behind != "" && (len(text)-end < len(u.behind) || !foldHas(text[end:], u.behind)) {
		return false
	}
	if u.before != "" {
		at := end - maxInner - len(u.before)
		return at >= 0 && foldHas(text[at:], u.before)
	}
	return true
}

// plain replaces the two characters outside ASCII that fold to an ASCII letter.
func plain(text string) string {
	if strings.Contains(text, "\u017f") || strings.Contains(text, "\u212a") {
		text = strings.NewReplacer("\u017f", "s", "\u212a", "k").Replace(text)
	}
	return text
}

func (s *Set) try(i int, text string) (Hit, bool) {
	p := &s.pats[i]
	if p.word {
		return word(i, p.expr, text)
	}
	if p.heads != nil {
		return p.tokenAt(i, text)
	}
	p.once.Do(func() { p.re = regexp.MustCompile(p.expr) }) // parsed by Compile
	m := p.re.FindStringSubmatchIndex(text)
	if m == nil {
		return Hit{}, false
	}
	h := Hit{Pattern: i, At: m[0], Groups: make([]string, len(m)/2)}
	for g := range h.Groups {
		if m[2*g] >= 0 {
			h.Groups[g] = text[m[2*g]:m[2*g+1]]
		}
	}
	return h, true
}

// begins reports whether a token can begin where its literal ends at end.
func (p *pattern) begins(h int, text string, end int) bool {
	x := &p.heads[h]
	at := end - len(x.lit)
	return (at == 0 || !isWord(text[at-1])) && (end == len(text) || x.may(text[end]))
}

// tokenAt tries the places at which the token may begin, from the left.
func (p *pattern) tokenAt(i int, text string) (Hit, bool) {
	p.once.Do(func() { p.re = regexp.MustCompile(p.expr) }) // parsed by Compile
	if plain(text) != text {                                // a letter that folds to ASCII: rare enough to search for
		re := regexp.MustCompile(`(?:^|[^0-9A-Za-z])` + p.expr[1:])
		m := re.FindStringSubmatchIndex(text)
		if m == nil {
			return Hit{}, false
		}
		return Hit{Pattern: i, At: m[2], Groups: []string{text[m[0]:m[1]], text[m[2]:m[3]]}}, true
	}
	for at := 0; at < len(text); at++ {
		if at > 0 && isWord(text[at-1]) || !p.can(text[at:]) {
			continue
		}
		if m := p.re.FindStringSubmatchIndex(text[at:]); m != nil {
			return Hit{Pattern: i, At: at, Groups: []string{text[at : at+m[1]], text[at+m[2] : at+m[3]]}}, true
		}
	}
	return Hit{}, false
}

// can reports whether one of the token's beginnings stands at the beginning of text.
func (p *pattern) can(text string) bool {
	for k := range p.heads {
		h := &p.heads[k]
		if len(text) < len(h.lit) || lower(text[0]) != h.lit[0] {
			continue
		}
		if foldHas(text, h.lit) && (len(text) == len(h.lit) || h.may(text[len(h.lit)])) {
			return true
		}
	}
	return false
}

// foldHas reports whether text begins with the folded lit.
func foldHas(text, lit string) bool {
	for i := range len(lit) {
		if lower(text[i]) != lit[i] {
			return false
		}
	}
	return true
}

// word finds w in text between characters that are neither letters nor digits.
func word(i int, w, text string) (Hit, bool) {
	for from := 0; ; {
		at := indexFold(text[from:], w)
		if at < 0 {
			return Hit{}, false
		}
		at += from
		if edge(text[:at], text[at:], true) && edge(text[:at+len(w)], text[at+len(w):], false) {
			return Hit{Pattern: i, At: at, Groups: []string{text[at : at+len(w)]}}, true
		}
		from = at + 1
	}
}

// edge reports whether a word may begin (or end) between left and right. Han
// and kana stand without spaces, so a boundary is asked for letters of the other scripts only.
func edge(left, right string, begin bool) bool {
	inner, outer := right, left
	var in, out rune
	if begin {
		in, _ = utf8.DecodeRuneInString(inner)
		out, _ = utf8.DecodeLastRuneInString(outer)
		if outer == "" {
			return true
		}
	} else {
		in, _ = utf8.DecodeLastRuneInString(left)
		out, _ = utf8.DecodeRuneInString(right)
		if right == "" {
			return true
		}
	}
	return !(spaced(in) && spaced(out))
}

func spaced(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || 0xc0 <= r && r < 0x2000
}

// indexFold is strings.Index that takes ASCII letters in any case.
func indexFold(s, sub string) int {
	n := len(sub)
	for i := 0; i+n <= len(s); i++ {
		if lower(s[i]) != lower(sub[0]) {
			continue
		}
		j := 1
		for j < n && lower(s[i+j]) == lower(sub[j]) {
			j++
		}
		if j == n {
			return i
		}
	}
	return -1
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 32
	}
	return c
}
