package pipeline

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/calendar"
	"telltale/internal/judge"
	"telltale/internal/law"
	"telltale/internal/org"
)

// legal is a thing as the law sees it, and which part of the asset each of its components is.
type legal struct {
	judge.Item
	parts []int // judge component → index in asset.Components
}

// item makes the legal view of an asset: what was concluded, stated and answered.
// A maker that nobody named is not known: candidates below the bar clear nobody.
func (j *judgement) item(a *asset.Asset, m *merged, r *attribute.Result) *legal {
	it := &legal{Item: judge.Item{Kind: m.kind}}
	if a.Model != nil {
		it.Model = *a.Model
	}
	if a.Category != nil {
		it.Category = a.Category.Value
	}
	if a.Function != nil {
		it.Function = *a.Function
	}
	if a.Brand != nil {
		it.Brand = string(a.Brand.Org)
	}
	if a.Manufacturer != nil {
		it.Makers = parties(r.Candidates)
	}
	switch m.kind {
	case asset.Service, asset.Software, asset.Contract, asset.Party:
		it.Providers = parties(r.Operators)
		if it.Providers == nil {
			it.Providers = it.Makers
		}
	}
	for _, p := range r.Producers {
		it.Producers = append(it.Producers, judge.StageParty{Party: judge.Party{Org: p.Org, Confidence: p.Confidence}, Stage: p.Stage})
	}
	for _, p := range r.ProducedIn {
		it.produced(p.Stage, p.Country)
	}
	for k, v := range m.facts {
		j.state(&it.Item, k, v)
	}
	if len(j.answers) > 0 {
		j.answerAll(it, a.ID)
	}
	j.components(it, a, r)
	return it
}

func (it *legal) produced(stage, country string) {
	if it.ProducedIn == nil {
		it.ProducedIn = map[string]string{}
	}
	it.ProducedIn[stage] = country
}

func parties(cs []attribute.Candidate) []judge.Party {
	var ps []judge.Party
	for _, c := range cs {
		if c.Confidence >= 0.0005 { // what is smaller decides nothing and would only split groups
			ps = append(ps, judge.Party{Org: c.Org, Confidence: c.Confidence})
		}
	}
	return ps
}

// components adds the parts somebody else made: those of the host's own maker say nothing new.
func (j *judgement) components(it *legal, a *asset.Asset, r *attribute.Result) {
	for i := range r.Components {
		c := &r.Components[i]
		if c.Manufacturer == nil || a.Manufacturer != nil && a.Manufacturer.Org == c.Manufacturer.Org {
			continue
		}
		part := judge.Component{Kind: c.Kind, Makers: parties(c.Candidates)}
		for k, v := range j.answers {
			if k.scope == OfComponent && k.id == c.ID {
				if part.Facts == nil {
					part.Facts = map[string]law.Value{}
				}
				if x, err := j.k.Rules.Vocabulary.ParseValue(k.fact, v); err == nil {
					part.Facts[k.fact] = x
				}
			}
		}
		it.Components = append(it.Components, part)
		it.parts = append(it.parts, i)
	}
}

func (j *judgement) answerAll(it *legal, id string) {
	for k, v := range j.answers {
		if k.scope != OfAsset || k.id != id {
			continue
		}
		switch k.fact {
		case "manufacturer":
			it.Makers = judge.Sure(org.ID(v))
		case "provider":
			it.Providers = judge.Sure(org.ID(v))
		default:
			j.state(&it.Item, k.fact, v)
		}
	}
}

// state sets one fact of the item from its text. Texts that contradict each
// other (joined by ", ") or cannot be read leave the fact not known: it is asked.
func (j *judgement) state(it *judge.Item, name, text string) {
	switch name {
	case "site", "order", "status":
		return
	case "purpose":
		it.Purpose = strings.Split(text, ", ")
	case "produced_in":
		for _, p := range strings.Split(text, ", ") {
			stage, country, ok := strings.Cut(p, ":")
			if !ok {
				stage, country = "", p
			}
			if it.ProducedIn == nil {
				it.ProducedIn = map[string]string{}
			}
			it.ProducedIn[stage] = country
		}
	case "funded_by":
		it.FundedBy = one(text)
	case "route":
		it.Route = one(text)
	case "generation":
		it.Generation = one(text)
	case "category":
		it.Category = asset.Category(one(text))
	case "function":
		if f := functionOf(text); f != "" {
			it.Function = f
		}
	case "model":
		it.Model = one(text)
	case "acquired", "installed", "removed", "authorised_on", "application_filed", "discovered", "first_report", "contract_first_signed":
		if d, err := calendar.Parse(one(text)); err == nil {
			*itemDate(it, name) = d
		}
	default:
		v, err := j.k.Rules.Vocabulary.ParseValue(name, text)
		if err != nil {
			return
		}
		if it.Facts == nil {
			it.Facts = map[string]law.Value{}
		}
		it.Facts[name] = v
	}
}

func itemDate(it *judge.Item, name string) *calendar.Date {
	switch name {
	case "acquired":
		return &it.Acquired
	case "installed":
		return &it.Installed
	case "removed":
		return &it.Removed
	case "authorised_on":
		return &it.AuthorisedOn
	case "application_filed":
		return &it.ApplicationFiled
	case "discovered":
		return &it.Discovered
	case "first_report":
		return &it.FirstReport
	}
	return &it.ContractFirstSigned
}

// one returns a text that stands alone, nothing when several contradict each other.
func one(text string) string {
	if strings.Contains(text, ", ") {
		return ""
	}
	return text
}
