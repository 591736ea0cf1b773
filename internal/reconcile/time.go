package reconcile

import (
	"cmp"
	"fmt"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// moves are the fields that differ between two times. A place is left only
// where a later reading shows so: the input no longer says it, or a later look
// covers the old address and found the thing elsewhere.
func (b *Builder) moves(t *Thing) []Move {
	var out []Move
	if m, ok := b.movedAddress(t); ok {
		out = append(out, m)
	}
	if m, ok := movedPort(t.Heard); ok {
		out = append(out, m)
	}
	if m, ok := movedSite(t); ok {
		out = append(out, m)
	}
	return out
}

// stated is what one sighting says of a field.
type stated struct {
	sight  *Sight
	values []Value
}

// timeline returns the dated sightings of a lane that state attr, by time.
func timeline(t *Thing, lane Lane, attr evidence.Attr) []stated {
	var out []stated
	for i := range t.Sights {
		s := &t.Sights[i]
		if s.Lane != lane || s.At == "" {
			continue
		}
		x := stated{sight: s}
		for j := range s.Observations {
			if o := &s.Observations[j]; o.Attr == attr {
				x.values = append(x.values, Value{o.Value, o.Place, s.At})
			}
		}
		if len(x.values) > 0 {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b stated) int {
		return cmp.Or(cmp.Compare(standing(a.sight), standing(b.sight)), cmp.Compare(a.sight.At, b.sight.At))
	})
	return out
}

// standing orders what still stands behind what ended.
func standing(s *Sight) int {
	if s.Ended == "" {
		return 1
	}
	return 0
}

// states reports whether one of the sightings after n says the same value.
func states(line []stated, n int, text string) bool {
	for _, x := range line[n+1:] {
		for _, v := range x.values {
			if siteName(v.Text) == siteName(text) {
				return true
			}
		}
	}
	return false
}

func (b *Builder) movedAddress(t *Thing) (Move, bool) {
	line := timeline(t, Wire, evidence.IP)
	for n := len(line) - 2; n >= 0; n-- {
		last := line[len(line)-1]
		for _, v := range line[n].values {
			if states(line, n, v.Text) || last.sight.Ended != "" {
				continue
			}
			if line[n].sight.Ended != "" || last.sight.At > line[n].sight.At && b.looks.lacks(v.Text, line[n].sight, last.sight.Place.Input) {
				return Move{"address", v, last.values[0]}, true
			}
		}
	}
	return Move{}, false
}

func movedSite(t *Thing) (Move, bool) {
	line := timeline(t, Paper, evidence.Site)
	for n := len(line) - 2; n >= 0; n-- {
		last := line[len(line)-1]
		v := line[n].values[0]
		if !states(line, n, v.Text) && last.sight.Ended == "" && (line[n].sight.Ended != "" || dayOf(last.sight.At) > dayOf(line[n].sight.At)) {
			return Move{"site", v, last.values[0]}, true
		}
	}
	return Move{}, false
}

func dayOf(at string) string { return at[:min(10, len(at))] }

// onPort are the protocols whose tellings name the port a thing is on.
var onPort = map[string]bool{"lldp": true, "cdp": true, "fdp": true, "edp": true, "ndp": true, "mndp": true, "pon": true}

func portText(h *Heard) string {
	if h.Port == "" {
		return h.HostName
	}
	return h.HostName + " port " + h.Port
}

func movedPort(hs []Heard) (Move, bool) {
	for i := range hs {
		old := &hs[i]
		if !onPort[old.Via] || old.Ended == "" {
			continue
		}
		var now *Heard
		for j := range hs {
			x := &hs[j]
			if x.Via != old.Via || x.Ended != "" {
				continue
			}
			if x.Host == old.Host && x.Port == old.Port {
				now = nil
				break
			}
			if now == nil || x.At > now.At {
				now = x
			}
		}
		if now != nil {
			return Move{"port", Value{portText(old), old.Place, old.At}, Value{portText(now), now.Place, now.At}}, true
		}
	}
	return Move{}, false
}

// portOf returns where the wire says the thing is connected: the surest protocol first.
func portOf(hs []Heard) *Value {
	var best *Heard
	rank := func(h *Heard) int {
		switch {
		case onPort[h.Via]:
			return 0
		case h.Via == "fdb":
			return 1
		}
		return 2
	}
	for i := range hs {
		h := &hs[i]
		if h.Ended == "" && h.Port != "" && rank(h) < 2 && (best == nil || cmp.Or(cmp.Compare(rank(h), rank(best)), cmp.Compare(h.HostName, best.HostName), cmp.Compare(h.Port, best.Port)) < 0) {
			best = h
		}
	}
	if best == nil {
		return nil
	}
	return &Value{portText(best), best.Place, best.At}
}

// gone says that nothing shows the thing any more where it was seen before.
func (b *Builder) gone(t *Thing) *Gone {
	var last *Sight
	for i := range t.Sights {
		s := &t.Sights[i]
		if s.Lane != Wire {
			continue
		}
		if s.Ended == "" && s.At == "" {
			return nil // nobody says when: it may be there now
		}
		if last == nil || s.Ended == "" && last.Ended != "" || (s.Ended == "") == (last.Ended == "") && s.At > last.At {
			last = s
		}
	}
	if last == nil || t.Kind == asset.Service {
		return nil
	}
	at := Where{last.Place, last.At, last.Ended}
	if last.Ended != "" {
		return &Gone{at, last.Place.Input, last.Ended, fmt.Sprintf("%s was read again to its end and lists it no more", last.Place.Input)}
	}
	for i := range t.Sights {
		s := &t.Sights[i]
		if s.Lane != Wire || s.Ended != "" {
			continue
		}
		for _, o := range s.Observations {
			if o.Attr != evidence.IP {
				continue
			}
			if look := b.looks.after(o.Value, s.Network, last.At); look != nil {
				return &Gone{at, look.Input, look.From, fmt.Sprintf("%s looked at %s later and got no answer of it", look.Input, o.Value)}
			}
		}
	}
	return nil
}
