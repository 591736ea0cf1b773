package web

import (
	"bytes"
	"html/template"
	"strings"
	"testing"
)

var cellPage = template.Must(template.New("").Parse(`<div class="scroll" role="region" aria-label="{{.}}"><table><thead><tr><th>A</th><th>{{.}}</th></tr></thead><tbody><tr><td>x</td><td><a href="/x?{{.}}" title="{{.}}"><bdi>{{.}}</bdi></a></td></tr></tbody></table></div>`))

// Whatever a cell holds, the table around it is read, and the cell is that text.
func FuzzReadTable(f *testing.F) {
	for _, s := range []string{"olt-1", "", "</td></table>", "<script>alert(1)</script>", "&amp;&lt;&nope;", "]]>", "<!--", "\uffff", "\xff\xfe", "\x00\x1b[31m", "a\u202eb", "é\u0301", `" onmouseover="`, "a ↑", "<br>;", "\u00a0\u2003 x", hostile} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		if err := cellPage.Execute(&b, s); err != nil {
			t.Skip() // no page can show it
		}
		page := harmless(b.Bytes())
		ts := tablesOf(page)
		if len(ts) != 1 || len(ts[0].name) > maxSlug {
			t.Fatalf("tables: %+v", ts)
		}
		columns, rows, err := readTable(page[ts[0].from:ts[0].to])
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		want := strings.Join(strings.Fields(string(bytes.ToValidUTF8(harmless([]byte(strings.ReplaceAll(s, "\x00", "\uFFFD"))), []byte("\uFFFD")))), " ")
		want = strings.TrimRight(want, " ↑↓")
		if want == "" {
			return // a column without any text is left out
		}
		if len(columns) != 2 || len(rows) != 1 || rows[0][1] != want {
			t.Errorf("%q is read as %q under %q, want %q", s, rows, columns, want)
		}
	})
}
