// Package attribute says who really made a thing, how sure that is and what it
// rests on: it turns the observations of one resolved asset into weighed clues,
// lets makers compete, and words the conclusion no stronger than the evidence.
//
// It is not for reading formats (source), for deciding which sightings are one
// thing (resolve), nor for what law concludes (judge). It is pure: fingerprints,
// weights, number registries and organisations arrive as arguments.
//
// Source of truth: data/fingerprint (patterns, why each is general, weights with
// the counts they were measured from), the number registries, and RFC 2863, 2737
// and 3411 for what the SNMP values mean.
//
// Flow: Thing → clues (one per matching pattern, number or name) → per-class
// scores of each candidate → Result. Claims get their content hashes only when
// somebody asks with Explain.
package attribute

import (
	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/org"
	"telltale/internal/registry"
)

// The bars. Named is where a maker is named at all; the law's own bars are Met
// (produced by X) and NotMet (not produced by X).
const (
	Named  = 0.50
	Met    = 0.95
	NotMet = 0.05
)

// Thing is one resolved asset with everything that was seen of it.
type Thing struct {
	ID        string
	Sightings []*asset.Sighting
}

// Candidate is one possible maker with its share of the belief.
type Candidate struct {
	Org        org.ID
	Confidence float64
}

// Result is what the evidence says about one thing. Its slices belong to the caller.
type Result struct {
	// Manufacturer is nil when no maker reaches Named; Unknown["manufacturer"] then says why.
	Manufacturer *asset.Attribution
	// Candidates is the whole distribution, greatest first, org.Other included;
	// it sums to 1. It is nil when nothing spoke of a maker: nothing is cleared by silence.
	Candidates []Candidate
	// Brand is the name on the label, nil when none was seen.
	Brand *asset.Attribution
	// BrandText is the label as written when it names no known organisation.
	BrandText string
	// Relabelled is true when device evidence shows a maker other than the brand.
	Relabelled bool
	Category   *asset.CategoryValue
	Function   *asset.Function
	Model      *string
	Producers  []asset.Producer
	ProducedIn []asset.Production
	// Operators are who may run the service, for services, Operator the one that is named.
	Operator   *asset.Attribution
	Operators  []Candidate
	Components []ComponentResult
	// Unknown maps a field without value to the reason.
	Unknown map[string]string
	// NextTest is the cheapest test that would settle an unknown or unsure maker.
	NextTest string
	// Clues are all statements for and against, in a fixed order: what Explain turns into claims.
	Clues []Clue

	subject string
}

// ComponentResult is one part with a maker of its own.
type ComponentResult struct {
	asset.Component
	Candidates []Candidate
	Clues      []Clue
}

// Clue is a statement that waits to become an evidence.Claim.
type Clue struct {
	Aspect      evidence.Aspect
	Value       string
	Decibans    float64
	Class       evidence.Class
	Kind        Kind
	Fingerprint string
	Why         string
	// Under are organisations whose names and numbers beside this clue speak for the label only.
	Under []string
	// From is the observation it rests on; it belongs to the sighting.
	From *evidence.Observation
}

// Kind names the sort of clue weights are measured for: "pen", "mac", "name:sysDescr", "text:http".
type Kind string

// Registrant is who registered a number.
type Registrant = registry.Registrant

// Registry answers who registered a number. Implementations are safe for concurrent use.
type Registry interface {
	// MAC takes "aa:bb:cc:dd:ee:ff" and returns the longest matching IEEE block.
	MAC(mac string) (Registrant, bool)
	// PEN takes an IANA private enterprise number.
	PEN(n uint32) (Registrant, bool)
	USB(vendor uint16) (Registrant, bool)
	PCI(vendor uint16) (Registrant, bool)
	Bluetooth(company uint16) (Registrant, bool)
	// PON takes the four letters of an ITU-T G.984 vendor ID, upper case.
	PON(vendor string) (Registrant, bool)
	// Grantee takes the three or five characters of an FCC grantee code.
	Grantee(code string) (Registrant, bool)
	// ASN takes the number of an autonomous system.
	ASN(n uint32) (Registrant, bool)
}

// Relation says that goods sold under a brand were made by somebody else.
type Relation struct {
	Maker org.ID
	// Brand is the name on the label.
	Brand string
	// Model is an RE2 expression the model must match; empty means some goods of the brand.
	Model string
	// From and To bound the relation, YYYY-MM-DD, To exclusive; empty means open.
	From, To string
	// Whole is true when all goods of the name from within the dates are meant.
	Whole bool
	// Brief is true when hardly any goods were made within the dates: undated ones are not of them.
	Brief bool
	Why   string
}

// Whom is who is meant by a whole name.
type Whom struct {
	// Org is the organisation of that name or owner of that brand, empty when there is none.
	Org org.ID
	// Brand is true when the name is a brand of Org and not its own.
	Brand bool
	// MadeBy are those known to make goods sold under the name.
	MadeBy []Relation
}

// Orgs answers who is meant by a name. Implementations are safe for concurrent use.
type Orgs interface {
	// Whom takes a whole name as it stands in a field, not a sentence.
	Whom(name string) Whom
}
