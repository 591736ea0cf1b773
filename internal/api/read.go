package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/people"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// view gives an operation the current result.
func (a *API) view(run func(*pipeline.View, *call) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		v, done, err := a.Work.View()
		if err != nil {
			return nil, err
		}
		defer done()
		return run(v, c)
	}
}

func (c *call) query() (browse.Query, error) {
	q, err := browse.Parse(c.URL.Query().Get("q"))
	if err != nil {
		return q, problem{Status: http.StatusBadRequest, Title: "q: " + err.Error()}
	}
	return q, nil
}

func (c *call) page() (browse.Query, browse.Page, error) {
	q, err := c.query()
	if err != nil {
		return q, browse.Page{}, err
	}
	n, err := c.number("limit", 0, 1, browse.MaxLimit)
	return q, browse.Page{Order: c.URL.Query().Get("order"), After: c.URL.Query().Get("after"), Limit: n}, err
}

func listAssets(v *pipeline.View, c *call) (any, error) {
	q, p, err := c.page()
	if err != nil {
		return nil, err
	}
	return wrong(v.Assets(q, p))
}

func listFindings(v *pipeline.View, c *call) (any, error) {
	q, p, err := c.page()
	if err != nil {
		return nil, err
	}
	return wrong(v.Findings(q, p))
}

// wrong returns no value beside an error.
func wrong[T any](x T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return x, nil
}

func assetFacets(v *pipeline.View, c *call) (any, error) {
	q, err := c.query()
	return List[browse.Facet]{v.FacetsOfAssets(q)}, err
}

func findingFacets(v *pipeline.View, c *call) (any, error) {
	q, err := c.query()
	return List[browse.Facet]{v.FacetsOfFindings(q)}, err
}

func questions(v *pipeline.View, c *call) (any, error) {
	group, err := strconv.Atoi(c.PathValue("group"))
	if err != nil {
		return nil, problem{Status: http.StatusBadRequest, Title: "group: want a number of the inbox"}
	}
	from, err := c.number("from", 0, 0, 1<<31-1)
	if err != nil {
		return nil, err
	}
	limit, err := c.number("limit", browse.DefaultLimit, 1, browse.MaxLimit)
	if err != nil {
		return nil, err
	}
	qs, total := v.QuestionsIn(group, from, limit)
	if qs == nil {
		return nil, fmt.Errorf("no group %d in the inbox: %w", group, pipeline.ErrNotFound)
	}
	return pipeline.Paged[browse.Question]{Total: total, Items: qs}, nil
}

func (a *API) openapi(c *call) error {
	b, err := a.document()
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/json")
	_, err = c.w.Write(b)
	return err
}

func (a *API) health(c *call) error {
	_, err := io.WriteString(c.w, "ok\n")
	return err
}

func (a *API) ready(c *call) error {
	if len(a.Work.Results()) == 0 {
		c.w.WriteHeader(http.StatusServiceUnavailable)
		_, err := io.WriteString(c.w, "no result yet\n")
		return err
	}
	return a.health(c)
}

func (a *API) showMetrics(c *call) error {
	c.w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	a.metrics.write(c.w)
	jobs := map[string]int{"waiting": 0, "running": 0}
	for _, j := range a.Work.Jobs() {
		jobs[string(j.State)]++
	}
	gauge(c.w, "telltale_jobs", "Checks and answers by state.", jobs, "state")
	v, done, err := a.Work.View()
	if err != nil {
		return nil // no result, no figures of it
	}
	defer done()
	s := v.Head().Summary
	gauge(c.w, "telltale_assets", "Assets of the current result.", map[string]int{"": s.Assets}, "")
	gauge(c.w, "telltale_unknown_makers", "Assets whose maker is not known.", map[string]int{"": s.UnknownMaker}, "")
	gauge(c.w, "telltale_findings", "Findings of the current result by verdict.", map[string]int{"prohibited": s.Prohibited, "restricted": s.Restricted, "undetermined": s.Undetermined}, "verdict")
	return nil
}

func (a *API) export(c *call) error {
	q, err := c.query()
	if err != nil {
		return err
	}
	p := c.URL.Query()
	e := &pipeline.Export{List: or(p.Get("list"), "findings"), Form: or(p.Get("format"), "csv"), Query: q}
	kind, err := e.ContentType()
	if err != nil {
		return err
	}
	v, done, err := a.Work.View()
	if err != nil {
		return err
	}
	defer done()
	c.w.Header().Set("Content-Type", kind)
	c.w.Header().Set("Content-Disposition", `attachment; filename="`+e.List+"."+e.Form+`"`)
	return v.Write(c.w, e)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (a *API) ask(c *call) error {
	f, err := a.asked(c.Context(), c.URL.Query().Get("q"), c.URL.Query().Get("profile"))
	if err != nil {
		return err
	}
	defer f.Close()
	c.w.Header().Set("Content-Type", "application/json")
	return report.JSON(c.w, f)
}

// maxQuestion bounds a question in bytes.
const maxQuestion = 8 << 10

func (a *API) asked(ctx context.Context, q, profile string) (*pipeline.Folder, error) {
	if q == "" || len(q) > maxQuestion {
		return nil, problem{Status: http.StatusBadRequest, Title: "q: want a question of 1 to 8192 bytes"}
	}
	f, err := a.Work.AskFor(ctx, q, profile, calendar.NoDate)
	if err != nil && ctx.Err() == nil && foreseen(err) == http.StatusInternalServerError {
		return nil, problem{Status: http.StatusBadRequest, Title: err.Error()}
	}
	return f, err
}

// Regime names an instrument of law.
type Regime struct {
	ID           string `json:"id"`
	Jurisdiction string `json:"jurisdiction"`
	Title        string `json:"title"`
	Provisions   int    `json:"provisions"`
}

func (a *API) laws(*call) (any, error) {
	out := []Regime{}
	rs := a.Work.Knowledge().Rules.Regimes
	for i := range rs {
		out = append(out, Regime{string(rs[i].ID), rs[i].Jurisdiction, rs[i].Title, len(rs[i].Provisions)})
	}
	return List[Regime]{out}, nil
}

func (a *API) law(c *call) (any, error) { return a.lawText(c.PathValue("id")) }

func (a *API) lawText(id string) (Text, error) {
	rs := a.Work.Knowledge().Rules.Regimes
	for i := range rs {
		if string(rs[i].ID) == id {
			t, err := a.Work.Knowledge().LawText(id)
			return Text{t}, err
		}
	}
	return Text{}, fmt.Errorf("no instrument %q: %w", id, pipeline.ErrNotFound)
}

func (a *API) job(c *call) (any, error) {
	j, err := a.Work.Job(c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	i, _ := j.Info()
	return i, nil
}

// eventGap is how often a silent stream of events is kept alive.
const eventGap = 15 * time.Second

func (a *API) events(c *call) error {
	j, err := a.Work.Job(c.PathValue("id"))
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(c.w)
	alive := time.NewTicker(eventGap)
	defer alive.Stop()
	for {
		i, changed := j.Info()
		b, err := json.Marshal(i)
		if err != nil {
			return err
		}
		name := "progress"
		if i.State.Ended() {
			name = "end"
		}
		if _, err := fmt.Fprintf(c.w, "event: %s\ndata: %s\n\n", name, b); err != nil || name == "end" {
			return err
		}
		out.Flush()
		for waiting := true; waiting; {
			select {
			case <-changed:
				waiting = false
			case <-alive.C:
				io.WriteString(c.w, ": alive\n\n")
				out.Flush()
			case <-c.Context().Done():
				return nil
			}
		}
	}
}

func (a *API) tokens(c *call) (any, error) {
	ts, err := a.House.Tokens(c.Context(), c.who.Name)
	return List[people.Token]{ts}, err
}

func (a *API) people(c *call) (any, error) {
	ps, err := a.House.People(c.Context())
	return List[people.Person]{ps}, err
}

func (a *API) record(c *call) (any, error) {
	before, err := c.number("before", 0, 0, 1<<62)
	if err != nil {
		return nil, err
	}
	limit, err := c.number("limit", 100, 1, browse.MaxLimit)
	if err != nil {
		return nil, err
	}
	rs, next, err := a.House.Records(c.Context(), int64(before), limit)
	return Lines{rs, next}, err
}

func (a *API) showHooks(c *call) (any, error) {
	hs, err := a.hooks.list(c.Context())
	for i := range hs {
		hs[i].Secret = ""
	}
	return List[Hook]{hs}, err
}
