package screen

import (
	"strings"
	"unicode"

	"telltale/internal/org"
)

// word is one word of a name.
type word struct {
	text   string // as normalised
	latin  string // transliterated to a-z0-9
	frame  string // latin without what transliterations disagree on
	han    bool
	trade  bool // says that the firm is in another trade
	weight float64
	parts  []string // Latin words of a run written as one
	other  bool     // a word of its own, see otherWord
	common string   // the common word it misspells
	from   int      // first word of the text it covers
	to     int      // one after the last
}

// words splits a name into weighed words. Chinese runs are cut at generic words and places.
func (t *Tables) words(text string) []word {
	var out []word
	add := func(s string, han bool) {
		l := s
		switch {
		case han:
			p, ok := t.pinyin(s)
			if !ok {
				return
			}
			l = p
		case strings.IndexFunc(s, cyrillic) >= 0:
			l = latin(s)
		default:
			l = letters(s)
		}
		w := word{text: s, latin: l, frame: frame(l), han: han, from: len(out), to: len(out) + 1}
		w.weight = t.weight(s)
		if l != s && !han {
			w.weight = min(w.weight, t.weight(l))
		}
		if t.trades[s] || t.trades[l] {
			w.trade, w.weight = true, max(w.weight, tradeWeight)
		}
		if han && !w.trade && !t.places[s] && !t.generic[s] {
			w.weight = t.rarity(1)
		}
		w.other, w.common = !han && t.otherWord(l), t.common(l)
		out = append(out, w)
	}
	for f := range strings.FieldsSeq(org.Normalise(text)) {
		if isHan(f) {
			for _, part := range t.cut(t.simplify(f)) {
				add(part, true)
			}
			continue
		}
		add(f, false)
	}
	return out
}

func isHan(s string) bool {
	for _, r := range s {
		return unicode.Is(unicode.Han, r)
	}
	return false
}

func (t *Tables) simplify(s string) string {
	return strings.Map(func(r rune) rune {
		if x, ok := t.simplified[r]; ok {
			return x
		}
		return r
	}, s)
}

// cut splits a Chinese run into places, generic words and what stands between them, longest first.
func (t *Tables) cut(s string) []string {
	r := []rune(s)
	var out []string
	start := 0
	afterPlace := func(i int) bool { return i > 0 && i == start && len(out) > 0 && t.places[out[len(out)-1]] }
	for i := 0; i < len(r); {
		n := 0
		for l := min(t.longHan, len(r)-i); l >= 2; l-- {
			if w := string(r[i : i+l]); t.generic[w] || t.places[w] || t.trades[w] {
				n = l
				break
			}
		}
		if n == 0 {
			if i == start && afterPlace(i) && strings.ContainsRune("市省县区", r[i]) {
				start++ // 深圳市: the word for city belongs to the place
			}
			i++
			continue
		}
		if i > start {
			out = append(out, string(r[start:i]))
		}
		out = append(out, string(r[i:i+n]))
		i += n
		start = i
	}
	if start < len(r) {
		out = append(out, string(r[start:]))
	}
	return out
}

// pinyin returns the reading of a Chinese word, false when a character has none.
func (t *Tables) pinyin(s string) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		if x, ok := t.simplified[r]; ok {
			r = x
		}
		p, ok := t.reading[r]
		if !ok {
			return "", false
		}
		b.WriteString(p)
	}
	return b.String(), b.Len() > 0
}

// isPinyin reports whether a word of at least two syllables is made of
// syllables of Hanyu Pinyin: then a letter more or less makes another word, not a misspelling.
func (t *Tables) isPinyin(s string) bool { return t.syllabic(s, 0) }

func (t *Tables) syllabic(s string, n int) bool {
	if s == "" {
		return n >= 2
	}
	for l := min(6, len(s)); l >= 2; l-- {
		if s[:l] != "ei" && t.syllables[s[:l]] && t.syllabic(s[l:], n+1) {
			return true
		}
	}
	return false
}

func cyrillic(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }

var cyrillicLatin = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "i", 'к': "k", 'л': "l",
	'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "h", 'ц': "ts", 'ч': "ch",
	'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "iu", 'я': "ia", 'і': "i", 'ї': "i", 'є': "ie", 'ґ': "g",
}

// latin transliterates Cyrillic letter by letter.
func latin(s string) string {
	var b strings.Builder
	for _, r := range s {
		if l, ok := cyrillicLatin[r]; ok {
			b.WriteString(l)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// letters reads a digit in the middle of a word as the letter it looks like.
func letters(s string) string {
	digits := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			digits++
		}
	}
	if digits != 1 || len(s) < 6 || '0' <= s[0] && s[0] <= '9' {
		return s
	}
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "5", "s").Replace(s)
}

var frames = strings.NewReplacer("ck", "k", "ch", "ch", "kh", "h", "ph", "f", "c", "k", "q", "k", "w", "v", "y", "i", "x", "ks", "j", "j")

// frame drops what spellings and transliterations disagree on: w and v, y and
// i, c, q and k, doubled letters.
func frame(s string) string {
	s = frames.Replace(s)
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if len(b) == 0 || b[len(b)-1] != s[i] {
			b = append(b, s[i])
		}
	}
	return string(b)
}

// join returns the words, and runs of up to four Latin ones written as one.
func (t *Tables) join(words []word) []word {
	out := words[:len(words):len(words)]
	for i := range words {
		j := words[i]
		j.parts = []string{j.latin}
		for n := i + 1; n < min(len(words), i+4); n++ {
			if words[n].han != j.han {
				break
			}
			j.text += words[n].text
			j.latin += words[n].latin
			j.weight += words[n].weight
			j.to = words[n].to
			j.frame = frame(j.latin)
			j.parts = append(j.parts[:len(j.parts):len(j.parts)], words[n].latin)
			j.other = !j.han && t.otherWord(j.latin)
			out = append(out, j)
		}
	}
	return out
}

// keys returns what a word is filed and sought under: its frame, and the
// frame with one letter missing for words long enough to be misspelt, and its beginning.
func (w *word) keys() []string {
	k := []string{w.frame}
	if len(w.latin) >= 5 {
		k = append(k, deletes(w.latin)...)
		k = append(k, w.latin)
	}
	return k
}

// deletes returns the word with each one of its letters missing.
func deletes(s string) []string {
	out := make([]string, 0, len(s))
	for i := range len(s) {
		if i > 0 && s[i] == s[i-1] {
			continue
		}
		out = append(out, s[:i]+s[i+1:])
	}
	return out
}

// Distance is the number of letters to insert, drop, replace or swap with
// their neighbour between a and b; above limit it returns limit+1.
func Distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	if len(a) > 64 || len(b) > 64 {
		return limit + 1
	}
	var rows [3][65]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	prev2, prev, cur := &rows[2], &rows[0], &rows[1]
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		low := cur[0]
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, prev2[j-2]+1)
			}
			cur[j] = d
			low = min(low, d)
		}
		if low > limit {
			return limit + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return min(prev[len(b)], limit+1)
}
