package diff

import (
	"sort"
	"strings"

	"telltale/internal/firmware/inspect"
)

// FileChange is one file that came, went or changed, with the changes it carries.
type FileChange struct {
	ID      string   `json:"id"`
	Path    string   `json:"path"`
	Old     string   `json:"old,omitempty"` // kind, mode, content hash, link
	New     string   `json:"new,omitempty"`
	Because []string `json:"because,omitempty"` // names of the changes that explain it; none: nothing else is known of it
}

// Files lists the files that came, went or changed, each with the changes of meaning that stand in it.
func Files(old, new *inspect.Report) []FileChange {
	why := places(old, new)
	a, b := files(old), files(new)
	out := []FileChange{}
	for p, x := range a {
		if y, ok := b[p]; !ok {
			out = append(out, FileChange{ID: "diff.removed", Path: p, Old: mark(x), Because: sorted(why[p])})
		} else if mark(x) != mark(y) {
			out = append(out, FileChange{ID: "diff.changed", Path: p, Old: mark(x), New: mark(y), Because: sorted(why[p])})
		}
	}
	for p, y := range b {
		if _, ok := a[p]; !ok {
			out = append(out, FileChange{ID: "diff.added", Path: p, New: mark(y), Because: sorted(why[p])})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID+out[i].Path < out[j].ID+out[j].Path })
	return out
}

// places are the changes of meaning by the path they stand in.
func places(old, new *inspect.Report) map[string]map[string]bool {
	paths := map[string]string{}
	for _, r := range []*inspect.Report{old, new} {
		for _, f := range r.Files {
			paths[f.Where] = f.Path
		}
	}
	why := map[string]map[string]bool{}
	put := func(p, name string) {
		if why[p] == nil {
			why[p] = map[string]bool{}
		}
		why[p][name] = true
	}
	changed := map[string]bool{}
	for _, c := range Compare(old, new) {
		changed[c.What+"|"+c.Name] = true
		where := c.Where
		if i := strings.LastIndexByte(where, ':'); i > strings.LastIndexByte(where, '/') {
			where = where[:i] // a line
		}
		if p, ok := paths[where]; ok {
			put(p, c.Name)
		}
	}
	for _, r := range []*inspect.Report{old, new} {
		for _, f := range r.Findings {
			if f.Path != "" && changed[f.ID+"|"+f.Value] {
				put(f.Path, f.Value)
			}
		}
	}
	return why
}

func files(r *inspect.Report) map[string]inspect.File {
	out := map[string]inspect.File{}
	for _, f := range r.Files {
		if f.Kind != "part" && f.Kind != "dir" && f.State != "superseded" {
			out[f.Path] = f
		}
	}
	return out
}

func mark(f inspect.File) string {
	v := f.Kind + " " + f.Mode
	if f.SHA256 != "" {
		v += " " + f.SHA256
	}
	if f.Link != "" {
		v += " -> " + f.Link
	}
	return v
}
