package pipeline

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// answerMaker shows the maker somebody answered in place of the one concluded.
// What was seen of the thing stays beside it, for and against.
func (j *judgement) answerMaker(d *judged) {
	a := d.asset
	said := j.makers[a.ID]
	if said == nil {
		return
	}
	source := &asset.Answered{By: said.By, At: said.At, Reason: said.Reason}
	a.NextTest = ""
	if org.ID(said.Value) == org.Other {
		a.Manufacturer, a.Relabelled = nil, false
		a.Unknown["manufacturer"] = "one that no list names, " + source.String()
		return
	}
	delete(a.Unknown, "manufacturer")
	a.Manufacturer = &asset.Attribution{Org: org.ID(said.Value), Confidence: 1, Evidence: speaking(d), Answered: source}
	a.Relabelled = a.Relabelled && (a.Brand == nil || a.Brand.Org != a.Manufacturer.Org)
}

// nameLikely writes the name of the likeliest maker where its ID stands.
func (j *judgement) nameLikely(a *asset.Asset, r *attribute.Result) {
	why, ok := a.Unknown["manufacturer"]
	if ok && len(r.Candidates) > 0 {
		const likely = "most likely "
		id := r.Candidates[0].Org
		a.Unknown["manufacturer"] = strings.Replace(why, likely+string(id), likely+j.k.OrgName(id), 1)
	}
}

// speaking are the claims on the maker of a thing, for and against, heaviest first.
func speaking(d *judged) []evidence.ClaimID {
	out := []evidence.ClaimID{}
	for i := range d.claims {
		if c := &d.claims[i]; c.Subject == d.asset.ID && c.Aspect == evidence.Manufacturer {
			out = append(out, c.ID())
		}
	}
	return out
}
