// Package finding joins assets, claims and law by ID into what is shown: a
// Finding with its elements, questions and citations, and the Report of a check.
//
// The JSON form is docs/format/check.schema.json and is stable.
package finding

import (
	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/evidence"
	"telltale/internal/law"
)

// Schema names the JSON form of Report.
const Schema = "telltale/check/1"

// SubjectKind says what a finding is about.
type SubjectKind string

const (
	OnAsset     SubjectKind = "asset"
	OnComponent SubjectKind = "component"
	OnEstate    SubjectKind = "estate" // the operator's whole stock, such as a share against a cap
)

// Subject is what a finding is about. Host is the asset a component sits in.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	ID   string      `json:"id"`
	Host *string     `json:"host"`
}

// Element is one legal element and how it came out.
type Element struct {
	Text    string             `json:"text"`
	State   law.State          `json:"state"`
	Because []evidence.ClaimID `json:"because"`
	// Reason is why, in plain words, when no claim carries it.
	Reason string `json:"reason,omitempty"`
}

// Question is what must be answered to settle a finding.
type Question struct {
	ID string `json:"id"`
	// Fact is a name of the law's vocabulary.
	Fact string `json:"fact"`
	Text string `json:"text"`
	// Values lists what may be answered, where closed.
	Values []string `json:"values,omitempty"`
}

// Citation points to the page of the law.
type Citation struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Finding is the outcome of one provision for one subject.
type Finding struct {
	ID           string          `json:"id"`
	Subject      Subject         `json:"subject"`
	Regime       law.RegimeID    `json:"regime"`
	Provision    law.ProvisionID `json:"provision"`
	Entry        *law.EntryID    `json:"entry"`
	Jurisdiction string          `json:"jurisdiction"`
	Act          law.Act         `json:"act"`
	Verdict      law.Verdict     `json:"verdict"`
	// Profile is the profile judged for; set when a check judges several.
	Profile   string     `json:"profile,omitempty"`
	Elements  []Element  `json:"elements"`
	Questions []Question `json:"questions"`
	// Due is the last lawful day or the last day to report.
	Due            *calendar.Date `json:"due"`
	DateConfidence law.Confidence `json:"date_confidence"`
	Remedy         string         `json:"remedy"`
	Citations      []Citation     `json:"citations"`
	// Why is one plain sentence; Legal is the sentence a lawyer accepts.
	Why   string   `json:"why"`
	Legal string   `json:"legal,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

// Observation is the JSON form of evidence.Observation.
type Observation struct {
	Source string         `json:"source"`
	Attr   evidence.Attr  `json:"attr"`
	Value  string         `json:"value"`
	At     *string        `json:"at"`
	Place  evidence.Place `json:"place"`
}

// Summary counts.
type Summary struct {
	Assets       int `json:"assets"`
	Prohibited   int `json:"prohibited"`
	Restricted   int `json:"restricted"`
	Undetermined int `json:"undetermined"`
	Permitted    int `json:"permitted"`
	NotBound     int `json:"not_bound"`
	UnknownMaker int `json:"unknown_maker"`
	// Matched, PaperOnly and WireOnly count the assets by where they are known from (asset.Asset.Record).
	Matched   int `json:"matched"`
	PaperOnly int `json:"paper_only"`
	WireOnly  int `json:"wire_only"`
}

// Report is the whole result of a check.
type Report struct {
	Schema       string                                 `json:"schema"`
	AsOf         calendar.Date                          `json:"as_of"`
	KnownAt      calendar.Date                          `json:"known_at"`
	Profile      string                                 `json:"profile"`
	DataVersion  string                                 `json:"data_version"`
	Coverage     []asset.Coverage                       `json:"coverage"`
	Assets       []asset.Asset                          `json:"assets"`
	Findings     []Finding                              `json:"findings"`
	Claims       map[evidence.ClaimID]evidence.Claim    `json:"claims"`
	Observations map[evidence.ObservationID]Observation `json:"observations"`
	Summary      Summary                                `json:"summary"`
}
