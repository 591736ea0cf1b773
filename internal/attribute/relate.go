package attribute

import (
	"regexp"
	"sync"

	"telltale/internal/evidence"
	"telltale/internal/org"
)

// houseBrand reports whether goods of a brand are known to be made by others
// in general, so that the name on the label says little of the maker.
func (e *Engine) houseBrand(id org.ID) bool {
	if e.facts.Orgs == nil {
		return false
	}
	for _, r := range e.facts.Orgs.MadeFor(id) {
		if r.Model == "" && r.To == "" {
			return true
		}
	}
	return false
}

// relate adds the leads that known relations between brand and maker give. A
// relation is a lead, never proof; with a model pattern it needs a model that
// fits, and a date outside its bounds rules it out.
func (g *gather) relate() {
	if g.e.facts.Orgs == nil {
		return
	}
	n := len(g.clues)
	for i := 0; i < n; i++ {
		c := g.clues[i]
		if c.Aspect != evidence.Brand {
			continue
		}
		for _, r := range g.e.facts.Orgs.MadeFor(c.orgOf()) {
			k := Kind("lead:listing")
			if r.Model != "" {
				if !g.fits(r.Model) {
					continue
				}
				k = "oem:listing"
			}
			if g.date != "" && (r.From != "" && g.date < r.From || r.To != "" && g.date >= r.To) {
				continue
			}
			p := []proto{{
				aspect: evidence.Manufacturer, value: string(r.Maker), kind: k, class: evidence.ClassListing,
				fingerprint: "relation/" + string(r.Brand) + "/" + string(r.Maker), why: r.Why,
			}}
			g.add(g.e.weigh(p)[0], c.From)
		}
	}
}

var modelPatterns sync.Map // expression → *regexp.Regexp, nil when it is not RE2

func (g *gather) fits(expr string) bool {
	v, ok := modelPatterns.Load(expr)
	if !ok {
		re, err := regexp.Compile(expr)
		if err != nil {
			re = nil
		}
		v, _ = modelPatterns.LoadOrStore(expr, re)
	}
	re := v.(*regexp.Regexp)
	if re == nil {
		return false
	}
	for _, m := range g.models {
		if re.MatchString(m) {
			return true
		}
	}
	return false
}
