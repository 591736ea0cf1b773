// Package diff compares two inspected firmware images: files, components,
// services, accounts, hosts, modules and findings that came, went or changed,
// and how alike their file sets are (lineage).
//
// It is not for unpacking or judging: it reads two inspect.Reports.
package diff

import (
	"fmt"
	"sort"
	"strings"

	"telltale/internal/firmware/inspect"
)

// Change is one difference between an older and a newer image, said once, in the words that mean most.
type Change struct {
	ID    string        `json:"id"`   // diff.added, diff.removed or diff.changed
	What  string        `json:"what"` // component, service, account, host, module, or the ID of the finding it is
	Name  string        `json:"name"`
	Old   string        `json:"old,omitempty"`
	New   string        `json:"new,omitempty"`
	Level inspect.Level `json:"level"`
	Where string        `json:"where,omitempty"` // place in the newer image; in the older for what was removed
}

// item is one thing compared: equal names with unequal values are a change.
type item struct {
	value, where string
	level        inspect.Level
	finding      string // the ID of the finding that says more of it
}

// Compare lists what differs in meaning from old to new, sorted by kind and name. Files are listed by Files.
func Compare(old, new *inspect.Report) []Change {
	out := []Change{}
	a, b := marked(old), marked(new)
	for _, k := range []struct {
		what string
		get  func(*inspect.Report) map[string]item
	}{{"image", stated}, {"component", components}, {"service", services}, {"account", accounts}, {"host", hosts}, {"module", modules}} {
		out = append(out, compare(k.what, a.told(k.what, k.get(old)), b.told(k.what, k.get(new)))...)
	}
	return append(out, compare("finding", a.rest(), b.rest())...)
}

// told are findings about things that are compared anyway: the thing is listed, under the finding's name.
type told struct {
	by   map[string]inspect.Finding // kind of thing, name
	left []inspect.Finding
}

var speaksOf = map[string]string{"account": "account", "daemon": "service", "host": "host", "module": "module"}

func marked(r *inspect.Report) *told {
	t := &told{by: map[string]inspect.Finding{}}
	have := map[string]map[string]item{"account": accounts(r), "host": hosts(r), "module": modules(r), "service": services(r)}
	for _, f := range r.Findings {
		family, _, _ := strings.Cut(f.ID, ".")
		what := speaksOf[family]
		if _, ok := have[what][f.Value]; !ok {
			t.left = append(t.left, f)
			continue
		}
		key := what + "|" + f.Value
		if old, ok := t.by[key]; !ok || f.Level.Rank() > old.Level.Rank() {
			t.by[key] = f
		}
	}
	return t
}

func (t *told) told(what string, items map[string]item) map[string]item {
	for n, x := range items {
		if f, ok := t.by[what+"|"+n]; ok {
			x.finding, x.level, x.where = f.ID, f.Level, f.Where
			items[n] = x
		}
	}
	return items
}

func (t *told) rest() map[string]item {
	out := map[string]item{}
	for _, f := range t.left {
		key := f.ID + "|" + strings.TrimSpace(f.Path+" "+f.Value)
		if f.Path == f.Value {
			key = f.ID + "|" + f.Path
		}
		if strings.HasPrefix(f.ID, "maker.") || strings.HasPrefix(f.ID, "state.") {
			key = f.ID + "|" + f.Value
		}
		if old, ok := out[key]; !ok || f.Level.Rank() > old.level.Rank() {
			out[key] = item{value: string(f.Level), level: f.Level, where: f.Where, finding: f.ID}
		}
	}
	return out
}

func compare(what string, a, b map[string]item) []Change {
	var out []Change
	for n, x := range a {
		y, ok := b[n]
		switch {
		case !ok:
			out = append(out, Change{ID: "diff.removed", What: named(what, x), Name: bare(what, n), Old: x.value, Level: inspect.Note, Where: x.where})
		case x.value != y.value || x.level != y.level:
			c := Change{ID: "diff.changed", What: named(what, y), Name: bare(what, n), Old: x.value, New: y.value, Level: level(y), Where: y.where}
			if x.value == y.value {
				c.Old, c.New = string(x.level), string(y.level)
			}
			out = append(out, c)
		}
	}
	for n, y := range b {
		if _, ok := a[n]; !ok {
			out = append(out, Change{ID: "diff.added", What: named(what, y), Name: bare(what, n), New: y.value, Level: level(y), Where: y.where})
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

func named(what string, x item) string {
	if x.finding != "" {
		return x.finding
	}
	return what
}

// bare drops the finding's ID its key begins with.
func bare(what, n string) string {
	if what == "finding" {
		_, n, _ = strings.Cut(n, "|")
	}
	return n
}

// stated is what the images say they are; the day of building differs in any two builds and is no change of its own.
func stated(r *inspect.Report) map[string]item {
	out := map[string]item{}
	for name, l := range map[string][]string{"model": r.Identity.Models, "version": r.Identity.Versions} {
		if len(l) > 0 {
			out[name] = item{value: strings.Join(l, ", ")}
		}
	}
	return out
}

func components(r *inspect.Report) map[string]item {
	vers, where := map[string]map[string]bool{}, map[string]string{}
	for _, c := range r.Components {
		if c.Version == "" {
			continue
		}
		if vers[c.Name] == nil {
			vers[c.Name] = map[string]bool{}
		}
		vers[c.Name][c.Version] = true
		if len(c.Where) > 0 {
			where[c.Name] = c.Where[0]
		}
	}
	out := map[string]item{}
	for n, set := range vers {
		out[n] = item{value: strings.Join(sorted(set), ", "), where: where[n]}
	}
	return out
}

func sorted(set map[string]bool) []string {
	var l []string
	for v := range set {
		l = append(l, v)
	}
	sort.Strings(l)
	return l
}

// services go by the program's name; several of one name are told together.
func services(r *inspect.Report) map[string]item {
	sets, where := map[string]map[string]bool{}, map[string]string{}
	for _, s := range r.Services {
		if sets[s.Name] == nil {
			sets[s.Name] = map[string]bool{}
		}
		sets[s.Name][strings.TrimSpace(s.State+" "+strings.Join(s.Ports, ",")+": "+s.Command)] = true
		if len(s.Chain) > 0 {
			where[s.Name] = s.Volume + "/" + s.Chain[len(s.Chain)-1]
		}
	}
	out := map[string]item{}
	for n, set := range sets {
		out[n] = item{value: strings.Join(sorted(set), "; "), where: where[n]}
	}
	return out
}

// accounts join what the table of accounts and the one of passwords say of a name.
func accounts(r *inspect.Report) map[string]item {
	shadow := map[string]inspect.Account{}
	for _, a := range r.Accounts {
		if a.UID < 0 {
			shadow[a.Name] = a
		}
	}
	out := map[string]item{}
	for _, a := range r.Accounts {
		if _, ok := out[a.Name]; ok && a.UID < 0 {
			continue // told with its other half
		}
		s := a
		if x, ok := shadow[a.Name]; ok && a.Secret == "none" {
			s = x
		}
		v := strings.TrimSpace(strings.Join([]string{s.Secret, s.Scheme, s.SecretID}, " "))
		if a.UID >= 0 {
			v = fmt.Sprintf("uid %d, %s", a.UID, v)
		}
		out[a.Name] = item{value: v, where: s.Where}
	}
	return out
}

func hosts(r *inspect.Report) map[string]item {
	out := map[string]item{}
	for _, h := range r.Hosts {
		x := item{value: h.Operator}
		if len(h.Where) > 0 {
			x.where = h.Where[0]
		}
		out[h.Host] = x
	}
	return out
}

func modules(r *inspect.Report) map[string]item {
	out := map[string]item{}
	for _, m := range r.Modules {
		out[m.Name] = item{value: m.VerMagic, where: m.Where}
	}
	return out
}
