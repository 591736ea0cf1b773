// Package zeek reads the logs of the Zeek network monitor, TSV and JSON: conn,
// dhcp, ssl, x509, http, ssh, snmp, software, known_hosts, known_services,
// known_certs, known_devices and arp-like logs with a MAC.
//
// It is not for Zeek's scripts. Source of truth: the Zeek manual, log files and
// the log framework (header lines #separator, #fields, #types).
//
// A row speaks of the side it names: conn and dhcp of MACs, ssl, http, ssh and
// snmp of the server. A server with a public address is a service somebody
// visited, no evidence on who visited it.
package zeek

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads Zeek logs.
type Source struct{}

var _ source.Source = Source{}

// Name is "zeek".
func (Source) Name() string { return "zeek" }

// Recognise looks for the TSV header, or a JSON row with Zeek's names.
func (Source) Recognise(head []byte, _ string) int {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf")
	if bytes.HasPrefix(head, []byte("#separator ")) && bytes.Contains(head, []byte("\n#fields")) {
		return 97
	}
	if len(head) > 0 && head[0] == '{' {
		line, _, _ := bytes.Cut(head, []byte("\n"))
		if jsonRow(line) {
			return 95
		}
	}
	return 0
}

// rowMarks are members that, beside "ts", stand together in Zeek's rows only.
var rowMarks = [][]string{
	{`"id.orig_h"`}, {`"uid":"C`}, {`"certificate.subject"`}, {`"uids":`, `"mac"`}, {`"host":`, `"port_num":`}, {`"mac":`, `"dhcp_host_name":`}, {`"_path":`},
}

// jsonRow reports whether a line is a row of a JSON log; known_hosts has a time and an address only.
func jsonRow(line []byte) bool {
	if !bytes.Contains(line, []byte(`"ts":`)) {
		return false
	}
	for _, marks := range rowMarks {
		if !slices.ContainsFunc(marks, func(m string) bool { return !bytes.Contains(line, []byte(m)) }) {
			return true
		}
	}
	return bytes.Contains(line, []byte(`"host":"`)) && bytes.Count(line, []byte(`":`)) == 2
}

const maxLine = 1 << 20

// Read yields one sighting a thing, gathered over the rows; when more things
// are held than fit they are yielded and gathered anew.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	br := bufio.NewReaderSize(in.Reader(), 256<<10)
	g := &gatherer{b: observe.Builder{Source: s.Name(), Input: in.Name}, yield: yield, cov: cov, things: map[string]*asset.Sighting{}}
	t := &tsv{sep: "\t", unset: "-", empty: "(empty)"}
	for n := 1; ; n++ {
		if n%4096 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := g.spill(); err != nil {
			return err
		}
		line, err := readLine(br)
		if len(line) > 0 {
			g.at = fmt.Sprintf("line %d", n)
			switch {
			case line[0] == '#':
				t.header(string(line))
			case line[0] == '{':
				g.json(line)
			default:
				g.tsv(t, string(line))
			}
		}
		if err == io.EOF {
			return g.flush()
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", n, err)
		}
	}
}

func readLine(br *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		chunk, err := br.ReadSlice('\n')
		if len(out) == 0 && err == nil {
			return bytes.TrimRight(chunk, "\r\n"), nil
		}
		if room := maxLine - len(out); room > 0 {
			out = append(out, chunk[:min(room, len(chunk))]...)
		}
		if err != bufio.ErrBufferFull {
			return bytes.TrimRight(out, "\r\n"), err
		}
	}
}

// tsv is what the header lines of a log say.
type tsv struct {
	sep, unset, empty string
	path              string
	fields            []string
}

func (t *tsv) header(line string) {
	name, value, ok := strings.Cut(line, t.sep)
	if !ok {
		name, value, ok = strings.Cut(line, " ")
	}
	if !ok {
		return
	}
	switch name {
	case "#separator":
		if h, err := strconv.ParseUint(strings.TrimPrefix(value, `\x`), 16, 8); err == nil && h > 0 {
			t.sep = string(rune(h))
		}
	case "#unset_field":
		t.unset = value
	case "#empty_field":
		t.empty = value
	case "#path":
		t.path = value
	case "#fields":
		t.fields = strings.Split(value, t.sep)
		if len(t.fields) > 500 {
			t.fields = t.fields[:500]
		}
	}
}

// row is one entry by field name; unset fields are absent.
type row map[string]string

func (g *gatherer) tsv(t *tsv, line string) {
	if len(t.fields) == 0 {
		g.cov.Fail(g.at, "a row before the #fields line", "give the log from its beginning")
		return
	}
	cells := strings.Split(line, t.sep)
	if len(cells) > len(t.fields) || len(cells) < 2 {
		g.cov.Fail(g.at, "a row of another length than the heading", "")
		return
	}
	r := make(row, len(cells))
	for i, c := range cells {
		if c != t.unset && c != t.empty {
			r[t.fields[i]] = unescape(c)
		}
	}
	g.row(t.path, r)
}

// unescape undoes \xHH, which Zeek writes for the separator and non-printables.
func unescape(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && s[i+1] == 'x' {
			if h, err := strconv.ParseUint(s[i+2:i+4], 16, 8); err == nil {
				b.WriteByte(byte(h))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (g *gatherer) json(line []byte) {
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		g.cov.Fail(g.at, "not a row of JSON", "")
		return
	}
	r := make(row, len(m))
	for k, v := range m {
		switch v := v.(type) {
		case string:
			r[k] = v
		case float64:
			r[k] = strconv.FormatFloat(v, 'f', -1, 64)
		case []any:
			var parts []string
			for _, e := range v {
				parts = append(parts, fmt.Sprint(e))
			}
			r[k] = strings.Join(parts, ",")
		}
	}
	path, _ := m["_path"].(string)
	g.row(path, r)
}

// when reads a Zeek time: seconds with a fraction, or RFC 3339.
func when(ts string) string {
	if sec, err := strconv.ParseFloat(ts, 64); err == nil && sec > 0 && sec < 1e11 {
		return time.Unix(int64(sec), 0).UTC().Format(time.RFC3339)
	}
	if t, err := time.Parse(time.RFC3339Nano, ts); err == nil {
		return t.UTC().Format(time.RFC3339)
	}
	return ""
}
