package pdf

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/source/sheet"
)

// table is a table found in the lines of a document; it implements sheet.Table.
type table struct {
	heads []cell
	rows  []tableRow
	next  int
	// body is the index of the first row after the headings.
	body int
	// seen is where the cells of whole rows stood: values under a heading may be
	// aligned otherwise than it is.
	seen []cell
}

type tableRow struct {
	at    string
	y     float64
	page  int
	size  float64
	cells []string
}

// Name implements sheet.Table.
func (t *table) Name() string { return "" }

// Place implements sheet.Table: rows are numbered as they stand in rows.
func (t *table) Place(row, col int) string {
	if row < 1 || row > len(t.rows) {
		return ""
	}
	if col < 0 {
		return t.rows[row-1].at
	}
	return fmt.Sprintf("%s, column %d", t.rows[row-1].at, col+1)
}

// Next implements sheet.Table.
func (t *table) Next(row *sheet.Row) error {
	*row = sheet.Row{}
	if t.next >= len(t.rows) {
		return io.EOF
	}
	t.next++
	row.Num = t.next
	for _, c := range t.rows[t.next-1].cells {
		row.Cells = append(row.Cells, []byte(c))
	}
	return nil
}

// findTables looks for heading rows and lays the lines below under them.
func findTables(lines []*line) []*table {
	var out []*table
	var cur *table
	var titles []tableRow
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		if heads, used := headingAt(lines, i); heads != nil {
			i += used - 1
			if cur != nil && sameHeads(cur.heads, heads) {
				cur.heads = heads // the next page: the columns may stand elsewhere
				cur.learn(lines[i+1:])
				continue
			}
			cur = &table{heads: heads, rows: titles}
			cur.learn(lines[i+1:])
			cur.rows = append(cur.rows, tableRow{at: place(l), page: l.page, y: l.y, cells: textsOf(heads)})
			cur.body = len(cur.rows)
			titles = nil
			out = append(out, cur)
			continue
		}
		if cur == nil {
			if len(titles) < 40 {
				titles = append(titles, tableRow{at: place(l), cells: l.texts()})
			}
			continue
		}
		if cur.add(l) {
			cur, titles = nil, nil // a grand total ends the table
		}
	}
	return out
}

func textsOf(cells []cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = c.text
	}
	return out
}

// headingAt returns the headings that begin in line i and how many lines they
// take: one, or two when together they say more.
func headingAt(lines []*line, i int) ([]cell, int) {
	l := lines[i]
	one := sheet.HeadingCount(l.texts())
	if i+1 < len(lines) && lines[i+1].page == l.page && l.y-lines[i+1].y < 1.8*l.size {
		both := mergeHeads(l.cells, lines[i+1].cells)
		if n := sheet.HeadingCount(textsOf(both)); n > one && n >= 3 && sheet.HeadingCount(lines[i+1].texts()) < n {
			return both, 2
		}
	}
	if one >= 3 || one == 2 && len(l.cells) == 2 {
		return l.cells, 1
	}
	return nil, 0
}

// mergeHeads joins two heading lines: cells above each other become one.
func mergeHeads(upper, lower []cell) []cell {
	out := slices.Clone(upper)
	for _, c := range lower {
		joined := false
		for i := range out {
			if c.x0 < out[i].x1 && out[i].x0 < c.x1 {
				out[i] = cell{min(out[i].x0, c.x0), max(out[i].x1, c.x1), out[i].text + " " + c.text}
				joined = true
				break
			}
		}
		if !joined {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b cell) int { return compare(a.x0, b.x0) })
	return out
}

func sameHeads(a, b []cell) bool {
	return slices.EqualFunc(a, b, func(x, y cell) bool { return strings.EqualFold(x.text, y.text) })
}

// learn notes where the cells of rows with as many cells as headings stand, up to the next heading row.
func (t *table) learn(lines []*line) {
	t.seen = slices.Clone(t.heads)
	learnt := false
	for i, l := range lines {
		if i > 500 {
			return
		}
		if heads, _ := headingAt(lines, i); heads != nil {
			return
		}
		if len(l.cells) != len(t.heads) {
			continue
		}
		if !learnt {
			copy(t.seen, l.cells)
			learnt = true
		}
		for j, c := range l.cells {
			t.seen[j].x0, t.seen[j].x1 = min(t.seen[j].x0, c.x0), max(t.seen[j].x1, c.x1)
		}
	}
}

// add lays a line under the headings; true means that the table ends with it.
// A line that fills only the description goes on with the row above it.
func (t *table) add(l *line) (end bool) {
	var cells []string
	if len(l.cells) == len(t.heads) {
		cells = l.texts()
	} else {
		cells = assign(t.seen, l.cells)
	}
	first := strings.ToLower(strings.Trim(l.cells[0].text, " :."))
	switch first {
	case "total", "grand total", "total due", "total amount", "amount due", "net total", "invoice total":
		return len(t.rows) > t.body
	}
	row := tableRow{at: place(l), page: l.page, y: l.y, size: l.size, cells: cells}
	if !t.counted(cells) {
		t.carryOn(row)
		return false
	}
	t.rows = append(t.rows, row)
	return false
}

// counted reports whether a row has what every row of its table has: where
// there are columns of numbers of pieces or prices, one of them.
func (t *table) counted(cells []string) bool {
	need, have, filled := false, false, 0
	for i, h := range t.heads {
		if cells[i] != "" {
			filled++
		}
		switch a, _ := sheet.Meaning(h.text); a {
		case evidence.Quantity, evidence.Price:
			need = true
			have = have || strings.ContainsAny(cells[i], "0123456789")
		}
	}
	if !need {
		return filled >= 2 || len(t.heads) == 1
	}
	return have && filled >= 2
}

// carryOn joins a line to the description of the row above when it directly
// follows and fills no other column; another line is no part of the table.
func (t *table) carryOn(row tableRow) {
	if len(t.rows) <= t.body {
		return
	}
	last := &t.rows[len(t.rows)-1]
	if last.page != row.page || last.y-row.y > 1.8*max(row.size, 6) {
		return
	}
	for i, c := range row.cells {
		if c == "" {
			continue
		}
		if a, _ := sheet.Meaning(t.heads[i].text); a != evidence.Description && a != evidence.ModelText && a != evidence.PartNumber {
			return
		}
	}
	for i, c := range row.cells {
		if c != "" && len(last.cells[i]) < 4000 {
			last.cells[i] = strings.TrimSpace(last.cells[i] + " " + c)
		}
	}
	last.y = row.y
}
