// Package storetest proves that a store keeps the contract of store.Store. A
// store's own test is one call of Run.
//
// It is not for what a database alone can do wrong (files, servers): that
// stands beside the store.
package storetest

import (
	"testing"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/store"
)

// Open opens the store of a name: the same name, the same store; a new name,
// an empty one. The suite closes what it opened.
type Open func(t testing.TB, name string) store.Store

// Run runs the whole suite. Nothing of it may be skipped.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"every field survives", roundTrip},
		{"what was put is there after reopening", reopen},
		{"an unchanged load writes nothing", unchanged},
		{"a fact is an interval", intervals},
		{"a partial reading adds", partial},
		{"a whole input closes what it lacks", whole},
		{"a load that fails leaves nothing", failing},
		{"things keep their names", names},
		{"time never runs backwards", clock},
		{"any loads at any time", anyLoads},
		{"assets are forwarded", forwards},
		{"events are appended", eventLog},
		{"answers", answers},
		{"decisions", decisions},
		{"judgements and settings", judgements},
		{"results", results},
		{"readers see before or after", concurrent},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

// day returns noon of the n-th day of the suite's calendar.
func day(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }

func load(n int) store.Load {
	return store.Load{At: day(n), Author: "ann", Inputs: []string{"in"}}
}

// thing returns a complete sighting of input "in" from attribute-value pairs.
func thing(pairs ...string) *asset.Sighting {
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: evidence.Place{Input: "in", At: "row 1"}, Complete: true}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.Observations = append(s.Observations, evidence.Observation{
			Source: "test", Attr: evidence.Attr(pairs[i]), Value: pairs[i+1], Place: evidence.Place{Input: "in", At: "row 1"},
		})
	}
	return s
}

func partOf(s *asset.Sighting) *asset.Sighting { s.Complete = false; return s }

// mustLoad loads sightings on day n and returns their things.
func mustLoad(t testing.TB, s store.Store, n int, all ...*asset.Sighting) (store.Load, []store.Thing) {
	t.Helper()
	var things []store.Thing
	l, err := s.Load(t.Context(), load(n), func(l store.Loading) error {
		for _, x := range all {
			th, err := l.Put(x)
			if err != nil {
				return err
			}
			things = append(things, th)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return l, things
}

// versions returns what is open at a time.
func versions(t testing.TB, s store.Store, at time.Time) []store.Version {
	t.Helper()
	var out []store.Version
	if err := s.Sightings(t.Context(), at, func(v store.Version) error { out = append(out, v); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// values returns the values of an attribute open at a time.
func values(t testing.TB, s store.Store, at time.Time, a evidence.Attr) []string {
	t.Helper()
	var out []string
	for _, v := range versions(t, s, at) {
		for _, o := range v.Sighting.Observations {
			if o.Attr == a {
				out = append(out, o.Value)
			}
		}
	}
	return out
}
