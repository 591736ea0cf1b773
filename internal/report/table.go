package report

import (
	"bufio"
	"fmt"
	"io"
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
	// Width is the width of the terminal in columns; 0 means 100.
	Width int
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
	if style.Width == 0 {
		style.Width = 100
	}
	t := &table{bufio.NewWriter(w), style, r.Head()}
	t.opening()
	t.doFirst()
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
	for _, n := range h.Notes {
		fmt.Fprintf(t, "  note: %s\n", n)
	}
}

// doFirst lists at most five things to do, worst and soonest first.
func (t *table) doFirst() {
	var steps []string
	for i := range t.head.Groups {
		g := &t.head.Groups[i]
		if len(steps) == 4 || !g.Verdict.IsFinding() {
			break
		}
		if g.Verdict == law.Undetermined {
			continue
		}
		s := fmt.Sprintf("%s %s: %s", t.things(g), g.Citation.Text, g.Remedy)
		if g.Due != nil {
			s += fmt.Sprintf(" By %s.", g.Due)
		}
		if len(g.Examples) > 0 {
			s += fmt.Sprintf("\n       telltale explain %s", short(g.Examples[0].Finding))
		}
		steps = append(steps, s)
	}
	if q, g := t.bestQuestion(); q != nil {
		steps = append(steps, fmt.Sprintf("Answer one question, it settles %s: %s\n       telltale answer %s yes|no   (%s)",
			count(g.Count, "finding"), q.Text, short(q.First), g.Citation.Text))
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

func (t *table) bestQuestion() (*GroupedQuestion, *Group) {
	var bq *GroupedQuestion
	var bg *Group
	for i := range t.head.Groups {
		g := &t.head.Groups[i]
		if g.Verdict == law.Undetermined && len(g.Questions) > 0 && g.Questions[0].Fact != "manufacturer" && (bg == nil || g.Count > bg.Count) {
			bq, bg = &g.Questions[0], g
		}
	}
	return bq, bg
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
	last := law.ProvisionID("")
	for i := range t.head.Groups {
		g := &t.head.Groups[i]
		if g.Verdict != v {
			continue
		}
		if shown++; shown > maxGroups {
			left++
			continue
		}
		if g.Provision != last {
			fmt.Fprintf(t, "  %s", t.bold(g.Citation.Text))
			fmt.Fprintf(t, "  [%s, %s]", g.Provision, g.Act)
			if g.Profile != "" {
				fmt.Fprintf(t, " for %s", g.Profile)
			}
			fmt.Fprintln(t)
			last = g.Provision
		}
		t.group(g)
	}
	if left > 0 {
		fmt.Fprintf(t, "  ... and %s; --format json lists all\n", count(left, "more group"))
	}
}

func (t *table) group(g *Group) {
	fmt.Fprintf(t, "    %s %s\n", t.things(g), g.Why)
	if g.Due != nil {
		fmt.Fprintf(t, "      due %s%s\n", g.Due, doubt(g.DateConfidence))
	}
	for _, x := range g.Examples {
		fmt.Fprintf(t, "      - %s\n", t.example(&x))
	}
	if n := g.Count - len(g.Examples); n > 0 && len(g.Examples) > 0 {
		fmt.Fprintf(t, "      - and %d more\n", n)
	}
	for i, q := range g.Questions {
		if i == 3 {
			fmt.Fprintf(t, "      ? and %s\n", count(len(g.Questions)-i, "more question"))
			break
		}
		fmt.Fprintf(t, "      ? %s  (telltale answer %s ...)\n", q.Text, short(q.First))
	}
}

func doubt(c law.Confidence) string {
	if c == "" || c == "seen" {
		return ""
	}
	return " (date: " + string(c) + ")"
}

func (t *table) example(x *Example) string {
	s := plain(x.Name)
	if x.Model != "" && x.Model != x.Name {
		s += " (" + plain(x.Model) + ")"
	}
	if x.Part != "" {
		s = plain(x.Part) + " in " + s
	}
	if x.Maker != "" {
		s += fmt.Sprintf(", made by %s: %s %.3f", t.name(x.Maker), x.Wording, x.Sure)
	}
	return fmt.Sprintf("%s  %s %s  [%s]", s, plain(x.Place.Input), plain(x.Place.At), short(x.Finding))
}

func (t *table) relabelled() {
	if t.head.RelabelledCount == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s %d\n", t.bold("SOLD UNDER ANOTHER NAME"), t.head.RelabelledCount)
	for _, x := range t.head.Relabelled {
		fmt.Fprintf(t, "  - %s: labelled %s, made by %s (%s %.3f)  %s %s  [%s]\n", plain(x.Name), t.name(x.Brand), t.name(x.Maker), x.Wording, x.Sure, plain(x.Place.Input), plain(x.Place.At), short(x.Asset))
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
		fmt.Fprintf(t, "  %5d × %s  (such as %s)\n", x.Count, plain(x.Text), plain(x.Example.Name))
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
			fmt.Fprintf(t, "  %s %s: %s (such as %s)\n", count(len(cs), "input"), t.paint("1;31", "not read"), plain(why), plain(cs[0].Input))
		}
	}
	if quiet > 0 {
		fmt.Fprintf(t, "  and %s read without a failure\n", count(quiet, "more input"))
	}
	for _, n := range t.head.Identity {
		fmt.Fprintf(t, "  identity: %s\n", plain(n))
	}
}

func (t *table) input(c *asset.Coverage) {
	switch {
	case c.Unreadable:
		fmt.Fprintf(t, "  %s: %s", plain(c.Input), t.paint("1;31", "not read"))
	default:
		fmt.Fprintf(t, "  %s: %d read as %s", plain(c.Input), c.Read, c.Format)
	}
	if c.Failed > 0 && !c.Unreadable {
		fmt.Fprintf(t, ", %s", t.paint("1;33", fmt.Sprintf("%d not understood", c.Failed)))
	}
	fmt.Fprintln(t)
	for _, n := range c.Notes {
		fmt.Fprintf(t, "    %s\n", plain(n))
	}
	for i, r := range c.Reasons {
		if i == maxReasons {
			fmt.Fprintf(t, "    ... and %d more\n", len(c.Reasons)-i)
			break
		}
		fmt.Fprintf(t, "    %s: %s", plain(r.Place), plain(r.Reason))
		if r.Hint != "" {
			fmt.Fprintf(t, " (%s)", plain(r.Hint))
		}
		fmt.Fprintln(t)
	}
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
