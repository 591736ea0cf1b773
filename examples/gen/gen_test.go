package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestFilesAreCurrent: what is committed is what the tables give.
func TestFilesAreCurrent(t *testing.T) {
	out := t.TempDir()
	if err := run(".", out); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plant-register.xlsx", "scan.xml", "quote-2211.pdf"} {
		want, err := os.ReadFile(filepath.Join("..", "valley-telecom", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(contents(t, want), contents(t, got)) {
			t.Errorf("%s is not what the tables give: go run ./examples/gen", name)
		}
	}
}

// contents unpacks a workbook, so that another release of the compressor changes nothing.
func contents(t *testing.T, b []byte) []byte {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return b
	}
	var out bytes.Buffer
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(f.Name + "\n")
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return out.Bytes()
}
