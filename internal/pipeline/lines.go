package pipeline

import (
	"cmp"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/report"
)

// lines are the lines of quotes and orders, kept while they are few: somebody
// with a quote in hand wants an answer to each line.
type lines struct {
	kept []report.Line
	many bool // more than anybody reads one by one
}

func (l *lines) add(d *judged, open func(string) bool) {
	if d.asset.Kind != asset.PurchaseLine || l.many {
		return
	}
	if len(l.kept) == report.MaxLines {
		l.kept, l.many = nil, true
		return
	}
	x := report.Line{Example: example(d.asset, nil, ""), Quantity: d.asset.Quantity}
	for i := range d.findings {
		against(&x, &d.findings[i], d.asset.NextTest, open)
	}
	l.kept = append(l.kept, x)
}

// against notes a finding on the line when it is as grave as the gravest so far.
func against(x *report.Line, f *finding.Finding, test string, open func(string) bool) {
	if !f.Verdict.IsFinding() || x.Verdict != "" && verdictRank[f.Verdict] > verdictRank[x.Verdict] {
		return
	}
	if f.Verdict != x.Verdict {
		x.Verdict, x.Finding, x.Under, x.Ask, x.Test = f.Verdict, f.ID, nil, "", ""
	}
	if u := (report.Under{Act: f.Act, Profile: f.Profile}); len(f.Citations) > 0 {
		u.Citation = f.Citations[0].Text
		if !slices.Contains(x.Under, u) {
			x.Under = append(x.Under, u)
		}
	}
	for _, q := range f.Questions {
		if x.Ask == "" && f.Verdict == law.Undetermined && !open(q.Fact) {
			x.Ask, x.Finding = q.Text, f.ID
			if q.Fact == "manufacturer" {
				x.Test = test
			}
		}
	}
}

// sorted puts the lines in the order of the papers they stand in.
func (l *lines) sorted() []report.Line {
	slices.SortFunc(l.kept, func(a, b report.Line) int {
		return cmp.Or(cmp.Compare(a.Place.Input, b.Place.Input), naturally(a.Place.At, b.Place.At), cmp.Compare(a.Asset, b.Asset))
	})
	return l.kept
}

// naturally compares texts with the numbers in them as numbers: "line 9" comes before "line 10".
func naturally(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x == 0 || y == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		m, n := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
		if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n)); c != 0 {
			return c
		}
		a, b = a[x:], b[y:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts the digits at the start of s.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
