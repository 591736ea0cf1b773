package people

import (
	"sync"
	"time"
)

// rates bounds how often each of many may ask, as buckets that fill evenly.
type rates struct {
	perMinute int
	mu        sync.Mutex
	of        map[string]*rate
}

type rate struct {
	left float64
	at   time.Time
}

// maxRates bounds the buckets kept; the full ones are forgotten first.
const maxRates = 10_000

// allow reports whether who may ask now.
func (r *rates) allow(who string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of = map[string]*rate{}
	}
	b := r.of[who]
	if b == nil {
		if len(r.of) >= maxRates {
			r.forget(now)
		}
		if len(r.of) >= maxRates {
			return false
		}
		b = &rate{float64(r.perMinute), now}
		r.of[who] = b
	}
	b.left = min(float64(r.perMinute), b.left+now.Sub(b.at).Minutes()*float64(r.perMinute))
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

func (r *rates) forget(now time.Time) {
	for k, b := range r.of {
		if now.Sub(b.at) > time.Minute {
			delete(r.of, k)
		}
	}
}
