package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"telltale/internal/source"
)

// Bounds of one record. A longer one is skipped without being held. The bound
// on lines keeps the work linear when every line opens a quote.
const (
	maxRecord  = 1 << 20
	maxLines   = 200
	maxColumns = 4096
)

// csvTable reads delimited text. It parses in its own buffer and hands out
// slices of it, so that a row costs no allocation here.
type csvTable struct {
	r     io.Reader
	comma byte
	notes []string

	buf      []byte // read ahead
	pos, end int
	eof      bool
	err      error
	line     int // number of the line at pos, from 1
	width    int // fields most records have, 0 when not known: judges broken quotes
	cells    [][]byte
}

// openCSV decodes the text of an input and finds its delimiter.
func openCSV(in *source.Input) (*csvTable, error) {
	head := make([]byte, min(in.Size, source.Head))
	n, err := in.Data.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the beginning: %w", err)
	}
	head = head[:n]
	enc := detectEncoding(head)
	text := enc.decodeHead(head)
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, errors.New("the file holds binary data, not text: export it as CSV or XLSX")
	}
	t := newCSV(enc.reader(in.Reader()), detectDelimiter(text))
	t.width = consistency(text, t.comma).fields
	if enc.note != "" {
		t.notes = append(t.notes, enc.note)
	}
	return t, nil
}

func newCSV(r io.Reader, comma byte) *csvTable {
	return &csvTable{r: r, comma: comma, buf: make([]byte, 64<<10), line: 1}
}

func (t *csvTable) Name() string { return "" }

func (t *csvTable) Place(row, col int) string {
	if col < 0 {
		return "row " + strconv.Itoa(row)
	}
	return "row " + strconv.Itoa(row) + ", column " + strconv.Itoa(col+1)
}

// fill reads more into the buffer, keeping what lies after pos. It reports
// false when there was no more already or the record is as long as allowed;
// true also when only the end became known, for it ends the last record.
func (t *csvTable) fill() bool {
	if t.eof {
		return false
	}
	if t.pos > 0 {
		copy(t.buf, t.buf[t.pos:t.end])
		t.end -= t.pos
		t.pos = 0
	}
	if t.end == len(t.buf) {
		if len(t.buf) >= maxRecord {
			return false
		}
		t.buf = append(t.buf, make([]byte, len(t.buf))...)
	}
	for range 100 {
		n, err := t.r.Read(t.buf[t.end:])
		t.end += n
		if err != nil {
			t.eof = true
			if !errors.Is(err, io.EOF) {
				t.err = err
			}
			return true
		}
		if n > 0 {
			return true
		}
	}
	t.eof, t.err = true, io.ErrNoProgress
	return false
}

// Next implements Table.
func (t *csvTable) Next(row *Row) error {
	row.Num, row.Cells, row.Bad, row.Hint = t.line, nil, "", ""
	for {
		size, lines, state := t.parse()
		switch state {
		case more:
			if t.fill() {
				continue
			}
			if !t.eof {
				if bytes.IndexByte(t.buf[t.pos:t.end], '\n') >= 0 {
					t.breakQuote(row)
					return nil
				}
				t.skipLine()
				row.Bad = fmt.Sprintf("the line is longer than %d bytes", maxRecord)
				row.Hint = "check that the file is a table with one row a line"
				return nil
			}
			if t.pos == t.end {
				if t.err != nil {
					return fmt.Errorf("read line %d: %w", t.line, t.err)
				}
				return io.EOF
			}
			t.breakQuote(row)
			return nil
		case broken:
			t.breakQuote(row)
			return nil
		case whole:
			if lines > 1 && t.width > 0 && len(t.cells) != t.width {
				t.breakQuote(row)
				return nil
			}
			t.pos += size
			t.line += lines
			row.Cells = t.cells
			return nil
		case wide:
			t.skipLine()
			row.Bad = fmt.Sprintf("the row has more than %d columns", maxColumns)
			row.Hint = "check the delimiter"
			return nil
		}
	}
}

// breakQuote gives up the first line of a record whose quote is never closed and goes on after it.
func (t *csvTable) breakQuote(row *Row) {
	nl := bytes.IndexByte(t.buf[t.pos:t.end], '\n')
	if nl < 0 {
		nl = t.end - t.pos - 1
	}
	t.pos += nl + 1
	t.line++
	row.Bad = "a quote (\") is opened in this row and not closed"
	row.Hint = "double quotes inside a cell are written twice"
}

// skipLine drops everything up to and with the next newline.
func (t *csvTable) skipLine() {
	for {
		if nl := bytes.IndexByte(t.buf[t.pos:t.end], '\n'); nl >= 0 {
			t.pos += nl + 1
			t.line++
			return
		}
		t.pos = t.end
		if !t.fill() {
			return
		}
	}
}

type parseState uint8

const (
	more   parseState = iota // the record is not yet wholly in the buffer
	whole                    // cells holds the record
	wide                     // too many columns
	broken                   // a quote stays open over too many lines
)

// parse reads one record at pos into cells, which are slices of the buffer;
// only cells with doubled quotes are copied.
func (t *csvTable) parse() (size, lines int, state parseState) {
	b := t.buf[t.pos:t.end]
	cells := t.cells[:0]
	i, lines := 0, 1
	for len(cells) < maxColumns {
		var cell []byte
		var stop int
		if i < len(b) && b[i] == '"' {
			var n int
			cell, stop, n, state = t.quoted(b, i+1, maxLines-lines)
			lines += n
			if state != whole {
				return 0, lines, state
			}
		} else {
			stop = t.plain(b, i)
			if stop == len(b) && (!t.eof || stop == 0) {
				return 0, lines, more
			}
			cell = b[i:stop]
			if n := len(cell); n > 0 && cell[n-1] == '\r' {
				cell = cell[:n-1]
			}
		}
		cells = append(cells, cell)
		t.cells = cells
		if stop == len(b) {
			return stop, lines, whole
		}
		i = stop + 1
		if b[stop] == '\n' {
			return i, lines, whole
		}
	}
	return 0, lines, wide
}

// plain returns the end of an unquoted cell that starts at i.
func (t *csvTable) plain(b []byte, i int) int {
	for i < len(b) && b[i] != t.comma && b[i] != '\n' {
		i++
	}
	return i
}

// quoted reads a cell whose text starts at i, after its quote. Text between
// the closing quote and the next delimiter belongs to the cell.
func (t *csvTable) quoted(b []byte, i, allowed int) (cell []byte, stop, lines int, state parseState) {
	j, escaped := i, false
	for {
		k := bytes.IndexByte(b[j:], '"')
		if k < 0 || j+k+1 == len(b) && !t.eof {
			return nil, 0, lines, more
		}
		if lines += bytes.Count(b[j:j+k], newline); lines > allowed {
			return nil, 0, lines, broken
		}
		j += k
		if j+1 == len(b) || b[j+1] != '"' {
			break
		}
		escaped = true
		j += 2
	}
	cell = b[i:j]
	if stop = t.plain(b, j+1); stop == len(b) && !t.eof {
		return nil, 0, lines, more
	}
	tail := bytes.TrimRight(b[j+1:stop], "\r ")
	if escaped || len(tail) > 0 {
		cell = append(bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`)), tail...)
	}
	return cell, stop, lines, whole
}

var newline = []byte{'\n'}
