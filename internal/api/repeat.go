package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"
)

// repeats remembers answers by Idempotency-Key for a day, so that a request
// sent again after a lost answer is not done again. They lie in a file, a line
// each, and outlive the server.
type repeats struct {
	path string
	now  func() time.Time
	mu   sync.Mutex
	of   map[string]*repeat
}

type repeat struct {
	asked  [sha256.Size]byte
	at     time.Time
	done   chan struct{}
	status int
	body   []byte
}

// repeatLine is a repeat as it lies in the file.
type repeatLine struct {
	Of     string          `json:"of"` // person and key
	Asked  []byte          `json:"asked"`
	At     time.Time       `json:"at"`
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

const repeatsName = "repeats.jsonl"

// open takes up what was remembered by former runs, as far as it still holds.
func (r *repeats) open(holds func(body []byte) bool) error {
	r.of = map[string]*repeat{}
	b, err := os.ReadFile(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the keys of requests: %w", err)
	}
	var kept []byte
	for line := range bytes.Lines(b) {
		var l repeatLine
		if json.Unmarshal(line, &l) != nil || len(l.Asked) != sha256.Size || r.now().Sub(l.At) > repeatLife || !holds(l.Body) {
			continue // too old, cut off by a kill, or of a job that a restart ended
		}
		x := &repeat{asked: [sha256.Size]byte(l.Asked), at: l.At, done: make(chan struct{}), status: l.Status, body: l.Body}
		close(x.done)
		r.of[l.Of] = x
		kept = append(kept, line...)
	}
	if err := os.WriteFile(r.path, kept, 0o600); err != nil {
		return fmt.Errorf("open the keys of requests: %w", err)
	}
	return nil
}

// keep writes an answer to the file; that it cannot be written costs only that a restart forgets it.
func (r *repeats) keep(of string, x *repeat) {
	line, err := json.Marshal(repeatLine{of, x.asked[:], x.at, x.status, x.body})
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		var f *os.File
		if f, err = os.OpenFile(r.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
			_, err = f.Write(append(line, '\n'))
			err = errors.Join(err, f.Close())
		}
	}
	if err != nil {
		slog.Warn("the key of a request is not kept", "error", err)
	}
}

// Bounds of what is remembered.
const (
	maxRepeats = 10_000
	repeatLife = 24 * time.Hour
	maxKey     = 200
)

// do runs run once for a key of a person; a failure is not remembered. Without a key it just runs.
func (r *repeats) do(who, key, asked string, run func() (int, []byte, error)) (int, []byte, error) {
	if key == "" {
		return run()
	}
	if len(key) > maxKey {
		return 0, nil, problem{"Idempotency-Key: longer than 200 characters", http.StatusBadRequest}
	}
	id, sum, now := who+"\n"+key, sha256.Sum256([]byte(asked)), r.now()
	r.mu.Lock()
	r.forget(now)
	if x := r.of[id]; x != nil {
		r.mu.Unlock()
		if x.asked != sum {
			return 0, nil, problem{"Idempotency-Key: it was used for another request; choose a new one", http.StatusUnprocessableEntity}
		}
		<-x.done
		if x.status == 0 {
			return 0, nil, problem{"the first request with this Idempotency-Key failed; send it again", http.StatusConflict}
		}
		return x.status, x.body, nil
	}
	if len(r.of) >= maxRepeats {
		r.mu.Unlock()
		return 0, nil, problem{"Idempotency-Key: 10000 keys are remembered already; send the request without, or tomorrow", http.StatusTooManyRequests}
	}
	x := &repeat{asked: sum, at: now, done: make(chan struct{})}
	r.of[id] = x
	r.mu.Unlock()
	defer func() {
		if x.status == 0 { // it failed, or broke down: it may be sent again
			r.mu.Lock()
			delete(r.of, id)
			r.mu.Unlock()
		}
		close(x.done)
	}()
	status, body, err := run()
	if err != nil {
		return 0, nil, err
	}
	x.status, x.body = status, body
	r.keep(id, x)
	return status, body, nil
}

func (r *repeats) forget(now time.Time) {
	for id, x := range r.of {
		if now.Sub(x.at) > repeatLife {
			delete(r.of, id)
		}
	}
}
