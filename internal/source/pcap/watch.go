package pcap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"telltale/internal/asset"
	"telltale/internal/source/observe"
)

// Watching says what is followed and how.
type Watching struct {
	// Name is what stands as the input of the sightings.
	Name string
	// Interface is a network interface; Reader, used when it is empty, a capture that grows.
	Interface string
	Reader    io.Reader
	// Grows goes on after the end of Reader: somebody still writes the file.
	Grows bool
	// Promiscuous asks the interface for frames to other stations too.
	Promiscuous bool
	// Every is the longest time between two reports.
	Every time.Duration
	// CloudOf is that of source.Options.
	CloudOf func(host string) string
	// Opened, when set, is called once the source is open and, of a capture, has begun.
	Opened func()
}

// Watched counts what was seen.
type Watched struct {
	Packets int
	// Dropped is how many packets the system lost because they came too fast.
	Dropped int
}

// packets is where frames come from. errPause says that nothing came for a while.
type packets interface {
	next() (packet, error)
}

var errPause = errors.New("nothing came for a while")

const (
	pause    = 200 * time.Millisecond // after which a source says that nothing came
	flowLife = 10                     // seconds an unfinished message waits for its end
)

// Watch reports the stations of which something new was seen, each with all that
// is known of it, until ctx ends or the reader does; a last report comes then.
// What is held is bounded: stations long silent are forgotten first, and told
// anew should they speak again.
func Watch(ctx context.Context, w Watching, report func([]*asset.Sighting) error) (Watched, error) {
	src, done, err := w.open(ctx)
	if err != nil {
		if w.Interface == "" && ctx.Err() != nil {
			err = nil // told to stop before the capture began
		}
		return Watched{}, err
	}
	if w.Opened != nil {
		w.Opened()
	}
	g := newGatherer(observe.Builder{Source: Source{}.Name(), Input: w.Name}, nil)
	g.live, g.cloud = true, w.CloudOf
	d := &decoder{g: g}
	for {
		err := d.follow(ctx, src, time.Now().Add(w.Every))
		if err == nil || errors.Is(err, errPanic) || errors.Is(err, errPause) {
			d.finishOld()
		} else {
			d.finishAll()
		}
		if e := g.report(report); e != nil {
			return done(g.n), e
		}
		switch {
		case err == nil || errors.Is(err, errPanic) || errors.Is(err, errPause):
		case err == io.EOF || errors.Is(err, errTruncated) || ctx.Err() != nil:
			return done(g.n), nil
		default:
			return done(g.n), err
		}
	}
}

// open begins; done closes the source and counts.
func (w *Watching) open(ctx context.Context) (src packets, done func(int) Watched, err error) {
	if w.Interface != "" {
		l, err := listen(ctx, w.Interface, w.Promiscuous)
		if err != nil {
			return nil, nil, err
		}
		return l, func(n int) Watched { return Watched{n, l.close()} }, nil
	}
	s := newStream(ctx, w.Reader, w.Grows)
	if err := s.begin(24); err != nil {
		return nil, nil, fmt.Errorf("read the capture's header: %w", err)
	}
	f, err := open(s, readSize)
	if err != nil {
		return nil, nil, fmt.Errorf("open capture: %w", err)
	}
	return f, func(n int) Watched { return Watched{Packets: n} }, nil
}

// follow decodes until the time to report, a pause with something to tell, or the end.
func (d *decoder) follow(ctx context.Context, src packets, until time.Time) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	for {
		p, err := src.next()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errPause):
			if len(d.g.changed) > 0 || time.Now().After(until) {
				return errPause
			}
			continue
		case err != nil:
			return err
		}
		d.g.n, d.g.sec = d.g.n+1, p.sec
		d.link(p.link, p.data)
		if d.g.n&255 == 0 && (d.g.full() || time.Now().After(until)) {
			return nil
		}
	}
}

// finishOld parses messages whose end has not come for a while.
func (d *decoder) finishOld() {
	for len(d.flows.queue) > 0 {
		f := d.flows.queue[0]
		if !f.done && d.g.sec-f.sec < flowLife {
			return
		}
		d.finish(f)
		if len(d.flows.queue) > 0 && d.flows.queue[0] == f {
			d.flows.queue = d.flows.queue[1:]
		}
	}
}

// change notes that something new is known of a station.
func (g *gatherer) change(s *station) {
	if g.live && !s.changed {
		s.changed = true
		g.changed = append(g.changed, s)
	}
}

// report tells of the stations that changed and makes room.
func (g *gatherer) report(report func([]*asset.Sighting) error) error {
	var out []*asset.Sighting
	for _, s := range g.changed {
		s.changed = false
		if s.isMAC || len(s.obs) > 0 {
			x := g.sighting(s)
			x.Links = slices.Clone(x.Links)
			out = append(out, x)
		}
	}
	clear(g.changed)
	g.changed = g.changed[:0]
	if g.full() {
		g.forget()
	}
	if len(out) == 0 {
		return nil
	}
	return report(out)
}

// forget drops the half of the stations that was silent longest.
func (g *gatherer) forget() {
	all := make([]*station, 0, len(g.macs)+len(g.remotes))
	for _, s := range g.macs {
		all = append(all, s)
	}
	for _, s := range g.remotes {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *station) int { return a.last - b.last })
	for _, s := range all[:(len(all)+1)/2] {
		for i := range s.obs {
			g.octets -= len(s.obs[i].Value) + factOctets
		}
		if s.isMAC {
			delete(g.macs, s.mac)
		} else {
			delete(g.remotes, s.ip)
		}
	}
	clear(g.recent[:])
}
