package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/law"
	"telltale/internal/org"
)

// Style says how a table may look.
type Style struct {
	// Colour allows ANSI colours; set only for a terminal without NO_COLOR.
	Colour bool
	// All shows permitted and not-bound groups too.
	All bool
}

const (
	maxGroups  = 40 // groups shown of one verdict
	maxReasons = 12 // unread places shown of one input
)

type table struct {
	*bufio.Writer
	style Style
	head  *Head
}

// Table writes the first screen: what to do first, then the findings by
// verdict and provision, then what is not known and what could not be read.
func Table(w io.Writer, r Result, style Style) error {
	t := &table{bufio.NewWriter(w), style, r.Head()}
	t.opening()
	t.doFirst()
	t.lines()
	for _, v := range []law.Verdict{law.Prohibited, law.Restricted, law.Undetermined, law.Permitted, law.NotBound} {
		if v.IsFinding() || style.All {
			t.verdict(v)
		}
	}
	t.relabelled()
	t.unknown()
	t.coverage()
	t.closing()
	return t.Flush()
}

func (t *table) paint(code, s string) string {
	if !t.style.Colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *table) bold(s string) string { return t.paint("1", s) }

func (t *table) opening() {
	h := t.head
	fmt.Fprintf(t, "%s on %s for %s: ", t.bold("telltale check"), h.AsOf, h.Profile)
	fmt.Fprintf(t, "%s", count(h.Summary.Assets, "asset"))
	if h.Neighbours > 0 {
		fmt.Fprintf(t, " (%d of them only heard of)", h.Neighbours)
	}
	fmt.Fprintf(t, ", %d prohibited, %d restricted, %d undetermined; maker unknown of %d\n",
		h.Summary.Prohibited, h.Summary.Restricted, h.Summary.Undetermined, h.Summary.UnknownMaker)
	if s := &h.Summary; s.WireOnly+s.Matched > 0 && s.PaperOnly+s.Matched > 0 {
		fmt.Fprintf(t, "  %d on paper and on the wire, %d on paper only, %d on the wire only: telltale reconcile compares them\n", s.Matched, s.PaperOnly, s.WireOnly)
	}
	for _, n := range h.Notes {
		fmt.Fprintf(t, "  note: %s\n", n)
	}
}

// doFirst lists at most five things to do, worst and soonest first.
func (t *table) doFirst() {
	steps := t.urgent()
	if text, id, n := t.bestQuestion(); id != "" {
		steps = append(steps, fmt.Sprintf("Answer one question, %s for it: %s\n       telltale answer %s VALUE", waits(n), text, short(id)))
	}
	if len(t.head.Tests) > 0 {
		steps = append(steps, fmt.Sprintf("Find out who made %s: %s", count(t.head.Tests[0].Count, "device"), t.head.Tests[0].Text))
	}
	if len(steps) == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s\n", t.bold("DO FIRST"))
	for i, s := range steps {
		fmt.Fprintf(t, "  %d. %s\n", i+1, s)
	}
}

// urgent words what is prohibited or restricted, one step for each maker and act: several provisions may say the same.
func (t *table) urgent() []string {
	type key struct {
		verdict law.Verdict
		maker   org.ID
		act     law.Act
		profile string
	}
	var steps []string
	at := map[key]int{}
	cited := map[key][]string{}
	var keys []key
	for i := range t.head.Groups {
		g := &t.head.Groups[i]
		k := key{g.Verdict, g.Maker, g.Act, g.Profile}
		if g.Verdict != law.Prohibited && g.Verdict != law.Restricted {
			continue
		}
		if cited[k] == nil && len(keys) < 4 {
			keys, at[k] = append(keys, k), i
		}
		if _, ok := at[k]; ok && !slices.Contains(cited[k], g.Citation.Text) {
			cited[k] = append(cited[k], g.Citation.Text)
		}
	}
	for _, k := range keys {
		g := &t.head.Groups[at[k]]
		s := fmt.Sprintf("%s %s to %s", t.things(g), k.verdict, g.Act)
		if k.profile != "" {
			s += " for " + k.profile
		}
		s += " under " + strings.Join(clip(cited[k], 3), ", ") + ".\n     " + g.Remedy
		if g.Due != nil {
			s += fmt.Sprintf(" By %s.", g.Due)
		}
		if len(g.Examples) > 0 {
			s += "\n       telltale explain " + short(g.Examples[0].Finding)
		}
		steps = append(steps, s)
	}
	return steps
}

// bestQuestion is the answerable question that most undetermined findings wait for.
func (t *table) bestQuestion() (text, id string, n int) {
	sum := map[string]*GroupedQuestion{}
	for i := range t.head.Groups {
		g := &t.head.Groups[i]
		if g.Verdict != law.Undetermined {
			continue
		}
		for _, q := range g.Questions {
			if q.Fact == "manufacturer" || q.Fact == "category" || q.Open {
				continue
			}
			x := sum[q.First]
			if x == nil {
				x = &GroupedQuestion{Text: q.Text, First: q.First}
				sum[q.First] = x
			}
			if x.Count += q.Count; x.Count > n || x.Count == n && x.First < id {
				text, id, n = x.Text, x.First, x.Count
			}
		}
	}
	return text, id, n
}

func (t *table) things(g *Group) string {
	s := count(g.Count, "asset")
	if g.Maker != "" {
		s = fmt.Sprintf("%d × %s:", g.Count, t.name(g.Maker))
	}
	return s
}

func (t *table) name(id org.ID) string {
	if n := t.head.Names[id]; n != "" {
		return n
	}
	return string(id)
}

var verdictColour = map[law.Verdict]string{law.Prohibited: "1;31", law.Restricted: "1;33", law.Undetermined: "1;36", law.Permitted: "1;32", law.NotBound: "2"}

func (t *table) verdict(v law.Verdict) {
	shown, total, left := 0, 0, 0
	for i := range t.head.Groups {
		if g := &t.head.Groups[i]; g.Verdict == v {
			total += g.Count
		}
	}
	if total == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s %d\n", t.paint(verdictColour[v], strings.ToUpper(string(v))), total)
	last, said, asked := [3]string{}, "", map[string]bool{}
	for i := range t.head.Groups {
		g := &t.head.Groups[i]
		if g.Verdict != v {
			continue
		}
		if shown++; shown > maxGroups {
			left++
			continue
		}
		if head := [3]string{string(g.Provision), string(g.Act), g.Profile}; head != last {
			t.provision(g)
			last, said = head, ""
		}
		if why := sentence(g); why != said {
			fmt.Fprintf(t, "    %s\n", why)
			said = why
		}
		t.group(g, asked)
	}
	if left > 0 {
		fmt.Fprintf(t, "  ... and %s; --format json lists all\n", count(left, "more group"))
	}
}

func (t *table) provision(g *Group) {
	cite := g.Citation.Text
	switch g.Regime {
	case "unknown-maker":
		cite = "Maker not known well enough"
	case "unknown-kind":
		cite = "Kind of thing not known"
	}
	fmt.Fprintf(t, "  %s  [%s, %s]", t.bold(cite), g.Provision, g.Act)
	if g.Profile != "" {
		fmt.Fprintf(t, " for %s", g.Profile)
	}
	fmt.Fprintln(t)
}

// sentence is why, without the question that is listed below it.
func sentence(g *Group) string {
	why, _, _ := strings.Cut(g.Why, " What would settle it:")
	return why
}

// group shows one maker's findings; asked are the questions shown already.
func (t *table) group(g *Group, asked map[string]bool) {
	fmt.Fprintf(t, "    %s", t.things(g))
	if g.Due != nil {
		fmt.Fprintf(t, " due %s%s", g.Due, doubt(g.DateConfidence))
	}
	fmt.Fprintln(t)
	most := len(g.Examples)
	if g.Verdict == law.Undetermined {
		most = min(most, 2)
	}
	for _, x := range g.Examples[:most] {
		fmt.Fprintf(t, "      - %s\n", t.example(&x))
	}
	if n := g.Count - most; n > 0 && most > 0 {
		fmt.Fprintf(t, "      - and %d more\n", n)
	}
	shown := 0
	for _, q := range g.Questions {
		if asked[q.First] {
			continue
		}
		if shown++; shown > 3 {
			fmt.Fprintf(t, "      ? and more questions: telltale explain %s\n", short(g.Examples[0].Finding))
			break
		}
		asked[q.First] = true
		fmt.Fprintf(t, "      ? %s  (telltale answer %s ...)\n", q.Text, short(q.First))
	}
}

func waits(n int) string {
	if n == 1 {
		return "one finding waits"
	}
	return fmt.Sprintf("%d findings wait", n)
}

func doubt(c law.Confidence) string {
	if c == "" || c == "seen" {
		return ""
	}
	return " (date: " + string(c) + ")"
}

func (t *table) example(x *Example) string {
	s := Plain(x.Name)
	if x.Model != "" && x.Model != x.Name {
		s += " (" + Plain(x.Model) + ")"
	}
	if x.Part != "" {
		s = Plain(x.Part) + " in " + s
	}
	if x.Maker != "" {
		s += fmt.Sprintf(", made by %s: %s %.3f", t.name(x.Maker), x.Wording, x.Sure)
	}
	return fmt.Sprintf("%s  %s %s  [%s]", s, Plain(x.Place.Input), Plain(x.Place.At), short(x.Finding))
}

func (t *table) relabelled() {
	if t.head.RelabelledCount == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s %d\n", t.bold("SOLD UNDER ANOTHER NAME"), t.head.RelabelledCount)
	for _, x := range t.head.Relabelled {
		label := Plain(x.Label)
		if label == "" {
			label = t.name(x.Brand)
		}
		fmt.Fprintf(t, "  - %s: labelled %s, made by %s (%s %.3f)  %s %s  [%s]\n", Plain(x.Name), label, t.name(x.Maker), x.Wording, x.Sure, Plain(x.Place.Input), Plain(x.Place.At), short(x.Asset))
	}
	if n := t.head.RelabelledCount - len(t.head.Relabelled); n > 0 {
		fmt.Fprintf(t, "  - and %d more\n", n)
	}
}

func (t *table) unknown() {
	if len(t.head.Tests) == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s %d   the cheapest next tests\n", t.bold("MAKER NOT KNOWN"), t.head.Summary.UnknownMaker)
	for i, x := range t.head.Tests {
		if i == 8 {
			fmt.Fprintf(t, "  ... and %s\n", count(len(t.head.Tests)-i, "more kind of test", "more kinds of test"))
			break
		}
		fmt.Fprintf(t, "  %5d × %s  (such as %s)\n", x.Count, Plain(x.Text), Plain(x.Example.Name))
	}
}

// coverage lists inputs with something to say; those that failed alike are one line.
func (t *table) coverage() {
	fmt.Fprintf(t, "\n%s\n", t.bold("READ"))
	many := len(t.head.Coverage) > 20
	quiet := 0
	var alike []string
	members := map[string][]*asset.Coverage{}
	for i := range t.head.Coverage {
		c := &t.head.Coverage[i]
		switch {
		case c.Unreadable && len(c.Reasons) > 0 && many:
			why := c.Reasons[0].Reason
			if members[why] == nil {
				alike = append(alike, why)
			}
			members[why] = append(members[why], c)
		case many && c.Failed == 0 && !c.Unreadable:
			quiet++
		default:
			t.input(c)
		}
	}
	for _, why := range alike {
		if cs := members[why]; len(cs) == 1 {
			t.input(cs[0])
		} else {
			fmt.Fprintf(t, "  %s %s: %s (such as %s)\n", count(len(cs), "input"), t.paint("1;31", "not read"), Plain(why), Plain(cs[0].Input))
		}
	}
	if quiet > 0 {
		fmt.Fprintf(t, "  and %s read without a failure\n", count(quiet, "more input"))
	}
	for _, n := range t.head.Identity {
		fmt.Fprintf(t, "  identity: %s\n", Plain(n))
	}
}

func (t *table) input(c *asset.Coverage) {
	switch {
	case c.Unreadable:
		fmt.Fprintf(t, "  %s: %s", Plain(c.Input), t.paint("1;31", "not read"))
	default:
		fmt.Fprintf(t, "  %s: %d read as %s", Plain(c.Input), c.Read, c.Format)
	}
	if c.Failed > 0 && !c.Unreadable {
		fmt.Fprintf(t, ", %s", t.paint("1;33", fmt.Sprintf("%d not understood", c.Failed)))
	}
	fmt.Fprintln(t)
	for _, n := range c.Notes {
		fmt.Fprintf(t, "    %s\n", Plain(n))
	}
	for i, r := range c.Reasons {
		if i == maxReasons {
			fmt.Fprintf(t, "    ... and %d more\n", len(c.Reasons)-i)
			break
		}
		fmt.Fprintf(t, "    %s%s", at(r.Place), Plain(r.Reason))
		if r.Hint != "" {
			fmt.Fprintf(t, " (%s)", Plain(r.Hint))
		}
		fmt.Fprintln(t)
	}
}

// at leads what is said of a place; of an input as a whole nothing leads.
func at(place string) string {
	if place == "" {
		return ""
	}
	return Plain(place) + ": "
}

func (t *table) closing() {
	fmt.Fprintf(t, "\nNot legal advice. Nothing is cleared by silence: what was not read or not known is listed above.\n")
}

func count(n int, words ...string) string {
	if n == 1 {
		return "1 " + words[0]
	}
	if len(words) > 1 {
		return fmt.Sprintf("%d %s", n, words[1])
	}
	return fmt.Sprintf("%d %ss", n, words[0])
}

// short is as much of an ID as a person should type.
func short(id string) string {
	if len(id) > 10 {
		return id[:10]
	}
	return id
}
