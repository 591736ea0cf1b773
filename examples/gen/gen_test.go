package main

import (
	"bytes"
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
		if !bytes.Equal(want, got) {
			t.Errorf("%s is not what the tables give: go run ./examples/gen", name)
		}
	}
}
