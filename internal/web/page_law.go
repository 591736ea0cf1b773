package web

import (
	"cmp"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/pipeline"
)

// lawPage is the list of regimes on one day.
type lawPage struct {
	Day    calendar.Date
	Slider slider
	Where  string
	Places []countryCount
	Total  int
	Active int
	// Reviewed counts the instruments a second reader looked at.
	Reviewed int
	// Own is the profile of the current result where it is a built-in one.
	Own    string
	Groups []jurisdiction
	// Changes are those within 180 days of the day, both ways.
	Changes []pipeline.LawDay
	Today   calendar.Date
}

type countryCount struct {
	Code  string
	Count int
}

// jurisdiction is the regimes of one country.
type jurisdiction struct {
	Code    string
	Regimes []regimeRow
}

type regimeRow struct {
	*law.Regime
	InForce int
}

// lawDays is the span that sliders show.
func (s *site) lawDays() (from, to calendar.Date) {
	return mustDay("2017-06-01"), max(mustDay("2031-12-31"), s.today()+1000)
}

func mustDay(t string) calendar.Date {
	d, err := calendar.Parse(t)
	if err != nil {
		panic(err)
	}
	return d
}

func (s *site) law(w http.ResponseWriter, r *http.Request) {
	day, note := dayOf(r, "as_of", s.today())
	from, to := s.lawDays()
	b := lawPage{Day: day, Today: s.today(), Where: strings.ToUpper(r.URL.Query().Get("where"))}
	all := s.facts().LawDays(from, to, nil)
	days := make([]calendar.Date, len(all))
	for i := range all {
		days[i] = all[i].Date
	}
	b.Slider = newSlider("as_of", day, from, to, days, note)
	for i := range all {
		if d := all[i].Date - day; d >= -90 && d <= 180 && (b.Where == "" || all[i].Jurisdiction == b.Where) {
			b.Changes = append(b.Changes, all[i])
		}
	}
	s.fillRegimes(&b)
	if s.export(w, r, "law", []string{"jurisdiction", "regime", "title", "status", "in force", "provisions", "reviewed", "authority", "citation", "url"}, regimeRows(b.Groups)) {
		return
	}
	b.Own = s.lastProfile()
	s.show(w, r, http.StatusOK, "law", view{Title: "Law", Nav: "law", Body: b})
}

func (s *site) fillRegimes(b *lawPage) {
	counts := map[string]int{}
	groups := map[string]*jurisdiction{}
	for i := range s.facts().Rules.Regimes {
		x := &s.facts().Rules.Regimes[i]
		counts[x.Jurisdiction]++
		if x.Review == law.Reviewed {
			b.Reviewed++
		}
		if b.Where != "" && b.Where != x.Jurisdiction {
			continue
		}
		row := regimeRow{Regime: x}
		for n := range x.Provisions {
			if inForce(x.Provisions[n].InForce, b.Day) {
				row.InForce++
			}
		}
		b.Total += len(x.Provisions)
		b.Active += row.InForce
		if groups[x.Jurisdiction] == nil {
			groups[x.Jurisdiction] = &jurisdiction{Code: x.Jurisdiction}
		}
		groups[x.Jurisdiction].Regimes = append(groups[x.Jurisdiction].Regimes, row)
	}
	for code, n := range counts {
		b.Places = append(b.Places, countryCount{code, n})
	}
	slices.SortFunc(b.Places, func(x, y countryCount) int { return cmp.Or(y.Count-x.Count, cmp.Compare(x.Code, y.Code)) })
	for _, p := range b.Places {
		if g := groups[p.Code]; g != nil {
			slices.SortStableFunc(g.Regimes, func(x, y regimeRow) int { return y.InForce - x.InForce })
			b.Groups = append(b.Groups, *g)
		}
	}
}

func regimeRows(groups []jurisdiction) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, g := range groups {
			for _, x := range g.Regimes {
				if !yield([]string{g.Code, string(x.ID), x.Title, string(x.Status), strconv.Itoa(x.InForce), strconv.Itoa(len(x.Provisions)), string(x.Review), x.Authority, x.Citation, x.URL}, nil) {
					return
				}
			}
		}
	}
}

func inForce(spans []law.Span, d calendar.Date) bool {
	return slices.ContainsFunc(spans, func(x law.Span) bool { return x.Covers(d) })
}

// regimePage is one regime on one day.
type regimePage struct {
	*law.Regime
	// Own counts the findings of the current result by it, by verdict.
	Own        []browse.Count
	Day        calendar.Date
	Slider     slider
	Provisions []provisionView
	Sources    []law.Source
	Text       string
}

type provisionView struct {
	*law.Provision
	Active bool
}

func (s *site) regime(w http.ResponseWriter, r *http.Request) {
	id := law.RegimeID(r.PathValue("regime"))
	i := slices.IndexFunc(s.facts().Rules.Regimes, func(x law.Regime) bool { return x.ID == id })
	if i < 0 {
		s.fail(w, r, http.StatusNotFound, fault{Message: "No regime of law is called “" + clip(60, id) + "”.", Remedy: "The list of regimes has all of them.", Link: "/law", LinkText: "Law"})
		return
	}
	x := &s.facts().Rules.Regimes[i]
	day, note := dayOf(r, "as_of", s.today())
	from, to := s.lawDays()
	b := regimePage{Regime: x, Day: day}
	var days []calendar.Date
	for _, d := range s.facts().LawDays(from, to, nil) {
		if d.Regime == id {
			days = append(days, d.Date)
		}
	}
	b.Slider = newSlider("as_of", day, from, to, days, note)
	for n := range x.Provisions {
		b.Provisions = append(b.Provisions, provisionView{&x.Provisions[n], inForce(x.Provisions[n].InForce, day)})
	}
	for _, k := range x.SeenIn {
		if src, ok := s.facts().Rules.Sources[k]; ok {
			b.Sources = append(b.Sources, src)
		}
	}
	if s.export(w, r, "provisions", []string{"provision", "title", "in force", "acts", "in plain words", "remedy", "citation", "url"}, each(b.Provisions, func(p *provisionView) []string {
		cite, url := "", ""
		if len(p.Citations) > 0 {
			cite, url = p.Citations[0].Text, p.Citations[0].URL
		}
		return []string{string(id) + "/" + p.ID, p.Title, strconv.FormatBool(p.Active), joined(p.Acts), p.Plain, p.Remedy, cite, url}
	})) {
		return
	}
	b.Text, _ = s.facts().LawText(string(id))
	s.ofOwn(func(v *pipeline.View) { b.Own = findingsBy(v, id) })
	s.show(w, r, http.StatusOK, "regime", view{Title: x.Title, Nav: "law", Body: b})
}

// findingsBy counts the findings of a result by an instrument, by verdict.
func findingsBy(v *pipeline.View, id law.RegimeID) []browse.Count {
	for _, f := range v.FacetsOfFindings(browse.Query{}.With("regime", string(id))) {
		if f.Field == "verdict" {
			return f.Values
		}
	}
	return nil
}

// daysPage lists days on which law changes or falls due.
type daysPage struct {
	From, To calendar.Date
	Profile  string
	Profiles []profileChoice
	Days     []pipeline.LawDay
	Axis     *axis
	Note     string
	// MayCompare offers to judge the things of the current result on both days.
	MayCompare bool
}

type profileChoice struct{ Name, Title string }

func (s *site) profiles() []profileChoice {
	var out []profileChoice
	for _, n := range s.facts().ProfileNames() {
		out = append(out, profileChoice{n, s.facts().ProfileSummary(n)})
	}
	return out
}

// builtIn finds the profile of the query among those built in: a page must not open files.
func (s *site) builtIn(r *http.Request) (string, *law.Profile) {
	name := r.URL.Query().Get("profile")
	if !slices.Contains(s.facts().ProfileNames(), name) {
		return "", nil
	}
	ps, _, err := s.facts().Profiles(name, nil)
	if err != nil {
		return "", nil
	}
	return name, ps[0]
}

func (s *site) lawDiff(w http.ResponseWriter, r *http.Request) {
	s.showDays(w, r, "lawdiff", "What changes in the law", s.today()-365, s.today())
}

func (s *site) lawAhead(w http.ResponseWriter, r *http.Request) {
	s.showDays(w, r, "lawahead", "Deadlines and changes ahead", s.today()-1, s.today()+3*366)
}

func (s *site) showDays(w http.ResponseWriter, r *http.Request, name, title string, from, to calendar.Date) {
	var n1, n2 string
	from, n1 = dayOf(r, "from", from)
	to, n2 = dayOf(r, "to", to)
	if to < from {
		from, to = to, from
	}
	b := daysPage{From: from, To: to, Profiles: s.profiles(), Note: strings.TrimSpace(n1 + " " + n2)}
	var p *law.Profile
	b.Profile, p = s.builtIn(r)
	b.Days = s.facts().LawDays(from, to, p)
	if s.export(w, r, "law-days", []string{"day", "what", "regime", "jurisdiction", "of", "how sure"}, each(b.Days, func(d *pipeline.LawDay) []string {
		return []string{d.Date.String(), d.Kind, string(d.Regime), d.Jurisdiction, d.What, string(d.Confidence)}
	})) {
		return
	}
	b.Axis = lawAxis(from, to, b.Days)
	b.MayCompare = s.Work != nil && len(s.Work.Results()) > 0 && s.Visitor(r).MayWork()
	s.show(w, r, http.StatusOK, name, view{Title: title, Nav: "law", Body: b})
}
