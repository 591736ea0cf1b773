package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// Screen is the body of a screening. AsOf is today when it is empty.
type Screen struct {
	Names []string `json:"names"`
	AsOf  string   `json:"as_of,omitempty"`
}

// Days is the body of a comparison of two days.
type Days struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Images is the body of opening firmware images.
type Images struct {
	Uploads []string `json:"uploads"`
}

// Rollback is the body of going back to the data in use before.
type Rollback struct {
	To string `json:"to"`
}

// DataInUse names the data in use and its sets. Before is what a rollback brings back, null where nothing was taken in.
type DataInUse struct {
	InUse  pipeline.EditionInfo  `json:"in_use"`
	Before *pipeline.EditionInfo `json:"before"`
	Sets   []pipeline.DataSet    `json:"sets"`
}

// Organisation names an organisation and the instruments it stands under.
type Organisation struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Country string   `json:"country"`
	Under   []string `json:"under"`
}

// day reads a day of a parameter or body; fallback when it is absent.
func (a *API) day(text, name string, fallback calendar.Date) (calendar.Date, error) {
	if text == "" {
		return fallback, nil
	}
	d, err := calendar.Parse(text)
	if err != nil {
		return 0, problem{Status: http.StatusBadRequest, Title: name + ": " + err.Error()}
	}
	return d, nil
}

func (a *API) today() calendar.Date { return calendar.Of(a.Now().UTC()) }

func (a *API) lawDays(c *call) (any, error) {
	q, k := c.URL.Query(), a.Work.Knowledge()
	to, err := a.day(q.Get("to"), "to", a.today())
	if err != nil {
		return nil, err
	}
	from, err := a.day(q.Get("from"), "from", to-365)
	if err != nil {
		return nil, err
	}
	if from > to {
		return nil, problem{Status: http.StatusBadRequest, Title: "from: lies after to"}
	}
	var p *law.Profile
	if name := q.Get("profile"); name != "" {
		if !slices.Contains(k.ProfileNames(), name) {
			return nil, problem{Status: http.StatusBadRequest, Title: "profile: want one of " + strings.Join(k.ProfileNames(), ", ")}
		}
		ps, _, err := k.Profiles(name, nil)
		if err != nil {
			return nil, err
		}
		p = ps[0]
	}
	return List[pipeline.LawDay]{k.LawDays(from, to, p)}, nil
}

// maxOrganisations bounds a list of organisations.
const maxOrganisations = 500

func (a *API) organisations(c *call) (any, error) {
	orgs, text := a.Work.Knowledge().Orgs, strings.TrimSpace(c.URL.Query().Get("q"))
	out := []Organisation{}
	for _, id := range orgs.IDs() {
		o, _ := orgs.Get(id)
		if len(out) == maxOrganisations || text == "" && len(o.Designations) == 0 || text != "" && !named(o, strings.ToLower(text)) {
			continue
		}
		x := Organisation{string(o.ID), o.Name, o.Country, []string{}}
		for _, d := range o.Designations {
			x.Under = append(x.Under, or(string(d.Regime), d.Note))
		}
		out = append(out, x)
	}
	return List[Organisation]{out}, nil
}

// named reports whether a name, alias or brand of an organisation contains a text in small letters.
func named(o *org.Organisation, text string) bool {
	if strings.Contains(strings.ToLower(o.Name), text) || strings.Contains(string(o.ID), text) {
		return true
	}
	return slices.ContainsFunc(o.Aliases, func(x org.Alias) bool { return strings.Contains(strings.ToLower(x.Name), text) }) ||
		slices.ContainsFunc(o.Brands, func(x org.Brand) bool { return strings.Contains(strings.ToLower(x.Name), text) })
}

func (a *API) organisation(c *call) (any, error) {
	day, err := a.day(c.URL.Query().Get("as_of"), "as_of", a.today())
	if err != nil {
		return nil, err
	}
	v, err := a.Work.Knowledge().ShowOrg(c.PathValue("id"), day)
	if err != nil {
		return nil, problem{Status: http.StatusNotFound, Title: err.Error()}
	}
	return v, nil
}

func (a *API) topology(v *pipeline.View) (*report.Topology, error) {
	if !v.Judgeable() {
		return nil, problem{Status: http.StatusConflict, Title: "this result was opened from a file and holds nothing of what was read: check the files themselves"}
	}
	return v.Topology()
}

func (a *API) reconcile(c *call) (any, error) {
	since, err := a.day(c.URL.Query().Get("since"), "since", calendar.NoDate)
	if err != nil {
		return nil, err
	}
	return wrong(a.Work.Reconcile(c.Context(), since))
}

// maxNames bounds the names of one screening.
const maxNames = 10_000

func (a *API) screen(c *call) (any, error) {
	var b Screen
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	day, err := a.day(b.AsOf, "as_of", a.today())
	if err != nil {
		return nil, err
	}
	names := b.Names
	if len(names) > maxNames {
		return nil, problem{Status: http.StatusBadRequest, Title: "names: more than 10000"}
	}
	for i := range names {
		names[i] = strings.Join(strings.Fields(names[i]), " ") // a name is one line
	}
	done, err := a.Work.AskTurn(c.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	s, err := a.Work.Knowledge().ScreenNames(c.Context(), strings.NewReader(strings.Join(names, "\n")), day)
	if err != nil {
		return nil, problem{Status: http.StatusBadRequest, Title: "names: " + err.Error()}
	}
	return s, nil
}

func (a *API) compare(c *call) (any, error) {
	var b Days
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	from, err1 := calendar.Parse(b.From)
	to, err2 := calendar.Parse(b.To)
	if err := errors.Join(err1, err2); err != nil {
		return nil, problem{Status: http.StatusBadRequest, Title: err.Error()}
	}
	return started(a.Work.CompareDays(from, to, c.who.Name))
}

func (a *API) inspect(c *call) (any, error) {
	var b Images
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	return started(a.Work.Inspect(b.Uploads, c.who.Name))
}

func (a *API) inspected(c *call) error {
	b, err := a.Work.Inspected(c.PathValue("id"), or(c.URL.Query().Get("format"), "json"))
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/octet-stream")
	_, err = c.w.Write(b)
	return err
}

func (a *API) data(*call) (any, error) {
	k := a.Work.Knowledge()
	sets, err := k.DataSets()
	if err != nil {
		return nil, err
	}
	out := DataInUse{InUse: pipeline.EditionInfo{Version: k.Version}, Sets: sets}
	if in, err := pipeline.InUse(); err == nil && in.Version == k.Version {
		out.InUse = in
	}
	if store, err := pipeline.UserBundles(); err == nil {
		if before, ok, err := store.Before(); err == nil && ok {
			out.Before = &before
		}
	}
	return out, nil
}

func (a *API) compareBundle(c *call) (any, error) {
	_, body, err := c.file()
	if err != nil {
		return nil, err
	}
	return started(a.Work.CompareBundle(body, c.URL.Query().Get("key"), c.who.Name))
}

func (a *API) takeData(c *call) (any, error) {
	return startedOrNone(a.Work.TakeData(c.PathValue("id"), c.who.Name))
}

func (a *API) rollBack(c *call) (any, error) {
	var b Rollback
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	return startedOrNone(a.Work.RollBackData(b.To, c.who.Name))
}

// startedOrNone is started, and null where there is nothing to judge anew.
func startedOrNone(j *pipeline.Job, err error) (any, error) {
	if j == nil {
		return nil, err
	}
	return started(j, err)
}
