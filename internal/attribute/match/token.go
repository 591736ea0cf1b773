package match

import (
	"regexp/syntax"
	"slices"
	"unicode"
)

// A token pattern matches a designation that stands alone, such as a model
// number: no letter or digit before it, none behind it. Its beginning is known
// where a literal was found, so it is tried there only, anchored, and only if
// the byte behind the literal can follow.

// head is one way a token pattern can begin: a folded literal and the bytes
// that may follow it; all of them when the literal was cut.
type head struct {
	lit    string
	follow [4]uint64
}

func (h *head) may(c byte) bool { return h.follow[c>>6]&(1<<(c&63)) != 0 }

const (
	maxHeads = 160
	longHead = 6
)

// heads lists the ways an expression can begin; nil when one of them begins with no literal.
func heads(re *syntax.Regexp) []head {
	hs, ok := extend([]open{{}}, re.Simplify())
	if !ok {
		return nil
	}
	var out []head
	for _, h := range hs {
		if h.lit == "" {
			return nil
		}
		x := head{lit: h.lit, follow: h.follow}
		if !h.closed { // the pattern may end here: anything that is no letter or digit follows
			for c := range 256 {
				if !isWord(byte(c)) {
					x.follow[c>>6] |= 1 << (c & 63)
				}
			}
		}
		i := slices.IndexFunc(out, func(o head) bool { return o.lit == x.lit })
		if i < 0 {
			out = append(out, x)
			continue
		}
		for k := range x.follow {
			out[i].follow[k] |= x.follow[k]
		}
	}
	if out = shortestOnly(out); len(out) > maxHeads {
		return nil
	}
	return out
}

// shortestOnly drops the heads that go on where another ends; what they go on with may follow that one.
func shortestOnly(hs []head) []head {
	slices.SortStableFunc(hs, func(a, b head) int { return len(a.lit) - len(b.lit) })
	at := make(map[string]int, len(hs))
	out := hs[:0]
next:
	for _, h := range hs {
		for n := 1; n < len(h.lit); n++ {
			if i, ok := at[h.lit[:n]]; ok {
				for _, c := range []byte{h.lit[n], upper(h.lit[n])} {
					out[i].follow[c>>6] |= 1 << (c & 63)
				}
				continue next
			}
		}
		at[h.lit] = len(out)
		out = append(out, h)
	}
	return out
}

// open is a beginning that may still grow; a closed one knows what follows.
type open struct {
	lit    string
	follow [4]uint64
	closed bool
}

// extend lets every open beginning grow by what re can match next.
func extend(hs []open, re *syntax.Regexp) ([]open, bool) {
	if len(hs) > 4*maxHeads {
		return nil, false
	}
	if !slices.ContainsFunc(hs, func(h open) bool { return !h.closed }) {
		return hs, true
	}
	if slices.ContainsFunc(hs, func(h open) bool { return h.closed }) { // only the open ones grow
		var done, more []open
		for _, h := range hs {
			if h.closed {
				done = append(done, h)
			} else {
				more = append(more, h)
			}
		}
		more, ok := extend(more, re)
		return append(done, more...), ok
	}
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return hs, true
	case syntax.OpLiteral:
		fold := re.Flags&syntax.FoldCase != 0
		for _, r := range re.Rune {
			if r >= unicode.MaxASCII {
				return closeAll(hs, full())
			}
			var ok bool
			if hs, ok = step(hs, []rune{r, r}, fold); !ok {
				return nil, false
			}
		}
		return hs, true
	case syntax.OpCharClass:
		return step(hs, re.Rune, false)
	case syntax.OpCapture:
		return extend(hs, re.Sub[0])
	case syntax.OpConcat:
		ok := true
		for _, sub := range re.Sub {
			if hs, ok = extend(hs, sub); !ok {
				return nil, false
			}
		}
		return hs, true
	case syntax.OpAlternate:
		var out []open
		for _, sub := range re.Sub {
			grown, ok := extend(slices.Clone(hs), sub)
			if !ok {
				return nil, false
			}
			out = append(out, grown...)
		}
		out = merge(out)
		return out, len(out) <= 4*maxHeads
	case syntax.OpQuest:
		grown, ok := extend(slices.Clone(hs), re.Sub[0])
		return merge(append(grown, hs...)), ok
	}
	// Repetition and the rest: whatever follows.
	return closeAll(hs, full())
}

// merge unites beginnings of the same letters: open ones are the same, of closed ones either may follow.
func merge(hs []open) []open {
	type key struct {
		lit    string
		closed bool
	}
	at := make(map[key]int, len(hs))
	out := hs[:0:0]
	for _, h := range hs {
		k := key{h.lit, h.closed}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, h)
			continue
		}
		for j := range h.follow {
			out[i].follow[j] |= h.follow[j]
		}
	}
	return out
}

func full() [4]uint64 { return [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)} }

func closeAll(hs []open, follow [4]uint64) ([]open, bool) {
	for i := range hs {
		if !hs[i].closed {
			hs[i].closed, hs[i].follow = true, follow
		}
	}
	return hs, true
}

// step grows by one character of the ranges: a small set multiplies, a large
// one, or a beginning that is long enough, closes with what may follow.
func step(hs []open, ranges []rune, fold bool) ([]open, bool) {
	var set [4]uint64
	var low []byte
	for i := 0; i+1 < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1] && r < 128; r++ {
			c := byte(r)
			set[c>>6] |= 1 << (c & 63)
			if fold {
				for _, d := range []byte{lower(c), upper(c)} {
					set[d>>6] |= 1 << (d & 63)
				}
			}
			if l := lower(c); !slices.Contains(low, l) {
				low = append(low, l)
			}
		}
		if ranges[i+1] >= 128 { // beyond ASCII: any such byte, and the two letters that fold to ASCII
			set[2], set[3] = ^uint64(0), ^uint64(0)
			if ranges[i] >= 128 {
				continue
			}
		}
	}
	var out []open
	for _, h := range hs {
		switch {
		case h.closed:
			out = append(out, h)
		case len(low) == 0 || len(h.lit) >= longHead || len(low) > 3 && h.lit != "" && len(h.lit) >= 2 || len(low) > 12:
			out = append(out, open{lit: h.lit, follow: set, closed: true})
		default:
			for _, c := range low {
				out = append(out, open{lit: h.lit + string(rune(c))})
			}
		}
	}
	return out, len(out) <= 4*maxHeads
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
