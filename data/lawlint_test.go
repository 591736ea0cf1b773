package data

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestLintNamesFileLineAndRemedy loads the tree with one bad regime more and
// compares what the lint says with the golden line in the file's first comment.
func TestLintNamesFileLineAndRemedy(t *testing.T) {
	ix, err := OrgIndex()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/lint/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad cases: %v", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".yaml"), func(t *testing.T) {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(b), "\n")
			want := strings.TrimPrefix(first, "# ")
			fsys := fstest.MapFS{"law/us/us-bad.yaml": {Data: b}}
			for _, name := range []string{"law/vocabulary.yaml", "law/sources.yaml", "category.yaml"} {
				src, err := embedded.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				fsys[name] = &fstest.MapFile{Data: src}
			}
			_, err = LoadRulebook(fsys, ix.Known)
			if err == nil {
				t.Fatal("the lint passes it")
			}
			got, _, _ := strings.Cut(err.Error(), "\n")
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}
