package api

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"
)

// repeats remembers answers by Idempotency-Key for a day, so that a request
// sent again after a lost answer is not done again.
type repeats struct {
	now func() time.Time
	mu  sync.Mutex
	of  map[string]*repeat
}

type repeat struct {
	asked  [32]byte
	at     time.Time
	done   chan struct{}
	status int
	body   []byte
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
		return run()
	}
	x := &repeat{asked: sum, at: now, done: make(chan struct{})}
	r.of[id] = x
	r.mu.Unlock()
	defer close(x.done)
	status, body, err := run()
	if err != nil {
		r.mu.Lock()
		delete(r.of, id)
		r.mu.Unlock()
		return 0, nil, err
	}
	x.status, x.body = status, body
	return status, body, nil
}

func (r *repeats) forget(now time.Time) {
	if r.of == nil {
		r.of = map[string]*repeat{}
	}
	for id, x := range r.of {
		if now.Sub(x.at) > repeatLife {
			delete(r.of, id)
		}
	}
}
