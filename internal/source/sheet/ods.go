package sheet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"telltale/internal/asset"
	"telltale/internal/source"
)

// ODS reads OpenDocument spreadsheets: all tables of content.xml, streaming.
type ODS struct{}

// Name implements source.Source.
func (ODS) Name() string { return "ods" }

// Recognise implements source.Source: the first part of the archive is its type, stored as it is.
func (ODS) Recognise(head []byte, _ string) int {
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return 0
	}
	if bytes.Contains(head[:min(len(head), 512)], []byte("mimetypeapplication/vnd.oasis.opendocument.spreadsheet")) {
		return 90
	}
	return 0
}

// Read implements source.Source.
func (ODS) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	z, err := openZip(in, "OpenDocument sheet")
	if err != nil {
		return err
	}
	r, err := part(z, "content.xml")
	if err != nil {
		return err
	}
	if r == nil {
		return errors.New("open OpenDocument sheet: it has no content.xml: damaged")
	}
	defer r.Close()
	x := newXML(r)
	first, good := error(nil), 0
	for n := 0; n < maxSheets; {
		k, err := x.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read content.xml: %w", err)
		}
		if k != xmlStart || !x.is("table") {
			continue
		}
		n++
		t := &odsTable{x: x, name: string(clean(x.attr("name")))}
		switch err := Interpret(ctx, t, in, cov, yield); {
		case err == nil:
			good++
		case errors.Is(err, ErrNoHeadings), errors.Is(err, errNoColumn):
			if first == nil {
				first = err
			}
			cov.Notes = append(cov.Notes, fmt.Sprintf("%s: %v", t.name, err))
		default:
			return err
		}
		// A table given up early is read to its end, for the tables share one stream.
		var row Row
		for !t.done {
			if err := t.Next(&row); err != nil && !errors.Is(err, io.EOF) {
				return err
			}
		}
	}
	if good == 0 && first != nil {
		return first
	}
	return nil
}

// Bounds on what a repeat count may ask for.
const (
	maxRepeatRows  = 1000
	maxRepeatCells = 1024
)

// odsTable streams the rows of one table (OpenDocument 1.3 part 3, 9.1).
type odsTable struct {
	x      *xmlScanner
	name   string
	done   bool
	row    int
	repeat int // how often the last row is still to be repeated
	step   int
	cells  [][]byte
	arena  []byte
	ends   []int
	spans  []mergedRange
}

// Name implements Table.
func (t *odsTable) Name() string { return t.name }

// Place implements Table.
func (t *odsTable) Place(row, col int) string { return cellName(t.name, row, col) }

// Next implements Table.
func (t *odsTable) Next(row *Row) error {
	*row = Row{}
	if t.repeat > 0 {
		t.repeat--
		t.row++
		row.Num, row.Cells = t.row, t.cells
		return nil
	}
	t.row += t.step
	t.step = 0
	for !t.done {
		k, err := t.x.next()
		if err != nil {
			t.done = true
			return fmt.Errorf("read content.xml, table %q after row %d: %w", t.name, t.row, unexpectedEnd(err))
		}
		switch {
		case k == xmlEnd && t.x.is("table"):
			t.done = true
		case k == xmlStart && t.x.is("table-row"):
			n := count(t.x.attr("number-rows-repeated"))
			if err := t.readRow(); err != nil {
				t.done = true
				return fmt.Errorf("read content.xml, table %q, row %d: %w", t.name, t.row+1, unexpectedEnd(err))
			}
			t.row++
			t.collect()
			// Blank rows are repeated by the million at the end of a sheet.
			if len(t.cells) == 0 {
				t.row += n - 1
				continue
			}
			t.repeat = min(n, maxRepeatRows) - 1
			t.step = n - 1 - t.repeat
			row.Num, row.Cells = t.row, t.cells
			return nil
		}
	}
	return io.EOF
}

// count reads a repeat count, at least 1.
func count(b []byte) int {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, 1<<24)
}

// readRow reads the cells up to </table-row> into arena and ends.
func (t *odsTable) readRow() error {
	t.arena, t.ends = t.arena[:0], t.ends[:0]
	for {
		k, err := t.x.next()
		if err != nil {
			return err
		}
		switch {
		case k == xmlEnd && t.x.is("table-row"):
			return nil
		case k == xmlStart && (t.x.is("table-cell") || t.x.is("covered-table-cell")):
			covered := t.x.is("covered-table-cell")
			n := count(t.x.attr("number-columns-repeated"))
			rows := count(t.x.attr("number-rows-spanned"))
			if err := t.readCell(string(t.x.name)); err != nil {
				return err
			}
			t.repeatCell(n)
			if rows > 1 && !covered && rows < 10000 {
				t.spans = append(t.spans, mergedRange{col: len(t.ends) - n, first: t.row + 1, last: t.row + rows})
			}
		}
	}
}

// readCell appends the text of a cell, up to its end tag. Dates are taken from
// the value, not from how they are shown.
func (t *odsTable) readCell(tag string) error {
	date := string(t.x.attr("date-value"))
	value := ""
	if kind := string(t.x.attr("value-type")); kind == "float" || kind == "currency" {
		value = string(t.x.attr("value"))
	}
	from, depth, inText, hidden := len(t.arena), 0, 0, 0
	for {
		k, err := t.x.next()
		if err != nil {
			return err
		}
		switch {
		case k == xmlText:
			if inText > 0 && hidden == 0 {
				t.arena = append(t.arena, t.x.text...)
			}
		case k == xmlStart:
			depth++
			switch {
			case t.x.is("p"):
				if inText++; len(t.arena) > from && hidden == 0 {
					t.arena = append(t.arena, ' ')
				}
			case t.x.is("annotation"):
				hidden++
			case t.x.is("s"), t.x.is("tab"), t.x.is("line-break"):
				t.arena = append(t.arena, ' ')
			}
		case depth == 0 && t.x.is(tag):
			switch {
			case len(date) >= 10:
				t.arena = append(t.arena[:from], date[:10]...)
			case value != "":
				t.arena = appendNumber(t.arena[:from], value)
			}
			t.ends = append(t.ends, len(t.arena))
			return nil
		default:
			depth--
			if t.x.is("p") {
				inText--
			} else if t.x.is("annotation") {
				hidden--
			}
		}
	}
}

// repeatCell repeats the last cell; blank ones at the end cost nothing.
func (t *odsTable) repeatCell(n int) {
	from := 0
	if len(t.ends) > 1 {
		from = t.ends[len(t.ends)-2]
	}
	cell := bytes.Clone(t.arena[from:])
	for range min(n, maxRepeatCells) - 1 {
		if len(t.ends) >= maxSheetCols || len(t.arena) > maxToken {
			return
		}
		t.arena = append(t.arena, cell...)
		t.ends = append(t.ends, len(t.arena))
	}
}

// collect lays the cells out and fills what merged cells cover.
func (t *odsTable) collect() {
	t.cells = t.cells[:0]
	from, last := 0, 0
	for i, end := range t.ends {
		t.cells = append(t.cells, t.arena[from:end])
		if end > from {
			last = i + 1
		}
		from = end
	}
	t.cells = t.cells[:last]
	keep := t.spans[:0]
	for _, m := range t.spans {
		switch {
		case m.last < t.row:
			continue
		case m.first == t.row:
			if m.col < 0 || m.col >= last || len(t.cells[m.col]) == 0 {
				continue
			}
			m.text = bytes.Clone(t.cells[m.col])
		case m.col < last && len(t.cells[m.col]) == 0:
			t.cells[m.col] = m.text
		}
		keep = append(keep, m)
	}
	t.spans = keep
}
