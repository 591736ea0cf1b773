package api

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

func noRepeats(t *testing.T) *repeats {
	t.Helper()
	r := &repeats{path: filepath.Join(t.TempDir(), repeatsName), now: time.Now}
	if err := r.open(func([]byte) bool { return true }); err != nil {
		t.Fatal(err)
	}
	return r
}

// A request that failed or broke down may be sent again with its key.
func TestKeyOfAFailureIsFree(t *testing.T) {
	r := noRepeats(t)
	fails := map[string]func() (int, []byte, error){
		"an error":    func() (int, []byte, error) { return 0, nil, errors.New("no") },
		"a breakdown": func() (int, []byte, error) { panic("broken") },
	}
	for name, fail := range fails {
		func() {
			defer func() { _ = recover() }()
			r.do("ann", name, "x", fail)
		}()
		if code, _, err := r.do("ann", name, "x", func() (int, []byte, error) { return 202, []byte("1"), nil }); code != 202 || err != nil {
			t.Errorf("after %s: %d, %v", name, code, err)
		}
	}
}

// When no more keys can be remembered, none is taken and then forgotten: the request is refused.
func TestKeysAreKeptOrRefused(t *testing.T) {
	r := noRepeats(t)
	for i := range maxRepeats {
		x := &repeat{at: r.now(), done: make(chan struct{}), status: 202}
		close(x.done)
		r.of[fmt.Sprint("bea\n", i)] = x
	}
	ran := false
	_, _, err := r.do("ann", "k", "x", func() (int, []byte, error) { ran = true; return 202, nil, nil })
	if p := (problem{}); !errors.As(err, &p) || p.Status != 429 || ran {
		t.Errorf("one key too many: %v, run %v", err, ran)
	}
	if code, _, err := r.do("ann", "", "x", func() (int, []byte, error) { return 202, nil, nil }); code != 202 || err != nil {
		t.Errorf("without a key: %d, %v", code, err)
	}
}
