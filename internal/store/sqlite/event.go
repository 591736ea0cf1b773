package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"telltale/internal/store"
)

// Append implements store.Store.
func (s *Store) Append(ctx context.Context, events ...store.Event) error {
	for _, e := range events {
		if err := store.CheckEvent(e); err != nil {
			return err
		}
	}
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return s.explain("write", err)
	}
	defer tx.Rollback()
	for _, e := range events {
		if err := insertEvent(ctx, tx, e); err != nil {
			return s.explain("write", err)
		}
	}
	return s.explain("write", tx.Commit())
}

func insertEvent(ctx context.Context, tx *sql.Tx, e store.Event) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO event(at, author, kind, subject, body) VALUES (?,?,?,?,?)", store.Instant(e.At), e.Author, string(e.Kind), e.Subject, e.Body)
	return err
}

// Events implements store.Store.
func (s *Store) Events(ctx context.Context, kind store.EventKind, knownAt time.Time, yield func(store.Event) error) error {
	upTo := int64(math.MaxInt64)
	if !knownAt.IsZero() {
		upTo = store.Instant(knownAt)
	}
	found, err := s.r.QueryContext(ctx, "SELECT id, at, author, subject, body FROM event WHERE kind = ? AND at <= ? ORDER BY at, id", string(kind), upTo)
	if err != nil {
		return s.explain("read", err)
	}
	defer found.Close()
	for found.Next() {
		e := store.Event{Kind: kind}
		var at int64
		if err := found.Scan(&e.ID, &at, &e.Author, &e.Subject, &e.Body); err != nil {
			return s.explain("read", err)
		}
		e.At = store.FromInstant(at)
		if err := yield(e); err != nil {
			return err
		}
	}
	if err := found.Err(); err != nil {
		return fmt.Errorf("events of kind %q: %w", kind, s.explain("read", err))
	}
	return nil
}
