package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/source"
)

// Bounds of a workbook, which is a zip archive of XML.
const (
	maxPart      = 8 << 30 // unpacked bytes of one sheet
	maxPartRatio = 500     // times its packed size, once over ratioFree
	ratioFree    = 256 << 20
	maxSheets    = 500
)

// XLSX reads Excel workbooks (.xlsx, .xlsm): all sheets, streaming.
type XLSX struct{}

// Name implements source.Source.
func (XLSX) Name() string { return "xlsx" }

// Recognise implements source.Source.
func (XLSX) Recognise(head []byte, name string) int {
	names := zipNames(head)
	for _, n := range names {
		if strings.HasPrefix(n, "xl/") {
			return 90
		}
	}
	if len(names) > 0 && names[0] == "[Content_Types].xml" && (hasSuffixFold(name, ".xlsx") || hasSuffixFold(name, ".xlsm")) {
		return 90
	}
	return 0
}

// Read implements source.Source.
func (XLSX) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	b, err := openXLSX(in)
	if err != nil {
		return err
	}
	name := func(i int) string { return b.sheets[i].name }
	return readSheets(len(b.sheets), name, cov, func(i int) error {
		if b.sheets[i].hidden {
			cov.Notes = append(cov.Notes, b.sheets[i].name+": a hidden sheet, read like the others")
		}
		t, err := b.open(i)
		if err != nil {
			return err
		}
		defer t.close()
		err = Interpret(ctx, t, in, cov, yield)
		if t.hiddenRows > 0 && err == nil {
			cov.Notes = append(cov.Notes, fmt.Sprintf("%s: hidden rows read like the others: %d", b.sheets[i].name, t.hiddenRows))
		}
		return err
	})
}

// readSheets reads each sheet of a workbook. A sheet without known headings is
// noted, a damaged one counted; when no sheet could be read, the first reason is the error.
func readSheets(n int, name func(int) string, cov *asset.Coverage, read func(i int) error) error {
	var first error
	good := 0
	for i := range n {
		err := read(i)
		var s *sheetError
		switch {
		case err == nil:
			good++
		case errors.Is(err, ErrNoHeadings) || errors.Is(err, errNoColumn):
			if first == nil {
				first = err
			}
			cov.Notes = append(cov.Notes, fmt.Sprintf("%s: %v", name(i), err))
		case errors.As(err, &s):
			if first == nil {
				first = err
			}
			cov.Fail(s.name, s.err.Error(), "open the workbook and save it again")
		default:
			return err
		}
	}
	if good == 0 && first != nil && cov.Read == 0 {
		return first
	}
	return nil
}

// sheetError is damage of one sheet; the others can still be read.
type sheetError struct {
	name string
	err  error
}

func (e *sheetError) Error() string { return "read sheet " + e.name + ": " + e.err.Error() }
func (e *sheetError) Unwrap() error { return e.err }

// zipNames returns the names of the files that begin in the head of a zip archive.
func zipNames(head []byte) []string {
	var out []string
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return nil
	}
	for len(out) < 200 {
		i := bytes.Index(head, []byte("PK\x03\x04"))
		if i < 0 || len(head) < i+30 {
			break
		}
		h := head[i:]
		n := int(h[26]) | int(h[27])<<8
		if n > 0 && n < 512 && len(h) >= 30+n {
			out = append(out, string(h[30:30+n]))
		}
		head = h[4:]
	}
	return out
}

// openZip opens the archive a workbook is.
func openZip(in *source.Input, what string) (*zip.Reader, error) {
	z, err := zip.NewReader(in.Data, in.Size)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w (cut off or damaged: get the file again)", what, err)
	}
	return z, nil
}

// part opens one file of the archive with its bound; nil when there is none of that name.
func part(z *zip.Reader, name string) (io.ReadCloser, error) {
	name = strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, "\\", "/")), "/")
	for _, f := range z.File {
		if strings.ReplaceAll(f.Name, "\\", "/") == name || strings.EqualFold(f.Name, name) {
			r, err := f.Open()
			if err != nil {
				return nil, fmt.Errorf("unpack %s: %w", name, err)
			}
			limit := min(int64(maxPart), max(int64(f.CompressedSize64)*maxPartRatio, ratioFree))
			return &limited{ReadCloser: r, left: limit, name: name}, nil
		}
	}
	return nil, nil
}

// limited ends a part that unpacks to more than its bound with an error.
type limited struct {
	io.ReadCloser
	left int64
	name string
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("%s unpacks to far more than a workbook holds (a zip bomb?)", l.name)
	}
	n, err := l.ReadCloser.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("unpack %s: %w (cut off or damaged)", l.name, err)
	}
	return n, err
}
