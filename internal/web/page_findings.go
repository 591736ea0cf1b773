package web

import (
	"net/http"
	"slices"

	"telltale/internal/browse"
	"telltale/internal/finding"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// findingsPage is one page of the findings; those of one asset that follow each other stand together.
type findingsPage struct {
	listPage[pipeline.FindingItem]
	Groups []findingGroup
}

// findingGroup is the findings of one asset with one verdict.
type findingGroup struct {
	*pipeline.FindingItem // the first
	Lines                 []findingLine
}

// findingLine is one finding, with those that say the same for other profiles.
type findingLine struct {
	*pipeline.FindingItem
	Others []*pipeline.FindingItem
}

// grouped joins neighbours of a list that are about the same asset and have the same verdict.
func grouped(items []pipeline.FindingItem) []findingGroup {
	var out []findingGroup
	for i := range items {
		f := &items[i]
		if n := len(out); n == 0 || out[n-1].AssetID != f.AssetID || out[n-1].Verdict != f.Verdict {
			out = append(out, findingGroup{FindingItem: f})
		}
		out[len(out)-1].add(f)
	}
	return out
}

func (g *findingGroup) add(f *pipeline.FindingItem) {
	i := slices.IndexFunc(g.Lines, func(l findingLine) bool {
		return l.Why == f.Why && l.Provision == f.Provision && l.Act == f.Act && l.Subject == f.Subject && dayWords(l.Due) == dayWords(f.Due)
	})
	if i < 0 {
		g.Lines = append(g.Lines, findingLine{FindingItem: f})
		return
	}
	g.Lines[i].Others = append(g.Lines[i].Others, f)
}

func (s *site) listFindings(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	b, q, p := readList[pipeline.FindingItem](r, "/findings")
	if b.Fault == "" && s.export(w, r, "findings", findingColumns, allPages(browse.Page{Order: b.Order, Limit: browse.MaxLimit},
		func(p browse.Page) (pipeline.Paged[pipeline.FindingItem], error) { return v.Findings(q, p) }, findingRow)) {
		return
	}
	code := http.StatusOK
	if b.Fault != "" {
		code = http.StatusBadRequest
	} else {
		var err error
		if b.Page, err = v.Findings(q, p); err != nil {
			b.Fault, code = err.Error(), http.StatusBadRequest
		}
		b.narrow(q, once(&s.memo, v, "findings "+q.String(), func() []browse.Facet { return v.FacetsOfFindings(q) }), s.valueWords, "verdict", "regime")
	}
	s.show(w, r, code, "findings", view{Title: "Findings", Nav: "findings", Body: findingsPage{b, grouped(b.Page.Items)}})
}

var findingColumns = []string{"finding", "verdict", "asset", "name", "act", "regime", "provision", "jurisdiction", "profile", "due", "date confidence", "why", "remedy", "citation", "url"}

func findingRow(f *pipeline.FindingItem) []string {
	due, cite, url := "", "", ""
	if f.Due != nil {
		due = f.Due.String()
	}
	if len(f.Citations) > 0 {
		cite, url = f.Citations[0].Text, f.Citations[0].URL
	}
	return []string{f.ID, string(f.Verdict), f.AssetID, f.AssetName, string(f.Act), string(f.Regime), string(f.Provision), f.Jurisdiction, f.Profile, due, string(f.DateConfidence), f.Why, f.Remedy, cite, url}
}

// findingPage is one finding with everything behind it.
type findingPage struct {
	*report.Explanation
	Elements []elementView
	// Operator is how the one operator judged for calls itself.
	Operator string
	// Answering says why its questions cannot be answered here, empty when they can.
	Answering string
	// Part is the component the finding is about, nil when it is about the whole.
	Part *partView
}

// elementView is one legal element with the claims it rests on, raw values included.
type elementView struct {
	finding.Element
	Claims []clue
}

func (s *site) finding(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	x, err := v.Finding(r.PathValue("id"))
	if err != nil {
		s.missing(w, r, err)
		return
	}
	b := findingPage{Explanation: x, Operator: v.Head().Operator, Answering: s.answering(r, v)}
	for _, e := range x.Finding.Elements {
		b.Elements = append(b.Elements, elementView{e, claimsOf(x, e)})
	}
	if x.Asset != nil {
		for i := range x.Asset.Components {
			if c := &x.Asset.Components[i]; c.ID == x.Finding.Subject.ID {
				b.Part = &partView{c, partMaker(x, c), nil}
			}
		}
	}
	s.show(w, r, http.StatusOK, "finding", view{Title: verdictWords(x.Finding.Verdict) + ": " + s.provisionTitle(x.Finding.Provision), Nav: "findings", Body: b})
}

func claimsOf(x *report.Explanation, e finding.Element) []clue {
	var out []clue
	for _, id := range e.Because {
		c, ok := x.Claims[id]
		if !ok {
			continue
		}
		k := clue{Claim: c, For: c.Decibans >= 0}
		for _, o := range c.From {
			if y, ok := x.Observations[o]; ok {
				k.Raw = append(k.Raw, y)
			}
		}
		out = append(out, k)
	}
	return out
}
