package netbox

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// maxRecord bounds one CSV record in bytes.
const maxRecord = 1 << 20

func splitHeadings(line string) []string {
	line = strings.TrimRight(line, "\r\n")
	sep := ","
	if strings.Count(line, ";") > strings.Count(line, ",") {
		sep = ";"
	}
	var out []string
	for _, h := range strings.Split(line, sep) {
		out = append(out, heading(h))
	}
	return out
}

// heading makes "Module Bay" and "module_bay" one.
func heading(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.Trim(strings.TrimSpace(s), "\"\xef\xbb\xbf")), " ", "_")
}

// partHeadings reports whether headings are those of a module or inventory item export.
func partHeadings(hs []string) bool {
	has := map[string]bool{}
	for _, h := range hs {
		has[h] = true
	}
	return has["device"] && (has["module_bay"] && has["module_type"] || has["part_id"])
}

// readCSV gathers the rows of a module or inventory item export.
func (r *reader) readCSV(ctx context.Context) error {
	br := bufio.NewReaderSize(&lineLimit{r: r.in.Reader(), limit: maxRecord}, 64<<10)
	c := csv.NewReader(br)
	c.FieldsPerRecord, c.LazyQuotes, c.ReuseRecord = -1, true, true
	if first, err := br.Peek(4096); len(first) > 0 && (err == nil || err == io.EOF) {
		line, _, _ := strings.Cut(string(first), "\n")
		if strings.Count(line, ";") > strings.Count(line, ",") {
			c.Comma = ';'
		}
	}
	col := map[string]int{}
	for row := 1; ; row++ {
		rec, err := c.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		if row&1023 == 0 && ctx.Err() != nil {
			r.stop = ctx.Err()
			return r.stop
		}
		if row == 1 {
			for i, h := range rec {
				col[heading(h)] = i
			}
			continue
		}
		r.csvRow(rec, col, fmt.Sprintf("row %d", row))
	}
}

func (r *reader) csvRow(rec []string, col map[string]int, at string) {
	get := func(names ...string) string {
		for _, n := range names {
			if i, ok := col[n]; ok && i < len(rec) && strings.TrimSpace(rec[i]) != "" {
				return strings.Clone(strings.TrimSpace(rec[i]))
			}
		}
		return ""
	}
	t := partText{
		maker: get("manufacturer"), model: get("module_type", "model"), number: get("part_id", "part_number"), serial: get("serial", "serial_number"),
		tag: get("asset_tag"), name: get("name", "module_bay"), about: get("description"), role: get("role", "inventory_item_role"),
	}
	device := get("device")
	r.hold(device, device, at, r.part(at, t), "")
}

// lineLimit fails when no line end came for limit bytes, so that a CSV record stays bounded.
type lineLimit struct {
	r     io.Reader
	limit int
	run   int
}

func (l *lineLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for _, c := range p[:n] {
		if l.run++; c == '\n' {
			l.run = 0
		}
		if l.run > l.limit {
			return 0, fmt.Errorf("a line is longer than %d bytes", l.limit)
		}
	}
	return n, err
}
