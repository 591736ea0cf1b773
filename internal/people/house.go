package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // driver
)

// Options of a House.
type Options struct {
	// Dir holds people.db and secret.key.
	Dir string
	// Local is the name of the one user; empty means team mode.
	Local string
	// Hosts are names under which the server is reached, besides loopback ones, without port.
	Hosts []string
	// Proxies are addresses of proxies in front of the server, which say for whom they ask.
	Proxies []string
	// TLS is true when browsers reach the server by https: cookies are marked Secure.
	TLS bool
	// OIDC is an OpenID Connect provider, nil for none.
	OIDC *OIDC
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// PerMinute bounds the requests of one person or address a minute; 0 means 3000.
	PerMinute int
	// Patience is how long nothing of a request or an answer may move; 0 means a minute.
	Patience time.Duration
}

// House knows everybody. It is safe for concurrent use.
type House struct {
	Options
	db      *sql.DB
	origin  *http.CrossOriginProtection
	rates   rates
	logins  rates // by address
	names   rates // by name: more, so that one address cannot keep somebody else out
	records chan record
	ended   sync.WaitGroup
	closing sync.RWMutex // of closed
	closed  bool
	oidc    *provider
}

const schema = `
CREATE TABLE IF NOT EXISTS person(name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, subject TEXT UNIQUE, made INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS session(id BLOB PRIMARY KEY, name TEXT NOT NULL, csrf TEXT NOT NULL, made INTEGER NOT NULL, seen INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS token(id BLOB PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, role TEXT NOT NULL, made INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS audit(n INTEGER PRIMARY KEY, at INTEGER NOT NULL, name TEXT NOT NULL, act TEXT NOT NULL, about TEXT NOT NULL, status INTEGER NOT NULL, address TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS secret(name TEXT PRIMARY KEY, sealed BLOB NOT NULL, made INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS session_name ON session(name);`

// Open opens the house in a folder, and makes it when there is none.
func Open(ctx context.Context, o Options) (*House, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.PerMinute == 0 {
		o.PerMinute = 3000
	}
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)"}, "_txlock": {"immediate"}}
	path, err := filepath.Abs(filepath.Join(o.Dir, "people.db"))
	if err == nil {
		err = ownersOnly(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open people.db: %w", err)
	}
	if path = filepath.ToSlash(path); path[0] != '/' {
		path = "/" + path // C:/x
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(4)
	if _, err := db.ExecContext(ctx, schema); err != nil {
		db.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	h := &House{Options: o, db: db, origin: http.NewCrossOriginProtection(), records: make(chan record, 1024)}
	h.rates.perMinute, h.logins.perMinute, h.names.perMinute = o.PerMinute, 10, 60
	if o.OIDC != nil {
		if h.oidc, err = discover(ctx, o.OIDC); err != nil {
			db.Close()
			return nil, err
		}
	}
	h.ended.Add(1)
	go h.keepRecords()
	return h, nil
}

// ownersOnly keeps the accounts from other users of the machine, whatever the
// folder allows; the files that SQLite makes beside have the rights of this one.
func ownersOnly(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Chmod(path, 0o600))
}

// Close writes what is to be recorded and closes the database. What requests
// that outlive it would record goes to the log.
func (h *House) Close() error {
	h.closing.Lock()
	h.closed = true
	h.closing.Unlock()
	close(h.records)
	h.ended.Wait()
	return h.db.Close()
}

// record is one line of the record of who did what.
type record struct {
	Record
	done chan struct{}
}

// Record says who did what, when.
type Record struct {
	At      time.Time `json:"at"`
	Name    string    `json:"name"`
	Act     string    `json:"act"`   // GET, POST ..., login, logout
	About   string    `json:"about"` // path
	Status  int       `json:"status"`
	Address string    `json:"address"`
}

// note puts a line on the record; it waits only when a thousand wait already.
func (h *House) note(r Record) {
	r.At = h.Now().UTC()
	if len(r.About) > 500 {
		r.About = r.About[:500]
	}
	h.closing.RLock()
	defer h.closing.RUnlock()
	if h.closed {
		unkept(r)
		return
	}
	h.records <- record{Record: r}
}

// unkept tells the log what could not be recorded, such as when the disk is full: nothing goes untold.
func unkept(r Record) {
	slog.Error("not recorded", "at", r.At, "name", r.Name, "act", r.Act, "about", r.About, "status", r.Status, "address", r.Address)
}

// Flush returns when everything noted so far is written.
func (h *House) Flush() {
	done := make(chan struct{})
	h.records <- record{done: done}
	<-done
}

func (h *House) keepRecords() {
	defer h.ended.Done()
	for r := range h.records {
		batch := []record{r}
		for len(h.records) > 0 && len(batch) < 500 {
			batch = append(batch, <-h.records)
		}
		if err := h.write(batch); err != nil {
			slog.Error("record of who did what", "error", err)
			for _, r := range batch {
				if r.done == nil {
					unkept(r.Record)
				}
			}
		}
		for _, r := range batch {
			if r.done != nil {
				close(r.done)
			}
		}
	}
}

func (h *House) write(batch []record) error {
	tx, err := h.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, r := range batch {
		if r.done != nil {
			continue
		}
		if _, err := tx.Exec("INSERT INTO audit(at, name, act, about, status, address) VALUES (?,?,?,?,?,?)", r.At.UnixMilli(), r.Name, r.Act, r.About, r.Status, r.Address); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Records returns the newest lines, at most limit, before line number before (0 for the newest), and the number to go on with.
func (h *House) Records(ctx context.Context, before int64, limit int) ([]Record, int64, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	rows, err := h.db.QueryContext(ctx, "SELECT n, at, name, act, about, status, address FROM audit WHERE n < ? ORDER BY n DESC LIMIT ?", before, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("read the record: %w", err)
	}
	defer rows.Close()
	out, n := []Record{}, int64(0)
	for rows.Next() {
		var r Record
		var at int64
		if err := rows.Scan(&n, &at, &r.Name, &r.Act, &r.About, &r.Status, &r.Address); err != nil {
			return nil, 0, err
		}
		r.At = time.UnixMilli(at).UTC()
		out = append(out, r)
	}
	if len(out) < limit {
		n = 0
	}
	return out, n, errors.Join(rows.Err())
}
