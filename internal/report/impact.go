package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
)

// ImpactSchema names the JSON form of Impact.
const ImpactSchema = "telltale/impact/1"

// Impact says whose verdict differs between two days, or between two editions
// of the data: what a change of law, organisations or fingerprints means for one stock.
type Impact struct {
	Schema  string     `json:"schema"`
	Profile string     `json:"profile"`
	From    ImpactSide `json:"from"`
	To      ImpactSide `json:"to"`
	// Assets is how many things were judged, Total how many findings changed.
	Assets int `json:"assets"`
	Total  int `json:"total"`
	// Changes are the changed findings, the worst new verdict first, with their causes.
	Changes []Change `json:"changes"`
}

// ImpactSide is what one side was judged with.
type ImpactSide struct {
	AsOf        calendar.Date `json:"as_of"`
	DataVersion string        `json:"data_version"`
}

// impactGroups are the kinds of things in the words of those who answer for them.
var impactGroups = []struct {
	title string
	kinds []asset.Kind
}{
	{"Quotes and purchases", []asset.Kind{asset.PurchaseLine}},
	{"Suppliers and contracts", []asset.Kind{asset.Party, asset.Contract}},
	{"What is in use", nil},
}

func impactGroup(k asset.Kind) int {
	for i, g := range impactGroups {
		if slices.Contains(g.kinds, k) {
			return i
		}
	}
	return len(impactGroups) - 1
}

var worst = map[law.Verdict]int{law.Prohibited: 0, law.Restricted: 1, law.Undetermined: 2, law.Permitted: 3, law.NotBound: 4, "": 5}

// SortChanges puts quotes first, then suppliers, then the rest; the worst new verdict first, alike ones together.
func SortChanges(cs []Change) {
	slices.SortFunc(cs, func(a, b Change) int {
		return cmp.Or(cmp.Compare(impactGroup(a.Kind), impactGroup(b.Kind)), cmp.Compare(worst[a.To], worst[b.To]), cmp.Compare(worst[a.From], worst[b.From]),
			cmp.Compare(a.Profile, b.Profile), cmp.Compare(a.Provision, b.Provision), cmp.Compare(a.Act, b.Act), cmp.Compare(deref(a.Entry), deref(b.Entry)),
			cmp.Compare(strings.Join(a.Causes, "\n"), strings.Join(b.Causes, "\n")), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Finding, b.Finding))
	})
}

func deref(e *law.EntryID) law.EntryID {
	if e == nil {
		return ""
	}
	return *e
}

// Write writes the impact for a person.
func (x *Impact) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "what changes for %s between %s and %s: ", x.Profile, x.From.words(&x.To), x.To.words(&x.From))
	if x.Total == 0 {
		fmt.Fprintf(out, "nothing, of %s judged\n", count(x.Assets, "asset"))
		return out.Flush()
	}
	fmt.Fprintf(out, "%s, %s judged\n", count(x.Total, "verdict"), count(x.Assets, "asset"))
	group := -1
	for i := 0; i < len(x.Changes); {
		c := &x.Changes[i]
		if g := impactGroup(c.Kind); g != group {
			group = g
			fmt.Fprintf(out, "\n%s\n", strings.ToUpper(impactGroups[g].title))
		}
		j := i + 1
		for j < len(x.Changes) && alike(c, &x.Changes[j]) {
			j++
		}
		writeAlike(out, x.Changes[i:j])
		i = j
	}
	if n := x.Total - len(x.Changes); n > 0 {
		fmt.Fprintf(out, "\nand %d more\n", n)
	}
	return out.Flush()
}

// words names a side by what tells it from the other.
func (s *ImpactSide) words(other *ImpactSide) string {
	switch {
	case s.DataVersion == other.DataVersion:
		return s.AsOf.String()
	case s.AsOf == other.AsOf:
		return "data " + s.DataVersion
	}
	return s.AsOf.String() + " (data " + s.DataVersion + ")"
}

func alike(a, b *Change) bool {
	return impactGroup(a.Kind) == impactGroup(b.Kind) && a.From == b.From && a.To == b.To && a.Provision == b.Provision && a.Act == b.Act && a.Profile == b.Profile &&
		deref(a.Entry) == deref(b.Entry) && slices.Equal(a.Causes, b.Causes)
}

// writeAlike writes changes that differ in the thing only.
func writeAlike(out io.Writer, cs []Change) {
	c := &cs[0]
	fmt.Fprintf(out, "  %s → %s  to %s  [%s", or(c.From, "none"), or(c.To, "none"), c.Act, c.Provision)
	if e := deref(c.Entry); e != "" {
		fmt.Fprintf(out, ", %s", e)
	}
	fmt.Fprint(out, "]")
	if c.Citation != "" {
		fmt.Fprintf(out, "  %s", c.Citation)
	}
	fmt.Fprintf(out, "\n      %s\n", c.Why)
	for _, s := range c.Causes {
		fmt.Fprintf(out, "      because %s\n", Plain(s))
	}
	if c.Due != nil {
		fmt.Fprintf(out, "      by %s\n", c.Due)
	}
	for i := range cs {
		if i == 10 {
			fmt.Fprintf(out, "      - and %d more\n", len(cs)-i)
			break
		}
		name := Plain(cs[i].Name)
		if m := cs[i].Model; m != nil && *m != "" && *m != cs[i].Name {
			name += " (" + Plain(*m) + ")"
		}
		fmt.Fprintf(out, "      - %s  [%s]\n", name, short(cs[i].Finding))
	}
}

// Sheet is one row a change.
func (x *Impact) Sheet() *Sheet {
	return &Sheet{Name: "changes", Rows: x.rows,
		Columns: []string{"from", "to", "kind", "name", "model", "act", "profile", "provision", "entry", "citation", "due", "why", "causes", "asset", "finding"}}
}

func (x *Impact) rows(yield func([]string, error) bool) {
	for i := range x.Changes {
		c := &x.Changes[i]
		var model, due string
		if c.Model != nil {
			model = *c.Model
		}
		if c.Due != nil {
			due = c.Due.String()
		}
		row := []string{string(c.From), string(c.To), string(c.Kind), c.Name, model, string(c.Act), cmp.Or(c.Profile, x.Profile), string(c.Provision),
			string(deref(c.Entry)), c.Citation, due, c.Why, strings.Join(c.Causes, "; "), c.Asset, c.Finding}
		if !yield(row, nil) {
			return
		}
	}
}
