package unpack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

// Progress is told about the run; see Open. Calls come from several goroutines, one at a time.
type Progress func(done, total int64, what string)

// session is one Open: its limits, store, queue and the objects seen.
type session struct {
	shallow  bool // see Scan
	ctx      context.Context
	lim      Limits
	store    *store
	progress Progress

	bytes   atomic.Int64
	entries atomic.Int64
	spent   atomic.Bool // a bound of the whole run is hit: nothing further is looked for

	mu      sync.Mutex
	cond    *sync.Cond
	seen    map[Sum]*Object
	queue   []*Object
	busy    int
	notes   map[string]bool
	total   int64
	scanned int64
}

// Open recognises and unpacks r, size bytes long, and everything inside it.
// It returns an error only when r itself cannot be read or ctx was cancelled
// before anything was; every other trouble is a State in the tree. progress
// may be nil. The caller closes the tree.
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
	s.ctx, s.store = ctx, &store{dir: lim.Spool, memMax: lim.Memory}
	s.seen, s.notes, s.total = map[Sum]*Object{}, map[string]bool{}, size
	s.cond = sync.NewCond(&s.mu)
	b, err := section(r, 0, size)
	if err != nil {
		return nil, fmt.Errorf("read image %q: %w", name, err)
	}
	root := &Object{Blob: b, trial: true}
	s.seen[b.sum] = root
	s.queue = append(s.queue, root)
	s.run()
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

// run works the queue off with lim.Workers goroutines.
func (s *session) run() {
	var wg sync.WaitGroup
	for range s.lim.Workers {
		wg.Go(func() {
			for {
				o := s.next()
				if o == nil {
					return
				}
				s.scanObject(o)
				s.finished(o)
			}
		})
	}
	wg.Wait()
}

func (s *session) next() *Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) == 0 && s.busy > 0 {
		s.cond.Wait()
	}
	if len(s.queue) == 0 {
		return nil
	}
	o := s.queue[len(s.queue)-1]
	s.queue = s.queue[:len(s.queue)-1]
	s.busy++
	return o
}

func (s *session) finished(o *Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.scanned += o.size
	if s.progress != nil {
		s.progress(s.scanned, s.total, fmt.Sprintf("%d objects", len(s.seen)))
	}
	s.cond.Broadcast()
}

// object returns the one Object of the content b, queueing it when it is new.
func (s *session) object(b *Blob, depth int, trial bool) *Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.seen[b.sum]; o != nil {
		return o
	}
	o := &Object{Blob: b, depth: depth, trial: trial}
	s.seen[b.sum] = o
	s.total += b.size
	if s.shallow {
		return o
	}
	if depth > s.lim.Depth {
		s.notes[fmt.Sprintf("depth of %d containers", s.lim.Depth)] = true
		o.Regions = []*Region{{Length: b.size, Format: "data", Confidence: Leftover, State: LimitHit,
			Reasons: []string{fmt.Sprintf("limit hit: depth of %d containers; not looked into", s.lim.Depth)}}}
		return o
	}
	s.queue = append(s.queue, o)
	s.cond.Signal()
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

// xtr is one extraction: what a format's extractor writes its nodes to.
type xtr struct {
	s     *session
	d     *data
	r     *Region
	depth int
	mu    sync.Mutex
}

// node records an entry; it returns an error only when a bound is hit.
func (x *xtr) node(n Node) (*Node, error) {
	if x.s.entries.Add(1) > int64(x.s.lim.Entries) {
		x.s.entries.Add(-1)
		x.s.spent.Store(true)
		return nil, limitf("%d entries", x.s.lim.Entries)
	}
	if err := x.alive(); err != nil {
		return nil, err
	}
	p, odd := clean(n.Path)
	if odd {
		n.Raw = n.Path
		if len(n.Raw) > 4096 {
			n.Raw = n.Raw[:4096]
		}
	}
	n.Path = p
	if len(n.Link) > 4096 {
		n.Link = n.Link[:4096]
	}
	node := &n
	x.mu.Lock()
	x.r.Nodes = append(x.r.Nodes, node)
	x.mu.Unlock()
	return node, nil
}

// meta records an entry without content.
func (x *xtr) meta(n Node) error {
	_, err := x.node(n)
	return err
}

// file records an entry and its content. Only hit bounds are returned; a
// decode error makes the node and the region partial and the work goes on.
func (x *xtr) file(n Node, write func(w io.Writer) error) (*Node, error) {
	node, err := x.node(n)
	if err != nil {
		return nil, err
	}
	return node, x.fill(node, write)
}

// fill writes the content of a recorded node.
func (x *xtr) fill(node *Node, write func(w io.Writer) error) error {
	bw := x.s.store.writer()
	w := &bounded{x: x, w: bw, ratioOf: -1}
	err := write(w)
	blob, derr := bw.done()
	if derr != nil {
		return derr
	}
	if err != nil {
		x.spoil(node, err)
	}
	node.Size = blob.size
	node.Object = x.s.object(blob, x.depth+1, node.Kind == Part)
	if node.Object.Blob != blob {
		x.s.store.release(blob)
	}
	if err != nil && isLimit(err) {
		return err
	}
	return nil
}

func (x *xtr) spoil(node *Node, err error) {
	st := stateOf(err)
	node.State, node.Reason = st, err.Error()
	x.warn(st, "%s: %v", node.Path, err)
}

func stateOf(err error) State {
	switch {
	case isLimit(err):
		return LimitHit
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Truncated
	}
	return Partial
}

// part records a range of the object as a piece of its own, without copying.
func (x *xtr) part(n Node, off, length int64) (*Node, error) {
	if n.Kind == "" {
		n.Kind = Part
	}
	node, err := x.node(n)
	if err != nil {
		return nil, err
	}
	if off < 0 || length < 0 || off > x.d.size {
		x.spoil(node, fmt.Errorf("says it lies at %#x, %d bytes, outside of %d bytes", off, length, x.d.size))
		return node, nil
	}
	if length > x.d.size-off {
		x.spoil(node, fmt.Errorf("says %d bytes at %#x, only %d are there: %w", length, off, x.d.size-off, io.ErrUnexpectedEOF))
		length = x.d.size - off
	}
	blob, err := section(x.d.r, off, length)
	if err != nil {
		x.spoil(node, err)
		return node, nil
	}
	node.Size = length
	node.Object = x.s.object(blob, x.depth+1, true)
	return node, nil
}

// warn lowers the state of the region, keeping the graver one, and says why.
func (x *xtr) warn(st State, format string, args ...any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	rank := map[State]int{OK: 0, Unknown: 1, Partial: 2, Truncated: 3, Encrypted: 4, LimitHit: 5}
	if rank[st] > rank[x.r.State] {
		x.r.State = st
	}
	if len(x.r.Reasons) < 20 {
		x.r.Reasons = append(x.r.Reasons, fmt.Sprintf(format, args...))
	}
}

func (x *xtr) alive() error {
	if x.s.ctx.Err() == nil {
		return nil
	}
	if err := context.Cause(x.s.ctx); isLimit(err) {
		return err
	}
	return limitf("cancelled")
}

// parallel runs f(0..n-1) on the session's workers and returns the first error in order of index.
func (x *xtr) parallel(n int, f func(i int) error) error {
	workers := min(x.s.lim.Workers, n)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[w] = fmt.Errorf("internal error: %v", p)
				}
			}()
			for i := n * w / workers; i < n*(w+1)/workers; i++ {
				if errs[w] = f(i); errs[w] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// bounded counts bytes against the limits.
type bounded struct {
	x       *xtr
	w       io.Writer
	n       int64
	in      func() int64 // bytes of input used so far; nil: no ratio check
	ratioOf int64
	tick    int64
}

func (b *bounded) Write(p []byte) (int, error) {
	lim := &b.x.s.lim
	b.n += int64(len(p))
	if b.n > lim.File {
		return 0, limitf("%d bytes in one file", lim.File)
	}
	if b.x.s.bytes.Add(int64(len(p))) > lim.Bytes {
		b.x.s.spent.Store(true)
		return 0, limitf("%d unpacked bytes in all", lim.Bytes)
	}
	if b.in != nil && b.n > RatioFree && b.n > b.in()*lim.Ratio {
		return 0, limitf("more than %d bytes out for each byte in", lim.Ratio)
	}
	if b.n>>20 != b.tick {
		b.tick = b.n >> 20
		if err := b.x.alive(); err != nil {
			return 0, err
		}
	}
	return b.w.Write(p)
}

// watch makes w check the growth of one stream against its input.
func watch(w io.Writer, in func() int64) {
	if b, ok := w.(*bounded); ok {
		b.in = in
	}
}
