package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/evidence"
	"telltale/internal/reconcile"
)

// ReconcileSchema names the form of Reconciliation; docs/guide/reconcile.md explains it.
const ReconcileSchema = "telltale/reconcile/1"

// Reconciliation compares paper and wire. Lines are sorted by asset; each asset stands in exactly one.
type Reconciliation struct {
	Schema string        `json:"schema"`
	AsOf   calendar.Date `json:"as_of"`
	// Since is the day from which on moves and departures are listed, empty for all.
	Since string `json:"since,omitempty"`
	// Notes say what could not be compared, and why.
	Notes []string `json:"notes,omitempty"`
	reconcile.Outcome
}

// section is one group of lines of the table.
type section struct {
	title string
	is    func(*reconcile.Line) bool
	show  func(*printer, *reconcile.Line)
}

var sections = []section{
	{title: "SOLD AS ONE THING, ANSWERS AS ANOTHER", is: func(l *reconcile.Line) bool { return len(l.Differences) > 0 }, show: showDifferences},
	{title: "BOUGHT, NEVER SEEN", is: (*reconcile.Line).NeverSeen, show: showUnseen},
	{title: "SEEN, NEVER BOUGHT", is: (*reconcile.Line).NeverBought, show: showUnlisted},
	{title: "MOVED", is: func(l *reconcile.Line) bool { return len(l.Moves) > 0 }, show: showMoves},
	{title: "GONE SINCE", is: func(l *reconcile.Line) bool { return l.Gone != nil }, show: showGone},
	{title: "ON PAPER, NOT LOOKED AT (neither seen nor missing)", is: (*reconcile.Line).NotLookedAt, show: showUnseen},
}

// WriteTable prints what deserves a look, at most maxLinksShown lines of each kind unless all is set.
func (r *Reconciliation) WriteTable(w io.Writer, all bool) error {
	p := &printer{w: w}
	s := &r.Summary
	p.f("%d things: %d on paper and on the wire, %d on paper only, %d on the wire only\n", s.Assets, s.Matched, s.PaperOnly, s.WireOnly)
	p.f("%d answer as something else than was sold, %d bought and never seen, %d seen and never bought, %d moved, %d gone; %d could not be looked for\n",
		s.Differ, s.NeverSeen, s.NeverBought, s.Moved, s.Gone, s.NotLooked)
	for _, n := range r.Notes {
		p.f("  note: %s\n", n)
	}
	for i := range sections {
		r.section(p, &sections[i], all)
	}
	p.f("\nLOOKED AT\n")
	if len(r.Looks) == 0 {
		p.f("  nothing from the wire was read: scan, walk or capture, and check that together with the lists\n")
	}
	var mute []string
	for i := range r.Looks {
		if l := &r.Looks[i]; len(l.Blocks) == 0 {
			mute = append(mute, Plain(l.Input))
		} else {
			p.look(l)
		}
	}
	if n := len(mute); n > 0 {
		if n > 4 && !all {
			mute = append(mute[:4], fmt.Sprintf("and %d more (--all lists them)", n-4))
		}
		p.f("  %d inputs do not say whom they asked, so that what they lack may still be there: %s\n", n, strings.Join(mute, ", "))
	}
	return p.err
}

func (r *Reconciliation) section(p *printer, s *section, all bool) {
	var lines []*reconcile.Line
	for i := range r.Lines {
		if s.is(&r.Lines[i]) {
			lines = append(lines, &r.Lines[i])
		}
	}
	slices.SortStableFunc(lines, func(a, b *reconcile.Line) int { return cmp.Compare(a.Name, b.Name) })
	n := len(lines)
	if n > 0 {
		p.f("\n%s %d\n", s.title, n)
	}
	for i, l := range lines {
		if i == maxLinksShown && !all {
			break
		}
		p.f("  %s  [%s]\n", Plain(l.Name), l.Asset[:min(10, len(l.Asset))])
		s.show(p, l)
		if l.Next != "" {
			p.f("    next: %s\n", Plain(l.Next))
		}
	}
	if n > maxLinksShown && !all {
		p.f("  and %d more (--all lists them)\n", n-maxLinksShown)
	}
}

func (p *printer) look(l *reconcile.Look) {
	text := fmt.Sprintf("  %s: %d things", Plain(l.Input), l.Things)
	if l.From != "" {
		text += ", " + Plain(l.From)
	}
	if l.To != l.From {
		text += " to " + Plain(l.To)
	}
	text += "; asked " + Plain(strings.Join(l.Blocks[:min(8, len(l.Blocks))], ", "))
	if n := len(l.Blocks) - 8; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	p.f("%s\n", text)
}

// stood words a place and a time: "order.csv row 7, 2026-01-05".
func stood(p evidence.Place, at string) string {
	s := strings.TrimSpace(Plain(p.Input) + " " + Plain(p.At))
	if at != "" {
		s += ", " + Plain(at)
	}
	return s
}

func showDifferences(p *printer, l *reconcile.Line) {
	for _, d := range l.Differences {
		p.f("    %s: sold as %q (%s)\n", d.Field, Plain(d.Paper.Text), stood(d.Paper.Place, d.Paper.At))
		p.f("    %s  answers as %q (%s)\n", strings.Repeat(" ", len(d.Field)), Plain(d.Wire.Text), stood(d.Wire.Place, d.Wire.At))
	}
}

func places(p *printer, what string, ws []reconcile.Where, n int) {
	for _, w := range ws {
		p.f("    %s: %s\n", what, stood(w.Place, w.At))
	}
	if n > len(ws) {
		p.f("    and in %d more places\n", n-len(ws))
	}
}

func showUnseen(p *printer, l *reconcile.Line) {
	places(p, "listed", l.Paper, l.PaperCount)
	p.f("    %s\n", Plain(l.Looked.Why))
	for _, m := range l.Maybe {
		p.f("    perhaps [%s]\n", m[:10])
	}
}

func showUnlisted(p *printer, l *reconcile.Line) {
	places(p, "seen", l.Wire, l.WireCount)
	for _, c := range l.Contradicts {
		p.f("    shares a number with [%s], which is on paper\n", c[:10])
	}
}

func showMoves(p *printer, l *reconcile.Line) {
	for _, m := range l.Moves {
		p.f("    %s: from %s (%s) to %s (%s)\n", m.Field, Plain(m.From.Text), stood(m.From.Place, m.From.At), Plain(m.To.Text), stood(m.To.Place, m.To.At))
	}
}

func showGone(p *printer, l *reconcile.Line) {
	p.f("    last seen: %s\n    %s, %s\n", stood(l.Gone.Last.Place, l.Gone.Last.At), Plain(l.Gone.Why), Plain(l.Gone.Since))
}

// Sheet is the table form for CSV and XLSX: a row for each thing said of an asset, at least one an asset.
func (r *Reconciliation) Sheet() *Sheet {
	return &Sheet{Name: "reconcile", Columns: []string{
		"asset", "name", "kind", "record", "what", "field", "paper", "paper input", "paper place", "paper time", "wire", "wire input", "wire place", "wire time",
		"why", "related", "same model unlisted", "next",
	}, Rows: func(yield func([]string, error) bool) {
		for i := range r.Lines {
			for _, row := range sheetRows(&r.Lines[i]) {
				if !yield(row, nil) {
					return
				}
			}
		}
	}}
}

func sheetRows(l *reconcile.Line) [][]string {
	row := func(what, field string, a, b reconcile.Value, why string) []string {
		same := ""
		if l.SameModel > 0 {
			same = strconv.Itoa(l.SameModel)
		}
		return []string{l.Asset, l.Name, string(l.Kind), string(l.Record), what, field, a.Text, a.Place.Input, a.Place.At, a.At, b.Text, b.Place.Input, b.Place.At, b.At,
			why, strings.Join(append(append([]string{}, l.Contradicts...), l.Maybe...), " "), same, l.Next}
	}
	var out [][]string
	for _, d := range l.Differences {
		out = append(out, row("differs", d.Field, d.Paper, d.Wire, ""))
	}
	for _, m := range l.Moves {
		out = append(out, row("moved", m.Field, m.From, m.To, ""))
	}
	if l.Gone != nil {
		out = append(out, row("gone", "", reconcile.Value{}, reconcile.Value{Place: l.Gone.Last.Place, At: l.Gone.Last.At}, l.Gone.Why))
	}
	if len(out) > 0 && l.Looked == nil {
		return out
	}
	var a, b reconcile.Value
	if len(l.Paper) > 0 {
		a = reconcile.Value{Place: l.Paper[0].Place, At: l.Paper[0].At}
	}
	if len(l.Wire) > 0 {
		b = reconcile.Value{Place: l.Wire[0].Place, At: l.Wire[0].At}
	}
	what, why := "", ""
	switch {
	case l.NeverSeen():
		what = "never seen"
	case l.NotLookedAt():
		what = "not looked at"
	case l.NeverBought():
		what = "never bought"
	case l.OnlyHeard && l.Record == reconcile.WireOnly:
		what = "only heard of"
	}
	if l.Looked != nil {
		why = l.Looked.Why
	}
	return append(out, row(what, "", a, b, why))
}
