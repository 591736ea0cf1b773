package law

import (
	"slices"

	"telltale/internal/calendar"
	"telltale/internal/org"
)

// Rulebook is all law we hold, ready to be checked and compiled. It is built
// once and not changed after. A zero date in it means that none is given.
type Rulebook struct {
	// Version names the edition; it is the hash of its files or the name of a bundle.
	Version    string     `yaml:"-" json:"version"`
	Vocabulary Vocabulary `yaml:"-" json:"-"`
	// Regimes are sorted by ID.
	Regimes []Regime `yaml:"-" json:"regimes"`
	// Terms are tests with a name, used by several provisions.
	Terms []Term `yaml:"-" json:"terms"`
	// Sources are what was read, by key.
	Sources map[string]Source `yaml:"-" json:"sources"`
}

// Status says where an instrument stands in its life.
type Status string

// The statuses. Proposed and Pending give nothing unless a scenario asks for them.
const (
	InForce     Status = "in_force"
	PartlyForce Status = "partly_in_force"
	Pending     Status = "pending_effect"
	Guidance    Status = "guidance" // never more than restricted
	Proposed    Status = "proposed"
	Suspended   Status = "suspended"
	Reinstated  Status = "reinstated_unconfirmed"
	Lifted      Status = "lifted"
	Expired     Status = "expired"
	Superseded  Status = "superseded"
	UnknownLaw  Status = "unknown" // known to exist, text not read: a gap, never a pass
)

// Statuses are all statuses.
var Statuses = []Status{InForce, PartlyForce, Pending, Guidance, Proposed, Suspended, Reinstated, Lifted, Expired, Superseded, UnknownLaw}

// Review says who looked at a file.
type Review string

const (
	Unreviewed Review = "unreviewed"
	Reviewed   Review = "reviewed"
)

// Regime is one instrument of law with its provisions: one file.
type Regime struct {
	ID RegimeID `yaml:"id" json:"id"`
	// Jurisdiction is an ISO 3166 code in upper case, with a subdivision where the law is one's ("CA-QC"), or EU.
	Jurisdiction string `yaml:"jurisdiction" json:"jurisdiction"`
	Title        string `yaml:"title" json:"title"`
	Authority    string `yaml:"authority" json:"authority"`
	// Citation names the instrument as lawyers do; URL is where its text stands.
	Citation string `yaml:"citation" json:"citation"`
	URL      string `yaml:"url" json:"url"`
	// Read is the day the facts of the file were read.
	Read   calendar.Date `yaml:"read" json:"read"`
	Status Status        `yaml:"status" json:"status"`
	// Confidence is that of every fact of the file that does not state its own.
	Confidence Confidence `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	Review     Review     `yaml:"review_status" json:"review_status"`
	// Scenario is the name that switches a proposal on; the regime's ID works too.
	Scenario string `yaml:"scenario,omitempty" json:"scenario,omitempty"`
	// Notes are for readers; nothing is decided by them.
	Notes []string `yaml:"notes,omitempty" json:"notes,omitempty"`
	// Unsettled are open points of law.
	Unsettled []string `yaml:"unsettled,omitempty" json:"unsettled,omitempty"`
	// SeenIn are keys of Rulebook.Sources: what was read for this file.
	SeenIn []string `yaml:"seen_in,omitempty" json:"seen_in,omitempty"`
	// Timeline are the days of the instrument, for readers; spans and deadlines of the provisions decide.
	Timeline   []Event     `yaml:"timeline,omitempty" json:"timeline,omitempty"`
	Lists      []List      `yaml:"lists,omitempty" json:"lists,omitempty"`
	Provisions []Provision `yaml:"provisions" json:"provisions"`
	Duties     []Duty      `yaml:"duties,omitempty" json:"duties,omitempty"`
	// Entries and Approvals stand in files of their own in the folder named like the regime.
	Entries   []Entry    `yaml:"-" json:"entries,omitempty"`
	Approvals []Approval `yaml:"-" json:"approvals,omitempty"`
	// File is where it was read, for messages.
	File string `yaml:"-" json:"-"`
}

// Source is one text that was read.
type Source struct {
	What string `yaml:"what" json:"what"`
	URL  string `yaml:"url" json:"url"`
	// Read is the day it was read.
	Read calendar.Date `yaml:"read" json:"read"`
}

// Event is one day in the life of an instrument.
type Event struct {
	Date       calendar.Date `yaml:"date,omitempty" json:"date"`
	Event      string        `yaml:"event" json:"event"`
	What       string        `yaml:"what" json:"what"`
	Confidence Confidence    `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	// Precision is day (empty), month or year.
	Precision string `yaml:"precision,omitempty" json:"precision,omitempty"`
}

// Span is an interval of days: From is the first day, To the first day no
// more (zero: open end).
type Span struct {
	From calendar.Date `yaml:"from" json:"from"`
	To   calendar.Date `yaml:"to,omitempty" json:"to,omitempty"`
	// Confidence is how sure the span is; one that does not decide makes the outcome undetermined where it matters.
	Confidence Confidence `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	// DayDoubt is "month" or "year" when only the day within it is recalled: the span decides outside it.
	DayDoubt string `yaml:"day_doubt,omitempty" json:"day_doubt,omitempty"`
	// Recorded is the day we learned it (zero: from the first edition on),
	// Retracted the day we learned that it was wrong.
	Recorded  calendar.Date `yaml:"recorded,omitempty" json:"recorded,omitempty"`
	Retracted calendar.Date `yaml:"retracted,omitempty" json:"retracted,omitempty"`
	Note      string        `yaml:"note,omitempty" json:"note,omitempty"`
}

// KnownAt reports whether the span was recorded by the day and not yet retracted.
func (s *Span) KnownAt(d calendar.Date) bool {
	return (s.Recorded == 0 || s.Recorded <= d) && (s.Retracted == 0 || d < s.Retracted)
}

// Covers reports whether the day lies in the span.
func (s *Span) Covers(d calendar.Date) bool { return s.From <= d && (s.To == 0 || d < s.To) }

// overlaps reports whether some day lies in both spans, as far as both were believed at one time.
func (s *Span) overlaps(t Span) bool {
	known := (s.Retracted == 0 || t.Recorded < s.Retracted) && (t.Retracted == 0 || s.Recorded < t.Retracted)
	return known && (s.To == 0 || t.From < s.To) && (t.To == 0 || s.From < t.To)
}

// Citation points to the page of the law.
type Citation struct {
	Text string `yaml:"text" json:"text"`
	URL  string `yaml:"url" json:"url"`
	// Read is the day the page, or the source that stands for it, was read.
	Read calendar.Date `yaml:"read" json:"read"`
	// Source is a key of the regime's sources, where one was read instead of the page itself.
	Source string `yaml:"source,omitempty" json:"source,omitempty"`
}

// Effect says what a provision does when all its elements are met and no exception helps.
type Effect string

const (
	Forbids  Effect = "forbids"  // prohibited; with a deadline, restricted until it has passed
	Advises  Effect = "advises"  // guidance: restricted
	Reports  Effect = "reports"  // a report is owed: restricted, with the day it is due
	Allows   Effect = "allows"   // nothing is forbidden here: permitted
	Gap      Effect = "gap"      // law exists that nobody has read: undetermined
	Disposes Effect = "disposes" // restricted: allowed under the condition the remedy states
)

// Effects are all effects.
var Effects = []Effect{Forbids, Advises, Reports, Allows, Gap, Disposes}

// Provision is one clause that is judged by itself.
type Provision struct {
	// ID is the name within the regime.
	ID    string `yaml:"id" json:"id"`
	Title string `yaml:"title" json:"title"`
	// Plain is one sentence that a person without legal training understands. {item} is not needed.
	Plain string `yaml:"plain" json:"plain"`
	Binds []Bind `yaml:"binds" json:"binds"`
	// Anywhere is true when it reaches operators of any country that hold the role.
	Anywhere bool   `yaml:"anywhere,omitempty" json:"anywhere,omitempty"`
	Acts     []Act  `yaml:"acts" json:"acts"`
	InForce  []Span `yaml:"in_force" json:"in_force"`
	Effect   Effect `yaml:"effect" json:"effect"`
	// Entitles is true when it gives a right, so that not being bound is a loss and not a relief.
	Entitles bool      `yaml:"entitles,omitempty" json:"entitles,omitempty"`
	Deadline *Deadline `yaml:"deadline,omitempty" json:"deadline,omitempty"`
	// List names the organisations meant by `designated`, a list of this regime or "<regime>/<list>".
	List string `yaml:"list,omitempty" json:"list,omitempty"`
	// Relation says who counts as a designated organisation.
	Relation Relation `yaml:"relation,omitempty" json:"relation,omitempty"`
	// Entries makes one test of every entry of a list: its Elements come before those of the provision.
	Entries    *EntryUse   `yaml:"entries,omitempty" json:"entries,omitempty"`
	Elements   []Element   `yaml:"elements,omitempty" json:"elements,omitempty"`
	Exceptions []Exception `yaml:"exceptions,omitempty" json:"exceptions,omitempty"`
	// Confidence of the clause itself; one that does not decide gives undetermined where it matters.
	Confidence Confidence `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	// ActDoubt, Doubt: what is printed with every outcome that rests on the clause.
	Doubt     string     `yaml:"doubt,omitempty" json:"doubt,omitempty"`
	Remedy    string     `yaml:"remedy" json:"remedy"`
	Citations []Citation `yaml:"citations" json:"citations"`
	Notes     []string   `yaml:"notes,omitempty" json:"notes,omitempty"`
}

// Bind is one way to be bound: a role and what must be true of it.
type Bind struct {
	Role  string     `yaml:"role" json:"role"`
	Needs []RoleTest `yaml:"needs,omitempty" json:"needs,omitempty"`
}

// RoleTest is a condition on a key of a role; exactly one condition is set.
type RoleTest struct {
	Key      string   `yaml:"key" json:"key"`
	Is       *bool    `yaml:"is,omitempty" json:"is,omitempty"`
	AtMost   *float64 `yaml:"at_most,omitempty" json:"at_most,omitempty"`
	Contains []string `yaml:"contains,omitempty" json:"contains,omitempty"`
	OneOf    []string `yaml:"one_of,omitempty" json:"one_of,omitempty"`
	// NoneOf is met by a key that is not given, too.
	NoneOf []string `yaml:"none_of,omitempty" json:"none_of,omitempty"`
}

// Deadline is the last lawful day, or the rule that yields it. Exactly one of By, RoleKey and Clock is set.
type Deadline struct {
	By         calendar.Date `yaml:"by,omitempty" json:"by,omitempty"`
	Confidence Confidence    `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	// DayDoubt is as in Span.
	DayDoubt string `yaml:"day_doubt,omitempty" json:"day_doubt,omitempty"`
	// RoleKey is a date on the role that binds ("removal_term_ends").
	RoleKey string `yaml:"role_key,omitempty" json:"role_key,omitempty"`
	Clock   *Clock `yaml:"clock,omitempty" json:"clock,omitempty"`
}

// Clock counts a deadline from a day of the item.
type Clock struct {
	// From is an item date: discovered, acquired.
	From string `yaml:"from" json:"from"`
	// Days are calendar days, BusinessDays days that are no weekend or holiday of Calendar.
	Days         int    `yaml:"days,omitempty" json:"days,omitempty"`
	BusinessDays int    `yaml:"business_days,omitempty" json:"business_days,omitempty"`
	Calendar     string `yaml:"calendar,omitempty" json:"calendar,omitempty"`
	// Next is a second clock that runs once FirstReport is given.
	Next *Clock `yaml:"next,omitempty" json:"next,omitempty"`
	// Yearly are days "MM-DD" on which the duty recurs; Position is the "MM-DD" before, whose stock is reported.
	Yearly   []string `yaml:"yearly,omitempty" json:"yearly,omitempty"`
	Position string   `yaml:"position,omitempty" json:"position,omitempty"`
}

// EntryUse says how a provision uses the entries of a list.
type EntryUse struct {
	// Of is the regime that keeps the list.
	Of RegimeID `yaml:"of" json:"of"`
	// DaysAfter is the number of calendar days after which an added entry counts here.
	DaysAfter int `yaml:"days_after,omitempty" json:"days_after,omitempty"`
	// Kinds picks entries: named, product (place of production), all when empty.
	Kinds []string `yaml:"kinds,omitempty" json:"kinds,omitempty"`
	// Only picks entries by ID; AddedUntil by the day of addition.
	Only       []EntryID     `yaml:"only,omitempty" json:"only,omitempty"`
	AddedUntil calendar.Date `yaml:"added_until,omitempty" json:"added_until,omitempty"`
	// Purpose is false when the purpose limb of the entries does not apply here.
	Purpose *bool `yaml:"purpose,omitempty" json:"purpose,omitempty"`
	// Component is true when the entry's producer is looked for among the parts, not the whole.
	Component bool `yaml:"component,omitempty" json:"component,omitempty"`
	// AnyHost is true when the kind of the host does not matter to a Component test.
	AnyHost bool `yaml:"any_host,omitempty" json:"any_host,omitempty"`
	// ProductDoubt is an open point of law that stands in the way of product entries.
	ProductDoubt string `yaml:"product_doubt,omitempty" json:"product_doubt,omitempty"`
}

// Entry is one line of a list: named producers, or products by place of production.
type Entry struct {
	ID    EntryID `yaml:"id" json:"id"`
	Title string  `yaml:"title" json:"title"`
	// Kind is named or product.
	Kind string `yaml:"kind" json:"kind"`
	// Orgs are the named producers or providers.
	Orgs []org.ID `yaml:"orgs,omitempty" json:"orgs,omitempty"`
	// Added is the day of the listing; Spans are the intervals in which it stands.
	InForce []Span `yaml:"in_force" json:"in_force"`
	// Equipment and Services are the categories meant, by who produced or who provides them.
	Equipment []string `yaml:"equipment,omitempty" json:"equipment,omitempty"`
	Services  []string `yaml:"services,omitempty" json:"services,omitempty"`
	// OpenEquipment are kinds of which it is not settled that they count as equipment of the entry.
	OpenEquipment []string `yaml:"open_equipment,omitempty" json:"open_equipment,omitempty"`
	// Purposes limits the entry to goods used for one of them.
	Purposes []string `yaml:"purposes,omitempty" json:"purposes,omitempty"`
	// Elements are further tests of the entry (place of production, weight ...).
	Elements   []Element   `yaml:"elements,omitempty" json:"elements,omitempty"`
	Exceptions []Exception `yaml:"exceptions,omitempty" json:"exceptions,omitempty"`
	Text       string      `yaml:"text" json:"text"`
	Notes      []string    `yaml:"notes,omitempty" json:"notes,omitempty"`
	Citations  []Citation  `yaml:"citations" json:"citations"`
	File       string      `yaml:"-" json:"-"`
}

// Added is the first day of the entry.
func (e *Entry) Added() calendar.Date {
	if len(e.InForce) == 0 {
		return 0
	}
	return e.InForce[0].From
}

// Approval is a permission for named models of one maker.
type Approval struct {
	ID string `yaml:"id" json:"id"`
	// Entry is the entry it takes the models out of.
	Entry EntryID `yaml:"entry" json:"entry"`
	// Maker is the name as published; Orgs its IDs, where known.
	Maker string   `yaml:"maker" json:"maker"`
	Orgs  []org.ID `yaml:"orgs,omitempty" json:"orgs,omitempty"`
	// Models are words one of which the model must contain; empty with Unread set when nobody read them.
	Models []string `yaml:"models,omitempty" json:"models,omitempty"`
	Unread bool     `yaml:"unread,omitempty" json:"unread,omitempty"`
	// From is the first day, Until the last.
	From       calendar.Date `yaml:"from" json:"from"`
	Until      calendar.Date `yaml:"until,omitempty" json:"until,omitempty"`
	Confidence Confidence    `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	Recorded   calendar.Date `yaml:"recorded,omitempty" json:"recorded,omitempty"`
	Retracted  calendar.Date `yaml:"retracted,omitempty" json:"retracted,omitempty"`
	Citations  []Citation    `yaml:"citations" json:"citations"`
	Notes      []string      `yaml:"notes,omitempty" json:"notes,omitempty"`
	File       string        `yaml:"-" json:"-"`
}

// List is a dated list of organisations.
type List struct {
	ID    string       `yaml:"id" json:"id"`
	Title string       `yaml:"title" json:"title"`
	Names []Designated `yaml:"names" json:"names"`
}

// Designated is one organisation on a list for a time.
type Designated struct {
	Org org.ID `yaml:"org" json:"org"`
	// From zero: listed as long as the provision is in force.
	From       calendar.Date `yaml:"from,omitempty" json:"from,omitempty"`
	To         calendar.Date `yaml:"to,omitempty" json:"to,omitempty"`
	Confidence Confidence    `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	Recorded   calendar.Date `yaml:"recorded,omitempty" json:"recorded,omitempty"`
	Retracted  calendar.Date `yaml:"retracted,omitempty" json:"retracted,omitempty"`
	Note       string        `yaml:"note,omitempty" json:"note,omitempty"`
	Source     string        `yaml:"source,omitempty" json:"source,omitempty"`
}

// Element is one condition shown by itself.
type Element struct {
	Text string `yaml:"text" json:"text"`
	Test Test   `yaml:"test" json:"test"`
	// Confidence of the condition, when less sure than the provision.
	Confidence Confidence `yaml:"confidence,omitempty" json:"confidence,omitempty"`
}

// Exception takes a thing out of a provision once it is claimed.
type Exception struct {
	ID   string `yaml:"id" json:"id"`
	Text string `yaml:"text" json:"text"`
	// InForce empty: as long as the provision.
	InForce []Span `yaml:"in_force,omitempty" json:"in_force,omitempty"`
	// If is what must be true of the thing for the exception to be open at all; it claims nothing.
	If *Test `yaml:"if,omitempty" json:"if,omitempty"`
	// Claim is what the operator must show. Wholly unanswered, the verdict stands and the question is listed.
	Claim Test `yaml:"claim" json:"claim"`
	// Doubt, when set, makes a claim that is met undetermined, for the reason given.
	Doubt string `yaml:"doubt,omitempty" json:"doubt,omitempty"`
	// Entries limits it to some entries of the list.
	Entries []EntryID `yaml:"entries,omitempty" json:"entries,omitempty"`
}

// Duty is something to do that is not judged on things: shown in the timeline and with findings.
type Duty struct {
	ID         string        `yaml:"id" json:"id"`
	What       string        `yaml:"what" json:"what"`
	Binds      []string      `yaml:"binds,omitempty" json:"binds,omitempty"`
	By         calendar.Date `yaml:"by,omitempty" json:"by,omitempty"`
	From       calendar.Date `yaml:"from,omitempty" json:"from,omitempty"`
	Yearly     []string      `yaml:"yearly,omitempty" json:"yearly,omitempty"`
	Rule       string        `yaml:"rule,omitempty" json:"rule,omitempty"`
	Confidence Confidence    `yaml:"confidence,omitempty" json:"confidence,omitempty"`
}

// Term is a test with a name.
type Term struct {
	ID        string     `yaml:"id" json:"id"`
	Text      string     `yaml:"text" json:"text"`
	Test      Test       `yaml:"test" json:"test"`
	Citations []Citation `yaml:"citations,omitempty" json:"citations,omitempty"`
	File      string     `yaml:"-" json:"-"`
}

// Relation says which organisations count as a designated one.
type Relation string

// The relations. All but OpenAffiliates are those of package org.
const (
	Named          Relation = Relation(org.Named)
	Subsidiaries   Relation = Relation(org.Subsidiaries)
	Control        Relation = Relation(org.Control)
	Affiliates     Relation = Relation(org.Affiliates)
	FiftyAggregate Relation = Relation(org.FiftyAggregate)
	// OpenAffiliates: "subsidiary or affiliate" without a number in the text.
	// Control decides; a share above 10 % without control is an open question.
	OpenAffiliates Relation = "open_affiliates"
)

// Relations are all relations.
var Relations = []Relation{Named, Subsidiaries, Control, Affiliates, FiftyAggregate, OpenAffiliates}

// Category is one kind of thing in the tree of data/category.yaml.
type Category struct {
	ID     string   `yaml:"id" json:"id"`
	Parent string   `yaml:"parent,omitempty" json:"parent,omitempty"`
	Name   string   `yaml:"name" json:"name"`
	Words  []string `yaml:"words" json:"words"`
}

// Categories is the tree of kinds of things.
type Categories []Category

// Picks reports whether the provision uses the entry.
func (u *EntryUse) Picks(e *Entry) bool {
	return (len(u.Kinds) == 0 || slices.Contains(u.Kinds, e.Kind)) &&
		(len(u.Only) == 0 || slices.Contains(u.Only, e.ID)) &&
		(u.AddedUntil == 0 || e.Added() <= u.AddedUntil)
}
