package word

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"telltale/internal/source/sourcetest"
)

// docx packs a body as a document.
func docx(t testing.TB, body string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(`<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `</w:body></w:document>`)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func paragraph(s string) string { return "<w:p><w:r><w:t>" + s + "</w:t></w:r></w:p>" }

func row(cells ...string) string {
	s := "<w:tr>"
	for _, c := range cells {
		s += "<w:tc>" + paragraph(c) + "</w:tc>"
	}
	return s + "</w:tr>"
}

// TestDocument reads a table and the lines around it.
func TestDocument(t *testing.T) {
	data := docx(t, paragraph("Our offer:")+"<w:tbl>"+row("Qty", "Manufacturer", "Model")+row("2", "Acme", "X2-100")+"</w:tbl>"+paragraph("3x BOLT-77 lamp USD 4.00 12.00"))
	if (Source{}).Recognise(data, "a.docx") == 0 {
		t.Error("not recognised")
	}
	got := sourcetest.List(Source{}, "a.docx", data)
	for _, want := range []string{`manufacturer = "Acme" @table 1, row 2, column 2`, `model = "X2-100"`, `quantity = "2"`, "BOLT-77", `quantity = "3"`, "read 2, failed 0"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// TestTableWithoutHeadings reads its rows as lines.
func TestTableWithoutHeadings(t *testing.T) {
	got := sourcetest.List(Source{}, "a.docx", docx(t, "<w:tbl>"+row("3x", "BOLT-77 lamp", "USD 4.00")+"</w:tbl>"))
	if !strings.Contains(got, "BOLT-77") || !strings.Contains(got, "read 1, failed 0") {
		t.Error(got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(docx(f, paragraph("2x AX-100 lamp USD 4.00")+"<w:tbl>"+row("Model", "Make", "Qty")+row("X2", "Acme", "1")+"</w:tbl>"))
	f.Add([]byte("PK\x03\x04word/document.xml"))
	f.Fuzz(func(t *testing.T, data []byte) { sourcetest.Promises(t, Source{}, data) })
}
