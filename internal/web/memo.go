package web

import (
	"sync"

	"telltale/internal/pipeline"
)

// memo keeps what was counted over a whole result, so that twenty people who
// look at the same lists count once. It forgets all when another result is
// current, and everything when it is full. It is safe for concurrent use.
type memo struct {
	mu   sync.Mutex
	of   string
	kept map[string]*counted
}

type counted struct {
	once  sync.Once
	value any
}

// maxKept bounds the counts kept.
const maxKept = 200

// once returns what count makes of a result, counted once for a key.
func once[T any](m *memo, v *pipeline.View, key string, count func() T) T {
	m.mu.Lock()
	if m.of != v.ID() || len(m.kept) >= maxKept || m.kept == nil {
		m.of, m.kept = v.ID(), map[string]*counted{}
	}
	c := m.kept[key]
	if c == nil {
		c = &counted{}
		m.kept[key] = c
	}
	m.mu.Unlock()
	c.once.Do(func() { c.value = count() })
	return c.value.(T)
}
