package word

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"telltale/internal/source/sheet"
	"telltale/internal/source/text"
)

// Bounds of a document.
const (
	maxCells = 4 << 20 // cells and paragraphs
	maxSpan  = 200     // columns a cell may stand over
)

// document is what is written in a document, in its order.
type document struct {
	tables []*table
	lines  []text.Line
}

// table is a table of a document; it implements sheet.Table.
type table struct {
	number int
	rows   [][]string
	next   int
}

// begin makes the table start with its first row.
func (t *table) begin() *table {
	t.next = 0
	return t
}

// Name implements sheet.Table.
func (t *table) Name() string { return "table " + strconv.Itoa(t.number) }

// Place implements sheet.Table.
func (t *table) Place(row, col int) string {
	if col < 0 {
		return fmt.Sprintf("table %d, row %d", t.number, row)
	}
	return fmt.Sprintf("table %d, row %d, column %d", t.number, row, col+1)
}

// Next implements sheet.Table.
func (t *table) Next(row *sheet.Row) error {
	if t.next >= len(t.rows) {
		return io.EOF
	}
	cells := t.rows[t.next]
	t.next++
	*row = sheet.Row{Num: t.next, Cells: make([][]byte, len(cells))}
	for i, c := range cells {
		row.Cells[i] = []byte(c)
	}
	return nil
}

// lines are the rows as lines of text.
func (t *table) lines() []text.Line {
	var out []text.Line
	for i, r := range t.rows {
		out = append(out, text.Line{At: t.Place(i+1, -1), Text: strings.TrimSpace(strings.Join(r, "  "))})
	}
	return out
}

// parse reads the body of a document. Tables inside a cell are text of the cell.
func parse(r io.Reader) (*document, error) {
	p := parser{doc: &document{}}
	d := xml.NewDecoder(r)
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return p.doc, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			p.start(&t)
		case xml.EndElement:
			p.end(t.Name.Local)
		case xml.CharData:
			if p.inText {
				p.text.Write(t)
			}
		}
		if p.count > maxCells {
			return nil, fmt.Errorf("more than %d cells and paragraphs", maxCells)
		}
	}
}

// parser is where in a document the reading stands.
type parser struct {
	doc    *document
	depth  int // tables around
	row    []string
	span   int
	text   strings.Builder
	inText bool
	count  int
}

func (p *parser) start(e *xml.StartElement) {
	switch e.Name.Local {
	case "tbl":
		if p.depth++; p.depth == 1 {
			p.doc.tables = append(p.doc.tables, &table{number: len(p.doc.tables) + 1})
		}
	case "tr":
		if p.depth == 1 {
			p.row = nil
		}
	case "tc":
		if p.depth == 1 {
			p.text.Reset()
			p.span = 1
		}
	case "gridSpan":
		for _, a := range e.Attr {
			if n, err := strconv.Atoi(a.Value); a.Name.Local == "val" && err == nil && n > 1 && p.depth == 1 {
				p.span = min(n, maxSpan)
			}
		}
	case "t":
		p.inText = true
	case "tab", "br":
		p.text.WriteByte(' ')
	}
}

func (p *parser) end(name string) {
	switch {
	case name == "t":
		p.inText = false
	case name == "p" && p.depth == 0:
		p.count++
		if s := strings.TrimSpace(p.text.String()); s != "" {
			p.doc.lines = append(p.doc.lines, text.Line{At: "paragraph " + strconv.Itoa(p.count), Text: s})
		}
		p.text.Reset()
	case name == "p":
		p.text.WriteByte(' ')
	case name == "tc" && p.depth == 1:
		p.count += p.span
		p.row = append(p.row, strings.Join(strings.Fields(p.text.String()), " "))
		for range p.span - 1 {
			p.row = append(p.row, "")
		}
		p.text.Reset()
	case name == "tr" && p.depth == 1:
		t := p.doc.tables[len(p.doc.tables)-1]
		t.rows = append(t.rows, p.row)
	case name == "tbl" && p.depth > 0:
		p.depth--
	}
}
