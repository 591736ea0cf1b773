package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"telltale/internal/asset"
	"telltale/internal/pipeline"
)

// evidencePage says what was read and what was not.
type evidencePage struct {
	Inputs   []asset.Coverage
	Sum      coverageSum
	Identity []string
}

func (s *site) evidence(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	h := v.Head()
	b := evidencePage{Inputs: slices.Clone(h.Coverage), Identity: h.Identity}
	if s.export(w, r, "coverage", []string{"input", "format", "read", "not understood", "place", "reason", "remedy"}, coverageRows(b.Inputs)) {
		return
	}
	for _, c := range b.Inputs {
		b.Sum.Inputs++
		b.Sum.Read += c.Read
		b.Sum.Failed += c.Failed
		if c.Unreadable {
			b.Sum.Unreadable++
		}
	}
	trouble := func(c *asset.Coverage) int {
		n := c.Failed
		if c.Unreadable {
			n += 1 << 40
		}
		return n
	}
	slices.SortStableFunc(b.Inputs, func(a, c asset.Coverage) int { return cmp.Compare(trouble(&c), trouble(&a)) })
	s.show(w, r, http.StatusOK, "evidence", view{Title: "Evidence", Nav: "evidence", Body: b})
}

func coverageRows(inputs []asset.Coverage) func(func([]string, error) bool) {
	return func(yield func([]string, error) bool) {
		for _, c := range inputs {
			if !yield([]string{c.Input, c.Format, strconv.Itoa(c.Read), strconv.Itoa(c.Failed)}, nil) {
				return
			}
			for _, why := range c.Reasons {
				if !yield([]string{c.Input, c.Format, "", "", why.Place, why.Reason, why.Hint}, nil) {
					return
				}
			}
		}
	}
}
