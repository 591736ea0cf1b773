package data

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// LawText returns the files of one regime as they stand, the regime's own
// first, its entries and approvals behind it; "vocabulary" is data/law/vocabulary.yaml.
func (t *Tree) LawText(id string) (string, error) {
	var names []string
	err := fs.WalkDir(t.Files, "law", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (strings.TrimSuffix(path.Base(p), ".yaml") == id || strings.Contains(p, "/"+id+"/")) {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", fmt.Errorf("no regime %q: `telltale law list` names them", id)
	}
	slices.SortFunc(names, func(a, b string) int {
		if n := strings.Count(a, "/") - strings.Count(b, "/"); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	var out strings.Builder
	for _, n := range names {
		b, err := fs.ReadFile(t.Files, n)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&out, "# data/%s\n%s\n", n, strings.TrimSpace(string(b)))
	}
	return out.String(), nil
}
