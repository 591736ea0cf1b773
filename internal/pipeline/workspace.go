package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"telltale/internal/calendar"
)

// Workspace is where a server works: uploads, jobs that check and judge, and
// the results they leave, of which one is current. Doors share one Workspace;
// it is safe for concurrent use.
//
//	dir/uploads/ID/NAME   files handed in, until a check took them or a day passed
//	dir/results/N/        result folders, the newest keptResults
//	dir/jobs.jsonl        jobs that ended, the newest keptJobs
//	dir/compared/ID.json  what a comparison found, as long as its job is known
//	dir/compared/ID.firmware.*  the report of firmware images, as long as its job is known
//	dir/compared/ID.bundle  the bundle that was compared, the newest keptBundles
type Workspace struct {
	WorkspaceOptions
	k atomic.Pointer[Knowledge] // of Knowledge

	mu         sync.Mutex
	reconciled *reconciling // of the last result asked about
	updates    sync.Mutex   // one edition is taken in at a time
	prepare    func(*View)  // of Prepare
	results    []*shelved   // oldest first; the last is current
	uploads    map[string]*Upload
	spooled    int64
	jobs       []*Job
	turn       chan struct{} // one job judges at a time
	asking     asking
	stop       context.CancelFunc
	ctx        context.Context
	ended      sync.WaitGroup
}

// WorkspaceOptions say where and for whom a workspace works.
type WorkspaceOptions struct {
	// Dir is a folder of the workspace's own; it is made when there is none.
	Dir string
	// Config is telltale.yaml, never nil; Profile is the --profile argument, empty for the config's.
	Config  *Config
	Profile string
	// DB is a database that checks add to, empty for none.
	DB string
	// AsOf fixes the day judged for; calendar.NoDate means the day of the check.
	AsOf calendar.Date
	// MaxUpload bounds the bytes of uploads that wait, together; 0 means 4 GiB.
	MaxUpload int64
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// Changed, when set, is told after every new current result that has one before it.
	Changed func(*View, *Changes)
}

// keptResults is the number of results a workspace keeps.
const keptResults = 10

// shelved is a result of a workspace, closed when it was dropped and nobody uses it.
type shelved struct {
	ResultInfo
	view    *View
	users   int
	dropped bool
}

// ResultInfo names a result of a workspace.
type ResultInfo struct {
	// N is its number; greater is newer.
	N  int    `json:"n"`
	ID string `json:"id"`
	// At is when it was made, By who asked for it.
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Title   string    `json:"title"`
	AsOf    string    `json:"as_of"`
	Profile string    `json:"profile"`
	// Operator is the title of the profile, empty when several were judged for.
	Operator string `json:"operator,omitempty"`
	Assets   int    `json:"assets"`
	Current  bool   `json:"current"`
}

// NewWorkspace opens the workspace in a folder, with the results that are there.
func NewWorkspace(k *Knowledge, o WorkspaceOptions) (*Workspace, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxUpload == 0 {
		o.MaxUpload = 4 << 30
	}
	if o.Config == nil {
		o.Config = &Config{}
	}
	if _, _, err := k.Profiles(o.Profile, o.Config); err != nil {
		return nil, err
	}
	w := &Workspace{WorkspaceOptions: o, uploads: map[string]*Upload{}, turn: make(chan struct{}, 1), asking: asking{turn: make(chan struct{}, askedAtOnce)}}
	w.k.Store(k)
	w.ctx, w.stop = context.WithCancel(context.Background())
	for _, d := range []string{"results", "uploads", comparedDir, operatorsDir} {
		if err := os.MkdirAll(filepath.Join(o.Dir, d), 0o700); err != nil {
			return nil, fmt.Errorf("make the workspace: %w", err)
		}
	}
	if err := errors.Join(emptyFolder(filepath.Join(o.Dir, "uploads")), w.openResults(), w.openJobs()); err != nil {
		return nil, err
	}
	return w, nil
}

// Knowledge is the law, organisations and fingerprints the workspace judges with from now on.
func (w *Workspace) Knowledge() *Knowledge { return w.k.Load() }

// emptyFolder removes what a former run left.
func emptyFolder(dir string) error {
	es, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("open the workspace: %w", err)
	}
	for _, e := range es {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}

// openResults takes up the results of former runs; one that is not whole is removed.
func (w *Workspace) openResults() error {
	root := filepath.Join(w.Dir, "results")
	es, err := os.ReadDir(root)
	if err != nil {
		return fmt.Errorf("open the workspace: %w", err)
	}
	for _, e := range es {
		dir := filepath.Join(root, e.Name())
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			os.RemoveAll(dir) // in the making when a run was killed
			continue
		}
		f, err := OpenFolder(dir)
		if err != nil {
			os.RemoveAll(dir)
			continue
		}
		v, err := f.View(nil)
		if err != nil {
			return fmt.Errorf("open result %d: %w", n, err)
		}
		w.results = append(w.results, w.shelve(n, v))
	}
	slices.SortFunc(w.results, func(a, b *shelved) int { return cmp.Compare(a.N, b.N) })
	return nil
}

func (w *Workspace) shelve(n int, v *View) *shelved {
	h := v.Head()
	s := &shelved{view: v, ResultInfo: ResultInfo{N: n, ID: v.ID(), AsOf: h.AsOf.String(), Profile: h.Profile, Operator: h.Operator, Assets: h.Summary.Assets}}
	m, _ := readMade(v.folder.dir)
	s.At, s.By, s.Title = m.At, m.By, m.Title
	return s
}

// Close ends all jobs and closes the results.
func (w *Workspace) Close() error {
	w.stop()
	w.ended.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	for _, s := range w.results {
		err = errors.Join(err, s.view.Close())
	}
	w.results = nil
	return err
}

// ErrNoResult means that nothing was checked yet.
var ErrNoResult = fmt.Errorf("nothing was checked yet; hand in a file first: %w", ErrNotFound)

// View returns the current result and a function to call when done with it.
func (w *Workspace) View() (*View, func(), error) { return w.Result(0) }

// Result returns the result of a number, the current one for 0, and a function
// to call when done with it.
func (w *Workspace) Result(n int) (*View, func(), error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.results) == 0 {
		return nil, nil, ErrNoResult
	}
	s := w.results[len(w.results)-1]
	if n != 0 {
		i := slices.IndexFunc(w.results, func(s *shelved) bool { return s.N == n })
		if i < 0 {
			return nil, nil, fmt.Errorf("no result %d: %w", n, ErrNotFound)
		}
		s = w.results[i]
	}
	s.users++
	var once sync.Once
	return s.view, func() { once.Do(func() { w.done(s) }) }, nil
}

func (w *Workspace) done(s *shelved) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.users--; s.users == 0 && s.dropped {
		s.remove()
	}
}

// Results lists the results kept, newest first.
func (w *Workspace) Results() []ResultInfo {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]ResultInfo, 0, len(w.results))
	for i := len(w.results) - 1; i >= 0; i-- {
		x := w.results[i].ResultInfo
		x.Current = i == len(w.results)-1
		out = append(out, x)
	}
	return out
}

// Adopt makes an existing result, such as the last one of the command line or
// an imported one, the current one. The folder is copied (linked where it can be).
func (w *Workspace) Adopt(f *Folder, by, title string) error {
	dir, err := w.newResult()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	es, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("open result: %w", err)
	}
	for _, e := range es {
		from, to := filepath.Join(f.dir, e.Name()), filepath.Join(dir, e.Name())
		if !e.Type().IsRegular() || os.Link(from, to) == nil {
			continue
		}
		if err := copyFile(from, to); err != nil {
			return fmt.Errorf("open result: %w", err)
		}
	}
	_, err = w.take(dir, made{At: w.Now().UTC(), By: by, Title: title}, nil)
	return err
}

// Prepare has a door prepare, in the background, what it shows of the current
// result, and of each later one before it becomes the current one.
func (w *Workspace) Prepare(prepare func(*View)) {
	w.mu.Lock()
	w.prepare = prepare
	w.mu.Unlock()
	v, done, err := w.View()
	if err != nil {
		return // nothing to prepare yet
	}
	w.ended.Add(1)
	go func() {
		defer w.ended.Done()
		defer done()
		prepare(v)
	}()
}

// newResult makes a folder for a result in the making.
func (w *Workspace) newResult() (string, error) {
	dir, err := os.MkdirTemp(filepath.Join(w.Dir, "results"), "new-*")
	if err != nil {
		return "", fmt.Errorf("make a result folder: %w", err)
	}
	return dir, nil
}

// take makes the finished result in dir the current one and drops the oldest.
func (w *Workspace) take(dir string, m made, progress func(Progress)) (ResultInfo, error) {
	if err := m.write(dir); err != nil {
		return ResultInfo{}, err
	}
	f, err := OpenFolder(dir)
	if err != nil {
		return ResultInfo{}, err
	}
	v, err := f.View(progress) // made before the folder moves: it is what takes time
	if err != nil {
		return ResultInfo{}, errors.Join(err, f.Close())
	}
	changes, err := w.changes(v)
	if err != nil {
		return ResultInfo{}, errors.Join(err, f.Close())
	}
	w.mu.Lock()
	if prepare := w.prepare; prepare != nil {
		w.mu.Unlock()
		prepare(v)
		w.mu.Lock()
	}
	n := 1
	if len(w.results) > 0 {
		n = w.results[len(w.results)-1].N + 1
	}
	final := filepath.Join(w.Dir, "results", strconv.Itoa(n))
	if err := errors.Join(f.Close(), os.Rename(dir, final)); err != nil {
		w.mu.Unlock()
		return ResultInfo{}, fmt.Errorf("keep the result: %w", err)
	}
	f.dir = final
	s := w.shelve(n, v)
	w.results = append(w.results, s)
	for len(w.results) > keptResults {
		w.drop(w.results[0])
		w.results = w.results[1:]
	}
	w.mu.Unlock()
	if changes != nil && w.Changed != nil {
		w.Changed(v, changes)
	}
	return s.ResultInfo, nil
}

// changes compares a new result with the current one, nil when there is none.
func (w *Workspace) changes(v *View) (*Changes, error) {
	before, done, err := w.View()
	if errors.Is(err, ErrNoResult) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer done()
	return v.compareWith(before)
}

// drop removes a result, when its last user is done.
func (w *Workspace) drop(s *shelved) {
	s.dropped = true
	if s.users == 0 {
		s.remove()
	}
}

func (s *shelved) remove() {
	s.view.Close()
	os.RemoveAll(s.view.folder.dir)
}

// AdoptNew adopts a result unless the workspace has it already.
func (w *Workspace) AdoptNew(f *Folder, by, title string) error {
	id, err := f.resultID()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(w.Results(), func(r ResultInfo) bool { return r.ID == id }) {
		return nil
	}
	return w.Adopt(f, by, title)
}
