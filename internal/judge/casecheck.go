package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"telltale/internal/law"
	"telltale/internal/org"
)

// verdicts are the words a case may expect.
var verdicts = []law.Verdict{law.Prohibited, law.Restricted, law.Undetermined, law.Permitted, law.NotBound}

// fault says in one line what makes a case impossible to judge: a word that
// nothing knows would pass or fail for the wrong reason. Empty: nothing.
func (c *Case) fault(e *Engine, orgs Orgs) string {
	for _, check := range []func(*Engine, Orgs) error{c.expectKnown, c.orgsKnown, c.profileKnown, c.itemKnown, c.factsKnown} {
		if err := check(e, orgs); err != nil {
			return err.Error()
		}
	}
	return ""
}

func (c *Case) expectKnown(e *Engine, _ Orgs) error {
	x := &c.Expect
	reg, ok := e.regimes[x.Regime]
	if !ok {
		return fmt.Errorf("no regime %q: `telltale law list` names them", x.Regime)
	}
	if x.Provision != "" && !slices.ContainsFunc(reg.Provisions, func(p law.Provision) bool { return string(p.ID) == x.Provision }) {
		return fmt.Errorf("regime %s has no provision %q: `telltale law show %s` lists them", x.Regime, x.Provision, x.Regime)
	}
	if x.Entry != "" && !slices.ContainsFunc(e.rb.Regimes, func(r law.Regime) bool {
		return slices.ContainsFunc(r.Entries, func(y law.Entry) bool { return y.ID == x.Entry })
	}) {
		return fmt.Errorf("no list has the entry %q: `telltale law show us-fcc-covered-list` shows those there are", x.Entry)
	}
	for _, v := range append([]law.Verdict{x.Verdict}, x.Accept...) {
		if !slices.Contains(verdicts, v) {
			return fmt.Errorf("verdict %q: want one of %v", v, verdicts)
		}
	}
	if !slices.Contains(law.Acts, c.Act) {
		return fmt.Errorf("act %q: want one of %v", c.Act, law.Acts)
	}
	if !given(c.AsOf) {
		return fmt.Errorf("no as_of: give the day that is asked about")
	}
	if _, ok := e.rb.Vocabulary.Fact(x.Question.Fact); x.Question.Fact != "" && !ok {
		return fmt.Errorf("question.fact %q is not in the vocabulary: `telltale law show vocabulary`", x.Question.Fact)
	}
	return nil
}

func (c *Case) orgsKnown(_ *Engine, orgs Orgs) error {
	for _, id := range c.Item.orgs() {
		if !orgs.Known(id) && !org.IsTest(id) {
			return fmt.Errorf("unknown organisation %q: use an ID of data/organisation, or acme_... for an invented one", id)
		}
	}
	return nil
}

func (c *Case) profileKnown(e *Engine, _ Orgs) error {
	v := &e.rb.Vocabulary
	for _, r := range c.Profile.Roles {
		if !v.HasRole(r.Role) {
			return fmt.Errorf("role %q is not in the vocabulary: `telltale law show vocabulary` lists the roles", r.Role)
		}
		if err := oneOf("programme", v.Programmes, r.Programme); err != nil {
			return err
		}
		if r.Waiver != nil {
			if err := oneOf("waiver.by", v.WaiverBy, r.Waiver.By); err != nil {
				return err
			}
		}
		if given(r.From) && given(r.To) && r.To < r.From {
			return fmt.Errorf("role %s ends %s before it begins %s", r.Role, r.To, r.From)
		}
	}
	return nil
}

func (c *Case) itemKnown(e *Engine, _ Orgs) error {
	v, it := &e.rb.Vocabulary, &c.Item
	words := []struct {
		key    string
		of     []string
		values []string
	}{
		{"function", v.Functions, []string{string(it.Function)}},
		{"generation", v.Generations, []string{it.Generation}},
		{"route", v.Routes, []string{it.Route}},
		{"funded_by", v.Money, []string{it.FundedBy}},
		{"purpose", v.Purposes, it.Purpose},
		{"produced_in stage", stages, slices.Sorted(maps.Keys(it.ProducedIn))},
	}
	for _, w := range words {
		if err := oneOf(w.key, w.of, w.values...); err != nil {
			return err
		}
	}
	for _, k := range append([]ComponentSpec{{Category: it.Category}}, it.Components...) {
		if k.Category != "" && !e.cats.has(k.Category) {
			return fmt.Errorf("category %q is not known: data/category.yaml lists them", k.Category)
		}
	}
	for stage, country := range it.ProducedIn {
		if len(country) != 2 || country != strings.ToUpper(country) {
			return fmt.Errorf("produced_in %s %q: use ISO 3166 alpha-2 in upper case", stage, country)
		}
	}
	return nil
}

func (c *Case) factsKnown(e *Engine, _ Orgs) error {
	facts := []map[string]law.Value{c.Item.Facts}
	for i := range c.Item.Components {
		facts = append(facts, c.Item.Components[i].Facts)
	}
	for _, m := range facts {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			val := m[k]
			if _, err := e.rb.Vocabulary.ParseValue(k, val.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

// oneOf says which of the values is no word of the vocabulary; empty ones are not given.
func oneOf(key string, words []string, values ...string) error {
	for _, v := range values {
		if v != "" && !slices.Contains(words, v) {
			return fmt.Errorf("%s %q: want one of %s", key, v, strings.Join(words, ", "))
		}
	}
	return nil
}
