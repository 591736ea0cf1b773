package pipeline

import (
	"context"
	"errors"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/store/sqlite"
)

// Covered is what was read for what a result shows: its own inputs, and, where
// checks add to a database, those that earlier checks put there, each as it was
// read last.
func (w *Workspace) Covered(ctx context.Context, v *View) (cs []asset.Coverage, err error) {
	cs = slices.Clone(v.Head().Coverage)
	if w.DB == "" {
		return cs, nil
	}
	s, err := sqlite.Open(ctx, w.DB)
	if err != nil {
		return cs, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	loads, err := s.Loads(ctx)
	if err != nil {
		return cs, err
	}
	seen := map[string]bool{}
	for i := range cs {
		seen[cs[i].Input] = true
	}
	for _, l := range slices.Backward(loads) {
		for _, c := range l.Coverage {
			if !seen[c.Input] {
				seen[c.Input] = true
				cs = append(cs, c)
			}
		}
	}
	return cs, nil
}
