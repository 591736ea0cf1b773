package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"telltale/data"
	"telltale/internal/calendar"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/report"
)

// Standing is one side of a comparison: an edition of the data, judged as of a day.
type Standing struct {
	Edition *data.Tree
	AsOf    calendar.Date
}

// Stock says whose things are compared: those of the last result, or all that a database holds.
type Stock struct {
	DB string
	// Profile and Config say who is judged for; only with DB, a result knows it.
	Profile string
	Config  *Config

	of *Folder // the result instead of the last one
}

// maxImpact bounds the changes that are explained.
const maxImpact = 2000

// Impact judges the same things under two standings and says whose verdict
// differs, and why. Nothing of it is kept.
func (s *Stock) Impact(ctx context.Context, before, after Standing) (*report.Impact, error) {
	tmp, err := os.MkdirTemp("", "telltale-impact-*")
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	defer os.RemoveAll(tmp)
	a, err := s.judge(ctx, before, filepath.Join(tmp, "before"))
	if err != nil {
		return nil, err
	}
	defer a.close()
	b, err := s.judge(ctx, after, filepath.Join(tmp, "after"))
	if err != nil {
		return nil, err
	}
	defer b.close()
	changes, err := compare(a.folder, b.folder)
	if err != nil {
		return nil, err
	}
	x := &report.Impact{
		Schema: report.ImpactSchema, Profile: a.folder.head.Profile, Assets: b.folder.head.Summary.Assets, Total: len(changes),
		From: report.ImpactSide{AsOf: before.AsOf, DataVersion: before.Edition.Version()}, To: report.ImpactSide{AsOf: after.AsOf, DataVersion: after.Edition.Version()},
		Changes: changes,
	}
	if len(x.Changes) > maxImpact {
		x.Changes = x.Changes[:maxImpact]
	}
	if err := explainChanges(x.Changes, a, b); err != nil {
		return nil, err
	}
	report.SortChanges(x.Changes)
	return x, nil
}

// stand is the stock judged under one standing.
type stand struct {
	k      *Knowledge
	opt    *Options
	folder *Folder
}

func (s *stand) close() { s.folder.Close() }

func (s *Stock) judge(ctx context.Context, at Standing, dir string) (*stand, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	k, err := knowledgeOf(at.Edition)
	if err != nil {
		return nil, err
	}
	opt, in, err := s.open(ctx, k, dir)
	if err != nil {
		return nil, err
	}
	defer in.spill.Close()
	opt.AsOf = at.AsOf
	f, err := k.finish(ctx, dir, in, nil, opt)
	if err != nil {
		return nil, err
	}
	return &stand{k: k, opt: opt, folder: f}, nil
}

// open gives the things and options of the stock. What is known today counts on both sides.
func (s *Stock) open(ctx context.Context, k *Knowledge, dir string) (*Options, *intake, error) {
	if s.DB != "" {
		return s.openDB(ctx, k, dir)
	}
	last := s.of
	if last == nil {
		var err error
		if last, err = LastResult(); err != nil {
			return nil, nil, fmt.Errorf("%w: run telltale check FILE first, or name a database with --db FILE", err)
		}
		defer last.Close()
	}
	opt, in, err := k.reopen(last, "")
	if err != nil {
		return nil, nil, err
	}
	opt.KnownAt, opt.All = newest, false
	if opt.Answers, err = readAnswers(filepath.Join(last.dir, answersName)); err == nil {
		err = copySightings(last.dir, dir)
	}
	return opt, in, err
}

func (s *Stock) openDB(ctx context.Context, k *Knowledge, dir string) (*Options, *intake, error) {
	if _, err := os.Stat(s.DB); err != nil {
		return nil, nil, fmt.Errorf("open the database: %w", err)
	}
	opt := &Options{DB: s.DB, Config: s.Config, ProfileArg: s.Profile, KnownAt: newest}
	var err error
	if opt.Profiles, opt.Notes, err = k.Profiles(s.Profile, s.Config); err != nil {
		return nil, nil, err
	}
	in, err := newIntake(dir, opt)
	if err != nil {
		return nil, nil, err
	}
	st, err := openStore(ctx, opt)
	if err != nil {
		return nil, nil, err
	}
	defer st.Close()
	if err := st.prepare(ctx, in, opt); err != nil {
		return nil, nil, err
	}
	return opt, in, st.recall(ctx, in, opt)
}

// explainChanges fills in what the thing is, the verdict on a side that had no finding, and the causes.
func explainChanges(cs []report.Change, a, b *stand) error {
	want := map[string]bool{}
	for i := range cs {
		want[cs[i].Asset] = true
	}
	was, err := a.everything(want)
	if err != nil {
		return err
	}
	is, err := b.everything(want)
	if err != nil {
		return err
	}
	for i := range cs {
		c := &cs[i]
		before, after := was[c.Asset], is[c.Asset]
		if before == nil || after == nil {
			continue
		}
		c.Kind, c.Name, c.Model = after.asset.Kind, after.asset.Name, after.asset.Model
		fa, fb := before.finding(c), after.finding(c)
		if fa != nil && c.From == "" {
			c.From = fa.Verdict
		}
		if fb != nil {
			c.Entry, c.Due = fb.Entry, fb.Due
			if c.To == "" {
				c.To, c.Why = fb.Verdict, fb.Why
			}
			if len(fb.Citations) > 0 {
				c.Citation = fb.Citations[0].Text
			}
		}
		c.Causes = slices.Concat(claimCauses(before, after), elementCauses(fa, fb, b.opt.AsOf))
	}
	return nil
}

// everything judges some things again with all their outcomes, those without a finding too.
func (s *stand) everything(want map[string]bool) (map[string]*judged, error) {
	in, err := s.folder.sightings()
	if err != nil {
		return nil, err
	}
	defer in.spill.Close()
	opt := *s.opt
	opt.All = true
	j, err := s.k.newJudgement(in, &opt)
	if err != nil {
		return nil, err
	}
	out, clusters := map[string]*judged{}, in.resolver.Clusters()
	for i := range clusters.Len() {
		id := AssetID(clusters.ID(i))
		if !want[id] {
			continue
		}
		near, err := j.near(clusters, []int32{int32(i)})
		if err != nil {
			return nil, err
		}
		if out[id], err = j.one(near, clusters.ID(i), clusters.Members(i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// finding is the outcome that a change speaks of: by ID, else that of the same provision where no entry of its list fits.
func (d *judged) finding(c *report.Change) *finding.Finding {
	var same *finding.Finding
	for i := range d.findings {
		f := &d.findings[i]
		if f.ID == c.Finding {
			return f
		}
		if f.Provision == c.Provision && f.Act == c.Act && f.Profile == c.Profile && f.Entry == nil {
			same = f
		}
	}
	return same
}

// claimCauses says what is held of the thing now that was not before.
func claimCauses(a, b *judged) []string {
	var out []string
	if x, y := makerWords(a), makerWords(b); x != y {
		out = append(out, "maker: "+x+" → "+y)
	}
	if x, y := categoryWords(a), categoryWords(b); x != y {
		out = append(out, "kind of thing: "+x+" → "+y)
	}
	return out
}

func makerWords(d *judged) string {
	if d.asset.Manufacturer == nil {
		return "not known"
	}
	return string(d.asset.Manufacturer.Org)
}

func categoryWords(d *judged) string {
	if d.asset.Category == nil {
		return "not known"
	}
	return string(d.asset.Category.Value)
}

// elementCauses says which legal elements came out differently, and whether a deadline passed between.
func elementCauses(a, b *finding.Finding, asOf calendar.Date) []string {
	var out []string
	switch {
	case a == nil && b == nil:
		return nil
	case a == nil && strings.HasPrefix(string(b.Regime), "unknown-"):
		return []string{"more provisions turn on what is not known of it"}
	case b == nil && strings.HasPrefix(string(a.Regime), "unknown-"):
		return []string{"no provision turns any more on what was not known of it"}
	case a == nil:
		return []string{"new in the rulebook: " + string(b.Provision)}
	case b == nil:
		return []string{"no longer in the rulebook: " + string(a.Provision)}
	}
	was := map[string]*finding.Element{}
	for i := range a.Elements {
		was[a.Elements[i].Text] = &a.Elements[i]
	}
	for i := range b.Elements {
		is := &b.Elements[i]
		if e := was[is.Text]; e != nil && (e.State != is.State || e.Reason != is.Reason) {
			out = append(out, elementWords(e, is))
		}
	}
	if len(out) == 0 {
		out = append(out, lastElements(a, b)...)
	}
	if a.Due != nil && *a.Due < asOf && (b.Due == nil || *b.Due <= *a.Due) {
		out = append(out, "deadline "+a.Due.String()+" passed")
	}
	return out
}

func elementWords(a, b *finding.Element) string {
	s := fmt.Sprintf("%s: %s → %s", b.Text, a.State, b.State)
	switch {
	case a.Reason != "" && b.Reason != "" && a.Reason != b.Reason:
		s += " (" + a.Reason + " → " + b.Reason + ")"
	case b.Reason != "":
		s += " (" + b.Reason + ")"
	}
	return s
}

// lastElements are the elements that ended the two judgements, where they are not the same ones.
func lastElements(a, b *finding.Finding) []string {
	var out []string
	for _, f := range []*finding.Finding{a, b} {
		if n := len(f.Elements); n > 0 && f.Elements[n-1].State != law.Met {
			e := f.Elements[n-1]
			out = append(out, strings.TrimSuffix(e.Text+": "+e.State.String()+" ("+e.Reason+")", " ()"))
		}
	}
	return slices.Compact(out)
}
