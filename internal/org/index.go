package org

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Index answers who is who. It is built once, never changed after, and safe
// for concurrent use. Nothing it returns may be changed by the caller.
type Index struct {
	orgs  map[ID]*Organisation
	ids   []ID
	edges []Edge
	down  map[ID][]int // owner → positions in edges
	up    map[ID][]int // owned → positions in edges
	byID  map[identKey][]ID
	names names
}

type identKey struct{ typ, value string }

// NewIndex builds the index. It fails, naming the file, on a missing or
// repeated ID, an unknown reference, an unknown confidence, an interval that
// ends before it begins, or a share that is none. The organisations belong to the index from then on.
func NewIndex(list []Organisation) (*Index, error) {
	ix := &Index{
		orgs: make(map[ID]*Organisation, len(list)),
		down: map[ID][]int{}, up: map[ID][]int{}, byID: map[identKey][]ID{},
	}
	for i := range list {
		o := &list[i]
		if err := checkID(o.ID); err != nil {
			return nil, fmt.Errorf("%s: %w", o.where(), err)
		}
		if first, dup := ix.orgs[o.ID]; dup {
			return nil, fmt.Errorf("%s: organisation %q is also defined in %s: remove one", o.where(), o.ID, first.where())
		}
		ix.orgs[o.ID] = o
		ix.ids = append(ix.ids, o.ID)
	}
	slices.Sort(ix.ids)
	for _, id := range ix.ids {
		o := ix.orgs[id]
		if err := ix.check(o); err != nil {
			return nil, fmt.Errorf("%s: %w", o.where(), err)
		}
		ix.addEdges(o)
		ix.addIdentifiers(o)
	}
	ix.names.build(ix)
	return ix, nil
}

func (o *Organisation) where() string {
	if o.File != "" {
		return o.File
	}
	return "organisation " + string(o.ID)
}

func checkID(id ID) error {
	if id == "" || id == Other {
		return fmt.Errorf("organisation ID %q is empty or has a meaning of its own: choose another", id)
	}
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return fmt.Errorf("organisation ID %q: use a-z, 0-9 and _ only", id)
		}
	}
	return nil
}

// check lints one organisation against the rest.
func (ix *Index) check(o *Organisation) error {
	if o.Name == "" {
		return fmt.Errorf("organisation %q has no name: add one", o.ID)
	}
	for i := range o.Owners {
		if err := ix.checkOwner(o, &o.Owners[i]); err != nil {
			return err
		}
	}
	for _, p := range o.FormerParts {
		if p.Org != "" && ix.orgs[p.Org] == nil {
			return fmt.Errorf("former part %q is no organisation: define it or use name instead of org", p.Org)
		}
	}
	for _, m := range o.MakesFor {
		if m.Org != "" && ix.orgs[m.Org] == nil {
			return fmt.Errorf("makes_for %q: %q is no organisation: define it or leave org out", m.Brand, m.Org)
		}
		if m.From != nil && m.To != nil && *m.To <= *m.From {
			return fmt.Errorf("makes_for %q ends %s, not after its beginning %s", m.Brand, m.To, m.From)
		}
	}
	for _, m := range o.matchWords() {
		if m != "" && m != MatchWhole && m != MatchLead && m != MatchNever {
			return fmt.Errorf("match %q: use whole, lead or never", m)
		}
	}
	for _, c := range o.Cites() {
		if !c.Confidence.Valid() {
			return fmt.Errorf("%s: confidence %q: use one of %v", c.What, c.Confidence, confidences)
		}
	}
	return nil
}

func (ix *Index) checkOwner(o *Organisation, w *Ownership) error {
	switch {
	case (w.Owner == "") == (w.Holder == ""):
		return fmt.Errorf("an ownership needs either owner (an ID) or holder (a name)")
	case !w.PercentConfidence.Valid():
		return fmt.Errorf("owner %q: confidence %q: use one of %v", w.name(), w.PercentConfidence, confidences)
	case w.Owner == o.ID:
		return fmt.Errorf("owner %q is the organisation itself", w.Owner)
	case w.Owner != "" && ix.orgs[w.Owner] == nil:
		return fmt.Errorf("owner %q is no organisation: define it or write holder instead of owner", w.Owner)
	case w.Percent < 0 || w.Percent > 100 || w.MoreThan < 0 || w.MoreThan >= 100:
		return fmt.Errorf("owner %q: a share lies between 0 and 100", w.name())
	case w.From != nil && w.To != nil && *w.To <= *w.From:
		return fmt.Errorf("owner %q: the share ends %s, not after its beginning %s", w.name(), w.To, w.From)
	}
	return nil
}

func (o *Ownership) name() string {
	if o.Owner != "" {
		return string(o.Owner)
	}
	return o.Holder
}

// matchWords returns the match words of all names of o.
func (o *Organisation) matchWords() []string {
	m := []string{o.Match}
	for _, x := range o.Aliases {
		m = append(m, x.Match)
	}
	for _, x := range o.Brands {
		m = append(m, x.Match)
	}
	for _, x := range o.Parts {
		m = append(m, x.Match)
	}
	return m
}

// Cited is a fact's Cite and what it stands on, for lint messages.
type Cited struct {
	What string
	Cite
}

// Cites returns the cites of all facts of o, in the order of the file.
func (o *Organisation) Cites() []Cited {
	c := []Cited{{"organisation " + string(o.ID), o.Cite}}
	add := func(what, name string, cite Cite) { c = append(c, Cited{what + " " + strconv.Quote(name), cite}) }
	for _, x := range o.Aliases {
		add("alias", x.Name, x.Cite)
	}
	for _, x := range o.Brands {
		add("brand", x.Name, x.Cite)
	}
	for _, x := range o.MakesFor {
		add("makes_for", x.Brand, x.Cite)
	}
	for i := range o.Owners {
		add("owner", o.Owners[i].name(), o.Owners[i].Cite)
	}
	for _, x := range o.Parts {
		add("part", x.Name, x.Cite)
	}
	for _, x := range o.FormerParts {
		add("former part", string(x.Org)+x.Name, x.Cite)
	}
	for _, x := range o.Identifiers {
		add("identifier", x.Type+" "+x.Value, x.Cite)
	}
	for _, x := range o.Designations {
		add("designation", x.Regime, x.Cite)
	}
	for _, x := range o.NotDesignated {
		add("not_designated", x.Regime, x.Cite)
	}
	for _, x := range o.Tickers {
		add("ticker", x.Symbol, x.Cite)
	}
	return c
}

func (ix *Index) addEdges(o *Organisation) {
	for i := range o.Owners {
		w := &o.Owners[i]
		if w.Owner == "" {
			continue
		}
		n := len(ix.edges)
		ix.edges = append(ix.edges, Edge{Owner: w.Owner, Owned: o.ID, Ownership: w})
		ix.down[w.Owner] = append(ix.down[w.Owner], n)
		ix.up[o.ID] = append(ix.up[o.ID], n)
	}
}

func (ix *Index) addIdentifiers(o *Organisation) {
	for _, d := range o.Identifiers {
		k := identKey{d.Type, identValue(d.Type, d.Value)}
		if !slices.Contains(ix.byID[k], o.ID) {
			ix.byID[k] = append(ix.byID[k], o.ID)
		}
	}
}

// identValue is the form under which identifiers of a type are compared.
func identValue(typ, v string) string {
	switch typ {
	case IEEERegistrant:
		return fullForm(v)
	case USBVendor, PCIVendor:
		return strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(v, "0x"), "0X"))
	case PONVendor, FCCGrantee:
		return strings.ToUpper(v)
	case ASN:
		return strings.TrimPrefix(strings.ToUpper(v), "AS")
	}
	return v
}

// Get returns the organisation with the ID.
func (ix *Index) Get(id ID) (*Organisation, bool) {
	o, ok := ix.orgs[id]
	return o, ok
}

// Known reports whether an ID may be used: it is defined or reserved, it is
// Other, or it is a test's own ("acme_...").
func (ix *Index) Known(id ID) bool {
	return ix.orgs[id] != nil || id == Other || IsTest(id)
}

// IsTest reports whether an ID is one that only tests use.
func IsTest(id ID) bool { return strings.HasPrefix(string(id), "acme_") && len(id) > len("acme_") }

// IDs returns all IDs, sorted.
func (ix *Index) IDs() []ID { return ix.ids }

// Owns returns the shares an organisation holds or held in others, of any time.
func (ix *Index) Owns(id ID) []Edge {
	var out []Edge
	for _, n := range ix.down[id] {
		out = append(out, ix.edges[n])
	}
	return out
}

// Maker says that an organisation makes some products sold under somebody's brand.
type Maker struct {
	Org ID
	*OEM
}

// MakersFor returns those known to make products sold under a brand: a name of
// goods in any spelling, or the ID of the brand's owner.
func (ix *Index) MakersFor(brand string) []Maker {
	key := Normalise(brand)
	var out []Maker
	for _, id := range ix.ids {
		o := ix.orgs[id]
		for i := range o.MakesFor {
			m := &o.MakesFor[i]
			if m.Org != "" && string(m.Org) == brand || key != "" && Normalise(m.Brand) == key {
				out = append(out, Maker{Org: id, OEM: m})
			}
		}
	}
	return out
}

// ByIdentifier returns the organisations to which an identifier is registered, by ID.
// Registrant names compare without case and punctuation but with their legal form, hex digits without case.
func (ix *Index) ByIdentifier(typ, value string) []ID {
	return ix.byID[identKey{typ, identValue(typ, value)}]
}
