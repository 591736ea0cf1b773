// Package org holds the words for who is who: Organisation, Alias, Identifier,
// Brand, Ownership, with their dates and sources, and the index that answers
// who is related to whom as of a date.
//
// Source of truth: data/organisation/*.yaml. It imports the standard library only.
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
