package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"telltale/internal/evidence"
)

// normalise writes a heading as lower-case words: "SerialNo." and "Serial #"
// become "serial no". What stands in brackets (units, examples) is dropped
// unless nothing else stands there.
//
// Accents are dropped ("Numéro" is "numero"), and the wide and narrow forms of
// East Asian type are written as usual.
func normalise(s string) string { return normal(s, true) }

// normal is normalise, with accents kept unless plain.
func normal(s string, plain bool) string {
	if !ascii(s) {
		s = normalWidth(strings.NewReplacer("º", "", "°", "").Replace(s))
		if plain {
			s = unaccented(s)
		}
	}
	if out := words(dropBrackets(s)); out != "" {
		return out
	}
	return words(s)
}

// normalWidth writes the wide and narrow forms of East Asian type as usual.
func normalWidth(s string) string { return norm.NFKC.String(s) }

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// unaccented drops the marks of Latin letters; those of other scripts are part of them.
func unaccented(s string) string {
	var b strings.Builder
	latin := false
	for _, r := range norm.NFD.String(s) {
		switch {
		case latin && unicode.Is(unicode.Mn, r):
			continue
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ł':
			b.WriteByte('l')
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		default:
			b.WriteRune(r)
		}
		latin = unicode.Is(unicode.Latin, r)
	}
	return norm.NFC.String(b.String())
}

func dropBrackets(s string) string {
	if !strings.ContainsAny(s, "([【") {
		return s
	}
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch r {
		case '(', '[', '【':
			depth++
		case ')', ']', '】':
			if depth > 0 {
				depth--
			}
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

func words(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 4)
	prev := ' '
	space := func() {
		if b.Len() > 0 && prev != ' ' {
			b.WriteByte(' ')
		}
		prev = ' '
	}
	for _, r := range s {
		switch {
		case r == '#' || r == '№':
			space()
			b.WriteString("no")
			prev = 'o'
			space()
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			// CamelCase: a capital after a small letter begins a word.
			if unicode.IsUpper(r) && unicode.IsLower(prev) {
				space()
			}
			b.WriteRune(unicode.ToLower(r))
			prev = r
		default:
			space()
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// meaning is what a heading may mean; strength is 10 for a whole heading, less
// for a part. rank is the place of the phrase in its line: the first says it best.
type meaning struct {
	attr     evidence.Attr
	strength int
	rank     int
	tongue   tongue
}

// tongue is the family of languages a heading is in.
type tongue uint8

const (
	english  tongue = iota
	european        // writes the day before the month
	asian           // sets no spaces between words
)

// lexicon finds phrases of the vocabulary.
var lexicon = sync.OnceValue(func() map[string]meaning {
	m := make(map[string]meaning, 4000)
	add := func(a evidence.Attr, phrases string, t tongue) {
		for rank, p := range strings.Split(phrases, "|") {
			if _, dup := m[p]; !dup {
				m[p] = meaning{a, 10, rank, t}
			}
		}
	}
	for _, v := range vocabulary {
		add(v.attr, v.phrases, english)
	}
	for _, v := range foreignVocabulary {
		add(v.attr, v.phrases, european)
	}
	for _, v := range asianVocabulary {
		add(v.attr, v.phrases, asian)
	}
	return m
})

// phrase words too common to carry a heading they are only a part of.
var weakPhrases = map[string]bool{
	"version": true, "no": true, "nr": true, "number": true, "id": true, "key": true, "co": true, "type": true, "name": true, "date": true, "total": true, "order": true, "value": true, "unit": true, "units": true,
	"class": true, "group": true, "state": true, "items": true, "item": true, "part": true, "host": true, "line": true, "rate": true, "count": true, "rev": true, "mod": true, "active": true, "tag": true, "element": true,
	"what": true, "where": true, "area": true, "ext": true, "each": true, "ea": true, "on hand": true, "inv": true, "sum": true, "fund": true, "funds": true, "money": true, "own": true, "os": true, "fw": true, "sw": true, "sn": true, "pn": true, "po": true, "ip": false, "mac": false, "var": true,
	"long": true, "lat": true, "lon": true, "install": true, "quote": true, "contract": true, "port": true, "ports": true, "user": true, "u": true, "ref": true, "index": true, "year": true, "month": true, "node": true, "device": true, "asset": true, "equipment": true, "hardware": true, "product": true, "label": true, "link": true, "position": true, "stage": true, "badge": true, "program": true, "application": true, "software": true, "power": true, "image": true, "country": true, "region": true, "region site": true, "office": true, "street": true, "memory": true, "terms": true, "account": true, "owner": true, "unit price": false, "phone": true, "provider": true, "role": true, "make": true, "layer": true, "tax": true, "charge": true, "paid": true, "budget": true, "grant": true,
}

// meaningOf returns what a heading says, the zero meaning when nothing is known.
// A "fact NAME" heading states a fact of the law's vocabulary.
func meaningOf(heading string) meaning {
	n := normalise(heading)
	if n == "" {
		return meaning{}
	}
	if strings.HasPrefix(n, factPrefix) && len(n) > len(factPrefix) {
		return meaning{evidence.Fact, 10, 0, english}
	}
	lex := lexicon()
	if !ascii(heading) {
		if m, ok := lex[normal(heading, false)]; ok { // an accent can tell two languages apart
			return m
		}
	}
	if m, ok := lex[n]; ok {
		return m
	}
	if len(n) > 60 {
		return meaning{}
	}
	// The longest run of words that is a phrase; of equals the later one, for
	// the last words of an English heading carry its sense ("camera model").
	w := strings.Split(n, " ")
	for size := min(len(w)-1, 5); size > 0; size-- {
		for i := len(w) - size; i >= 0; i-- {
			p := strings.Join(w[i:i+size], " ")
			if m, ok := lex[p]; ok && m.attr != ignored && !weakPhrases[p] && !(m.tongue == european && size == 1 && len(p) < 6) {
				m.strength = 4 + min(size, 4)
				if ofThing[m.attr] && hasWords(n, otherThings) {
					return meaning{ignored, 4, 0, english}
				}
				return m
			}
		}
	}
	if m := ending(n); m.attr != "" {
		return m
	}
	if hasWords(n, whoseWords) {
		return meaning{ignored, 4, 0, english}
	}
	return meaning{}
}

// ending returns the meaning of the longest East Asian phrase that ends a heading, for its last words carry its sense there too.
func ending(n string) meaning {
	if ascii(n) {
		return meaning{}
	}
	for i := range n {
		if m, ok := lexicon()[n[i:]]; ok && i > 0 && m.tongue == asian {
			m.strength = 8
			return m
		}
	}
	return meaning{}
}

// HeadingSet names a set of headings, whatever their order: saved assignments
// of columns (source.Options.Maps) are kept under it.
func HeadingSet(headings []string) string {
	n := make([]string, 0, len(headings))
	for _, h := range headings {
		if w := normalise(h); w != "" {
			n = append(n, w)
		}
	}
	slices.Sort(n)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(n), "\n")))
	return hex.EncodeToString(sum[:8])
}

// headingList writes headings for a message, the first twenty.
func headingList(headings []string) string {
	var out []string
	for _, h := range headings {
		if h != "" && len(out) < 20 {
			out = append(out, quoteHeading(h))
		}
	}
	return strings.Join(out, ", ")
}

// Meaning returns the attribute a whole heading or property name stands for,
// as used in other lists of labels and values; false when it is not sure.
func Meaning(label string) (evidence.Attr, bool) {
	m := meaningOf(label)
	if m.strength < 10 {
		return "", false
	}
	switch m.attr {
	case ignored, lastSeen, vendor, lineTotal, genericDate, contractEnd, partyID, evidence.Fact:
		return "", false
	}
	return m.attr, true
}
