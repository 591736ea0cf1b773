package data

import (
	"os"
	"path/filepath"
	"sync"
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

func runCases(file string) ([]judge.Result, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	cases, err := ParseCases(b, filepath.Base(file))
	if err != nil {
		return nil, err
	}
	rb, err := Rulebook()
	if err != nil {
		return nil, err
	}
	ix, err := OrgIndex()
	if err != nil {
		return nil, err
	}
	cats, err := Categories()
	if err != nil {
		return nil, err
	}
	return judge.RunCases(rb, ix, cats, cases)
}

// ownResults are how the judged cases of the tree come out, by file.
var ownResults = sync.OnceValues(func() (map[string][]judge.Result, error) {
	files, err := filepath.Glob("law/cases/*.yaml")
	if err != nil {
		return nil, err
	}
	out := map[string][]judge.Result{}
	for _, f := range files {
		if out[f], err = runCases(f); err != nil {
			return nil, err
		}
	}
	return out, nil
})

func failing(t *testing.T, results []judge.Result) {
	t.Helper()
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
	rs, err := runCases(filepath.Join(dir, "law_cases.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	failing(t, rs)
}

// TestOwnCases runs the judged cases of the tree.
func TestOwnCases(t *testing.T) {
	all, err := ownResults()
	if err != nil || len(all) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for f, rs := range all {
		t.Run(filepath.Base(f), func(t *testing.T) { failing(t, rs) })
	}
}
