// Package sqlite keeps a store in one SQLite file.
//
// It is not for deciding what is kept: the contract is store.Store, proven by
// storetest. One connection writes, a few read; the journal is a write-ahead
// log, so that readers and the writer do not wait for each other. The file
// and the two beside it (-wal, -shm) belong together while it is open.
package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"telltale/internal/store"
)

// Store is a store in one file.
type Store struct {
	path string
	w    *sql.DB // one connection
	r    *sql.DB
}

var _ store.Store = (*Store)(nil)

// readers is the number of connections that read.
const readers = 4

// Open opens the store in a file and creates it when there is none. A file of an older
// version is brought up to date. It fails with store.ErrCorrupt,
// store.ErrNewer or store.ErrLocked and a remedy.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := looksRight(path); err != nil {
		return nil, err
	}
	w, err := connect(path, 1, url.Values{"_txlock": {"immediate"}}, "cache_size(-65536)", "synchronous(NORMAL)", "temp_store(MEMORY)")
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, w: w}
	if err := s.migrate(ctx); err != nil {
		w.Close()
		return nil, s.explain("open", err)
	}
	if s.r, err = connect(path, readers, url.Values{}, "cache_size(-16384)", "query_only(1)"); err != nil {
		w.Close()
		return nil, err
	}
	return s, nil
}

// Close closes the file.
func (s *Store) Close() error { return errors.Join(s.r.Close(), s.w.Close()) }

func connect(path string, n int, q url.Values, pragmas ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open store %q: %w", path, err)
	}
	abs = filepath.ToSlash(abs)
	if !strings.HasPrefix(abs, "/") {
		abs = "/" + abs // C:/x
	}
	q["_pragma"] = append([]string{"busy_timeout(5000)", "journal_mode(WAL)"}, pragmas...)
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open store %q: %w", path, err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// looksRight tells a file of another kind before SQLite touches it.
func looksRight(path string) error {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return fmt.Errorf("open store %q: %w: create the folder first", path, err)
		}
		return nil
	case err != nil:
		return fmt.Errorf("open store: %w", err)
	}
	defer f.Close()
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) {
		return nil // an empty file is a new store
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("open store: %w", err)
	}
	if !bytes.Equal(head[:n], []byte("SQLite format 3\x00")) {
		return fmt.Errorf("open store %q: %w: it is not an SQLite file; name another file with --db", path, store.ErrCorrupt)
	}
	return nil
}

// migrate brings the file to the newest version, each step in a transaction of its own.
func (s *Store) migrate(ctx context.Context) error {
	var app, version, tables int
	if err := s.w.QueryRowContext(ctx, "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)").
		Scan(&app, &version, &tables); err != nil {
		return err
	}
	switch {
	case app != applicationID && tables > 0:
		return fmt.Errorf("%w: it is an SQLite file of another program; name another file with --db", store.ErrCorrupt)
	case version > len(migrations):
		return fmt.Errorf("%w: its version is %d, this program knows up to %d; update telltale", store.ErrNewer, version, len(migrations))
	}
	for v := version; v < len(migrations); v++ {
		if err := s.step(ctx, v); err != nil {
			return fmt.Errorf("bring it to version %d: %w", v+1, err)
		}
	}
	return nil
}

func (s *Store) step(ctx context.Context, v int) error {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var now int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&now); err != nil || now > v {
		return err // another process was faster
	}
	for _, q := range []string{migrations[v], fmt.Sprintf("PRAGMA application_id = %d", applicationID), fmt.Sprintf("PRAGMA user_version = %d", v+1)} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// explain says what was being done, and for what a person can mend, how.
func (s *Store) explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	what := fmt.Sprintf("%s store %q", doing, s.path)
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return fmt.Errorf("%s: %w: wait until the other run ends, or name another file with --db: %w", what, store.ErrLocked, err)
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("%s: %w: restore it from a backup, or move it away and load the inputs again: %w", what, store.ErrCorrupt, err)
		case sqlite3.SQLITE_FULL:
			return fmt.Errorf("%s: the disk is full: make room and run again; nothing of this run was kept: %w", what, err)
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
			return fmt.Errorf("%s: the file and its folder must be writable: %w", what, err)
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
