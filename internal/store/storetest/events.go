package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/calendar"
	"telltale/internal/resolve"
	"telltale/internal/store"
)

func forwards(t *testing.T, open Open) {
	s := open(t, "forwards")
	defer s.Close()
	_, th := mustLoad(t, s, 1, thing("serial", "AB12345671"), thing("serial", "AB12345672"), thing("serial", "AB12345673"))
	assign := func(n int, ids ...string) []resolve.Forward {
		t.Helper()
		m := map[store.Thing]string{}
		for i, id := range ids {
			m[th[i]] = id
		}
		f, err := s.Assign(t.Context(), day(n), maps.All(m))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	want := func(from, to string) {
		t.Helper()
		if got, err := s.Forward(t.Context(), from); err != nil || got != to {
			t.Errorf("Forward(%s) = %s, %v; want %s", from, got, err, to)
		}
	}
	if f := assign(1, "A", "B", "C"); len(f) != 0 {
		t.Errorf("first assignment forwards %v", f)
	}
	if diff := cmp.Diff([]resolve.Forward{{Old: "B", New: "A"}}, assign(2, "A", "A", "C")); diff != "" {
		t.Errorf("a merge (-want +got)\n%s", diff)
	}
	want("B", "A")
	want("A", "A")
	want("unheard", "unheard")
	if f := assign(3, "A", "A", "C"); len(f) != 0 {
		t.Errorf("the same again forwards %v", f)
	}
	assign(4, "D", "D")
	want("B", "D")
	want("A", "D")
	want("C", "C")
	assign(5, "D", "B")
	want("B", "B")
	// A thing that is gone holds no ID.
	if _, err := s.Load(t.Context(), load(6), func(l store.Loading) error {
		l.Whole("in")
		_, err := l.Put(thing("serial", "AB12345671"))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want("B", "D")
	got := map[store.Thing]string{}
	if err := s.Assigned(t.Context(), func(th store.Thing, id string) error { got[th] = id; return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[store.Thing]string{th[0]: "D", th[1]: "B", th[2]: "C"}, got); diff != "" {
		t.Errorf("assigned (-want +got)\n%s", diff)
	}
	if _, err := s.Assign(t.Context(), day(7), maps.All(map[store.Thing]string{th[0]: ""})); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("an asset without ID: %v, want ErrInvalid", err)
	}
}

func eventLog(t *testing.T, open Open) {
	s := open(t, "events")
	defer s.Close()
	event := func(n int, subject string) store.Event {
		return store.Event{At: day(n), Author: "ann", Kind: "test", Subject: subject, Body: []byte(`{"a":"é"}`)}
	}
	if err := s.Append(t.Context(), event(3, "late"), event(1, "early")); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), event(3, "later")); err != nil {
		t.Fatal(err)
	}
	read := func(at time.Time) string {
		t.Helper()
		out := ""
		if err := s.Events(t.Context(), "test", at, func(e store.Event) error {
			out += " " + e.Subject
			if want := event(e.At.Day(), e.Subject); e.ID == 0 || e.Author != want.Author || !e.At.Equal(want.At) || !bytes.Equal(e.Body, want.Body) {
				t.Errorf("event %+v, want %+v", e, want)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := read(time.Time{}); got != " early late later" {
		t.Errorf("events%s", got)
	}
	if got := read(day(2)); got != " early" {
		t.Errorf("events known at day 2:%s", got)
	}
	for name, bad := range map[string]func(*store.Event){
		"author": func(e *store.Event) { e.Author = "" },
		"kind":   func(e *store.Event) { e.Kind = "" },
		"time":   func(e *store.Event) { e.At = time.Time{} },
		"body":   func(e *store.Event) { e.Body = []byte("{") },
		"size":   func(e *store.Event) { e.Body = []byte(`"` + strings.Repeat("x", store.MaxBody) + `"`) },
	} {
		e := event(4, "bad")
		bad(&e)
		if err := s.Append(t.Context(), event(4, "good"), e); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("bad %s: %v, want ErrInvalid", name, err)
		}
	}
	if got := read(time.Time{}); got != " early late later" {
		t.Errorf("after refused events:%s", got)
	}
}

func answers(t *testing.T, open Open) {
	s := open(t, "answers")
	defer s.Close()
	_, th := mustLoad(t, s, 1, thing("serial", "AB12345671"))
	assign := func(n int, id string) {
		t.Helper()
		if _, err := s.Assign(t.Context(), day(n), maps.All(map[store.Thing]string{th[0]: id})); err != nil {
			t.Fatal(err)
		}
	}
	assign(1, "A")
	until := calendar.Of(day(20))
	put := func(n int, fact string, scope store.Scope, value string, expires *calendar.Date) {
		t.Helper()
		a := store.Answer{Question: "q", Fact: fact, Scope: scope, Value: value, Reason: "letter", Expires: expires, RestsOn: "h", Author: "ann", At: day(n)}
		if err := store.PutAnswer(t.Context(), s, a); err != nil {
			t.Fatal(err)
		}
	}
	one, all := store.Scope{Kind: store.ForAsset, ID: "A"}, store.Scope{Kind: store.ForOperator}
	put(2, "funded_by", one, "own", nil)
	put(3, "funded_by", one, "usf", nil)
	put(3, "routes_user_data", one, "no", &until)
	put(4, "holds_federal_contract", all, "yes", nil)
	put(6, "holds_federal_contract", all, "", nil)
	assign(5, "B")
	for _, c := range []struct {
		name        string
		on, knownAt int
		want        string
	}{
		{"the last answer counts", 4, 4, "funded_by/B=usf holds_federal_contract/=yes routes_user_data/B=no"},
		{"as it was known", 2, 2, "funded_by/B=own"},
		{"one withdrawn", 6, 6, "funded_by/B=usf routes_user_data/B=no"},
		{"one on its last day", 20, 9, "funded_by/B=usf routes_user_data/B=no"},
		{"one expired", 21, 9, "funded_by/B=usf"},
	} {
		got, err := store.Answers(t.Context(), s, calendar.Of(day(c.on)), day(c.knownAt))
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, a := range got {
			text += fmt.Sprintf(" %s/%s=%s", a.Fact, a.Scope.ID, a.Value)
			if a.Author != "ann" || a.At.IsZero() || a.Reason != "letter" || a.Question != "q" || a.RestsOn != "h" {
				t.Errorf("%s: answer %+v has lost something", c.name, a)
			}
		}
		if strings.TrimSpace(text) != c.want {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
	}
	if err := store.PutAnswer(t.Context(), s, store.Answer{Fact: "f", Author: "ann", At: day(1)}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("answer without scope: %v, want ErrInvalid", err)
	}
}

func decisions(t *testing.T, open Open) {
	s := open(t, "decisions")
	defer s.Close()
	for _, d := range []store.Decision{
		{Name: "twins", Apart: []resolve.Handle{"serial:A"}, Reason: "two boxes", Author: "ann", At: day(1)},
		{Name: "one", Join: []resolve.Handle{"mac:a", "mac:b"}, Author: "bob", At: day(2)},
		{Name: "twins", Undone: true, Author: "ann", At: day(3)},
	} {
		if err := store.PutDecision(t.Context(), s, d); err != nil {
			t.Fatal(err)
		}
	}
	for n, want := range map[int]string{0: "", 1: "twins", 2: "one twins", 3: "one"} {
		got, err := store.Decisions(t.Context(), s, day(n))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, d := range got {
			names = append(names, d.Name)
		}
		if strings.Join(names, " ") != want {
			t.Errorf("known at day %d: %v, want %s", n, names, want)
		}
	}
	if err := store.PutDecision(t.Context(), s, store.Decision{Name: "x", Author: "ann", At: day(1)}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("decision of nothing: %v, want ErrInvalid", err)
	}
}

func judgements(t *testing.T, open Open) {
	s := open(t, "judgements")
	defer s.Close()
	want := store.Judgement{Profile: "rural-etc", Act: "use", AsOf: calendar.Of(day(1)), KnownAt: calendar.Of(day(2)), DataVersion: "v", Counts: map[string]int{"prohibited": 3}, Result: "h", Author: "ann", At: day(2)}
	if err := store.PutJudgement(t.Context(), s, want); err != nil {
		t.Fatal(err)
	}
	got, err := store.Judgements(t.Context(), s, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]store.Judgement{want}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for n, v := range []string{"1", "1", "2"} {
		if err := store.Set(t.Context(), s, "ann", day(n+1), "data", v); err != nil {
			t.Fatal(err)
		}
	}
	for n, want := range map[int]string{1: "1", 2: "1", 3: "2"} {
		if got, err := store.Settings(t.Context(), s, day(n)); err != nil || got["data"] != want {
			t.Errorf("setting known at day %d: %v, %v; want %s", n, got, err, want)
		}
	}
	count := 0
	if err := s.Events(t.Context(), store.Remarked, time.Time{}, func(store.Event) error { count++; return nil }); err != nil || count != 2 {
		t.Errorf("%d settings appended, %v; want 2", count, err)
	}
}

func results(t *testing.T, open Open) {
	s := open(t, "results")
	defer s.Close()
	if _, err := s.Result(t.Context(), "last", nil); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no result: %v, want ErrNotFound", err)
	}
	big := make([]byte, 5<<20)
	for i := range big {
		big[i] = byte(i * i >> 7)
	}
	for n, body := range [][]byte{big, []byte("{}"), nil} {
		want := store.Result{Name: "last", At: day(n + 1), Author: "ann", Format: "telltale/check/1", DataVersion: "v"}
		if err := s.PutResult(t.Context(), want, bytes.NewReader(body)); err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		r, err := s.Result(t.Context(), "last", &got)
		if err != nil || r != want || !bytes.Equal(got.Bytes(), body) {
			t.Errorf("result %+v of %d bytes, %v; want %+v of %d", r, got.Len(), err, want, len(body))
		}
	}
	if err := s.PutResult(t.Context(), store.Result{}, strings.NewReader("x")); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("result without a name: %v, want ErrInvalid", err)
	}
}

func concurrent(t *testing.T, open Open) {
	s := open(t, "concurrent")
	defer s.Close()
	mustLoad(t, s, 1, thing("serial", "AB12345670"))
	const loads, each = 4, 300
	var wg sync.WaitGroup
	for i := range loads {
		wg.Go(func() {
			_, err := s.Load(t.Context(), load(2), func(l store.Loading) error {
				for k := range each {
					if _, err := l.Put(thing("serial", fmt.Sprintf("CD%04d%04d", i, k))); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			for range 20 {
				n := 0
				if err := s.Sightings(t.Context(), time.Time{}, func(store.Version) error { n++; return nil }); err != nil {
					t.Error(err)
				}
				if n%each != 1 {
					t.Errorf("a reader saw %d things: part of a load", n)
				}
			}
		})
	}
	wg.Wait()
	if got := len(versions(t, s, time.Time{})); got != loads*each+1 {
		t.Errorf("%d things, want %d", got, loads*each+1)
	}
}
