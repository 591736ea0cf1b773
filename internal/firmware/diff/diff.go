// Package diff compares two inspected firmware images: files, components,
// services, accounts, hosts, modules and findings that came, went or changed,
// and how alike their file sets are (lineage).
//
// It is not for unpacking or judging: it reads two inspect.Reports.
package diff

import (
	"fmt"
	"path"
	"sort"
	"strings"

	"telltale/internal/firmware/inspect"
)

// Change is one difference between an older and a newer image.
type Change struct {
	ID    string        `json:"id"`   // diff.added, diff.removed or diff.changed
	What  string        `json:"what"` // file, component, service, account, host, module, or a finding's ID
	Name  string        `json:"name"`
	Old   string        `json:"old,omitempty"`
	New   string        `json:"new,omitempty"`
	Level inspect.Level `json:"level"`
}

// item is one thing compared: equal names with unequal values are a change.
type item struct {
	value string
	level inspect.Level
}

// Compare lists what differs from old to new, sorted by kind and name.
func Compare(old, new *inspect.Report) []Change {
	out := []Change{}
	for _, k := range []struct {
		what string
		get  func(*inspect.Report) map[string]item
	}{{"file", files}, {"component", components}, {"service", services}, {"account", accounts}, {"host", hosts}, {"module", modules}, {"finding", findings}} {
		out = append(out, compare(k.what, k.get(old), k.get(new))...)
	}
	return out
}

func compare(what string, a, b map[string]item) []Change {
	var out []Change
	for n, x := range a {
		y, ok := b[n]
		switch {
		case !ok:
			out = append(out, Change{ID: "diff.removed", What: named(what, n), Name: bare(what, n), Old: x.value, Level: inspect.Note})
		case x.value != y.value:
			out = append(out, Change{ID: "diff.changed", What: named(what, n), Name: bare(what, n), Old: x.value, New: y.value, Level: level(y)})
		}
	}
	for n, y := range b {
		if _, ok := a[n]; !ok {
			out = append(out, Change{ID: "diff.added", What: named(what, n), Name: bare(what, n), New: y.value, Level: level(y)})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].ID+out[i].What+"\x00"+out[i].Name < out[j].ID+out[j].What+"\x00"+out[j].Name
	})
	return out
}

func level(i item) inspect.Level {
	if i.level == "" {
		return inspect.Note
	}
	return i.level
}

// Findings go by their own ID and are keyed "id|place".
func named(what, n string) string {
	if what == "finding" {
		id, _, _ := strings.Cut(n, "|")
		return id
	}
	return what
}

func bare(what, n string) string {
	if what == "finding" {
		_, rest, _ := strings.Cut(n, "|")
		return rest
	}
	return n
}

func files(r *inspect.Report) map[string]item {
	out := map[string]item{}
	for _, f := range r.Files {
		if f.Kind == "part" || f.Kind == "dir" || f.State == "superseded" {
			continue
		}
		v := f.Kind + " " + f.Mode
		if f.SHA256 != "" {
			v += " " + f.SHA256
		}
		if f.Link != "" {
			v += " -> " + f.Link
		}
		out[f.Path] = item{value: v}
	}
	return out
}

func components(r *inspect.Report) map[string]item {
	vers := map[string]map[string]bool{}
	for _, c := range r.Components {
		if c.Version == "" {
			continue
		}
		if vers[c.Name] == nil {
			vers[c.Name] = map[string]bool{}
		}
		vers[c.Name][c.Version] = true
	}
	out := map[string]item{}
	for n, set := range vers {
		var l []string
		for v := range set {
			l = append(l, v)
		}
		sort.Strings(l)
		out[n] = item{value: strings.Join(l, ", ")}
	}
	return out
}

func services(r *inspect.Report) map[string]item {
	out := map[string]item{}
	for _, s := range r.Services {
		out[s.Name+" "+strings.Join(s.Ports, ",")] = item{value: s.State + ": " + s.Command}
	}
	return out
}

func accounts(r *inspect.Report) map[string]item {
	out := map[string]item{}
	for _, a := range r.Accounts {
		if a.UID < 0 && a.Secret != "plain" {
			continue // the shadow side of an account
		}
		out[a.Name] = item{value: fmt.Sprintf("uid %d, %s", a.UID, a.Secret)}
	}
	return out
}

func hosts(r *inspect.Report) map[string]item {
	out := map[string]item{}
	for _, h := range r.Hosts {
		out[h.Host] = item{value: h.Operator}
	}
	return out
}

func modules(r *inspect.Report) map[string]item {
	out := map[string]item{}
	for _, m := range r.Modules {
		out[m.Name] = item{value: m.VerMagic}
	}
	return out
}

func findings(r *inspect.Report) map[string]item {
	out := map[string]item{}
	for _, f := range r.Findings {
		if strings.HasPrefix(f.ID, "maker.") || strings.HasPrefix(f.ID, "state.") {
			out[f.ID+"|"+f.Value] = item{string(f.Level), f.Level}
			continue
		}
		out[f.ID+"|"+path.Join(f.Path)+" "+f.Value] = item{string(f.Level), f.Level}
	}
	return out
}

// alikeBar is from where on two contents of the same fuzzy digest distance count as one file in two versions.
const alikeBar = 0.5

// Lineage says how much of a's files stand in b: byte-equal, and close by fuzzy hash.
func Lineage(a, b *inspect.Report) inspect.Lineage {
	l := inspect.Lineage{Image: b.Image.Name, SHA256: b.Image.SHA256}
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
