package unpack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sort"
	"sync"
	"sync/atomic"
)

// Progress is told about the run; see Open. Calls come from several goroutines, one at a time.
type Progress func(done, total int64, what string)

// session is one Open: its limits, store, tasks and the objects seen.
type session struct {
	shallow  bool // see Scan
	ctx      context.Context
	lim      Limits
	store    *store
	progress Progress
	pool     *pool

	bytes   atomic.Int64
	entries atomic.Int64
	spent   atomic.Bool // a bound of the whole run is hit: nothing further is looked for

	mu    sync.Mutex
	seen  map[Sum]*Object
	next  []*Object // one container deeper than those that are scanned
	notes map[string]bool
	total int64
	done  int64
}

// Open recognises and unpacks r, size bytes long, and everything inside it.
// It returns an error only when r itself cannot be read or ctx was cancelled
// before anything was; every other trouble is a State in the tree. progress
// may be nil. The tree does not depend on the number of workers and their
// timing, unless a bound of the whole run ends it. The caller closes the tree.
func Open(ctx context.Context, r io.ReaderAt, size int64, name string, lim Limits, progress Progress) (*Tree, error) {
	return open(ctx, &session{lim: lim, progress: progress}, r, size, name)
}

// Scan recognises what stands in r and where each piece ends, and opens
// nothing but the streams whose end only decoding can tell. It says what Open
// would find on the first level.
func Scan(ctx context.Context, r io.ReaderAt, size int64, name string, lim Limits) (*Tree, error) {
	return open(ctx, &session{lim: lim, shallow: true}, r, size, name)
}

func open(ctx context.Context, s *session, r io.ReaderAt, size int64, name string) (*Tree, error) {
	s.lim = s.lim.withDefaults(size)
	lim := s.lim
	ctx, cancel := context.WithTimeoutCause(ctx, lim.Time, limitf("%v of time", lim.Time))
	defer cancel()
	s.ctx, s.store, s.pool = ctx, &store{dir: lim.Spool, memMax: lim.Memory}, newPool()
	s.seen, s.notes, s.total = map[Sum]*Object{}, map[string]bool{}, size
	b, err := section(r, 0, size)
	if err != nil {
		return nil, fmt.Errorf("read image %q: %w", name, err)
	}
	root := &Object{Blob: b, trial: true}
	s.seen[b.sum] = root
	s.run(root)
	t := &Tree{Name: name, Root: root, Objects: len(s.seen), Entries: int(s.entries.Load()), Bytes: s.bytes.Load(), store: s.store}
	for n := range s.notes {
		t.Notes = append(t.Notes, n)
	}
	sortStrings(t.Notes)
	if err := context.Cause(ctx); err != nil && !isLimit(err) {
		s.store.close()
		return nil, fmt.Errorf("unpack %q: %w", name, err)
	}
	return t, nil
}

// run scans the objects level by level, so that how deep a content lies, and
// whether it is a part of a container, does not depend on which place was reached first.
func (s *session) run(root *Object) {
	for level := []*Object{root}; len(level) > 0; level = s.deeper() {
		for _, o := range level {
			s.pool.add(func() {
				s.scanObject(o)
				s.tell(o.size, 0)
			})
		}
		s.pool.work(s.lim.Workers)
		for _, o := range level {
			s.settle(o)
		}
	}
}

// deeper returns the objects found by the last level, the largest first.
func (s *session) deeper() []*Object {
	level := s.next
	s.next = nil
	sort.Slice(level, func(i, j int) bool {
		a, b := level[i], level[j]
		return a.size > b.size || a.size == b.size && bytes.Compare(a.sum[:], b.sum[:]) < 0
	})
	return level
}

// tell counts bytes that are worked off and such that came up.
func (s *session) tell(done, more int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += done
	s.total += more
	if s.progress != nil {
		s.progress(s.done, s.total, fmt.Sprintf("%d objects", len(s.seen)))
	}
}

// object returns the one Object of the content b; a new one is scanned with the next level.
func (s *session) object(b *Blob, depth int, trial bool) *Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.seen[b.sum]; o != nil {
		if o.depth == depth && trial {
			o.trial = true
		}
		return o
	}
	o := &Object{Blob: b, depth: depth, trial: trial}
	s.seen[b.sum] = o
	if s.shallow {
		return o
	}
	s.total += b.size
	if depth > s.lim.Depth {
		s.notes[fmt.Sprintf("depth of %d containers", s.lim.Depth)] = true
		o.Regions = []*Region{{Length: b.size, Format: "data", Confidence: Leftover, State: LimitHit,
			Reasons: []string{fmt.Sprintf("limit hit: depth of %d containers; not looked into", s.lim.Depth)}}}
		return o
	}
	s.next = append(s.next, o)
	return o
}

func (s *session) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var l *limitError
	if errors.As(err, &l) {
		s.notes[l.what] = true
	}
}
