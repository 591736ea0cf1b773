package sheet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"telltale/internal/asset"
	"telltale/internal/source"
)

// maxHTML bounds a page; its tables are held in memory.
const maxHTML = 64 << 20

// HTML reads the tables of a page: many "Excel" exports of web programs and
// quotes sent by mail are such pages.
type HTML struct{}

// Name implements source.Source.
func (HTML) Name() string { return "html-table" }

// Recognise implements source.Source.
func (HTML) Recognise(head []byte, name string) int {
	text := bytes.TrimLeft(detectEncoding(head).decodeHead(head), " \t\r\n")
	if len(text) == 0 || text[0] != '<' {
		return 0
	}
	low := bytes.ToLower(text)
	if !bytes.Contains(low, []byte("<table")) || bytes.Contains(low[:min(len(low), 200)], []byte("<?xml")) && !bytes.Contains(low, []byte("<html")) {
		return 0
	}
	if hasSuffixFold(name, ".xls") {
		return 50
	}
	return 20
}

// Read implements source.Source.
func (HTML) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	if in.Size > maxHTML {
		return fmt.Errorf("the page is larger than %d bytes: export it as CSV", maxHTML)
	}
	head := make([]byte, min(in.Size, source.Head))
	n, err := in.Data.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the page: %w", err)
	}
	tables, err := htmlTables(detectEncoding(head[:n]).reader(in.Reader()))
	if err != nil {
		return err
	}
	var first error
	good := 0
	for _, t := range tables {
		switch err := Interpret(ctx, t, in, cov, yield); {
		case err == nil:
			good++
		case errors.Is(err, ErrNoHeadings), errors.Is(err, errNoColumn):
			if first == nil {
				first = err
			}
		default:
			return err
		}
	}
	if good == 0 && first != nil {
		return first
	}
	if len(tables) == 0 {
		return errors.New("the page holds no table with more than one row")
	}
	return nil
}

// Rows is a table held in memory.
type Rows struct {
	// Label names the table in places: "table 2, row 5".
	Label string
	// Lines are the numbers of the rows; nil means 1, 2, 3 ...
	Lines []int
	Cells [][]string
	next  int
}

// Name implements Table.
func (r *Rows) Name() string { return "" }

// Place implements Table.
func (r *Rows) Place(row, col int) string {
	s := "row " + strconv.Itoa(row)
	if r.Label != "" {
		s = r.Label + ", " + s
	}
	if col >= 0 {
		s += ", column " + strconv.Itoa(col+1)
	}
	return s
}

// Next implements Table.
func (r *Rows) Next(row *Row) error {
	*row = Row{}
	if r.next >= len(r.Cells) {
		return io.EOF
	}
	row.Num = r.next + 1
	if r.Lines != nil {
		row.Num = r.Lines[r.next]
	}
	for _, c := range r.Cells[r.next] {
		row.Cells = append(row.Cells, []byte(c))
	}
	r.next++
	return nil
}

// openTable is a table whose end tag has not come yet.
type openTable struct {
	rows  [][]string
	spans []mergedRange
	cell  *strings.Builder
	span  int
	down  int
	inner bool
}

// htmlTables collects the tables of a page. A table that holds others is there for layout and is dropped.
func htmlTables(r io.Reader) ([]*Rows, error) {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(4 << 20)
	var done []*Rows
	var stack []*openTable
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return done, fmt.Errorf("read the page: %w", err)
			}
			for len(stack) > 0 {
				done, stack = closeTable(done, stack)
			}
			return done, nil
		case html.TextToken:
			if len(stack) > 0 {
				stack[len(stack)-1].text(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			switch string(name) {
			case "table":
				if len(stack) > 0 {
					stack[len(stack)-1].inner = true
				}
				if len(stack) < 50 && len(done) < maxSheets {
					stack = append(stack, &openTable{})
				}
			case "script", "style":
				z.Next()
			default:
				if len(stack) > 0 {
					stack[len(stack)-1].tag(string(name), z, more)
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(stack) == 0 {
				continue
			}
			switch string(name) {
			case "table":
				done, stack = closeTable(done, stack)
			case "td", "th", "tr":
				stack[len(stack)-1].endCell()
			}
		}
	}
}

func closeTable(done []*Rows, stack []*openTable) ([]*Rows, []*openTable) {
	t := stack[len(stack)-1]
	t.endCell()
	if !t.inner && len(t.rows) > 1 {
		done = append(done, &Rows{Label: "table " + strconv.Itoa(len(done)+1), Cells: t.rows})
	}
	return done, stack[:len(stack)-1]
}

func (t *openTable) text(b []byte) {
	if t.cell != nil && t.cell.Len() < 1<<16 {
		t.cell.WriteString(strings.Join(strings.Fields(" "+string(b)+" "), " "))
		if n := len(b); n > 0 && isSpace(b[n-1]) {
			t.cell.WriteByte(' ')
		}
	}
}

func (t *openTable) tag(name string, z *html.Tokenizer, more bool) {
	switch name {
	case "tr":
		t.endCell()
		if len(t.rows) < 1<<20 {
			t.rows = append(t.rows, nil)
			t.spans = slices.DeleteFunc(t.spans, func(m mergedRange) bool { return m.last < len(t.rows)-1 })
		}
	case "td", "th":
		t.endCell()
		t.cell, t.span, t.down = &strings.Builder{}, 1, 1
		for more {
			var k, v []byte
			k, v, more = z.TagAttr()
			switch string(k) {
			case "colspan":
				t.span = min(count(v), 100)
			case "rowspan":
				t.down = min(count(v), 10000)
			}
		}
	case "br", "p", "div", "li":
		if t.cell != nil {
			t.cell.WriteByte(' ')
		}
	}
}

// endCell puts the open cell into its row, behind cells that hang down from rows above.
func (t *openTable) endCell() {
	if t.cell == nil {
		return
	}
	text := strings.TrimSpace(t.cell.String())
	t.cell = nil
	if len(t.rows) == 0 {
		t.rows = append(t.rows, nil)
	}
	r := len(t.rows) - 1
	t.hanging(r)
	if len(t.rows[r])+t.span > maxColumns {
		return
	}
	if t.down > 1 && len(t.spans) < 1000 {
		t.spans = append(t.spans, mergedRange{col: len(t.rows[r]), first: r, last: r + t.down - 1, text: []byte(text)})
	}
	t.rows[r] = append(t.rows[r], text)
	for range t.span - 1 {
		t.rows[r] = append(t.rows[r], "")
	}
}

// hanging fills the next cells of row r that merged cells above cover.
func (t *openTable) hanging(r int) {
	for again := true; again; {
		again = false
		for _, m := range t.spans {
			if m.col == len(t.rows[r]) && r > m.first && r <= m.last {
				t.rows[r] = append(t.rows[r], string(m.text))
				again = true
			}
		}
	}
}
