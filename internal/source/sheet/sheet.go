// Package sheet reads tables that people keep: asset registers, purchase
// lists, quotes and invoices as CSV, TSV, XLSX, ODS or an HTML table, with
// people's headings in English, the larger languages of Europe, Chinese,
// Japanese or Korean.
//
// It is not for exports of a known system (librenms, netbox recognise those
// with more certainty), nor for deciding who made a thing.
//
// Sources of truth: RFC 4180 and what spreadsheets do beyond it, ECMA-376
// part 1 (SpreadsheetML), OASIS OpenDocument 1.3.
//
// Flow: a reader turns bytes into a Table of rows; Interpret finds the heading
// row in the first rows, guesses what each column means from its heading
// and its values, says so in the notes of the coverage, and turns each row
// into one sighting whose observations know their cell.
package sheet

import (
	"context"
	"strconv"

	"telltale/internal/asset"
	"telltale/internal/source"
)

// Row is one row of a table.
type Row struct {
	// Num is the number of the row, from 1; of a CSV record the line it starts on.
	Num int
	// Cells are the texts of the cells, UTF-8. They are valid until the next call of Next.
	Cells [][]byte
	// Bad says why the row could not be read, Hint what to do about it. Cells are nil then.
	Bad, Hint string
}

// Table is a stream of rows.
type Table interface {
	// Name is the sheet's name, empty where the format has no sheets.
	Name() string
	// Next fills row with the next row; io.EOF after the last.
	Next(row *Row) error
	// Place names a cell for a person; col counts from 0, -1 means the whole row.
	Place(row, col int) string
}

// Sources returns the sheet formats.
func Sources() []source.Source { return []source.Source{CSV{}, XLSX{}, ODS{}, HTML{}} }

// CSV reads text with delimiters: comma, semicolon, tab or bar.
type CSV struct{}

// Name implements source.Source.
func (CSV) Name() string { return "csv" }

// Recognise implements source.Source. Any consistent table scores low, known
// headings score more, so that an export of a known system wins.
func (CSV) Recognise(head []byte, name string) int { return recogniseText(head, name) }

// Read implements source.Source.
func (CSV) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	t, err := openCSV(in)
	if err != nil {
		return err
	}
	cov.Notes = append(cov.Notes, t.notes...)
	return Interpret(ctx, t, in, cov, yield)
}

// columnName returns the letters of a column as spreadsheets write them: 0 is A, 26 is AA.
func columnName(col int) string {
	var b [8]byte
	i := len(b)
	for col >= 0 && i > 0 {
		i--
		b[i] = byte('A' + col%26)
		col = col/26 - 1
	}
	return string(b[i:])
}

// cellName returns a place such as Sheet1!C17; col -1 means the row, named by its first cell.
func cellName(sheet string, row, col int) string {
	if col < 0 {
		col = 0
	}
	b := make([]byte, 0, len(sheet)+12)
	if sheet != "" {
		b = append(append(b, sheet...), '!')
	}
	b = append(b, columnName(col)...)
	return string(strconv.AppendInt(b, int64(row), 10))
}
