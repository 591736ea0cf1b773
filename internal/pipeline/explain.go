package pipeline

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/report"
)

// Explain gathers the chain of the finding or asset whose ID begins with prefix.
func Explain(f *Folder, prefix string) (*report.Explanation, error) {
	h := f.Head()
	x := &report.Explanation{Others: []finding.Finding{}, AsOf: h.AsOf.String(), Profile: h.Profile, Names: h.Names,
		Claims: map[evidence.ClaimID]evidence.Claim{}, Observations: map[evidence.ObservationID]finding.Observation{}}
	e, err := only(f, "findings", prefix)
	if err != nil {
		return nil, err
	}
	id := ""
	if e != nil {
		x.Finding = &finding.Finding{}
		if err := json.Unmarshal(e.JSON, x.Finding); err != nil {
			return nil, fmt.Errorf("read finding %s: %w", e.ID, err)
		}
		if id = x.Finding.Subject.ID; x.Finding.Subject.Host != nil {
			id = *x.Finding.Subject.Host
		}
	} else if e, err = only(f, "assets", prefix); err != nil {
		return nil, err
	} else if e == nil {
		return nil, fmt.Errorf("no finding or asset of the last result has an ID that begins with %q", prefix)
	} else {
		id = e.ID
	}
	if x.Asset, err = f.asset(id); err != nil {
		return nil, err
	}
	if x.Finding == nil {
		if err := f.findingsOf(x, id); err != nil {
			return nil, err
		}
	}
	return x, f.gather(x)
}

// only returns the one entry whose ID begins with prefix, nil when there is none.
func only(f *Folder, list, prefix string) (*report.Entry, error) {
	es, err := f.Lookup(list, prefix, 2)
	if err != nil || len(es) == 0 {
		return nil, err
	}
	if len(es) > 1 {
		return nil, fmt.Errorf("several %s have an ID that begins with %q: %s and %s; type more digits", list, prefix, es[0].ID, es[1].ID)
	}
	return &es[0], nil
}

func (f *Folder) asset(id string) (*asset.Asset, error) {
	b, err := f.Asset(id)
	if err != nil {
		return nil, err
	}
	if b == nil {
		return nil, fmt.Errorf("the result has no asset %s", id)
	}
	a := &asset.Asset{}
	if err := json.Unmarshal(b, a); err != nil {
		return nil, fmt.Errorf("read asset %s: %w", id, err)
	}
	return a, nil
}

// gather adds the claims of the asset and its parts, and what they rest on.
func (f *Folder) gather(x *report.Explanation) error {
	want := map[evidence.ClaimID]bool{}
	add := func(m *asset.Attribution) {
		if m != nil {
			for _, c := range m.Evidence {
				want[c] = true
			}
		}
	}
	add(x.Asset.Manufacturer)
	add(x.Asset.Brand)
	add(x.Asset.Operator)
	for i := range x.Asset.Components {
		add(x.Asset.Components[i].Manufacturer)
	}
	findings := x.Others
	if x.Finding != nil {
		findings = append(slices.Clone(findings), *x.Finding)
	}
	for i := range findings {
		for _, el := range findings[i].Elements {
			for _, c := range el.Because {
				want[c] = true
			}
		}
	}
	for id := range want {
		e, err := only(f, "claims", string(id))
		if err != nil {
			return err
		}
		if e == nil {
			continue
		}
		var c evidence.Claim
		if err := json.Unmarshal(e.JSON, &c); err != nil {
			return fmt.Errorf("read claim %s: %w", id, err)
		}
		x.Claims[id] = c
		for _, o := range c.From {
			if err := f.observation(x, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *Folder) observation(x *report.Explanation, id evidence.ObservationID) error {
	e, err := only(f, "observations", string(id))
	if err != nil || e == nil {
		return err
	}
	var o finding.Observation
	if err := json.Unmarshal(e.JSON, &o); err != nil {
		return fmt.Errorf("read observation %s: %w", id, err)
	}
	x.Observations[id] = o
	return nil
}

func (f *Folder) findingsOf(x *report.Explanation, id string) error {
	for b, err := range f.Findings() {
		if err != nil {
			return err
		}
		var y finding.Finding
		if err := json.Unmarshal(b, &y); err != nil {
			return fmt.Errorf("read finding: %w", err)
		}
		if y.Subject.ID == id || y.Subject.Host != nil && *y.Subject.Host == id {
			x.Others = append(x.Others, y)
		}
	}
	return nil
}

// ExplainAll explains every asset of a small result, as `ask` shows it.
func ExplainAll(w io.Writer, _ *Knowledge, f *Folder, style report.Style) error {
	h := f.Head()
	fmt.Fprintf(w, "judged for %s on %s\n", h.Profile, h.AsOf)
	for _, n := range h.Notes {
		fmt.Fprintf(w, "  note: %s\n", n)
	}
	for b, err := range f.Assets() {
		if err != nil {
			return err
		}
		var a struct{ ID string }
		if err := json.Unmarshal(b, &a); err != nil {
			return err
		}
		x, err := Explain(f, a.ID)
		if err != nil {
			return err
		}
		if !style.All {
			x.Others = findingsOnly(x.Others)
		}
		fmt.Fprintln(w)
		if err := report.Explain(w, x, style); err != nil {
			return err
		}
	}
	return nil
}

func findingsOnly(fs []finding.Finding) []finding.Finding {
	out := fs[:0]
	for _, f := range fs {
		if f.Verdict.IsFinding() {
			out = append(out, f)
		}
	}
	return out
}
