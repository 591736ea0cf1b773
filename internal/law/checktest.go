package law

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/org"
)

// itemDates are the dates of an item a test may ask for.
var itemDates = []string{"acquired", "installed", "removed", "authorised_on", "application_filed", "discovered", "first_report", "contract_first_signed"}

// test checks one test and those below it. p is the provision it stands in, nil in terms and entries.
func (c *checker) test(path string, t *Test, p *Provision) {
	if n := t.conditions(); n != 1 {
		c.bad(path, "write exactly one condition; join several with all or any", "a test with %d conditions", n)
		return
	}
	c.each(path, "all", t.All, p)
	c.each(path, "any", t.Any, p)
	for name, kid := range map[string]*Test{"not": t.Not, "unconfirmed": t.Unconfirmed} {
		if kid != nil {
			c.test(path+"."+name, kid, p)
		}
	}
	v := &c.rb.Vocabulary
	if t.Term != "" && !slices.ContainsFunc(c.rb.Terms, func(x Term) bool { return x.ID == t.Term }) {
		c.bad(path+".term", "name a term of data/law/term", "term %q is not known", t.Term)
	}
	c.who(path+".made_by", t.MadeBy, p)
	c.who(path+".provided_by", t.ProvidedBy, p)
	c.who(path+".consignee", t.Consignee, p)
	c.who(path+".counterparty", t.Counterparty, p)
	c.words(path+".category", t.Category, c.cats, "a category of data/category.yaml")
	c.in(path+".function", t.Function, v.Functions)
	c.in(path+".generation", t.Generation, v.Generations)
	c.in(path+".funded_by", t.FundedBy, v.Money)
	c.in(path+".route", t.Route, v.Routes)
	c.in(path+".purpose", t.Purpose, v.Purposes)
	c.countries(path, t)
	for name, f := range map[string]FactTest{"fact": t.Fact, "stated": t.Stated} {
		if f.Name != "" {
			c.fact(path+"."+name, f.Name)
		}
	}
	if d := t.Date; d != nil {
		if !slices.Contains(itemDates, d.Of) {
			c.bad(path+".date", "use one of "+strings.Join(itemDates, ", "), "date %q is not known", d.Of)
		}
		c.order(path+".date", d.From, d.Before, "before")
	}
	if a := t.AsOf; a != nil {
		c.order(path+".as_of", a.From, a.Before, "before")
	}
	if k := t.Component; k != nil && k.Test != nil {
		c.test(path+".component.test", k.Test, p)
	}
	if t.Role != nil {
		c.bind(path+".role", t.Role)
	}
	if t.RoleUntil != nil && !v.HasRole(t.RoleUntil.Role) {
		c.bad(path+".role_until", "use a role of data/law/vocabulary.yaml", "role %q is not known", t.RoleUntil.Role)
	}
	if t.Waiver != nil {
		c.in(path+".waiver.by", t.Waiver.By, v.WaiverBy)
	}
}

func (c *checker) each(path, name string, list []Test, p *Provision) {
	for i := range list {
		c.test(fmt.Sprintf("%s.%s[%d]", path, name, i), &list[i], p)
	}
}

func (c *checker) who(path string, list []string, p *Provision) {
	for i, w := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case w == "designated":
			if p != nil && p.List == "" && p.Entries == nil {
				c.bad(at, "add list: to the provision", "designated, but the provision names no list")
			}
		case strings.Contains(w, "/"):
			if !c.hasList(nil, w) {
				c.bad(at, "name <regime>/<list>", "unknown list %q", w)
			}
		default:
			c.org(at, org.ID(w))
		}
	}
}

func (c *checker) countries(path string, t *Test) {
	for _, cc := range slices.Concat(t.MakerCountry, t.ProducedIn, []string{t.ProducedAbroad}) {
		if cc != "" && (len(cc) != 2 || cc != strings.ToUpper(cc)) {
			c.bad(path, "use ISO 3166 alpha-2 in upper case", "country %q", cc)
		}
	}
}

// conditions counts the fields that are set.
func (t *Test) conditions() int {
	n := 0
	for _, set := range []bool{
		t.All != nil, t.Any != nil, t.Not != nil, t.Term != "", t.Unconfirmed != nil, t.MadeBy != nil, t.ProvidedBy != nil,
		t.MakerCountry != nil, t.Category != nil, t.Function != nil, t.Generation != nil, t.FundedBy != nil, t.Route != nil,
		t.Purpose != nil, t.ProducedAbroad != "", t.ProducedIn != nil, t.Fact.Name != "", t.Stated.Name != "", t.Date != nil,
		t.AsOf != nil, t.Component != nil, t.Role != nil, t.RoleUntil != nil, t.Waiver != nil, t.Approved,
		t.Consignee != nil, t.ConsigneeOwned != 0, t.Counterparty != nil,
	} {
		if set {
			n++
		}
	}
	return n
}
