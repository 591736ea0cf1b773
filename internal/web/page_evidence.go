package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/pipeline"
)

// evidencePage says what was read and what was not.
type evidencePage struct {
	// Inputs are those of this page, the ones with trouble first; Total counts all that meet the conditions.
	Inputs     []asset.Coverage
	Total      int
	From, Next int
	Query      string
	// Trouble narrows to inputs of which something was not understood; Troubled counts them.
	Trouble  bool
	Troubled int
	Sum      coverageSum
	Identity []string
}

// Only is the value of the address that narrows as this page is narrowed.
func (b evidencePage) Only() string {
	if b.Trouble {
		return "trouble"
	}
	return ""
}

func (s *site) evidence(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	h := v.Head()
	q := r.URL.Query()
	b := evidencePage{Identity: h.Identity, Query: strings.TrimSpace(q.Get("q")), Trouble: q.Get("only") == "trouble"}
	all := s.inputs(v)
	b.Sum = sumOf(all)
	b.Troubled = len(b.narrowed(all, "", true))
	all = b.narrowed(all, b.Query, b.Trouble)
	if s.export(w, r, "coverage", []string{"input", "format", "read", "not understood", "place", "reason", "remedy"}, coverageRows(all)) {
		return
	}
	b.Total = len(all)
	b.From, _ = strconv.Atoi(q.Get("from"))
	b.From = min(max(0, b.From), b.Total)
	b.Inputs = firstOf(all[b.From:], pageSize)
	if end := b.From + len(b.Inputs); end < b.Total {
		b.Next = end
	}
	s.show(w, r, http.StatusOK, "evidence", view{Title: "Evidence", Nav: "evidence", Body: b})
}

// inputs are what was read for a result, the inputs with trouble first.
func (s *site) inputs(v *pipeline.View) []asset.Coverage {
	return once(&s.memo, v, "inputs", func() []asset.Coverage {
		cs, err := s.Work.Covered(context.Background(), v)
		if err != nil { // the result itself is whole, and its own inputs are known
			cs = v.Head().Coverage
		}
		return worstRead(cs)
	})
}

// narrowed are the inputs whose name, format or reasons hold a text.
func (evidencePage) narrowed(all []asset.Coverage, text string, trouble bool) []asset.Coverage {
	if text == "" && !trouble {
		return all
	}
	holds := func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(text)) }
	var out []asset.Coverage
	for _, c := range all {
		found := holds(c.Input) || holds(c.Format) || slices.ContainsFunc(c.Notes, holds) || slices.ContainsFunc(c.Reasons, func(r asset.Reason) bool { return holds(r.Place) || holds(r.Reason) })
		if found && (!trouble || c.Failed > 0 || c.Unreadable) {
			out = append(out, c)
		}
	}
	return out
}

// worstRead orders inputs by what was not understood of them, the unreadable first.
func worstRead(inputs []asset.Coverage) []asset.Coverage {
	trouble := func(c *asset.Coverage) int {
		n := c.Failed
		if c.Unreadable {
			n += 1 << 40
		}
		return n
	}
	out := slices.Clone(inputs)
	slices.SortStableFunc(out, func(a, c asset.Coverage) int { return cmp.Compare(trouble(&c), trouble(&a)) })
	return out
}

// sumOf adds up what was read.
func sumOf(inputs []asset.Coverage) coverageSum {
	var sum coverageSum
	for i := range inputs {
		c := &inputs[i]
		sum.Inputs++
		sum.Read += c.Read
		sum.Failed += c.Failed
		if c.Unreadable {
			sum.Unreadable++
		}
	}
	return sum
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
