package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"telltale/internal/asset"
	"telltale/internal/finding"
)

// columns are those of the CSV and XLSX forms: one row a finding.
var columns = []string{
	"verdict", "regime", "provision", "citation", "url", "act", "profile", "due", "date_confidence",
	"asset", "name", "quantity", "category", "model", "serial", "manufacturer", "confidence", "wording", "brand", "relabelled", "component",
	"input", "place", "site", "why", "remedy", "questions", "finding",
}

// rows yields one row a finding, in the order of columns.
func rows(r Result) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for b, err := range r.Findings() {
			var row []string
			if err == nil {
				row, err = row1(r, b)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

func row1(r Result, b []byte) ([]string, error) {
	var f finding.Finding
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("read finding: %w", err)
	}
	id, part := f.Subject.ID, ""
	if f.Subject.Host != nil {
		id, part = *f.Subject.Host, f.Subject.ID
	}
	var a asset.Asset
	if ab, err := r.Asset(id); err != nil {
		return nil, err
	} else if ab != nil {
		if err := json.Unmarshal(ab, &a); err != nil {
			return nil, fmt.Errorf("read asset %s: %w", id, err)
		}
	}
	var cite, url, due string
	if len(f.Citations) > 0 {
		cite, url = f.Citations[0].Text, f.Citations[0].URL
	}
	if f.Due != nil {
		due = f.Due.String()
	}
	maker, component := a.Manufacturer, ""
	for i := range a.Components {
		if a.Components[i].ID == part && part != "" {
			maker = a.Components[i].Manufacturer
			component = strings.TrimSpace(string(a.Components[i].Kind) + " " + a.Components[i].Model + " " + a.Components[i].Serial)
		}
	}
	org, sure, wording := attribution(maker)
	brand := label(&a)
	var qs []string
	for _, q := range f.Questions {
		qs = append(qs, q.Text)
	}
	input, place := "", ""
	if len(a.Where) > 0 {
		input, place = a.Where[0].Input, a.Where[0].At
	}
	return []string{
		string(f.Verdict), string(f.Regime), string(f.Provision), cite, url, string(f.Act), f.Profile, due, string(f.DateConfidence),
		id, a.Name, strconv.Itoa(a.Quantity), category(&a), text(a.Model), serial(a.Keys), org, sure, wording, brand, strconv.FormatBool(a.Relabelled), component,
		input, place, a.Facts["site"], f.Why, f.Remedy, strings.Join(qs, " | "), f.ID,
	}, nil
}

func attribution(a *asset.Attribution) (org, sure, wording string) {
	if a == nil {
		return "", "", ""
	}
	return string(a.Org), strconv.FormatFloat(a.Confidence, 'f', 3, 64), string(a.Wording)
}

func category(a *asset.Asset) string {
	if a.Category == nil {
		return ""
	}
	return string(a.Category.Value)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func serial(keys []string) string {
	for _, k := range keys {
		if v, ok := strings.CutPrefix(k, "serial:"); ok {
			return v
		}
	}
	return ""
}

// CSV writes one row a finding, with a heading row. Cells that a spreadsheet
// would take for a formula get a leading apostrophe.
func CSV(w io.Writer, r Result) error {
	return (&Sheet{Columns: columns, Rows: rows(r)}).CSV(w)
}

// AssetsCSV writes one row an asset, with a heading row.
func AssetsCSV(w io.Writer, r Result) error {
	return (&Sheet{Columns: assetColumns, Rows: assetRows(r)}).CSV(w)
}

// harmless disarms text that a spreadsheet would compute: foreign devices name themselves.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// maxSheetRows is how many rows a sheet of a workbook holds.
const maxSheetRows = 1 << 20

// XLSX writes a workbook: the findings, the assets, and what was read.
func XLSX(w io.Writer, r Result) error {
	x := excelize.NewFile()
	defer x.Close()
	if err := x.SetSheetName("Sheet1", "findings"); err != nil {
		return err
	}
	if err := fill(x, "findings", columns, rows(r)); err != nil {
		return err
	}
	if err := fill(x, "assets", assetColumns, assetRows(r)); err != nil {
		return err
	}
	if err := fill(x, "read", []string{"input", "format", "read", "not understood", "place", "reason", "remedy"}, coverageRows(r.Head())); err != nil {
		return err
	}
	_, err := x.WriteTo(w)
	return err
}

func fill(x *excelize.File, sheet string, head []string, lines iter.Seq2[[]string, error]) error {
	if i, _ := x.GetSheetIndex(sheet); i < 0 {
		if _, err := x.NewSheet(sheet); err != nil {
			return err
		}
	}
	s, err := x.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	n := 0
	put := func(row []string) error {
		n++
		if n > maxSheetRows {
			return fmt.Errorf("write sheet %q: more than %d rows; use --format csv or json", sheet, maxSheetRows)
		}
		cells := make([]any, len(row))
		for i, v := range row {
			cells[i] = v
		}
		return s.SetRow("A"+strconv.Itoa(n), cells)
	}
	if err := put(head); err != nil {
		return err
	}
	for row, err := range lines {
		if err != nil {
			return err
		}
		if err := put(row); err != nil {
			return err
		}
	}
	return s.Flush()
}

var assetColumns = []string{"asset", "kind", "seen", "quantity", "name", "category", "model", "serial", "manufacturer", "confidence", "wording", "brand", "relabelled", "components", "keys", "site", "input", "place", "next test"}

func assetRows(r Result) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for b, err := range r.Assets() {
			var a asset.Asset
			if err == nil {
				err = json.Unmarshal(b, &a)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			org, sure, wording := attribution(a.Manufacturer)
			brand := label(&a)
			input, place := "", ""
			if len(a.Where) > 0 {
				input, place = a.Where[0].Input, a.Where[0].At
			}
			if !yield([]string{a.ID, string(a.Kind), string(a.Seen), strconv.Itoa(a.Quantity), a.Name, category(&a), text(a.Model), serial(a.Keys),
				org, sure, wording, brand, strconv.FormatBool(a.Relabelled), strconv.Itoa(len(a.Components)), strings.Join(a.Keys, " "), a.Facts["site"], input, place, a.NextTest}, nil) {
				return
			}
		}
	}
}

func coverageRows(h *Head) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for i := range h.Coverage {
			c := &h.Coverage[i]
			if !yield([]string{c.Input, c.Format, strconv.Itoa(c.Read), strconv.Itoa(c.Failed)}, nil) {
				return
			}
			for _, why := range c.Reasons {
				if !yield([]string{c.Input, c.Format, "", "", why.Place, why.Reason, why.Hint}, nil) {
					return
				}
			}
		}
	}
}

// label is the organisation whose brand is on the label, else the text of the label.
func label(a *asset.Asset) string {
	brand, _, _ := attribution(a.Brand)
	return cmp.Or(brand, a.BrandText)
}
