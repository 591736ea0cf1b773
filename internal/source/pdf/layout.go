package pdf

import (
	"math"
	"slices"
	"strings"
)

// cell is a piece of a line between wide gaps.
type cell struct {
	x0, x1 float64
	text   string
}

// line is one line of a page, its cells from left to right.
type line struct {
	page, number int
	y, size      float64
	cells        []cell
}

// text returns the whole line.
func (l *line) text() string {
	var b strings.Builder
	for i, c := range l.cells {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(c.text)
	}
	return b.String()
}

func (l *line) texts() []string {
	out := make([]string, len(l.cells))
	for i, c := range l.cells {
		out[i] = c.text
	}
	return out
}

// Gaps in units of the type size: a space is about a quarter, columns stand at
// least nearly one apart, and letters of one line share their base within a third.
const (
	wordGap = 0.17
	cellGap = 0.9
	baseGap = 0.35
)

// layout puts the characters of a page into lines and cells.
func layout(runs []run, page int) []*line {
	runs = slices.DeleteFunc(runs, func(r run) bool {
		return math.IsNaN(r.x) || math.IsNaN(r.y) || math.IsInf(r.x, 0) || math.IsInf(r.y, 0) || r.size <= 0.1 || r.size > 1000
	})
	slices.SortStableFunc(runs, func(a, b run) int { return compare(b.y, a.y) })
	var lines []*line
	for i := 0; i < len(runs); {
		j := i + 1
		for j < len(runs) && runs[i].y-runs[j].y <= baseGap*math.Max(runs[i].size, runs[j].size) {
			j++
		}
		if l := cut(runs[i:j], page); len(l.cells) > 0 {
			l.number = len(lines) + 1
			lines = append(lines, l)
		}
		i = j
	}
	return lines
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// cut makes the characters of one line cells.
func cut(runs []run, page int) *line {
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b run) int { return compare(a.x, b.x) })
	l := &line{page: page, y: runs[0].y, size: runs[0].size}
	var b strings.Builder
	var cur cell
	flush := func() {
		if t := strings.Join(strings.Fields(b.String()), " "); t != "" {
			cur.text = t
			l.cells = append(l.cells, cur)
		}
		b.Reset()
	}
	var prev run
	for i, r := range runs {
		blank := strings.TrimSpace(r.text) == ""
		switch gap := r.x - prev.end; {
		case i == 0:
		case r.text == prev.text && math.Abs(r.x-prev.x) < 0.15*r.size && !blank:
			continue // bold type drawn twice
		case gap > cellGap*r.size:
			flush()
		case gap > wordGap*r.size:
			b.WriteByte(' ')
		}
		if blank {
			// Spaces may stand for a wide gap; the next character tells.
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			continue
		}
		if b.Len() == 0 {
			cur.x0 = r.x
		}
		b.WriteString(r.text)
		cur.x1 = math.Max(r.end, r.x)
		l.size = math.Max(l.size, r.size)
		prev = r
	}
	flush()
	return l
}

// assign lays the cells of a line under the columns of a heading row: each goes
// to the heading it stands under, else to the nearest.
func assign(heads, cells []cell) []string {
	out := make([]string, len(heads))
	for _, c := range cells {
		best, bestGap := 0, math.Inf(1)
		for i, h := range heads {
			// Negative for cells that stand under the heading: the more overlap, the less.
			gap := math.Max(h.x0, c.x0) - math.Min(h.x1, c.x1)
			if gap < 0 {
				// A long text overlaps several headings; its left edge tells whose it is.
				gap = -1 / (1 + math.Abs(h.x0-c.x0)*math.Abs(h.x1-c.x1))
			}
			if gap < bestGap {
				best, bestGap = i, gap
			}
		}
		if out[best] != "" {
			out[best] += " "
		}
		out[best] += c.text
	}
	return out
}
