// Package pace keeps a scan gentle: so many packets a second to one host, so
// many in all, and only in the hours the user allows.
//
// It is not for sending. Who sends takes tokens first, one a packet, those
// included that the kernel sends on its own behalf (SYN, ACK, FIN).
package pace

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Defaults of the caps, in packets a second.
const (
	DefaultPerHost = 40
	DefaultRate    = 1000
)

// Options are the caps. Zero values mean the defaults, a negative Rate none.
type Options struct {
	// PerHost is never exceeded within any second to one host.
	PerHost int
	// Rate is for all hosts together.
	Rate int
	// Windows are the hours allowed; none means always.
	Windows []Window
}

// Pacer hands out tokens. It is safe for concurrent use.
type Pacer struct {
	opt    Options
	mu     sync.Mutex
	global bucket
	hosts  map[netip.Addr]*hostBucket
	sent   atomic.Int64
}

type hostBucket struct {
	bucket
	sent int
}

// New returns a pacer.
func New(o Options) *Pacer {
	if o.PerHost == 0 {
		o.PerHost = DefaultPerHost
	}
	if o.Rate == 0 {
		o.Rate = DefaultRate
	}
	p := &Pacer{opt: o, hosts: map[netip.Addr]*hostBucket{}}
	p.global = bucket{every: gap(float64(o.Rate)), burst: 50 * time.Millisecond}
	return p
}

// PerHost returns the steady packets a second to one host and how many may go
// at once. Their sum leaves a fifth of the cap to what the kernel sends unasked.
func (o Options) perHost() (rate float64, burst int) {
	return max(0.65*float64(o.PerHost), 0.5), max(o.PerHost*15/100, 1)
}

// Steady is the number of packets a second one host gets at most over a longer time.
func (p *Pacer) Steady() float64 {
	r, _ := p.opt.perHost()
	return r
}

// Options returns the caps in force.
func (p *Pacer) Options() Options { return p.opt }

// Sent is the number of tokens taken.
func (p *Pacer) Sent() int64 { return p.sent.Load() }

func gap(rate float64) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / rate)
}

// bucket is a token bucket kept as one time: when it will be full of debt no more.
type bucket struct {
	every time.Duration // between tokens
	burst time.Duration // how much may be drawn ahead
	full  time.Time
}

// take draws n tokens and returns when the last of them may be used.
func (b *bucket) take(now time.Time, n int) time.Time {
	if b.every == 0 {
		return now
	}
	if b.full.Before(now) {
		b.full = now
	}
	b.full = b.full.Add(time.Duration(n) * b.every)
	return b.full.Add(-b.burst)
}

// Take waits until n packets may be sent to host, or ctx ends.
func (p *Pacer) Take(ctx context.Context, host netip.Addr, n int) error {
	if err := p.open(ctx); err != nil {
		return err
	}
	at := p.reserve(host, n)
	return wait(ctx, at)
}

// TakeAny waits until n packets to n different hosts may be sent.
func (p *Pacer) TakeAny(ctx context.Context, n int) error {
	if err := p.open(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	at := p.global.take(time.Now(), n)
	p.mu.Unlock()
	p.sent.Add(int64(n))
	return wait(ctx, at)
}

// Owe books n packets that were sent already: the next ones wait for them.
func (p *Pacer) Owe(host netip.Addr, n int) { p.reserve(host, n) }

func (p *Pacer) reserve(host netip.Addr, n int) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	h := p.hosts[host]
	if h == nil {
		rate, burst := p.opt.perHost()
		h = &hostBucket{bucket: bucket{every: gap(rate), burst: time.Duration(burst) * gap(rate)}}
		p.hosts[host] = h
	}
	h.sent += n
	p.sent.Add(int64(n))
	at := h.take(now, n)
	if g := p.global.take(now, n); g.After(at) {
		at = g
	}
	return at
}

// Forget drops what is kept of a host and returns how many packets it was sent.
func (p *Pacer) Forget(host netip.Addr) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hosts[host]
	if h == nil {
		return 0
	}
	delete(p.hosts, host)
	return h.sent
}

func wait(ctx context.Context, at time.Time) error {
	d := time.Until(at)
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
