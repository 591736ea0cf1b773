package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// JobState says how far a job is.
type JobState string

const (
	JobWaiting   JobState = "waiting"
	JobRunning   JobState = "running"
	JobDone      JobState = "done"
	JobFailed    JobState = "failed"
	JobCancelled JobState = "cancelled"
)

// Ended reports whether a job changes no more.
func (s JobState) Ended() bool { return s == JobDone || s == JobFailed || s == JobCancelled }

// JobInfo is a job as it stands.
type JobInfo struct {
	ID    string   `json:"id"`
	Kind  string   `json:"kind"` // check, answer, compare, judge, firmware
	Title string   `json:"title"`
	State JobState `json:"state"`
	// Stage, Input, Done and Total tell how far it is: read, judge, index. Total is 0 when not known.
	Stage string `json:"stage,omitempty"`
	Input string `json:"input,omitempty"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
	By    string `json:"by"`
	// Result is the number of the result it made, 0 while there is none.
	Result int        `json:"result,omitempty"`
	Error  string     `json:"error,omitempty"`
	Asked  time.Time  `json:"asked"`
	Ended  *time.Time `json:"ended,omitempty"`
}

// Job is a check, an answer, a comparison or a new judgement that runs in the background.
type Job struct {
	mu      sync.Mutex
	info    JobInfo
	changed chan struct{} // closed and replaced at every change
	cancel  context.CancelFunc
}

// Info returns the job as it stands and a channel that is closed when that changes.
func (j *Job) Info() (JobInfo, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.info, j.changed
}

// Cancel ends the job. It is no error when it ended already.
func (j *Job) Cancel() { j.cancel() }

// Wait returns when the job or ctx ended.
func (j *Job) Wait(ctx context.Context) (JobInfo, error) {
	for {
		i, changed := j.Info()
		if i.State.Ended() {
			return i, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return i, ctx.Err()
		}
	}
}

func (j *Job) update(f func(*JobInfo)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(&j.info)
	close(j.changed)
	j.changed = make(chan struct{})
}

// progress is what a check tells the job.
func (j *Job) progress(p Progress) {
	j.update(func(i *JobInfo) { i.Stage, i.Input, i.Done, i.Total = p.Stage, filepath.Base(p.Input), p.Done, p.Total })
}

// CheckRequest asks for a check.
type CheckRequest struct {
	// Uploads are IDs of files handed in. Empty means all that is in the database.
	Uploads []string
	// Again is the number of a result whose files are read again, 0 for none.
	Again int
	// Profile is a built-in profile's name, empty for that of a telltale.yaml among the uploads, else the workspace's.
	Profile string
	// AsLast judges for whom the current result was judged, where neither the request nor the workspace says for whom.
	AsLast bool
	// Act overrides the act, AsOf the day judged for; zero values mean the workspace's.
	Act  law.Act
	AsOf calendar.Date
	// Map assigns headings of sheets to attributes, as columns were corrected; it is kept for sheets alike.
	Map   map[string]string
	All   bool
	By    string
	Title string
}

// Bounds of jobs.
const (
	maxWaiting = 20
	keptJobs   = 100
	maxMap     = 200
)

// ErrBusy means that too many jobs wait.
var ErrBusy = errors.New("too many checks wait; try again when one has ended")

// Check starts a check of uploads. It returns at once.
func (w *Workspace) Check(r CheckRequest) (*Job, error) {
	if len(r.Uploads) == 0 && r.Again == 0 && w.DB == "" {
		return nil, fmt.Errorf("%w: name at least one upload", ErrInvalid)
	}
	k := w.Knowledge()
	opt, err := w.options(k, &r)
	if err != nil {
		return nil, err
	}
	dir, err := w.newResult()
	if err != nil {
		return nil, err
	}
	in, err := os.MkdirTemp(filepath.Join(w.Dir, "uploads"), "job-*")
	if err != nil {
		return nil, fmt.Errorf("take the files: %w", err)
	}
	give := func() { os.RemoveAll(dir); os.RemoveAll(in) }
	if w.waiting() >= maxWaiting {
		give()
		return nil, ErrBusy
	}
	if opt.Inputs, err = w.gather(r.Uploads, in); err == nil && r.Again != 0 {
		opt.Inputs, err = w.takeAgain(r.Again, in)
	}
	if err == nil {
		err = w.takeOperator(k, opt, r.Profile != "")
	}
	if err != nil {
		give()
		return nil, err
	}
	opt.Base = in + string(filepath.Separator)
	title := r.Title
	if title == "" {
		title = titleOf(opt.Inputs)
	}
	return w.start("check", title, r.By, func(ctx context.Context, j *Job) (ResultInfo, error) {
		opt.Progress = j.progress
		f, err := Check(ctx, k, dir, opt)
		if err != nil {
			return ResultInfo{}, err
		}
		if err := errors.Join(f.Close(), keepInputs(in, dir)); err != nil {
			return ResultInfo{}, err
		}
		return w.take(dir, made{At: w.Now().UTC(), By: r.By, Title: title}, j.progress)
	}, give), nil
}

// ErrInvalid means that a request cannot be met as it is.
var ErrInvalid = errors.New("invalid request")

func (w *Workspace) options(k *Knowledge, r *CheckRequest) (*Options, error) {
	arg := cmpOr(r.Profile, w.Profile)
	if strings.ContainsAny(r.Profile, `/\.`) {
		return nil, fmt.Errorf("%w: profile %q: name a built-in profile: %s", ErrInvalid, r.Profile, strings.Join(k.ProfileNames(), ", "))
	}
	if len(r.Map) > maxMap {
		return nil, fmt.Errorf("%w: more than %d columns", ErrInvalid, maxMap)
	}
	now := w.Now().UTC()
	o := &Options{Act: r.Act, Map: r.Map, All: r.All, Config: w.Config, ProfileArg: arg, DB: w.DB, Now: now, Author: r.By, AsOf: w.AsOf, KnownAt: calendar.Of(now)}
	if r.AsOf != 0 && r.AsOf != calendar.NoDate {
		o.AsOf = r.AsOf
	}
	if o.AsOf == 0 || o.AsOf == calendar.NoDate {
		o.AsOf = calendar.Of(now)
	}
	if r.AsLast && arg == "" && w.Config.Profile == nil {
		w.asLast(k, o)
	}
	var err error
	if o.Profiles, o.Notes, err = k.Profiles(o.ProfileArg, o.Config); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return o, nil
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func titleOf(inputs []string) string {
	switch len(inputs) {
	case 0:
		return "the database"
	case 1:
		return filepath.Base(inputs[0])
	}
	return fmt.Sprintf("%s and %d more", filepath.Base(inputs[0]), len(inputs)-1)
}

// Answer records answers to questions of the current result and starts judging
// it anew. Answers that cannot be read are refused at once, all of them.
func (w *Workspace) Answer(as []NewAnswer) (*Job, error) {
	if len(as) == 0 || len(as) > MaxAnswers {
		return nil, fmt.Errorf("%w: want 1 to %d answers", ErrInvalid, MaxAnswers)
	}
	as = slices.Clone(as)
	now := w.Now().UTC()
	for i := range as {
		as[i].At, as[i].DB = now, w.DB
	}
	v, done, err := w.View()
	if err != nil {
		return nil, err
	}
	if v.Judgeable() {
		_, err = w.Knowledge().readAnswers(v.folder, as)
	} else {
		err = errors.New("this result was opened from a file and holds nothing of what was read: it can be looked at, not judged anew; check the files themselves")
	}
	done()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if w.waiting() >= maxWaiting {
		return nil, ErrBusy
	}
	dir, err := w.newResult()
	if err != nil {
		return nil, err
	}
	title := fmt.Sprintf("%d answers", len(as))
	if len(as) == 1 {
		title = "an answer: " + as[0].Value
	}
	return w.start("answer", title, as[0].By, func(ctx context.Context, j *Job) (ResultInfo, error) {
		return w.judgeAgain(ctx, dir, as, event{as[0].By, now, w.DB}, title, j.progress)
	}, func() { os.RemoveAll(dir) }), nil
}

// judgeAgain judges the result that is current when the job's turn comes, so
// that answers before this one count, and makes that the current one.
func (w *Workspace) judgeAgain(ctx context.Context, dir string, as []NewAnswer, e event, title string, progress func(Progress)) (ResultInfo, error) {
	v, done, err := w.View()
	if err != nil {
		return ResultInfo{}, err
	}
	defer done()
	f, err := w.Knowledge().judgeAgain(ctx, v.folder, as, e, dir, progress)
	if err != nil {
		return ResultInfo{}, err
	}
	if err := f.Close(); err != nil {
		return ResultInfo{}, err
	}
	return w.take(dir, made{At: w.Now().UTC(), By: e.by, Title: title}, progress)
}

// MaxAnswers bounds the answers given at once.
const MaxAnswers = 10_000

// start runs a job when its turn comes; clean runs after it.
func (w *Workspace) start(kind, title, by string, run func(context.Context, *Job) (ResultInfo, error), clean func()) *Job {
	ctx, cancel := context.WithCancel(w.ctx)
	j := &Job{cancel: cancel, changed: make(chan struct{}), info: JobInfo{ID: newID(), Kind: kind, Title: title, State: JobWaiting, By: by, Asked: w.Now().UTC()}}
	w.mu.Lock()
	w.jobs = append(w.jobs, j)
	w.forgetJobs()
	w.mu.Unlock()
	w.ended.Add(1)
	go func() {
		defer w.ended.Done()
		defer cancel()
		defer clean()
		select {
		case w.turn <- struct{}{}:
			defer func() { <-w.turn }()
		case <-ctx.Done():
		}
		var r ResultInfo
		err := ctx.Err()
		if err == nil {
			j.update(func(i *JobInfo) { i.State = JobRunning })
			err = guard(func() (e error) { r, e = run(ctx, j); return e })
		}
		w.finished(j, ctx, r, err)
	}()
	return j
}

func (w *Workspace) finished(j *Job, ctx context.Context, r ResultInfo, err error) {
	now := w.Now().UTC()
	i, _ := j.Info()
	i.Ended, i.Result = &now, r.N
	switch {
	case err == nil:
		i.State = JobDone
	case ctx.Err() != nil:
		i.State, i.Error = JobCancelled, "stopped before the end; nothing was kept"
	default:
		i.State, i.Error = JobFailed, err.Error()
	}
	w.keepJob(i) // before it is told: who sees the end sees it after a restart, too
	j.update(func(now *JobInfo) { *now = i })
}

// waiting counts the jobs that have not ended.
func (w *Workspace) waiting() int {
	n := 0
	for _, j := range w.Jobs() {
		if !j.State.Ended() {
			n++
		}
	}
	return n
}

// forgetJobs drops the oldest ended jobs; the caller holds mu.
func (w *Workspace) forgetJobs() {
	for i := 0; len(w.jobs) > keptJobs && i < len(w.jobs); {
		if x, _ := w.jobs[i].Info(); x.State.Ended() {
			w.jobs = slices.Delete(w.jobs, i, i+1)
			w.forgetCompared(x.ID)
		} else {
			i++
		}
	}
}

// Jobs lists the jobs, newest first.
func (w *Workspace) Jobs() []JobInfo {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]JobInfo, 0, len(w.jobs))
	for _, j := range slices.Backward(w.jobs) {
		i, _ := j.Info()
		out = append(out, i)
	}
	return out
}

// Job returns a job by its ID.
func (w *Workspace) Job(id string) (*Job, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, j := range w.jobs {
		if i, _ := j.Info(); i.ID == id {
			return j, nil
		}
	}
	return nil, fmt.Errorf("no job %q: %w", id, ErrNotFound)
}
