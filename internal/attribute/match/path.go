package match

import (
	"regexp/syntax"
	"slices"
	"unicode"
)

// place is what may stand at one place of a text: a byte of the set, or its end.
type place struct {
	bytes [4]uint64
	end   bool
}

func (p *place) add(c byte)      { p.bytes[c>>6] |= 1 << (c & 63) }
func (p *place) has(c byte) bool { return p.bytes[c>>6]&(1<<(c&63)) != 0 }

func (p *place) unite(o *place) {
	for i := range p.bytes {
		p.bytes[i] |= o.bytes[i]
	}
	p.end = p.end || o.end
}

// high is every byte of a character outside ASCII.
var high = place{bytes: [4]uint64{2: ^uint64(0), 3: ^uint64(0)}}

// edgePlace is what stands behind a token: anything that is no letter or digit.
var edgePlace = func() (p place) {
	p.end = true
	for c := range 256 {
		if !isWord(byte(c)) {
			p.add(byte(c))
		}
	}
	return p
}()

// trail is what may stand place after place; behind its last place anything may.
type trail []place

// fits reports whether the beginning of text can be the trail's.
func (t trail) fits(text string) bool {
	for i := range t {
		if i == len(text) {
			return t[i].end
		}
		if !t[i].has(text[i]) {
			return false
		}
	}
	return true
}

// fitsAny reports whether one of the trails fits; without trails anything does.
func fitsAny(ts []trail, text string) bool {
	for _, t := range ts {
		if t.fits(text) {
			return true
		}
	}
	return len(ts) == 0
}

// path is one way a match can begin: a folded literal, then places.
type path struct {
	lit    string
	behind trail
	// placed is true when the literal is over, done when nothing is known of what comes next.
	placed, done bool
}

// walker follows an expression from its beginning. Its answer covers every
// match, and more: it joins ways rather than to count them.
type walker struct {
	lit    int // longest literal
	first  int // how many characters the first of a literal may be
	places int // longest trail
}

// Literals stop growing when there would be more than maxHeads of them, and
// beyond maxWays nothing more is followed.
const (
	maxHeads = 160
	maxWays  = 16 * maxHeads
)

// walk lets every way grow by what re can match next.
func (w *walker) walk(ps []path, re *syntax.Regexp) []path {
	if len(ps) > maxWays {
		return end(ps)
	}
	if !slices.ContainsFunc(ps, func(p path) bool { return !p.done }) {
		return ps
	}
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpBeginLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return ps
	case syntax.OpEndText:
		return stop(ps, place{end: true})
	case syntax.OpLiteral:
		return w.literal(ps, re)
	case syntax.OpCharClass:
		return w.step(ps, re.Rune, false)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return w.step(ps, []rune{0, unicode.MaxRune}, false)
	case syntax.OpCapture:
		return w.walk(ps, re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			ps = w.walk(ps, sub)
		}
		return ps
	case syntax.OpAlternate:
		return w.fork(ps, re.Sub)
	case syntax.OpQuest:
		return w.fork(ps, []*syntax.Regexp{re.Sub[0], {Op: syntax.OpEmptyMatch}})
	case syntax.OpStar:
		return w.star(ps, re.Sub[0])
	case syntax.OpPlus:
		return w.star(w.walk(ps, re.Sub[0]), re.Sub[0])
	}
	return end(ps)
}

func (w *walker) literal(ps []path, re *syntax.Regexp) []path {
	for _, r := range re.Rune {
		if r >= unicode.MaxASCII {
			return stop(ps, high)
		}
		ps = w.step(ps, []rune{r, r}, re.Flags&syntax.FoldCase != 0)
	}
	return ps
}

func (w *walker) fork(ps []path, subs []*syntax.Regexp) []path {
	if len(ps)*len(subs) > maxHeads {
		for i := range ps {
			ps[i].placed = true
		}
	}
	var out []path
	for _, sub := range subs {
		out = append(out, w.walk(slices.Clone(ps), sub)...)
	}
	return merge(out)
}

// star follows one turn; what comes after it is not followed.
func (w *walker) star(ps []path, re *syntax.Regexp) []path {
	return merge(append(end(w.walk(slices.Clone(ps), re)), ps...))
}

// end makes nothing known of what comes next.
func end(ps []path) []path {
	for i := range ps {
		ps[i].placed, ps[i].done = true, true
	}
	return ps
}

// stop adds a last place.
func stop(ps []path, last place) []path {
	for i := range ps {
		if p := &ps[i]; !p.done {
			p.behind = append(slices.Clip(p.behind), last)
			p.placed, p.done = true, true
		}
	}
	return ps
}

// step grows by one character of the ranges: while a literal grows, a small set
// multiplies; a large one, or a literal that is long enough, goes on in places.
func (w *walker) step(ps []path, ranges []rune, fold bool) []path {
	one, low, foreign := charset(ranges, fold)
	grows := !foreign && len(ps)*len(low) <= maxHeads
	out := make([]path, 0, len(ps))
	for _, p := range ps {
		switch {
		case p.done:
			out = append(out, p)
			continue
		case !p.placed && grows && w.multiplies(p.lit, len(low)):
			for _, c := range low {
				out = append(out, path{lit: p.lit + string(rune(c))})
			}
			continue
		}
		next := path{lit: p.lit, behind: append(slices.Clip(p.behind), one), placed: true}
		next.done = len(next.behind) == w.places
		out = append(out, next)
		if foreign { // of two bytes or more
			out = append(out, path{lit: p.lit, behind: append(slices.Clip(p.behind), high), placed: true, done: true})
		}
	}
	return merge(out)
}

// charset reads the ranges of a class: its ASCII characters, those folded, and
// whether it has others. Two others are replaced in the text and do not count.
func charset(ranges []rune, fold bool) (one place, low []byte, foreign bool) {
	for i := 0; i+1 < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1] && r < 128; r++ {
			c := byte(r)
			one.add(c)
			if fold {
				one.add(lower(c))
				one.add(upper(c))
			}
			if l := lower(c); !slices.Contains(low, l) {
				low = append(low, l)
			}
		}
		if last := ranges[i+1]; last >= 128 && last != '\u017f' && last != '\u212a' {
			foreign = true
		}
	}
	return one, low, foreign
}

// multiplies reports whether a literal should grow into n.
func (w *walker) multiplies(lit string, n int) bool {
	return n > 0 && len(lit) < w.lit && (n <= 3 || n <= 12 && len(lit) < 2 || n <= w.first && lit == "")
}

// merge unites the ways of the same literal and length: at each place, what either lets stand.
func merge(ps []path) []path {
	if len(ps) < 2 {
		return ps
	}
	type key struct {
		lit          string
		n            int
		placed, done bool
	}
	at := make(map[key]int, len(ps))
	out := ps[:0:0]
	for _, p := range ps {
		k := key{p.lit, len(p.behind), p.placed, p.done}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			p.behind = slices.Clone(p.behind)
			out = append(out, p)
			continue
		}
		for j := range p.behind {
			out[i].behind[j].unite(&p.behind[j])
		}
	}
	return out
}

// trails are the trails of ways, one a length; nil when anything may follow one of them.
func trails(ps []path) []trail {
	var out []trail
	for _, p := range ps {
		if len(p.behind) == 0 {
			return nil
		}
		i := slices.IndexFunc(out, func(t trail) bool { return len(t) == len(p.behind) })
		if i < 0 {
			out = append(out, slices.Clone(p.behind))
			continue
		}
		for j := range p.behind {
			out[i][j].unite(&p.behind[j])
		}
	}
	return out
}
