package judge

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// CaseFile is a file of judged cases: one finding each.
type CaseFile struct {
	Cases []Case `yaml:"cases"`
}

// Case is one operator, one thing, one act, one day, and what the law says.
type Case struct {
	ID      string        `yaml:"id"`
	Title   string        `yaml:"title"`
	Profile law.Profile   `yaml:"profile"`
	Item    ItemSpec      `yaml:"item"`
	Act     law.Act       `yaml:"act"`
	AsOf    calendar.Date `yaml:"as_of"`
	KnownAt calendar.Date `yaml:"known_at"`
	// Scenarios switch proposals on.
	Scenarios []string `yaml:"scenarios"`
	Expect    Expect   `yaml:"expect"`
	Why       string   `yaml:"why"`
	RestsOn   []string `yaml:"rests_on"`
}

// Expect is what the finding of one regime must say.
type Expect struct {
	Regime    law.RegimeID  `yaml:"regime"`
	Provision string        `yaml:"provision"`
	Verdict   law.Verdict   `yaml:"verdict"`
	Accept    []law.Verdict `yaml:"accept"`
	Entry     law.EntryID   `yaml:"entry"`
	Due       calendar.Date `yaml:"due"`
	Question  struct {
		Fact string `yaml:"fact"`
		Text string `yaml:"text"`
	} `yaml:"question"`
	Note           string         `yaml:"note"`
	DateConfidence law.Confidence `yaml:"date_confidence"`
}

// ItemSpec is an item as people write it in cases. A key that is absent is not known.
type ItemSpec struct {
	// What is plain words; it decides nothing.
	What         string          `yaml:"kind"`
	Manufacturer OneOrMany       `yaml:"manufacturer"`
	Provider     OneOrMany       `yaml:"provider"`
	Brand        string          `yaml:"brand"`
	Model        string          `yaml:"model"`
	Category     asset.Category  `yaml:"category"`
	Function     asset.Function  `yaml:"function"`
	Generation   string          `yaml:"generation"`
	Components   []ComponentSpec `yaml:"components"`
	ProducedIn   Places          `yaml:"produced_in"`

	Acquired            DayOrAsOf `yaml:"acquired"`
	Installed           DayOrAsOf `yaml:"installed"`
	Removed             DayOrAsOf `yaml:"removed"`
	AuthorisedOn        DayOrAsOf `yaml:"authorised_on"`
	ApplicationFiled    DayOrAsOf `yaml:"application_filed"`
	Discovered          DayOrAsOf `yaml:"discovered"`
	FirstReport         DayOrAsOf `yaml:"first_report"`
	ContractFirstSigned DayOrAsOf `yaml:"contract_first_signed"`

	Route    string   `yaml:"route"`
	FundedBy string   `yaml:"funded_by"`
	Purpose  []string `yaml:"purpose"`
	Location string   `yaml:"location"`
	Source   string   `yaml:"source"`

	Consignee       OneOrMany   `yaml:"consignee"`
	ConsigneeOwners []OwnerSpec `yaml:"consignee_owners"`
	Counterparty    OneOrMany   `yaml:"counterparty"`
	Controllers     OneOrMany   `yaml:"counterparty_controlled_by"`

	Facts map[string]law.Value `yaml:"facts"`
}

// ComponentSpec is a part of an ItemSpec.
type ComponentSpec struct {
	Kind         string               `yaml:"kind"`
	Category     asset.Category       `yaml:"category"`
	Manufacturer OneOrMany            `yaml:"manufacturer"`
	Facts        map[string]law.Value `yaml:"facts"`
}

// OwnerSpec is an owner of a consignee.
type OwnerSpec struct {
	Org     org.ID  `yaml:"org"`
	Percent float64 `yaml:"percent"`
}

// OneOrMany is one organisation or a list of them.
type OneOrMany []org.ID

// UnmarshalYAML reads "x" or [x, y].
func (o *OneOrMany) UnmarshalYAML(read func(any) error) error {
	var one org.ID
	if err := read(&one); err == nil {
		*o = OneOrMany{one}
		return nil
	}
	return read((*[]org.ID)(o))
}

// Places is a country, or a map of stage to country.
type Places map[string]string

// UnmarshalYAML reads "CN" or {design: US, assembly: VN}.
func (p *Places) UnmarshalYAML(read func(any) error) error {
	var one string
	if err := read(&one); err == nil {
		*p = Places{"": one}
		return nil
	}
	return read((*map[string]string)(p))
}

// DayOrAsOf is a day, or the word as_of: the day asked about.
type DayOrAsOf calendar.Date

// UnmarshalText reads YYYY-MM-DD or as_of.
func (d *DayOrAsOf) UnmarshalText(b []byte) error {
	if string(b) == "as_of" {
		*d = DayOrAsOf(OnTheDay)
		return nil
	}
	v, err := calendar.Parse(string(b))
	*d = DayOrAsOf(v)
	return err
}

// Item makes the item. cats finds the category of a part from its plain name.
func (s *ItemSpec) Item(cats law.Categories) *Item {
	it := &Item{
		Makers: sure(s.Manufacturer), Providers: sure(s.Provider), Brand: s.Brand, Model: s.Model,
		Category: s.Category, Function: s.Function, Generation: s.Generation, ProducedIn: s.ProducedIn,
		Acquired: calendar.Date(s.Acquired), Installed: calendar.Date(s.Installed), Removed: calendar.Date(s.Removed),
		AuthorisedOn: calendar.Date(s.AuthorisedOn), ApplicationFiled: calendar.Date(s.ApplicationFiled),
		Discovered: calendar.Date(s.Discovered), FirstReport: calendar.Date(s.FirstReport),
		ContractFirstSigned: calendar.Date(s.ContractFirstSigned),
		Route:               s.Route, FundedBy: s.FundedBy, Purpose: s.Purpose,
		Consignee: sure(s.Consignee), Counterparty: sure(s.Counterparty), Controllers: s.Controllers, Facts: s.Facts,
	}
	for _, o := range s.ConsigneeOwners {
		it.ConsigneeOwners = append(it.ConsigneeOwners, Owner(o))
	}
	for _, c := range s.Components {
		part := Component{Kind: asset.ComponentKind(c.Kind), Category: c.Category, Makers: sure(c.Manufacturer), Facts: c.Facts}
		if part.Category == "" && (part.category() == "" || part.category() == "other") {
			part.Category = cats.Named(c.Kind)
		}
		it.Components = append(it.Components, part)
	}
	return it
}

func sure(ids OneOrMany) []Party {
	if len(ids) == 0 {
		return nil
	}
	return Sure(ids[0])
}

// orgs are the organisations an item names.
func (s *ItemSpec) orgs() []org.ID {
	list := slices.Concat(s.Manufacturer, s.Provider, s.Consignee, s.Counterparty, s.Controllers)
	for i := range s.Components {
		list = append(list, s.Components[i].Manufacturer...)
	}
	for _, o := range s.ConsigneeOwners {
		list = append(list, o.Org)
	}
	return list
}

// Result is how one case came out. Fault is empty when it passed.
type Result struct {
	Case    *Case
	Outcome Outcome
	// Provisions are what the provisions of the regime said, each by itself.
	Provisions []Outcome
	// Fault says in one line what differs; Why explains what was found.
	Fault string
}

// RunCases judges the cases in order. A company acme_... is invented: no list
// names it and it is registered in no country the law speaks of.
func RunCases(rb *law.Rulebook, orgs Orgs, cats law.Categories, cases []Case) ([]Result, error) {
	e, err := Compile(rb, invented{orgs}, cats)
	if err != nil {
		return nil, err
	}
	out := make([]Result, 0, len(cases))
	for i := range cases {
		c := &cases[i]
		r := Result{Case: c}
		if r.Fault = c.fault(e, orgs); r.Fault == "" {
			r.run(e, cats)
		}
		out = append(out, r)
	}
	return out, nil
}

func (r *Result) run(e *Engine, cats law.Categories) {
	c := r.Case
	s, err := e.Session(Query{Profile: &c.Profile, Act: c.Act, AsOf: c.AsOf, KnownAt: c.KnownAt, Scenarios: c.Scenarios})
	if err != nil {
		r.Fault = err.Error()
		return
	}
	var mine, entry []Outcome
	defer func() { r.Provisions = mine }()
	for _, o := range s.JudgeAll(c.Item.Item(cats)) {
		if o.Regime != c.Expect.Regime || c.Expect.Provision != "" && string(o.Provision) != string(c.Expect.Regime)+"/"+c.Expect.Provision {
			continue
		}
		mine = append(mine, o)
		if o.Entry == c.Expect.Entry {
			entry = append(entry, o)
		}
	}
	if c.Expect.Entry != "" && len(entry) > 0 {
		mine = entry
	}
	r.Outcome, _ = Combine(mine)
	r.Fault = c.Expect.differs(&r.Outcome)
}

// differs says in one line what is not as expected.
func (x *Expect) differs(o *Outcome) string {
	switch {
	case o.Verdict != x.Verdict && !slices.Contains(x.Accept, o.Verdict):
		return fmt.Sprintf("verdict %s, want %s", o.Verdict, x.Verdict)
	case given(x.Due) && o.Due != x.Due:
		return fmt.Sprintf("due %q, want %s", o.Due, x.Due)
	case x.DateConfidence != "" && o.DateConfidence != x.DateConfidence:
		return fmt.Sprintf("date confidence %s, want %s", o.DateConfidence, x.DateConfidence)
	case x.Question.Fact != "" && !slices.ContainsFunc(o.Questions, func(q Question) bool { return q.Fact == x.Question.Fact }):
		return fmt.Sprintf("does not ask for %s", x.Question.Fact)
	}
	return ""
}

// invented adds the invented companies of tests to an index.
type invented struct{ Orgs }

func (i invented) Known(id org.ID) bool { return org.IsTest(id) || i.Orgs.Known(id) }

func (i invented) Get(id org.ID) (*org.Organisation, bool) {
	if org.IsTest(id) {
		return &org.Organisation{ID: id, Name: string(id), Country: "ZZ"}, true
	}
	return i.Orgs.Get(id)
}

// Explain writes what was found for a case that failed, element by element.
func (r *Result) Explain() string {
	var b strings.Builder
	o := &r.Outcome
	fmt.Fprintf(&b, "%s %s\n  %s\n", r.Case.ID, r.Case.Title, r.Fault)
	if o.Regime == "" {
		return b.String()
	}
	fmt.Fprintf(&b, "  found: %s by %s %s (could be %v), due %q, dates %s\n  %s\n", o.Verdict, o.Provision, o.Entry, o.Could, o.Due, o.DateConfidence, o.Why)
	for _, el := range o.Elements {
		fmt.Fprintf(&b, "    %-9s %s: %s\n", el.State, el.Text, el.Reason)
	}
	for _, q := range o.Questions {
		fmt.Fprintf(&b, "    asks %s: %s\n", q.Fact, q.Text)
	}
	fmt.Fprintf(&b, "  the case says: %s\n", r.Case.Why)
	return b.String()
}
