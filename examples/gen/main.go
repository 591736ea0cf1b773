// Command gen writes the files of examples/valley-telecom that are not typed by
// hand: the asset register, the network scan and the quote.
//
//	go run ./examples/gen
//
// devices.csv is the truth it starts from, services.csv what each kind of
// device answers a scanner. Everything is invented; address ranges are those of
// RFC 5737, MAC prefixes and model names are real where a maker is to be told.
package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	in, out := "examples/gen", "examples/valley-telecom"
	if len(os.Args) > 1 {
		out = os.Args[1]
	}
	if err := run(in, out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run reads the tables below in and writes the files to out.
func run(in, out string) error {
	devices, err := table(filepath.Join(in, "devices.csv"))
	if err != nil {
		return err
	}
	services, err := table(filepath.Join(in, "services.csv"))
	if err != nil {
		return err
	}
	if err := writeRegister(filepath.Join(out, "plant-register.xlsx"), devices); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "scan.xml"), []byte(scan(devices, services)), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "quote-2211.pdf"), pdf(quote), 0o644)
}

// table reads a CSV with a heading row.
func table(path string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	recs, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var rows []map[string]string
	for _, rec := range recs[1:] {
		row := map[string]string{}
		for i, h := range recs[0] {
			row[h] = strings.ReplaceAll(rec[i], `\n`, "\n")
		}
		rows = append(rows, row)
	}
	return rows, nil
}
