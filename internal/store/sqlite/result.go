package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"telltale/internal/store"
)

// piece is the length of one part of a result's body.
const piece = 1 << 20

// PutResult implements store.Store.
func (s *Store) PutResult(ctx context.Context, r store.Result, body io.Reader) error {
	if r.Name == "" || r.At.IsZero() {
		return fmt.Errorf("keep result: %w: want a name and a time", store.ErrInvalid)
	}
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return s.explain("write", err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "DELETE FROM result_part WHERE name = ?", r.Name); err != nil {
		return s.explain("write", err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO result(name, at, author, format, data_version) VALUES (?,?,?,?,?)",
		r.Name, store.Instant(r.At), r.Author, r.Format, r.DataVersion); err != nil {
		return s.explain("write", err)
	}
	parts := &partWriter{ctx: ctx, tx: tx, name: r.Name}
	z, err := zstd.NewWriter(parts, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("keep result %q: %w", r.Name, err)
	}
	if _, err := io.Copy(z, body); err != nil {
		return fmt.Errorf("keep result %q: %w", r.Name, err)
	}
	if err := errors.Join(z.Close(), parts.flush()); err != nil {
		return s.explain("write", err)
	}
	return s.explain("write", tx.Commit())
}

// partWriter writes a stream in pieces.
type partWriter struct {
	ctx  context.Context
	tx   *sql.Tx
	name string
	n    int
	buf  []byte
}

func (w *partWriter) Write(p []byte) (int, error) {
	w.buf = append(w.buf, p...)
	for len(w.buf) >= piece {
		if err := w.put(w.buf[:piece]); err != nil {
			return 0, err
		}
		w.buf = append(w.buf[:0], w.buf[piece:]...)
	}
	return len(p), nil
}

func (w *partWriter) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	return w.put(w.buf)
}

func (w *partWriter) put(b []byte) error {
	_, err := w.tx.ExecContext(w.ctx, "INSERT INTO result_part(name, n, body) VALUES (?,?,?)", w.name, w.n, b)
	w.n++
	return err
}

// Result implements store.Store.
func (s *Store) Result(ctx context.Context, name string, w io.Writer) (store.Result, error) {
	r := store.Result{Name: name}
	// One transaction, so that meta and body are of one result.
	tx, err := s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return r, s.explain("read", err)
	}
	defer tx.Rollback()
	var at int64
	err = tx.QueryRowContext(ctx, "SELECT at, author, format, data_version FROM result WHERE name = ?", name).Scan(&at, &r.Author, &r.Format, &r.DataVersion)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("result %q in store %q: %w", name, s.path, store.ErrNotFound)
	}
	if err != nil {
		return r, s.explain("read", err)
	}
	r.At = store.FromInstant(at)
	if w == nil {
		return r, nil
	}
	z, err := zstd.NewReader(&partReader{ctx: ctx, tx: tx, name: name}, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
	if err != nil {
		return r, fmt.Errorf("read result %q: %w", name, err)
	}
	defer z.Close()
	if _, err := io.Copy(w, z); err != nil {
		return r, s.explain("read", err)
	}
	return r, nil
}

// partReader reads what partWriter wrote.
type partReader struct {
	ctx  context.Context
	tx   *sql.Tx
	name string
	n    int
	buf  []byte
}

func (r *partReader) Read(p []byte) (int, error) {
	if len(r.buf) == 0 {
		err := r.tx.QueryRowContext(r.ctx, "SELECT body FROM result_part WHERE name = ? AND n = ?", r.name, r.n).Scan(&r.buf)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		r.n++
	}
	n := copy(p, r.buf)
	r.buf = r.buf[n:]
	return n, nil
}
