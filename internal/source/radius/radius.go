// Package radius reads the accounting detail files of a RADIUS server: blocks
// of "Attribute = value" under a line with a time, as FreeRADIUS writes them.
//
// Each record is sent by an access server (NAS) of a station behind it: the
// access server is seen, the station is heard of. Names of users are not read.
// It is not for the server's own log. Sources of truth: the module rlm_detail,
// RFC 2865 and RFC 2866 (attributes), RFC 3580 section 3.20 and 3.21 (MACs in
// Called- and Calling-Station-Id).
package radius

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/lines"
	"telltale/internal/source/observe"
)

// Source reads detail files. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name is "radius-detail".
func (Source) Name() string { return "radius-detail" }

// Recognise looks for an indented attribute of accounting under a line that is not indented.
func (Source) Recognise(head []byte, _ string) int {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	if _, err := time.Parse(time.ANSIC, strings.TrimSpace(string(first))); err != nil {
		return 0
	}
	for _, a := range []string{"\tAcct-Status-Type = ", "\tAcct-Session-Id = ", "\tNAS-IP-Address = ", "\tPacket-Type = "} {
		if bytes.Contains(head, []byte("\n"+a)) {
			return 90
		}
	}
	return 0
}

const (
	maxLine     = 4 << 10
	maxAttrs    = 256 // of one record
	maxServers  = 10_000
	maxStations = 4096 // of one access server, before it is handed on
	maxHeld     = 200_000
)

// Read yields one sighting an access server with its stations, in the order in which servers are met.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := &reader{b: observe.Builder{Source: s.Name(), Input: in.Name}, cov: cov, yield: yield, servers: map[string]*server{}}
	err := lines.Each(ctx, in.Reader(), maxLine, r.line)
	if r.stop == nil {
		r.record()
	}
	if r.stop == nil {
		r.flush()
	}
	if r.stop != nil {
		return r.stop
	}
	if err != nil {
		return fmt.Errorf("read detail file %q: %w", in.Name, err)
	}
	return nil
}

type reader struct {
	b       observe.Builder
	cov     *asset.Coverage
	yield   source.Yield
	servers map[string]*server
	order   []*server
	held    int
	stop    error

	at    string // of the record at hand
	attrs map[string]string
}

// server is one access server and the stations behind it, by MAC.
type server struct {
	asset.Sighting
	stations map[string]bool
}

func (r *reader) line(n int, line []byte) error {
	text := string(line)
	switch {
	case strings.TrimSpace(text) == "":
		r.record()
	case text[0] != '\t' && text[0] != ' ':
		r.record()
		r.at, r.attrs = fmt.Sprintf("line %d", n), map[string]string{}
	case r.attrs == nil:
		r.cov.Fail(fmt.Sprintf("line %d", n), "an attribute without a record", "the file begins in the middle of one")
	case len(r.attrs) < maxAttrs:
		name, value, ok := strings.Cut(strings.TrimSpace(text), " = ")
		if _, again := r.attrs[name]; ok && !again {
			r.attrs[name] = unquote(value)
		}
	}
	return r.stop
}

func unquote(s string) string {
	if u, err := strconv.Unquote(s); err == nil {
		return u
	}
	return strings.Trim(s, `"`)
}

// record takes the record at hand.
func (r *reader) record() {
	a := r.attrs
	r.attrs = nil
	if len(a) == 0 || r.stop != nil {
		return
	}
	key := cmp.Or(a["NAS-Identifier"], a["NAS-IP-Address"], a["NAS-IPv6-Address"], a["Client-IP-Address"])
	if key == "" {
		r.cov.Fail(r.at, "the record names no access server", "")
		return
	}
	if r.held >= maxHeld || len(r.servers) >= maxServers {
		if r.flush(); r.stop != nil {
			return
		}
	}
	r.cov.Read++
	b := r.b
	if n, err := strconv.ParseInt(a["Timestamp"], 10, 64); err == nil && n > 0 && n < 1<<40 {
		b.At = time.Unix(n, 0).UTC().Format(time.RFC3339)
	}
	s := r.server(key)
	r.describe(s, b, a)
	r.station(s, b, a)
}

func (r *reader) server(key string) *server {
	s := r.servers[key]
	if s == nil {
		s = &server{Sighting: asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: r.b.Place(r.at)}, stations: map[string]bool{}}
		r.servers[key] = s
		r.order = append(r.order, s)
	}
	return s
}

// describe adds what the record says of the access server. A Called-Station-Id
// with a MAC is one of its radios or ports (RFC 3580: "MAC:SSID").
func (r *reader) describe(s *server, b observe.Builder, a map[string]string) {
	if len(s.Observations) >= 256 {
		return
	}
	b.Add(&s.Observations, evidence.IP, a["NAS-IP-Address"], r.at)
	b.Add(&s.Observations, evidence.IP, a["NAS-IPv6-Address"], r.at)
	if id := a["NAS-Identifier"]; id != "" {
		if mac, ok := observe.MAC(id); ok {
			b.Add(&s.Observations, evidence.IfMAC, mac, r.at)
		} else {
			b.Add(&s.Observations, evidence.Hostname, id, r.at)
		}
	}
	if called := a["Called-Station-Id"]; len(called) >= 12 {
		if mac, ok := observe.MAC(called[:min(len(called), 17)]); ok {
			b.Add(&s.Observations, evidence.IfMAC, mac, r.at)
		}
	}
}

// station adds whom the record is about, known by its MAC.
func (r *reader) station(s *server, b observe.Builder, a map[string]string) {
	mac, ok := observe.MAC(a["Calling-Station-Id"])
	if !ok || s.stations[mac] || len(s.Links) >= maxStations {
		return
	}
	s.stations[mac] = true
	r.held++
	l := asset.Link{Via: "radius", LocalPort: a["NAS-Port-Id"], Remote: asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: r.b.Place(r.at)}}
	b.Add(&l.Remote.Observations, evidence.IfMAC, mac, r.at)
	b.Add(&l.Remote.Observations, evidence.IP, a["Framed-IP-Address"], r.at)
	s.Links = append(s.Links, l)
}

func (r *reader) flush() {
	for _, s := range r.order {
		if len(s.Observations) == 0 {
			continue
		}
		if r.stop = r.yield(&s.Sighting); r.stop != nil {
			return
		}
	}
	clear(r.servers)
	r.order, r.held = r.order[:0], 0
}
