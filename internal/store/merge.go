package store

import (
	"reflect"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// Merge returns what is open of a thing after another reading of it. A
// complete reading stands for itself: what it lacks is gone. A partial one
// speaks only for the slots it names - an attribute at a place, a part at a
// place, a link by a protocol and port - and leaves all else as it was.
// Neither argument is changed; the result shares their slices.
func Merge(old, reading *asset.Sighting) *asset.Sighting {
	if old == nil || reading.Complete {
		return reading
	}
	out := *reading
	out.Complete = old.Complete
	if out.Kind == "" {
		out.Kind = old.Kind
	}
	out.Observations = keep(old.Observations, reading.Observations, func(o *evidence.Observation) slot {
		return slot{o.Source, string(o.Attr), o.Place.Input, o.Place.At, ""}
	})
	out.Components = keep(old.Components, reading.Components, func(p *asset.Part) slot {
		return slot{string(p.Kind), p.Place.Input, p.Place.At, "", ""}
	})
	out.Links = keep(old.Links, reading.Links, func(l *asset.Link) slot {
		return slot{l.Via, l.LocalPort, l.RemotePort, l.Remote.Place.Input, l.Remote.Place.At}
	})
	return &out
}

// slot is what one reading speaks for.
type slot [5]string

// keep returns old with the reading's values in the slots it names, where the
// slot stood first; slots old does not have come last. A slot read again with
// the same values stays as it stands, so that no news changes nothing.
func keep[T any](old, reading []T, of func(*T) slot) []T {
	if len(old) == 0 {
		return reading
	}
	was, is := bySlot(old, of), bySlot(reading, of)
	out := make([]T, 0, len(old)+len(reading))
	done := make(map[slot]bool, len(is))
	for i := range old {
		n := of(&old[i])
		now, named := is[n]
		switch {
		case !named || reflect.DeepEqual(was[n], now):
			out = append(out, old[i])
		case !done[n]:
			out = append(out, now...)
		}
		done[n] = true
	}
	for i := range reading {
		if !done[of(&reading[i])] {
			out = append(out, reading[i])
		}
	}
	return out
}

func bySlot[T any](all []T, of func(*T) slot) map[slot][]T {
	m := make(map[slot][]T, len(all))
	for i := range all {
		n := of(&all[i])
		m[n] = append(m[n], all[i])
	}
	return m
}
