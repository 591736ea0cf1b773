// Package org holds the words for who is who: Organisation, Alias, Identifier,
// Brand, Ownership, with their dates and sources, and the index that answers
// who is related to whom as of a date.
//
// It is not for deciding what a relation means under a law (judge does), nor
// for scoring misspelt names (screen does): names match here exactly, after
// normalisation, or not at all.
//
// Source of truth: data/organisation/*.yaml and data/maker.yaml. It imports
// the standard library and calendar only.
//
// Flow: files → Organisation → NewIndex → Related, Path, ByName, ByIdentifier.
package org

// ID names an organisation: an ID of data/organisation, or the reserved slug
// of a maker that no list names. IDs are stable. IDs of tests begin with "acme_".
type ID string

// Other stands for all makers that nobody defined. It never carries a designation.
const Other ID = "other"

// Confidence is how sure a fact of the data is. The zero value means Seen.
type Confidence string

const (
	Seen        Confidence = "seen"        // read in the text or an official paper
	Secondary   Confidence = "secondary"   // from a secondary source: decides, doubt printed
	Inferred    Confidence = "inferred"    // computed from seen facts: decides, doubt printed
	Memory      Confidence = "memory"      // not checked: never decides
	DraftOnly   Confidence = "draft_only"  // seen for the draft only: never decides
	Unconfirmed Confidence = "unconfirmed" // reported, nobody seen to confirm: never decides
)

// Decides reports whether a fact of this confidence may decide a verdict.
func (c Confidence) Decides() bool {
	return c == "" || c == Seen || c == Secondary || c == Inferred
}

// Rank orders confidences from the surest, 0, down; an unknown word ranks last.
func (c Confidence) Rank() int {
	switch c {
	case "", Seen:
		return 0
	case Secondary:
		return 1
	case Inferred:
		return 2
	case Memory:
		return 3
	case DraftOnly:
		return 4
	}
	return 5
}

// Valid reports whether c is one of the words above or empty.
func (c Confidence) Valid() bool { return c == Unconfirmed || c.Rank() < 5 }

// Weaker returns the less sure of c and d, never empty.
func (c Confidence) Weaker(d Confidence) Confidence {
	if d.Rank() > c.Rank() {
		c = d
	}
	if c == "" {
		return Seen
	}
	return c
}

// confidences are all words, surest first; the position is the rank.
var confidences = [...]Confidence{Seen, Secondary, Inferred, Memory, DraftOnly, Unconfirmed}
