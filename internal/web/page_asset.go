package web

import (
	"cmp"
	"net/http"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// assetPage is one asset with everything known of it.
type assetPage struct {
	*report.Explanation
	Acts  []actFindings
	Quiet int
	Parts []partView
	// OnParts counts the findings on components.
	OnParts int
	// Joined are the first links of it in the network, JoinedTotal counts all.
	Joined      []linkView
	JoinedTotal int
	// History is the asset in the results kept, nil where there is only one.
	History []pipeline.Moment
}

// actFindings are the findings of one act.
type actFindings struct {
	Act      law.Act
	Findings []finding.Finding
}

// partView is a component with its maker and its findings.
type partView struct {
	*asset.Component
	Maker    maker
	Findings []finding.Finding
}

func (s *site) asset(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	x, err := v.Asset(r.PathValue("id"))
	if err != nil {
		s.missing(w, r, err)
		return
	}
	b := assetPage{Explanation: x}
	byAct := map[law.Act][]finding.Finding{}
	byPart := map[string][]finding.Finding{}
	for _, f := range x.Others {
		switch {
		case !f.Verdict.IsFinding():
			b.Quiet++
		case f.Subject.Kind == finding.OnComponent:
			byPart[f.Subject.ID] = append(byPart[f.Subject.ID], f)
		default:
			byAct[f.Act] = append(byAct[f.Act], f)
		}
	}
	for _, a := range law.Acts {
		if fs := byAct[a]; len(fs) > 0 {
			sortWorst(fs)
			b.Acts = append(b.Acts, actFindings{a, fs})
		}
	}
	for i := range x.Asset.Components {
		c := &x.Asset.Components[i]
		fs := byPart[c.ID]
		sortWorst(fs)
		b.Parts = append(b.Parts, partView{c, partMaker(x, c), fs})
		b.OnParts += len(fs)
	}
	slices.SortStableFunc(b.Parts, func(x, y partView) int { return cmp.Compare(len(y.Findings), len(x.Findings)) })
	b.Joined, b.JoinedTotal = s.joined(v, x.Asset.ID)
	if s.export(w, r, "asset-findings", findingColumns, each(x.Others, func(f *finding.Finding) []string {
		return findingRow(&pipeline.FindingItem{Finding: f, AssetID: x.Asset.ID, AssetName: x.Asset.Name})
	})) {
		return
	}
	if b.History, err = s.Work.History(x.Asset.ID); err != nil {
		s.missing(w, r, err)
		return
	}
	if len(b.History) < 2 {
		b.History = nil
	}
	s.show(w, r, http.StatusOK, "asset", view{Title: clip(80, x.Asset.Name), Nav: "assets", Body: b})
}
