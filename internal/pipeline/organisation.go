package pipeline

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"telltale/internal/calendar"
	"telltale/internal/org"
)

// OrgView is what `telltale org show` says of one organisation on one day. Its JSON is stable.
type OrgView struct {
	AsOf         calendar.Date     `json:"as_of"`
	Organisation *org.Organisation `json:"organisation"`
	// Owns are the shares it holds in other organisations of the data on the day.
	Owns []org.Edge `json:"owns,omitempty"`
	// Related are those that count as it.
	Related []OrgRelated `json:"related,omitempty"`
	// Sources are those its facts name.
	Sources map[string]org.Source `json:"sources,omitempty"`
}

// OrgRelated is an organisation and a relation under which it counts as
// another: the narrowest, and a wider one where that is surer.
type OrgRelated struct {
	Relation org.Relation `json:"relation"`
	Name     string       `json:"name"`
	org.Related
	// Why is one plain sentence: the ownerships between the two.
	Why string `json:"why"`
}

// OrgLink is what `telltale org path` says: how two organisations hang together on a day. Its JSON is stable.
type OrgLink struct {
	AsOf calendar.Date `json:"as_of"`
	From org.ID        `json:"from"`
	To   org.ID        `json:"to"`
	// Linked is false when the data know no chain of ownerships between them on the day.
	Linked     bool           `json:"linked"`
	Path       []org.Edge     `json:"path,omitempty"`
	Confidence org.Confidence `json:"confidence,omitempty"`
	// Counts are the relations under which To counts as From.
	Counts []org.Relation `json:"counts,omitempty"`
}

// FindOrg returns the organisation a user means: by ID, else by name. The
// error of an unknown or unclear text names the candidates.
func FindOrg(ix *org.Index, text string) (*org.Organisation, error) {
	if o, ok := ix.Get(org.ID(strings.ToLower(strings.TrimSpace(text)))); ok {
		return o, nil
	}
	var named, branded []string
	for _, m := range ix.ByName(text) {
		if m.Kind.Names() {
			named = append(named, string(m.Org))
		} else {
			branded = append(branded, fmt.Sprintf("%s (%s)", m.Org, m.Kind))
		}
	}
	switch {
	case len(named) > 0:
		o, _ := ix.Get(org.ID(named[0]))
		return o, nil
	case len(branded) > 0:
		return nil, fmt.Errorf("%q is a brand of %s: ask for one of them by its ID", text, strings.Join(branded, ", "))
	}
	if like := alikeOrgs(ix, text); len(like) > 0 {
		return nil, fmt.Errorf("no organisation %q: did you mean %s", text, strings.Join(like, ", "))
	}
	return nil, fmt.Errorf("no organisation %q is known", text)
}

// alike returns up to five IDs that share a part of the text.
func alikeOrgs(ix *org.Index, text string) []string {
	var out []string
	for w := range strings.FieldsSeq(org.Normalise(text)) {
		for _, id := range ix.IDs() {
			if len(w) >= 3 && strings.Contains(string(id), w) && len(out) < 5 && !slices.Contains(out, string(id)) {
				out = append(out, string(id))
			}
		}
	}
	return out
}

// ShowOrg gathers what is known of one organisation on one day.
func ShowOrg(ix *org.Index, sources map[string]org.Source, text string, asOf calendar.Date) (*OrgView, error) {
	o, err := FindOrg(ix, text)
	if err != nil {
		return nil, err
	}
	v := &OrgView{AsOf: asOf, Organisation: o, Sources: map[string]org.Source{}}
	// A wider relation is worth a line only where it is surer than the narrower one.
	best := map[org.ID]int{o.ID: -1}
	for _, rel := range []org.Relation{org.Subsidiaries, org.Control, org.Affiliates} {
		for _, r := range ix.Related(o.ID, rel, asOf) {
			rank := r.Confidence.Rank()
			if b, ok := best[r.Org]; ok && b <= rank {
				continue
			}
			best[r.Org] = rank
			v.Related = append(v.Related, OrgRelated{Relation: rel, Name: orgName(ix, r.Org), Related: r, Why: orgWhy(r)})
		}
	}
	for _, e := range ix.Owns(o.ID) {
		if e.Holds(asOf) {
			v.Owns = append(v.Owns, e)
		}
	}
	for _, c := range o.Cites() {
		if s, ok := sources[c.Source]; ok {
			v.Sources[c.Source] = s
		}
	}
	return v, nil
}

func orgName(ix *org.Index, id org.ID) string {
	if o, ok := ix.Get(id); ok {
		return o.Name
	}
	return string(id)
}

func orgWhy(r org.Related) string {
	var s []string
	for _, e := range r.Path {
		s = append(s, e.String())
	}
	if r.Note != "" {
		s = append(s, r.Note)
	}
	return strings.Join(s, "; ")
}

// LinkOrgs says how two organisations hang together on a day.
func LinkOrgs(ix *org.Index, from, to string, asOf calendar.Date) (*OrgLink, error) {
	a, err := FindOrg(ix, from)
	if err != nil {
		return nil, err
	}
	b, err := FindOrg(ix, to)
	if err != nil {
		return nil, err
	}
	l := &OrgLink{AsOf: asOf, From: a.ID, To: b.ID}
	l.Path, l.Confidence, l.Linked = ix.Path(a.ID, b.ID, asOf)
	for _, rel := range org.Relations {
		if slices.ContainsFunc(ix.Related(a.ID, rel, asOf), func(r org.Related) bool { return r.Org == b.ID }) {
			l.Counts = append(l.Counts, rel)
		}
	}
	return l, nil
}

// WriteText writes the link for a person.
func (l *OrgLink) WriteText(w io.Writer) error {
	var b strings.Builder
	switch {
	case l.From == l.To:
		fmt.Fprintf(&b, "%s is %s.\n", l.From, l.To)
	case !l.Linked:
		fmt.Fprintf(&b, "No ownership between %s and %s is known on %s. That the data know none does not show that there is none.\n", l.From, l.To, l.AsOf)
	default:
		fmt.Fprintf(&b, "%s and %s on %s (weakest fact: %s)\n", l.From, l.To, l.AsOf, l.Confidence)
		for _, e := range l.Path {
			fmt.Fprintf(&b, "  %s\n", e)
		}
		if len(l.Counts) == 0 {
			fmt.Fprintf(&b, "%s does not count as %s under any relation.\n", l.To, l.From)
		} else {
			fmt.Fprintf(&b, "%s counts as %s under: %s\n", l.To, l.From, joinWords(l.Counts))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func joinWords[T ~string](list []T) string {
	var s []string
	for _, x := range list {
		s = append(s, string(x))
	}
	return strings.Join(s, ", ")
}

// WriteText writes the view for a person.
func (v *OrgView) WriteText(w io.Writer) error {
	o := v.Organisation
	fmt.Fprintf(w, "%s (%s)\n", o.Name, o.ID)
	var head []string
	for _, s := range []string{o.Country, o.LegalSeat, o.Kind, "as of " + v.AsOf.String()} {
		if s != "" {
			head = append(head, s)
		}
	}
	fmt.Fprintln(w, strings.Join(head, " · "))
	if o.Reserved {
		fmt.Fprintln(w, "Known by name only: no list and no owner was searched for it.")
	}
	if o.Note != "" {
		fmt.Fprintln(w, o.Note)
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range v.sections() {
		for i, line := range s.lines {
			title := s.title
			if i > 0 {
				title = ""
			}
			fmt.Fprintf(t, "%s\t%s\n", title, line)
		}
	}
	return t.Flush()
}

var relationWords = map[org.Relation]string{
	org.Subsidiaries: "a subsidiary",
	org.Control:      "by control, upwards or in common",
	org.Affiliates:   "an affiliate above 10 %",
}

type orgSection struct {
	title string
	lines []string
}

func (v *OrgView) sections() []orgSection {
	o := v.Organisation
	var s []orgSection
	add := func(title string, lines ...string) { s = append(s, orgSection{title, lines}) }
	var list []string
	for _, a := range o.Aliases {
		list = append(list, a.Name+orgCited(a.Cite))
	}
	add("Names", list...)
	list = nil
	for _, p := range o.Parts {
		list = append(list, p.Name+orgCited(p.Cite))
	}
	add("Parts", list...)
	list = nil
	for _, p := range o.FormerParts {
		name := p.Name
		if p.Org != "" {
			name = strings.TrimSpace(string(p.Org) + " " + name)
		}
		if p.Left != nil {
			name += ", left " + p.Left.String()
		}
		list = append(list, name+orgCited(p.Cite)+orgNote(p.Note))
	}
	add("Former parts", list...)
	add("Owned by", v.owners()...)
	list = nil
	for _, e := range v.Owns {
		list = append(list, e.String())
	}
	add("Owns", list...)
	list = nil
	for _, r := range v.Related {
		list = append(list, fmt.Sprintf("%s, %s (%s): %s", r.Org, relationWords[r.Relation], r.Confidence, r.Why))
	}
	add("Counts with it", list...)
	add("Brands", v.brands()...)
	list = nil
	for _, d := range o.Designations {
		list = append(list, strings.TrimSpace(d.Regime+orgCited(d.Cite)+orgNote(d.Note)))
	}
	add("Stands under", list...)
	list = nil
	for _, d := range o.Identifiers {
		list = append(list, d.Type+" "+d.Value+orgCited(d.Cite))
	}
	add("Numbers, marks", list...)
	list = nil
	for key, x := range v.Sources {
		list = append(list, fmt.Sprintf("%s: %s, read %s", key, x.What, x.Retrieved))
	}
	slices.Sort(list)
	add("Sources", list...)
	return s
}

func (v *OrgView) owners() []string {
	var list []string
	for i := range v.Organisation.Owners {
		w := &v.Organisation.Owners[i]
		if !w.Holds(v.AsOf) {
			continue
		}
		e := org.Edge{Owner: w.Owner, Owned: v.Organisation.ID, Ownership: w}
		if w.Owner == "" {
			e.Owner = org.ID(w.Holder)
		}
		list = append(list, e.String()+orgNote(w.Note))
	}
	return list
}

func (v *OrgView) brands() []string {
	var list []string
	for _, b := range v.Organisation.Brands {
		list = append(list, b.Name+orgCited(b.Cite)+orgNote(b.Scope))
	}
	for _, m := range v.Organisation.MakesFor {
		x := "some goods sold as " + m.Brand + orgCited(m.Cite)
		list = append(list, x+orgNote(m.Line)+orgNote(m.Certainty))
	}
	return list
}

func orgCited(c org.Cite) string {
	var s []string
	if c.Confidence != "" && c.Confidence != org.Seen {
		s = append(s, string(c.Confidence))
	}
	if c.Source != "" {
		s = append(s, c.Source)
	}
	if len(s) == 0 {
		return ""
	}
	return " (" + strings.Join(s, ": ") + ")"
}

func orgNote(s string) string {
	if s == "" {
		return ""
	}
	return ", " + s
}

// ShowOrg says what the data know of one organisation on one day.
func (k *Knowledge) ShowOrg(text string, asOf calendar.Date) (*OrgView, error) {
	sources, err := k.edition.OrgSources()
	if err != nil {
		return nil, err
	}
	return ShowOrg(k.Orgs, sources, text, asOf)
}

// LinkOrgs says how two organisations hang together on a day.
func (k *Knowledge) LinkOrgs(from, to string, asOf calendar.Date) (*OrgLink, error) {
	return LinkOrgs(k.Orgs, from, to, asOf)
}
