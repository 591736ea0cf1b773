package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/org"
)

// Explanation is one asset, or one finding on it, with everything it rests on.
type Explanation struct {
	// Finding is nil when an asset is explained; Others are its findings then.
	Finding      *finding.Finding                               `json:"finding"`
	Others       []finding.Finding                              `json:"findings"`
	Asset        *asset.Asset                                   `json:"asset"`
	Claims       map[evidence.ClaimID]evidence.Claim            `json:"claims"`
	Observations map[evidence.ObservationID]finding.Observation `json:"observations"`
	Names        map[org.ID]string                              `json:"names"`
	AsOf         string                                         `json:"as_of"`
	Profile      string                                         `json:"profile"`
}

type explainer struct {
	*bufio.Writer
	x    *Explanation
	room room
}

// Explain writes an explanation for a person: verdict, elements, who made it
// and what says so, what speaks against, what would settle it. It fits a screen
// unless style.All is set.
func Explain(w io.Writer, x *Explanation, style Style) error {
	draw := func(w io.Writer, r room) error { return explain(w, x, r) }
	if style.All {
		return draw(w, everything)
	}
	return fit(w, draw)
}

func explain(w io.Writer, x *Explanation, r room) error {
	e := &explainer{bufio.NewWriter(w), x, r}
	if x.Finding != nil {
		e.finding(x.Finding)
	}
	e.asset()
	for i := range x.Others {
		if i == r.findings {
			e.more("  and %s: --all\n", len(x.Others)-i, "more finding")
			break
		}
		f := &x.Others[i]
		fmt.Fprintf(e, "  %-12s %s  %s  [%s]\n", f.Verdict, f.Provision, f.Why, short(f.ID))
	}
	return e.Flush()
}

// more says how much is left out.
func (e *explainer) more(format string, n int, what string) {
	fmt.Fprintf(e, format, count(n, what))
}

func (e *explainer) finding(f *finding.Finding) {
	profile := f.Profile
	if profile == "" {
		profile = e.x.Profile
	}
	fmt.Fprintf(e, "%s: act %q of %s on %s  [%s]\n", strings.ToUpper(string(f.Verdict)), f.Act, profile, e.x.AsOf, f.ID)
	fmt.Fprintf(e, "  %s\n", f.Why)
	if f.Legal != "" && e.room.legal {
		fmt.Fprintf(e, "  %s\n", f.Legal)
	}
	for _, c := range f.Citations {
		fmt.Fprintf(e, "  law: %s  %s\n", c.Text, c.URL)
	}
	if f.DateConfidence != "" && f.DateConfidence != "seen" {
		fmt.Fprintf(e, "  doubt: dates or facts of this rule are %q, not read in the official text\n", f.DateConfidence)
	}
	if f.Due != nil {
		fmt.Fprintf(e, "  due: %s\n", f.Due)
	}
	if f.Remedy != "" {
		fmt.Fprintf(e, "  do: %s\n", f.Remedy)
	}
	for _, n := range f.Notes {
		fmt.Fprintf(e, "  note: %s\n", n)
	}
	fmt.Fprintln(e, "\nLegal elements")
	for _, el := range f.Elements {
		fmt.Fprintf(e, "  [%-9s] %s\n", el.State, el.Text)
		if e.room.reasons < 2 && (el.State == law.Met || e.room.reasons == 0) {
			continue
		}
		if el.Reason != "" {
			fmt.Fprintf(e, "              %s\n", el.Reason)
		}
		if n := len(el.Because); n > 0 {
			fmt.Fprintf(e, "              rests on %s: %s\n", count(n, "claim"), ids(el.Because))
		}
	}
	for _, q := range f.Questions {
		fmt.Fprintf(e, "  ? %s\n    telltale answer %s %s\n", q.Text, short(q.ID), values(q.Values))
	}
	fmt.Fprintln(e)
}

func values(vs []string) string {
	if len(vs) == 0 {
		return "VALUE"
	}
	return strings.Join(vs, "|")
}

func ids(cs []evidence.ClaimID) string {
	out := make([]string, 0, 4)
	for i, c := range cs {
		if i == 3 {
			out = append(out, "...")
			break
		}
		out = append(out, short(string(c)))
	}
	return strings.Join(out, " ")
}

func (e *explainer) asset() {
	a := e.x.Asset
	fmt.Fprintf(e, "%s  %s, %s  [%s]\n", Plain(a.Name), a.Kind, a.Seen, a.ID)
	if a.Model != nil {
		fmt.Fprintf(e, "  model: %s\n", Plain(*a.Model))
	}
	if a.Category != nil {
		fmt.Fprintf(e, "  category: %s (%.2f)\n", a.Category.Value, a.Category.Confidence)
	}
	if len(a.Keys) > 0 {
		fmt.Fprintf(e, "  keys: %s\n", Plain(strings.Join(clip(a.Keys, e.room.keys), "  ")))
	}
	for i, w := range a.Where {
		if i == e.room.places {
			e.more("  and %s\n", len(a.Where)-i, "more place")
			break
		}
		fmt.Fprintf(e, "  seen in %s %s\n", Plain(w.Input), Plain(w.At))
	}
	if a.Kind == asset.Service {
		e.operator(a)
	} else {
		e.maker("maker", a.Manufacturer, a.ID)
	}
	if a.Brand != nil {
		fmt.Fprintf(e, "  brand on the label: %s (%.3f)", e.name(a.Brand.Org), a.Brand.Confidence)
		if a.Relabelled {
			fmt.Fprint(e, "; sold under another name than its maker's")
		}
		fmt.Fprintln(e)
	}
	if a.BrandText != "" {
		fmt.Fprintf(e, "  brand on the label: %s, a name nobody in the data bears", Plain(a.BrandText))
		if a.Relabelled {
			fmt.Fprint(e, "; sold under another name than its maker's")
		}
		fmt.Fprintln(e)
	}
	if a.Kind == asset.Service {
		return
	}
	if a.Manufacturer == nil && a.Unknown["manufacturer"] != "" {
		fmt.Fprintf(e, "  maker not known: %s\n", a.Unknown["manufacturer"])
	}
	if p := a.Unknown["produced_in"]; strings.HasPrefix(p, "not shown: ") {
		fmt.Fprintf(e, "  place of production %s\n", Plain(p))
	}
	if a.NextTest != "" {
		fmt.Fprintf(e, "  next test: %s\n", a.NextTest)
	}
	if e.x.Finding == nil {
		e.parts(a)
		return
	}
	for i := range a.Components {
		c := &a.Components[i]
		if e.x.Finding.Subject.ID != c.ID {
			continue
		}
		fmt.Fprintf(e, "  part: %s %s %s\n", c.Kind, Plain(c.Model), Plain(c.Serial))
		e.maker("part's maker", c.Manufacturer, c.ID)
	}
}

// operator says who runs a service and how that is known.
func (e *explainer) operator(a *asset.Asset) {
	if a.Operator == nil {
		fmt.Fprintln(e, "  operator not known")
		return
	}
	fmt.Fprintf(e, "  operated by: %s, %s, confidence %.3f\n", e.name(a.Operator.Org), a.Operator.Wording, a.Operator.Confidence)
	for _, id := range a.Operator.Evidence {
		if c, ok := e.x.Claims[id]; ok {
			fmt.Fprintf(e, "    %+5.1f dB %s\n", c.Decibans, Plain(c.Why))
		}
	}
}

// parts lists the parts, one line each: those of another maker than the whole
// first, since they are what a reader looks for.
func (e *explainer) parts(a *asset.Asset) {
	foreign := func(c *asset.Component) int {
		switch {
		case c.Manufacturer == nil:
			return 2
		case a.Manufacturer != nil && c.Manufacturer.Org == a.Manufacturer.Org:
			return 1
		}
		return 0
	}
	order := make([]*asset.Component, len(a.Components))
	for i := range a.Components {
		order[i] = &a.Components[i]
	}
	slices.SortStableFunc(order, func(x, y *asset.Component) int { return foreign(x) - foreign(y) })
	for i, c := range order {
		if i == e.room.parts {
			e.more("  and %s\n", len(order)-i, "more part")
			return
		}
		what := strings.Join(strings.Fields(strings.Join([]string{string(c.Kind), Plain(c.Model), Plain(c.Serial)}, " ")), " ")
		if c.Manufacturer == nil {
			fmt.Fprintf(e, "  part: %s: maker not known\n", what)
			continue
		}
		fmt.Fprintf(e, "  part: %s: %s, %s %.3f%s\n", what, e.name(c.Manufacturer.Org), c.Manufacturer.Wording, c.Manufacturer.Confidence, e.reason(c))
	}
}

// reason is the heaviest clue for the maker of a part.
func (e *explainer) reason(c *asset.Component) string {
	var best *evidence.Claim
	for _, x := range e.x.Claims {
		if x.Subject != c.ID || x.Aspect != evidence.Manufacturer || x.Value != string(c.Manufacturer.Org) {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(x.Decibans, best.Decibans), cmp.Compare(best.ID(), x.ID())) > 0 {
			best = &x
		}
	}
	if best == nil || best.Why == "" {
		return ""
	}
	return "; " + Plain(best.Why)
}

func clip(s []string, n int) []string {
	if len(s) > n {
		return append(slices.Clone(s[:n]), "...")
	}
	return s
}

// maker shows a conclusion with the clues for and against it, heaviest first.
func (e *explainer) maker(label string, m *asset.Attribution, subject string) {
	var clues []evidence.Claim
	for _, c := range e.x.Claims {
		if c.Subject == subject && (c.Aspect == evidence.Manufacturer || c.Aspect == evidence.Brand) {
			clues = append(clues, c)
		}
	}
	slices.SortFunc(clues, func(a, b evidence.Claim) int {
		return cmp.Or(cmp.Compare(b.Decibans, a.Decibans), cmp.Compare(a.ID(), b.ID()))
	})
	switch {
	case m != nil && m.Answered != nil:
		fmt.Fprintf(e, "  %s: %s, %s\n", label, e.name(m.Org), Plain(m.Answered.String()))
	case m != nil:
		fmt.Fprintf(e, "  %s: %s, %s, confidence %.3f\n", label, e.name(m.Org), m.Wording, m.Confidence)
	}
	shown, more := map[string]int{}, 0
	for i := range clues {
		c := &clues[i]
		if c.Aspect != evidence.Manufacturer {
			continue
		}
		word, most := "for", e.room.clues
		if m != nil && (c.Value != string(m.Org)) != (c.Decibans < 0) {
			word, most = "against", e.room.against
			if a := e.x.Asset; a.Relabelled && a.Brand != nil && c.Value == string(a.Brand.Org) {
				word = "label" // it names who sells the thing
			}
		}
		if shown[word] == most {
			more++
			continue
		}
		shown[word]++
		e.clue(word, c)
	}
	if more > 0 {
		e.more("    and %s: --all\n", more, "lighter clue")
	}
	if m != nil && shown["against"]+shown["label"] == 0 {
		fmt.Fprintln(e, "    nothing seen speaks against it")
	}
}

func (e *explainer) clue(word string, c *evidence.Claim) {
	fmt.Fprintf(e, "    %+6.1f dB %-7s %-8s %s", c.Decibans, word, c.Class, e.name(org.ID(c.Value)))
	if c.Why != "" {
		fmt.Fprintf(e, ": %s", Plain(c.Why))
	}
	fmt.Fprintln(e)
	for i, id := range c.From {
		if i == e.room.values {
			break
		}
		if o, ok := e.x.Observations[id]; ok {
			fmt.Fprintf(e, "               %s = %q  at %s %s\n", o.Attr, cut(o.Value, e.room.runes), Plain(o.Place.Input), Plain(o.Place.At))
		}
	}
}

func (e *explainer) name(id org.ID) string {
	if n := e.x.Names[id]; n != "" {
		return n
	}
	return string(id)
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		return string(r[:n]) + "..."
	}
	return s
}
