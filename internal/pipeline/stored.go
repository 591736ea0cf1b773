package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"time"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/report"
	"telltale/internal/resolve"
	"telltale/internal/store"
	"telltale/internal/store/sqlite"
)

// stored is the database part of one check.
type stored struct {
	store.Store
	at     time.Time
	author string
	// things are the stored things of the sightings, by ordinal; 0 for those only told of.
	things []store.Thing
}

// openStore opens the database of the options.
func openStore(ctx context.Context, opt *Options) (*stored, error) {
	path := opt.DB
	if opt.Config != nil && path == opt.Config.DB && opt.Config.File != "" && !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(opt.Config.File), path)
	}
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	st := &stored{Store: s, at: opt.Now, author: opt.Author}
	if st.author == "" {
		st.author = "somebody"
	}
	return st, nil
}

// prepare gives the intake and the options what users decided and answered before.
func (st *stored) prepare(ctx context.Context, in *intake, opt *Options) error {
	ds, err := st.decisions(ctx, opt)
	if err != nil {
		return err
	}
	in.resolver, opt.decisions = resolve.New(resolve.Options{Decisions: ds}), ds
	opt.Answers, err = st.answers(ctx, opt)
	return err
}

// load adds the inputs to the database and then gives all that is open there to the intake.
func (st *stored) load(ctx context.Context, k *Knowledge, in *intake, opt *Options) error {
	l := store.Load{At: st.at, Author: st.author, Inputs: opt.Inputs}
	_, err := st.Load(ctx, l, func(to store.Loading) error {
		in.keep = func(s *asset.Sighting) error {
			_, err := to.Put(s)
			return err
		}
		defer func() { in.keep = nil }()
		if err := k.readInputs(ctx, in, opt); err != nil {
			return err
		}
		for _, c := range in.coverage {
			to.Cover(*c)
			if c.Failed == 0 && !c.Unreadable && c.Format != "folder" {
				to.Whole(c.Input)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add to the database: %w", err)
	}
	return st.recall(ctx, in, opt)
}

// recall gives what the database holds to the intake.
func (st *stored) recall(ctx context.Context, in *intake, opt *Options) error {
	return st.Sightings(ctx, knownTime(opt), func(v store.Version) error {
		before := in.spill.Len()
		if err := in.add(v.Sighting); err != nil {
			return err
		}
		for n := before; n < in.spill.Len(); n++ {
			t := v.Thing
			if n > before {
				t = 0
			}
			st.things = append(st.things, t)
		}
		return nil
	})
}

// knownTime is the end of the day whose knowledge was asked for, the zero time for today's.
func knownTime(opt *Options) time.Time {
	if opt.KnownAt >= calendar.Of(opt.Now) {
		return time.Time{}
	}
	return (opt.KnownAt + 1).Time().Add(-time.Microsecond)
}

// decisions are what users decided about identity.
func (st *stored) decisions(ctx context.Context, opt *Options) ([]resolve.Decision, error) {
	ds, err := store.Decisions(ctx, st, knownTime(opt))
	if err != nil {
		return nil, err
	}
	out := make([]resolve.Decision, len(ds))
	for i, d := range ds {
		out[i] = resolve.Decision{Join: d.Join, Apart: d.Apart}
	}
	return out, nil
}

// answers are those that count on the day asked about.
func (st *stored) answers(ctx context.Context, opt *Options) ([]Answer, error) {
	as, err := store.Answers(ctx, st, opt.AsOf, knownTime(opt))
	if err != nil {
		return nil, err
	}
	out := make([]Answer, len(as))
	for i, a := range as {
		out[i] = Answer{Question: a.Question, Scope: Scope(a.Scope.Kind), ID: a.Scope.ID, Fact: a.Fact, Value: a.Value, By: a.Author, At: a.At.Format(time.RFC3339), Reason: a.Reason}
		if a.Expires != nil {
			out[i].Until = *a.Expires
		}
	}
	return out, nil
}

// put records an answer.
func (st *stored) put(ctx context.Context, a Answer, at time.Time) error {
	x := store.Answer{Question: a.Question, Fact: a.Fact, Scope: store.Scope{Kind: store.ScopeKind(a.Scope), ID: a.ID}, Value: a.Value, Reason: a.Reason, Author: a.By, At: at}
	if a.Until != calendar.NoDate && a.Until != 0 {
		x.Expires = &a.Until
	}
	return store.PutAnswer(ctx, st, x)
}

// finish records which thing is part of which asset, and that a judgement was made.
func (st *stored) finish(ctx context.Context, c *resolve.Clusters, h *report.Head, opt *Options) error {
	var seq iter.Seq2[store.Thing, string] = func(yield func(store.Thing, string) bool) {
		for i, t := range st.things {
			if t != 0 && !yield(t, AssetID(c.ID(c.Of(i)))) {
				return
			}
		}
	}
	moved, err := st.Assign(ctx, st.at, seq)
	if err != nil {
		return fmt.Errorf("record assets: %w", err)
	}
	if n := len(moved); n > 0 {
		h.Identity = append(h.Identity, fmt.Sprintf("%d asset(s) were found to be part of another; their old IDs lead to the new ones", n))
	}
	j := store.Judgement{Profile: h.Profile, Act: string(opt.Act), AsOf: opt.AsOf, KnownAt: opt.KnownAt, DataVersion: h.DataVersion, Author: st.author, At: st.at,
		Counts: map[string]int{"assets": h.Summary.Assets, "prohibited": h.Summary.Prohibited, "restricted": h.Summary.Restricted, "undetermined": h.Summary.Undetermined}}
	return errors.Join(store.PutJudgement(ctx, st, j))
}
