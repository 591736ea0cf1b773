package data

import (
	"os"
	"path/filepath"
	"testing"

	"telltale/internal/judge"
)

func TestRulebookLoads(t *testing.T) {
	rb, err := Rulebook()
	if err != nil {
		t.Fatal(err)
	}
	if len(rb.Regimes) < 73 {
		t.Errorf("%d regimes, want at least 73", len(rb.Regimes))
	}
}

func runCases(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := ParseCases(b, filepath.Base(file))
	if err != nil {
		t.Fatal(err)
	}
	rb, err := Rulebook()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := OrgIndex()
	if err != nil {
		t.Fatal(err)
	}
	cats, err := Categories()
	if err != nil {
		t.Fatal(err)
	}
	results, err := judge.RunCases(rb, ix, cats, cases)
	if err != nil {
		t.Fatal(err)
	}
	for i := range results {
		if results[i].Fault != "" {
			t.Error(results[i].Explain())
		}
	}
}

// TestSharedCases runs judged cases that do not live in the tree.
func TestSharedCases(t *testing.T) {
	dir := os.Getenv("TELLTALE_SHARED")
	if dir == "" {
		t.Skip("TELLTALE_SHARED is not set: no judged cases from outside the tree")
	}
	runCases(t, filepath.Join(dir, "law_cases.yaml"))
}

// TestOwnCases runs the judged cases of the tree and demands that every provision has one.
func TestOwnCases(t *testing.T) {
	files, err := filepath.Glob("law/cases/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) { runCases(t, f) })
	}
}
