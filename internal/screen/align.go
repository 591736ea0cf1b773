package screen

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// align pairs the words of a name with those of a text and scores the pairing.
// Both sides count: a word without a partner costs its weight.
func (e *Engine) align(x *entry, text, joined []word) Hit {
	h := Hit{Org: x.Org, Name: x.Text, Kind: x.Kind}
	nameDone, textDone := make([]bool, len(x.words)), make([]bool, len(text))
	for _, p := range e.pairs(x.joined, joined) {
		if taken(nameDone, p.name.from, p.name.to) || taken(textDone, p.text.from, p.text.to) {
			continue
		}
		mark(nameDone, p.name.from, p.name.to)
		mark(textDone, p.text.from, p.text.to)
		w := 2 * p.name.weight
		h.Pieces = append(h.Pieces, Piece{Name: p.name.text, Text: p.text.text, How: p.how, Weight: round(w), Points: round(w * p.like)})
	}
	h.Pieces = append(h.Pieces, e.alone(x, text, nameDone, textDone, h.Pieces)...)
	points, weight := 0.0, 0.0
	for _, p := range h.Pieces {
		points += p.Points
		weight += p.Weight
	}
	if weight > 0 {
		h.Score = round(points / weight)
	}
	return h
}

// pairs returns all pairs of words that agree at all, those that gain most first.
func (e *Engine) pairs(name, text []word) []pair {
	var out []pair
	for i := range name {
		for j := range text {
			n, q := &name[i], &text[j]
			if n.to-n.from > 1 && q.to-q.from > 1 {
				continue // two runs agree by their words
			}
			if s, how := e.tables.like(n, q); s > 0 {
				out = append(out, pair{n, q, s, how, s * n.weight})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int { return cmp.Compare(b.gain, a.gain) })
	return out
}

// alone weighs the words of either side that found no partner.
func (e *Engine) alone(x *entry, text []word, nameDone, textDone []bool, pairs []Piece) []Piece {
	var out []Piece
	stands := x.Leads && e.stands(text, nameDone, textDone, pairs)
	acronym := isAcronym(x, pairs)
	strange := false // the text has a word of content that the name lacks
	for i, done := range textDone {
		w := &text[i]
		if done {
			continue
		}
		strange = strange || w.weight > 1
		p := Piece{Text: w.text, How: "not in the name", Weight: w.weight}
		switch {
		case w.trade:
			p.How = "another trade"
		case stands:
			p.Weight, p.How = w.weight*0.2, "addition to a name that stands for the firm"
		case acronym:
			p.Weight, p.How = max(w.weight, 4), "not in the name, of which only a short form agrees"
		case len(w.latin) <= 4:
			p.Weight = min(w.weight, 3.5) // most likely another short form
		}
		out = append(out, p)
	}
	for i, done := range nameDone {
		w := &x.words[i]
		if done {
			continue
		}
		p := Piece{Name: w.text, How: "not in the text", Weight: w.weight}
		if acronym || strange {
			// The text says another thing in the place of this word.
			p.Weight = max(w.weight, 2)
		}
		out = append(out, p)
	}
	for i := range out {
		out[i].Weight = round(out[i].Weight)
	}
	return out
}

// stands reports whether the name agrees to the letter and begins the text but for places.
func (e *Engine) stands(text []word, nameDone, textDone []bool, pairs []Piece) bool {
	for _, done := range nameDone {
		if !done {
			return false
		}
	}
	for _, p := range pairs {
		if p.Points < 0.97*p.Weight {
			return false
		}
	}
	for i, done := range textDone {
		if done {
			return true
		}
		if !e.tables.places[text[i].text] {
			return false
		}
	}
	return false
}

// isAcronym reports whether all that agrees is a word of up to four letters
// that others bear too: it does not stand for the firm by itself.
func isAcronym(x *entry, pairs []Piece) bool {
	if x.Leads {
		return false
	}
	for _, p := range pairs {
		if p.Weight > 2*small+0.01 && len(p.Name) > 4 {
			return false
		}
	}
	return true
}

type pair struct {
	name, text *word
	like       float64
	how        string
	gain       float64
}

func taken(done []bool, from, to int) bool {
	for i := from; i < to; i++ {
		if done[i] {
			return true
		}
	}
	return false
}

func mark(done []bool, from, to int) {
	for i := from; i < to; i++ {
		done[i] = true
	}
}

func round(f float64) float64 { return math.Round(f*1000) / 1000 }

// like says how far a word of the text is a word of the name, 0..1, and how.
func (t *Tables) like(n, q *word) (float64, string) {
	run := q.to-q.from > 1 || n.to-n.from > 1
	switch {
	case n.text == q.text && !run:
		return 1, "same word"
	case n.han && q.han:
		return 0, "" // characters that only sound alike are other words
	case q.han && n.latin == q.latin:
		return 0.7, "Chinese word that reads so, as others do"
	case n.latin == q.latin && n.han:
		return 0.97, "same reading"
	case n.latin == q.latin && run && t.ordinary(q, n):
		return 0.8, "two words of their own, written as one"
	case n.latin == q.latin:
		return 0.98, "same letters"
	case len(q.latin) >= 4 && n.frame == q.frame && !q.other:
		return 0.95, "same but for spelling"
	case run:
		return 0, ""
	case q.common != "" && q.common == n.latin:
		return 0.95, "common word misspelt"
	}
	if len(q.latin) >= 3 && len(n.latin) > len(q.latin)+1 && n.weight <= 2 && strings.HasPrefix(n.latin, q.latin) {
		return 0.9, "abbreviated"
	}
	return t.misspelt(n, q)
}

// misspelt allows one letter in words of five, two in words of ten; a word of its own is no misspelling.
func (t *Tables) misspelt(n, q *word) (float64, string) {
	limit := 0
	switch l := min(len(n.latin), len(q.latin)); {
	case l >= 10:
		limit = 2
	case l >= 5:
		limit = 1
	}
	if limit == 0 || n.latin[0] != q.latin[0] || q.other {
		return 0, ""
	}
	switch d := Distance(n.latin, q.latin, limit); {
	case d > limit:
		return 0, ""
	case d == 2:
		return 0.8, "two letters differ"
	case len(n.latin) < 8:
		return 0.85, "one letter of a short word differs"
	}
	return 0.9, "one letter differs"
}

// ordinary reports whether all words of a run are words that others bear.
func (t *Tables) ordinary(q, n *word) bool {
	run := q.parts
	if len(run) == 0 {
		run = n.parts
	}
	for _, p := range run {
		if t.count[p] == 0 && !t.places[p] && !t.generic[p] && !t.syllables[p] {
			return false
		}
	}
	return true
}

// otherWord reports whether a word of the text is a word of its own - others
// bear it, or it reads as Chinese - so that its likeness is no misspelling.
func (t *Tables) otherWord(latin string) bool { return t.count[latin] > 0 || t.isPinyin(latin) }
