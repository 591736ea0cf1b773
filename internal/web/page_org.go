package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/org"
	"telltale/internal/pipeline"
)

// orgList is the search of organisations.
type orgList struct {
	Query string
	Found []orgRow
	Total int
	More  bool
}

type orgRow struct {
	*org.Organisation
	// Because is the name the query met, where it is not the organisation's own.
	Because string
}

// maxOrgs bounds a list of organisations.
const maxOrgs = 100

func (s *site) organisations(w http.ResponseWriter, r *http.Request) {
	b := orgList{Query: strings.TrimSpace(r.URL.Query().Get("q")), Total: len(s.facts().Orgs.IDs())}
	b.Found = s.findOrgs(b.Query)
	if s.export(w, r, "organisations", []string{"organisation", "name", "country", "stands under"}, each(b.Found, orgCells)) {
		return
	}
	if b.More = len(b.Found) > maxOrgs; b.More {
		b.Found = b.Found[:maxOrgs]
	}
	s.show(w, r, http.StatusOK, "orgs", view{Title: "Organisations", Nav: "org", Body: b})
}

func orgCells(o *orgRow) []string {
	var under []string
	for _, d := range o.Designations {
		under = append(under, text(cmp.Or(string(d.Regime), d.Note)))
	}
	return []string{string(o.ID), o.Name, o.Country, strings.Join(under, ", ")}
}

// findOrgs lists the organisations a text names, those with law on them when there is no text.
func (s *site) findOrgs(text string) []orgRow {
	var out []orgRow
	seen := map[org.ID]bool{}
	add := func(id org.ID, because string) {
		if o, ok := s.facts().Orgs.Get(id); ok && !seen[id] {
			seen[id] = true
			if strings.EqualFold(because, o.Name) {
				because = ""
			}
			out = append(out, orgRow{o, because})
		}
	}
	if text != "" {
		for _, m := range s.facts().Orgs.ByName(text) {
			add(m.Org, text)
		}
	}
	want := strings.ToLower(text)
	for _, id := range s.facts().Orgs.IDs() {
		o, _ := s.facts().Orgs.Get(id)
		if text == "" && len(o.Designations) == 0 || len(out) > maxOrgs {
			continue
		}
		if name, ok := called(o, want); ok {
			add(id, name)
		}
	}
	if text == "" {
		slices.SortStableFunc(out, func(a, b orgRow) int { return len(b.Designations) - len(a.Designations) })
	}
	return out
}

// called returns the name of o that contains want, in lower case.
func called(o *org.Organisation, want string) (string, bool) {
	if strings.Contains(strings.ToLower(o.Name), want) || strings.Contains(string(o.ID), want) {
		return o.Name, true
	}
	for _, a := range o.Aliases {
		if strings.Contains(strings.ToLower(a.Name), want) {
			return a.Name, true
		}
	}
	for _, a := range o.Brands {
		if strings.Contains(strings.ToLower(a.Name), want) {
			return "brand " + a.Name, true
		}
	}
	return "", false
}

// orgPage is one organisation on one day.
type orgPage struct {
	*pipeline.OrgView
	Day     calendar.Date
	Slider  slider
	Drawing *drawing
	Owners  []org.Ownership
	// Own are the things of the current result that it made.
	Own ownThings
}

// ownThings counts the assets of the current result that an organisation made, by verdict.
type ownThings struct {
	Made     int
	Verdicts []browse.Count
}

func madeBy(v *pipeline.View, id org.ID) ownThings {
	var own ownThings
	for _, f := range v.FacetsOfAssets(browse.Query{}.With("maker", string(id))) {
		switch f.Field {
		case "verdict":
			own.Verdicts = f.Values
		case "maker":
			for _, c := range f.Values {
				own.Made += c.Count
			}
		}
	}
	return own
}

func (s *site) organisation(w http.ResponseWriter, r *http.Request) {
	day, note := dayOf(r, "as_of", s.today())
	v, err := s.facts().ShowOrg(r.PathValue("id"), day)
	if err != nil {
		s.fail(w, r, http.StatusNotFound, fault{Message: err.Error(), Remedy: "Search by any name, brand or ID.", Link: "/org", LinkText: "Organisations"})
		return
	}
	b := orgPage{OrgView: v, Day: day}
	for _, o := range v.Organisation.Owners {
		if o.Holds(day) {
			b.Owners = append(b.Owners, o)
		}
	}
	if s.export(w, r, "ownership", []string{"holder", "owned", "share", "from", "to", "how sure", "source"}, each(s.familyOn(v.Organisation.ID, day), ownershipCells)) {
		return
	}
	days := s.ownershipDays(v.Organisation.ID)
	from, to := mustDay("2000-01-01"), s.today()+365
	b.Slider = newSlider("as_of", day, from, to, days, note)
	b.Drawing = s.draw(v.Organisation.ID, day)
	s.ofOwn(func(of *pipeline.View) { b.Own = madeBy(of, v.Organisation.ID) })
	s.show(w, r, http.StatusOK, "org", view{Title: v.Organisation.Name, Nav: "org", Body: b})
}

// familyOn are the ownerships near an organisation that hold on a day, each once.
func (s *site) familyOn(id org.ID, day calendar.Date) []kin {
	seen := map[string]bool{}
	return slices.DeleteFunc(s.family(id, day), func(k kin) bool {
		key := k.edge.String()
		defer func() { seen[key] = true }()
		return seen[key]
	})
}

func ownershipCells(k *kin) []string {
	return []string{string(k.edge.Owner), string(k.edge.Owned), shareWords(k.edge), dayCell(k.edge.From), dayCell(k.edge.To), string(k.edge.Confidence), k.edge.Source}
}

// ownershipDays are the days on which an ownership near the organisation begins or ends.
func (s *site) ownershipDays(id org.ID) []calendar.Date {
	var days []calendar.Date
	for _, e := range s.family(id, calendar.NoDate) {
		for _, d := range []*calendar.Date{e.edge.From, e.edge.To} {
			if d != nil {
				days = append(days, *d)
			}
		}
	}
	return sortedDays(days)
}

// dayCell is a day of an export, empty when none is known.
func dayCell(d *calendar.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}
