package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/store"
)

var sameSighting = cmpopts.EquateEmpty()

func roundTrip(t *testing.T, open Open) {
	s := open(t, "round trip")
	defer s.Close()
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		want := Draw(r)
		want.Place.Input = fmt.Sprint(n, " ", want.Place.Input) // a thing of its own
		want.Complete = true
		before := store.FromInstant(int64(1e15) + int64(n)*2)
		l := store.Load{At: before.Add(time.Microsecond), Author: "ann"}
		var th store.Thing
		if _, err := s.Load(t.Context(), l, func(l store.Loading) (err error) { th, err = l.Put(want); return err }); err != nil {
			r.Fatal(err)
		}
		got, err := s.History(t.Context(), th)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff([]store.Version{{Thing: th, Since: l.At, Sighting: want}}, got, sameSighting); diff != "" {
			r.Fatalf("(-want +got)\n%s", diff)
		}
	})
	seen := 0
	if err := s.Sightings(t.Context(), time.Time{}, func(store.Version) error { seen++; return nil }); err != nil || seen != n {
		t.Errorf("%d sightings of %d: %v", seen, n, err)
	}
}

func reopen(t *testing.T, open Open) {
	s := open(t, "reopen")
	cov := asset.Coverage{Input: "in", Format: "test", Read: 1, Failed: 1, Reasons: []asset.Reason{{Place: "row 2", Reason: "no columns"}}}
	want := thing("serial", "AB12345678")
	l, err := s.Load(t.Context(), load(1), func(l store.Loading) error { l.Cover(cov); _, err := l.Put(want); return err })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, "reopen")
	defer s.Close()
	got := versions(t, s, time.Time{})
	if len(got) != 1 {
		t.Fatalf("%d sightings, want 1", len(got))
	}
	if diff := cmp.Diff(want, got[0].Sighting, sameSighting); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	loads, err := s.Loads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]store.Load{l}, loads, sameSighting); diff != "" {
		t.Errorf("loads (-want +got)\n%s", diff)
	}
	if l.Put != 1 || l.Opened != 1 || l.ID != 1 || len(l.Coverage) != 1 {
		t.Errorf("load %+v", l)
	}
}

func unchanged(t *testing.T, open Open) {
	s := open(t, "unchanged")
	defer s.Close()
	all := []*asset.Sighting{thing("serial", "AB12345671", "model", "X"), partOf(thing("serial", "AB12345672", "model", "X")), thing("name", "core"), thing("name", "core")}
	if l, _ := mustLoad(t, s, 1, all...); l.Opened != 4 {
		t.Errorf("first load opened %d, want 4", l.Opened)
	}
	for n := 2; n < 5; n++ {
		if l, _ := mustLoad(t, s, n, all...); l.Opened+l.Closed != 0 || l.Put != 4 {
			t.Errorf("load %d: %+v, want nothing opened or closed", n, l)
		}
	}
	// A partial reading that says less than is known is no news either.
	if l, _ := mustLoad(t, s, 6, partOf(thing("serial", "AB12345671"))); l.Opened != 0 {
		t.Errorf("a partial reading of known facts opened %d", l.Opened)
	}
}

func intervals(t *testing.T, open Open) {
	s := open(t, "intervals")
	defer s.Close()
	with := thing("serial", "AB12345678", "firmware", "1.0")
	_, things := mustLoad(t, s, 1, with)
	mustLoad(t, s, 2, with)
	mustLoad(t, s, 3, thing("serial", "AB12345678"))
	mustLoad(t, s, 4, with)
	mustLoad(t, s, 5, thing("serial", "AB12345678", "firmware", "2.0"))
	history, err := s.History(t.Context(), things[0])
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range store.Facts(history) {
		until := "now"
		if !f.Until.IsZero() {
			until = fmt.Sprint(f.Until.Day())
		}
		got = append(got, fmt.Sprintf("%s %s %d-%s", f.Attr, f.Value, f.Since.Day(), until))
	}
	want := []string{"firmware 1.0 1-3", "firmware 1.0 4-5", "firmware 2.0 5-now", "serial AB12345678 1-now"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for n, want := range map[int]string{1: "[1.0]", 2: "[1.0]", 3: "[]", 4: "[1.0]", 5: "[2.0]", 9: "[2.0]"} {
		if got := fmt.Sprint(values(t, s, day(n), evidence.FirmwareText)); got != want {
			t.Errorf("known at day %d: firmware %s, want %s", n, got, want)
		}
	}
	if got := versions(t, s, day(1).Add(-time.Microsecond)); len(got) != 0 {
		t.Errorf("known before the first load: %d things", len(got))
	}
	if _, err := s.History(t.Context(), things[0]+1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("history of nothing: %v, want ErrNotFound", err)
	}
}

func partial(t *testing.T, open Open) {
	s := open(t, "partial")
	defer s.Close()
	mustLoad(t, s, 1, thing("serial", "AB12345678", "firmware", "1.0"))
	seen := partOf(thing("serial", "AB12345678", "site", "north"))
	seen.Links = []asset.Link{{Via: "lldp", LocalPort: "1", Remote: *thing("name", "next")}}
	mustLoad(t, s, 2, seen)
	if got := values(t, s, day(2), evidence.FirmwareText); len(got) != 1 {
		t.Errorf("a partial reading closed the firmware it did not name: %v", got)
	}
	if got := values(t, s, day(2), evidence.Site); len(got) != 1 {
		t.Errorf("a partial reading added no site: %v", got)
	}
	mustLoad(t, s, 3, partOf(thing("serial", "AB12345678", "firmware", "1.1")))
	if got := values(t, s, day(3), evidence.FirmwareText); fmt.Sprint(got) != "[1.1]" {
		t.Errorf("firmware read again at its place: %v, want 1.1 alone", got)
	}
	if v := versions(t, s, day(3)); len(v) != 1 || len(v[0].Sighting.Links) != 1 || !v[0].Sighting.Complete {
		t.Errorf("after partial readings: %+v", v)
	}
}

func whole(t *testing.T, open Open) {
	s := open(t, "whole")
	defer s.Close()
	a, b := thing("serial", "AB12345671"), thing("serial", "AB12345672")
	other := thing("serial", "AB12345673")
	other.Place.Input = "other"
	mustLoad(t, s, 1, a, b, other)
	mustLoad(t, s, 2, a)
	if got := versions(t, s, day(2)); len(got) != 3 {
		t.Fatalf("%d things after a load that names one, want 3", len(got))
	}
	l, err := s.Load(t.Context(), load(3), func(l store.Loading) error {
		l.Whole("in")
		_, err := l.Put(a)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if l.Closed != 1 || l.Opened != 0 {
		t.Errorf("load %+v, want one closed", l)
	}
	if got := values(t, s, time.Time{}, evidence.Serial); fmt.Sprint(got) != "[AB12345671 AB12345673]" {
		t.Errorf("open: %v", got)
	}
	if got := versions(t, s, day(2)); len(got) != 3 {
		t.Errorf("known at day 2: %d things, want 3", len(got))
	}
	for at, want := range map[time.Time]string{{}: "[AB12345672]", day(3): "[AB12345672]", day(2): "[]"} {
		got := []string{}
		err := s.Ended(t.Context(), at, func(v store.Version) error {
			if !v.Until.Equal(day(3)) || !v.Since.Equal(day(1)) {
				t.Errorf("ended version from %s to %s, want from day 1 to day 3", v.Since, v.Until)
			}
			got = append(got, v.Sighting.Observations[0].Value)
			return nil
		})
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("ended as known at %s: %v (%v), want %s", at, got, err, want)
		}
	}
	if l, _ := mustLoad(t, s, 4, b); l.Opened != 1 {
		t.Errorf("a thing that is back opened %d, want 1", l.Opened)
	}
	if got := versions(t, s, time.Time{}); len(got) != 3 {
		t.Errorf("%d things after one is back, want 3", len(got))
	}
}

func failing(t *testing.T, open Open) {
	s := open(t, "failing")
	defer s.Close()
	mustLoad(t, s, 1, thing("serial", "AB12345671"))
	stop := errors.New("stop")
	_, err := s.Load(t.Context(), load(2), func(l store.Loading) error {
		l.Whole("in")
		for i := range 5000 {
			if _, err := l.Put(thing("serial", fmt.Sprintf("CD%08d", i))); err != nil {
				return err
			}
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("load returned %v, want the error of fill", err)
	}
	if got := versions(t, s, time.Time{}); len(got) != 1 {
		t.Errorf("%d things after a failed load, want 1", len(got))
	}
	if loads, err := s.Loads(t.Context()); err != nil || len(loads) != 1 {
		t.Errorf("%d loads, %v; want 1", len(loads), err)
	}
	if _, err := s.Load(t.Context(), store.Load{}, nil); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("load without author: %v, want ErrInvalid", err)
	}
	deep := thing("serial", "AB12345679")
	for range 40 {
		deep = &asset.Sighting{Place: evidence.Place{Input: "in"}, Links: []asset.Link{{Remote: *deep}}}
	}
	if _, err := s.Load(t.Context(), load(2), func(l store.Loading) error { _, err := l.Put(deep); return err }); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("links forty deep: %v, want ErrInvalid", err)
	}
	if err := s.Sightings(t.Context(), time.Time{}, func(store.Version) error { return stop }); err != stop {
		t.Errorf("Sightings returned %v, want the error of yield", err)
	}
}

func names(t *testing.T, open Open) {
	s := open(t, "names")
	defer s.Close()
	at := func(row string, s *asset.Sighting) *asset.Sighting {
		s.Place.At = row
		for i := range s.Observations {
			s.Observations[i].Place.At = row
		}
		return s
	}
	first := []*asset.Sighting{at("1", thing("serial", "AB12345671", "model", "X")), at("2", thing("name", "core")), at("3", thing("name", "core"))}
	_, was := mustLoad(t, s, 1, first...)
	moved := []*asset.Sighting{at("2", thing("serial", "AB12345671", "model", "Y")), at("3", thing("name", "core")), at("4", thing("name", "core"))}
	_, is := mustLoad(t, s, 2, moved...)
	if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("rows that moved are other things (-was +is)\n%s", diff)
	}
	if was[1] == was[2] || was[0] == was[1] {
		t.Errorf("things %v are not all different", was)
	}
	if got := versions(t, s, time.Time{}); len(got) != 3 {
		t.Errorf("%d things, want 3", len(got))
	}
}

func clock(t *testing.T, open Open) {
	s := open(t, "clock")
	defer s.Close()
	mustLoad(t, s, 5, thing("serial", "AB12345671", "model", "X"))
	if l, _ := mustLoad(t, s, 4, thing("serial", "AB12345671", "model", "Y")); !l.At.Equal(day(5)) {
		t.Errorf("a load before the last was recorded at %s, want %s", l.At, day(5))
	}
	if got := fmt.Sprint(values(t, s, day(5), evidence.ModelText)); got != "[Y]" {
		t.Errorf("known at day 5: %s, want [Y]", got)
	}
}

// anyLoads compares a store with the plainest model of one.
func anyLoads(t *testing.T, open Open) {
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		s := open(t, fmt.Sprint("any loads ", n))
		defer s.Close()
		m := model{}
		for i := range rapid.IntRange(1, 5).Draw(r, "loads") {
			m.load(r, t, s, i+1)
		}
		for i := range 7 {
			got := map[store.Thing]*asset.Sighting{}
			for _, v := range versions(t, s, day(i)) {
				got[v.Thing] = v.Sighting
			}
			if diff := cmp.Diff(m.at(i), got, sameSighting); diff != "" {
				r.Fatalf("known at day %d (-want +got)\n%s", i, diff)
			}
		}
	})
}

// model holds what is open after each day.
type model []map[store.Thing]*asset.Sighting

func (m model) at(day int) map[store.Thing]*asset.Sighting {
	if day = min(day, len(m)); day > 0 {
		return m[day-1]
	}
	return map[store.Thing]*asset.Sighting{}
}

func (m *model) load(r *rapid.T, t *testing.T, s store.Store, n int) {
	now := map[store.Thing]*asset.Sighting{}
	for th, x := range m.at(n - 1) {
		now[th] = x
	}
	put := map[store.Thing]bool{}
	_, err := s.Load(t.Context(), load(n), func(l store.Loading) error {
		for range rapid.IntRange(0, 6).Draw(r, "puts") {
			x := few(r)
			th, err := l.Put(x)
			if err != nil {
				return err
			}
			put[th] = true
			now[th] = store.Merge(now[th], x)
		}
		if rapid.Bool().Draw(r, "whole") {
			l.Whole("a")
			for th, x := range now {
				if x.Place.Input == "a" && !put[th] {
					delete(now, th)
				}
			}
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	*m = append(*m, now)
}
