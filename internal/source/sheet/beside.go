package sheet

import (
	"errors"
	"io"

	"telltale/internal/evidence"
)

// window is some columns of a table, read as a table of its own.
type window struct {
	Table
	from, to int // the columns; to is beyond the last
}

// Place implements Table.
func (w window) Place(row, col int) string {
	if col < 0 {
		return w.Table.Place(row, col)
	}
	return w.Table.Place(row, col+w.from)
}

// letters names a column as the whole sheet does.
func (it *interpreter) letters(c *column) string {
	if w, ok := it.table.(window); ok {
		return columnName(w.from + c.index)
	}
	return columnName(c.index)
}

func (w window) cut(s sampleRow) sampleRow {
	from := min(w.from, len(s.cells))
	s.cells = s.cells[from:max(from, min(w.to, len(s.cells)))]
	return s
}

// sideBySide returns a reader for each of several tables that stand beside each
// other with a blank column between, each with headings that are ones beyond
// doubt and one that another has too; nil when the rows are of one table.
func (it *interpreter) sideBySide(sample []sampleRow) []*interpreter {
	for _, s := range sample[:min(len(sample), maxHeaderRow)] {
		if parts := it.partsOf(s.cells); parts != nil {
			return parts
		}
		if startsTable(s.cells) {
			return nil
		}
	}
	return nil
}

// partsOf returns a reader for each run of headings between blank cells.
func (it *interpreter) partsOf(cells []string) (parts []*interpreter) {
	seen, again := map[evidence.Attr]bool{}, false
	for from := 0; from < len(cells); {
		to := from
		for to < len(cells) && cells[to] != "" {
			to++
		}
		if to > from && !startsTable(cells[from:to]) {
			return nil
		}
		for _, c := range cells[from:to] {
			a := meaningOf(c).attr
			again = again || len(parts) > 0 && seen[a] && identifying(a, "")
		}
		for _, c := range cells[from:to] {
			seen[meaningOf(c).attr] = true
		}
		if to > from {
			w := window{it.table, from, to}
			parts = append(parts, &interpreter{ctx: it.ctx, in: it.in, cov: it.cov, yield: it.yield, table: w, intern: newInterner(), skipped: map[string]*tally{}})
		}
		from = to + 1
	}
	if len(parts) < 2 || !again {
		return nil
	}
	return parts
}

// runParts reads tables that stand beside each other, row by row.
func (it *interpreter) runParts(parts []*interpreter, sample []sampleRow, done bool) (below []sampleRow, err error) {
	first := 0
	for _, p := range parts {
		defer p.noteSkipped()
		cut := make([]sampleRow, len(sample))
		for i := range sample {
			cut[i] = p.table.(window).cut(sample[i])
		}
		n, err := p.begin(cut)
		if err != nil {
			return nil, err
		}
		first = max(first, n)
	}
	for i := first; i < len(sample); i++ {
		if next, err := rowOfParts(parts, sample[i]); err != nil {
			return nil, err
		} else if next {
			return sample[i:], nil
		}
	}
	var row Row
	for n := 0; !done; n++ {
		if n&1023 == 0 && it.ctx.Err() != nil {
			return nil, it.ctx.Err()
		}
		if err := it.table.Next(&row); errors.Is(err, io.EOF) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		s := sampleOf(&row)
		if next, err := rowOfParts(parts, s); err != nil {
			return nil, err
		} else if next {
			return []sampleRow{s}, nil
		}
	}
	return nil, nil
}

// rowOfParts gives each table its columns of a row; next is true when another table begins with it.
func rowOfParts(parts []*interpreter, s sampleRow) (next bool, err error) {
	for _, p := range parts {
		below, err := p.sampled(p.table.(window).cut(s))
		if err != nil || below != nil {
			return below != nil, err
		}
		if s.bad != "" {
			return false, nil // said once
		}
	}
	return false, nil
}
