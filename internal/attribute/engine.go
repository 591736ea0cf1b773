package attribute

import (
	"errors"
	"fmt"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/attribute/match"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// Facts is all the data an engine needs. Every field but Fingerprints may be empty.
type Facts struct {
	Fingerprints []evidence.Fingerprint
	Numbers      []Number
	Weights      Weights
	Registry     Registry
	Orgs         Orgs
	// Types are the type allocation codes (the first eight digits of an IMEI) of a table the user has.
	Types map[string]Allocation
	// Houses are trading names whose goods others make: such a name on a label says little of the maker.
	Houses map[org.ID]bool
	// Usual is what a maker makes when nothing else says what a thing is.
	Usual map[org.ID]asset.Category
	// Trades are words of trades that no maker of the data is in, folded.
	Trades map[string]bool
	// Categories are the words of data/category.yaml.
	Categories []Category
}

// Allocation is what a type allocation code was given for. Any field may be empty.
type Allocation struct {
	Manufacturer, Brand, Model string
}

// Category is one node of the category tree with the words that name it.
type Category struct {
	ID, Parent asset.Category
	Words      []string
}

// Engine attributes things. It is safe for concurrent use.
type Engine struct {
	facts   Facts
	fields  fields
	fps     []evidence.Fingerprint
	set     *match.Set
	numbers map[string]*Number
	parents map[asset.Category]asset.Category
	// parts are makers of parts: their address in a box is that of a chip or a card.
	parts    map[org.ID]bool
	spelling spelling
	cache    *cache
}

var errTooManyFields = errors.New("number the attributes: more than the matcher can tell apart")

// New compiles the facts. It errors, naming the fingerprint, on a pattern that
// is not RE2, an ID used twice or an attribute that is never read.
func New(f Facts) (*Engine, error) {
	e := &Engine{facts: f, cache: newCache(), numbers: map[string]*Number{}, parts: map[org.ID]bool{}, parents: map[asset.Category]asset.Category{}}
	var err error
	if e.fields, err = newFields(); err != nil {
		return nil, err
	}
	e.fps = append(slices.Clone(f.Fingerprints), categoryWords(f.Categories)...)
	seen := make(map[string]bool, len(e.fps))
	pats := make([]match.Pattern, len(e.fps))
	for i, fp := range e.fps {
		if seen[fp.ID] {
			return nil, fmt.Errorf("compile fingerprints: %q stands twice", fp.ID)
		}
		seen[fp.ID] = true
		if fp.Kind == "part" && fp.Word {
			e.parts[org.ID(assertedMaker(&fp))] = true
		}
		pats[i] = match.Pattern{Expr: fp.Pattern, Word: fp.Word, Token: fp.Token}
		for _, a := range fp.Attrs {
			n, ok := e.fields.of[a]
			if !ok {
				return nil, fmt.Errorf("compile fingerprint %q: attribute %q is never read for a maker", fp.ID, a)
			}
			pats[i].On.Add(n)
		}
	}
	if e.set, err = match.Compile(pats); err != nil {
		var bad *match.Error
		if errors.As(err, &bad) {
			return nil, fmt.Errorf("compile fingerprint %q: %w", e.fps[bad.Pattern].ID, bad.Err)
		}
		return nil, err
	}
	e.spelling = newSpelling(e.fps)
	for i := range f.Numbers {
		n := &f.Numbers[i]
		v := n.Value
		if n.Type == "oid" {
			v = enterprises + trimPrefix(v, enterprises)
		}
		e.numbers[n.Type+":"+v] = n
	}
	for _, c := range f.Categories {
		e.parents[c.ID] = c.Parent
	}
	return e, nil
}

// Attribute concludes from what was seen of t. The same thing gives the same
// result whatever the order of its sightings.
func (e *Engine) Attribute(t *Thing) *Result {
	g := gather{e: e, thing: t}
	for _, s := range t.Sightings {
		g.observe(s.Observations)
	}
	for _, s := range t.Sightings {
		for i := range s.Components {
			if borne(&s.Components[i]) {
				g.board(&s.Components[i])
			}
		}
	}
	r := &Result{subject: t.ID, Unknown: map[string]string{}, Clues: g.finish()}
	e.conclude(r, &g)
	for _, s := range t.Sightings {
		for i := range s.Components {
			r.Components = e.component(r.Components, t.ID, &s.Components[i])
		}
	}
	return r
}

// conclude fills r from its clues.
func (e *Engine) conclude(r *Result, g *gather) {
	r.Candidates = e.compete(r.Clues, evidence.Manufacturer)
	r.Manufacturer = attribution(r.Candidates, r.Clues)
	r.Clues = withLabels(r.Clues, r.Manufacturer)
	r.Brand = e.brand(r.Clues)
	if g.label != "" && !slices.ContainsFunc(r.Clues, stated) {
		r.Brand, r.BrandText = nil, g.label
	}
	r.Relabelled = relabelled(r)
	if l := g.soldAs(); l != "" && !r.Relabelled && r.BrandText == "" && !slices.ContainsFunc(r.Clues, stated) {
		was := r.Brand
		r.Brand, r.BrandText = nil, l
		if r.Relabelled = relabelled(r); !r.Relabelled {
			r.Brand, r.BrandText = was, ""
		}
	}
	own := ofMaker(r.Clues, r.Manufacturer)
	r.Category = e.category(own)
	if r.Category == nil && r.Manufacturer != nil {
		if u := e.facts.Usual[r.Manufacturer.Org]; u != "" {
			r.Category = &asset.CategoryValue{Value: u, Confidence: 0.5}
		}
	}
	r.Function = function(own, r.Category, e.parents)
	r.Model = model(own)
	r.ProducedIn = producedIn(append(g.made, countries(own)...))
	r.Producers = e.producers(r.Clues)
	r.Operators = e.compete(r.Clues, evidence.Operator)
	r.Operator = attributionOf(r.Operators, r.Clues, evidence.Operator)
	r.unknown(g)
}

// Explain gives the clues as claims with their content hashes, and sets the
// Evidence of every attribution of r. Not safe for concurrent use on one result.
func (r *Result) Explain() []evidence.Claim {
	out := claims(r.subject, r.Clues)
	cite(r.Manufacturer, out, evidence.Manufacturer)
	cite(r.Brand, out, evidence.Brand)
	cite(r.Operator, out, evidence.Operator)
	for i := range r.Components {
		c := &r.Components[i]
		part := claims(c.ID, c.Clues)
		cite(c.Manufacturer, part, evidence.Manufacturer)
		out = append(out, part...)
	}
	return out
}

func claims(subject string, clues []Clue) []evidence.Claim {
	out := make([]evidence.Claim, 0, len(clues))
	for i := range clues {
		c := &clues[i]
		out = append(out, evidence.Claim{
			Subject: subject, Aspect: c.Aspect, Value: c.Value, Decibans: c.Decibans, Class: c.Class,
			Fingerprint: c.Fingerprint, Why: c.Why, From: []evidence.ObservationID{c.From.ID()},
		})
	}
	return out
}

// cite lists the claims of the aspect, for and against, heaviest first.
func cite(a *asset.Attribution, cs []evidence.Claim, about evidence.Aspect) {
	if a == nil {
		return
	}
	a.Evidence = nil
	for i := range cs {
		if cs[i].Aspect == about {
			a.Evidence = append(a.Evidence, cs[i].ID())
		}
	}
}

func trimPrefix(s, p string) string {
	if len(s) >= len(p) && s[:len(p)] == p {
		return s[len(p):]
	}
	return s
}

// orgOf reads the value of an organisation aspect.
func (c *Clue) orgOf() org.ID { return org.ID(c.Value) }
