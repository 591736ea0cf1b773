package sqlite

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/store"
)

// Load implements store.Store. The whole load is one transaction.
func (s *Store) Load(ctx context.Context, l store.Load, fill func(store.Loading) error) (store.Load, error) {
	if l.Author == "" || l.At.IsZero() {
		return l, fmt.Errorf("load into store %q: %w: want an author and a time", s.path, store.ErrInvalid)
	}
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return l, s.explain("write", err)
	}
	defer tx.Rollback()
	ld := &loading{ctx: ctx, tx: tx, load: l, inputs: map[string]int64{}, stmts: map[string]*sql.Stmt{}}
	if err := ld.begin(); err != nil {
		return l, s.explain("write", err)
	}
	if err := fill(ld); err != nil {
		if errors.Is(err, errDatabase) {
			err = s.explain("write", err)
		}
		return l, err
	}
	if err := ld.end(); err != nil {
		return l, s.explain("write", err)
	}
	if err := tx.Commit(); err != nil {
		return l, s.explain("write", err)
	}
	return ld.load, nil
}

// errDatabase marks errors of the database among those of fill.
var errDatabase = errors.New("load")

// batch is how many readings are compared and written at once; rows is how
// many rows go into one statement.
const (
	batch      = 4096
	batchBytes = 8 << 20
	rows       = 100
)

type loading struct {
	ctx     context.Context
	tx      *sql.Tx
	load    store.Load
	now     int64
	version int64 // the last version's ID
	empty   bool  // nothing was known before this load
	names   store.Names
	inputs  map[string]int64
	whole   []string
	stmts   map[string]*sql.Stmt

	pending []reading
	bodies  []byte
}

// reading is a sighting waiting to be written.
type reading struct {
	thing    int64
	input    int64
	digest   int64
	complete bool
	from, to int // its body in bodies

	known   bool // the thing has versions
	was     last
	body    []byte // what is to be written; nil when nothing is
	raw     int64
	version int64 // under which it is written
}

// last is a row of thing: its last version.
type last struct {
	version         int64
	open            bool
	digest, reading int64
}

func (l *loading) begin() error {
	l.now = store.Instant(l.load.At)
	var last, at sql.NullInt64
	if err := l.tx.QueryRowContext(l.ctx, "SELECT max(id), max(at) FROM load").Scan(&last, &at); err != nil {
		return err
	}
	l.load.ID = last.Int64 + 1
	l.now = max(l.now, at.Int64)
	l.load.At = store.FromInstant(l.now)
	l.load.Put, l.load.Opened, l.load.Closed = 0, 0, 0
	var v sql.NullInt64
	err := l.tx.QueryRowContext(l.ctx, "SELECT max(id) FROM version").Scan(&v)
	l.version, l.empty = v.Int64, !v.Valid
	return err
}

// Put implements store.Loading.
func (l *loading) Put(s *asset.Sighting) (store.Thing, error) {
	from := len(l.bodies)
	b, err := store.Encode(l.bodies, s)
	if err != nil {
		return 0, err
	}
	l.bodies = b
	in, err := l.input(s.Place.Input)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errDatabase, err)
	}
	t := l.names.Of(s)
	l.pending = append(l.pending, reading{thing: int64(t), input: in, digest: digest(b[from:]), complete: s.Complete, from: from, to: len(b)})
	l.load.Put++
	if len(l.pending) >= batch || len(l.bodies) >= batchBytes {
		if err := l.flush(); err != nil {
			return t, fmt.Errorf("%w: %w", errDatabase, err)
		}
	}
	return t, nil
}

// Whole implements store.Loading.
func (l *loading) Whole(input string) { l.whole = append(l.whole, input) }

// Cover implements store.Loading.
func (l *loading) Cover(c asset.Coverage) { l.load.Coverage = append(l.load.Coverage, c) }

func digest(body []byte) int64 {
	sum := sha256.Sum256(body)
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

func (l *loading) input(name string) (int64, error) {
	if id, ok := l.inputs[name]; ok {
		return id, nil
	}
	var id int64
	err := l.tx.QueryRowContext(l.ctx, "INSERT INTO input(name) VALUES (?) ON CONFLICT(name) DO UPDATE SET name = name RETURNING id", name).Scan(&id)
	l.inputs[name] = id
	return id, err
}

// flush writes what the pending readings change.
func (l *loading) flush() error {
	byThing := make([]*reading, len(l.pending))
	for i := range l.pending {
		byThing[i] = &l.pending[i]
	}
	slices.SortFunc(byThing, func(a, b *reading) int { return cmp.Compare(a.thing, b.thing) })
	if err := l.lookUp(byThing); err != nil {
		return err
	}
	var ended []int64
	for i := range l.pending {
		r := &l.pending[i]
		if err := l.decide(r); err != nil {
			return err
		}
		if r.body != nil && r.was.open {
			ended = append(ended, r.was.version)
		}
	}
	if err := l.close(ended); err != nil {
		return err
	}
	if err := l.writeVersions(); err != nil {
		return err
	}
	if err := l.writeThings(byThing); err != nil {
		return err
	}
	l.pending, l.bodies = l.pending[:0], l.bodies[:0]
	return nil
}

// decide sets what is to be written of a reading.
func (l *loading) decide(r *reading) error {
	body := l.bodies[r.from:r.to]
	switch {
	case r.was.open && (r.was.digest == r.digest || r.was.reading == r.digest):
		return nil
	case r.was.open && !r.complete:
		r.raw = r.digest
		merged, err := l.merge(r.was.version, body)
		if err != nil {
			return err
		}
		if r.digest = digest(merged); r.digest == r.was.digest {
			return nil
		}
		body = merged
	}
	r.body = body
	return nil
}

func (l *loading) merge(version int64, body []byte) ([]byte, error) {
	q, err := l.stmt("SELECT body FROM version WHERE id = ?")
	if err != nil {
		return nil, err
	}
	var old []byte
	if err := q.QueryRowContext(l.ctx, version).Scan(&old); err != nil {
		return nil, err
	}
	was, err := store.Decode(old)
	if err != nil {
		return nil, err
	}
	now, err := store.Decode(body)
	if err != nil {
		return nil, err
	}
	return store.Encode(nil, store.Merge(was, now))
}

// lookUp reads what is known of the things.
func (l *loading) lookUp(rs []*reading) error {
	if l.empty {
		return nil // things put in one load differ
	}
	for part := range slices.Chunk(rs, 512) {
		args := make([]any, len(part))
		for i, r := range part {
			args[i] = r.thing
		}
		q, err := l.stmt("SELECT id, version, open, digest, reading FROM thing WHERE id IN (" + marks(len(part), 1) + ") ORDER BY id")
		if err != nil {
			return err
		}
		found, err := q.QueryContext(l.ctx, args...)
		if err != nil {
			return err
		}
		i := 0
		for found.Next() {
			var id int64
			var k last
			if err := found.Scan(&id, &k.version, &k.open, &k.digest, &k.reading); err != nil {
				found.Close()
				return err
			}
			for part[i].thing != id {
				i++
			}
			part[i].was, part[i].known = k, true
		}
		if err := errors.Join(found.Err(), found.Close()); err != nil {
			return err
		}
	}
	return nil
}

// close ends versions.
func (l *loading) close(versions []int64) error {
	l.load.Closed += len(versions)
	for part := range slices.Chunk(versions, 512) {
		args := make([]any, 0, len(part)+1)
		args = append(args, l.now)
		for _, v := range part {
			args = append(args, v)
		}
		if err := l.exec("UPDATE version SET until = ? WHERE id IN ("+marks(len(part), 1)+")", args); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) writeVersions() error {
	args := make([]any, 0, rows*5)
	put := func() error {
		n := len(args) / 5
		if n == 0 {
			return nil
		}
		err := l.exec("INSERT OR FAIL INTO version(id, thing, before, since, body) VALUES "+marks(n, 5), args)
		args = args[:0]
		return err
	}
	for i := range l.pending {
		r := &l.pending[i]
		if r.body == nil {
			continue
		}
		l.version++
		var before any
		if r.known {
			before = r.was.version
		}
		r.version = l.version
		l.load.Opened++
		if args = append(args, l.version, r.thing, before, l.now, r.body); len(args) == cap(args) {
			if err := put(); err != nil {
				return err
			}
		}
	}
	return put()
}

// writeThings records the last version of each thing. New things and known ones go by
// statements of their own: one that could meet a row that is there already
// makes SQLite keep a journal for it alone, a quarter of a first load's time.
func (l *loading) writeThings(rs []*reading) error {
	const set = " ON CONFLICT(id) DO UPDATE SET version = excluded.version, digest = excluded.digest, reading = excluded.reading, open = 1"
	for _, known := range [...]bool{false, true} {
		args := make([]any, 0, rows*5)
		put := func() error {
			n := len(args) / 5
			if n == 0 {
				return nil
			}
			query := "INSERT OR FAIL INTO thing(id, input, version, digest, reading, open) VALUES " + strings.ReplaceAll(marks(n, 5), "?)", "?,1)")
			if known {
				query = strings.Replace(query, " OR FAIL", "", 1) + set
			}
			err := l.exec(query, args)
			args = args[:0]
			return err
		}
		for _, r := range rs {
			if r.body == nil || r.known != known {
				continue
			}
			if args = append(args, r.thing, r.input, r.version, r.digest, r.raw); len(args) == cap(args) {
				if err := put(); err != nil {
					return err
				}
			}
		}
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

// end closes what whole inputs no longer hold and records the load.
func (l *loading) end() error {
	if err := l.flush(); err != nil {
		return err
	}
	if err := l.closeGone(); err != nil {
		return err
	}
	inputs, err := json.Marshal(l.load.Inputs)
	if err != nil {
		return err
	}
	coverage, err := json.Marshal(l.load.Coverage)
	if err != nil {
		return err
	}
	return l.exec("INSERT INTO load(id, at, author, inputs, coverage, put, opened, closed) VALUES (?,?,?,?,?,?,?,?)",
		[]any{l.load.ID, l.now, l.load.Author, string(inputs), string(coverage), l.load.Put, l.load.Opened, l.load.Closed})
}

func (l *loading) closeGone() error {
	slices.Sort(l.whole)
	for _, name := range slices.Compact(l.whole) {
		in, err := l.input(name)
		if err != nil {
			return err
		}
		things, versions, err := l.gone(in)
		if err != nil {
			return err
		}
		if err := l.close(versions); err != nil {
			return err
		}
		for part := range slices.Chunk(things, 512) {
			if err := l.exec("UPDATE thing SET open = 0 WHERE id IN ("+marks(len(part), 1)+")", part); err != nil {
				return err
			}
		}
	}
	return nil
}

// gone returns the open things of an input that this load did not name.
func (l *loading) gone(input int64) (things []any, versions []int64, err error) {
	open, err := l.tx.QueryContext(l.ctx, "SELECT id, version FROM thing WHERE input = ? AND open", input)
	if err != nil {
		return nil, nil, err
	}
	defer open.Close()
	for open.Next() {
		var id, v int64
		if err := open.Scan(&id, &v); err != nil {
			return nil, nil, err
		}
		if !l.names.Has(store.Thing(id)) {
			things, versions = append(things, id), append(versions, v)
		}
	}
	return things, versions, open.Err()
}

func (l *loading) exec(query string, args []any) error {
	q, err := l.stmt(query)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(l.ctx, args...)
	return err
}

// stmt prepares a statement once; few lengths of lists occur often.
func (l *loading) stmt(query string) (*sql.Stmt, error) {
	if q, ok := l.stmts[query]; ok {
		return q, nil
	}
	if len(l.stmts) > 64 {
		for text, q := range l.stmts {
			q.Close()
			delete(l.stmts, text)
		}
	}
	q, err := l.tx.PrepareContext(l.ctx, query)
	if err == nil {
		l.stmts[query] = q
	}
	return q, err
}

// marks returns n rows of cols question marks; for one column without brackets.
func marks(n, cols int) string {
	row := "?"
	if cols > 1 {
		row = "(" + strings.Repeat("?,", cols-1) + "?)"
	}
	return strings.Repeat(row+",", n-1) + row
}
