// Package render shows a firmware report: as a table for a terminal, as one
// HTML page, as a CycloneDX bill of materials and as SARIF. It adds no judgement.
//
// JSON is the report itself; docs/format/firmware.md explains it.
package render

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
	"text/tabwriter"

	"telltale/internal/firmware/diff"
	"telltale/internal/firmware/inspect"
)

// Result is one image with what it was compared to.
type Result struct {
	*inspect.Report
	Baseline string        `json:"baseline,omitempty"`
	Changes  []diff.Change `json:"changes,omitempty"`
}

// plain makes foreign text safe for a terminal: control bytes become "?".
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x2066 {
			return '?'
		}
		return r
	}, s)
}

// Table writes findings first, then what the image is made of, in short.
func Table(w io.Writer, r *Result, all bool) error {
	fmt.Fprintf(w, "%s  %d bytes  sha256 %s\n%s\n\n", plain(r.Image.Name), r.Image.Size, r.Image.SHA256, plain(r.Summary))
	tw := tabwriter.NewWriter(w, 2, 8, 2, ' ', 0)
	notes := 0
	for _, f := range r.Findings {
		if f.Level == inspect.Note && !all {
			notes++
			continue
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", strings.ToUpper(string(f.Level)), f.ID, plain(f.Title))
		fmt.Fprintf(tw, "\t\t  at %s\n", plain(f.Where))
		for _, l := range [][2]string{{"seen: ", f.Evidence}, {"means: ", f.Consequence}, {"to use it: ", f.Use}, {"only if: ", strings.Join(f.Conditions, "; and ")}} {
			if l[1] != "" {
				fmt.Fprintf(tw, "\t\t  %s%s\n", l[0], plain(l[1]))
			}
		}
	}
	if notes > 0 {
		fmt.Fprintf(tw, "\t\t%d notes are shown with --all\n", notes)
	}
	for _, c := range r.Changes {
		fmt.Fprintf(tw, "%s\t%s\t%s %s %s\n", c.ID, c.What, plain(c.Name), plain(c.Old), plain(arrow(c)))
	}
	for _, l := range r.Lineage {
		fmt.Fprintf(tw, "lineage\t%.0f %%\tof the files are those of %s, %.0f %% equal or alike\n", 100*l.Same, plain(l.Image), 100*l.Alike)
	}
	fmt.Fprintln(tw)
	for _, s := range r.Services {
		fmt.Fprintf(tw, "service\t%s\t%s  %s  %s\n", s.State, plain(s.Name), strings.Join(s.Ports, ","), plain(s.Command))
	}
	for _, c := range r.Components {
		if c.Version != "" {
			fmt.Fprintf(tw, "component\t%s\t%s  (%s)\n", plain(c.Name), plain(c.Version), c.Method)
		}
	}
	return tw.Flush()
}

func arrow(c diff.Change) string {
	if c.New == "" {
		return ""
	}
	return "→ " + c.New
}

// CycloneDX writes a bill of materials, version 1.6.
func CycloneDX(w io.Writer, r *Result) error {
	type m = map[string]any
	var comps []m
	for i, c := range r.Components {
		typ := map[string]string{"library": "library", "kernel": "operating-system", "bootloader": "firmware", "package": "library"}[c.Kind]
		if typ == "" {
			typ = "application"
		}
		conf := 0.7
		if c.Method == "package-database" {
			conf = 1
		} else if c.Method == "soname" {
			conf = 0.4
		}
		x := m{"type": typ, "bom-ref": fmt.Sprintf("c%d", i), "name": c.Name, "evidence": m{"identity": []m{{"field": "name", "confidence": conf,
			"methods": []m{{"technique": technique(c.Method), "confidence": conf, "value": c.Evidence}}}}, "occurrences": occurrences(c.Where)}}
		if c.Version != "" {
			x["version"] = c.Version
		}
		if c.PURL != "" && c.Version != "" {
			x["purl"] = c.PURL
		}
		if c.CPE != "" {
			x["cpe"] = c.CPE
		}
		if c.Licence != "" {
			x["licenses"] = []m{{"license": m{"name": c.Licence}}}
		}
		comps = append(comps, x)
	}
	if comps == nil {
		comps = []m{}
	}
	return encode(w, m{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": m{"component": m{"type": "firmware", "bom-ref": "image", "name": r.Image.Name,
		"hashes": []m{{"alg": "SHA-256", "content": r.Image.SHA256}}}}, "components": comps})
}

func technique(method string) string {
	switch method {
	case "package-database", "changelog":
		return "manifest-analysis"
	case "soname":
		return "filename"
	}
	return "binary-analysis"
}

func occurrences(where []string) []map[string]any {
	out := []map[string]any{}
	for _, w := range where {
		out = append(out, map[string]any{"location": w})
	}
	return out
}

// SARIF writes the findings of all images, version 2.1.0.
func SARIF(w io.Writer, rs []*Result) error {
	type m = map[string]any
	results, rules, seen := []m{}, []m{}, map[string]bool{}
	for _, r := range rs {
		for _, f := range r.Findings {
			if !seen[f.ID] {
				seen[f.ID] = true
				rules = append(rules, m{"id": f.ID, "name": f.ID})
			}
			loc := m{"artifactLocation": m{"uri": uri(f.Where)}}
			if f.Line > 0 {
				loc["region"] = m{"startLine": f.Line}
			} else if f.Offset != nil {
				loc["region"] = m{"byteOffset": *f.Offset, "byteLength": 0}
			}
			results = append(results, m{"ruleId": f.ID, "level": map[inspect.Level]string{inspect.Confirmed: "error", inspect.Probable: "error", inspect.Suspicious: "warning", inspect.Note: "note"}[f.Level],
				"message": m{"text": f.Title + nonEmpty(". "+f.Consequence, f.Consequence)}, "locations": []m{{"physicalLocation": loc}},
				"properties": m{"level": f.Level, "rule": f.Rule, "evidence": f.Evidence, "use": f.Use, "conditions": f.Conditions, "image": r.Image.SHA256}})
		}
	}
	return encode(w, m{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": []m{{"tool": m{"driver": m{"name": "telltale", "rules": rules}}, "results": results}}})
}

func nonEmpty(s, cond string) string {
	if cond == "" {
		return ""
	}
	return s
}

// uri escapes what a URI may not hold.
func uri(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~/!@:", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return "./" + b.String()
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// HTML writes one page of its own, without scripts or anything fetched.
func HTML(w io.Writer, rs []*Result) error { return page.Execute(w, rs) }

var page = template.Must(template.New("firmware").Funcs(template.FuncMap{
	"pct":  func(f float64) string { return fmt.Sprintf("%.1f", 100*f) },
	"join": strings.Join,
	"hex":  func(n *int64) string { return fmt.Sprintf("%#x", *n) },
	"count": func(r *Result, l string) int {
		n := 0
		for _, f := range r.Findings {
			if string(f.Level) == l {
				n++
			}
		}
		return n
	},
	"levels": func() []string { return []string{"confirmed", "probable", "suspicious", "note"} },
}).Parse(pageText))

const pageText = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Firmware report</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}code{font-size:.85em;overflow-wrap:anywhere}
.f{border-left:.4rem solid #888;padding:.4rem .8rem;margin:.8rem 0;background:#f6f6f6}.confirmed{border-color:#a40000}.probable{border-color:#c35b00}.suspicious{border-color:#a98600}.note{border-color:#5a7a9a}
.l{font-weight:700;text-transform:uppercase;font-size:.8rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem;margin:.3rem 0}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}details{margin:.6rem 0}
</style></head><body>{{range $r := .}}
<h1>{{.Image.Name}}</h1><p>{{.Summary}}</p><p><small>{{.Image.Size}} bytes, SHA-256 <code>{{.Image.SHA256}}</code>, data {{.DataVersion}}</small></p>
{{if .Makers}}<h2>Who wrote it</h2><table><tr><th>Role<th>Organisation<th>How sure<th>Because</tr>{{range .Makers}}<tr><td>{{.Role}}<td>{{.Org}}<td>{{.Level}}<td>{{join .Because "; "}}</tr>{{end}}</table>{{end}}
{{range $l := levels}}{{if count $r $l}}<h2>{{count $r $l}} {{$l}}</h2>{{if eq $l "note"}}<details><summary>Show the notes</summary>{{end}}{{range $r.Findings}}{{if eq (printf "%s" .Level) $l}}<div class="f {{.Level}}"><span class="l">{{.ID}}</span> {{.Title}}<dl>
<dt>Where<dd><code>{{.Where}}</code>{{if .Offset}} at {{hex .Offset}}{{end}}{{if .Line}} line {{.Line}}{{end}}{{if .Evidence}}<dt>Seen<dd><code>{{.Evidence}}</code>{{end}}{{if .Conditions}}<dt>Only if<dd>{{join .Conditions "; and "}}{{end}}
{{if .Consequence}}<dt>What it means<dd>{{.Consequence}}{{end}}{{if .Use}}<dt>What it takes<dd>{{.Use}}{{end}}{{if .Control}}<dt>Against false alarm<dd>{{.Control}}{{end}}{{if .Sources}}<dt>Source<dd>{{join .Sources "; "}}{{end}}</dl></div>{{end}}{{end}}{{if eq $l "note"}}</details>{{end}}{{end}}{{end}}
{{if .Changes}}<h2>Against {{.Baseline}}</h2><table><tr><th>Change<th>What<th>Name<th>Before<th>After</tr>{{range .Changes}}<tr><td>{{.ID}}<td>{{.What}}<td>{{.Name}}<td>{{.Old}}<td>{{.New}}</tr>{{end}}</table>{{end}}
{{range .Lineage}}<p>{{pct .Same}} % of the files are those of {{.Image}}; {{pct .Alike}} % are equal or alike.</p>{{end}}
{{if .Services}}<h2>What it starts</h2><table><tr><th>Program<th>Starts<th>Port<th>Command<th>Chain</tr>{{range .Services}}<tr><td>{{.Name}}<td>{{.State}}{{if .Conditions}}: {{join .Conditions "; and "}}{{end}}<td>{{join .Ports ", "}}<td><code>{{.Command}}</code><td><code>{{join .Chain " → "}}</code></tr>{{end}}</table>{{end}}
{{if .Hosts}}<h2>What it may call</h2><table><tr><th>Host<th>Run by<th>For<th>In</tr>{{range .Hosts}}<tr><td>{{.Host}}<td>{{.Operator}}<td>{{.Purpose}}<td><code>{{index .Where 0}}</code></tr>{{end}}</table>{{end}}
{{if .Components}}<h2>What is in it</h2><table><tr><th>Component<th>Version<th>Licence<th>Known from</tr>{{range .Components}}<tr><td>{{.Name}}<td>{{.Version}}<td>{{.Licence}}<td>{{.Method}}</tr>{{end}}</table>{{end}}
<h2>What was read</h2><p>{{pct .Coverage.Share}} % of the image is explained.</p><details><summary>{{len .Regions}} regions</summary><table><tr><th>Where<th>Bytes<th>State<th>Remarks</tr>{{range .Regions}}<tr><td><code>{{.Where}}</code><td>{{.Length}}<td>{{.State}}<td>{{join .Reasons "; "}}</tr>{{end}}</table></details>
{{end}}<p><small>A report lists what was found. It does not clear an image.</small></p></body></html>
`
