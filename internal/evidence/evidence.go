// Package evidence holds the words for what was seen and what it says:
// a Place, an Observation, a Fingerprint and a Claim.
//
// It is not for deciding anything: attribute weighs claims, judge applies law.
// It imports the standard library only.
//
// Flow: source → Observation → attribute (Fingerprint) → Claim.
package evidence

import (
	"crypto/sha256"
	"encoding/hex"
)

// ObservationID is the content hash of an Observation: 20 lower-case hex digits.
type ObservationID string

// ClaimID is the content hash of a Claim: 20 lower-case hex digits.
type ClaimID string

// Place says where in which input something stood, so that a person can go and look.
type Place struct {
	// Input is the name of the input as the user gave it; a file inside an
	// archive is "outer.zip!inner/file.csv".
	Input string `json:"input"`
	// At is the place inside the input in that format's own terms: "Sheet1!A12",
	// "row 12", "packet 7", an OID, "line 40", "offset 0x1f0". Empty means the whole input.
	At string `json:"at"`
}

// Observation is one raw fact, from one source, at one time. It is never
// changed after it was made.
type Observation struct {
	// Source is the package that read it: "snmp", "nmap", "sheet", ...
	Source string
	// Attr says what kind of fact Value is.
	Attr Attr
	// Value is the text as seen, valid UTF-8, at most MaxValue bytes. MACs are
	// "aa:bb:cc:dd:ee:ff", numeric OIDs have no leading dot, dates are YYYY-MM-DD.
	Value string
	// At is when it was true, RFC 3339 or YYYY-MM-DD, taken from the data alone; empty when the data do not say.
	At string
	// Place is where it stood.
	Place Place
}

// MaxValue is the greatest length of an observed value in bytes; a source cuts longer ones.
const MaxValue = 16 << 10

// ID returns the content hash of the observation: equal facts at equal places have equal IDs.
func (o *Observation) ID() ObservationID {
	return ObservationID(Hash(o.Source, string(o.Attr), o.Value, o.At, o.Place.Input, o.Place.At))
}

// Hash returns the 20 hex digit content hash of the parts: the first ten bytes
// of a SHA-256. Parts are length delimited, so ("ab","c") and ("a","bc") differ.
func Hash(parts ...string) string {
	var room [512]byte
	b := room[:0]
	for _, p := range parts {
		n := len(p)
		b = append(b, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
		b = append(b, p...)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:10])
}

// Aspect is what a claim is about. Stages and kinds follow a colon:
// "producer:design", "component:soc", "produced-in:assembly".
type Aspect string

// The aspects. A value is an organisation ID for Manufacturer, Brand, Operator
// and producer stages, an ISO 3166 alpha-2 code for produced-in stages, a
// category or function ID for those, free text for the rest.
const (
	Manufacturer Aspect = "manufacturer" // who made the thing
	Brand        Aspect = "brand"        // the name on the label
	Operator     Aspect = "operator"     // who runs a service
	Firmware     Aspect = "firmware"     // name and version of the device's firmware
	Software     Aspect = "software"     // a software product that runs on it
	Model        Aspect = "model"        // product designation of the maker or brand
	Category     Aspect = "category"     // what the thing is
	Function     Aspect = "function"     // what it does in the network
)

// Fingerprint is a pattern over one attribute and what a match asserts. It is data: data/fingerprint.
type Fingerprint struct {
	// ID is unique in the whole set: "<file>/<name>".
	ID string
	// Attrs are the attributes whose values the pattern is tried on.
	Attrs []Attr
	// Pattern is an RE2 expression; its named groups model, version, serial become claims.
	// With Word it is a plain word or name that stands alone, in any case of ASCII letters.
	// With Token it matches only between characters that are neither letters
	// nor digits, and the token is the model.
	Pattern string
	Word    bool
	Token   bool
	// Kind names the sort of clue whose measured weight it shares: "name", "mark", "model", "lead".
	Kind string
	// Under are organisations under whose name the same goods are sold: their
	// names and numbers beside a match speak for the label only.
	Under []string
	// Asserts are the aspects a match asserts.
	Asserts []Assertion
	// Why says why the pattern is general, and from where it is known.
	Why string
}

// Assertion is one statement of a fingerprint with its weight.
type Assertion struct {
	Aspect Aspect
	Value  string
	// Decibans is the weight of evidence, 10·log10 of the likelihood ratio; negative speaks against.
	Decibans float64
}

// Claim is a statement about one thing with the observations it rests on.
type Claim struct {
	// Subject is the ID of the asset or component spoken of.
	Subject string `json:"subject"`
	Aspect  Aspect `json:"aspect"`
	// Value is read as Aspect says.
	Value string `json:"value"`
	// Decibans is 10·log10 of the likelihood ratio of this clue alone; negative speaks against Value.
	Decibans float64 `json:"decibans"`
	// Class is the evidence class; claims of one class are not independent.
	Class Class `json:"class"`
	// Fingerprint is the ID of the fingerprint or registry ("ieee-oui", "iana-pen") that made the claim.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Why is one plain sentence on why this clue says so.
	Why string `json:"why,omitempty"`
	// From are the observations it rests on, sorted.
	From []ObservationID `json:"from"`
}

// ID returns the content hash of the claim.
func (c *Claim) ID() ClaimID {
	parts := []string{c.Subject, string(c.Aspect), c.Value, string(c.Class), c.Fingerprint}
	for _, f := range c.From {
		parts = append(parts, string(f))
	}
	return ClaimID(Hash(parts...))
}

// Wording is how strongly a conclusion may be said. The zero value says nothing.
type Wording string

const (
	Shown          Wording = "shown"           // two independent evidence classes
	Indicated      Wording = "indicated"       // one strong class
	ConsistentWith Wording = "consistent with" // weak evidence only
)
