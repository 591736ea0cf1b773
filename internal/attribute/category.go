package attribute

import (
	"math"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// categoryWords makes fingerprints of the words that name a category in a
// register's own text.
func categoryWords(cs []Category) []evidence.Fingerprint {
	var out []evidence.Fingerprint
	for _, c := range cs {
		for _, w := range c.Words {
			out = append(out, evidence.Fingerprint{
				ID: "category/" + string(c.ID) + "/" + w, Pattern: w, Word: true, Kind: "word",
				Attrs: []evidence.Attr{
					evidence.CategoryText, evidence.Description, evidence.ModelText, evidence.UPnPDescription,
					evidence.UPnPModel, evidence.SysDescr, evidence.EntPhysicalDescr, evidence.ONVIFScope,
				},
				Asserts: []evidence.Assertion{{Aspect: evidence.Category, Value: string(c.ID)}},
				Why:     "the words say " + w,
			})
		}
	}
	return out
}

// Votes of one clue for a category, by how it speaks: a product line's own
// designation settles it, a word of a free text only hints.
func (c *Clue) vote() float64 {
	switch {
	case c.From.Attr == evidence.CategoryText:
		return 3
	case c.Kind.Base() == "model", c.Kind.Base() == "mark":
		return 4
	case c.Kind.Base() == "form", c.Kind.Base() == "hint":
		return 2
	case strings.ContainsRune(c.Fingerprint, ' '): // words of two and more words are exact
		return 2
	}
	return 1
}

// ofMaker leaves out what the designations and marks of other makers than the
// concluded one say: a form that two makers share means the product of its own.
func ofMaker(clues []Clue, maker *asset.Attribution) []Clue {
	if maker == nil {
		return clues
	}
	var wrong []string
	for i := range clues {
		c := &clues[i]
		switch c.Kind.Base() {
		case "model", "form", "mark", "hint", "part":
			if c.Aspect == evidence.Manufacturer && c.orgOf() != maker.Org {
				wrong = append(wrong, c.Fingerprint)
			}
		}
	}
	if len(wrong) == 0 {
		return clues
	}
	var out []Clue
	for i := range clues {
		if clues[i].Aspect == evidence.Manufacturer || !slices.Contains(wrong, clues[i].Fingerprint) {
			out = append(out, clues[i])
		}
	}
	return out
}

// category lets the clues vote. A vote for a node counts in part for what
// stands above it, and a more exact node wins over its own ancestors.
func (e *Engine) category(clues []Clue) *asset.CategoryValue {
	type tally struct {
		id   asset.Category
		sum  float64
		best float64
	}
	var ts []tally
	var total float64
	for i := range clues {
		c := &clues[i]
		if c.Aspect != evidence.Category {
			continue
		}
		v := c.vote()
		k := slices.IndexFunc(ts, func(t tally) bool { return t.id == asset.Category(c.Value) })
		if k < 0 {
			ts = append(ts, tally{id: asset.Category(c.Value)})
			k = len(ts) - 1
		}
		ts[k].sum += v
		ts[k].best = max(ts[k].best, v)
		total += v
	}
	if len(ts) == 0 {
		return nil
	}
	best := -1
	var top float64
	for i, t := range ts {
		s := t.sum
		for _, u := range ts {
			if e.above(u.id, t.id) { // what the ancestor got does not contradict
				if t.sum >= u.sum || !strings.HasSuffix(string(t.id), "_component") {
					s += 0.9 * u.sum
				} else { // an accessory named beside the thing
					s += 0.25 * u.sum
				}
			}
		}
		if s > top || s == top && t.id < ts[best].id {
			best, top = i, s
		}
	}
	conf := top / (total + 0.25)
	return &asset.CategoryValue{Value: ts[best].id, Confidence: math.Round(min(conf, 0.99)*100) / 100}
}

// above reports whether a stands above b in the tree.
func (e *Engine) above(a, b asset.Category) bool {
	for range 8 {
		b = e.parents[b]
		if b == "" {
			return false
		}
		if a == b {
			return true
		}
	}
	return false
}

// functions says which part of the network things of a category serve, where that is certain.
var functions = map[asset.Category]asset.Function{
	"ran": "ran", "core_network": "core", "fixed_access": "fixed_access", "transport": "transport",
	"network_management": "management", "wireless_controller": "management",
}

// function follows what was stated, else the category where it leaves no choice.
func function(clues []Clue, cat *asset.CategoryValue, parents map[asset.Category]asset.Category) *asset.Function {
	for i := range clues {
		if clues[i].Aspect == evidence.Function {
			f := asset.Function(clues[i].Value)
			return &f
		}
	}
	if cat == nil || cat.Confidence < 0.5 {
		return nil
	}
	for c, n := cat.Value, 0; c != "" && n < 8; c, n = parents[c], n+1 {
		if f, ok := functions[c]; ok {
			return &f
		}
	}
	return nil
}

// modelFirst ranks the attributes by how directly they give the designation of the whole thing.
var modelFirst = []evidence.Attr{
	evidence.ModelText, evidence.ONVIFModel, evidence.EntPhysicalModelName, evidence.UPnPModel,
	evidence.CWMPProductClass, evidence.CDPPlatform, evidence.PartNumber,
}

// model takes the designation a fingerprint read out of a text, else the value of a field that is one.
func model(clues []Clue) *string {
	best, rank := "", 1<<30
	for i := range clues {
		c := &clues[i]
		if c.Aspect != evidence.Model {
			continue
		}
		k := 10 * (len(modelFirst) - slices.Index(modelFirst, c.From.Attr))
		if a := slices.Index(modelFirst, c.From.Attr); a >= 0 {
			k = 10 * a
		} else {
			k = 200
		}
		if c.Kind.Base() == "stated" {
			k++
		}
		if k < rank || k == rank && (len(c.Value) > len(best) || len(c.Value) == len(best) && c.Value < best) {
			best, rank = c.Value, k
		}
	}
	if best == "" {
		return nil
	}
	return &best
}
