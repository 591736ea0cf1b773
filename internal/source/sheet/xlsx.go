package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"telltale/internal/source"
)

// Bounds of the parts that are held in memory.
const (
	maxShared     = 512 << 20 // bytes of shared texts
	maxStyles     = 1 << 16
	maxMerged     = 200_000
	mergeScanSize = 64 << 20 // merged cells stand behind the rows: larger sheets are not read twice
	maxSheetCols  = 16384
)

// workbook is an opened XLSX file.
type workbook struct {
	zip    *zip.Reader
	sheets []sheetEntry
	shared texts
	dates  []bool // by style number: a date format
	epoch  time.Time
}

type sheetEntry struct {
	name, path string
	hidden     bool
}

// texts are the shared texts of a workbook, one after another.
type texts struct {
	data []byte
	ends []uint32
}

func (t *texts) get(i int) []byte {
	if i < 0 || i >= len(t.ends) {
		return nil
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.data[from:t.ends[i]]
}

// openXLSX reads the workbook's list of sheets, its shared texts and date styles (ECMA-376 part 1, 18.2, 18.4, 18.8).
func openXLSX(in *source.Input) (*workbook, error) {
	z, err := openZip(in, "workbook")
	if err != nil {
		return nil, err
	}
	b := &workbook{zip: z, epoch: serialEpoch}
	main := "xl/workbook.xml"
	if rels, err := relations(z, "_rels/.rels", ""); err == nil {
		for _, r := range rels {
			if strings.HasSuffix(r.kind, "/officeDocument") {
				main = r.target
			}
		}
	}
	if strings.HasSuffix(main, ".bin") {
		return nil, errors.New("open workbook: a binary workbook (.xlsb): save it as XLSX")
	}
	dir := path.Dir(main)
	rels, err := relations(z, dir+"/_rels/"+path.Base(main)+".rels", dir)
	if err != nil {
		return nil, fmt.Errorf("read the workbook's relations: %w", err)
	}
	if err := b.readSheets(main, rels); err != nil {
		return nil, fmt.Errorf("read the list of sheets: %w", err)
	}
	for _, r := range rels {
		var err error
		switch {
		case strings.HasSuffix(r.kind, "/sharedStrings"):
			err = b.readShared(r.target)
		case strings.HasSuffix(r.kind, "/styles"):
			err = b.readStyles(r.target)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", r.target, err)
		}
	}
	return b, nil
}

type relation struct{ id, kind, target string }

func relations(z *zip.Reader, name, dir string) ([]relation, error) {
	var out []relation
	err := eachStart(z, name, func(x *xmlScanner) error {
		if x.is("Relationship") && len(out) < 10*maxSheets {
			target := string(x.attr("Target"))
			if strings.HasPrefix(target, "/") {
				target = strings.TrimPrefix(target, "/")
			} else {
				target = path.Join(dir, target)
			}
			out = append(out, relation{string(x.attr("Id")), string(x.attr("Type")), target})
		}
		return nil
	})
	return out, err
}

// eachStart calls do for each start tag of a part. A part that is not there has none.
func eachStart(z *zip.Reader, name string, do func(*xmlScanner) error) error {
	r, err := part(z, name)
	if r == nil || err != nil {
		return err
	}
	defer r.Close()
	x := newXML(r)
	for {
		k, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if k == xmlStart {
			if err := do(x); err != nil {
				return err
			}
		}
	}
}

func (b *workbook) readSheets(main string, rels []relation) error {
	byID := map[string]string{}
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/worksheet") {
			byID[r.id] = r.target
		}
	}
	err := eachStart(b.zip, main, func(x *xmlScanner) error {
		switch {
		case x.is("workbookPr"):
			if v := string(x.attr("date1904")); v == "1" || v == "true" {
				b.epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
			}
		case x.is("sheet"):
			if p := byID[string(x.attr("id"))]; p != "" && len(b.sheets) < maxSheets {
				state := string(x.attr("state"))
				b.sheets = append(b.sheets, sheetEntry{string(clean(x.attr("name"))), p, state == "hidden" || state == "veryHidden"})
			}
		}
		return nil
	})
	if err == nil && len(b.sheets) == 0 {
		err = errors.New("no sheets found: damaged")
	}
	return err
}

// readShared collects the texts that cells refer to; phonetic hints (rPh) are no text.
func (b *workbook) readShared(name string) error {
	r, err := part(b.zip, name)
	if r == nil || err != nil {
		return err
	}
	defer r.Close()
	x := newXML(r)
	inText, phonetic := false, 0
	for {
		k, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case k == xmlText && inText && phonetic == 0:
			if len(b.shared.data)+len(x.text) > maxShared {
				return fmt.Errorf("more than %d bytes of shared text: export the sheets as CSV", maxShared)
			}
			b.shared.data = append(b.shared.data, x.text...)
		case k == xmlStart && x.is("t"):
			inText = true
		case k == xmlEnd && x.is("t"):
			inText = false
		case k == xmlStart && x.is("rPh"):
			phonetic++
		case k == xmlEnd && x.is("rPh"):
			phonetic = max(0, phonetic-1)
		case k == xmlEnd && x.is("si"):
			b.shared.ends = append(b.shared.ends, uint32(len(b.shared.data)))
		}
	}
}

// readStyles finds which style numbers format dates.
func (b *workbook) readStyles(name string) error {
	formats := map[string]bool{}
	inCells := false
	return eachStart(b.zip, name, func(x *xmlScanner) error {
		switch {
		case x.is("numFmt"):
			if len(formats) < maxStyles {
				formats[string(x.attr("numFmtId"))] = isDateFormat(string(x.attr("formatCode")))
			}
		case x.is("cellStyleXfs"), x.is("cellStyles"), x.is("dxfs"):
			inCells = false
		case x.is("cellXfs"):
			inCells = true
		case x.is("xf") && inCells && len(b.dates) < maxStyles:
			id := string(x.attr("numFmtId"))
			custom, known := formats[id]
			n, _ := strconv.Atoi(id)
			// Built-in date formats (18.8.30): 14-17 and 22, and those of East Asian languages.
			b.dates = append(b.dates, known && custom || !known && (n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 54 || n == 57 || n == 58))
		}
		return nil
	})
}

// isDateFormat reports whether a number format shows a day: y or d outside quotes and brackets.
func isDateFormat(code string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case c == 'y' || c == 'Y' || c == 'd' || c == 'D':
			return true
		case c == ';':
			return false
		}
	}
	return false
}

// xlsxTable streams the rows of one sheet.
type xlsxTable struct {
	book  *workbook
	name  string
	part  io.ReadCloser
	x     *xmlScanner
	row   int
	cells [][]byte
	spans []span // of cells, in arena or shared
	arena []byte
	merge map[int][]mergedRange
	open  []mergedRange
	// hiddenRows counts rows that Excel does not show.
	hiddenRows int
}

// span is where the text of a cell lies.
type span struct {
	col      int
	shared   int // number of the shared text, -1 when in arena
	from, to int
}

// mergedRange is a column of merged cells: rows first to last show the text of the first.
type mergedRange struct {
	col, first, last int
	text             []byte
}

func (b *workbook) open(i int) (*xlsxTable, error) {
	s := b.sheets[i]
	t := &xlsxTable{book: b, name: s.name}
	merged, err := b.mergedColumns(s.path)
	if err != nil {
		return nil, &sheetError{s.name, err}
	}
	t.merge = merged
	r, err := part(b.zip, s.path)
	if err != nil {
		return nil, &sheetError{s.name, err}
	}
	if r == nil {
		return nil, &sheetError{s.name, errors.New("its part is missing")}
	}
	t.part, t.x = r, newXML(r)
	return t, nil
}

func (t *xlsxTable) close() { t.part.Close() }

// mergedColumns reads the merged ranges of more than one row; only their first column is filled.
func (b *workbook) mergedColumns(name string) (map[int][]mergedRange, error) {
	for _, f := range b.zip.File {
		if f.Name == name && f.UncompressedSize64 > mergeScanSize {
			return nil, nil
		}
	}
	out := map[int][]mergedRange{}
	n := 0
	err := eachStart(b.zip, name, func(x *xmlScanner) error {
		if x.is("mergeCell") && n < maxMerged {
			from, to, ok := bytes.Cut(x.attr("ref"), []byte(":"))
			c1, r1 := cellRef(from)
			_, r2 := cellRef(to)
			if ok && c1 >= 0 && r2 > r1 && r2-r1 < 10000 {
				out[r1] = append(out[r1], mergedRange{col: c1, first: r1, last: r2})
				n++
			}
		}
		return nil
	})
	return out, err
}

// cellRef reads "B17" as column 1, row 17; -1 for what is not there.
func cellRef(b []byte) (col, row int) {
	col, i := 0, 0
	for ; i < len(b) && b[i] >= 'A' && b[i] <= 'Z' && col < 1<<20; i++ {
		col = col*26 + int(b[i]-'A') + 1
	}
	for ; i < len(b) && isDigit(b[i]) && row < 1<<30; i++ {
		row = row*10 + int(b[i]-'0')
	}
	return col - 1, row
}

// Name implements Table.
func (t *xlsxTable) Name() string { return t.name }

// Place implements Table.
func (t *xlsxTable) Place(row, col int) string { return cellName(t.name, row, col) }

// Next implements Table.
func (t *xlsxTable) Next(row *Row) error {
	*row = Row{}
	for {
		k, err := t.x.next()
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if err != nil {
			return &sheetError{t.name, fmt.Errorf("after row %d: %w", t.row, err)}
		}
		if k == xmlEnd && t.x.is("sheetData") {
			return io.EOF
		}
		if k != xmlStart || !t.x.is("row") {
			continue
		}
		if _, n := cellRef(t.x.attr("r")); n > 0 {
			t.row = n
		} else {
			t.row++
		}
		if h := string(t.x.attr("hidden")); h == "1" || h == "true" {
			t.hiddenRows++
		}
		if err := t.readRow(); err != nil {
			return &sheetError{t.name, fmt.Errorf("row %d: %w", t.row, err)}
		}
		t.collect()
		t.fillMerged()
		row.Num, row.Cells = t.row, t.cells
		return nil
	}
}

// readRow reads the cells up to </row>.
func (t *xlsxTable) readRow() error {
	t.spans, t.arena = t.spans[:0], t.arena[:0]
	col := -1
	for {
		k, err := t.x.next()
		if err != nil {
			return unexpectedEnd(err)
		}
		switch {
		case k == xmlEnd && t.x.is("row"):
			return nil
		case k == xmlStart && t.x.is("c"):
			if c, _ := cellRef(t.x.attr("r")); c >= 0 {
				col = c
			} else {
				col++
			}
			style, _ := strconv.Atoi(string(t.x.attr("s")))
			if err := t.readCell(col, cellType(t.x.attr("t")), style); err != nil {
				return err
			}
		}
	}
}

func unexpectedEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the sheet ends inside a row: cut off")
	}
	return err
}

// cellType is the t attribute of a cell (18.18.11); number is the default.
func cellType(b []byte) byte {
	switch string(b) {
	case "s":
		return 's'
	case "str", "inlineStr":
		return 't'
	case "b":
		return 'b'
	case "e":
		return 'e'
	case "d":
		return 'd'
	}
	return 'n'
}

// readCell reads one cell up to </c>.
func (t *xlsxTable) readCell(col int, kind byte, style int) error {
	from := len(t.arena)
	take, phonetic := false, 0
	for {
		k, err := t.x.next()
		if err != nil {
			return unexpectedEnd(err)
		}
		switch {
		case k == xmlText:
			if take && phonetic == 0 {
				t.arena = append(t.arena, t.x.text...)
			}
		case t.x.is("v") || t.x.is("t"):
			take = k == xmlStart
		case t.x.is("rPh"):
			if phonetic++; k == xmlEnd {
				phonetic = 0
			}
		case k == xmlEnd && t.x.is("c"):
			if col < maxSheetCols && len(t.arena) > from {
				t.value(col, kind, style, from)
			}
			return nil
		}
	}
}

// value records a cell whose raw text begins at from in the arena.
func (t *xlsxTable) value(col int, kind byte, style, from int) {
	raw := t.arena[from:]
	s := span{col: col, shared: -1, from: from}
	switch kind {
	case 's':
		n, err := strconv.Atoi(string(bytes.TrimSpace(raw)))
		if err != nil {
			return
		}
		s.shared = n
		t.arena = t.arena[:from]
	case 'e':
		t.arena = t.arena[:from]
		return
	case 'b':
		yes := len(raw) == 1 && raw[0] == '1'
		t.arena = append(t.arena[:from], map[bool]string{true: "TRUE", false: "FALSE"}[yes]...)
	case 'n':
		if style >= 0 && style < len(t.book.dates) && t.book.dates[style] {
			t.arena = t.book.appendDate(t.arena[:from], string(raw))
		} else {
			t.arena = appendNumber(t.arena[:from], string(raw))
		}
	}
	s.to = len(t.arena)
	t.spans = append(t.spans, s)
}

// appendDate writes a day number as YYYY-MM-DD; one that is no day stays as it is.
func (b *workbook) appendDate(dst []byte, raw string) []byte {
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || v >= 2958466 { // after 9999-12-31
		return append(dst, raw...)
	}
	if v < 0 {
		return append(dst, raw...)
	}
	if v < 1 {
		return append(dst, raw...) // a time of day
	}
	return b.epoch.AddDate(0, 0, int(v)).AppendFormat(dst, time.DateOnly)
}

// appendNumber writes a number as a person would: no exponent, no noise of binary fractions.
func appendNumber(dst []byte, raw string) []byte {
	if !strings.ContainsAny(raw, ".eE") {
		return append(dst, raw...)
	}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || v > 1e18 || v < -1e18 {
		return append(dst, raw...)
	}
	// Excel calculates with 15 digits.
	short := strconv.FormatFloat(v, 'g', 15, 64)
	if w, err := strconv.ParseFloat(short, 64); err == nil {
		v = w
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64)
}

// collect lays the cells out by column.
func (t *xlsxTable) collect() {
	t.cells = t.cells[:0]
	for _, s := range t.spans {
		for len(t.cells) <= s.col {
			t.cells = append(t.cells, nil)
		}
		if s.shared >= 0 {
			t.cells[s.col] = t.book.shared.get(s.shared)
		} else {
			t.cells[s.col] = t.arena[s.from:s.to]
		}
	}
}

// fillMerged repeats the text of cells merged over rows.
func (t *xlsxTable) fillMerged() {
	if len(t.merge) == 0 && len(t.open) == 0 {
		return
	}
	keep := t.open[:0]
	for _, m := range t.open {
		if t.row > m.last {
			continue
		}
		keep = append(keep, m)
		for len(t.cells) <= m.col {
			t.cells = append(t.cells, nil)
		}
		if len(t.cells[m.col]) == 0 && t.hasOther(m.col) {
			t.cells[m.col] = m.text
		}
	}
	t.open = keep
	for _, m := range t.merge[t.row] {
		if m.col < len(t.cells) && len(t.cells[m.col]) > 0 {
			m.text = bytes.Clone(t.cells[m.col])
			t.open = append(t.open, m)
		}
	}
	delete(t.merge, t.row)
}

// hasOther reports whether the row has a text outside col: blank rows stay blank.
func (t *xlsxTable) hasOther(col int) bool {
	for i, c := range t.cells {
		if i != col && len(c) > 0 {
			return true
		}
	}
	return false
}
