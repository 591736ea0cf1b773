package screen

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Tables is what screening knows of languages. Read-only after ReadTables.
type Tables struct {
	reading    map[rune]string // simplified character → Hanyu Pinyin without tone
	simplified map[rune]rune
	syllables  map[string]bool
	total      float64
	count      map[string]float64 // word → firms that bear it
	places     map[string]bool
	generic    map[string]bool // words that say what a firm does, in any script
	trades     map[string]bool // words of trades that no listed firm is in
	longHan    int             // longest generic or place word in characters
	near       map[string]string
}

// Sources are the tables as text; see data/screening/README.md for their forms.
type Sources struct {
	Pinyin, Simplified, Words, Places, Generic, Trades io.Reader
}

// coined is the weight from which a word counts as made up for one firm.
const coined = 6

// ReadTables reads the tables.
func ReadTables(s Sources) (*Tables, error) {
	t := &Tables{reading: map[rune]string{}, simplified: map[rune]rune{}, syllables: map[string]bool{}, count: map[string]float64{},
		places: map[string]bool{}, generic: map[string]bool{}, trades: map[string]bool{}, near: map[string]string{}}
	for _, step := range []struct {
		name string
		r    io.Reader
		line func(string) error
	}{
		{"simplified characters", s.Simplified, t.addSimplified}, {"pinyin", s.Pinyin, t.addPinyin}, {"words", s.Words, t.addWord},
		{"places", s.Places, t.addPlaces}, {"generic words", s.Generic, t.addGeneric}, {"trades", s.Trades, t.addTrades},
	} {
		sc := bufio.NewScanner(step.r)
		for n := 1; sc.Scan(); n++ {
			line := strings.TrimSpace(sc.Text())
			if line == "" || line[0] == '#' {
				continue
			}
			if err := step.line(line); err != nil {
				return nil, fmt.Errorf("table of %s, line %d: %w", step.name, n, err)
			}
		}
		if err := sc.Err(); err != nil {
			return nil, fmt.Errorf("table of %s: %w", step.name, err)
		}
	}
	t.addNear()
	return t, nil
}

func (t *Tables) addSimplified(line string) error {
	r := []rune(line)
	if len(r)%2 != 0 {
		return fmt.Errorf("odd number of characters: write pairs")
	}
	for i := 0; i < len(r); i += 2 {
		t.simplified[r[i]] = r[i+1]
	}
	return nil
}

func (t *Tables) addPinyin(line string) error {
	syllable, chars, ok := strings.Cut(line, " ")
	if !ok {
		return fmt.Errorf("%q: write a syllable, a blank and its characters", line)
	}
	t.syllables[syllable] = true
	for _, r := range chars {
		t.reading[r] = syllable
	}
	return nil
}

func (t *Tables) addWord(line string) error {
	word, count, ok := strings.Cut(line, " ")
	if !ok {
		word, count = "", line
	}
	n, err := strconv.ParseFloat(count, 64)
	if err != nil || n <= 0 {
		return fmt.Errorf("%q: write a word, a blank and its count; the total first", line)
	}
	if word == "" {
		t.total = n
	} else {
		t.count[word] = n
	}
	return nil
}

func (t *Tables) addPlaces(line string) error {
	for w := range strings.FieldsSeq(line) {
		t.places[w] = true
		t.longHan = max(t.longHan, len([]rune(w)))
	}
	return nil
}

// addGeneric takes words of any script; the readings of Chinese ones count as well.
func (t *Tables) addGeneric(line string) error {
	for w := range strings.FieldsSeq(line) {
		t.generic[w] = true
		if p, ok := t.pinyin(w); ok {
			t.generic[p] = true
		}
		if strings.IndexFunc(w, cyrillic) >= 0 {
			t.generic[latin(w)] = true
		}
		t.longHan = max(t.longHan, len([]rune(w)))
	}
	return nil
}

func (t *Tables) addTrades(line string) error {
	for w := range strings.FieldsSeq(line) {
		t.trades[w] = true
		t.longHan = max(t.longHan, len([]rune(w)))
	}
	return nil
}

// addNear files common words under their misspellings by one missing letter, so
// that "tecnology" weighs no more than "technology".
func (t *Tables) addNear() {
	var list []string
	for w, n := range t.count {
		if n >= 150 {
			list = append(list, w)
		}
	}
	for _, m := range []map[string]bool{t.places, t.generic} {
		for w := range m {
			list = append(list, w)
		}
	}
	// The commonest word claims a misspelling.
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(t.count[b], t.count[a]), strings.Compare(a, b)) })
	for _, w := range list {
		if len(w) < 6 {
			continue
		}
		for _, k := range append(deletes(w), w) {
			if _, ok := t.near[k]; !ok {
				t.near[k] = w
			}
		}
	}
}

// tradeWeight is the weight of a word of another trade: it speaks against the
// name as much as a coined word that agrees speaks for it.
const tradeWeight = 8

// small is the weight of words that tell nothing of who it is.
const small = 0.3

// weight says how much a word tells of who bears it: the logarithm of how few firms do.
func (t *Tables) weight(w string) float64 {
	if t.places[w] || t.generic[w] {
		return small
	}
	if strings.ContainsAny(w, "0123456789") {
		return 0.8 // a model or street number
	}
	if c := t.common(w); c != "" {
		return t.weight(c)
	}
	if n, ok := t.count[w]; ok {
		return t.rarity(n)
	}
	if len(w) == 1 {
		return 1
	}
	return t.rarity(1)
}

// common returns the common word that a rare one misspells by one letter, empty when none.
func (t *Tables) common(w string) string {
	if len(w) < 6 || t.places[w] || t.generic[w] || t.trades[w] || t.count[w] > 20 {
		return ""
	}
	pinyin := t.isPinyin(w)
	for _, k := range append(deletes(w), w) {
		if c, ok := t.near[k]; ok && c != w && (!pinyin || t.places[c]) && c[0] == w[0] && Distance(w, c, 1) <= 1 {
			return c
		}
	}
	return ""
}

func (t *Tables) rarity(n float64) float64 {
	return max(small, math.Log(max(t.total, 1)/(n+1))-4.3)
}
