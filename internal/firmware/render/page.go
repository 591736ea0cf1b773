package render

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/netip"
	"slices"
	"strings"

	"telltale/internal/firmware/inspect"
)

//go:embed page.html
var pageText string

// HTML writes one page of its own, without scripts or anything fetched. name gives an organisation's name; nil shows IDs.
func HTML(w io.Writer, rs []*Result, name func(org string) string) error {
	if name == nil {
		name = func(id string) string { return id }
	}
	t, err := page.Clone()
	if err != nil {
		return err
	}
	return t.Funcs(template.FuncMap{"org": name}).Execute(w, rs)
}

var levels = []string{"confirmed", "probable", "suspicious", "note"}

var (
	levelMeans = map[string]string{"confirmed": "shown by the image", "probable": "one step not shown", "suspicious": "worth a look", "note": "facts to know"}
	headings   = map[string]string{"confirmed": "Shown by the image itself", "probable": "Probable: one step is not shown", "suspicious": "Suspicious: worth a person's look"}
	roles      = map[string]string{"soc": "Chip", "platform": "Firmware platform", "assembler": "Assembly", "brand": "Brand", "operator": "Operator build"}
	starts     = map[string]string{"unconditional": "at every boot", "conditional": "only when", "not-started": "not seen to start"}
	methods    = map[string]string{"package-database": "package list", "changelog": "package documents", "string": "text in a program", "soname": "library name"}
	changes    = map[string]string{"diff.added": "new", "diff.removed": "gone", "diff.changed": "changed"}
)

// or returns a word for a key, the key itself when there is none.
func or(words map[string]string) func(any) string {
	return func(k any) string {
		s := fmt.Sprint(k)
		if w := words[s]; w != "" {
			return w
		}
		return s
	}
}

// told says that the page's table of makers says all of a finding.
func told(f *inspect.Finding) bool {
	return strings.HasPrefix(f.ID, "maker.") && f.Rule == "marks"
}

func count(r *Result, level string) int {
	n := 0
	for i := range r.Findings {
		if string(r.Findings[i].Level) == level && !told(&r.Findings[i]) {
			n++
		}
	}
	return n
}

// sealed is how many bytes of the image itself are encrypted or random.
func sealed(r *Result) int64 {
	n := int64(0)
	for _, u := range r.Coverage.Unread {
		if u.State == "encrypted" {
			n += u.Length
		}
	}
	return n
}

// verdict is the first sentence a buyer reads. It never clears an image.
func verdict(r *Result) string {
	ways, sure := 0, 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if told(f) || strings.HasPrefix(f.ID, "state.") {
			continue
		}
		switch {
		case f.Level == inspect.Confirmed:
			sure++
		case f.Level.Rank() >= inspect.Suspicious.Rank():
			ways++
		}
	}
	switch {
	case sure > 0:
		return fmt.Sprintf("The image itself shows %s a buyer should know of%s.", inspect.Plural(sure, "thing", "things"), more(ways))
	case ways > 0:
		return fmt.Sprintf("Nothing is certain, and %s worth a person's look.", inspect.Plural(ways, "thing is", "things are"))
	case sealed(r) > 0:
		return "Part of the image is sealed and nothing can be said of it; in the rest no way in was found."
	case r.Coded() > 0:
		return "Part of the image is coded in a way not known and nothing can be said of it; in the rest no way in was found."
	case r.Lost() > 0:
		return "Part of the image is cut short or was read in part only and nothing can be said of it; in the rest no way in was found."
	}
	return "No way in was found in what could be read."
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", and %s worth a look", inspect.Plural(n, "more is", "more are"))
}

// size writes bytes for people.
func size(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// short is the last part of a chain of containers: the path inside its file system.
func short(where string) string {
	i := strings.LastIndexByte(where, '!')
	if i < 0 {
		i = strings.LastIndexByte(where, '@')
	}
	_, p, ok := strings.Cut(where[i+1:], "/")
	if !ok {
		return where
	}
	return p
}

func place(f *inspect.Finding) string {
	s := f.Path
	if s == "" {
		s = short(f.Where)
	}
	if f.Line > 0 {
		return fmt.Sprintf("%s line %d", s, f.Line)
	}
	return s
}

// hosts are the hosts whose operator is known, or those whose is not.
func hosts(r *Result, known bool) []inspect.Host {
	var out []inspect.Host
	for _, h := range r.Hosts {
		if (h.Operator != "" || h.ASN != "") == known {
			out = append(out, h)
		}
	}
	return out
}

// components are those whose version is known, or those whose is not.
func components(r *Result, known bool) []inspect.Component {
	var out []inspect.Component
	for _, c := range r.Components {
		if (c.Version != "") == known {
			out = append(out, c)
		}
	}
	return out
}

// fewHosts is how many hosts of no known operator a reader sees without asking for them.
const fewHosts = 12

// services are those of the report, what starts first of all at the top.
func services(r *Result) []inspect.Service {
	out := slices.Clone(r.Services)
	rank := map[string]int{"unconditional": 0, "conditional": 1, "not-started": 2}
	slices.SortStableFunc(out, func(a, b inspect.Service) int { return rank[a.State] - rank[b.State] })
	return out
}

// isAddress says that a host is given by its address, which no name tells the operator of.
func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

func first(l []string) string {
	switch len(l) {
	case 0:
		return ""
	case 1:
		return l[0]
	}
	return fmt.Sprintf("%s, and %d more", l[0], len(l)-1)
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// unexplained counts the files that differ with no change of meaning in them.
func unexplained(r *Result) int {
	n := 0
	for i := range r.FileChanges {
		if len(r.FileChanges[i].Because) == 0 {
			n++
		}
	}
	return n
}

var page = template.Must(template.New("firmware").Funcs(template.FuncMap{
	"org": func(s string) string { return s }, "pct": func(f float64) string { return fmt.Sprintf("%.1f", 100*f) }, "pct0": func(f float64) string { return fmt.Sprintf("%.0f", 100*f) },
	"join": strings.Join, "hex": func(n *int64) string { return fmt.Sprintf("%#x", *n) }, "levels": func() []string { return levels },
	"count": count, "sealed": sealed, "verdict": verdict, "bytes": size, "short": short, "first": first, "sentence": sentence, "unexplained": unexplained,
	"notes": func(r *Result) string { return inspect.Plural(count(r, "note"), "note", "notes") }, "hosts": hosts, "components": components, "services": services, "few": func(l []inspect.Host) bool { return len(l) <= fewHosts },
	"told":  func(f inspect.Finding) bool { return told(&f) },
	"place": func(f inspect.Finding) string { return place(&f) },
	"means": or(levelMeans), "heading": or(headings), "role": or(roles), "starts": or(starts), "method": or(methods), "change": or(changes),
}).Parse(pageText))
