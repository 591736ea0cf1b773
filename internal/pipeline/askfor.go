package pipeline

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"telltale/internal/calendar"
)

// AskResult answers one text like Ask, in a folder that is gone when the Folder is closed.
func (k *Knowledge) AskResult(ctx context.Context, text string, opt *Options) (*Folder, error) {
	dir, err := os.MkdirTemp("", "telltale-ask-*")
	if err != nil {
		return nil, fmt.Errorf("make a result folder: %w", err)
	}
	f, err := Ask(ctx, k, dir, text, opt)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	f.temporary = true
	return f, nil
}

// Bounds of questions: a pasted list takes seconds and some hundred megabytes.
const (
	askedAtOnce = 2  // are answered
	maxAsked    = 16 // wait, are answered, or are being told
)

// asking bounds the questions of a server.
type asking struct {
	turn chan struct{}
	open atomic.Int32
}

// wait waits until a question may be answered; it fails with ErrBusy when too
// many are under way. Answered gives the turn on; told is called when the answer
// was handed over, which a slow reader may delay.
func (a *asking) wait(ctx context.Context) (answered, told func(), err error) {
	told = sync.OnceFunc(func() { a.open.Add(-1) })
	if a.open.Add(1) > maxAsked {
		told()
		return nil, nil, fmt.Errorf("%w: %d questions are under way already", ErrBusy, maxAsked)
	}
	select {
	case a.turn <- struct{}{}:
		return sync.OnceFunc(func() { <-a.turn }), told, nil
	case <-ctx.Done():
		told()
		return nil, nil, ctx.Err()
	}
}

// AskTurn waits for the turn of a question that a door answers itself; it is
// over when the function returned is called. It fails with ErrBusy like AskFor.
func (w *Workspace) AskTurn(ctx context.Context) (func(), error) {
	answered, told, err := w.asking.wait(ctx)
	if err != nil {
		return nil, err
	}
	return func() { answered(); told() }, nil
}

// AskFor answers one text for a profile, all built-in ones for "", on a day.
// It waits for its turn, and fails with ErrBusy when too many are under way:
// a question counts until its Folder is closed.
func (w *Workspace) AskFor(ctx context.Context, text, profile string, asOf calendar.Date) (*Folder, error) {
	k := w.Knowledge()
	o, err := w.options(k, &CheckRequest{Profile: profile, AsOf: asOf, All: true})
	if err != nil {
		return nil, err
	}
	o.DB = ""
	answered, told, err := w.asking.wait(ctx)
	if err != nil {
		return nil, err
	}
	defer answered()
	f, err := k.AskResult(ctx, text, o)
	if err != nil {
		told()
		return nil, err
	}
	f.closed = told
	return f, nil
}
