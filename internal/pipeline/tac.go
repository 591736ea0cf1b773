package pipeline

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"telltale/internal/attribute"
)

// Bounds of a table of type allocation codes: there are some 300,000.
const (
	maxTypes     = 2_000_000
	maxTypeText  = 200
	maxTypeFails = 20
)

// WithTypes returns k with a table of type allocation codes (TAC, the first
// eight digits of an IMEI), which nobody may hand out but many have: CSV with a
// heading, the columns tac, manufacturer, brand and model in any order.
// Problems are rows that could not be used.
func (k *Knowledge) WithTypes(file string) (*Knowledge, []string, error) {
	r, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	types, problems, err := readTypes(r)
	if err != nil {
		return nil, nil, fmt.Errorf("read type allocation codes of %q: %w", file, err)
	}
	facts, err := k.attributionFacts()
	if err != nil {
		return nil, nil, err
	}
	facts.Types = types
	out, err := k.with(facts)
	return out, problems, err
}

// typeColumns are the headings under which tables keep each column.
var typeColumns = [][]string{
	{"tac", "type allocation code"},
	{"manufacturer", "maker", "manufacturer (or) applicant", "applicant"},
	{"brand", "brand name"},
	{"model", "model name", "marketing name", "name"},
}

func readTypes(r io.Reader) (map[string]attribute.Allocation, []string, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord, c.LazyQuotes, c.ReuseRecord = -1, true, true
	head, err := c.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("no heading: give CSV with the columns tac, manufacturer, brand, model: %w", err)
	}
	cols := typeHeading(head)
	if cols[0] < 0 || cols[1] < 0 && cols[2] < 0 {
		return nil, nil, errors.New("the heading needs a column tac and one of manufacturer and brand, separated by commas")
	}
	out := map[string]attribute.Allocation{}
	var problems []string
	bad := 0
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := c.FieldPos(0)
		var tac string
		if err == nil {
			tac, err = typeCode(cell(row, cols[0]))
		}
		if err != nil {
			if bad++; bad <= maxTypeFails {
				problems = append(problems, fmt.Sprintf("line %d: %v", line, err))
			}
			continue
		}
		if len(out) >= maxTypes {
			return nil, nil, fmt.Errorf("more than %d codes: split the table", maxTypes)
		}
		out[tac] = attribute.Allocation{Manufacturer: cell(row, cols[1]), Brand: cell(row, cols[2]), Model: cell(row, cols[3])}
	}
	if bad > maxTypeFails {
		problems = append(problems, fmt.Sprintf("and %d more rows", bad-maxTypeFails))
	}
	if len(out) == 0 {
		return nil, nil, errors.New("no row has a code of eight digits")
	}
	return out, problems, nil
}

// typeHeading gives the place of each column, -1 where there is none.
func typeHeading(head []string) [4]int {
	at := [4]int{-1, -1, -1, -1}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))
		for k, names := range typeColumns {
			if at[k] < 0 && slices.Contains(names, h) {
				at[k] = i
			}
		}
	}
	return at
}

// typeCode puts back the zero that spreadsheets take from the front of a number.
func typeCode(s string) (string, error) {
	if len(s) == 7 {
		s = "0" + s
	}
	if len(s) != 8 || strings.Trim(s, "0123456789") != "" {
		return "", fmt.Errorf("%.20q is no type allocation code: eight digits are", s)
	}
	return s, nil
}

func cell(row []string, i int) string {
	if i < 0 || i >= len(row) {
		return ""
	}
	s := strings.TrimSpace(row[i])
	if len(s) > maxTypeText {
		s = strings.ToValidUTF8(s[:maxTypeText], "")
	}
	return strings.Clone(s)
}
