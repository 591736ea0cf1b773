package attribute

import (
	"regexp"
	"sync"

	"telltale/internal/evidence"
)

// lead is a relation that waits until models and dates of the thing are known.
type lead struct {
	p     proto
	o     *evidence.Observation
	under []string
}

// relate adds the leads whose scope fits. A relation is a lead, never proof;
// with a model pattern it needs a model that fits, and a date outside its
// bounds rules it out.
func (g *gather) relate() {
	for _, l := range g.leads {
		r := l.p.rel
		if r.Model != "" && !g.fits(r.Model) {
			continue
		}
		if g.date != "" && (r.From != "" && g.date < r.From || r.To != "" && g.date >= r.To) {
			continue
		}
		p := l.p
		if r.Whole {
			if g.date == "" && (r.To < inService || r.Brief) {
				continue
			}
			p.kind = kindOf("undated", p.class)
			if g.date != "" { // made while it was a part: the name is the label only
				p.kind = kindOf("dated", p.class)
				p.under = l.under
			} else {
				g.undated = "find the date of making: " + r.Why
			}
			p.weight = g.e.facts.Weights.weight(p.kind, p.fingerprint, p.aspect, p.value)
		}
		g.add(p, l.o)
	}
}

// inService is how old goods without a date are thought to be at most: a firm
// that changed hands before leaves no doubt on what is used today.
const inService = "2015-01-01"

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
