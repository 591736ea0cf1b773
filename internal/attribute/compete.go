package attribute

import (
	"cmp"
	"math"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// share is how much of the weight of a further, different kind of clue counts
// within one class: they come from one hand and are not independent.
const share = 0.4

// runner is one candidate in the competition.
type runner struct {
	who     org.ID
	score   float64 // decibans over "some other maker"
	classes int     // classes that speak for it with some strength
	label   bool    // the label only: another clue shows who makes goods of this name
	sole    bool    // registered numbers of one sort, or forms that others share, are all it has
}

// compete weighs the clues of one organisation aspect against each other and
// returns the distribution, greatest first; nil when no clue speaks.
//
// A candidate's score is its prior plus, for each evidence class, its strongest
// clue and a share of the other kinds. Candidates without any clue stay
// together with org.Other at 0 decibans.
func (e *Engine) compete(clues []Clue, about evidence.Aspect) []Candidate {
	return e.facts.Weights.Compete(clues, about)
}

// Compete is the competition for clues as they are weighed; clues of the aspect come heaviest first.
func (w *Weights) Compete(clues []Clue, about evidence.Aspect) []Candidate {
	rs := w.runners(clues, about)
	if len(rs) == 0 {
		return nil
	}
	scale := w.Scale
	if scale == 0 {
		scale = 1
	}
	other, sum := 0.0, 0.0
	for _, r := range rs {
		if r.who == org.Other {
			other = r.score
		}
	}
	p := make([]float64, len(rs))
	for i, r := range rs {
		if r.who != org.Other {
			p[i] = odds(scale * r.score)
			sum += p[i]
		}
	}
	rest := odds(scale * other)
	sum += rest
	out := make([]Candidate, 0, len(rs)+1)
	left := 1.0
	for i, r := range rs {
		if r.who == org.Other {
			continue
		}
		c := min(p[i]/sum, most)
		if r.sole {
			c = min(c, soleCap)
		}
		c = math.Round(c*1e4) / 1e4
		left -= c
		out = append(out, Candidate{r.who, c})
	}
	out = append(out, Candidate{org.Other, math.Round(max(left, 0)*1e4) / 1e4})
	slices.SortFunc(out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(a.Org, b.Org))
	})
	return out
}

// runners sums the clues of each candidate. Clues come heaviest first.
func (w *Weights) runners(clues []Clue, about evidence.Aspect) []runner {
	var rs []runner
	var labels []string // names on the label only
	if about == evidence.Manufacturer {
		for i := range clues {
			for _, u := range clues[i].Under {
				if clues[i].Aspect == about && u != clues[i].Value {
					labels = append(labels, u)
				}
			}
		}
	}
	prior := w.prior()
	limit := db(w.makers()) + classCap
	for i := range clues {
		if clues[i].Aspect != about || slices.ContainsFunc(rs, func(r runner) bool { return r.who == clues[i].orgOf() }) {
			continue
		}
		r := runner{who: clues[i].orgOf(), score: prior, sole: true}
		if r.who == org.Other {
			r.score = 0
		}
		r.label = slices.Contains(labels, string(r.who))
		r.sum(clues[i:], about, limit, -prior)
		rs = append(rs, r)
	}
	return rs
}

// sum adds the classes of one candidate.
func (r *runner) sum(clues []Clue, about evidence.Aspect, limit, even float64) {
	var classes [4]evidence.Class
	var sums [4]float64
	var kinds [4][4]Kind
	n, number := 0, ""
	for i := range clues {
		c := &clues[i]
		if c.Aspect != about || c.orgOf() != r.who {
			continue
		}
		if r.label && c.Kind.onLabel() {
			continue
		}
		if origin := c.Kind.origin(); !c.Kind.alone() || number != "" && number != origin {
			r.sole = false
		} else {
			number = origin
		}
		k := 0
		for k < n && classes[k] != c.Class {
			k++
		}
		if k == len(classes) {
			continue // four classes speak already
		}
		if k == n {
			classes[n], sums[n], kinds[n][0] = c.Class, min(c.Decibans, limit), c.Kind
			n++
			if c.Decibans >= even {
				r.classes++
			}
			continue
		}
		for j := range kinds[k] {
			if kinds[k][j] == c.Kind {
				break
			}
			if kinds[k][j] == "" {
				kinds[k][j] = c.Kind
				sums[k] += share * max(0, c.Decibans-even) // what it says beyond its prior
				break
			}
		}
	}
	for k := range n {
		r.score += sums[k]
	}
}

// onLabel reports whether clues of a kind tell the name on the label when
// something else shows that the goods are made by another: names, and numbers
// that the owner of a brand registers for all its goods.
func (k Kind) onLabel() bool {
	switch k.Base() {
	case "name", "trade", "field", "board", "hint", "form", "model":
		return true
	}
	return k.registered()
}

// lead reports whether a clue rests on a relation between brand and maker alone.
func (k Kind) lead() bool {
	switch k.Base() {
	case "lead", "oem", "dated", "undated":
		return true
	}
	return false
}

// alone reports whether clues of a kind, with nothing beside them, never reach
// the bar of the law: numbers anybody can write, forms that several makers use.
func (k Kind) alone() bool { return k.registered() || k.origin() == "form" }

// origin names where a registered number comes from: the enterprise number is
// the same claim in sysObjectID, in the agent's own objects and in the engine ID.
// Shared forms, and what is only known of a brand, are one origin.
func (k Kind) origin() string {
	switch b := k.Base(); {
	case b == "pen" || b == "arc" || b == "engine":
		return "pen"
	case k.ofPON():
		return "number"
	case b == "form" || b == "hint" || b == "weak" || b == "trade" || b == "port" || b == "lead":
		return "form"
	default:
		return b
	}
}

// attribution names the leading candidate when it passes the bar.
func attribution(cs []Candidate, clues []Clue) *asset.Attribution {
	if len(cs) == 0 || cs[0].Org == org.Other || cs[0].Confidence < Named {
		return nil
	}
	return &asset.Attribution{Org: cs[0].Org, Confidence: cs[0].Confidence, Wording: wording(cs[0].Org, clues, evidence.Manufacturer)}
}

// strong is the weight from which a clue alone would name its maker more likely right than wrong.
const strong = 24

// wording says no more than the evidence: shown needs two classes that each
// speak with some strength, indicated one strong clue.
func wording(who org.ID, clues []Clue, about evidence.Aspect) evidence.Wording {
	var classes []evidence.Class
	var top float64
	for i := range clues {
		c := &clues[i]
		if c.Aspect != about || c.orgOf() != who {
			continue
		}
		if c.Kind.lead() {
			continue // what is known of a brand corroborates, it shows nothing
		}
		switch c.Kind.Base() {
		case "form", "hint", "weak", "trade", "port", "shape":
		default:
			top = max(top, c.Decibans)
		}
		if c.Decibans >= strong && !slices.Contains(classes, c.Class) {
			classes = append(classes, c.Class)
		}
	}
	switch {
	case len(classes) >= 2:
		return evidence.Shown
	case top >= strong+6:
		return evidence.Indicated
	}
	return evidence.ConsistentWith
}

// brand names what stands on the label: what the thing or its register calls it.
// A name stated as the label outweighs one in another field, and that one names
// that merely stand in its texts.
func (e *Engine) brand(clues []Clue) *asset.Attribution {
	for _, label := range []func(Clue) bool{stated, labelled} {
		if slices.ContainsFunc(clues, label) {
			clues = slices.DeleteFunc(slices.Clone(clues), func(c Clue) bool { return !label(c) })
			break
		}
	}
	return attributionOf(e.compete(clues, evidence.Brand), clues, evidence.Brand)
}

// withLabels adds what names and numbers say that the competition for the maker
// set aside: goods of this maker are sold under their owner's name, so they tell the label.
func withLabels(clues []Clue, maker *asset.Attribution) []Clue {
	if maker == nil {
		return clues
	}
	var under []string
	for i := range clues {
		if c := &clues[i]; c.Aspect == evidence.Manufacturer && c.orgOf() == maker.Org {
			under = append(under, c.Under...)
		}
	}
	out := clues
	for i := range clues {
		if c := clues[i]; c.Aspect == evidence.Manufacturer && c.Kind.registered() && c.orgOf() != maker.Org && slices.Contains(under, c.Value) {
			c.Aspect = evidence.Brand
			out = append(slices.Clip(out), c)
		}
	}
	if len(out) > len(clues) {
		sortClues(out)
	}
	return out
}

// stated reports whether a clue is the label as somebody read it.
func stated(c Clue) bool { return c.Aspect == evidence.Brand && c.From.Attr == evidence.BrandText }

// labelled reports whether a clue tells the label itself.
func labelled(c Clue) bool { return c.Aspect == evidence.Brand && c.Kind.Base() != "name" }

func attributionOf(cs []Candidate, clues []Clue, about evidence.Aspect) *asset.Attribution {
	if len(cs) == 0 || cs[0].Org == org.Other || cs[0].Confidence < Named {
		return nil
	}
	return &asset.Attribution{Org: cs[0].Org, Confidence: cs[0].Confidence, Wording: wording(cs[0].Org, clues, about)}
}

// relabelled is true only when a device itself, and not a list somebody typed,
// shows a maker other than the name on the label.
func relabelled(r *Result) bool {
	if r.Manufacturer == nil || r.Manufacturer.Confidence < Met {
		return false
	}
	if r.BrandText == "" && (r.Brand == nil || r.Manufacturer.Org == r.Brand.Org) {
		return false
	}
	for i := range r.Clues {
		c := &r.Clues[i]
		if c.Aspect == evidence.Manufacturer && c.orgOf() == r.Manufacturer.Org && c.Class != evidence.ClassListing &&
			c.Class != evidence.ClassBOM && c.Decibans >= strong && !c.Kind.lead() {
			return true
		}
	}
	return false
}
