package pipeline

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/calendar"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/judge"
	"telltale/internal/law"
)

// judgement judges the things of one check for every profile and act asked for.
type judgement struct {
	k        *Knowledge
	in       *intake
	opt      *Options
	engine   *attribute.Engine
	views    []view
	answers  map[answerKey]string
	makers   map[string]*Answer       // by asset: who made it, as answered
	rights   map[law.ProvisionID]bool // provisions that entitle
	several  bool                     // more than one profile: findings name theirs
	formats  map[string]string        // which source read each input
	keepOnly bool                     // observations of assets without findings are kept, for explain only
}

// view is one profile with the sessions of its acts.
type view struct {
	profile  *law.Profile
	money    string // what `fund` spends where nobody stated it; empty without a role that spends a subsidy
	words    string // the money in words
	sessions map[law.Act]*session
}

// session is one question to the law: profile, act and day. Outcomes of
// things the law cannot tell apart are computed once.
type session struct {
	*judge.Session
	cache sync.Map // key of the item → []judge.Outcome
	kept  atomic.Int64
}

type answerKey struct {
	scope Scope
	id    string
	fact  string
}

// extraBelow is up to how many sightings observations are kept for explain even where nothing was found.
const extraBelow = 200_000

func (k *Knowledge) newJudgement(in *intake, opt *Options) (*judgement, error) {
	engine, err := k.Attribution()
	if err != nil {
		return nil, err
	}
	engineOfLaw, err := k.Judge()
	if err != nil {
		return nil, err
	}
	j := &judgement{k: k, in: in, opt: opt, engine: engine, answers: map[answerKey]string{}, makers: map[string]*Answer{}, rights: map[law.ProvisionID]bool{}, several: len(opt.Profiles) > 1, formats: formats(in.coverage), keepOnly: in.spill.Len() <= extraBelow}
	for i := range opt.Answers {
		a := &opt.Answers[i]
		if a.Until == 0 || a.Until == calendar.NoDate || a.Until >= opt.AsOf {
			j.answers[answerKey{a.Scope, a.ID, a.Fact}] = a.Value
			if a.Scope == OfAsset && a.Fact == "manufacturer" {
				j.makers[a.ID] = a
			}
		}
	}
	for i := range k.Rules.Regimes {
		r := &k.Rules.Regimes[i]
		for n := range r.Provisions {
			if p := &r.Provisions[n]; p.Entitles {
				j.rights[law.ProvisionID(string(r.ID)+"/"+p.ID)] = true
			}
		}
	}
	for _, p := range opt.Profiles {
		v, err := newView(engineOfLaw, p, opt, j.answers)
		if err != nil {
			return nil, err
		}
		j.views = append(j.views, v)
	}
	return j, nil
}

// subsidyMoney is the money of roles that spend a programme's: their stock is
// judged for `fund` too, as if that money paid, where nobody stated what pays
// (docs/decision/0007). Universal service support is asked for in its narrower
// sense, money for capital expenditure, which is universal service money as well.
var subsidyMoney = []struct{ role, money, words string }{
	{"us_usf_recipient", "usf_capital", "universal service support"},
	{"us_reimbursement_recipient", "scrp", "reimbursement programme money"},
	{"us_federal_grantee", "award", "federal award money"},
}

func newView(e *judge.Engine, p *law.Profile, opt *Options, answers map[answerKey]string) (view, error) {
	p, err := withAnswers(p, answers)
	if err != nil {
		return view{}, err
	}
	v := view{profile: p, sessions: map[law.Act]*session{}}
	for i := range p.Roles {
		for _, m := range subsidyMoney {
			if m.role == p.Roles[i].Role && p.Roles[i].Held(opt.AsOf) && v.money == "" {
				v.money, v.words = m.money, m.words
			}
		}
	}
	acts := []law.Act{law.Use, law.Buy, law.Fund, law.Contract}
	if opt.Act != "" {
		acts = []law.Act{opt.Act}
	}
	for _, act := range acts {
		s, err := opt.sessions.session(e, judge.Query{Profile: p, Act: act, AsOf: opt.AsOf, KnownAt: opt.KnownAt, Scenarios: opt.Scenarios})
		if err != nil {
			return view{}, err
		}
		v.sessions[act] = s
	}
	return v, nil
}

// acts are those a thing is judged for.
func (j *judgement) acts(v *view, kind asset.Kind) []law.Act {
	if j.opt.Act != "" {
		return []law.Act{j.opt.Act}
	}
	act := law.Use
	switch kind {
	case asset.PurchaseLine:
		act = law.Buy
	case asset.Contract, asset.Party:
		act = law.Contract
	}
	if v.money != "" {
		return []law.Act{act, law.Fund}
	}
	return []law.Act{act}
}

// one attributes and judges one thing.
func (j *judgement) one(near *span, cluster string, members []int) (*judged, error) {
	ss := make([]*asset.Sighting, len(members))
	for i, m := range members {
		s, err := j.in.spill.get(near, m)
		if err != nil {
			return nil, err
		}
		ss[i] = s
	}
	id := AssetID(cluster)
	r := j.engine.Attribute(&attribute.Thing{ID: id, Sightings: ss})
	claims := r.Explain()
	m := merge(ss)
	d := &judged{claims: claims, asset: newAsset(id, &m, r, ss)}
	d.asset.Record = string(recordOf(ss, j.formats))
	j.nameLikely(d.asset, r)
	j.answerMaker(d)
	j.judgeThing(d, &m, r)
	found := false
	for i := range d.findings {
		found = found || d.findings[i].Verdict.IsFinding()
	}
	if found || j.opt.All || j.keepOnly {
		d.observations, d.extra = rested(claims, ss), !found && !j.opt.All
	}
	return d, d.render()
}

// AssetID is the ID of the asset that the resolver calls cluster.
func AssetID(cluster string) string { return evidence.Hash("asset", cluster) }

func newAsset(id string, m *merged, r *attribute.Result, ss []*asset.Sighting) *asset.Asset {
	a := &asset.Asset{
		ID: id, Kind: m.kind, Seen: m.seen, Quantity: m.quantity, Name: m.name, Keys: []string{},
		Category: r.Category, Function: r.Function, Model: r.Model, Manufacturer: r.Manufacturer, Brand: r.Brand, Operator: r.Operator, BrandText: r.BrandText, Relabelled: r.Relabelled,
		Producers: r.Producers, ProducedIn: r.ProducedIn, Components: []asset.Component{}, Unknown: r.Unknown, NextTest: r.NextTest,
		Facts: m.facts, Where: places(ss),
	}
	if len(m.facts) == 0 {
		a.Facts = nil
	}
	if a.Producers == nil {
		a.Producers = []asset.Producer{}
	}
	if a.ProducedIn == nil {
		a.ProducedIn = []asset.Production{}
	}
	if a.Model == nil && m.model != "" {
		a.Model = &m.model
		delete(a.Unknown, "model")
	}
	for i := range r.Components {
		a.Components = append(a.Components, r.Components[i].Component)
	}
	for _, s := range ss {
		for _, k := range asset.KeysOf(s) {
			a.Keys = append(a.Keys, k.String())
		}
	}
	slices.Sort(a.Keys)
	a.Keys = slices.Compact(a.Keys)
	return a
}

// rested returns the observations the claims rest on.
func rested(claims []evidence.Claim, ss []*asset.Sighting) []*evidence.Observation {
	want := map[evidence.ObservationID]bool{}
	for i := range claims {
		for _, o := range claims[i].From {
			want[o] = true
		}
	}
	if len(want) == 0 {
		return nil
	}
	var out []*evidence.Observation
	take := func(obs []evidence.Observation) {
		for i := range obs {
			if id := obs[i].ID(); want[id] {
				delete(want, id)
				out = append(out, &obs[i])
			}
		}
	}
	var parts func([]asset.Part)
	parts = func(ps []asset.Part) {
		for i := range ps {
			take(ps[i].Observations)
			parts(ps[i].Components)
		}
	}
	for _, s := range ss {
		take(s.Observations)
		parts(s.Components)
	}
	return out
}

// judgeThing adds the findings of every profile and act.
func (j *judgement) judgeThing(d *judged, m *merged, r *attribute.Result) {
	item := j.item(d.asset, m, r)
	stated := item.FundedBy
	for i := range j.views {
		v := &j.views[i]
		var blind []blindOutcome
		for _, act := range j.acts(v, m.kind) {
			item.FundedBy = stated
			if act == law.Fund && stated == "" {
				item.FundedBy = v.money
			}
			blind = j.findings(d, v, act, v.sessions[act].outcomes(&item.Item), item, blind)
		}
		if len(blind) > 0 {
			j.put(d, v, j.unknown(d, v, blind))
		}
	}
	item.FundedBy = stated
}

// blindOutcome is an outcome that waits for the maker or the kind of thing to be known.
type blindOutcome struct {
	*judge.Outcome
	act law.Act
}

// outcomes judges an item, once for all items that the law cannot tell apart.
func (s *session) outcomes(it *judge.Item) []judge.Outcome {
	key := s.Key(it)
	if o, ok := s.cache.Load(key); ok {
		return o.([]judge.Outcome)
	}
	o := s.Judge(it)
	if s.kept.Add(1) < maxKept {
		s.cache.Store(key, o)
	}
	return o
}

// maxKept bounds the outcomes a session keeps.
const maxKept = 50_000

// findings turns outcomes into findings. Those that wait for the maker or the
// kind of thing are returned behind blind: they become one finding an asset.
func (j *judgement) findings(d *judged, v *view, act law.Act, outcomes []judge.Outcome, it *legal, blind []blindOutcome) []blindOutcome {
	for i := range outcomes {
		o := &outcomes[i]
		if j.rights[o.Provision] && it.FundedBy != "scrp" && j.opt.Act == "" {
			continue // a right to be reimbursed is judged where reimbursement is meant to pay, or when asked for
		}
		if o.Verdict == law.Undetermined && o.Component < 0 && asks(o, "manufacturer", "provider", "category") {
			blind = append(blind, blindOutcome{o, act})
			continue
		}
		if !o.Verdict.IsFinding() && !j.opt.All {
			d.quiet(o.Verdict) // counted; built only where it is shown
			continue
		}
		j.put(d, v, j.finding(d, v, act, o, it))
	}
	return blind
}

func asks(o *judge.Outcome, facts ...string) bool {
	for _, q := range o.Questions {
		if slices.Contains(facts, q.Fact) {
			return true
		}
	}
	return false
}

func (j *judgement) put(d *judged, v *view, f finding.Finding) {
	if j.several {
		f.Profile = v.profile.Name
	}
	d.findings = append(d.findings, f)
}

func (j *judgement) finding(d *judged, v *view, act law.Act, o *judge.Outcome, it *legal) finding.Finding {
	a := d.asset
	f := finding.Finding{
		Subject: finding.Subject{Kind: finding.OnAsset, ID: a.ID},
		Regime:  o.Regime, Provision: o.Provision, Jurisdiction: o.Jurisdiction, Act: act, Verdict: o.Verdict,
		Elements: make([]finding.Element, len(o.Elements)), Questions: make([]finding.Question, len(o.Questions)),
		DateConfidence: o.DateConfidence, Remedy: o.Remedy, Citations: make([]finding.Citation, 0, len(o.Citations)),
		Why: o.Why, Legal: o.Legal, Notes: o.Notes,
	}
	if o.Component >= 0 && o.Component < len(it.parts) {
		host := a.ID
		f.Subject = finding.Subject{Kind: finding.OnComponent, ID: a.Components[it.parts[o.Component]].ID, Host: &host}
	}
	if o.Entry != "" {
		e := o.Entry
		f.Entry = &e
	}
	if o.Due != calendar.NoDate && o.Due != 0 {
		due := o.Due
		f.Due = &due
	}
	if act == law.Fund && v.money != "" && a.Facts["funded_by"] == "" {
		f.Notes = append(slices.Clone(f.Notes), "judged as if "+v.words+" paid for buying, keeping or maintaining it; state what pays in the register, or answer funded_by")
	}
	if f.DateConfidence == "" {
		f.DateConfidence = "seen"
	}
	for i, e := range o.Elements {
		f.Elements[i] = finding.Element{Text: e.Text, State: e.State, Reason: e.Reason, Because: because(a, it, e.About)}
	}
	for i, q := range o.Questions {
		f.Questions[i] = j.ask(d, v, &f, &q)
	}
	for _, c := range o.Citations {
		f.Citations = append(f.Citations, finding.Citation{Text: c.Text, URL: c.URL})
	}
	f.ID = evidence.Hash("finding", v.profile.Name, string(act), f.Subject.ID, string(f.Provision), string(o.Entry))
	return f
}

// because are the claims that the named parts of the item rest on.
func because(a *asset.Asset, it *legal, about []string) []evidence.ClaimID {
	out := []evidence.ClaimID{}
	for _, part := range about {
		var m *asset.Attribution
		switch {
		case part == "provider" && a.Operator != nil:
			m = a.Operator
		case part == "manufacturer" || part == "provider":
			m = a.Manufacturer
		case part == "brand":
			m = a.Brand
		case strings.HasPrefix(part, "component:"):
			n, _, _ := strings.Cut(strings.TrimPrefix(part, "component:"), ".")
			if i, err := strconv.Atoi(n); err == nil && i >= 0 && i < len(it.parts) {
				m = a.Components[it.parts[i]].Manufacturer
			}
		}
		if m != nil {
			out = append(out, m.Evidence...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// scope says of what a fact is asked: the operator, the asset or one part.
func (j *judgement) scope(a *asset.Asset, v *view, f *finding.Finding, askedOf string) (Scope, string) {
	switch {
	case askedOf == "operator" || askedOf == "law":
		return OfOperator, v.profile.Name
	case f.Subject.Kind == finding.OnComponent && askedOf == "component":
		return OfComponent, f.Subject.ID
	}
	return OfAsset, a.ID
}

// ask makes the question of a finding and keeps of whom it is asked.
func (j *judgement) ask(d *judged, v *view, f *finding.Finding, q *judge.Question) finding.Question {
	s, id := j.scope(d.asset, v, f, q.Scope)
	a := Asked{ID: QuestionID(s, id, q.Fact), Scope: s, Of: id, Fact: q.Fact, Text: q.Text, Values: q.Values}
	d.asked = append(d.asked, a)
	return finding.Question{ID: a.ID, Fact: q.Fact, Text: q.Text, Values: q.Values}
}

// QuestionID is the ID of the question for a fact: the same fact of the same thing is asked once.
func QuestionID(s Scope, id, fact string) string {
	return evidence.Hash("question", string(s), id, fact)
}
