package web

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// tableSeen is a table as a browser shows it.
type tableSeen struct {
	Label string
	// Rows counts its rows, Links are the texts of each row's first link.
	Rows  int
	Links []string
	// Own are the addresses of its files behind it, Page those of the page's own export.
	Own, Page []string
}

const tablesSeen = `[...document.querySelectorAll("main table")].map((t) => {
	const region = t.closest("[role=region]") ?? t, behind = region.nextElementSibling;
	const links = (e) => [...e.querySelectorAll("a[download]")].map((a) => a.getAttribute("href"));
	const rows = [...t.tBodies].flatMap((b) => [...b.rows]);
	return { Label: region.getAttribute("aria-label") ?? region.getAttribute("aria-labelledby") ?? "", Rows: rows.length,
		Links: rows.map((r) => r.querySelector("a")?.innerText ?? ""),
		Own: behind?.classList.contains("exports") ? links(behind) : [], Page: [...document.querySelectorAll(".exports")].flatMap(links).filter((h) => !h.includes("table=")) };
})`

// Every table of every page has its files, which hold its rows.
func TestEveryTableIsHandedOver(t *testing.T) {
	b := everywhere(t)
	seen := 0
	b.eachPage(func(name, path string) {
		b.goTo(path)
		for _, table := range value[[]tableSeen](b, tablesSeen) {
			seen++
			links := table.Own
			if len(links) == 0 {
				links = table.Page
			}
			if len(links) != 3 {
				t.Errorf("%s: the table %q has %d files, want CSV, XLSX and JSON: %v", name, table.Label, len(links), links)
				continue
			}
			b.files(name+", "+table.Label, table, links, len(table.Own) > 0)
		}
	})
	if seen < 30 {
		t.Errorf("only %d tables were seen", seen)
	}
}

// files holds the three files of a table against each other and against the page.
func (b *tab) files(name string, table tableSeen, links []string, exact bool) {
	b.t.Helper()
	fetched := func(href string) string {
		return value[string](b, `fetch(`+strconv.Quote(href)+`).then((r) => r.ok ? r.arrayBuffer() : Promise.reject(r.status)).then((x) => Array.from(new Uint8Array(x), (c) => String.fromCharCode(c)).join("")).then(btoa)`)
	}
	rows, err := csv.NewReader(strings.NewReader(decoded(b.t, fetched(links[0])))).ReadAll()
	if err != nil || len(rows) == 0 {
		b.t.Fatalf("%s: CSV of %d rows: %v", name, len(rows), err)
	}
	x, err := excelize.OpenReader(strings.NewReader(decoded(b.t, fetched(links[1]))))
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	defer x.Close()
	sheet, err := x.GetRows(x.GetSheetName(0))
	grows := table.Label == "Record" // by every file that is fetched
	if err != nil || len(sheet) != len(rows) && !grows {
		b.t.Errorf("%s: the workbook has %d rows, the CSV %d: %v", name, len(sheet), len(rows), err)
	}
	var objects []map[string]string
	if err := json.Unmarshal([]byte(decoded(b.t, fetched(links[2]))), &objects); err != nil || len(objects) != len(rows)-1 && !grows {
		b.t.Errorf("%s: JSON of %d rows, CSV of %d: %v", name, len(objects), len(rows)-1, err)
	}
	if n := len(rows) - 1; n < table.Rows || exact && n != table.Rows {
		b.t.Errorf("%s: %d rows in the file, %d on the page", name, n, table.Rows)
	}
	if !exact {
		return // a list with columns of its own
	}
	for i, link := range table.Links {
		plain := strings.Join(strings.Fields(link), " ")
		if i+1 < len(rows) && !strings.Contains(strings.Join(rows[i+1], " "), plain) {
			b.t.Errorf("%s: row %d of the file is %q, the page has %q", name, i+1, rows[i+1], plain)
		}
	}
}

func decoded(t testing.TB, s string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTablesAreRead(t *testing.T) {
	page := []byte(`<h1>x</h1><div class="scroll" role="region" aria-label="Checks &amp; answers"><table class="a"><thead><tr><th>When</th><th>What</th><th>What</th><th>Do</th></tr></thead><tbody>
<tr><td>now &lt;b&gt;</td><td><a href="/x?a=1&amp;b">one</a><br><small>two &nbsp; three</small><span class="sr">heard</span></td><td><svg viewBox="0 0 1 1"><path d="M0"/></svg>x</td><td><select name="s"><option value="" selected>pick</option></select></td></tr>
<tr><td></td><td><ul><li>a</li><li>b</li></ul></td><td><details open><summary>more</summary>hidden</details></td><td><input type="checkbox" name="c" required></td></tr></tbody></table></div>
<div role="region" aria-label="Checks &amp; answers"><table><thead><tr><th>A</th></tr></thead><tbody></tbody></table></div>`)
	ts := tablesOf(page)
	if len(ts) != 2 || ts[0].name != "checks-answers" || ts[1].name != "checks-answers-2" {
		t.Fatalf("tables: %+v", ts)
	}
	columns, rows, err := readTable(page[ts[0].from:ts[0].to])
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"When", "What", "What 2"}; !reflect.DeepEqual(columns, want) {
		t.Errorf("columns %q, want %q", columns, want)
	}
	if want := [][]string{{"now <b>", "one; two three", "x"}, {"", "a; b", ""}}; !reflect.DeepEqual(rows, want) {
		t.Errorf("rows %q, want %q", rows, want)
	}
	if out := string(withExports(page, "check", "/check?a=b")); strings.Count(out, "download>") != 6 || !strings.Contains(out, `href="/check?a=b&amp;format=csv&amp;table=checks-answers-2"`) {
		t.Errorf("the page gets no links: %s", out)
	}
}

func TestTableThatIsNotThere(t *testing.T) {
	h := testSite(t)
	if w := get(t, h, "/org/dahua?table=nothing&format=csv"); w.Code != 404 || !strings.Contains(w.Body.String(), "no table") {
		t.Errorf("a table that is not there: %d", w.Code)
	}
	if w := get(t, h, "/org/dahua?table=counts-with-it&format=csv"); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
		t.Errorf("a table that is there: %d", w.Code)
	}
}
