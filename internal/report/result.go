// Package report shows the result of a check: as a table a tired person
// understands, as JSON, JSON lines, CSV and XLSX.
//
// It is not for judging: it shows what stands in a Result. Every form is made
// from the same lines, so doors cannot disagree. Source of truth of the JSON
// form: docs/format/check.schema.json.
package report

import (
	"iter"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/org"
)

// Head is all of a report that is small, whatever the number of assets.
type Head struct {
	Schema      string        `json:"schema"`
	AsOf        calendar.Date `json:"as_of"`
	KnownAt     calendar.Date `json:"known_at"`
	Profile     string        `json:"profile"`
	DataVersion string        `json:"data_version"`
	// Operator is the title of the profile, empty when several were judged for.
	Operator string           `json:"operator,omitempty"`
	Coverage []asset.Coverage `json:"coverage"`
	// Unreadable counts the inputs the user named that could not be used at all.
	Unreadable int             `json:"unreadable_inputs"`
	Summary    finding.Summary `json:"summary"`
	// Notes are remarks on the whole check: which profiles were assumed and how to state one's own.
	Notes []string `json:"notes,omitempty"`
	// Identity says which numbers did not tie things together, or tied rows that list one thing twice.
	Identity []string `json:"identity,omitempty"`
	// Groups are the findings counted by verdict, provision, profile and maker, worst first.
	Groups []Group `json:"groups"`
	// Tests are the next tests for unknown makers, most useful first.
	Tests []Test `json:"tests"`
	// Neighbours counts the assets only heard of.
	Neighbours int `json:"neighbours"`
	// Relabelled lists assets whose manufacturer is not the brand; the first MaxExamples.
	Relabelled      []Example `json:"relabelled"`
	RelabelledCount int       `json:"relabelled_count"`
	// Lines are the lines of the quotes and orders read, in their order, when there are at most MaxLines of them.
	Lines []Line `json:"lines,omitempty"`
	// Names are the organisations shown: ID → name.
	Names map[org.ID]string `json:"names"`
}

// MaxExamples bounds the examples kept in a group.
const MaxExamples = 5

// Group is a number of findings that say the same of different subjects.
type Group struct {
	Verdict      law.Verdict     `json:"verdict"`
	Regime       law.RegimeID    `json:"regime"`
	Provision    law.ProvisionID `json:"provision"`
	Entry        law.EntryID     `json:"entry,omitempty"`
	Profile      string          `json:"profile,omitempty"`
	Jurisdiction string          `json:"jurisdiction"`
	Act          law.Act         `json:"act"`
	Maker        org.ID          `json:"maker,omitempty"`
	Count        int             `json:"count"`
	// Quantity adds up the quantities of the assets.
	Quantity       int               `json:"quantity"`
	Why            string            `json:"why"`
	Remedy         string            `json:"remedy"`
	Citation       finding.Citation  `json:"citation"`
	Due            *calendar.Date    `json:"due"`
	DateConfidence law.Confidence    `json:"date_confidence,omitempty"`
	Questions      []GroupedQuestion `json:"questions"`
	Examples       []Example         `json:"examples"`
}

// GroupedQuestion is a question that findings of one group share, with how many asset-level questions it stands for.
type GroupedQuestion struct {
	Fact  string `json:"fact"`
	Text  string `json:"text"`
	First string `json:"first"` // ID of one such question
	Open  bool   `json:"open"`  // an open point of law: nobody can answer it from the network
	Count int    `json:"count"`
}

// Example names one subject of a group.
type Example struct {
	Asset   string `json:"asset"`
	Finding string `json:"finding"`
	Name    string `json:"name"`
	Model   string `json:"model"`
	Maker   org.ID `json:"maker,omitempty"`
	Brand   org.ID `json:"brand,omitempty"`
	// Label is the brand as written when it names no known organisation.
	Label   string           `json:"label,omitempty"`
	Sure    float64          `json:"sure"`
	Wording evidence.Wording `json:"wording,omitempty"`
	Part    string           `json:"part,omitempty"`
	Place   evidence.Place   `json:"place"`
}

// MaxLines bounds the lines of purchases shown one by one.
const MaxLines = 60

// Line is one line of a quote or an order with the gravest answer to it.
type Line struct {
	Example
	Quantity int `json:"quantity"`
	// Verdict is the worst of the line's findings; empty when no provision was found against it.
	Verdict law.Verdict `json:"verdict,omitempty"`
	// Under names the acts and citations of that verdict, each once: "fund under 47 CFR 54.9(a)".
	Under []Under `json:"under,omitempty"`
	// Ask is the first question that somebody can answer, of an undetermined line.
	Ask string `json:"ask,omitempty"`
	// Test is the cheapest next test when the maker is not sure enough.
	Test string `json:"test,omitempty"`
}

// Under is an act and a citation, for one profile when several are judged.
type Under struct {
	Act      law.Act `json:"act"`
	Citation string  `json:"citation"`
	Profile  string  `json:"profile,omitempty"`
}

// Test is a next test and how many unknown makers it would settle.
type Test struct {
	Text    string  `json:"text"`
	Count   int     `json:"count"`
	Example Example `json:"example"`
}

// Entry is one claim or observation with its ID, as JSON.
type Entry struct {
	ID   string
	JSON []byte
}

// Result is a finished check. Iterators yield in the order of IDs (findings:
// worst verdict first is a matter of showing, not of storing).
type Result interface {
	Head() *Head
	// Assets and Findings yield compact JSON objects, one each, without a newline.
	Assets() iter.Seq2[[]byte, error]
	// Asset returns one asset, nil when there is none of that ID.
	Asset(id string) ([]byte, error)
	Findings() iter.Seq2[[]byte, error]
	Claims() iter.Seq2[Entry, error]
	Observations() iter.Seq2[Entry, error]
}
