package pipeline

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/report"
	"telltale/internal/resolve"
)

// Scope says what an answer speaks of.
type Scope string

const (
	OfOperator  Scope = "operator"  // ID is the profile's name
	OfAsset     Scope = "asset"     // ID is the asset's
	OfComponent Scope = "component" // ID is the component's
)

// Answer settles one fact. It is an event: kept with author and time, never edited.
type Answer struct {
	Question string        `json:"question"`
	Scope    Scope         `json:"scope"`
	ID       string        `json:"id"`
	Fact     string        `json:"fact"`
	Value    string        `json:"value"`
	By       string        `json:"by"`
	At       string        `json:"at"`
	Reason   string        `json:"reason"`
	Until    calendar.Date `json:"until"` // last day it holds; NoDate without end
}

// Asked is a question of a result, as kept beside it.
type Asked struct {
	ID     string   `json:"id"`
	Scope  Scope    `json:"scope"`
	Of     string   `json:"of"`
	Fact   string   `json:"fact"`
	Text   string   `json:"text"`
	Values []string `json:"values,omitempty"`
}

// NewAnswer is what a user says to a question.
type NewAnswer struct {
	Question, Value, Reason, By string
	Until                       calendar.Date
	At                          time.Time
	DB                          string
}

// kept are the options of a check, as kept beside its result.
type kept struct {
	Profile, Config string
	Act             law.Act
	AsOf, KnownAt   calendar.Date
	Scenarios       []string
	All             bool
	DB              string
	Inputs          []string
	// Decisions are what users had decided about identity.
	Decisions []resolve.Decision `json:",omitempty"`
}

const answersName = "answers.jsonl"

// AnswerQuestion records an answer, judges the last result anew and says what changed.
func AnswerQuestion(ctx context.Context, k *Knowledge, a NewAnswer) ([]report.Change, *Folder, error) {
	last, err := LastResult()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: run telltale check FILE first", err)
	}
	defer last.Close()
	r, err := NewResultFolder(true)
	if err != nil {
		return nil, nil, err
	}
	defer r.Discard()
	after, err := k.judgeAgain(ctx, last, []NewAnswer{a}, event{a.By, a.At, a.DB}, r.Dir, nil)
	if err != nil {
		return nil, nil, err
	}
	changes, err := compare(last, after)
	if err != nil {
		return nil, nil, err
	}
	if err := after.Close(); err != nil {
		return nil, nil, err
	}
	last.Close()
	if err := r.Keep(); err != nil {
		return nil, nil, err
	}
	after, err = LastResult()
	return changes, after, err
}

// event says by whom, when and in which database (empty: none) a result is judged anew.
type event struct {
	by string
	at time.Time
	db string
}

// judgeAgain records answers to questions of a result, if any, and judges it anew into dir.
func (k *Knowledge) judgeAgain(ctx context.Context, before *Folder, as []NewAnswer, e event, dir string, progress func(Progress)) (*Folder, error) {
	given, err := k.readAnswers(before, as)
	if err != nil {
		return nil, err
	}
	answers, err := readAnswers(filepath.Join(before.dir, answersName))
	if err != nil {
		return nil, err
	}
	opt, in, err := k.reopen(before, e.db)
	if err != nil {
		return nil, err
	}
	defer in.spill.Close()
	opt.Now, opt.Author, opt.Progress = e.at, e.by, progress
	opt.Answers = append(answers, given...)
	if opt.DB != "" {
		if opt.Answers, err = recordAnswers(ctx, opt, given); err != nil {
			return nil, err
		}
	}
	if err := copySightings(before.dir, dir); err != nil {
		return nil, err
	}
	return k.finish(ctx, dir, in, nil, opt)
}

// readAnswers reads what a user says to questions of a result; one that cannot be read refuses all.
func (k *Knowledge) readAnswers(f *Folder, as []NewAnswer) ([]Answer, error) {
	out := make([]Answer, 0, len(as))
	for _, a := range as {
		q, err := f.question(a.Question)
		if err != nil {
			return nil, err
		}
		value, err := k.readValue(q, a.Value)
		if err != nil {
			return nil, err
		}
		out = append(out, Answer{
			Question: q.ID, Scope: q.Scope, ID: q.Of, Fact: q.Fact, Value: value,
			By: a.By, At: a.At.Format(time.RFC3339), Reason: a.Reason, Until: a.Until,
		})
	}
	return out, nil
}

// recordAnswers writes answers to the database of the options and returns all that count there.
func recordAnswers(ctx context.Context, opt *Options, given []Answer) ([]Answer, error) {
	st, err := openStore(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	for _, a := range given {
		if err := st.put(ctx, a, opt.Now); err != nil {
			return nil, fmt.Errorf("record the answer: %w", err)
		}
	}
	return st.answers(ctx, opt)
}

// question finds the one question whose ID begins with prefix.
func (f *Folder) question(prefix string) (*Asked, error) {
	e, err := only(f, "questions", prefix)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, fmt.Errorf("the last result asks no question whose ID begins with %q", prefix)
	}
	q := &Asked{}
	return q, json.Unmarshal(e.JSON, q)
}

// reopen restores the options and sightings of a kept result.
func (k *Knowledge) reopen(f *Folder, db string) (*Options, *intake, error) {
	o, err := f.kept()
	if err != nil {
		return nil, nil, err
	}
	config := &Config{}
	if o.Config != "" {
		if config, err = k.readConfigFile(o.Config); err != nil {
			return nil, nil, err
		}
	}
	opt := &Options{Act: o.Act, AsOf: o.AsOf, KnownAt: o.KnownAt, Scenarios: o.Scenarios, All: o.All, DB: o.DB, Config: config, ProfileArg: o.Profile, Inputs: o.Inputs, decisions: o.Decisions}
	if db != "" {
		opt.DB = db
	}
	if opt.Profiles, opt.Notes, err = k.Profiles(o.Profile, config); err != nil {
		return nil, nil, err
	}
	in, err := f.sightings()
	if err != nil {
		return nil, nil, err
	}
	return opt, in, nil
}

// kept reads the options kept beside a result.
func (f *Folder) kept() (*kept, error) {
	b, err := os.ReadFile(filepath.Join(f.dir, "options.json"))
	if err != nil {
		return nil, fmt.Errorf("open the last result: %w", err)
	}
	o := &kept{}
	if err := json.Unmarshal(b, o); err != nil {
		return nil, fmt.Errorf("open the last result: %w", err)
	}
	return o, nil
}

func copySightings(from, to string) error {
	for _, name := range []string{"sightings.bin", "sightings.bin.state"} {
		if err := os.Link(filepath.Join(from, name), filepath.Join(to, name)); err == nil {
			continue
		}
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return fmt.Errorf("keep the result: %w", err)
		}
	}
	return nil
}

func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}

// compare lists the findings whose verdict differs.
func compare(before, after *Folder) ([]report.Change, error) {
	old, err := verdicts(before)
	if err != nil {
		return nil, err
	}
	var cs []report.Change
	for b, err := range after.Findings() {
		if err != nil {
			return nil, err
		}
		var f finding.Finding
		if err := json.Unmarshal(b, &f); err != nil {
			return nil, err
		}
		o, ok := old[f.ID]
		delete(old, f.ID)
		if !ok || o.Verdict != f.Verdict {
			cs = append(cs, change(&f, o.Verdict, f.Verdict))
		}
	}
	for _, f := range old {
		cs = append(cs, change(&f, f.Verdict, ""))
	}
	slices.SortFunc(cs, func(a, b report.Change) int { return strings.Compare(a.Finding, b.Finding) })
	for i := range cs {
		if a, err := after.asset(cs[i].Asset); err == nil {
			cs[i].Name = a.Name
		}
	}
	return cs, nil
}

func change(f *finding.Finding, from, to law.Verdict) report.Change {
	c := report.Change{Finding: f.ID, Asset: f.Subject.ID, Provision: f.Provision, Act: f.Act, Profile: f.Profile, From: from, To: to, Why: f.Why}
	if f.Subject.Host != nil {
		c.Asset = *f.Subject.Host
	}
	if to == "" {
		c.Why = "no longer prohibited, restricted or undetermined"
	}
	return c
}

func verdicts(f *Folder) (map[string]finding.Finding, error) {
	out := map[string]finding.Finding{}
	for b, err := range f.Findings() {
		if err != nil {
			return nil, err
		}
		var x finding.Finding
		if err := json.Unmarshal(b, &x); err != nil {
			return nil, err
		}
		out[x.ID] = finding.Finding{ID: x.ID, Verdict: x.Verdict, Subject: x.Subject, Provision: x.Provision, Act: x.Act, Profile: x.Profile, Why: x.Why}
	}
	return out, nil
}

func readAnswers(path string) ([]Answer, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	defer f.Close()
	var out []Answer
	d := json.NewDecoder(bufio.NewReader(f))
	for {
		var a Answer
		if err := d.Decode(&a); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
		out = append(out, a)
	}
}

func writeAnswers(dir string, as []Answer) error {
	if len(as) == 0 {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(dir, answersName), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep answers: %w", err)
	}
	enc := json.NewEncoder(f)
	for i := range as {
		if err := enc.Encode(&as[i]); err != nil {
			f.Close()
			return fmt.Errorf("keep answers: %w", err)
		}
	}
	return f.Close()
}
