package data

import (
	"os"
	"testing"
)

// FuzzParseCases: whatever the text, an error or cases, never a panic.
func FuzzParseCases(f *testing.F) {
	for _, name := range []string{"law/cases/us-export.yaml", "law/cases/gb.yaml"} {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(b[:min(len(b), 1500)])
		}
	}
	rb, err := Rulebook()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = ParseCases(b, "x.yaml")
		_, _ = ParseProfile(b, "x.yaml", &rb.Vocabulary)
	})
}
