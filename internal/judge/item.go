// Package judge says what law says: for one operator, one act and one day it
// tests every provision of a rulebook on a thing, in three values.
//
// It is not for reading files (data does), nor for deciding who made a thing
// (attribute does). It has no clock, disk or network: the same arguments give
// the same outcomes. Source of truth: internal/law, filled from data/law.
//
// Flow: Compile(rulebook, organisations, categories) → Engine → Session(query)
// → Judge(item) → one Outcome a provision. Item.Facts and the keys that are
// zero are not known: a rule element that is not known and could change the
// verdict makes it undetermined, with the question that would settle it. An
// exception counts once claimed.
package judge

import (
	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// The bars of "produced by X": met when X and its relations together reach
// Bar, not met when they and everything unattributed stay below Floor.
const (
	Bar   = 0.95
	Floor = 0.05
)

// OnTheDay as a date of an item means: on the day asked about.
const OnTheDay calendar.Date = calendar.NoDate + 1

// Party is an organisation that may have made, provided or received something.
// Confidences of the parties of one list add up to at most 1; what is missing
// is attributed to nobody. All other makers are org.Other.
type Party struct {
	Org        org.ID
	Confidence float64
}

// Sure returns the parties of one organisation known for certain.
func Sure(id org.ID) []Party { return []Party{{Org: id, Confidence: 1}} }

// StageParty is a party responsible for one stage of production.
type StageParty struct {
	Party
	Stage string
}

// Owner is a holder of shares.
type Owner struct {
	Org     org.ID
	Percent float64
}

// Item is what the law can see of a thing. Zero values are not known. Judge keeps no reference to it.
type Item struct {
	Kind asset.Kind
	// Makers are who may have produced the whole; none means not known.
	Makers []Party
	// Producers are responsible for a stage each; they count as producers beside Makers.
	Producers []StageParty
	// Providers are who may run the service or supply the software.
	Providers []Party
	// Brand is what is printed on it; it decides nothing.
	Brand, Model string
	Category     asset.Category
	Function     asset.Function
	// Generation is 2g, 3g, 4g, 5g or other.
	Generation string
	Components []Component
	// ProducedIn maps a stage (design, development, manufacture, assembly) to a country; the stage "" stands for all.
	ProducedIn map[string]string

	Acquired, Installed, Removed   calendar.Date
	AuthorisedOn, ApplicationFiled calendar.Date
	Discovered, FirstReport        calendar.Date
	ContractFirstSigned            calendar.Date
	Route, FundedBy                string
	// Purpose lists all listed purposes that apply; nil is not known, empty or none_listed that none does.
	Purpose []string
	// Consignee receives the export; ConsigneeOwners nil is not known.
	Consignee       []Party
	ConsigneeOwners []Owner
	// Counterparty is the other party of the contract, Controllers who controls it (nil: as the ownership data say).
	Counterparty []Party
	Controllers  []org.ID
	// Facts are answers by name of the vocabulary.
	Facts map[string]law.Value
}

// Component is a part as the law sees it. Leave out parts about whose maker
// nothing was seen: one without Makers counts as a part of unknown maker.
type Component struct {
	Kind     asset.ComponentKind
	Category asset.Category
	Makers   []Party
	Facts    map[string]law.Value
}

// Query is for whom, for what and for which day judgement is asked.
type Query struct {
	Profile *law.Profile
	Act     law.Act
	AsOf    calendar.Date
	// KnownAt is the day whose knowledge counts; zero: all we know.
	KnownAt calendar.Date
	// Scenarios switch proposals on, by regime ID or name.
	Scenarios []string
	// Only names the regimes asked about; empty: all.
	Only []law.RegimeID
}

// Element is one legal element and how it came out.
type Element struct {
	Text  string
	State law.State
	// Reason is why, in plain words.
	Reason string
	// About names the parts of the item it looked at: "manufacturer",
	// "component:1.manufacturer", "category", "purpose", "profile", "law" ...
	About []string
}

// Question is what would settle an outcome.
type Question struct {
	// Fact is a name of the vocabulary.
	Fact   string
	Text   string
	Values []string
	// Scope says of whom it is asked: operator, item, component or law (nobody can answer it from the network).
	Scope string
	// About is the part of the item, "component:1" for a part.
	About string
}

// Outcome is the result of one provision (and entry) for one item.
type Outcome struct {
	Regime       law.RegimeID
	Provision    law.ProvisionID
	Entry        law.EntryID
	Jurisdiction string
	Act          law.Act
	Verdict      law.Verdict
	// Could are the verdicts the unknown facts leave open, worst first; one when settled.
	Could     []law.Verdict
	Elements  []Element
	Questions []Question
	// Due is the last lawful day, or the last day to report; NoDate when there is none.
	Due            calendar.Date
	DateConfidence law.Confidence
	Remedy         string
	Citations      []law.Citation
	// Why is one plain sentence, Legal one a lawyer accepts.
	Why, Legal string
	Notes      []string
	// Component is the index of the part it is about, -1 for the whole.
	Component int
}
