package main

import (
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// column is a column of the register: the group above it, its heading, the
// field of devices.csv.
type column struct{ group, heading, field string }

var networkColumns = []column{
	{"", "Line", ""},
	{"Gear", "Equip. name", "name"}, {"Gear", "Kind", "item"}, {"Gear", "Make", "make"}, {"Gear", "Model No.", "model"}, {"Gear", "S/N", "serial"},
	{"Where", "Site", "site"}, {"Where", "Lat.", "lat"}, {"Where", "Long.", "lon"},
	{"Net", "Mgmt IP", "ip"}, {"Net", "MAC addr.", "mac"},
	{"Money", "Date obtained", "obtained"}, {"Money", "P.O. #", "po"}, {"Money", "Orig. cost", "cost"}, {"Money", "Paid from", "fund"},
	{"", "Remarks", "remark"},
}

var cpeColumns = []column{
	{"", "Kind of item", "item"}, {"", "Brand", "make"}, {"", "Model", "model"}, {"", "PON s/n", "serial"}, {"", "Qty", "qty"},
	{"", "Date obtained", "obtained"}, {"", "PO", "po"}, {"", "Each $", "cost"}, {"", "Fund", "fund"},
}

// writeRegister writes the register as an office would: titles above merged
// headings, a total below, rows nobody can use, notes on a sheet of their own.
func writeRegister(path string, devices []map[string]string) error {
	f := excelize.NewFile()
	defer f.Close()
	made := "2026-09-30T08:00:00Z"
	if err := f.SetDocProps(&excelize.DocProperties{Created: made, Modified: made, Creator: "Plant office", Title: "Plant register"}); err != nil {
		return err
	}
	w := &sheetWriter{f: f}
	w.network(devices)
	w.cpe(devices)
	w.notes()
	if w.err != nil {
		return w.err
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		return err
	}
	return f.SaveAs(path)
}

type sheetWriter struct {
	f     *excelize.File
	sheet string
	err   error
}

func (w *sheetWriter) begin(name string) {
	if w.err == nil {
		_, w.err = w.f.NewSheet(name)
	}
	w.sheet = name
}

func (w *sheetWriter) put(col, row int, v any) {
	if w.err != nil {
		return
	}
	cell, err := excelize.CoordinatesToCellName(col, row)
	if err == nil {
		err = w.f.SetCellValue(w.sheet, cell, v)
	}
	w.err = err
}

func (w *sheetWriter) merge(c1, r1, c2, r2 int) {
	if w.err != nil {
		return
	}
	a, _ := excelize.CoordinatesToCellName(c1, r1)
	b, _ := excelize.CoordinatesToCellName(c2, r2)
	w.err = w.f.MergeCell(w.sheet, a, b)
}

func (w *sheetWriter) network(devices []map[string]string) {
	w.begin("Network plant")
	w.put(1, 1, "VALLEY TELECOM COOPERATIVE, INC.")
	w.merge(1, 1, 8, 1)
	w.put(1, 2, "Plant and network equipment register, as of 30 September 2026")
	w.merge(1, 2, 8, 2)
	start := 1
	for i, c := range networkColumns {
		if i > 0 && c.group != networkColumns[i-1].group {
			start = i + 1
		}
		if c.group != "" && start == i+1 {
			w.put(i+1, 4, c.group)
		}
		last := i == len(networkColumns)-1 || networkColumns[i+1].group != c.group
		if c.group != "" && last && i+1 > start {
			w.merge(start, 4, i+1, 4)
		}
		w.put(i+1, 5, c.heading)
	}
	row, n, total := 6, 0, 0.0
	for _, d := range devices {
		if d["sheet"] != "network" {
			continue
		}
		n++
		w.row(row, n, networkColumns, d)
		cost, _ := strconv.ParseFloat(d["cost"], 64)
		total += cost
		row++
		if n == 40 {
			w.unreadable(row)
			row += 2
		}
	}
	w.put(2, row+1, "TOTAL")
	w.put(3, row+1, strconv.Itoa(n)+" items")
	w.put(14, row+1, total)
}

// unreadable writes two rows of the sort registers have: one that points
// elsewhere, one whose serial number a spreadsheet has rounded.
func (w *sheetWriter) unreadable(row int) {
	w.put(2, row, "see yellow binder, page 4")
	w.put(2, row+1, "shelf-old")
	w.put(3, row+1, "Multiplexer")
	w.put(6, row+1, "2.10235E+19")
	w.put(7, row+1, "Hill Tower")
	w.put(12, row+1, "spring 2014")
}

func (w *sheetWriter) row(row, n int, cols []column, d map[string]string) {
	for i, c := range cols {
		v := d[c.field]
		switch {
		case c.field == "":
			w.put(i+1, row, n)
		case v == "":
		case c.field == "cost" || c.field == "qty" || c.field == "lat" || c.field == "lon":
			x, _ := strconv.ParseFloat(v, 64)
			w.put(i+1, row, x)
		case c.field == "obtained":
			t, _ := time.Parse(time.DateOnly, v)
			w.put(i+1, row, t.Format("01/02/2006"))
		default:
			w.put(i+1, row, v)
		}
	}
}

func (w *sheetWriter) cpe(devices []map[string]string) {
	w.begin("CPE")
	w.put(1, 1, "Customer premises equipment on the books")
	for i, c := range cpeColumns {
		w.put(i+1, 3, c.heading)
	}
	row := 4
	for _, d := range devices {
		if d["sheet"] == "cpe" {
			w.row(row, 0, cpeColumns, d)
			row++
		}
	}
}

func (w *sheetWriter) notes() {
	w.begin("Notes")
	for i, s := range []string{
		"Ask Dale about the radios in truck 3.",
		"Cameras in the yard came as a kit from Big Sky, label SentryVue.",
		"School switches are ours until the lease ends in 2027.",
	} {
		w.put(1, i+1, s)
	}
}
