package pipeline

import (
	"cmp"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/reconcile"
	"telltale/internal/report"
)

// digest counts findings by what they say, so that the first screen needs no second pass.
type digest struct {
	all        bool
	summary    finding.Summary
	neighbours int
	groups     map[groupKey]*report.Group
	questions  map[groupKey]map[string]int // text → index in Group.Questions
	tests      map[string]*report.Test
	relabelled []report.Example
	relabels   int
	lines      lines
	names      map[org.ID]bool
	open       func(fact string) bool // an open point of law
	listed     func(org.ID) bool      // an organisation that some instrument designates
}

type groupKey struct {
	verdict   law.Verdict
	provision law.ProvisionID
	entry     law.EntryID
	act       law.Act
	profile   string
	maker     org.ID
}

func newDigest(all bool, open func(string) bool, listed func(org.ID) bool) digest {
	return digest{all: all, open: open, listed: listed, groups: map[groupKey]*report.Group{}, questions: map[groupKey]map[string]int{}, tests: map[string]*report.Test{}, names: map[org.ID]bool{}}
}

// maxTests bounds the kinds of next tests kept apart.
const maxTests = 2000

func (g *digest) add(d *judged) {
	a := d.asset
	g.summary.Assets++
	switch reconcile.Record(a.Record) {
	case reconcile.Matched:
		g.summary.Matched++
	case reconcile.PaperOnly:
		g.summary.PaperOnly++
	case reconcile.WireOnly:
		g.summary.WireOnly++
	}
	if a.Seen == asset.Neighbour {
		g.neighbours++
	}
	if a.Operator != nil {
		g.names[a.Operator.Org] = true
	}
	if a.Manufacturer == nil && a.Operator == nil {
		g.summary.UnknownMaker++
		if a.NextTest != "" && (g.tests[a.NextTest] != nil || len(g.tests) < maxTests) {
			t := g.tests[a.NextTest]
			if t == nil {
				t = &report.Test{Text: a.NextTest, Example: example(a, nil, "")}
				g.tests[a.NextTest] = t
			}
			t.Count++
		}
	} else if a.Manufacturer != nil {
		g.names[a.Manufacturer.Org] = true
	}
	if a.Brand != nil {
		g.names[a.Brand.Org] = true
	}
	for i := range d.claims {
		if c := &d.claims[i]; c.Aspect == evidence.Manufacturer {
			g.names[org.ID(c.Value)] = true
		}
	}
	if a.Relabelled {
		if g.relabels++; len(g.relabelled) < 20 {
			x := example(a, nil, "")
			if a.Brand != nil {
				x.Brand = a.Brand.Org
			}
			x.Label = a.BrandText
			g.relabelled = append(g.relabelled, x)
		}
	}
	g.lines.add(d, g.open)
	g.summary.Permitted += d.permitted
	g.summary.NotBound += d.notBound
	for i := range d.findings {
		g.finding(a, &d.findings[i])
	}
}

func (g *digest) finding(a *asset.Asset, f *finding.Finding) {
	switch f.Verdict {
	case law.Prohibited:
		g.summary.Prohibited++
	case law.Restricted:
		g.summary.Restricted++
	case law.Undetermined:
		g.summary.Undetermined++
	case law.Permitted:
		g.summary.Permitted++
	case law.NotBound:
		g.summary.NotBound++
	}
	if !f.Verdict.IsFinding() && !g.all {
		return
	}
	part := component(a, f)
	maker := a.Manufacturer
	if part != nil {
		maker = part.Manufacturer
	}
	key := groupKey{verdict: f.Verdict, provision: f.Provision, act: f.Act, profile: f.Profile}
	if f.Entry != nil {
		key.entry = *f.Entry
	}
	// what is not settled is told apart by maker only where the maker stands on a list
	if maker != nil && (f.Verdict == law.Prohibited || f.Verdict == law.Restricted || f.Verdict == law.Undetermined && g.listed(maker.Org)) {
		key.maker = maker.Org
		g.names[maker.Org] = true
	}
	x := g.groups[key]
	if x == nil {
		x = &report.Group{
			Verdict: f.Verdict, Regime: f.Regime, Provision: f.Provision, Entry: key.entry, Profile: f.Profile, Jurisdiction: f.Jurisdiction, Act: f.Act,
			Maker: key.maker, Why: f.Why, Remedy: f.Remedy, Due: f.Due, DateConfidence: f.DateConfidence, Questions: []report.GroupedQuestion{},
		}
		if len(f.Citations) > 0 {
			x.Citation = f.Citations[0]
		}
		g.groups[key] = x
		g.questions[key] = map[string]int{}
	}
	x.Count++
	x.Quantity += a.Quantity
	if f.Due != nil && (x.Due == nil || *f.Due < *x.Due) {
		x.Due, x.DateConfidence = f.Due, f.DateConfidence
	}
	if len(x.Examples) < report.MaxExamples {
		x.Examples = append(x.Examples, example(a, part, f.ID))
	}
	for _, q := range f.Questions {
		i, ok := g.questions[key][q.Text]
		if !ok {
			i = len(x.Questions)
			g.questions[key][q.Text] = i
			x.Questions = append(x.Questions, report.GroupedQuestion{Fact: q.Fact, Text: q.Text, First: q.ID, Open: g.open(q.Fact)})
		}
		x.Questions[i].Count++
	}
}

// component returns the part a finding is about, nil when it is about the asset.
func component(a *asset.Asset, f *finding.Finding) *asset.Component {
	if f.Subject.Kind != finding.OnComponent {
		return nil
	}
	for i := range a.Components {
		if a.Components[i].ID == f.Subject.ID {
			return &a.Components[i]
		}
	}
	return nil
}

func example(a *asset.Asset, part *asset.Component, id string) report.Example {
	x := report.Example{Asset: a.ID, Finding: id, Name: a.Name}
	if a.Model != nil {
		x.Model = *a.Model
	}
	if len(a.Where) > 0 {
		x.Place = a.Where[0]
	}
	maker := a.Manufacturer
	if part != nil {
		maker = part.Manufacturer
		x.Part = string(part.Kind)
		if part.Model != "" {
			x.Part += " " + part.Model
		}
	}
	if maker != nil {
		x.Maker, x.Sure, x.Wording = maker.Org, maker.Confidence, maker.Wording
	}
	return x
}

var verdictRank = map[law.Verdict]int{law.Prohibited: 0, law.Restricted: 1, law.Undetermined: 2, law.Permitted: 3, law.NotBound: 4}

func (g *digest) fill(h *report.Head, k *Knowledge) {
	h.Summary, h.Neighbours = g.summary, g.neighbours
	h.Relabelled, h.RelabelledCount = g.relabelled, g.relabels
	h.Lines = g.lines.sorted()
	h.Groups, h.Tests = []report.Group{}, []report.Test{}
	for _, x := range g.groups {
		h.Groups = append(h.Groups, *x)
	}
	slices.SortFunc(h.Groups, func(a, b report.Group) int {
		return cmp.Or(cmp.Compare(verdictRank[a.Verdict], verdictRank[b.Verdict]), dueOrder(a, b), cmp.Compare(a.Provision, b.Provision), cmp.Compare(a.Profile, b.Profile),
			cmp.Compare(a.Act, b.Act), unlistedLast(a, b), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Maker, b.Maker), cmp.Compare(a.Entry, b.Entry))
	})
	for _, x := range g.tests {
		h.Tests = append(h.Tests, *x)
	}
	slices.SortFunc(h.Tests, func(a, b report.Test) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text)) })
	h.Names = map[org.ID]string{}
	for id := range g.names {
		h.Names[id] = k.OrgName(id)
	}
}

// dueOrder puts groups with the nearer deadline first, those without last.
func dueOrder(a, b report.Group) int {
	switch {
	case a.Due == nil && b.Due == nil:
		return 0
	case a.Due == nil:
		return 1
	case b.Due == nil:
		return -1
	}
	return cmp.Compare(*a.Due, *b.Due)
}

// unlistedLast puts makers that stand on a list before what is merely not known.
func unlistedLast(a, b report.Group) int {
	if (a.Maker == "") == (b.Maker == "") {
		return 0
	}
	if a.Maker == "" {
		return 1
	}
	return -1
}
