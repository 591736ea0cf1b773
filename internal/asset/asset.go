// Package asset holds the words for things: what a source saw (Sighting), what
// ties sightings together (Key), and the resolved Asset with its components.
//
// It is not for deciding who made a thing or what law says of it. It imports
// the standard library, evidence and org only.
package asset

import (
	"cmp"
	"fmt"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/org"
)

// Kind says what sort of thing an asset is. The zero value is not known.
type Kind string

const (
	Device       Kind = "device"        // a box in a network or a register
	Software     Kind = "software"      // a program or library
	Service      Kind = "service"       // something somebody runs for the operator
	PurchaseLine Kind = "purchase-line" // a line of an order, quote or invoice
	Contract     Kind = "contract"
	Party        Kind = "party" // an organisation or person as such
)

// Seen says how a thing came to our eyes. The zero value is not known.
type Seen string

const (
	Direct    Seen = "direct"    // it answered, sent or was read itself
	Listed    Seen = "listed"    // somebody's list names it
	Neighbour Seen = "neighbour" // another thing told of it
)

// Category says what a thing is, an ID of the category tree in data/category.yaml. The zero value is not known.
type Category string

// Function says what a thing does in the network: core, ran, access,
// fixed_access, transport, management or other. The zero value is not known.
type Function string

// ComponentKind says what a part is: soc, cellular_module, modular_transmitter, optic, psu, bmc, board, fan, storage, library, other.
type ComponentKind string

// Sighting is one thing as one source saw it in one place: the unit a source
// yields. The receiver owns it and everything in it.
type Sighting struct {
	Kind Kind
	Seen Seen
	// Place is where the thing as a whole stood: a row, a host, a walk.
	Place evidence.Place
	// Network separates address spaces; filled by the pipeline from --network or the input's name.
	Network string
	// Observations are the facts, in the order of the input.
	Observations []evidence.Observation
	// Components are the parts seen inside it. Their Components are parts of those.
	Components []Part
	// Links are the things it told of and how it is joined to them.
	Links []Link
	// Complete is true when the source read all it can hold of the thing, so
	// that a value missing now is gone (a full walk, a full export row).
	Complete bool
}

// Part is a component as seen.
type Part struct {
	Kind         ComponentKind
	Place        evidence.Place
	Observations []evidence.Observation
	Components   []Part
}

// Link is what one thing told of another. Remote.Seen is Neighbour.
type Link struct {
	// Via is the protocol: lldp, cdp, fdp, fdb, arp, route, pon, sheet.
	Via        string
	LocalPort  string
	RemotePort string
	Remote     Sighting
}

// Attribution is a conclusion about an organisation.
type Attribution struct {
	Org org.ID `json:"org"`
	// Confidence is the normalised posterior in 0..1, calibrated on labelled recordings.
	Confidence float64          `json:"confidence"`
	Wording    evidence.Wording `json:"wording,omitempty"`
	// Evidence are the claims for and against, heaviest first.
	Evidence []evidence.ClaimID `json:"evidence"`
	// Answered is set when a person said so: Confidence is 1 and Wording empty then,
	// Evidence what was seen of the thing all the same.
	Answered *Answered `json:"answered,omitempty"`
}

// Answered says who stated a conclusion, when and why.
type Answered struct {
	By string `json:"by"`
	// At is the time of the answer, RFC 3339.
	At     string `json:"at"`
	Reason string `json:"reason,omitempty"`
}

// String is the source in a sentence.
func (a *Answered) String() string {
	s := "answered by " + cmp.Or(a.By, "somebody")
	if day, _, _ := strings.Cut(a.At, "T"); day != "" {
		s += " on " + day
	}
	if a.Reason != "" {
		s += ": " + a.Reason
	}
	return s
}

// CategoryValue is a conclusion about what a thing is.
type CategoryValue struct {
	Value      Category `json:"value"`
	Confidence float64  `json:"confidence"`
}

// Producer is a conclusion about one stage of production.
type Producer struct {
	Org        org.ID  `json:"org"`
	Stage      string  `json:"stage"`
	Confidence float64 `json:"confidence"`
}

// Production says in which country (ISO 3166 alpha-2) a stage of production took place.
type Production struct {
	Stage   string `json:"stage"`
	Country string `json:"country"`
}

// Component is a resolved part of an asset, with a maker of its own.
type Component struct {
	ID           string           `json:"id"`
	Kind         ComponentKind    `json:"kind"`
	Name         string           `json:"name,omitempty"`
	Model        string           `json:"model,omitempty"`
	Serial       string           `json:"serial,omitempty"`
	Manufacturer *Attribution     `json:"manufacturer"`
	Where        []evidence.Place `json:"where"`
}

// Asset is a thing after identity resolution and attribution. JSON is the stable form of `telltale check`.
type Asset struct {
	// ID is the hash of the smallest strong key, else of the smallest sighting.
	ID       string   `json:"id"`
	Kind     Kind     `json:"kind"`
	Seen     Seen     `json:"seen"`
	Quantity int      `json:"quantity"`
	Name     string   `json:"name"`
	Keys     []string `json:"keys"`
	// Category is nil when not known; Unknown then says why.
	Category     *CategoryValue `json:"category"`
	Function     *Function      `json:"function"`
	Model        *string        `json:"model"`
	Manufacturer *Attribution   `json:"manufacturer"`
	Brand        *Attribution   `json:"brand"`
	// Operator is who runs a service; nil for things and where nobody is known.
	Operator *Attribution `json:"operator,omitempty"`
	// BrandText is the label as it was written down when no organisation of the data bears that name; Brand is nil then.
	BrandText string `json:"brand_text,omitempty"`
	// Relabelled is true when device evidence shows a manufacturer other than the brand.
	Relabelled bool         `json:"relabelled"`
	Producers  []Producer   `json:"producers"`
	ProducedIn []Production `json:"produced_in"`
	Components []Component  `json:"components"`
	// Unknown maps a field that is nil to the reason: "not-checked", "not-seen", "below the bar: ...".
	Unknown map[string]string `json:"unknown"`
	// NextTest is the cheapest test that would settle an unknown maker.
	NextTest string `json:"next_test,omitempty"`
	// Facts are what the inputs or answers state for the law: "funded_by" → "usf".
	Facts map[string]string `json:"facts,omitempty"`
	Where []evidence.Place  `json:"where"`
	// Record says where it is known from: "matched" (on paper and on the wire), "paper-only", "wire-only".
	Record string `json:"record,omitempty"`
}

// KeyType names what a key is.
type KeyType string

// Key is an identifier that ties sightings to an asset.
type Key struct {
	Type  KeyType
	Value string
	// Strong keys unite and, when they conflict, keep apart; weak keys unite
	// only inside one network and time window.
	Strong bool
}

// String returns "type:value".
func (k Key) String() string { return string(k.Type) + ":" + k.Value }

// Coverage says of one input what was read and what was not.
type Coverage struct {
	Input string `json:"input"`
	// Format is the source that read it, empty when none recognised it.
	Format string `json:"format,omitempty"`
	// Read counts the things understood, Failed those that were not.
	Read    int      `json:"read"`
	Failed  int      `json:"failed"`
	Reasons []Reason `json:"reasons"`
	// Notes are remarks that are no failures: the guessed columns, what was skipped on purpose.
	Notes []string `json:"notes,omitempty"`
	// Looked are the addresses the input says it asked, answered or not: CIDR, ranges, single ones. Empty when it does not say.
	Looked []string `json:"looked,omitempty"`
	// At is when it did, RFC 3339; empty when it does not say.
	At string `json:"at,omitempty"`
	// Unreadable is true when the whole input could not be used.
	Unreadable bool `json:"unreadable,omitempty"`
	// Named is true for an input the user named, false for a file found inside a folder or archive.
	Named bool `json:"-"`
}

// Reason says why one place was not understood and what to do about it.
type Reason struct {
	Place  string `json:"place"`
	Reason string `json:"reason"`
	// Hint is the remedy in plain words.
	Hint string `json:"hint,omitempty"`
}

// MaxReasons bounds the reasons kept per input; Failed counts all.
const MaxReasons = 100

// Fail counts a failure and keeps its reason while there is room.
func (c *Coverage) Fail(place, reason, hint string) {
	c.Failed++
	if len(c.Reasons) < MaxReasons {
		c.Reasons = append(c.Reasons, Reason{Place: place, Reason: reason, Hint: hint})
	} else if len(c.Reasons) == MaxReasons {
		c.Reasons = append(c.Reasons, Reason{Place: "", Reason: fmt.Sprintf("more than %d: the rest is counted only", MaxReasons)})
	}
}
