package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"

	"telltale/data"
	"telltale/internal/calendar"
	"telltale/internal/report"
)

// Compared is what a comparison of a workspace's things found; it is kept with
// its job until the server stops.
type Compared struct {
	// Impact is whose verdicts differ; nil when there is no result whose things could be judged.
	Impact *report.Impact
	// Diff and Update are set when a bundle of data is compared with those in use.
	Diff   *EditionDiff
	Update *Update
}

// Compared returns what a comparison found, nil while there is nothing.
func (j *Job) Compared() *Compared {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.compared
}

// CompareDays starts judging the things of the current result as of two days,
// by the data in use: whose verdict the law changes in between.
func (w *Workspace) CompareDays(from, to calendar.Date, by string) (*Job, error) {
	if to < from {
		return nil, fmt.Errorf("%w: the second day %s lies before the first, %s", ErrInvalid, to, from)
	}
	return w.compareStandings(fmt.Sprintf("what the law changes for you, %s to %s", from, to), by, func() (*Compared, Standing, Standing, error) {
		t, err := editionInUse()
		return &Compared{}, Standing{t, from}, Standing{t, to}, err
	})
}

// CompareBundle starts comparing a signed bundle of data with those in use:
// what differs in it, and whose verdict that changes. Nothing is taken in.
// The key is needed where none is trusted yet.
func (w *Workspace) CompareBundle(bundle io.Reader, key, by string) (*Job, error) {
	s, err := UserBundles()
	if err != nil {
		return nil, err
	}
	if key, err = s.Key(key, false); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	raw, err := readBounded(bundle, "the bundle")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	u, err := s.NewUpdate(raw, key, false)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	day := calendar.Of(w.Now().UTC())
	return w.compareStandings("data "+u.Now.Version(), by, func() (*Compared, Standing, Standing, error) {
		d, err := DiffEditions(u.Before, u.Now.Tree)
		return &Compared{Diff: d, Update: u}, Standing{u.Before, day}, Standing{u.Now.Tree, day}, err
	})
}

// compareStandings runs a comparison as a job; sides makes what is compared.
func (w *Workspace) compareStandings(title, by string, sides func() (*Compared, Standing, Standing, error)) (*Job, error) {
	if w.waiting() >= maxWaiting {
		return nil, ErrBusy
	}
	return w.start("compare", title, by, func(ctx context.Context, j *Job) (ResultInfo, error) {
		out, before, after, err := sides()
		if err != nil {
			return ResultInfo{}, err
		}
		v, done, err := w.View()
		if err == nil {
			defer done()
			if v.Judgeable() {
				stock := Stock{of: v.folder}
				out.Impact, err = stock.Impact(ctx, before, after)
			}
		} else if errors.Is(err, ErrNoResult) {
			err = nil
		}
		if err != nil {
			return ResultInfo{}, err
		}
		j.mu.Lock()
		j.compared = out
		j.mu.Unlock()
		return ResultInfo{}, nil
	}, func() {}), nil
}

// InUse names the edition of the data in use, and who signed it where a bundle was taken in.
func InUse() (version, signer string, err error) {
	t, err := editionInUse()
	if err != nil || t == data.Embedded {
		return data.Embedded.Version(), "", err
	}
	s, err := UserBundles()
	if err != nil {
		return "", "", err
	}
	b, err := s.Current()
	if err != nil || b == nil {
		return t.Version(), "", err
	}
	return t.Version(), b.Signer, nil
}
