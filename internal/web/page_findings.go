package web

import (
	"net/http"

	"telltale/internal/browse"
	"telltale/internal/finding"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

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
	s.show(w, r, code, "findings", view{Title: "Findings", Nav: "findings", Body: b})
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
	b := findingPage{Explanation: x, Answering: s.answering(r, v)}
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
