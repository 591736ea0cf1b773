package web

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Every table of a page can be taken along as a file. Lists that are longer
// than what a page shows write it themselves (export); every other table is
// read from the page as it was made, so that its file has the rows and the
// words of the page.

// whole are the tables, by page and beginning of their name, that the page's own export hands over with all columns.
var whole = map[string]string{
	"overview": "deadlines", "assets": "assets", "findings": "findings", "asset": "findings", "evidence": "inputs", "data": "data-sets",
	"people": "accounts", "record": "record", "inboxgroup": "asked-of", "network": "links", "orgs": "organisations", "reconcile": "differences",
	"law": "j-", "lawdiff": "days", "lawahead": "days", "job": "verdicts-that-change",
}

// shown is one table of a page: its name, which stands in the address of its file, and its place.
type shown struct {
	name     string
	from, to int
}

var tableStart, tableEnd = []byte("<table"), []byte("</table>")

// tablesOf finds the tables of a page. A table is called as its region is labelled.
func tablesOf(page []byte) []shown {
	var out []shown
	count := map[string]int{}
	for at := 0; ; {
		i := bytes.Index(page[at:], tableStart)
		if i < 0 {
			return out
		}
		from := at + i
		n := bytes.Index(page[from:], tableEnd)
		if n < 0 {
			return out
		}
		name := nameOf(page[at:from])
		if count[name]++; count[name] > 1 {
			name += "-" + strconv.Itoa(count[name])
		}
		at = from + n + len(tableEnd)
		out = append(out, shown{name, from, at})
	}
}

// nameOf makes the name of a table of what stands before it: the label of the last region, else "table".
func nameOf(before []byte) string {
	i := bytes.LastIndex(before, []byte(`role="region"`))
	if i < 0 {
		return "table"
	}
	for _, attribute := range []string{`aria-label="`, `aria-labelledby="`} {
		_, value, ok := bytes.Cut(before[i:], []byte(attribute))
		if value, _, closed := bytes.Cut(value, []byte(`"`)); ok && closed {
			return slug(html.UnescapeString(string(value)))
		}
	}
	return "table"
}

// maxSlug bounds the name of a table: a workbook's sheet holds no longer one.
const maxSlug = 26

// slug writes a text in small letters, digits and dashes.
func slug(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	out := strings.Join(words, "-")
	return out[:min(len(out), maxSlug)]
}

// withExports puts links to the file of each table behind it, where the page does not hand it over itself.
func withExports(page []byte, name, path string) []byte {
	var out []byte
	at := 0
	for _, t := range tablesOf(page) {
		if w, ok := whole[name]; ok && strings.HasPrefix(t.name, w) {
			continue
		}
		end := t.to
		if rest := page[end:]; bytes.HasPrefix(rest, []byte("</div>")) {
			end += len("</div>")
		}
		out = append(append(out, page[at:end]...), exportLinks(path, t.name)...)
		at = end
	}
	return append(out, page[at:]...)
}

func exportLinks(path, table string) string {
	var b strings.Builder
	b.WriteString(`<p class="exports noprint">Take it along:`)
	for _, format := range []string{"csv", "xlsx", "json"} {
		fmt.Fprintf(&b, ` <a href="%s" download>%s<span class="sr"> of %s</span></a>`, html.EscapeString(inFormat(path, format, "table", table)), strings.ToUpper(format), table)
	}
	b.WriteString("</p>")
	return b.String()
}

// exportShown writes a table of a page as a file when the URL asks for one (?table=NAME&format=csv); it reports whether it did.
func (s *site) exportShown(w http.ResponseWriter, r *http.Request, page []byte) bool {
	name := r.URL.Query().Get("table")
	tables := tablesOf(page)
	i := slices.IndexFunc(tables, func(t shown) bool { return t.name == name })
	switch {
	case name == "" || !r.URL.Query().Has("format"):
		return false
	case i < 0:
		s.fail(w, r, http.StatusNotFound, fault{Message: "This page has no table “" + clip(60, name) + "” now.", Remedy: "Open the page and take the table along from there.", Link: r.URL.Path, LinkText: "The page"})
		return true
	}
	columns, rows, err := readTable(page[tables[i].from:tables[i].to])
	if err != nil {
		http.Error(w, "the table could not be read: "+err.Error(), http.StatusInternalServerError)
		return true
	}
	return s.export(w, r, name, columns, each(rows, func(row *[]string) []string { return *row }))
}

// readTable reads heading and rows of a table as a reader sees them: without
// controls and what is folded away. Columns of nothing but controls are left out.
func readTable(table []byte) (columns []string, rows [][]string, err error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.ToValidUTF8(table, []byte("\uFFFD"))))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var row []string
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		switch e := t.(type) {
		case xml.StartElement:
			if e.Name.Local != "td" && e.Name.Local != "th" {
				continue
			}
			cell, err := readCell(d)
			if err != nil {
				return nil, nil, err
			}
			row = append(row, cell)
		case xml.EndElement:
			if e.Name.Local != "tr" {
				continue
			}
			if columns == nil {
				columns = row
			} else {
				rows = append(rows, row)
			}
			row = nil
		}
	}
	return withoutEmpty(columns, rows)
}

// unread are elements whose content is no text of a cell: controls, drawings, what is folded away.
var unread = map[string]bool{"svg": true, "select": true, "button": true, "input": true, "form": true, "details": true}

// apart are elements that stand on a line of their own.
var apart = map[string]bool{"br": true, "div": true, "p": true, "li": true}

// readCell reads the text of a cell up to its end.
func readCell(d *xml.Decoder) (string, error) {
	var lines []string
	var b strings.Builder
	end := func() {
		if line := strings.Join(strings.Fields(b.String()), " "); line != "" {
			lines = append(lines, line)
		}
		b.Reset()
	}
	for {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch e := t.(type) {
		case xml.StartElement:
			heard := slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == "class" && a.Value == "sr" })
			if unread[e.Name.Local] || heard {
				if err := d.Skip(); err != nil {
					return "", err
				}
			} else if apart[e.Name.Local] {
				end()
			}
		case xml.EndElement:
			if e.Name.Local == "td" || e.Name.Local == "th" {
				end()
				return strings.TrimRight(strings.Join(lines, "; "), " ↑↓"), nil
			}
			if apart[e.Name.Local] {
				end()
			}
		case xml.CharData:
			b.Write(e)
		}
	}
}

// withoutEmpty leaves out columns without any text in rows, gives every column
// a name of its own, and makes all rows as wide.
func withoutEmpty(columns []string, rows [][]string) ([]string, [][]string, error) {
	var keep []int
	for i := range columns {
		if len(rows) == 0 || slices.ContainsFunc(rows, func(r []string) bool { return i < len(r) && r[i] != "" }) {
			keep = append(keep, i)
		}
	}
	pick := func(row []string) []string {
		out := make([]string, 0, len(keep))
		for _, i := range keep {
			if i < len(row) {
				out = append(out, row[i])
			} else {
				out = append(out, "")
			}
		}
		return out
	}
	names, used := pick(columns), map[string]int{}
	for i, n := range names {
		if used[n]++; used[n] > 1 {
			names[i] = n + " " + strconv.Itoa(used[n])
		}
	}
	for i := range rows {
		rows[i] = pick(rows[i])
	}
	return names, rows, nil
}

// exportList writes a list that a page shows in part, when the URL asks for the table of that name; it reports whether it did.
func (s *site) exportList(w http.ResponseWriter, r *http.Request, table string, columns []string, rows iter.Seq2[[]string, error]) bool {
	return r.URL.Query().Get("table") == table && s.export(w, r, table, columns, rows)
}
