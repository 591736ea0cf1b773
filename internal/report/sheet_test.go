package report

import (
	"bytes"
	"encoding/json"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func lines(rows ...[]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(append([]string(nil), r...), nil) {
				return
			}
		}
	}
}

func TestSheetForms(t *testing.T) {
	sheet := func() *Sheet {
		return &Sheet{Name: "things", Columns: []string{"name", "note"}, Rows: lines([]string{"=cmd()", "a,b"}, []string{"short"})}
	}
	var b bytes.Buffer
	if err := sheet().CSV(&b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("name,note\n'=cmd(),\"a,b\"\nshort,\n", b.String()); diff != "" {
		t.Errorf("CSV (-want +got):\n%s", diff)
	}
	b.Reset()
	if err := sheet().JSON(&b); err != nil {
		t.Fatal(err)
	}
	var got []map[string]string
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]map[string]string{{"name": "=cmd()", "note": "a,b"}, {"name": "short"}}, got); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	b.Reset()
	if err := sheet().XLSX(&b); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	cells, err := x.GetRows("things")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"name", "note"}, {"=cmd()", "a,b"}, {"short"}}, cells); diff != "" {
		t.Errorf("XLSX (-want +got):\n%s", diff)
	}
	b.Reset()
	empty := &Sheet{Columns: []string{"name"}, Rows: lines()}
	if err := empty.JSON(&b); err != nil || !json.Valid(b.Bytes()) {
		t.Errorf("JSON of no rows: %q, %v", b.String(), err)
	}
}
