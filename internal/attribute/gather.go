package attribute

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// proto is what a text or number says, before it is known of which thing.
type proto struct {
	aspect      evidence.Aspect
	value       string
	kind        Kind
	class       evidence.Class
	fingerprint string
	why         string
	weight      float64
	// part is true when the statement speaks of a maker of parts, who is
	// named in many things that it did not make.
	part bool
	// under are those under whose name the goods are sold.
	under []string
	// rel is the relation behind a lead.
	rel *Relation
}

// gather collects the clues of one thing.
type gather struct {
	e     *Engine
	clues []Clue
	macs  []macs
	macN  int
	// leads wait for relate; made are the stated countries of production, date the earliest date the
	// thing is known to exist, models the texts a relation may ask for.
	leads []lead
	// inner is true for a part of a thing.
	inner bool
	made  []asset.Production
	date  string
	// undated says what a date would settle.
	undated string
	// strange is a name in a field for makers that nobody bears.
	strange   string
	strangeAt *evidence.Observation
	models    []string
	// label is a name on the label that no organisation of the data bears.
	label string
	// read counts the observations that could have spoken.
	read  int
	thing *Thing
}

// macs counts the interface addresses of one registrant.
type macs struct {
	who   Registrant
	n     int
	first *evidence.Observation
}

func (g *gather) observe(os []evidence.Observation) {
	for i := range os {
		o := &os[i]
		switch o.Attr {
		case evidence.IfMAC:
			g.mac(o)
			continue
		case evidence.ProducedIn:
			g.produced(o.Value)
			continue
		case evidence.Acquired, evidence.Installed:
			if g.date == "" || o.Value < g.date {
				g.date = o.Value
			}
			continue
		case evidence.ModelText, evidence.PartNumber, evidence.Description:
			g.models = append(g.models, o.Value)
		}
		if o.Value == "" || roles[o.Attr] == silent || o.Attr == evidence.IMEI && len(g.e.facts.Types) == 0 {
			continue
		}
		if o.Attr != evidence.ServicePort { // that something answers does not say who it is
			g.read++
		}
		ps := g.e.says(o.Attr, o.Value)
		if o.Attr == evidence.BrandText && len(ps) == 0 && (g.label == "" || o.Value < g.label) {
			g.label = o.Value
		}
		if len(ps) == 0 && roles[o.Attr] == named && (g.strange == "" || o.Value < g.strange || o.Value == g.strange && before(o, g.strangeAt)) {
			g.strange, g.strangeAt = o.Value, o
		}
		for _, p := range ps {
			switch {
			case p.rel != nil:
				under := p.under
				p.under = nil
				g.leads = append(g.leads, lead{p, o, under})
			case p.part && !g.inner && !spokenOf(p.class):
				// the thing holds such a part; that says nothing of who made the thing
			default:
				g.add(p, o)
			}
		}
	}
}

// spokenOf reports whether texts of a class name the thing as a whole even
// where they name a maker of parts: a register's row about a module is about it.
func spokenOf(c evidence.Class) bool {
	switch c {
	case evidence.ClassListing, evidence.ClassLabel, evidence.ClassBOM, evidence.ClassBus:
		return true
	}
	return false
}

// says returns what one observed value says of the thing it belongs to.
func (e *Engine) says(a evidence.Attr, v string) []proto {
	switch a {
	case evidence.Serial, evidence.BaseMAC, evidence.GPONSerial, evidence.EngineID:
		return e.weigh(e.read(a, v)) // hardly ever twice the same: not worth keeping
	}
	return e.cache.get(cacheKey{a, v}, func() []proto { return e.weigh(e.read(a, v)) })
}

func (e *Engine) read(a evidence.Attr, v string) []proto {
	if roles[a] == numbered {
		ps := e.number(a, v)
		if a == evidence.GPONSerial || a == evidence.FCCID || a == evidence.SysObjectID {
			ps = append(ps, e.text(a, v)...)
		}
		return ps
	}
	return e.text(a, v)
}

func (e *Engine) weigh(ps []proto) []proto {
	for i := range ps {
		p := &ps[i]
		p.weight = e.facts.Weights.weight(p.kind, p.fingerprint, p.aspect, p.value)
	}
	return ps
}

// add keeps a clue; the same statement by the same fingerprint counts once,
// with the observation that stands first.
func (g *gather) add(p proto, o *evidence.Observation) {
	for i := range g.clues {
		c := &g.clues[i]
		if c.Fingerprint == p.fingerprint && c.Value == p.value && c.Aspect == p.aspect && c.Kind == p.kind {
			if before(o, c.From) {
				c.From, c.Why = o, p.why
			}
			return
		}
	}
	g.clues = append(g.clues, Clue{
		Aspect: p.aspect, Value: p.value, Decibans: p.weight, Class: p.class,
		Kind: p.kind, Fingerprint: p.fingerprint, Why: p.why, From: o, Under: p.under,
	})
}

func before(a, b *evidence.Observation) bool {
	return cmp.Or(cmp.Compare(a.Place.Input, b.Place.Input), cmp.Compare(a.Place.At, b.Place.At), cmp.Compare(a.Value, b.Value)) < 0
}

func (g *gather) mac(o *evidence.Observation) {
	if !burnedIn(o.Value) || g.e.facts.Registry == nil {
		return
	}
	g.read++
	if n, ok := g.e.numbers["oui:"+o.Value[:8]]; ok && n.Org == "" {
		return
	}
	g.macN++
	r, ok := g.e.facts.Registry.MAC(o.Value)
	if n, lent := g.e.numbers["oui:"+o.Value[:8]]; lent {
		r, ok = Registrant{Org: n.Org, Name: string(n.Org)}, true
	}
	if !ok {
		return
	}
	for i := range g.macs {
		m := &g.macs[i]
		if m.who == r {
			m.n++
			if before(o, m.first) {
				m.first = o
			}
			return
		}
	}
	g.macs = append(g.macs, macs{who: r, n: 1, first: o})
}

// interfaces lets the registrants of the interface addresses speak: one that
// holds most of them with full weight, the others hardly, since a module or a
// learned address brings its own.
func (g *gather) interfaces() {
	for _, m := range g.macs {
		k := kindOf("mac", evidence.ClassMAC)
		if 2*m.n <= g.macN && len(g.macs) > 1 {
			k = kindOf("weak", evidence.ClassMAC)
		}
		why := "MAC prefix " + m.first.Value[:8] + " is registered to "
		if g.macN > 1 {
			why = "MAC prefix " + m.first.Value[:8] + " of " + strconv.Itoa(m.n) + " of " + strconv.Itoa(g.macN) + " interfaces is registered to "
		}
		for _, p := range g.e.weigh(g.e.registered(m.who, k, evidence.ClassMAC, "ieee-oui", why)) {
			g.add(p, m.first)
		}
	}
}

// finish closes the collection and returns the clues in their fixed order:
// aspect, then heaviest first.
func (g *gather) finish() []Clue {
	g.interfaces()
	g.relate()
	g.stranger()
	sortClues(g.clues)
	return g.clues
}

// stranger lets a name that nobody bears speak against the makers that other
// clues name. Alone it says nothing: a misspelt name must not clear anybody.
func (g *gather) stranger() {
	if g.strange == "" || !slices.ContainsFunc(g.clues, func(c Clue) bool { return c.Aspect == evidence.Manufacturer }) {
		return
	}
	p := []proto{{
		aspect: evidence.Manufacturer, value: string(org.Other), kind: kindOf("strange", evidence.ClassListing), class: evidence.ClassListing,
		fingerprint: "name-index", why: "it calls itself " + clip(g.strange) + ", a name that no organisation of the data bears",
	}}
	g.add(g.e.weigh(p)[0], g.strangeAt)
}

// soldAs is what a register calls the maker when no organisation of the data
// bears the name: the label of a thing that itself shows another maker.
func (g *gather) soldAs() string {
	if g.strangeAt == nil || g.strangeAt.Attr != evidence.ManufacturerText {
		return ""
	}
	switch strings.ToLower(strings.TrimSpace(g.strange)) {
	case "generic", "oem", "odm", "various", "other", "misc", "no name", "noname", "no brand", "unbranded", "ipc", "ip camera", "onvif", "china":
		return ""
	}
	return g.strange
}

// sortClues puts clues into their fixed order: aspect, heaviest first.
func sortClues(cs []Clue) {
	slices.SortStableFunc(cs, func(a, b Clue) int {
		return cmp.Or(
			cmp.Compare(a.Aspect, b.Aspect), cmp.Compare(b.Decibans, a.Decibans), cmp.Compare(a.Value, b.Value),
			cmp.Compare(a.Class, b.Class), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Fingerprint, b.Fingerprint),
		)
	})
}

// borne reports whether a part belongs to the body of the thing, so that the
// maker written into it speaks for the whole; pluggable parts do not.
func borne(p *asset.Part) bool {
	return p.Kind == "board" || p.Kind == "chassis"
}

// board lets the maker written into the boards of a chassis corroborate it.
func (g *gather) board(p *asset.Part) {
	for i := range p.Observations {
		o := &p.Observations[i]
		if o.Attr != evidence.EntPhysicalMfgName {
			continue
		}
		for _, q := range g.e.says(o.Attr, o.Value) {
			if q.aspect != evidence.Manufacturer || q.rel != nil {
				continue
			}
			q.kind = kindOf("board", q.class)
			q.weight = g.e.facts.Weights.Of(q.kind, "")
			if q.value == string(org.Other) {
				continue
			}
			g.add(q, o)
		}
	}
}

// produced reads "stage:CC", or "CC" for all stages.
func (g *gather) produced(v string) {
	stage, country, ok := strings.Cut(v, ":")
	if !ok {
		stage, country = "", v
	}
	country = strings.ToUpper(strings.TrimSpace(country))
	if len(country) != 2 {
		return
	}
	stages := []string{stage}
	if stage == "" {
		stages = []string{"design", "development", "manufacture", "assembly"}
	}
	for _, s := range stages {
		g.made = append(g.made, asset.Production{Stage: s, Country: country})
	}
}

func producedIn(ps []asset.Production) []asset.Production {
	slices.SortFunc(ps, func(a, b asset.Production) int {
		return cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Country, b.Country))
	})
	return slices.Compact(ps)
}

// countries gives the countries that labels and declarations name.
func countries(clues []Clue) []asset.Production {
	var out []asset.Production
	for i := range clues {
		if stage, ok := strings.CutPrefix(string(clues[i].Aspect), "produced-in:"); ok {
			out = append(out, asset.Production{Stage: stage, Country: clues[i].Value})
		}
	}
	return out
}
