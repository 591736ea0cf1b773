package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// A server takes data in, and goes back to those before, at once: they are
// loaded whole, then everything asked from there on is answered with them,
// and the current result is judged anew. What runs ends on what it began with.

// TakeData makes the bundle that a job compared the data in use. The job
// returned judges the current result anew; it is nil where none can be.
func (w *Workspace) TakeData(id, by string) (*Job, error) {
	c, err := w.Compared(id)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(w.comparedPath(id, ".bundle"))
	if c.Bundle == nil || err != nil {
		return nil, fmt.Errorf("%w: no bundle waits to be taken in here: hand it in again", ErrInvalid)
	}
	s, err := UserBundles()
	if err != nil {
		return nil, err
	}
	return w.change(by, func() error {
		u, err := s.NewUpdate(raw, c.Key, false) // what was in use may have changed since
		if err != nil {
			return fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		return u.Apply()
	}, s.Rollback)
}

// RollBackData goes back to the data in use before the last bundle, whose
// version the caller names: so nobody goes back twice. The job is as of TakeData.
func (w *Workspace) RollBackData(to, by string) (*Job, error) {
	s, err := UserBundles()
	if err != nil {
		return nil, err
	}
	return w.change(by, func() error {
		before, ok, err := s.Before()
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("%w: no bundle was taken in: the data of the program are in use", ErrInvalid)
		case before.Version != to:
			return fmt.Errorf("%w: a rollback now leads to data %s, not %s", ErrInvalid, before.Version, to)
		}
		return s.Rollback()
	}, func() error { return nil })
}

// change changes what is in use on disk, loads it and judges the current
// result anew; when it cannot be loaded, undo puts back what was there.
func (w *Workspace) change(by string, apply, undo func() error) (*Job, error) {
	w.updates.Lock()
	defer w.updates.Unlock()
	if err := apply(); err != nil {
		return nil, err
	}
	k, err := Reload()
	if err != nil {
		return nil, fmt.Errorf("the data cannot be used: %w", errors.Join(err, undo()))
	}
	w.k.Store(k)
	return w.judgeAnew("judged anew with data "+k.Version, by)
}

// judgeAnew starts judging the current result with the data in use, nil where that cannot be.
func (w *Workspace) judgeAnew(title, by string) (*Job, error) {
	v, done, err := w.View()
	if errors.Is(err, ErrNoResult) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer done()
	if !v.Judgeable() {
		return nil, nil
	}
	dir, err := w.newResult()
	if err != nil {
		return nil, err
	}
	return w.start("judge", title, by, func(ctx context.Context, j *Job) (ResultInfo, error) {
		return w.judgeAgain(ctx, dir, nil, event{by, w.Now().UTC(), w.DB}, title, j.progress)
	}, func() { os.RemoveAll(dir) }), nil
}
