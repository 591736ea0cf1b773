// Package match tries thousands of patterns on a text at once: a literal
// prefilter over all patterns names the few that can match, and only those are
// run as regular expressions.
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
)

// Field is the sort of text a pattern is tried on, below 128.
type Field uint8

// Fields is a set of fields.
type Fields [2]uint64

// Add puts f into the set.
func (s *Fields) Add(f Field) { s[f>>6] |= 1 << (f & 63) }

func (s *Fields) unite(o Fields) { s[0], s[1] = s[0]|o[0], s[1]|o[1] }

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
	start *trie
	inner *grams
	// loose is inner for texts with letters that fold to ASCII.
	loose func() *grams
	// always are the patterns that require no literal.
	always []user
	pool   sync.Pool
}

type pattern struct {
	expr  string
	word  bool
	token bool
	// heads are the ways a match can begin; nil when they are not known, or something else is rarer.
	heads []head
	// before are the places before the heads of a token that begins with no literal.
	before trail
	// lead is what an anchored pattern asks of the text from the byte skip on.
	lead []trail
	skip int
	once sync.Once
	re   *regexp.Regexp
}

// index gathers the literals, each once, and what can follow them.
type index struct {
	at   map[string]int
	lits []needle
}

func (x *index) add(lit string, u user, behind []trail) {
	k, ok := x.at[lit]
	if !ok {
		k = len(x.lits)
		x.at[lit] = k
		x.lits = append(x.lits, needle{text: lit, behind: behind})
	}
	if l := &x.lits[k]; ok && l.behind != nil {
		if behind != nil {
			behind = slices.Concat(l.behind, behind)
		}
		l.behind = behind // nil when one of the users takes anything
	}
	x.lits[k].users = append(x.lits[k].users, u)
}

type user struct {
	pattern int32
	// rest is what of the literal stands behind the part in the trie.
	rest string
	// left and right ask for no letter or digit before and behind the literal.
	left, right bool
	// head is one more than the index of the pattern's beginning, 0 for others.
	head int32
	on   Fields
}

func newUser(i int, p *pattern, l *literals, on Fields, lit string) user {
	return user{
		pattern: int32(i), on: on,
		left:  p.token && p.heads != nil && p.before == nil || l.left && isWord(lit[0]),
		right: l.right && isWord(lit[len(lit)-1]),
	}
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
	start, inner := index{at: map[string]int{}}, index{at: map[string]int{}}
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
			u, behind := newUser(i, &s.pats[i], &l, p.On, lit), []trail(nil)
			if h := s.pats[i].heads; h != nil {
				u.head, behind = int32(n)+1, h[n].behind
			}
			if !l.start {
				inner.add(lit, u, behind)
				continue
			}
			n := min(len(lit), maxStart)
			u.rest = lit[n:]
			start.add(lit[:n], u, nil)
		}
	}
	s.start, s.inner = newTrie(start.lits), newGrams(inner.lits, false)
	s.loose = sync.OnceValue(func() *grams { return newGrams(slices.Clone(inner.lits), true) })
	s.pool.New = func() any { return &scratch{stamp: make([]uint32, len(ps))} }
	return s, nil
}

func require(p Pattern, c *pattern) (literals, error) {
	if p.Word {
		if p.Expr == "" {
			return literals{}, fmt.Errorf("the word is empty")
		}
		return literals{any: []string{foldString(p.Expr)}, left: true, right: true}, nil
	}
	re, err := syntax.Parse(p.Expr, syntax.Perl)
	if err != nil {
		return literals{}, err
	}
	if p.Token {
		return requireToken(p, c, re)
	}
	l := need(re)
	if worth(l) >= rare {
		return l, nil
	}
	if h := heads(re, false); h != nil {
		if b := beginnings(h, re); worth(b) > worth(l) || worth(b) == worth(l) && !l.right {
			c.heads = h
			return b, nil
		}
	}
	if l.start {
		c.skip = shortest(l.any)
	}
	c.lead = lead(re, c.skip)
	return l, nil
}

func requireToken(p Pattern, c *pattern, re *syntax.Regexp) (literals, error) {
	if re.MaxCap() > 0 {
		return literals{}, fmt.Errorf("a token has groups of its own: write (?:...)")
	}
	c.expr = `(?:^|[^0-9A-Za-z])(` + p.Expr + `)(?:$|[^0-9A-Za-z])`
	if c.heads = heads(re, true); c.heads == nil {
		return requireLater(c, re), nil
	}
	c.expr = `^(` + p.Expr + `)(?:$|[^0-9A-Za-z])`
	return beginnings(c.heads, re), nil
}

// requireLater requires what a token holds that begins with characters of classes: the
// heads of what follows those, or anything rarer.
func requireLater(c *pattern, re *syntax.Regexp) literals {
	l := need(re)
	before, rest := prefix(re)
	if before == nil {
		return l
	}
	h := heads(rest, true)
	if h == nil || worth(l) > worth(beginnings(h, rest)) {
		return l
	}
	c.heads, c.before = h, before
	return beginnings(h, rest)
}

// beginnings requires one of the heads of re.
func beginnings(hs []head, re *syntax.Regexp) literals {
	l := literals{start: opens(re, syntax.OpBeginText), left: opens(re, syntax.OpWordBoundary)}
	for _, h := range hs {
		l.any = append(l.any, h.lit)
	}
	return l
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
	named := func(users []user, at, end int) { s.named(sc, users, f, text, folded, at, end) }
	s.start.begin(folded, named)
	inner := s.inner
	if len(folded) != len(text) {
		inner = s.loose()
	}
	inner.scan(f, folded, named)
	slices.Sort(sc.found)
	return sc
}

// named adds the users of a literal, or its part in the trie, that stands from at to end.
func (s *Set) named(sc *scratch, users []user, f Field, text, folded string, at, end int) {
	for i := range users {
		u := &users[i]
		if !u.on.Has(f) || sc.stamp[u.pattern] == sc.turn || u.rest != "" && !foldHas(folded[end:], u.rest) {
			continue
		}
		if len(folded) == len(text) && !s.pats[u.pattern].suits(u, text, at, end+len(u.rest)) {
			continue
		}
		sc.stamp[u.pattern] = sc.turn
		sc.found = append(sc.found, u.pattern)
	}
}

// suits reports whether what stands around a literal lets the pattern match.
func (p *pattern) suits(u *user, text string, at, end int) bool {
	switch {
	case u.left && at > 0 && isWord(text[at-1]), u.right && end < len(text) && isWord(text[end]):
		return false
	case u.head != 0 && !p.stands(text, at):
		return false
	case u.head != 0:
		return fitsAny(p.heads[u.head-1].behind, text[end:])
	case p.lead != nil:
		return len(text) >= p.skip && fitsAny(p.lead, text[p.skip:])
	}
	return true
}

// stands reports whether what comes before the heads can stand before at.
func (p *pattern) stands(text string, at int) bool {
	from := at - len(p.before)
	return p.before == nil || from >= 0 && p.before.fits(text[from:]) && (from == 0 || !isWord(text[from-1]))
}

// plain replaces the two characters outside ASCII that fold to an ASCII letter.
func plain(text string) string {
	if strings.IndexByte(text, "\u017f"[0]) < 0 && strings.IndexByte(text, "\u212a"[0]) < 0 {
		return text
	}
	return strings.NewReplacer("\u017f", "s", "\u212a", "k").Replace(text)
}

func (s *Set) try(i int, text string) (Hit, bool) {
	p := &s.pats[i]
	if p.word {
		return word(i, p.expr, text)
	}
	if p.token && p.heads != nil && p.before == nil {
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
		if foldHas(text, h.lit) && fitsAny(h.behind, text[len(h.lit):]) {
			return true
		}
	}
	return false
}

// foldHas reports whether text begins with the folded lit.
func foldHas(text, lit string) bool {
	if len(text) < len(lit) {
		return false
	}
	for i := range len(lit) {
		if lower(text[i]) != lit[i] {
			return false
		}
	}
	return true
}
