package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/resolve"
)

// ScopeKind says what an answer is given for.
type ScopeKind string

const (
	ForAsset    ScopeKind = "asset"    // one asset, by ID
	ForOperator ScopeKind = "operator" // the operator as a whole; the ID is the profile's, or empty
	ForClass    ScopeKind = "class"    // all assets of a class, in the words of the question
)

// Scope is what an answer is given for.
type Scope struct {
	Kind ScopeKind `json:"kind"`
	ID   string    `json:"id,omitempty"`
}

// Answer settles what was not known. A later answer to the same fact and scope
// takes the place of an earlier one; an empty value withdraws it.
type Answer struct {
	// Question is the ID of the question that was answered; empty when none was asked.
	Question string `json:"question,omitempty"`
	// Fact is a name of the law's vocabulary.
	Fact  string `json:"fact"`
	Scope Scope  `json:"scope"`
	Value string `json:"value"`
	// Reason is why the author says so.
	Reason string `json:"reason,omitempty"`
	// Expires is the last day the answer counts; nil: it does not expire by date.
	Expires *calendar.Date `json:"expires,omitempty"`
	// RestsOn is a hash of what the answer rests on; when that is another one, the answer no longer counts. Empty: nothing.
	RestsOn string `json:"rests_on,omitempty"`
	// Author and At are those of the event.
	Author string    `json:"-"`
	At     time.Time `json:"-"`
}

// Decision is a user's word on what is one thing. Undone takes back the
// decision of that name.
type Decision struct {
	// Name tells decisions apart; a later one of the same name takes the earlier one's place.
	Name   string           `json:"name"`
	Join   []resolve.Handle `json:"join,omitempty"`
	Apart  []resolve.Handle `json:"apart,omitempty"`
	Undone bool             `json:"undone,omitempty"`
	Reason string           `json:"reason,omitempty"`
	Author string           `json:"-"`
	At     time.Time        `json:"-"`
}

// Judgement says that a check was made and what came out.
type Judgement struct {
	Profile     string         `json:"profile"`
	Act         string         `json:"act,omitempty"`
	AsOf        calendar.Date  `json:"as_of"`
	KnownAt     calendar.Date  `json:"known_at"`
	DataVersion string         `json:"data_version"`
	Counts      map[string]int `json:"counts"`
	// Result is a hash of the whole outcome.
	Result string    `json:"result,omitempty"`
	Author string    `json:"-"`
	At     time.Time `json:"-"`
}

// Setting is a value the program keeps under a name: the version of its data, saved column maps.
type Setting struct {
	Value string `json:"value"`
}

// PutAnswer appends an answer.
func PutAnswer(ctx context.Context, s Store, a Answer) error {
	if a.Fact == "" || a.Scope.Kind != ForAsset && a.Scope.Kind != ForOperator && a.Scope.Kind != ForClass {
		return errInvalid("answer to %q for %q: want a fact and asset, operator or class", a.Fact, a.Scope.Kind)
	}
	return put(ctx, s, Answered, a.Fact, a.Author, a.At, a)
}

// Answers returns the answers that count on a day as known at a time, sorted
// by fact and scope. IDs of assets are forwarded. Whether what an answer rests on has
// changed is for the caller to see.
func Answers(ctx context.Context, s Store, on calendar.Date, knownAt time.Time) ([]Answer, error) {
	type about struct {
		fact  string
		scope Scope
	}
	var all []Answer
	err := events(ctx, s, Answered, knownAt, func(e Event, a Answer) error {
		a.Author, a.At = e.Author, e.At
		all = append(all, a)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	last := map[about]Answer{}
	forward := map[string]string{}
	for _, a := range all {
		if a.Scope.Kind == ForAsset {
			id, ok := forward[a.Scope.ID]
			if !ok {
				if id, err = s.Forward(ctx, a.Scope.ID); err != nil {
					return nil, err
				}
				forward[a.Scope.ID] = id
			}
			a.Scope.ID = id
		}
		last[about{a.Fact, a.Scope}] = a
	}
	var out []Answer
	for _, a := range last {
		if a.Value != "" && (a.Expires == nil || on <= *a.Expires) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Scope.Kind, b.Scope.Kind), cmp.Compare(a.Scope.ID, b.Scope.ID))
	})
	return out, nil
}

// PutDecision appends a decision.
func PutDecision(ctx context.Context, s Store, d Decision) error {
	if d.Name == "" || !d.Undone && len(d.Join)+len(d.Apart) == 0 {
		return errInvalid("decision %q: want a name and handles to join or keep apart", d.Name)
	}
	return put(ctx, s, Decided, d.Name, d.Author, d.At, d)
}

// Decisions returns the decisions that stand as known at a time, by name.
func Decisions(ctx context.Context, s Store, knownAt time.Time) ([]Decision, error) {
	last := map[string]Decision{}
	err := events(ctx, s, Decided, knownAt, func(e Event, d Decision) error {
		d.Author, d.At = e.Author, e.At
		last[d.Name] = d
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	var out []Decision
	for _, name := range slices.Sorted(maps.Keys(last)) {
		if d := last[name]; !d.Undone {
			out = append(out, d)
		}
	}
	return out, nil
}

// PutJudgement appends a judgement.
func PutJudgement(ctx context.Context, s Store, j Judgement) error {
	return put(ctx, s, Judged, j.Profile, j.Author, j.At, j)
}

// Judgements returns all judgements known at a time, the oldest first.
func Judgements(ctx context.Context, s Store, knownAt time.Time) ([]Judgement, error) {
	var out []Judgement
	err := events(ctx, s, Judged, knownAt, func(e Event, j Judgement) error {
		j.Author, j.At = e.Author, e.At
		out = append(out, j)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read judgements: %w", err)
	}
	return out, nil
}

// Set keeps a value under a name; setting the value it has writes nothing.
func Set(ctx context.Context, s Store, author string, at time.Time, name, value string) error {
	all, err := Settings(ctx, s, time.Time{})
	if err != nil {
		return err
	}
	if old, ok := all[name]; ok && old == value {
		return nil
	}
	return put(ctx, s, Remarked, name, author, at, Setting{value})
}

// Settings returns the values kept, by name, as known at a time.
func Settings(ctx context.Context, s Store, knownAt time.Time) (map[string]string, error) {
	out := map[string]string{}
	err := events(ctx, s, Remarked, knownAt, func(e Event, v Setting) error {
		out[e.Subject] = v.Value
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return out, nil
}

func put(ctx context.Context, s Store, kind EventKind, subject, author string, at time.Time, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	return s.Append(ctx, Event{At: at, Author: author, Kind: kind, Subject: subject, Body: b})
}

func events[T any](ctx context.Context, s Store, kind EventKind, knownAt time.Time, f func(Event, T) error) error {
	return s.Events(ctx, kind, knownAt, func(e Event) error {
		var v T
		if err := json.Unmarshal(e.Body, &v); err != nil {
			return fmt.Errorf("%w: event %d (%s): %w", ErrCorrupt, e.ID, kind, err)
		}
		return f(e, v)
	})
}

// CheckEvent says what keeps an event from being appended.
func CheckEvent(e Event) error {
	switch {
	case e.Kind == "":
		return errInvalid("event without a kind")
	case e.Author == "":
		return errInvalid("%s event without an author: say who", e.Kind)
	case e.At.IsZero():
		return errInvalid("%s event without a time", e.Kind)
	case len(e.Body) > MaxBody:
		return errInvalid("%s event of %d bytes: at most %d", e.Kind, len(e.Body), MaxBody)
	case !json.Valid(e.Body):
		return errInvalid("%s event whose body is no JSON", e.Kind)
	}
	return nil
}
