package judge

import (
	"slices"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// deps is what a rule can see of an item.
type deps struct {
	fields field
	facts  []string
	sets   []setUse
	dates  map[string][]calendar.Date // thresholds of each item date
}

// setUse is one use of a set of organisations.
type setUse struct {
	names string
	rel   law.Relation
}

type field uint32

const (
	dMakers field = 1 << iota
	dCountry
	dMadeDate
	dCategory
	dFunction
	dGeneration
	dFundedBy
	dRoute
	dPurpose
	dProducedIn
	dComponents
	dModel
)

func (d *deps) fact(name string) {
	if !slices.Contains(d.facts, name) {
		d.facts = append(d.facts, name)
	}
}

func (d *deps) date(t *law.DateTest) {
	if d.dates == nil {
		d.dates = map[string][]calendar.Date{}
	}
	for _, at := range []calendar.Date{t.From, t.Before, t.Until + 1} {
		if at > 1 {
			d.dates[t.Of] = append(d.dates[t.Of], at)
		}
	}
}

// lens is what the active rules of a session can see together.
type lens struct{}

func (s *Session) newLens() lens { return lens{} }
