package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/judge"
	"telltale/internal/law"
)

// unknown is the one finding for a thing whose maker, or whose kind, is not
// known well enough to judge: all provisions that turn on it wait for one answer.
func (j *judgement) unknown(d *judged, v *view, blind []blindOutcome) finding.Finding {
	a := d.asset
	f := finding.Finding{
		Subject: finding.Subject{Kind: finding.OnAsset, ID: a.ID}, Jurisdiction: blind[0].Jurisdiction, Act: blind[0].act, Verdict: law.Undetermined,
		Citations: []finding.Citation{}, DateConfidence: "seen",
	}
	maker := false
	for _, o := range blind {
		maker = maker || asks(o.Outcome, "manufacturer", "provider")
	}
	if maker {
		j.unknownMaker(d, v, &f, blind)
	} else {
		j.unknownKind(d, v, &f, blind)
	}
	for _, o := range blind {
		if len(o.Citations) == 0 || len(f.Citations) == 5 {
			continue
		}
		c := finding.Citation{Text: o.Citations[0].Text, URL: o.Citations[0].URL}
		if !slices.Contains(f.Citations, c) {
			f.Citations = append(f.Citations, c)
		}
	}
	f.ID = evidence.Hash("finding", v.profile.Name, "", a.ID, string(f.Provision), "")
	return f
}

func (j *judgement) unknownMaker(d *judged, v *view, f *finding.Finding, blind []blindOutcome) {
	a := d.asset
	f.Regime, f.Provision = "unknown-maker", "unknown-maker/manufacturer"
	if a.Kind == asset.Service {
		j.unknownProvider(d, v, f, blind)
		return
	}
	f.Why = "Nobody knows yet who made it, and " + turnOn(blind)
	if m := a.Manufacturer; m != nil {
		f.Why = fmt.Sprintf("What was seen is %s %s (%.2f), not sure enough to judge, and %s", wording(m.Wording), j.k.OrgName(m.Org), m.Confidence, turnOn(blind))
	}
	f.Remedy = "Find out who made it: read the label, or ask the supplier."
	if a.NextTest != "" {
		f.Remedy = "Find out who made it: " + a.NextTest + "."
	}
	f.Elements = []finding.Element{{Text: "who made it is known", State: law.NotKnown, Because: speaking(d), Reason: a.Unknown["manufacturer"]}}
	f.Questions = []finding.Question{j.ask(d, v, f, &judge.Question{Fact: "manufacturer", Text: "Who made it? (the name of a company)"})}
}

// unknownProvider is unknownMaker for a service: nobody makes it, somebody runs it.
func (j *judgement) unknownProvider(d *judged, v *view, f *finding.Finding, blind []blindOutcome) {
	f.Why = "Nobody knows yet who provides it, and " + turnOn(blind)
	if o := d.asset.Operator; o != nil {
		f.Why = fmt.Sprintf("What was seen is %s %s (%.2f) as its provider, not sure enough to judge, and %s", wording(o.Wording), j.k.OrgName(o.Org), o.Confidence, turnOn(blind))
	}
	f.Remedy = "Find out who provides it: read the contract or the invoice."
	f.Elements = []finding.Element{{Text: "who provides it is known", State: law.NotKnown, Because: because(d.asset, nil, []string{"provider"}), Reason: d.asset.Unknown["manufacturer"]}}
	f.Questions = []finding.Question{j.ask(d, v, f, &judge.Question{Fact: "provider", Text: "Who provides it? (the name of a company)"})}
}

func wording(w evidence.Wording) string {
	if w == evidence.ConsistentWith || w == "" {
		return "consistent with"
	}
	return "an indication of"
}

func (j *judgement) unknownKind(d *judged, v *view, f *finding.Finding, blind []blindOutcome) {
	f.Regime, f.Provision = "unknown-kind", "unknown-kind/category"
	f.Why = "Nobody knows yet what kind of thing it is, and " + turnOn(blind)
	f.Remedy = "Say what it is: a column for the kind of thing in the register answers it for every row."
	f.Elements = []finding.Element{{Text: "its kind is known", State: law.NotKnown, Because: []evidence.ClaimID{}, Reason: d.asset.Unknown["category"]}}
	q := judge.Question{Fact: "category", Text: "What kind of thing is it? (such as router, camera or power supply)"}
	if c := d.asset.Category; c != nil {
		if narrower := j.k.narrower(c.Value); len(narrower) > 0 {
			name := j.k.CategoryName(c.Value)
			f.Why = fmt.Sprintf("It is a %s, but of which kind is not known, and %s", name, turnOn(blind))
			q.Text, q.Values = fmt.Sprintf("Which kind of %s is it: %s?", name, strings.Join(j.k.categoryNames(narrower), ", ")), narrower
		}
	}
	f.Questions = []finding.Question{j.ask(d, v, f, &q)}
}

func turnOn(blind []blindOutcome) string {
	provisions := map[law.ProvisionID]bool{}
	for _, o := range blind {
		provisions[o.Provision] = true
	}
	n := len(provisions)
	if n == 1 {
		return "one provision turns on that."
	}
	return fmt.Sprintf("%d provisions turn on that.", n)
}
