package judge

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// compile turns a test into a closure. The test was checked to have exactly one field set.
func (c *compiler) compile(t *law.Test) check {
	switch {
	case t.All != nil:
		return c.join(t.All, law.Met, law.NotMet)
	case t.Any != nil:
		return c.join(t.Any, law.NotMet, law.Met)
	case t.Not != nil:
		kid := c.compile(t.Not)
		return func(f *frame) law.State {
			f.neg = !f.neg
			st := not(kid(f))
			f.neg = !f.neg
			return st
		}
	case t.Term != "":
		return c.term(t.Term)
	case t.Unconfirmed != nil:
		return c.unconfirmed(t.Unconfirmed)
	case t.MadeBy != nil:
		return c.party("manufacturer", t.MadeBy, makers)
	case t.ProvidedBy != nil:
		return c.party("provider", t.ProvidedBy, providers)
	case t.Consignee != nil:
		return c.party("consignee", t.Consignee, func(f *frame) ([]Party, law.State) { return f.it.Consignee, unknownIfNone(f.it.Consignee) })
	case t.Counterparty != nil:
		return c.counterparty(t.Counterparty)
	case t.ConsigneeOwned > 0:
		return c.consigneeOwned(t.ConsigneeOwned)
	case t.MakerCountry != nil:
		return c.makerCountry(t.MakerCountry)
	case t.Category != nil:
		return c.category(t.Category)
	case t.Function != nil:
		c.r.needs.fields |= dFunction | dCategory
		return func(f *frame) law.State { return f.function(t.Function) }
	case t.Generation != nil:
		c.r.needs.fields |= dGeneration | dCategory
		return func(f *frame) law.State { return f.generation(t.Generation) }
	case t.FundedBy != nil:
		c.r.needs.fields |= dFundedBy
		return word("funded_by", t.FundedBy, func(f *frame) string { return f.it.FundedBy })
	case t.Route != nil:
		c.r.needs.fields |= dRoute
		return word("route", t.Route, func(f *frame) string { return f.it.Route })
	case t.Purpose != nil:
		c.r.needs.fields |= dPurpose
		key := "purpose=" + strings.Join(t.Purpose, "|")
		return func(f *frame) law.State { return f.purpose(key, t.Purpose) }
	case t.ProducedAbroad != "":
		c.r.needs.fields |= dProducedIn
		return func(f *frame) law.State {
			return f.produced(func(cc string) bool { return cc != t.ProducedAbroad }, "produced outside "+t.ProducedAbroad)
		}
	case t.ProducedIn != nil:
		c.r.needs.fields |= dProducedIn
		return func(f *frame) law.State {
			return f.produced(func(cc string) bool { return slices.Contains(t.ProducedIn, cc) }, "produced in "+strings.Join(t.ProducedIn, " or "))
		}
	case t.Fact.Name != "":
		c.r.needs.fact(t.Fact.Name)
		return c.fact(&t.Fact, true)
	case t.Stated.Name != "":
		c.r.needs.fact(t.Stated.Name)
		return c.fact(&t.Stated, false)
	case t.Date != nil:
		return c.date(t.Date)
	case t.AsOf != nil:
		return func(f *frame) law.State { return f.asOf(t.AsOf) }
	case t.Component != nil:
		return c.component(t.Component)
	case t.Role != nil:
		return func(f *frame) law.State { return f.bind(t.Role, true) }
	case t.RoleUntil != nil:
		return func(f *frame) law.State { return f.roleUntil(t.RoleUntil) }
	case t.Waiver != nil:
		return func(f *frame) law.State { return f.waiver(t.Waiver) }
	case t.Approved:
		c.r.needs.fields |= dModel | dMakers
		return func(f *frame) law.State { return f.approved() }
	}
	return c.fail("a test with no condition")
}

// join evaluates all of list: neutral until one is decisive. What is unknown
// never stops it, so that every unknown that can matter is seen.
func (c *compiler) join(list []law.Test, neutral, decisive law.State) check {
	kids := make([]check, len(list))
	for i := range list {
		kids[i] = c.compile(&list[i])
	}
	return func(f *frame) law.State {
		st := neutral
		for _, kid := range kids {
			switch kid(f) {
			case decisive:
				return decisive
			case law.NotKnown:
				st = law.NotKnown
			}
		}
		return st
	}
}

func (c *compiler) term(name string) check {
	t, ok := c.e.terms[name]
	if !ok {
		return c.fail("unknown term %q", name)
	}
	if c.inTerm > 8 {
		return c.fail("term %q names itself", name)
	}
	c.inTerm++
	defer func() { c.inTerm-- }()
	return c.compile(&t.Test)
}

func (c *compiler) unconfirmed(t *law.Test) check {
	kid := c.compile(t)
	key := fmt.Sprintf("law:unconfirmed%d", len(c.r.elements))
	return func(f *frame) law.State {
		st := kid(f)
		if st != law.Met {
			return st
		}
		return f.open(key, "this condition is recalled or seen in a draft only, not confirmed")
	}
}

// word tests an item key whose values are words.
func word(key string, want []string, get func(*frame) string) check {
	label := strings.ReplaceAll(key, "_", " ")
	base := leafInfo{key: key + "=" + strings.Join(want, "|"), fact: key, about: key, reason: label + " is none of: " + strings.Join(want, ", ")}
	return func(f *frame) law.State {
		got, in := get(f), base
		switch {
		case got == "":
			in.reason = label + " is not known"
			return f.leaf(law.NotKnown, in)
		case slices.Contains(want, got):
			in.reason = label + ": " + got
			return f.leaf(law.Met, in)
		}
		return f.leaf(law.NotMet, in)
	}
}

func (f *frame) purpose(key string, want []string) law.State {
	in := leafInfo{key: key, fact: "purpose", about: "purpose"}
	if f.it.Purpose == nil {
		in.reason = "what it is used for is not known"
		return f.leaf(law.NotKnown, in)
	}
	for _, p := range f.it.Purpose {
		if slices.Contains(want, p) {
			if f.explain {
				in.reason = "used for " + strings.ReplaceAll(p, "_", " ")
			}
			return f.leaf(law.Met, in)
		}
	}
	in.reason = "answered: none of the purposes meant here applies"
	return f.leaf(law.NotMet, in)
}

var stages = []string{"design", "development", "manufacture", "assembly"}

func (f *frame) produced(hit func(country string) bool, what string) law.State {
	in := leafInfo{key: what, fact: "produced_in", about: "produced_in"}
	all := f.it.ProducedIn[""] != ""
	for _, cc := range f.it.ProducedIn {
		if hit(cc) {
			in.reason = what
			return f.leaf(law.Met, in)
		}
	}
	if !all {
		all = true
		for _, s := range stages {
			all = all && f.it.ProducedIn[s] != ""
		}
	}
	if !all {
		in.reason = "the country of every stage of production is not known"
		return f.leaf(law.NotKnown, in)
	}
	in.reason = "no stage of production is " + what
	return f.leaf(law.NotMet, in)
}

// value looks a fact up: on the part, on the item, among the operator's answers.
func (f *frame) value(name string) law.Value {
	if f.comp >= 0 {
		if v := f.it.Components[f.comp].Facts[name]; v.Known() {
			return v
		}
	}
	if v := f.it.Facts[name]; v.Known() {
		return v
	}
	if f.s.q.Profile != nil {
		return f.s.q.Profile.Answers[name]
	}
	return law.Value{}
}

// fact compiles a test of a fact; ask is false where silence means not met.
func (c *compiler) fact(t *law.FactTest, ask bool) check {
	label := strings.ReplaceAll(t.Name, "_", " ")
	base := leafInfo{key: "fact:" + t.Name + t.Suffix(), fact: t.Name, about: t.Name, answer: true}
	silent := label + ": not answered"
	if w, ok := c.e.rb.Vocabulary.Fact(t.Name); ok && w.OpenLaw {
		silent = "an open point of law: " + w.Question
	}
	return func(f *frame) law.State {
		v, in := f.value(t.Name), base
		if !v.Known() {
			in.reason = silent
			if !ask {
				in.answer = false
				return f.leaf(law.NotMet, in)
			}
			return f.leaf(law.NotKnown, in)
		}
		ok := fits(t, v, f.s.q.AsOf)
		if f.explain {
			in.reason = label + ": stated, " + map[bool]string{true: "as the element needs", false: "not as the element needs"}[ok]
			if v.Kind == law.BoolValue {
				in.reason = label + ": " + map[bool]string{true: "yes", false: "no"}[v.B]
			}
		}
		return f.leaf(state(ok), in)
	}
}

func fits(t *law.FactTest, v law.Value, asOf calendar.Date) bool {
	switch {
	case t.Over != nil:
		return v.N > *t.Over
	case t.AtLeast != nil:
		return v.N >= *t.AtLeast
	case t.OneOf != nil:
		return slices.Contains(t.OneOf, v.String())
	case t.NotAfter:
		return v.Kind == law.DateValue && v.D <= asOf
	}
	return v.Kind == law.BoolValue && v.B == (t.Is == nil || *t.Is)
}

func state(ok bool) law.State {
	if ok {
		return law.Met
	}
	return law.NotMet
}

func (f *frame) asOf(t *law.AsOfTest) law.State {
	d := f.s.q.AsOf
	ok := d >= t.From && (t.Before == 0 || d < t.Before)
	if ok {
		f.used(t.Confidence)
	}
	if !f.explain && t.Confidence.Decides() {
		return state(ok)
	}
	reason := "the day asked about is"
	if t.From != 0 {
		reason += " from " + t.From.String()
	}
	if t.Before != 0 {
		reason += " before " + t.Before.String()
	}
	if !ok {
		reason = strings.Replace(reason, " is", " is not", 1)
	}
	if ok && !t.Confidence.Decides() {
		return f.open("law:asof"+t.From.String(), reason+", not confirmed")
	}
	return f.leaf(state(ok), leafInfo{reason: reason, about: "law"})
}

// component is met when one part meets the test.
func (c *compiler) component(t *law.ComponentTest) check {
	c.r.needs.fields |= dComponents
	kid := check(func(f *frame) law.State { return law.Met })
	if t.Test != nil {
		kid = c.compile(t.Test)
	}
	return func(f *frame) law.State {
		if f.comp >= 0 {
			return law.NotMet
		}
		st, looked := law.NotMet, 0
		for i := range f.it.Components {
			if len(t.Kinds) > 0 && !slices.Contains(t.Kinds, string(f.it.Components[i].Kind)) {
				continue
			}
			looked++
			f.comp = i
			got := kid(f)
			f.comp = -1
			if got == law.Met {
				f.metComp = i
				return law.Met
			}
			if got == law.NotKnown {
				st = law.NotKnown
				if f.metComp < 0 {
					f.metComp = i
				}
			}
		}
		if looked == 0 {
			return f.leaf(law.NotMet, leafInfo{reason: "no such part was seen in it", about: "components"})
		}
		return st
	}
}
