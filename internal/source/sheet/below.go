package sheet

import (
	"strings"

	"telltale/internal/evidence"
)

// sampleRow is a row kept while columns are being guessed.
type sampleRow struct {
	num       int
	cells     []string
	bad, hint string
}

// sampleOf copies a row, its cells cleaned.
func sampleOf(row *Row) sampleRow {
	s := sampleRow{num: row.Num, bad: row.Bad, hint: row.Hint, cells: cellTexts(row.Cells)}
	for i := range s.cells {
		s.cells[i] = string(clean([]byte(s.cells[i])))
	}
	return s
}

func (s *sampleRow) row() Row {
	row := Row{Num: s.num, Bad: s.bad, Hint: s.hint, Cells: make([][]byte, len(s.cells))}
	for i, c := range s.cells {
		row.Cells[i] = []byte(c)
	}
	return row
}

func cellTexts(cells [][]byte) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = string(c)
	}
	return out
}

// continued is a table from a row on that was read already.
type continued struct {
	Table
	rows []sampleRow
}

// Next implements Table.
func (c *continued) Next(row *Row) error {
	if len(c.rows) == 0 {
		return c.Table.Next(row)
	}
	*row = c.rows[0].row()
	c.rows = c.rows[1:]
	return nil
}

// startsTable reports whether cells are beyond doubt the headings of a table:
// hardly one that is not known, no value among them, at least two that say all
// they mean, one of which tells which thing a row is about.
func startsTable(cells []string) bool {
	filled, known, sure, telling := 0, 0, 0, false
	seen := map[evidence.Attr]bool{}
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		filled++
		if len(c) > 60 || isValue(c) || strings.HasSuffix(c, ":") {
			return false
		}
		m := meaningOf(c)
		if m.attr == "" || seen[m.attr] && m.attr != ignored {
			continue
		}
		known++
		seen[m.attr] = true
		if m.strength == 10 && m.attr != ignored {
			sure++
			telling = telling || identifying(m.attr, "")
		}
	}
	return filled >= 2 && sure >= 2 && telling && known*4 >= filled*3
}
