// Package word reads quotes and lists that were written as Word documents
// (.docx): its tables as sheets, its other paragraphs as lines of text.
//
// It is not for old .doc files, nor for pictures in a document.
//
// Source of truth: ECMA-376 part 1, 17 (WordprocessingML).
//
// Flow: zip → word/document.xml → tables → sheet.Interpret; paragraphs and
// tables without headings → text.Interpret.
package word

import (
	"archive/zip"
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

// maxDocument bounds the unpacked text of a document in bytes.
const maxDocument = 64 << 20

// Source implements source.Source.
type Source struct{}

// Name implements source.Source.
func (Source) Name() string { return "docx" }

// Recognise implements source.Source: a zip archive with the parts of a document near its beginning.
func (Source) Recognise(head []byte, _ string) int {
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) && (bytes.Contains(head, []byte("word/document.xml")) || bytes.Contains(head, []byte("word/_rels/"))) {
		return 90
	}
	return 0
}

// Read implements source.Source.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	z, err := zip.NewReader(in.Data, in.Size)
	if err != nil {
		return fmt.Errorf("open document: %w (cut off or damaged: get the file again)", err)
	}
	part, err := z.Open("word/document.xml")
	if err != nil {
		return fmt.Errorf("open document: %w", err)
	}
	defer part.Close()
	limited := &io.LimitedReader{R: part, N: maxDocument}
	doc, err := parse(limited)
	if limited.N <= 0 {
		return fmt.Errorf("read document: its text is larger than %d bytes: save the tables on their own", maxDocument)
	}
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	good := 0
	for _, t := range doc.tables {
		switch err := sheet.Interpret(ctx, t.begin(), in, cov, yield); {
		case err == nil:
			good++
		case errors.Is(err, sheet.ErrNoHeadings):
			doc.lines = append(doc.lines, t.lines()...)
		default:
			return err
		}
	}
	if err := text.Interpret(ctx, doc.lines, "docx", in, cov, yield); err != nil && good == 0 {
		return errors.New("the document holds no table with known headings and no line that names a thing: copy its table into a sheet")
	}
	return nil
}
