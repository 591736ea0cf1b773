package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/browse"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// askPage is a question and what was made of it.
type askPage struct {
	Query    string
	Profile  string
	Profiles []profileChoice
	Answers  []explained
	Screened []pipeline.Screened
	// Own are the first assets of the current result that bear what is asked for; OwnTotal counts all, OwnLink lists them.
	Own      []pipeline.AssetItem
	OwnTotal int
	OwnLink  string
	Note     string
	Fault    string
	Notes    []string
	Examples []string
	// Left are the lines that were read as no thing.
	Left []string
}

// explained is one asset, or one finding on it, with what it rests on.
type explained struct {
	*report.Explanation
	// Shown are the findings that are prohibited, restricted or undetermined; Rest counts the others.
	Shown []finding.Finding
	Rest  int
}

// maxQuestion and maxAsked bound a question of the page: bytes, and things of it that are shown.
const (
	maxQuestion = 8 << 10
	maxAsked    = 40
)

func (s *site) ask(w http.ResponseWriter, r *http.Request) {
	b := askPage{Query: strings.TrimSpace(r.URL.Query().Get("q")), Profiles: s.profiles(),
		Examples: []string{"DS-2CD2143G2-I", "00:e0:fc:12:34:56", "Lorex N843A8", "AS4134", "FCC ID 2AVYF-ABC", "Hangzhou Hikvison Ltd"}}
	if b.Profile, _ = s.builtIn(r); b.Query == "" && !r.URL.Query().Has("profile") {
		b.Profile = s.lastProfile()
	}
	code := http.StatusOK
	switch {
	case b.Query == "":
	case len(b.Query) > maxQuestion:
		b.Fault, b.Query, code = "The question is longer than 8 KiB. Put it in a file and drop it on the page Check.", "", http.StatusRequestEntityTooLarge
	default:
		if !strings.Contains(b.Query, "\n") {
			s.ofOwn(b.ownThings)
		}
		if err := s.answerAsk(r.Context(), &b); err != nil {
			b.Fault, code = err.Error(), http.StatusUnprocessableEntity
			if errors.Is(err, pipeline.ErrBusy) {
				code = http.StatusTooManyRequests
			}
		}
	}
	s.show(w, r, code, "ask", view{Title: "Ask", Nav: "ask", Body: &b})
}

// ownThings looks for what is asked, when it is one line, in the current result.
func (b *askPage) ownThings(v *pipeline.View) {
	for _, text := range []string{b.Query, asset.MAC(b.Query)} {
		q := browse.Query{}.With("", text)
		if p, err := v.Assets(q, browse.Page{Limit: maxShortList}); text != "" && err == nil && p.Total > 0 {
			b.Own, b.OwnTotal, b.OwnLink = p.Items, p.Total, "/assets?"+query("q", q.String())
			return
		}
	}
}

// answerAsk judges the question in a folder of its own, which is gone when it returns.
func (s *site) answerAsk(ctx context.Context, b *askPage) error {
	profiles, notes, err := s.facts().Profiles(b.Profile, nil)
	if err != nil {
		return err
	}
	if b.Profile == "" {
		notes = []string{"No profile is chosen, so every built-in one is judged: choose who you are."}
	}
	if s.Work != nil {
		done, err := s.Work.AskTurn(ctx)
		if err != nil {
			return err
		}
		defer done()
	}
	store, err := pipeline.NewResultFolder(false)
	if err != nil {
		return err
	}
	defer store.Discard()
	now := s.Now().UTC()
	opt := &pipeline.Options{Profiles: profiles, Notes: notes, AsOf: s.today(), KnownAt: s.today(), All: true, Now: now, ProfileArg: b.Profile}
	f, err := pipeline.Ask(ctx, s.facts(), store.Dir, b.Query, opt)
	if err != nil {
		return err
	}
	defer f.Close()
	b.Notes = f.Head().Notes
	for raw, err := range f.Assets() {
		if err != nil {
			return err
		}
		if len(b.Answers) == maxAsked {
			b.Note = "More than " + count(maxAsked) + " lines: the rest is not shown. Drop the text on the page Check."
			break
		}
		var a struct{ ID string }
		if err := json.Unmarshal(raw, &a); err != nil {
			return err
		}
		x, err := pipeline.Explain(f, a.ID)
		if err != nil {
			return err
		}
		b.Answers = append(b.Answers, newExplained(x))
	}
	b.leaveOut()
	slices.SortStableFunc(b.Answers, func(x, y explained) int { return cmp.Compare(order(x.Worst()), order(y.Worst())) })
	return s.screenAsk(ctx, b)
}

func newExplained(x *report.Explanation) explained {
	e := explained{Explanation: x}
	for i := range x.Others {
		if x.Others[i].Verdict.IsFinding() {
			e.Shown = append(e.Shown, x.Others[i])
		} else {
			e.Rest++
		}
	}
	sortWorst(e.Shown)
	return e
}

// leaveOut finds the lines that no answer was seen in, unless there is more than is shown.
func (b *askPage) leaveOut() {
	read := map[string]bool{}
	for _, a := range b.Answers {
		for _, w := range a.Asset.Where {
			read[w.At] = true
		}
	}
	for i, line := range strings.Split(b.Query, "\n") {
		if line = strings.TrimSpace(line); line != "" && !read["line "+strconv.Itoa(i+1)] && b.Note == "" {
			b.Left = append(b.Left, line)
		}
	}
}

// Worst is the worst verdict of it, empty when nothing is shown against it.
func (e explained) Worst() law.Verdict {
	if len(e.Shown) == 0 {
		return ""
	}
	return e.Shown[0].Verdict
}

// Told reports whether a maker is told of any answer: names that come close to others then matter less.
func (b *askPage) Told() bool {
	return slices.ContainsFunc(b.Answers, func(e explained) bool { return e.Asset.Manufacturer != nil })
}

// Next is the exact question to ask, or what to do.
func (e explained) Next() string {
	if len(e.Shown) == 0 {
		return ""
	}
	f := &e.Shown[0]
	if f.Verdict == law.Undetermined && len(f.Questions) > 0 && e.Asset.NextTest == "" {
		return "Ask: " + f.Questions[0].Text
	}
	return f.Remedy
}

// screenAsk compares every line with the names of listed organisations.
func (s *site) screenAsk(ctx context.Context, b *askPage) error {
	res, err := s.facts().ScreenNames(ctx, strings.NewReader(b.Query), s.today())
	if err != nil {
		return nil // a question that holds no name has been answered above
	}
	for _, n := range res.Names {
		if n.Band != "none" {
			b.Screened = append(b.Screened, n)
		}
	}
	return nil
}
