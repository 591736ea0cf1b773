package web

import (
	"cmp"
	"slices"
	"strings"

	"telltale/internal/law"
	"telltale/internal/pipeline"
)

// lawName is a short name for the ID of a provision, an instrument or an entry of a list; any other text stays.
func (s *site) lawName(id string) string {
	if c := s.provisionCite(id); c != "" {
		return c
	}
	if r := s.regimeNamed(id); r != nil {
		return "“" + r.Title + "”"
	}
	return s.entryTitle(id)
}

// lawWhat says what a day of law is about, without the IDs its line begins with or names.
func (s *site) lawWhat(d pipeline.LawDay) string {
	t := strings.TrimPrefix(d.What, string(d.Entry)+": ")
	if d.Organisation != "" {
		t = strings.Replace(t, " ("+string(d.Organisation)+")", "", 1)
	}
	return s.plain(t)
}

// provisionNamed finds a provision by its ID.
func (s *site) provisionNamed(id any) *law.Provision {
	regime, name, _ := strings.Cut(text(id), "/")
	if r := s.regimeNamed(regime); r != nil {
		if n := slices.IndexFunc(r.Provisions, func(p law.Provision) bool { return p.ID == name }); n >= 0 {
			return &r.Provisions[n]
		}
	}
	return nil
}

func (s *site) regimeNamed(id string) *law.Regime {
	n := slices.IndexFunc(s.facts().Rules.Regimes, func(r law.Regime) bool { return string(r.ID) == id })
	if n < 0 {
		return nil
	}
	return &s.facts().Rules.Regimes[n]
}

// openPoints are what stands in the place of a provision where no law can be judged yet.
var openPoints = map[string]string{"unknown-maker": "maker not known", "unknown-kind": "kind of thing not known"}

// provisionTitle is what a provision says in a line; provisionCite is where it stands.
func (s *site) provisionTitle(id any) string {
	regime, _, _ := strings.Cut(text(id), "/")
	if p := s.provisionNamed(id); p != nil {
		return p.Title
	}
	return cmp.Or(openPoints[regime], text(id))
}

func (s *site) provisionCite(id any) string {
	if p := s.provisionNamed(id); p != nil && len(p.Citations) > 0 {
		return p.Citations[0].Text
	}
	return ""
}

// regimeTitle is the name of an instrument of law.
func (s *site) regimeTitle(id any) string {
	if r := s.regimeNamed(text(id)); r != nil {
		return r.Title
	}
	return cmp.Or(openPoints[text(id)], text(id))
}

// profileTitle says who a profile is; several stand between commas.
func (s *site) profileTitle(v any) string {
	if text(v) == "built-in profiles" {
		return "every built-in profile, since none was chosen"
	}
	var out []string
	for _, n := range strings.Split(text(v), ", ") {
		out = append(out, cmp.Or(s.facts().ProfileSummary(n), n))
	}
	return strings.Join(out, "; ")
}

// entryTitle names an entry of a list.
func (s *site) entryTitle(v any) string {
	for i := range s.facts().Rules.Regimes {
		for _, e := range s.facts().Rules.Regimes[i].Entries {
			if string(e.ID) == text(v) {
				return e.Title
			}
		}
	}
	return text(v)
}
