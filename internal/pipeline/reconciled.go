package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"telltale/internal/calendar"
	"telltale/internal/report"
)

// A server compares paper and wire once for each result and edition of the
// data, in the background, and keeps the last in memory.

// ErrMaking means that what is asked for is still being put together.
var ErrMaking = errors.New("it is being put together; ask again in a moment")

// maxReconciled bounds the things of a result that a server compares: all of them stand in memory.
const maxReconciled = 100_000

// reconciling is the comparison of one result.
type reconciling struct {
	of   string
	made chan struct{} // closed when r or err is there
	r    *report.Reconciliation
	err  error
}

// Reconcile compares what is on paper with what is on the wire in the current
// result; moves and departures before since (NoDate: none) are left out. It
// waits for what is being put together until ctx ends, then says ErrMaking.
// The outcome is shared: callers must not change it.
func (w *Workspace) Reconcile(ctx context.Context, since calendar.Date) (*report.Reconciliation, error) {
	x, err := w.reconciling()
	if err != nil {
		return nil, err
	}
	select {
	case <-x.made:
	case <-ctx.Done():
		return nil, ErrMaking
	}
	if x.err != nil || since == calendar.NoDate {
		return x.r, x.err
	}
	b, err := json.Marshal(x.r) // Since changes what it is asked of
	if err != nil {
		return nil, err
	}
	r := &report.Reconciliation{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, err
	}
	r.Since = since.String()
	r.Outcome.Since(r.Since)
	return r, nil
}

// reconciling joins the comparison of the current result, or starts it.
func (w *Workspace) reconciling() (*reconciling, error) {
	v, done, err := w.View()
	if err != nil {
		return nil, err
	}
	k := w.Knowledge()
	w.mu.Lock()
	key := v.ID() + " " + k.Version
	if x := w.reconciled; x != nil && x.of == key {
		w.mu.Unlock()
		done()
		return x, nil
	}
	x := &reconciling{of: key, made: make(chan struct{})}
	w.reconciled = x
	w.mu.Unlock()
	w.ended.Add(1)
	go func() {
		defer w.ended.Done()
		defer done()
		defer close(x.made)
		if n := v.Head().Summary.Assets; n > maxReconciled {
			how := "telltale check FILES, then telltale reconcile --format xlsx"
			if w.DB != "" {
				how = "telltale reconcile --db FILE --format xlsx"
			}
			x.err = fmt.Errorf("%w: the result has %d things, more than the %d that are compared here; the command line compares any number: %s", ErrInvalid, n, maxReconciled, how)
			return
		}
		x.err = guard(func() (err error) { x.r, err = k.Reconcile(w.ctx, v.folder, calendar.NoDate); return err })
	}()
	return x, nil
}
