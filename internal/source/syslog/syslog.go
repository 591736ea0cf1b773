// Package syslog reads files of system log messages: RFC 3164, RFC 5424 and
// the lines log daemons write with an RFC 3339 time.
//
// A message shows that its sender is there, by name or address. What it says is
// kept where it is of use: the form of its message identifier, which the log
// formats of a few makers fix, and the leases that DHCP daemons (dnsmasq, ISC
// dhcpd, Kea) write, which tell of other things. All else is passed over.
//
// It is not for lease files (leases) nor for the logs of Zeek (zeek). Sources
// of truth: RFC 3164 section 4.1, RFC 5424 section 6, and the log message
// references named in form.go.
//
// Flow: line → header → sender (joined over the file) and, of a DHCP daemon, the station it told of.
package syslog

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/lines"
	"telltale/internal/source/observe"
)

// Source reads log files. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name is "syslog".
func (Source) Name() string { return "syslog" }

// Recognise wants two lines of a log among the first twenty, and no more others than those.
func (Source) Recognise(head []byte, _ string) int {
	good, bad := 0, 0
	err := lines.Each(context.Background(), bytes.NewReader(head), maxLine, func(n int, line []byte) error {
		switch _, ok := parse(string(line)); {
		case len(line) == 0:
		case ok:
			good++
		default:
			bad++
		}
		if n == 20 {
			return errEnough
		}
		return nil
	})
	if err != nil && err != errEnough || good < 2 || bad > good {
		return 0
	}
	return 75
}

var errEnough = errors.New("enough")

const (
	maxLine   = 8 << 10
	maxThings = 50_000
	maxForms  = 24 // message identifiers kept of one sender
)

// Read yields one sighting a sender and one a station, in the order in which they are met.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := &reader{b: observe.Builder{Source: s.Name(), Input: in.Name}, cov: cov, yield: yield, things: map[string]*thing{}}
	err := lines.Each(ctx, in.Reader(), maxLine, r.line)
	if r.stop != nil {
		return r.stop
	}
	if ferr := r.flush(); ferr != nil {
		return ferr
	}
	if err != nil {
		return fmt.Errorf("read log %q: %w", in.Name, err)
	}
	return nil
}

// reader joins the lines of one sender.
type reader struct {
	b      observe.Builder
	cov    *asset.Coverage
	yield  source.Yield
	things map[string]*thing
	order  []*thing
	stop   error
}

type thing struct {
	*asset.Sighting
	forms int
}

func (r *reader) line(n int, line []byte) error {
	if len(line) == 0 {
		return nil
	}
	at := fmt.Sprintf("line %d", n)
	m, ok := parse(string(line))
	if !ok {
		r.cov.Fail(at, "no message of a log", "lines of RFC 3164, RFC 5424 or with a time of RFC 3339 are read")
		return nil
	}
	if len(r.things) >= maxThings {
		if err := r.flush(); err != nil {
			return err
		}
	}
	b := r.b
	b.At = m.at
	if t := r.sender(&m, at); t != nil {
		r.say(t, b, evidence.LogForm, form(m.text), at)
	}
	if l, ok := leased(&m); ok {
		r.station(l, b, at)
	}
	return nil
}

// sender returns the thing that sent a message, nil when the message does not say.
func (r *reader) sender(m *message, at string) *thing {
	if m.host == "" || m.host == "-" {
		return nil
	}
	t := r.thing("host "+m.host, asset.Direct, at)
	b := r.b
	b.At = m.at
	attr := evidence.Hostname
	if _, ok := observe.IP(m.host); ok {
		attr = evidence.IP
	}
	b.Add(&t.Observations, attr, m.host, at)
	return t
}

func (r *reader) thing(key string, seen asset.Seen, at string) *thing {
	t := r.things[key]
	if t == nil {
		t = &thing{Sighting: &asset.Sighting{Kind: asset.Device, Seen: seen, Place: r.b.Place(at)}}
		r.things[key] = t
		r.order = append(r.order, t)
	}
	return t
}

func (r *reader) say(t *thing, b observe.Builder, attr evidence.Attr, value, at string) {
	if value != "" && t.forms < maxForms && b.Add(&t.Observations, attr, value, at) {
		t.forms++
	}
}

// station keeps what a DHCP daemon told of a client.
func (r *reader) station(l lease, b observe.Builder, at string) {
	t := r.thing("mac "+l.mac, asset.Neighbour, at)
	if len(t.Observations) >= 64 {
		return
	}
	b.Add(&t.Observations, evidence.IfMAC, l.mac, at)
	b.Add(&t.Observations, evidence.IP, l.ip, at)
	b.Add(&t.Observations, evidence.Hostname, l.host, at)
}

func (r *reader) flush() error {
	for _, t := range r.order {
		r.cov.Read++
		if err := r.yield(t.Sighting); err != nil {
			r.stop = err
			return err
		}
	}
	clear(r.things)
	r.order = r.order[:0]
	return nil
}
