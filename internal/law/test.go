package law

import (
	"fmt"
	"strings"

	"telltale/internal/calendar"
)

// Test is a condition: exactly one field is set. All, Any and Not join others,
// the rest are the leaves, the closed vocabulary of elements. Every leaf is
// met, not met or not known; what is not known and was asked for becomes a question.
type Test struct {
	All []Test `yaml:"all,omitempty" json:"all,omitempty"`
	Any []Test `yaml:"any,omitempty" json:"any,omitempty"`
	Not *Test  `yaml:"not,omitempty" json:"not,omitempty"`
	// Term is the name of a test of data/law/term.
	Term string `yaml:"term,omitempty" json:"term,omitempty"`
	// Unconfirmed is met by nothing: where its test is met, the outcome is not known.
	Unconfirmed *Test `yaml:"unconfirmed,omitempty" json:"unconfirmed,omitempty"`

	// MadeBy: who produced the thing. "designated" is the provision's list (or
	// the entry's organisations) under its relation, else an organisation ID or "<regime>/<list>".
	MadeBy []string `yaml:"made_by,omitempty" json:"made_by,omitempty"`
	// ProvidedBy: who provides the service or software.
	ProvidedBy []string `yaml:"provided_by,omitempty" json:"provided_by,omitempty"`
	// MakerCountry: the producer or provider is registered in one of the countries.
	MakerCountry []string `yaml:"maker_country,omitempty" json:"maker_country,omitempty"`
	// Category: the thing is of the category or of one below it.
	Category []string `yaml:"category,omitempty" json:"category,omitempty"`
	// Function: its place in the network; not stated, as its category says.
	Function []string `yaml:"function,omitempty" json:"function,omitempty"`
	// Generation: the mobile generation it serves; not met by what is no mobile equipment.
	Generation []string `yaml:"generation,omitempty" json:"generation,omitempty"`
	// FundedBy: which money pays. Route: way of authorisation.
	FundedBy []string `yaml:"funded_by,omitempty" json:"funded_by,omitempty"`
	Route    []string `yaml:"route,omitempty" json:"route,omitempty"`
	// Purpose: one of the listed purposes applies.
	Purpose []string `yaml:"purpose,omitempty" json:"purpose,omitempty"`
	// ProducedAbroad: a stage of production lies outside the country. ProducedIn: inside one of the countries.
	ProducedAbroad string   `yaml:"produced_abroad,omitempty" json:"produced_abroad,omitempty"`
	ProducedIn     []string `yaml:"produced_in,omitempty" json:"produced_in,omitempty"`
	// Fact: a fact of the vocabulary has the value; not stated, it is asked for.
	Fact FactTest `yaml:"fact,omitempty" json:"fact,omitempty"`
	// Stated: as Fact, but not met when nobody stated it; never asked.
	Stated FactTest `yaml:"stated,omitempty" json:"stated,omitempty"`
	// Date: a date of the item lies in an interval.
	Date *DateTest `yaml:"date,omitempty" json:"date,omitempty"`
	// AsOf: the day asked about lies in an interval.
	AsOf *AsOfTest `yaml:"as_of,omitempty" json:"as_of,omitempty"`
	// Component: a part meets the test.
	Component *ComponentTest `yaml:"component,omitempty" json:"component,omitempty"`
	// Role: the operator holds a role, with what is true of it.
	Role *Bind `yaml:"role,omitempty" json:"role,omitempty"`
	// RoleUntil: the operator holds a role and the day on its key has not passed.
	RoleUntil *RoleUntil `yaml:"role_until,omitempty" json:"role_until,omitempty"`
	// Waiver: a waiver of one of these covers the day.
	Waiver *WaiverTest `yaml:"waiver,omitempty" json:"waiver,omitempty"`
	// Approved: a listed approval names maker and model on that day.
	Approved bool `yaml:"approved,omitempty" json:"approved,omitempty"`
	// Consignee: who receives the export. ConsigneeOwned: at least the percentage of it is owned by the designated.
	Consignee      []string `yaml:"consignee,omitempty" json:"consignee,omitempty"`
	ConsigneeOwned float64  `yaml:"consignee_owned,omitempty" json:"consignee_owned,omitempty"`
	// Counterparty: the other party of the contract, or who controls it.
	Counterparty []string `yaml:"counterparty,omitempty" json:"counterparty,omitempty"`
}

// FactTest is the name of a fact and what its value must be.
type FactTest struct {
	Name string `yaml:"name" json:"name"`
	// Is is true or false; nothing set means true.
	Is      *bool    `yaml:"is,omitempty" json:"is,omitempty"`
	Over    *float64 `yaml:"over,omitempty" json:"over,omitempty"`
	AtLeast *float64 `yaml:"at_least,omitempty" json:"at_least,omitempty"`
	OneOf   []string `yaml:"one_of,omitempty" json:"one_of,omitempty"`
	// NotAfter is met when the date of the fact is the day asked about or before.
	NotAfter bool `yaml:"reached,omitempty" json:"reached,omitempty"`
}

// Suffix tells tests of one fact apart: ">4.4".
func (t *FactTest) Suffix() string {
	switch {
	case t.Over != nil:
		return fmt.Sprintf(">%g", *t.Over)
	case t.AtLeast != nil:
		return fmt.Sprintf(">=%g", *t.AtLeast)
	case t.OneOf != nil:
		return "=" + strings.Join(t.OneOf, "|")
	case t.NotAfter:
		return " reached"
	case t.Is != nil && !*t.Is:
		return "=false"
	}
	return ""
}

// DateTest: From <= date, date < Before, date <= Until. The rest speak of the entry judged.
type DateTest struct {
	Of     string        `yaml:"of" json:"of"`
	From   calendar.Date `yaml:"from,omitempty" json:"from,omitempty"`
	Before calendar.Date `yaml:"before,omitempty" json:"before,omitempty"`
	Until  calendar.Date `yaml:"until,omitempty" json:"until,omitempty"`
	// DaysAfterEntry is met from that many days after the entry was added; First replaces that day for the entries of the first list.
	DaysAfterEntry int `yaml:"days_after_entry,omitempty" json:"days_after_entry,omitempty"`
	// BeforeEntry is met before the entry's first day, or before Floor where that is later.
	BeforeEntry bool          `yaml:"before_entry,omitempty" json:"before_entry,omitempty"`
	Floor       calendar.Date `yaml:"floor,omitempty" json:"floor,omitempty"`
	First       calendar.Date `yaml:"first,omitempty" json:"first,omitempty"`
}

// AsOfTest: From <= as-of day < Before.
type AsOfTest struct {
	From       calendar.Date `yaml:"from,omitempty" json:"from,omitempty"`
	Before     calendar.Date `yaml:"before,omitempty" json:"before,omitempty"`
	Confidence Confidence    `yaml:"confidence,omitempty" json:"confidence,omitempty"`
}

// ComponentTest: one part is of one of the kinds (any when empty) and meets the test.
type ComponentTest struct {
	Kinds []string `yaml:"kinds,omitempty" json:"kinds,omitempty"`
	Test  *Test    `yaml:"test,omitempty" json:"test,omitempty"`
}

// RoleUntil: the role is held and the day on its key is the day asked about or later.
type RoleUntil struct {
	Role string `yaml:"role" json:"role"`
	Key  string `yaml:"key" json:"key"`
}

// WaiverTest: a waiver by one of these, not beyond Latest whatever the paper says.
type WaiverTest struct {
	By     []string      `yaml:"by" json:"by"`
	Latest calendar.Date `yaml:"latest,omitempty" json:"latest,omitempty"`
}
