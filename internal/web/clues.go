package web

import (
	"cmp"
	"math"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/report"
)

// clue is one claim as drawn: how much it weighs, for whom, and the raw values it rests on.
type clue struct {
	evidence.Claim
	// For is true when it speaks for the conclusion.
	For bool
	// Bar is the length of its bar in 0..200.
	Bar int
	Raw []finding.Observation
}

// maker is a conclusion about an organisation with the clues for and against.
type maker struct {
	Title string
	*asset.Attribution
	Clues []clue
	// Why is the reason when nothing is concluded.
	Why string
}

// cluesAtOnce is how many clues for a conclusion are shown at once; those against it always are.
const cluesAtOnce = 6

// First are the clues shown at once, Rest the lighter ones that say the same.
func (m maker) First() []clue { first, _ := m.split(); return first }

func (m maker) Rest() []clue { _, rest := m.split(); return rest }

func (m maker) split() (first, rest []clue) {
	speaking := 0
	for _, c := range m.Clues {
		if c.For {
			speaking++
		}
		if c.For && speaking > cluesAtOnce {
			rest = append(rest, c)
		} else {
			first = append(first, c)
		}
	}
	if len(rest) == 1 { // folding one away saves nothing
		return m.Clues, nil
	}
	return first, rest
}

// fullBar is the weight in decibans that fills a bar.
const fullBar = 40

// clues collects the claims on one aspect of one subject, the heaviest first; winner is empty where nothing is concluded,
// and each then speaks for whom it names.
func clues(x *report.Explanation, subject string, aspect evidence.Aspect, winner string) []clue {
	var out []clue
	for _, c := range x.Claims {
		if c.Subject != subject || c.Aspect != aspect {
			continue
		}
		k := clue{Claim: c, For: (winner == "" || c.Value == winner) == (c.Decibans >= 0), Bar: max(2, min(200, int(math.Abs(c.Decibans)*200/fullBar)))}
		for _, id := range c.From {
			if o, ok := x.Observations[id]; ok {
				k.Raw = append(k.Raw, o)
			}
		}
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b clue) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Decibans), math.Abs(a.Decibans)), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return out
}

// makerOf and brandOf are the conclusions on an asset with their clues.
func makerOf(x *report.Explanation) maker {
	return conclusion(x, "Maker", x.Asset.ID, evidence.Manufacturer, x.Asset.Manufacturer, x.Asset.Unknown["manufacturer"])
}

func brandOf(x *report.Explanation) maker {
	return conclusion(x, "Brand on the label", x.Asset.ID, evidence.Brand, x.Asset.Brand, x.Asset.Unknown["brand"])
}

func conclusion(x *report.Explanation, title, subject string, aspect evidence.Aspect, a *asset.Attribution, why string) maker {
	m := maker{Title: title, Attribution: a, Why: why}
	winner := ""
	if a != nil {
		winner = string(a.Org)
	}
	m.Clues = clues(x, subject, aspect, winner)
	return m
}

// partMaker is the conclusion on a component.
func partMaker(x *report.Explanation, c *asset.Component) maker {
	return conclusion(x, "Maker", c.ID, evidence.Manufacturer, c.Manufacturer, "")
}
