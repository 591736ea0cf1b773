// Package store says what a store of sightings, events and results does, for
// any database behind it. It holds the contract (Store), and what all stores
// share: how a reading becomes a stored version, what its facts are, and what
// answers and decisions follow from the events.
//
// It is not for deciding anything: resolve makes assets of what comes out, the
// pipeline judges them. The databases are sub-packages; storetest proves each
// of them. Format: docs/format/store.md.
//
// What one input says of one thing is a Thing. Its facts are kept as versions,
// each true from one load to another: a reading that says nothing new writes
// nothing, one that does closes the open version and opens another. Nothing
// is changed otherwise and nothing is deleted, so that the store can be read
// as it was known at any time. All else (answers, decisions, judgements) are
// events: appended with author and time, the latest one counts.
package store

import (
	"context"
	"errors"
	"io"
	"iter"
	"strconv"
	"time"

	"telltale/internal/asset"
	"telltale/internal/resolve"
)

// Errors of all stores; errors.Is finds them.
var (
	// ErrNotFound: there is no such thing, result or forward.
	ErrNotFound = errors.New("not found")
	// ErrInvalid: what the caller gave cannot be stored as it is.
	ErrInvalid = errors.New("invalid")
	// ErrLocked: another process is writing.
	ErrLocked = errors.New("locked by another process")
	// ErrCorrupt: the database is damaged or no database at all.
	ErrCorrupt = errors.New("damaged or no store")
	// ErrNewer: the database was written by a newer program.
	ErrNewer = errors.New("written by a newer version")
)

// Store keeps sightings, events and results. Methods are safe for concurrent
// use; writers wait for each other, readers see the state before or after a
// write, never between. Functions a method is given (fill, yield, a sequence)
// must not call the store themselves.
type Store interface {
	// Load records one pass over some inputs: it calls fill, which puts what
	// was read, and keeps all of it or, when fill or the store fails, nothing.
	// The returned Load has its ID and counts. The time of a load never lies
	// before that of an earlier one: At is moved up if it does.
	Load(ctx context.Context, l Load, fill func(Loading) error) (Load, error)

	// Loads returns all loads, the oldest first.
	Loads(ctx context.Context) ([]Load, error)

	// Sightings yields what was open at knownAt (the zero time: now), each as
	// it was put, in the order in which versions were recorded. An error of
	// yield ends it and is returned as it is. The sightings are the receiver's.
	Sightings(ctx context.Context, knownAt time.Time, yield func(Version) error) error

	// Ended yields the versions that ended at or before knownAt (the zero time:
	// now), in the order in which they were recorded, as Sightings does those that are open.
	Ended(ctx context.Context, knownAt time.Time, yield func(Version) error) error

	// History returns all versions of a thing, the oldest first; ErrNotFound if there is none.
	History(ctx context.Context, t Thing) ([]Version, error)

	// Assign records of which asset each thing is part as of at, and returns
	// where asset IDs lead that no thing has any more (resolve.Forwards). It keeps
	// those forwards for ever. Things not named keep theirs. Assigning the same again writes nothing.
	Assign(ctx context.Context, at time.Time, assets iter.Seq2[Thing, string]) ([]resolve.Forward, error)

	// Assigned yields the asset of each thing as last assigned, in the order of things.
	Assigned(ctx context.Context, yield func(Thing, string) error) error

	// Forward follows superseded asset IDs to the last one. An ID that was
	// never superseded, or that things have again, is returned as it is.
	Forward(ctx context.Context, id string) (string, error)

	// Append records events, all or none, in their order. Author, kind and
	// time must be set, else ErrInvalid.
	Append(ctx context.Context, events ...Event) error

	// Events yields the events of a kind recorded at or before knownAt (the
	// zero time: now) in the order of their times, those of one time in the order appended.
	Events(ctx context.Context, kind EventKind, knownAt time.Time, yield func(Event) error) error

	// PutResult keeps the outcome of a check under a name, in place of the one before of that name.
	PutResult(ctx context.Context, r Result, body io.Reader) error

	// Result returns what PutResult kept under the name and writes its body to w (nil: not wanted); ErrNotFound if there is none.
	Result(ctx context.Context, name string, w io.Writer) (Result, error)

	// Close releases the store. Using it afterwards is an error.
	Close() error
}

// Loading takes what one load read. It is not safe for concurrent use.
type Loading interface {
	// Put records what an input says of a thing and returns the thing's name.
	// A complete sighting takes the place of what was open; a partial one is
	// added to it (Merge). Two sightings of one input that carry the same keys
	// are two things, told apart by their order. Put keeps nothing of s.
	Put(s *asset.Sighting) (Thing, error)

	// Whole says that the input was read from end to end and lists all there
	// is: what was open of it and was not put in this load is closed. It
	// counts for what is put after it as well.
	Whole(input string)

	// Cover records what was read of an input and what was not.
	Cover(c asset.Coverage)
}

// Thing names what one input says of one thing: the hash of the input's name and the
// thing's best key there. It stays the same when the thing is read again.
type Thing uint64

// String returns 16 hex digits.
func (t Thing) String() string { return resolve.Hash(t).String() }

// ParseThing reads what String returns.
func ParseThing(s string) (Thing, error) {
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil || len(s) != 16 {
		return 0, errInvalid("thing %q: want 16 hex digits", s)
	}
	return Thing(n), nil
}

// Load is one pass over some inputs.
type Load struct {
	// ID counts from 1; given by the store.
	ID int64
	// At is when it was recorded, by the caller's clock; the store keeps microseconds, in UTC.
	At time.Time
	// Author is who ran it.
	Author string
	// Inputs are the inputs as the user named them.
	Inputs []string
	// Coverage is what Cover was given.
	Coverage []asset.Coverage
	// Put counts the sightings put, Opened the versions written, Closed those ended.
	Put, Opened, Closed int
}

// Version is what was known of a thing from one load to another.
type Version struct {
	Thing Thing
	Since time.Time
	// Until is zero while the version is open.
	Until    time.Time
	Sighting *asset.Sighting
}

// EventKind says what happened.
type EventKind string

// The kinds the program itself appends. A store keeps any kind.
const (
	Answered  EventKind = "answer"    // Body: Answer
	Decided   EventKind = "decision"  // Body: Decision
	Judged    EventKind = "judgement" // Body: Judgement
	Remarked  EventKind = "setting"   // Body: Setting
	Forwarded EventKind = "forward"   // Body: resolve.Forward; appended by Assign
)

// Event is something that happened: appended, never changed.
type Event struct {
	// ID counts from 1; given by the store.
	ID     int64
	At     time.Time
	Author string
	Kind   EventKind
	// Subject is what it is about, in the kind's own terms.
	Subject string
	// Body is JSON, at most MaxBody bytes.
	Body []byte
}

// MaxBody is the greatest length of an event's body in bytes.
const MaxBody = 1 << 20

// Result is the outcome of a check, kept for explain, answer and report.
type Result struct {
	// Name tells results apart: "last", or a profile's name.
	Name   string
	At     time.Time
	Author string
	// Format says what the body is: finding.Schema.
	Format string
	// DataVersion is that of the facts judged with.
	DataVersion string
}
