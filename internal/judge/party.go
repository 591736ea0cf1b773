package judge

import (
	"slices"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// orgSet is who counts as designated: organisation → how sure that is and through whom.
type orgSet map[org.ID]member

type member struct {
	conf law.Confidence
	via  string
}

type setKey struct {
	names string
	rel   law.Relation
	day   calendar.Date
}

// names resolves what a test calls "designated".
func (c *compiler) names(spec []string) []string {
	var out []string
	for _, s := range spec {
		switch {
		case s == "designated" && c.r.entry != nil:
			for _, id := range c.r.entry.Orgs {
				out = append(out, string(id))
			}
		case s == "designated" && strings.Contains(c.r.prov.List, "/"):
			out = append(out, c.r.prov.List)
		case s == "designated":
			out = append(out, string(c.r.reg.ID)+"/"+c.r.prov.List)
		default:
			out = append(out, s)
		}
	}
	for _, s := range out {
		if strings.Contains(s, "/") && c.e.lists[s] == nil {
			c.fail("unknown list %q", s)
		}
	}
	return out
}

func (c *compiler) relation() law.Relation {
	if c.r.prov.Relation == "" {
		return law.Named
	}
	return c.r.prov.Relation
}

// makers and providers pick the parties of the thing or part; the state says
// what their absence means.
func makers(f *frame) ([]Party, law.State) {
	if f.comp >= 0 {
		p := f.it.Components[f.comp].Makers
		return p, unknownIfNone(p)
	}
	if len(f.it.Makers) == 0 && len(f.it.Producers) == 0 && len(f.it.Providers) > 0 {
		return nil, law.NotMet // a service: its provider is asked for
	}
	return f.it.Makers, unknownIfNone(f.it.Makers)
}

func providers(f *frame) ([]Party, law.State) {
	if len(f.it.Providers) > 0 {
		return f.it.Providers, law.Met
	}
	c := f.it.Category
	service := f.s.e.cats.scope(c, []string{"telecom_service", "video_surveillance_service", "cloud_service", "security_software"}) == law.Met
	switch {
	case f.comp >= 0:
		return nil, law.NotMet
	case service && len(f.it.Makers) > 0:
		return f.it.Makers, law.Met
	case service:
		return nil, law.NotKnown
	}
	return nil, law.NotMet // a thing, not a service
}

func unknownIfNone(p []Party) law.State {
	if len(p) == 0 {
		return law.NotKnown
	}
	return law.Met
}

// party compiles a test of who somebody is.
func (c *compiler) party(fact string, spec []string, pick func(*frame) ([]Party, law.State)) check {
	names := c.names(spec)
	key, rel := strings.Join(names, ","), c.relation()
	c.r.needs.fields |= dMakers
	c.r.needs.sets = append(c.r.needs.sets, setUse{names: key, rel: rel})
	use := c.e.use(setUse{names: key, rel: rel})
	dated := fact == "manufacturer"
	base := leafInfo{key: fact + ":" + key, fact: fact, about: fact}
	if dated {
		c.r.needs.fields |= dMadeDate
	}
	unknown, noMatter := "the "+fact+" is not known", "not a matter of the "+fact
	return func(f *frame) law.State {
		in := base
		parties, st := pick(f)
		if fact == "manufacturer" && f.comp < 0 {
			if s := f.producers(key, rel); s == law.Met {
				in.reason = "responsible for a stage of its production"
				return f.leaf(law.Met, in)
			}
		}
		if len(parties) == 0 {
			if st == law.NotKnown {
				in.reason = unknown
				return f.leaf(law.NotKnown, in)
			}
			in.reason = noMatter
			return f.leaf(law.NotMet, in)
		}
		st, why, conf, linked := weigh(parties, f.s.setToday(use), f.explain)
		if st != law.Met && dated {
			st, why, conf, linked = f.madeThen(parties, key, rel, st, why, conf, linked)
		}
		in.reason = why
		if st == law.Met {
			f.used(conf)
		}
		if st == law.NotKnown && linked {
			in.fact = "" // who it is is known, how it is linked to the designated is not
			in.key += ":link"
			if strings.HasPrefix(why, "made") {
				in.fact, in.key = "acquired", "acquired:"+key
			}
		}
		return f.leaf(st, in)
	}
}

// weigh says whether the parties are in the set: the sum of those in it
// against the bars. linked is true when only the link to the designated is in doubt.
// Why is told in full only if explain.
func weigh(parties []Party, set orgSet, explain bool) (st law.State, why string, conf law.Confidence, linked bool) {
	var yes, maybe, total, most, mostDoubt float64
	var who, doubtful org.ID
	var whoIn, doubtIn member
	name := func(id org.ID, m member) string {
		if !explain {
			return ""
		}
		return through(id, m)
	}
	doubt := func() string {
		return name(doubtful, doubtIn) + ": the link is not confirmed (" + string(doubtIn.conf) + ")"
	}
	for _, p := range parties {
		total += p.Confidence
		m, in := set[p.Org]
		switch {
		case in && m.conf.Decides():
			yes += p.Confidence
			if p.Confidence > most {
				most, conf, who, whoIn = p.Confidence, m.conf, p.Org, m
			}
		case in:
			maybe += p.Confidence
			if p.Confidence > mostDoubt {
				mostDoubt, doubtful, doubtIn = p.Confidence, p.Org, m
			}
		}
	}
	rest := max(0, 1-total)
	switch {
	case yes >= Bar:
		return law.Met, name(who, whoIn), conf, false
	case yes+maybe+rest < Floor:
		return law.NotMet, "none of those it may be is designated", "", false
	case yes+maybe >= Bar:
		return law.NotKnown, doubt(), "", true
	case doubtful != "" && yes < Floor && rest < Floor:
		return law.NotKnown, doubt(), "", true
	case who != "":
		return law.NotKnown, "who it is is not sure enough: it may be " + name(who, whoIn), "", false
	}
	return law.NotKnown, "who it is is not known well enough", "", false
}

func through(id org.ID, m member) string {
	if m.via == "" {
		return string(id)
	}
	return string(id) + " (" + m.via + ")"
}

// madeThen looks at who the maker belonged to when the thing was made: what a
// company made while it was one of the designated stays theirs after it was sold.
func (f *frame) madeThen(parties []Party, key string, rel law.Relation, st law.State, why string, conf law.Confidence, linked bool) (law.State, string, law.Confidence, bool) {
	if rel == law.Named {
		return st, why, conf, linked
	}
	if d := f.date("acquired"); given(d) && d < f.s.q.AsOf {
		if then, w, c, _ := weigh(parties, f.s.set(key, rel, d), f.explain); then == law.Met {
			return law.Met, w + " when it was obtained", c, false
		}
		return st, why, conf, linked
	}
	switch f.s.q.Act {
	case law.Use, law.Fund, law.Report:
		if st != law.NotMet || given(f.it.Acquired) {
			break
		}
		if ever, w, _, _ := weigh(parties, f.s.set(key, rel, calendar.NoDate), f.explain); ever == law.Met {
			return law.NotKnown, "made by " + w + " at one time; when this was obtained is not known", "", true
		}
	}
	return st, why, conf, linked
}

// producers reports Met when somebody responsible for a stage is in the set.
func (f *frame) producers(key string, rel law.Relation) law.State {
	if len(f.it.Producers) == 0 {
		return law.NotMet
	}
	set := f.s.set(key, rel, f.s.q.AsOf)
	for _, stage := range stages {
		var parties []Party
		for _, p := range f.it.Producers {
			if p.Stage == stage {
				parties = append(parties, p.Party)
			}
		}
		if len(parties) > 0 {
			if st, _, _, _ := weigh(parties, set, false); st == law.Met {
				return law.Met
			}
		}
	}
	return law.NotMet
}

func (c *compiler) counterparty(spec []string) check {
	base := c.party("counterparty", spec, func(f *frame) ([]Party, law.State) { return f.it.Counterparty, unknownIfNone(f.it.Counterparty) })
	names := strings.Join(c.names(spec), ",")
	rel := c.relation()
	return func(f *frame) law.State {
		if len(f.it.Counterparty) > 0 && len(f.it.Controllers) > 0 {
			for _, id := range f.it.Controllers {
				m, ok := f.s.set(names, rel, f.s.q.AsOf)[id]
				if ok && m.conf.Decides() {
					f.used(m.conf)
					return f.leaf(law.Met, leafInfo{reason: "under the control of " + through(id, m), about: "counterparty"})
				}
			}
		}
		return base(f)
	}
}

func (c *compiler) consigneeOwned(percent float64) check {
	names := strings.Join(c.names([]string{"designated"}), ",")
	c.r.needs.sets = append(c.r.needs.sets, setUse{names: names, rel: law.FiftyAggregate})
	c.r.needs.fields |= dMakers
	return func(f *frame) law.State {
		in := leafInfo{key: "consignee_owners", fact: "consignee_owners", about: "consignee_owners"}
		if len(f.it.Consignee) == 0 {
			in.key, in.fact, in.reason = "consignee", "consignee", "who receives the export is not known"
			return f.leaf(law.NotKnown, in)
		}
		if st, _, _, _ := weigh(f.it.Consignee, f.s.set(names, law.Named, f.s.q.AsOf), false); st == law.Met {
			in.reason = "listed itself, not through an owner"
			return f.leaf(law.NotMet, in)
		}
		set := f.s.set(names, law.FiftyAggregate, f.s.q.AsOf)
		if f.it.ConsigneeOwners == nil {
			st, why, conf, _ := weigh(f.it.Consignee, set, f.explain)
			if st == law.Met {
				f.used(conf)
				in.reason = why
				return f.leaf(law.Met, in)
			}
			in.reason = "who owns the consignee is not known"
			return f.leaf(law.NotKnown, in)
		}
		var sure, maybe float64
		for _, o := range f.it.ConsigneeOwners {
			if m, ok := set[o.Org]; ok && m.conf.Decides() {
				sure += o.Percent
				f.used(m.conf)
			} else if ok {
				maybe += o.Percent
			}
		}
		switch {
		case sure >= percent:
			in.reason = "listed parties own enough of it in aggregate"
			return f.leaf(law.Met, in)
		case sure+maybe >= percent:
			in.fact, in.reason = "", "the listing of an owner is not confirmed"
			return f.leaf(law.NotKnown, in)
		}
		in.reason = "listed parties own less of it in aggregate"
		return f.leaf(law.NotMet, in)
	}
}

func (c *compiler) makerCountry(countries []string) check {
	key := "maker_country:" + strings.Join(countries, ",")
	c.r.needs.fields |= dMakers | dCountry
	return func(f *frame) law.State {
		in := leafInfo{key: key, fact: "manufacturer", about: "manufacturer"}
		parties := slices.Concat(f.it.Makers, f.it.Providers)
		if f.comp >= 0 {
			parties = f.it.Components[f.comp].Makers
		}
		if len(parties) == 0 {
			in.reason = "the maker is not known"
			return f.leaf(law.NotKnown, in)
		}
		var yes, open, total float64
		for _, p := range parties {
			total += p.Confidence
			switch o, ok := f.s.e.orgs.Get(p.Org); {
			case ok && slices.Contains(countries, o.Country):
				yes += p.Confidence
			case p.Org == org.Other, !ok || o.Country == "":
				open += p.Confidence
			}
		}
		rest := max(0, float64(1)-total)
		switch {
		case yes >= Bar:
			in.reason = "the maker is registered in " + strings.Join(countries, " or ")
			return f.leaf(law.Met, in)
		case yes+open+rest < Floor:
			in.reason = "the maker is registered elsewhere"
			return f.leaf(law.NotMet, in)
		case total >= Bar:
			in.fact, in.reason = "", "where the maker is registered is not known"
			return f.leaf(law.NotKnown, in)
		}
		in.reason = "who made it is not known well enough"
		return f.leaf(law.NotKnown, in)
	}
}
