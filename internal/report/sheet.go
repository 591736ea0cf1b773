package report

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"

	"github.com/xuri/excelize/v2"
)

// Sheet is one table to be handed over, whatever it lists.
type Sheet struct {
	Name    string
	Columns []string
	// Rows yields rows as wide as Columns, or narrower; it is read once.
	Rows iter.Seq2[[]string, error]
}

// CSV writes the table as CSV with a heading row. Cells that a spreadsheet
// would take for a formula get a leading apostrophe.
func (t *Sheet) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(t.Columns); err != nil {
		return err
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		cells := make([]string, max(len(row), len(t.Columns))) // every record as wide as the heading
		for i := range row {
			cells[i] = harmless(row[i])
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// XLSX writes the table as a workbook of one sheet.
func (t *Sheet) XLSX(w io.Writer) error {
	x := excelize.NewFile()
	defer x.Close()
	if err := x.SetSheetName("Sheet1", t.Name); err != nil {
		return err
	}
	if err := fill(x, t.Name, t.Columns, t.Rows); err != nil {
		return err
	}
	_, err := x.WriteTo(w)
	return err
}

// JSON writes the table as an array of objects named like the columns.
func (t *Sheet) JSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	sep := "[\n"
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		object := map[string]string{}
		for i, v := range row {
			object[t.Columns[i]] = v
		}
		b, err := json.Marshal(object)
		if err != nil {
			return err
		}
		out.WriteString(sep)
		out.Write(b)
		sep = ",\n"
	}
	if sep == "[\n" {
		out.WriteString("[")
	}
	out.WriteString("\n]\n")
	return out.Flush()
}
