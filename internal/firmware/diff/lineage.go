package diff

import (
	"path"

	"telltale/internal/firmware/inspect"
)

// alikeBar is from where on two contents of the same fuzzy digest distance count as one file in two versions.
const alikeBar = 0.5

// Lineage says how much of a's files stand in b: byte-equal, and close by fuzzy hash.
func Lineage(a, b *inspect.Report) inspect.Lineage {
	l := inspect.Lineage{Image: b.Image.Name, Name: b.Name(), SHA256: b.Image.SHA256}
	sums := map[string]bool{}
	byBase := map[string][]string{}
	for _, f := range b.Files {
		if f.SHA256 != "" && f.Kind == "file" && f.Size > 0 {
			sums[f.SHA256] = true
			byBase[path.Base(f.Path)] = append(byBase[path.Base(f.Path)], f.Fuzzy)
		}
	}
	seen := map[string]bool{}
	for _, f := range a.Files {
		if f.SHA256 == "" || f.Kind != "file" || f.Size == 0 || seen[f.SHA256] {
			continue
		}
		seen[f.SHA256] = true
		l.Files++
		if sums[f.SHA256] {
			l.Shared++
			continue
		}
		for _, z := range byBase[path.Base(f.Path)] {
			if inspect.FuzzyAlike(f.Fuzzy, z) >= alikeBar {
				l.Close++
				break
			}
		}
	}
	if l.Files > 0 {
		l.Same = float64(l.Shared) / float64(l.Files)
		l.Alike = float64(l.Shared+l.Close) / float64(l.Files)
	}
	return l
}
