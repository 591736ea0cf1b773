package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/report"
)

// Compared is what a comparison of a workspace's things found; it is kept as
// long as its job is known.
type Compared struct {
	// Impact is whose verdicts differ; nil when there is no result whose things could be judged.
	Impact *report.Impact `json:"impact"`
	// Diff and Bundle are set when a bundle of data is compared with those in use.
	Diff   *EditionDiff `json:"diff,omitempty"`
	Bundle *EditionInfo `json:"bundle,omitempty"`
	// Key is the public key that the bundle was checked with.
	Key string `json:"key,omitempty"`
}

// CompareDays starts judging the things of the current result as of two days,
// by the data in use: whose verdict the law changes in between.
func (w *Workspace) CompareDays(from, to calendar.Date, by string) (*Job, error) {
	if to < from {
		return nil, fmt.Errorf("%w: the second day %s lies before the first, %s", ErrInvalid, to, from)
	}
	t := w.Knowledge().edition
	return w.compareStandings(fmt.Sprintf("what the law changes for you, %s to %s", from, to), by, nil, func() (*Compared, Standing, Standing, error) {
		return &Compared{}, Standing{t, from}, Standing{t, to}, nil
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
	return w.compareStandings("data "+u.Now.Version(), by, raw, func() (*Compared, Standing, Standing, error) {
		d, err := DiffEditions(u.Before, u.Now.Tree)
		of := infoOf(u.Now)
		return &Compared{Diff: d, Bundle: &of, Key: key}, Standing{u.Before, day}, Standing{u.Now.Tree, day}, err
	})
}

// compareStandings runs a comparison as a job and keeps what it found, with
// the bundle if any; sides makes what is compared.
func (w *Workspace) compareStandings(title, by string, bundle []byte, sides func() (*Compared, Standing, Standing, error)) (*Job, error) {
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
		if err == nil {
			i, _ := j.Info()
			err = w.keepCompared(i.ID, out, bundle)
		}
		return ResultInfo{}, err
	}, func() {}), nil
}

const (
	comparedDir = "compared"
	// keptBundles bounds the bundles that wait to be taken in; older ones must be handed in again.
	keptBundles = 5
)

func (w *Workspace) comparedPath(id, ext string) string {
	return filepath.Join(w.Dir, comparedDir, id+ext)
}

func (w *Workspace) keepCompared(id string, c *Compared, bundle []byte) error {
	if bundle != nil {
		w.dropBundles(keptBundles - 1)
		if err := os.WriteFile(w.comparedPath(id, ".bundle"), bundle, 0o600); err != nil {
			return fmt.Errorf("keep the bundle: %w", err)
		}
	}
	if err := keepJSON(w.comparedPath(id, ".json"), c); err != nil {
		return fmt.Errorf("keep the comparison: %w", err)
	}
	return nil
}

// dropBundles leaves the newest bundles that wait, at most keep.
func (w *Workspace) dropBundles(keep int) {
	paths, _ := filepath.Glob(w.comparedPath("*", ".bundle"))
	age := func(p string) time.Time {
		st, err := os.Stat(p)
		if err != nil {
			return time.Time{}
		}
		return st.ModTime()
	}
	slices.SortFunc(paths, func(a, b string) int { return age(b).Compare(age(a)) })
	for _, p := range paths[min(keep, len(paths)):] {
		os.Remove(p)
	}
}

// forgetCompared removes what a job that is forgotten found, if it compared or opened something.
func (w *Workspace) forgetCompared(id string) {
	for _, ext := range append(slices.Collect(maps.Values(inspectedForms)), ".json", ".bundle") {
		os.Remove(w.comparedPath(id, ext))
	}
}

// Compared returns what a comparison found, by the ID of its job.
func (w *Workspace) Compared(id string) (*Compared, error) {
	if _, err := w.Job(id); err != nil { // also: id is no path
		return nil, err
	}
	b, err := os.ReadFile(w.comparedPath(id, ".json"))
	if err != nil {
		return nil, fmt.Errorf("what job %s compared was not kept: %w", id, ErrNotFound)
	}
	c := &Compared{}
	if err := json.Unmarshal(b, c); err != nil {
		return nil, fmt.Errorf("read what job %s compared: %w", id, err)
	}
	return c, nil
}

// Takeable reports whether the bundle that a job compared waits to be taken in.
func (w *Workspace) Takeable(id string) bool {
	c, err := w.Compared(id)
	if err != nil || c.Bundle == nil || c.Bundle.Version == w.Knowledge().Version {
		return false
	}
	_, err = os.Stat(w.comparedPath(id, ".bundle"))
	return err == nil
}
