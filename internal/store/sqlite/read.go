package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"telltale/internal/store"
)

// Loads implements store.Store.
func (s *Store) Loads(ctx context.Context) ([]store.Load, error) {
	found, err := s.r.QueryContext(ctx, "SELECT id, at, author, inputs, coverage, put, opened, closed FROM load ORDER BY id")
	if err != nil {
		return nil, s.explain("read", err)
	}
	defer found.Close()
	var out []store.Load
	for found.Next() {
		var l store.Load
		var at int64
		var inputs, coverage []byte
		if err := found.Scan(&l.ID, &at, &l.Author, &inputs, &coverage, &l.Put, &l.Opened, &l.Closed); err != nil {
			return nil, s.explain("read", err)
		}
		l.At = store.FromInstant(at)
		if err := json.Unmarshal(inputs, &l.Inputs); err != nil {
			return nil, fmt.Errorf("read store %q: %w: load %d: %w", s.path, store.ErrCorrupt, l.ID, err)
		}
		if err := json.Unmarshal(coverage, &l.Coverage); err != nil {
			return nil, fmt.Errorf("read store %q: %w: load %d: %w", s.path, store.ErrCorrupt, l.ID, err)
		}
		out = append(out, l)
	}
	return out, s.explain("read", found.Err())
}

// Sightings implements store.Store.
func (s *Store) Sightings(ctx context.Context, knownAt time.Time, yield func(store.Version) error) error {
	query, args := "SELECT thing, since, until, body FROM version WHERE until IS NULL ORDER BY id", []any(nil)
	if !knownAt.IsZero() {
		query, args = "SELECT thing, since, until, body FROM version WHERE since <= ?1 AND (until IS NULL OR until > ?1) ORDER BY id", []any{store.Instant(knownAt)}
	}
	return s.each(ctx, yield, query, args...)
}

// Ended implements store.Store.
func (s *Store) Ended(ctx context.Context, knownAt time.Time, yield func(store.Version) error) error {
	query, args := "SELECT thing, since, until, body FROM version WHERE until IS NOT NULL ORDER BY id", []any(nil)
	if !knownAt.IsZero() {
		query, args = "SELECT thing, since, until, body FROM version WHERE until <= ?1 ORDER BY id", []any{store.Instant(knownAt)}
	}
	return s.each(ctx, yield, query, args...)
}

// each yields the versions a query finds.
func (s *Store) each(ctx context.Context, yield func(store.Version) error, query string, args ...any) error {
	found, err := s.r.QueryContext(ctx, query, args...)
	if err != nil {
		return s.explain("read", err)
	}
	defer found.Close()
	for found.Next() {
		v, err := s.scan(found)
		if err != nil {
			return err
		}
		if err := yield(v); err != nil {
			return err
		}
	}
	return s.explain("read", found.Err())
}

func (s *Store) scan(found interface{ Scan(...any) error }) (store.Version, error) {
	var thing, since int64
	var until sql.NullInt64
	var body sql.RawBytes
	if err := found.Scan(&thing, &since, &until, &body); err != nil {
		return store.Version{}, s.explain("read", err)
	}
	v := store.Version{Thing: store.Thing(thing), Since: store.FromInstant(since), Until: store.FromInstant(until.Int64)}
	var err error
	if v.Sighting, err = store.Decode(body); err != nil {
		return v, fmt.Errorf("read store %q: thing %s: %w: restore it from a backup, or move it away and load the inputs again", s.path, v.Thing, err)
	}
	return v, nil
}

// maxVersions ends a chain of versions that a damaged file has made endless.
const maxVersions = 1 << 20

// History implements store.Store.
func (s *Store) History(ctx context.Context, t store.Thing) ([]store.Version, error) {
	found, err := s.r.QueryContext(ctx, `WITH RECURSIVE chain(id, n) AS (
		SELECT version, 0 FROM thing WHERE id = ?
		UNION SELECT v.before, n + 1 FROM chain JOIN version v ON v.id = chain.id WHERE v.before IS NOT NULL AND n < ?
	) SELECT v.thing, v.since, v.until, v.body FROM chain JOIN version v ON v.id = chain.id ORDER BY chain.n`, int64(t), maxVersions)
	if err != nil {
		return nil, s.explain("read", err)
	}
	defer found.Close()
	var out []store.Version
	for found.Next() {
		v, err := s.scan(found)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	if err := found.Err(); err != nil {
		return nil, s.explain("read", err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("thing %s in store %q: %w", t, s.path, store.ErrNotFound)
	}
	slices.Reverse(out)
	return out, nil
}
