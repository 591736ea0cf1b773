// Package pdf reads quotes, invoices and registers that were saved as PDF with
// their text: it lays the text out in lines and columns and hands the tables
// to the reader of sheets.
//
// It is not for pictures of pages (it says so), nor for drawing.
//
// Source of truth: ISO 32000-1. The reader is our own, small and bounded, for
// the libraries at hand trust a file's own sizes (docs/decision).
//
// Flow: objects → pages → characters with places → lines → tables → sheet.Interpret,
// or, when there is no table, lines → text.Interpret.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/sheet"
	"telltale/internal/source/text"
)

// maxSize bounds a file; it is held in memory.
const maxSize = 128 << 20

// Source implements source.Source.
type Source struct{}

// Name implements source.Source.
func (Source) Name() string { return "pdf" }

// Recognise implements source.Source: the mark stands in the first kilobyte (7.5.2, implementation note 13).
func (Source) Recognise(head []byte, _ string) int {
	if bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) {
		return 90
	}
	return 0
}

// Read implements source.Source.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) (err error) {
	if in.Size > maxSize {
		return fmt.Errorf("open PDF: larger than %d bytes: save the pages with tables on their own", maxSize)
	}
	data, err := io.ReadAll(in.Reader())
	if err != nil {
		return fmt.Errorf("open PDF: %w", err)
	}
	lines, err := readLines(ctx, data)
	if err != nil {
		return fmt.Errorf("open PDF: %w", err)
	}
	tables := findTables(lines)
	good := 0
	var first error
	for _, t := range tables {
		switch err := sheet.Interpret(ctx, t, in, cov, yield); {
		case err == nil:
			good++
		case errors.Is(err, sheet.ErrNoHeadings):
			if first == nil {
				first = err
			}
		default:
			return err
		}
	}
	if good > 0 {
		return nil
	}
	if first != nil {
		return first
	}
	var plain []text.Line
	for _, l := range lines {
		plain = append(plain, text.Line{At: place(l), Text: l.text()})
	}
	if err := text.Interpret(ctx, plain, "pdf", in, cov, yield); err != nil {
		return errors.New("the PDF holds text but no table with known headings and no line that names a thing: copy its table into a sheet")
	}
	return nil
}

func place(l *line) string { return fmt.Sprintf("page %d, line %d", l.page, l.number) }

// readLines returns the lines of all pages.
func readLines(ctx context.Context, data []byte) ([]*line, error) {
	f, err := openFile(data)
	if err != nil {
		return nil, err
	}
	in := &interpreter{ctx: ctx, f: f, fonts: map[any]*font{}}
	var lines []*line
	pages, total := 0, 0
	f.pages(func(page, res dict) bool {
		pages++
		in.runs = in.runs[:0]
		in.page(page, res)
		total += len(in.runs)
		lines = append(lines, layout(in.runs, pages)...)
		return ctx.Err() == nil && total < 10*maxRuns && in.ops < maxOperators && f.left > 0
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case f.left <= 0:
		return nil, errBudget
	case pages == 0:
		return nil, fmt.Errorf("%w: no pages found (get the file again)", errSyntax)
	case len(lines) == 0 && in.unknown > 0:
		return nil, errors.New("its fonts do not tell which characters they show: save it again from the program that made it, or copy the table into a sheet")
	case len(lines) == 0 && in.images > 0:
		return nil, errors.New("it holds pictures of pages and no text (a scan): ask for the original document, or type its lines into a sheet")
	case len(lines) == 0:
		return nil, errors.New("it holds no text")
	}
	return lines, nil
}
