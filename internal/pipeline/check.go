// Package pipeline holds the functions all doors share: check, ask, explain,
// answer and what stands beside them. It alone wires sources, resolution,
// attribution, judgement and store together.
//
// It is not for showing (report, doors) nor for deciding (attribute, judge).
//
// Flow of a check: inputs → sightings in a work file, keys in the resolver →
// clusters in the order of asset IDs → attribution and judgement, in parallel →
// a result folder, written in one pass.
package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"telltale/data"
	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/report"
	"telltale/internal/resolve"
	"telltale/internal/source"
	"telltale/internal/source/all"
)

// Options are all that a check depends on besides its inputs and the data.
type Options struct {
	// Inputs are files, folders, archives or "-".
	Inputs []string
	// Base is a folder that is left out of the names of inputs in it; empty for none.
	Base string
	// Scanned, when set, is the file of a scan's answers that is read in place of Inputs, which then only name it.
	Scanned string
	// Profiles are who is judged for. Several when the user chose none.
	Profiles []*law.Profile
	// Act overrides the act; empty means use for inventory, buy for purchases, and fund for roles that spend a subsidy.
	Act           law.Act
	AsOf, KnownAt calendar.Date
	Scenarios     []string
	Network       string
	// Map assigns headings of sheets to attributes; it is saved for sheets with the same headings.
	Map      map[string]string
	Limits   all.Limits
	Answers  []Answer
	All      bool
	Notes    []string
	Progress func(Progress)
	// Config and ProfileArg are where Profiles came from, so that an answer can judge anew.
	Config     *Config
	ProfileArg string
	// DB is a database that the inputs are added to, empty for none.
	DB string
	// Now and Author are recorded with what is added to a database.
	Now    time.Time
	Author string

	sessions  *sessions          // kept from one question to the next, nil for none
	decisions []resolve.Decision // what users decided about identity, from the database
}

// Check reads the inputs, judges what it finds and leaves the result in dir,
// which must exist. The result is complete even when some inputs could not be
// read. With a database, all that is open in it is judged, not the inputs alone.
func Check(ctx context.Context, k *Knowledge, dir string, opt *Options) (*Folder, error) {
	in, err := newIntake(dir, opt)
	if err != nil {
		return nil, err
	}
	defer in.spill.Close()
	if opt.DB == "" {
		if err := k.readInputs(ctx, in, opt); err != nil {
			return nil, err
		}
		return k.finish(ctx, dir, in, nil, opt)
	}
	st, err := openStore(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	if err := st.prepare(ctx, in, opt); err != nil {
		return nil, err
	}
	if err := st.load(ctx, k, in, opt); err != nil {
		return nil, err
	}
	return k.finish(ctx, dir, in, st, opt)
}

// newIntake begins the work file of dir.
func newIntake(dir string, opt *Options) (*intake, error) {
	sp, err := createSpill(filepath.Join(dir, "sightings.bin"))
	if err != nil {
		return nil, err
	}
	return &intake{spill: sp, resolver: resolve.New(resolve.Options{}), network: opt.Network, base: opt.Base, progress: opt.Progress}, nil
}

// readInputs reads all inputs with the columns the user stated now or before.
func (k *Knowledge) readInputs(ctx context.Context, in *intake, opt *Options) error {
	in.edition = k.edition
	if opt.Scanned != "" {
		return in.readScan(ctx, opt)
	}
	saved, err := SavedMaps()
	if err != nil {
		return err
	}
	if opt.Config != nil && len(opt.Config.Maps) > 0 {
		saved = opt.Config.Maps
	}
	var learned []string
	so := &source.Options{Map: opt.Map, Maps: saved, IsMaker: k.isMaker, CloudOf: k.cloudOf(), Learned: func(set string) { learned = append(learned, set) }}
	if err := in.readAll(ctx, opt.Inputs, so, opt.Limits); err != nil {
		return err
	}
	return SaveMaps(learned, opt.Map)
}

// openLaw reports whether a fact is an open point of law.
func (k *Knowledge) openLaw(fact string) bool {
	w, ok := k.Rules.Vocabulary.Fact(fact)
	return ok && w.OpenLaw
}

// listed reports whether some instrument designates the organisation.
func (k *Knowledge) listed(id org.ID) bool {
	o, ok := k.Orgs.Get(id)
	return ok && len(o.Designations) > 0
}

// cloudOf looks host names up in the list of equipment clouds, nil when it cannot be read.
func (k *Knowledge) cloudOf() func(string) string {
	facts, err := data.Firmware()
	if err != nil {
		return nil
	}
	clouds := map[string]bool{}
	for _, h := range facts.Hosts {
		// Who visits a maker's own site may be anybody.
		clouds[h.Domain] = h.Purpose != "maker" && h.Purpose != "operator"
	}
	return func(host string) string {
		for host = strings.ToLower(host); host != ""; _, host, _ = strings.Cut(host, ".") {
			if clouds[host] {
				return host
			}
		}
		return ""
	}
}

// isMaker reports whether a name is that of a known maker.
func (k *Knowledge) isMaker(name string) bool {
	for _, m := range k.Orgs.ByName(name) {
		if m.Kind.Names() {
			return true
		}
	}
	return false
}

// finish attributes and judges what was read and writes the result folder.
func (k *Knowledge) finish(ctx context.Context, dir string, in *intake, st *stored, opt *Options) (*Folder, error) {
	if in.spill.w != nil {
		if err := errors.Join(in.spill.Flush(), in.spill.save(in.links)); err != nil {
			return nil, err
		}
	}
	j, err := k.newJudgement(in, opt)
	if err != nil {
		return nil, err
	}
	clusters := in.resolver.Clusters()
	w, err := newWriter(dir, newDigest(opt.All, k.openLaw, k.listed))
	if err != nil {
		return nil, err
	}
	if err := j.run(ctx, clusters, w, opt.Progress); err != nil {
		return nil, err
	}
	head := report.Head{
		Schema: finding.Schema, AsOf: opt.AsOf, KnownAt: opt.KnownAt, Profile: profileName(opt.Profiles), DataVersion: k.Version,
		Operator: operatorTitle(opt.Profiles), Notes: opt.Notes,
	}
	if err := in.compareImages(ctx, st); err != nil {
		return nil, err
	}
	for _, c := range in.coverage {
		if c.Reasons == nil {
			c.Reasons = []asset.Reason{}
		}
		if c.Named && c.Unreadable {
			head.Unreadable++
		}
		head.Coverage = append(head.Coverage, *c)
	}
	w.digest.fill(&head, k)
	if head.Identity, err = in.identityNotes(clusters); err != nil {
		return nil, err
	}
	if st != nil {
		if err := st.finish(ctx, clusters, &head, opt); err != nil {
			return nil, err
		}
	}
	b, err := json.Marshal(&head)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(w.close(), opt.keep(dir), writeAnswers(dir, opt.Answers)); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "head.json"), b, 0o600); err != nil {
		return nil, fmt.Errorf("write result: %w", err)
	}
	return OpenFolder(dir)
}

// keep writes the options beside the result, so that an answer can judge anew.
func (o *Options) keep(dir string) error {
	x := kept{Profile: o.ProfileArg, Act: o.Act, AsOf: o.AsOf, KnownAt: o.KnownAt, Scenarios: o.Scenarios, All: o.All, DB: o.DB, Inputs: o.Inputs, Decisions: o.decisions}
	if o.Config != nil && o.Config.File != "" {
		if path, err := filepath.Abs(o.Config.File); err == nil {
			x.Config = path
		}
	}
	if st, err := os.Stat(x.Profile); err == nil && !st.IsDir() {
		if path, err := filepath.Abs(x.Profile); err == nil {
			x.Profile = path
		}
	}
	b, err := json.Marshal(&x)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "options.json"), b, 0o600); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

func profileName(ps []*law.Profile) string {
	if len(ps) == 1 {
		return ps[0].Name
	}
	return "built-in profiles"
}

// operatorTitle is how the one profile judged for calls itself.
func operatorTitle(ps []*law.Profile) string {
	if len(ps) == 1 {
		return ps[0].Title
	}
	return ""
}

// batch is how many clusters one worker takes at a time.
const batch = 256

// job is a run of clusters that one worker judges.
type job struct {
	part []int32 // cluster numbers
	out  []*judged
	err  error
	done chan struct{}
}

// inReadingOrder returns the clusters in the order in which their first
// sightings were read, so that the work file is read from end to end.
func inReadingOrder(c *resolve.Clusters, sightings int) []int32 {
	order := make([]int32, 0, c.Len())
	seen := make([]bool, c.Len())
	for i := range sightings {
		if n := c.Of(i); !seen[n] {
			seen[n] = true
			order = append(order, int32(n))
		}
	}
	return order
}

// run judges all clusters on all cores and writes their results in reading order.
func (j *judgement) run(ctx context.Context, clusters *resolve.Clusters, w *writer, progress func(Progress)) error {
	workers := runtime.GOMAXPROCS(0)
	jobs, order := make(chan *job, workers), make(chan *job, 2*workers)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range workers {
		go func() {
			for x := range jobs {
				j.judge(clusters, x)
			}
		}()
	}
	all := inReadingOrder(clusters, j.in.spill.Len())
	go func() {
		defer close(order)
		defer close(jobs)
		for part := range slices.Chunk(all, batch) {
			if ctx.Err() != nil {
				return
			}
			x := &job{part: part, done: make(chan struct{})}
			order <- x
			jobs <- x
		}
	}()
	var failed error
	n := 0
	for x := range order { // drained to the end even after a failure, so that nobody waits
		<-x.done
		if failed == nil {
			failed = x.err
		}
		for _, d := range x.out {
			if failed == nil {
				failed = w.add(d)
			}
		}
		if n += len(x.part); failed != nil {
			cancel()
		} else if progress != nil {
			progress(Progress{Stage: "judge", Done: n, Total: len(all)})
		}
	}
	if failed != nil {
		return failed
	}
	return ctx.Err()
}

func (j *judgement) judge(clusters *resolve.Clusters, x *job) {
	defer close(x.done)
	var near *span
	if near, x.err = j.near(clusters, x.part); x.err != nil {
		return
	}
	x.out = make([]*judged, 0, len(x.part))
	for _, n := range x.part {
		d, err := j.one(near, clusters.ID(int(n)), clusters.Members(int(n)))
		if err != nil {
			x.err = err
			return
		}
		x.out = append(x.out, d)
	}
}

// near reads the stretch of the work file that holds the first sightings of the clusters.
func (j *judgement) near(clusters *resolve.Clusters, part []int32) (*span, error) {
	first, last := slices.Min(clusters.Members(int(part[0]))), slices.Min(clusters.Members(int(part[len(part)-1])))
	if last-first > 16*batch {
		last = first + 16*batch
	}
	return j.in.spill.read(first, last+1)
}

// merged is what several sightings of one thing agree on.
type merged struct {
	kind     asset.Kind
	seen     asset.Seen
	quantity int
	name     string
	model    string // as somebody wrote it
	facts    map[string]string
}
