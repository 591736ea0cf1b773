package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"telltale/internal/browse"
	"telltale/internal/law"
	"telltale/internal/report"
)

// Changes are the findings whose verdict differs from that of the result before.
type Changes struct {
	// Since is the ID of the result before, SinceDay the day it was judged for.
	Since    string `json:"since"`
	SinceDay string `json:"since_day"`
	// Counts are all changes by verdict before and after; "" is no finding.
	Counts []browse.ChangeCount `json:"counts"`
	// Listed are the first MaxChanges, worst new verdict first.
	Listed []report.Change `json:"listed"`
}

// MaxChanges bounds the changes kept with a result.
const MaxChanges = 1000

const changesName = "changes.json"

// Changes returns what changed since the result before, nil when there was none.
func (v *View) Changes() (*Changes, error) {
	b, err := os.ReadFile(filepath.Join(v.folder.dir, changesName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	c := &Changes{}
	return c, json.Unmarshal(b, c)
}

// compareWith finds what changed since before and keeps it with the result.
func (v *View) compareWith(before *View) (*Changes, error) {
	counts, listed := v.Index.Changes(before.Index, MaxChanges)
	c := &Changes{Since: before.ID(), SinceDay: before.Head().AsOf.String(), Counts: counts, Listed: []report.Change{}}
	for _, x := range listed {
		of, n := v, x.Now
		if n < 0 {
			of, n = before, x.Before
		}
		f, err := of.finding(n)
		if err != nil {
			return nil, err
		}
		y := change(f, x.From, x.To)
		if a, err := of.folder.asset(y.Asset); err == nil {
			y.Name = a.Name
		}
		c.Listed = append(c.Listed, y)
	}
	b, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(v.folder.dir, changesName), b, 0o600); err != nil {
		return nil, fmt.Errorf("keep changes: %w", err)
	}
	return c, nil
}

// newlyRestricted reports whether a change makes an asset prohibited or restricted that was not.
func newlyRestricted(c *report.Change) bool {
	bad := func(v law.Verdict) bool { return v == law.Prohibited || v == law.Restricted }
	return bad(c.To) && !bad(c.From)
}

// NewlyRestricted returns the changes that make something prohibited or restricted that was not.
func (c *Changes) NewlyRestricted() *Changes {
	out := &Changes{Since: c.Since, SinceDay: c.SinceDay, Counts: []browse.ChangeCount{}, Listed: []report.Change{}}
	for i := range c.Listed {
		if newlyRestricted(&c.Listed[i]) {
			out.Listed = append(out.Listed, c.Listed[i])
		}
	}
	for _, n := range c.Counts {
		if newlyRestricted(&report.Change{From: n.From, To: n.To}) {
			out.Counts = append(out.Counts, n)
		}
	}
	return out
}
