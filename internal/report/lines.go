package report

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/law"
)

// lines answers a quote line by line: no, limited, ask, or nothing found against it.
func (t *table) lines() {
	if len(t.head.Lines) == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s %d\n", t.bold("LINE BY LINE"), len(t.head.Lines))
	input := ""
	for i := range t.head.Lines {
		l := &t.head.Lines[i]
		if l.Place.Input != input {
			input = l.Place.Input
			fmt.Fprintf(t, "  %s\n", Plain(input))
		}
		word, why := t.answer(l)
		fmt.Fprintf(t, "    %-8s %s  %s\n", Plain(l.Place.At), t.paint(verdictColour[l.Verdict], fmt.Sprintf("%-5s", word)), t.goods(l))
		fmt.Fprintf(t, "      %s\n", why)
	}
}

func (t *table) goods(l *Line) string {
	s := Plain(l.Name)
	if l.Quantity > 0 {
		s = fmt.Sprintf("%d × %s", l.Quantity, s)
	}
	if l.Maker != "" {
		s += fmt.Sprintf(", made by %s: %s %.3f", t.name(l.Maker), l.Wording, l.Sure)
	}
	return s
}

// answer is the word for a line and what stands behind it.
func (t *table) answer(l *Line) (word, why string) {
	id := ""
	if l.Finding != "" {
		id = "  [" + short(l.Finding) + "]"
	}
	switch l.Verdict {
	case law.Prohibited:
		return "NO", under("prohibited to ", l.Under) + id
	case law.Restricted:
		return "LIMIT", under("restricted to ", l.Under) + id
	case law.Undetermined:
		if l.Ask != "" {
			ask := Plain(l.Ask)
			if l.Test != "" {
				ask += " - " + Plain(l.Test)
			}
			return "ASK", ask + id
		}
		return "OPEN", under("not settled to ", l.Under) + id
	}
	return "-", "no provision was found against it"
}

// under lists the acts, each with its citations, and the profiles where several are judged.
func under(lead string, list []Under) string {
	var acts, said []string
	for _, u := range list {
		act := string(u.Act)
		if u.Profile != "" {
			act += " for " + u.Profile
		}
		if slices.Contains(acts, act) {
			continue
		}
		acts = append(acts, act)
		var cited []string
		for _, v := range list {
			if v.Act == u.Act && v.Profile == u.Profile {
				cited = append(cited, v.Citation)
			}
		}
		said = append(said, act+" under "+strings.Join(clip(cited, 3), ", "))
	}
	return lead + strings.Join(clip(said, 3), "; ")
}
