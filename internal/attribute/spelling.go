package attribute

import (
	"slices"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/org"
)

// spelling finds the maker whose name a typed word nearly is. It is for people's
// slips in registers only: a device does not misspell its maker.
type spelling struct {
	// of are single-word names in lower case by their first letter.
	of map[byte][]spelt
}

type spelt struct {
	name string
	org  org.ID
}

// shortest is the length below which a slip is as likely another name.
const shortest = 5

func newSpelling(fps []evidence.Fingerprint) spelling {
	s := spelling{of: map[byte][]spelt{}}
	for i := range fps {
		fp := &fps[i]
		if !fp.Word || fp.Kind != "name" && fp.Kind != "part" || len(fp.Pattern) < shortest || !letters(fp.Pattern) {
			continue
		}
		n := strings.ToLower(fp.Pattern)
		s.of[n[0]] = append(s.of[n[0]], spelt{n, org.ID(assertedMaker(fp))})
	}
	return s
}

func letters(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return s != ""
}

// near gives the one name that the first word of v is one slip away from.
func (s *spelling) near(v string) (spelt, bool) {
	word, _, _ := strings.Cut(strings.TrimSpace(v), " ")
	word = strings.ToLower(strings.TrimRight(word, ",."))
	if len(word) < shortest || !letters(word) {
		return spelt{}, false
	}
	var found []spelt
	for _, n := range s.of[word[0]] {
		if slip(word, n.name) && !slices.ContainsFunc(found, func(f spelt) bool { return f.org == n.org }) {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		return spelt{}, false
	}
	return found[0], true
}

// slip reports whether two words differ by two neighbours swapped or, when they
// are longer than five letters, by one letter too few, too many or wrong.
func slip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case a == b, len(b)-len(a) > 1:
		return false
	case len(a) == len(b):
		if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
			return true
		}
		return len(a) > shortest && a[i+1:] == b[i+1:]
	}
	return len(a) >= shortest && len(b) > shortest && a[i:] == b[i+1:]
}

// misspelt turns a near miss in a typed field into a clue too light to name anybody.
func (e *Engine) misspelt(a evidence.Attr, v string, class evidence.Class) []proto {
	if a != evidence.ManufacturerText && a != evidence.BrandText {
		return nil
	}
	n, ok := e.spelling.near(v)
	if !ok {
		return nil
	}
	return []proto{{
		aspect: evidence.Manufacturer, value: string(n.org), kind: kindOf("spelling", class), class: class,
		fingerprint: "spelling", why: "it is called " + clip(v) + ", one slip away from " + n.name,
	}}
}
