// Package screen finds listed names that a supplier's name may mean although
// it is spelt differently: misspelt, abbreviated, transliterated, joined, with
// a branch's additions. Every score is explained piece by piece.
//
// It is not for deciding: a hit is a reason to look for a person, and a name
// alone never says who made a thing. Exact names are org.Index.ByName's.
//
// Source of truth: the names of data/organisation and the tables of
// data/screening (readings, common words, places), both given as arguments.
//
// Flow: text → readings (inside and outside brackets) → words, transliterated
// and weighed → candidates by word → alignment → score with its pieces.
package screen

import (
	"cmp"
	"slices"
	"strings"

	"telltale/internal/org"
)

// Name is one name to be found.
type Name struct {
	Org org.ID
	// Kind is in plain words: "name", "alias", "part", "brand".
	Kind string
	Text string
	// Leads is true when the name, as the beginning of a longer one, still
	// means the organisation: further words then count little.
	Leads bool
	// Not is true for a name that looks like the organisation's and is not: a
	// text that is or begins with it never hits that organisation.
	Not bool
}

// Bands of a score. They were set on labelled supplier names and are measured
// by TestSupplierNames.
const (
	Sure   = 0.92 // the name but for its spelling
	Review = 0.72 // close enough that a person should look
)

// Hit is an organisation that a text may mean.
type Hit struct {
	Org  org.ID `json:"org"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Reading is the part of the text that was compared.
	Reading string `json:"reading"`
	// Score is the sum of the points of Pieces over the sum of their weights, 0..1.
	Score  float64 `json:"score"`
	Pieces []Piece `json:"pieces"`
}

// Piece is one word of the comparison and what it is worth.
type Piece struct {
	// Name is the word of the listed name, Text that of the text; either may be empty.
	Name string `json:"name,omitempty"`
	Text string `json:"text,omitempty"`
	// How says how the two agree, or that one has no partner.
	How string `json:"how"`
	// Weight is how much the word tells of who it is, Points what of it agrees.
	Weight float64 `json:"weight"`
	Points float64 `json:"points"`
}

// Engine screens texts against a list. It is built once and safe for concurrent use.
type Engine struct {
	tables *Tables
	names  []entry
	byKey  map[string][]int32 // a word's keys → names that hold it
	not    map[string][]org.ID
}

type entry struct {
	Name
	words  []word
	joined []word // words, and runs of them written as one
	coined bool   // holds a word that hardly anybody else bears
}

// New builds an engine. Names without a letter are left out.
func New(t *Tables, names []Name) *Engine {
	e := &Engine{tables: t, byKey: map[string][]int32{}, not: map[string][]org.ID{}}
	for _, n := range names {
		if n.Not {
			k := org.Normalise(n.Text)
			e.not[k] = append(e.not[k], n.Org)
			continue
		}
		w := t.words(n.Text)
		if len(w) == 0 {
			continue
		}
		x := entry{Name: n, words: w, coined: slices.ContainsFunc(w, func(w word) bool { return w.weight >= coined })}
		if !x.coined {
			// A name of common words is known by all of them together.
			for i := range x.words {
				x.words[i].weight = max(x.words[i].weight, 2)
			}
		}
		x.joined = t.join(x.words)
		at := int32(len(e.names))
		e.names = append(e.names, x)
		e.index(at, x.joined)
	}
	return e
}

// index files a name under the keys of its words, and of neighbours joined.
func (e *Engine) index(at int32, words []word) {
	put := func(k string) {
		if list := e.byKey[k]; len(list) == 0 || list[len(list)-1] != at {
			e.byKey[k] = append(e.byKey[k], at)
		}
	}
	for i := range words {
		for _, k := range words[i].keys() {
			put(k)
		}
	}
}

// FromIndex returns all names of an index, and the false friends.
func FromIndex(ix *org.Index) []Name {
	var out []Name
	for _, n := range ix.Names() {
		out = append(out, Name{Org: n.Org, Kind: n.Kind.String(), Text: n.Text, Leads: n.Leads})
	}
	for _, id := range ix.IDs() {
		o, _ := ix.Get(id)
		for _, f := range o.FalseFriends {
			out = append(out, Name{Org: id, Text: f, Not: true})
		}
	}
	return out
}

// maxText bounds a text in bytes, maxCandidates the names aligned for one reading.
const (
	maxText       = 512
	maxCandidates = 80
)

// Screen returns the organisations a text may mean with a score of at least
// least, best first, each once.
func (e *Engine) Screen(text string, least float64) []Hit {
	if len(text) > maxText {
		text = text[:maxText]
	}
	best := map[org.ID]Hit{}
	for i, r := range readings(text) {
		words := e.tables.words(r)
		if i > 0 && e.otherTrade(text) {
			break // what the brackets say of the trade belongs to the name
		}
		joined := e.tables.join(words)
		for _, n := range e.candidates(joined) {
			x := &e.names[n]
			h := e.align(x, words, joined)
			if h.Score < least || e.friend(r, x.Org) {
				continue
			}
			h.Reading = r
			if old, ok := best[x.Org]; !ok || h.Score > old.Score {
				best[x.Org] = h
			}
		}
	}
	out := make([]Hit, 0, len(best))
	for _, h := range best {
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(string(a.Org), string(b.Org)))
	})
	return out
}

func (e *Engine) otherTrade(text string) bool {
	return slices.ContainsFunc(e.tables.words(text), func(w word) bool { return w.trade })
}

// candidates returns the names that share words with the text, those first
// that share the words that tell most.
func (e *Engine) candidates(joined []word) []int32 {
	type share struct {
		name   int32
		weight float64
	}
	sum := map[int32]float64{}
	for i := range joined {
		w := &joined[i]
		hit := map[int32]bool{}
		for _, k := range w.keys() {
			for _, n := range e.byKey[k] {
				if !hit[n] {
					hit[n] = true
					sum[n] += w.weight
				}
			}
		}
	}
	all := make([]share, 0, len(sum))
	for n, w := range sum {
		all = append(all, share{n, w})
	}
	slices.SortFunc(all, func(a, b share) int { return cmp.Or(cmp.Compare(b.weight, a.weight), int(a.name-b.name)) })
	out := make([]int32, 0, min(len(all), maxCandidates))
	for _, s := range all[:min(len(all), maxCandidates)] {
		out = append(out, s.name)
	}
	return out
}

// friend reports whether a text is, or begins with, a name known to be somebody else's.
func (e *Engine) friend(text string, id org.ID) bool {
	if len(e.not) == 0 {
		return false
	}
	k := org.Normalise(text)
	for end := len(k); end > 0; end = max(strings.LastIndexByte(k[:end], ' '), 0) {
		if slices.Contains(e.not[k[:end]], id) {
			return true
		}
	}
	return false
}

// readings returns the text without brackets, and what stands in brackets - unless
// that only abbreviates the rest ("Great Lakes Radio (GLR)").
func readings(text string) []string {
	open := strings.IndexAny(text, "(（[")
	if open < 0 {
		return []string{text}
	}
	shut := strings.IndexAny(text[open:], ")）]")
	if shut < 0 {
		return []string{text}
	}
	_, size := first(text[open:])
	inside := strings.TrimSpace(text[open+size : open+shut])
	_, size = first(text[open+shut:])
	outside := strings.TrimSpace(text[:open] + " " + text[open+shut+size:])
	out := []string{text, outside}
	if inside != "" && !abbreviates(inside, outside) && !abbreviates(outside, inside) {
		out = append(out, inside)
	}
	if abbreviates(outside, inside) {
		out = []string{inside}
	}
	return out
}

func first(s string) (rune, int) {
	for _, r := range s {
		return r, len(string(r))
	}
	return 0, 0
}

// abbreviates reports whether short is made of the beginnings of the words of
// long in their order ("CommNet" of "Communication Networks").
func abbreviates(short, long string) bool {
	s := strings.ReplaceAll(org.Normalise(short), " ", "")
	if i := strings.IndexByte(org.Normalise(short), ' '); i > 0 {
		s = org.Normalise(short)[:i] // "GLR Consulting (Great Lakes Radio)"
	}
	words := strings.Fields(strings.ToLower(org.Normalise(long)))
	return len(s) >= 2 && len(words) >= 2 && spells(s, words, 0)
}

func spells(s string, words []string, used int) bool {
	if s == "" {
		return used >= 2
	}
	for i, w := range words {
		for n := min(len(w), len(s)); n > 0; n-- {
			if s[:n] == w[:n] && spells(s[n:], words[i+1:], used+1) {
				return true
			}
		}
		if len(w) > 3 {
			break // only small words may be passed over
		}
	}
	return false
}
