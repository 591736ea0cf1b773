package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"telltale/internal/resolve"
	"telltale/internal/store"
)

type assignment struct {
	thing int64
	asset string
	was   string
}

// Assign implements store.Store.
func (s *Store) Assign(ctx context.Context, at time.Time, assets iter.Seq2[store.Thing, string]) ([]resolve.Forward, error) {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return nil, s.explain("write", err)
	}
	defer tx.Rollback()
	a := &assigner{loading: loading{ctx: ctx, tx: tx, stmts: map[string]*sql.Stmt{}}}
	for t, id := range assets {
		if id == "" {
			return nil, fmt.Errorf("assign thing %s: %w: asset without an ID", t, store.ErrInvalid)
		}
		if a.pending = append(a.pending, assignment{thing: int64(t), asset: id}); len(a.pending) == 512 {
			if err := a.flush(); err != nil {
				return nil, s.explain("write", err)
			}
		}
	}
	if err := a.flush(); err != nil {
		return nil, s.explain("write", err)
	}
	forwards, err := a.forwards(at)
	if err != nil {
		return nil, s.explain("write", err)
	}
	return forwards, s.explain("write", tx.Commit())
}

// assigner compares assignments with those recorded and writes what differs.
type assigner struct {
	loading
	pending []assignment
	moved   []assignment // those that had another asset
}

func (a *assigner) flush() error {
	if len(a.pending) == 0 {
		return nil
	}
	slices.SortFunc(a.pending, func(x, y assignment) int { return cmpInt(x.thing, y.thing) })
	args := make([]any, len(a.pending))
	for i, p := range a.pending {
		args[i] = p.thing
	}
	q, err := a.stmt("SELECT thing, asset FROM assigned WHERE thing IN (" + marks(len(args), 1) + ") ORDER BY thing")
	if err != nil {
		return err
	}
	found, err := q.QueryContext(a.ctx, args...)
	if err != nil {
		return err
	}
	for i := 0; found.Next(); {
		var thing int64
		var id string
		if err := found.Scan(&thing, &id); err != nil {
			found.Close()
			return err
		}
		for a.pending[i].thing != thing {
			i++
		}
		for ; i < len(a.pending) && a.pending[i].thing == thing; i++ {
			a.pending[i].was = id
		}
	}
	if err := errors.Join(found.Err(), found.Close()); err != nil {
		return err
	}
	args = args[:0]
	for _, p := range a.pending {
		if p.was != p.asset {
			args = append(args, p.thing, p.asset)
			if p.was != "" {
				a.moved = append(a.moved, p)
			}
		}
	}
	a.pending = a.pending[:0]
	for part := range slices.Chunk(args, 2*rows) {
		if err := a.exec("INSERT INTO assigned(thing, asset) VALUES "+marks(len(part)/2, 2)+" ON CONFLICT(thing) DO UPDATE SET asset = excluded.asset", part); err != nil {
			return err
		}
	}
	return nil
}

// forwards records where the IDs lead that no open thing has any more.
func (a *assigner) forwards(at time.Time) ([]resolve.Forward, error) {
	before, after := map[int64]string{}, map[int64]string{}
	alive := map[string]bool{}
	for _, m := range a.moved {
		is, ok := alive[m.was]
		if !ok {
			var err error
			if is, err = hasThings(a.ctx, a.tx, m.was); err != nil {
				return nil, err
			}
			alive[m.was] = is
		}
		if !is {
			before[m.thing], after[m.thing] = m.was, m.asset
		}
	}
	out := resolve.Forwards(before, after)
	for _, f := range out {
		body, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		e := store.Event{At: at, Author: "telltale", Kind: store.Forwarded, Subject: f.Old, Body: body}
		if err := insertEvent(a.ctx, a.tx, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// hasThings reports whether an open thing has the asset.
func hasThings(ctx context.Context, q querier, id string) (bool, error) {
	var has bool
	err := q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM assigned a JOIN thing t ON t.id = a.thing WHERE a.asset = ? AND t.open)", id).Scan(&has)
	return has, err
}

// Assigned implements store.Store.
func (s *Store) Assigned(ctx context.Context, yield func(store.Thing, string) error) error {
	found, err := s.r.QueryContext(ctx, "SELECT thing, asset FROM assigned ORDER BY thing < 0, thing")
	if err != nil {
		return s.explain("read", err)
	}
	defer found.Close()
	for found.Next() {
		var thing int64
		var id string
		if err := found.Scan(&thing, &id); err != nil {
			return s.explain("read", err)
		}
		if err := yield(store.Thing(thing), id); err != nil {
			return err
		}
	}
	return s.explain("read", found.Err())
}

// Forward implements store.Store.
func (s *Store) Forward(ctx context.Context, id string) (string, error) {
	seen := map[string]bool{}
	for !seen[id] {
		seen[id] = true
		has, err := hasThings(ctx, s.r, id)
		if err != nil {
			return id, s.explain("read", err)
		}
		if has {
			return id, nil
		}
		var body []byte
		err = s.r.QueryRowContext(ctx, "SELECT body FROM event WHERE kind = ? AND subject = ? ORDER BY at DESC, id DESC LIMIT 1", store.Forwarded, id).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return id, nil
		}
		if err != nil {
			return id, s.explain("read", err)
		}
		var f resolve.Forward
		if err := json.Unmarshal(body, &f); err != nil {
			return id, fmt.Errorf("read store %q: %w: forward of %s: %w", s.path, store.ErrCorrupt, id, err)
		}
		id = strings.Clone(f.New)
	}
	return id, nil
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
