// Command gen builds the number registries of data/registry from the lists
// their README names, read as local files, and joins their registrants to the
// organisations. It contacts nothing.
//
//	go run ./data/registry/gen -oui index.json -oui-date 2026-07-07 -pen pen.tsv -pen-date 2023 -usb usb.ids -pci pci.ids
//	go run ./data/registry/gen -join     after a change of organisations: no lists needed
//
// Run it at the root of the module. Each list may be given alone; the others stay as they are.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"telltale/data"
	"telltale/internal/org"
	"telltale/internal/registry"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	var (
		oui     = flag.String("oui", "", "index.json of the npm package oui-data")
		ouiDate = flag.String("oui-date", "", "day of its data, YYYY-MM-DD")
		pen     = flag.String("pen", "", "IANA enterprise numbers: number, tab, registrant")
		penDate = flag.String("pen-date", "", "day of its data")
		usb     = flag.String("usb", "", "usb.ids")
		pci     = flag.String("pci", "", "pci.ids")
		_       = flag.Bool("join", false, "only join the registrants to the organisations again")
		root    = flag.String("root", ".", "root of the module")
	)
	flag.Parse()
	folder := filepath.Join(*root, "data", "registry")
	jobs := []struct {
		file, date string
		info       registry.Info
		read       func([]byte) ([]registry.Row, string, error)
	}{
		{*oui, *ouiDate, registry.Info{Name: registry.OUITable, Title: "MAC address blocks (IEEE MA-L, MA-M, MA-S)",
			Source: "IEEE Registration Authority, by npm package oui-data 2.1.9", Licence: "BSD-2-Clause"}, readOUI},
		{*pen, *penDate, registry.Info{Name: registry.PENTable, Title: "Private enterprise numbers (IANA)",
			Source: "IANA private enterprise numbers", Licence: "public registry"}, readPEN},
		{*usb, "", registry.Info{Name: registry.USBTable, Title: "USB vendor IDs",
			Source: "usb.ids, linux-usb.org", Licence: "BSD-3-Clause"}, readIDs},
		{*pci, "", registry.Info{Name: registry.PCITable, Title: "PCI vendor IDs",
			Source: "pci.ids, PCI ID Project", Licence: "BSD-3-Clause"}, readIDs},
	}
	for _, j := range jobs {
		if j.file == "" {
			continue
		}
		b, err := os.ReadFile(j.file)
		if err != nil {
			return err
		}
		rows, date, err := j.read(b)
		if err != nil {
			return fmt.Errorf("read %s: %w", j.file, err)
		}
		j.info.Date = date
		if j.date != "" {
			j.info.Date = j.date
		}
		out, err := registry.Encode(j.info, rows)
		if err != nil {
			return err
		}
		if err := write(folder, j.info.Name, out); err != nil {
			return err
		}
	}
	return join(*root, folder)
}

func join(root, folder string) error {
	list, err := data.LoadOrganisations(os.DirFS(filepath.Join(root, "data")))
	if err != nil {
		return err
	}
	ix, err := org.NewIndex(list)
	if err != nil {
		return err
	}
	m, err := registry.Join(os.DirFS(folder), ix)
	if err != nil {
		return err
	}
	out, err := registry.EncodeMakers(m)
	if err != nil {
		return err
	}
	return write(folder, registry.MakerFile, out)
}

func write(folder, name string, b []byte) error {
	fmt.Printf("%s.bin: %d bytes\n", name, len(b))
	return os.WriteFile(filepath.Join(folder, name+".bin"), b, 0o644)
}

// readOUI reads {"AABBCC[D[EF..]]": "registrant\nstreet\n..."}. Blocks that
// IEEE holds to give away in parts, and blocks whose registrant is kept
// private, say nothing and are left out.
func readOUI(b []byte) ([]registry.Row, string, error) {
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, "", err
	}
	var rows []registry.Row
	for prefix, text := range m {
		n, err := strconv.ParseUint(prefix, 16, 64)
		if err != nil {
			return nil, "", fmt.Errorf("prefix %q: %w", prefix, err)
		}
		name, _, _ := strings.Cut(text, "\n")
		name = tidy(name)
		if name == "" || name == "Private" || name == "IEEE Registration Authority" {
			continue
		}
		rows = append(rows, registry.Row{Key: registry.OUIKey(n, 4*len(prefix)), Name: name})
	}
	return rows, "", nil
}

func readPEN(b []byte) ([]registry.Row, string, error) {
	var rows []registry.Row
	for line := range strings.Lines(string(b)) {
		number, name, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 32)
		if err != nil {
			return nil, "", fmt.Errorf("number %q: %w", number, err)
		}
		switch name = tidy(name); strings.ToLower(name) {
		case "", "reserved", "unassigned", "none", "---none---", "private", "assigned":
			continue
		}
		rows = append(rows, registry.Row{Key: n, Name: name})
	}
	return rows, "", nil
}

// readIDs reads the vendors of a usb.ids or pci.ids file: "vvvv  name" at the
// beginning of a line, up to the first other list ("C 00  class").
func readIDs(b []byte) ([]registry.Row, string, error) {
	var rows []registry.Row
	date := ""
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		line := strings.ToValidUTF8(sc.Text(), "")
		if d, ok := strings.CutPrefix(line, "# Date:"); ok && date == "" {
			date, _, _ = strings.Cut(strings.TrimSpace(d), " ")
		} else if d, ok := strings.CutPrefix(line, "#\tDate:"); ok && date == "" {
			date, _, _ = strings.Cut(strings.TrimSpace(d), " ")
		}
		if len(line) > 1 && line[1] == ' ' && 'A' <= line[0] && line[0] <= 'Z' {
			break
		}
		if len(line) < 7 || line[4:6] != "  " {
			continue
		}
		n, err := strconv.ParseUint(line[:4], 16, 16)
		if err != nil {
			continue
		}
		rows = append(rows, registry.Row{Key: n, Name: tidy(line[6:])})
	}
	return rows, date, nil
}

// tidy makes one line of valid UTF-8 with single spaces.
func tidy(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ") }
