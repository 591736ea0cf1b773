package sheet

import (
	"strings"

	"telltale/internal/evidence"
)

// readTitles takes from the rows above the headings what holds for all rows:
// "Supplier: Example Ltd", or a label in one cell and its value in the next.
func (it *interpreter) readTitles(rows []sampleRow) {
	for _, r := range rows {
		for i, c := range r.cells {
			if c == "" || len(c) > 200 {
				continue
			}
			label, value, ok := strings.Cut(c, ":")
			if value = strings.TrimSpace(value); !ok || value == "" {
				label, value = strings.TrimSuffix(c, ":"), nextFilled(r.cells[i+1:])
			}
			it.setDefault(r.num, i, label, value)
		}
	}
}

func nextFilled(cells []string) string {
	for _, c := range cells {
		if c != "" {
			return c
		}
	}
	return ""
}

// titleAttrs are the meanings that may hold for a whole table.
var titleAttrs = map[evidence.Attr]evidence.Attr{
	evidence.SupplierText: evidence.SupplierText, vendor: evidence.SupplierText, evidence.Order: evidence.Order, evidence.Acquired: evidence.Acquired,
	evidence.Site: evidence.Site, evidence.FundedBy: evidence.FundedBy,
}

// setDefault makes a labelled value hold for the rows that follow and have none of their own.
func (it *interpreter) setDefault(row, col int, label, value string) bool {
	m := meaningOf(label)
	attr, ok := titleAttrs[m.attr]
	if !ok || m.strength < 10 || value == "" || isEmpty([]byte(value)) {
		return false
	}
	switch attr {
	case evidence.Acquired:
		v, k := parseDate([]byte(value), orderUnknown, false)
		if k != isDate {
			return false
		}
		value = v
	case evidence.FundedBy:
		if value = longestWords(fundingTable(), value); value == "" {
			return false
		}
	}
	o := evidence.Observation{Source: "sheet", Attr: attr, Value: cut(value), Place: evidence.Place{Input: it.in.Name, At: it.table.Place(row, col)}}
	for i := range it.defaults {
		if it.defaults[i].Attr == attr {
			it.defaults[i] = o
			return true
		}
	}
	it.defaults = append(it.defaults, o)
	return true
}

// missingDefaults returns the values of title rows that a row does not have itself.
func (it *interpreter) missingDefaults(obs []evidence.Observation) []evidence.Observation {
	var out []evidence.Observation
next:
	for _, d := range it.defaults {
		for i := range obs {
			if obs[i].Attr == d.Attr {
				continue next
			}
		}
		out = append(out, d)
	}
	return out
}

// section handles a row with a single text: "Site: North Hill" holds for the rows after it, another title is left out.
func (it *interpreter) section(row *Row, only int) {
	text := string(row.Cells[only])
	if label, value, ok := strings.Cut(text, ":"); ok && len(text) < 200 && it.setDefault(row.Num, only, label, strings.TrimSpace(value)) {
		it.skip("section title", row)
		return
	}
	if isTotal(row.Cells) {
		it.skip("row of totals", row)
		return
	}
	it.skip("row with a single text (read as a section title)", row)
}
