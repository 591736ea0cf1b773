package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// Orgs answers who is who; *org.Index does.
type Orgs interface {
	Known(org.ID) bool
	Get(org.ID) (*org.Organisation, bool)
	IDs() []org.ID
	RelatedAny([]org.ID, org.Relation, calendar.Date) []org.Related
}

// Engine is a rulebook compiled for one index of organisations. It is safe for concurrent use.
type Engine struct {
	rb    *law.Rulebook
	orgs  Orgs
	cats  tree
	rules []*rule
	terms map[string]*law.Term
	lists map[string]*law.List
	// approvals by entry.
	approvals map[law.EntryID][]*law.Approval
	regimes   map[law.RegimeID]*law.Regime
	// uses are the sets of organisations that rules ask for.
	uses []setUse
	// edgeDays are the days on which ownership changes, sorted.
	edgeDays []calendar.Date
}

// check is a compiled test.
type check func(*frame) law.State

// rule is one provision, or one provision with one entry of a list.
type rule struct {
	n          int // position in Engine.rules
	reg        *law.Regime
	prov       *law.Provision
	entry      *law.Entry
	id         law.ProvisionID
	elements   []element
	exceptions []exception
	// entryFrom is the first day the entry counts in this provision.
	entryFrom calendar.Date
	// gate counts the leading elements that pick the thing (who made it, what
	// it is): an entry whose gate is not met is not worth a line.
	gate  int
	needs deps
}

type element struct {
	text string
	test check
	conf law.Confidence
}

type exception struct {
	*law.Exception
	open  check // nil: always
	claim check
}

// Compile checks nothing that law.Rulebook.Check checks; it fails on what
// cannot be compiled: an unknown term, list or regime.
func Compile(rb *law.Rulebook, orgs Orgs, cats law.Categories) (*Engine, error) {
	e := &Engine{
		rb: rb, orgs: orgs, cats: newTree(cats, rb.Vocabulary.Categories),
		terms: map[string]*law.Term{}, lists: map[string]*law.List{},
		approvals: map[law.EntryID][]*law.Approval{}, regimes: map[law.RegimeID]*law.Regime{},
	}
	for i := range rb.Terms {
		e.terms[rb.Terms[i].ID] = &rb.Terms[i]
	}
	for i := range rb.Regimes {
		r := &rb.Regimes[i]
		e.regimes[r.ID] = r
		for j := range r.Lists {
			e.lists[string(r.ID)+"/"+r.Lists[j].ID] = &r.Lists[j]
		}
		for j := range r.Approvals {
			a := &r.Approvals[j]
			e.approvals[a.Entry] = append(e.approvals[a.Entry], a)
		}
	}
	for i := range rb.Regimes {
		r := &rb.Regimes[i]
		for j := range r.Provisions {
			if err := e.compileProvision(r, &r.Provisions[j]); err != nil {
				return nil, fmt.Errorf("compile %s/%s: %w", r.ID, r.Provisions[j].ID, err)
			}
		}
	}
	e.edgeDays = edgeDays(orgs)
	return e, nil
}

// Rulebook returns the rulebook it was compiled from.
func (e *Engine) Rulebook() *law.Rulebook { return e.rb }

// use numbers a use of a set.
func (e *Engine) use(u setUse) int {
	if i := slices.Index(e.uses, u); i >= 0 {
		return i
	}
	e.uses = append(e.uses, u)
	return len(e.uses) - 1
}

func edgeDays(orgs Orgs) []calendar.Date {
	var days []calendar.Date
	for _, id := range orgs.IDs() {
		o, ok := orgs.Get(id)
		if !ok {
			continue
		}
		for _, w := range o.Owners {
			for _, d := range []*calendar.Date{w.From, w.To} {
				if d != nil {
					days = append(days, *d)
				}
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

func (e *Engine) compileProvision(r *law.Regime, p *law.Provision) error {
	if p.Entries == nil {
		return e.compileRule(r, p, nil, 0)
	}
	keeper := e.regimes[p.Entries.Of]
	if keeper == nil {
		return fmt.Errorf("entries of unknown regime %q", p.Entries.Of)
	}
	for i := range keeper.Entries {
		entry := &keeper.Entries[i]
		if p.Entries.Picks(entry) {
			if err := e.compileRule(r, p, entry, entry.Added()+calendar.Date(p.Entries.DaysAfter)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) compileRule(r *law.Regime, p *law.Provision, entry *law.Entry, from calendar.Date) error {
	c := compiler{e: e, r: &rule{n: len(e.rules), reg: r, prov: p, entry: entry, entryFrom: from, id: law.ProvisionID(string(r.ID) + "/" + p.ID)}}
	if entry != nil {
		c.entryElements()
	}
	if len(c.r.elements) == 0 {
		c.r.gate = 1
	}
	for i := range p.Elements {
		c.add(p.Elements[i])
	}
	list := p.Exceptions
	if entry != nil {
		list = append(slices.Clone(entry.Exceptions), p.Exceptions...)
	}
	for i := range list {
		c.addException(&list[i])
	}
	if c.err != nil {
		return c.err
	}
	e.rules = append(e.rules, c.r)
	return nil
}

// compiler turns the tests of one rule into closures.
type compiler struct {
	e   *Engine
	r   *rule
	err error
	// inTerm bounds terms that name each other.
	inTerm int
}

func (c *compiler) fail(format string, a ...any) check {
	if c.err == nil {
		c.err = fmt.Errorf(format, a...)
	}
	return func(*frame) law.State { return law.NotKnown }
}

func (c *compiler) add(el law.Element) {
	c.r.elements = append(c.r.elements, element{text: el.Text, test: c.compile(&el.Test), conf: el.Confidence})
}

func (c *compiler) addException(x *law.Exception) {
	if len(x.Entries) > 0 && (c.r.entry == nil || !slices.Contains(x.Entries, c.r.entry.ID)) {
		return
	}
	ex := exception{Exception: x, claim: c.compile(&x.Claim)}
	if x.If != nil {
		ex.open = c.compile(x.If)
	}
	c.r.exceptions = append(c.r.exceptions, ex)
}

// entryElements are the elements every rule on an entry has: who, what, for what purpose, able to do what.
func (c *compiler) entryElements() {
	en, use := c.r.entry, c.r.prov.Entries
	designated := law.Test{MadeBy: []string{"designated"}}
	equipment := law.Test{Category: en.Equipment}
	if len(en.OpenEquipment) > 0 {
		open := law.Test{All: []law.Test{{Category: en.OpenEquipment}, {Fact: law.FactTest{Name: "is_telecommunications_equipment"}}}}
		equipment = law.Test{Any: []law.Test{equipment, open}}
	}
	services := law.Test{Category: en.Services}
	using := law.Test{All: []law.Test{services, {Component: &law.ComponentTest{Test: &designated}}}}
	provided := law.Test{ProvidedBy: []string{"designated"}}
	switch {
	case len(en.Orgs) == 0:
	case use.Component && use.AnyHost:
	case use.Component:
		c.add(law.Element{Text: "equipment of a kind the entry covers: " + kinds(en.Equipment), Test: equipment})
	default:
		var who, what []law.Test
		if len(en.Equipment) > 0 {
			who = append(who, designated)
			what = append(what, law.Test{All: []law.Test{designated, equipment}})
		}
		if len(en.Services) > 0 {
			who = append(who, provided, using)
			what = append(what, law.Test{All: []law.Test{provided, services}}, using)
		}
		c.add(law.Element{Text: "produced or provided by " + orgNames(en.Orgs) + " or who counts as it", Test: law.Test{Any: who}})
		c.add(law.Element{Text: "equipment or service of a kind the entry covers: " + kinds(append(slices.Clone(en.Equipment), en.Services...)), Test: law.Test{Any: what}})
	}
	for i := range en.Elements {
		c.add(en.Elements[i])
	}
	c.r.gate = max(1, len(c.r.elements))
	if en.Kind == "product" {
		c.r.gate = 1
	}
	if use.Component {
		c.r.gate = len(c.r.elements) + 1
	}
	if len(en.Purposes) > 0 && (use.Purpose == nil || *use.Purpose) {
		c.add(law.Element{Text: "used for a listed purpose: " + kinds(en.Purposes), Test: law.Test{Purpose: en.Purposes}})
	}
	no := false
	c.add(law.Element{Text: "capable of what 47 U.S.C. 1601(b)(2)(A)-(C) lists (presumed)",
		Test: law.Test{Not: &law.Test{Stated: law.FactTest{Name: "sna_capable", Is: &no}}}})
	if en.Kind == "product" && use.ProductDoubt != "" {
		c.add(law.Element{Text: "place-of-production entries act here", Test: law.Test{Fact: law.FactTest{Name: use.ProductDoubt}}})
	}
	c.r.elements = append(c.r.elements, element{text: "the entry counts on the day", test: entryCounts})
}

func kinds(list []string) string {
	return strings.ReplaceAll(strings.Join(slices.Compact(slices.Sorted(slices.Values(list))), ", "), "_", " ")
}

func orgNames(ids []org.ID) string {
	var s []string
	for _, id := range ids {
		s = append(s, string(id))
	}
	return strings.Join(s, " or ")
}

// entryCounts is met when the entry stands on the list on the day and its waiting time is over.
func entryCounts(f *frame) law.State {
	s, r := f.s, f.r
	st, conf, why := spanState(r.entry.InForce, s.q.AsOf, s.q.KnownAt, f.explain)
	if st == law.Met && s.q.AsOf < r.entryFrom {
		if st = law.NotMet; f.explain {
			why = "counts here from " + r.entryFrom.String()
		}
	}
	if st == law.Met {
		if r.prov.Entries.DaysAfter > 0 {
			conf = weaker(conf, org.Inferred)
		}
		f.used(conf)
		if f.explain {
			why = "counts since " + r.entryFrom.String()
		}
	}
	return f.leaf(st, leafInfo{key: "law:entry", reason: why, about: "law"})
}

// tree is the category tree.
type tree struct {
	parent map[asset.Category]asset.Category
	// law are the categories law speaks of; a parent outside them is a category not told apart.
	law map[asset.Category]bool
}

// has reports whether the category is in the tree or one that law speaks of.
func (t tree) has(c asset.Category) bool {
	_, ok := t.parent[c]
	return ok || t.law[c]
}

func newTree(cats law.Categories, words []string) tree {
	t := tree{parent: map[asset.Category]asset.Category{}, law: map[asset.Category]bool{}}
	for _, c := range cats {
		t.parent[asset.Category(c.ID)] = asset.Category(c.Parent)
	}
	for _, w := range words {
		t.law[asset.Category(w)] = true
	}
	return t
}

// within reports whether c is top or below it.
func (t tree) within(c, top asset.Category) bool {
	for n := 0; c != "" && n < 16; n++ {
		if c == top {
			return true
		}
		c = t.parent[c]
	}
	return false
}

// scope says whether a thing of category c is of one of the kinds; a category
// coarser than a kind, and not one law itself uses, leaves it open.
func (t tree) scope(c asset.Category, kinds []string) law.State {
	st := law.NotMet
	for _, k := range kinds {
		if t.within(c, asset.Category(k)) {
			return law.Met
		}
		if !t.law[c] && t.within(asset.Category(k), c) {
			st = law.NotKnown
		}
	}
	return st
}

// rank orders confidences from the surest.
func rank(c law.Confidence) int {
	return slices.Index([]law.Confidence{org.Seen, org.Secondary, org.Inferred, org.DraftOnly, org.Memory, org.Unconfirmed}, cmp.Or(c, org.Seen))
}

// weaker returns the less sure of the two.
func weaker(a, b law.Confidence) law.Confidence {
	a, b = cmp.Or(a, org.Seen), cmp.Or(b, org.Seen)
	if rank(b) > rank(a) {
		return b
	}
	return a
}
