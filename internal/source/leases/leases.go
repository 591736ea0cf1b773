// Package leases reads what DHCP servers write of the addresses they gave out:
// ISC dhcpd lease files, Kea memfile CSV (IPv4 and IPv6) and dnsmasq lease files.
//
// It is not for server configurations. Sources of truth: dhcpd.leases(5), the
// Kea administrator manual (lease database, memfile), dnsmasq(8).
//
// Each lease is a station the server told of: its MAC, address, name and vendor class.
package leases

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/lines"
	"telltale/internal/source/observe"
)

// Source reads lease files.
type Source struct{}

var _ source.Source = Source{}

// Name is "leases".
func (Source) Name() string { return "leases" }

// Recognise looks for `lease ADDRESS {`, Kea's heading, or dnsmasq's five columns.
func (Source) Recognise(head []byte, _ string) int {
	switch {
	case isKea(head):
		return 95
	case bytes.Contains(head, []byte("\nlease ")) && bytes.Contains(head, []byte("hardware ethernet")), bytes.HasPrefix(head, []byte("lease ")) && bytes.Contains(head, []byte(" {")):
		return 92
	}
	good := 0
	for i, line := range strings.Split(string(head[:min(len(head), 4<<10)]), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "duid ") || i > 20 {
			continue
		}
		if _, ok := dnsmasqLine(line); ok {
			good++
		} else if i == 0 {
			return 0
		}
	}
	if good > 0 {
		return 85
	}
	return 0
}

func isKea(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return bytes.HasPrefix(line, []byte("address,hwaddr,client_id")) || bytes.HasPrefix(line, []byte("address,duid,valid_lifetime"))
}

// Read yields a neighbour sighting a lease; of several leases of one address the last counts.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	br := bufio.NewReaderSize(in.Reader(), 64<<10)
	head, _ := br.Peek(4 << 10)
	r := &reader{b: observe.Builder{Source: s.Name(), Input: in.Name}, cov: cov, yield: yield, ctx: ctx}
	switch {
	case isKea(head):
		return r.kea(br)
	case bytes.Contains(head, []byte("lease ")) && bytes.Contains(head, []byte("{")):
		return r.isc(br)
	}
	return r.dnsmasq(br)
}

type reader struct {
	b     observe.Builder
	cov   *asset.Coverage
	yield source.Yield
	ctx   context.Context
}

// lease is one address given out.
type lease struct {
	at, when, ip, mac, host, class string
}

func (r *reader) take(l lease) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: r.b.Place(l.at)}
	b := r.b
	b.At = l.when
	b.Add(&s.Observations, evidence.IfMAC, l.mac, l.at)
	b.Add(&s.Observations, evidence.IP, l.ip, l.at)
	if l.host != "*" {
		b.Add(&s.Observations, evidence.Hostname, strings.TrimSuffix(l.host, "."), l.at)
	}
	b.Add(&s.Observations, evidence.DHCPVendorClass, l.class, l.at)
	if len(s.Observations) == 0 {
		r.cov.Fail(l.at, "a lease without address and MAC", "")
		return nil
	}
	r.cov.Read++
	return r.yield(s)
}

// isc reads `lease 10.0.0.5 { ... }` blocks; anything else is skipped.
func (r *reader) isc(br *bufio.Reader) error {
	var l lease
	inside := false
	err := lines.Each(r.ctx, br, maxLine, func(n int, line []byte) error {
		f := strings.Fields(strings.TrimSuffix(strings.TrimSpace(string(line)), ";"))
		switch {
		case len(f) >= 3 && f[0] == "lease" && f[2] == "{":
			l, inside = lease{at: fmt.Sprintf("line %d", n), ip: f[1]}, true
		case !inside || len(f) == 0:
		case f[0] == "}":
			inside = false
			return r.take(l)
		case len(f) >= 3 && f[0] == "hardware":
			l.mac = f[2]
		case f[0] == "client-hostname" && len(f) > 1:
			l.host = strings.Trim(strings.Join(f[1:], " "), `"`)
		case f[0] == "set" && len(f) > 3 && f[1] == "vendor-class-identifier":
			l.class = strings.Trim(strings.Join(f[3:], " "), `"`)
		case (f[0] == "starts" || f[0] == "cltt") && len(f) >= 4:
			l.when = iscTime(f[2], f[3])
		}
		return nil
	})
	if err == nil && inside {
		r.cov.Fail(l.at, "the lease is not closed", "the file was cut off")
	}
	return err
}

const maxLine = 4 << 10

// iscTime reads "2025/11/22 10:00:00", which is UTC.
func iscTime(day, clock string) string {
	t, err := time.Parse("2006/01/02 15:04:05", day+" "+clock)
	if err != nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (r *reader) kea(br *bufio.Reader) error {
	c := csv.NewReader(br)
	c.FieldsPerRecord, c.LazyQuotes, c.ReuseRecord = -1, true, true
	head, err := c.Read()
	if err != nil {
		return fmt.Errorf("read the heading: %w", err)
	}
	col := map[string]int{}
	for i, h := range head {
		col[h] = i
	}
	for row := 2; ; row++ {
		rec, err := c.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			r.cov.Fail(fmt.Sprintf("row %d", row), "not a row of a lease file", "")
			if row > 1<<24 {
				return fmt.Errorf("read row %d: %w", row, err)
			}
			continue
		}
		get := func(name string) string {
			if i, ok := col[name]; ok && i < len(rec) {
				return rec[i]
			}
			return ""
		}
		l := lease{at: fmt.Sprintf("row %d", row), ip: get("address"), mac: get("hwaddr"), host: get("hostname")}
		if exp, err := strconv.ParseInt(get("expire"), 10, 64); err == nil {
			if life, err := strconv.ParseInt(get("valid_lifetime"), 10, 64); err == nil && exp-life > 0 {
				l.when = time.Unix(exp-life, 0).UTC().Format(time.RFC3339) // when it was given
			}
		}
		if err := r.take(l); err != nil {
			return err
		}
	}
}

// dnsmasqLine takes "1700000000 aa:bb:cc:dd:ee:ff 10.0.0.5 name client-id" apart.
func dnsmasqLine(line string) (lease, bool) {
	f := strings.Fields(line)
	if len(f) != 5 {
		return lease{}, false
	}
	if _, err := strconv.ParseInt(f[0], 10, 64); err != nil {
		return lease{}, false
	}
	_, macOK := observe.MAC(f[1])
	ip, ipOK := observe.IP(f[2])
	if !ipOK || !macOK && !strings.Contains(f[2], ":") {
		return lease{}, false
	}
	// The number is when the lease ends, which says nothing on when it was seen.
	return lease{mac: f[1], ip: ip, host: f[3]}, true
}

func (r *reader) dnsmasq(br *bufio.Reader) error {
	return lines.Each(r.ctx, br, maxLine, func(n int, line []byte) error {
		at := fmt.Sprintf("line %d", n)
		if l, ok := dnsmasqLine(string(line)); ok {
			l.at = at
			return r.take(l)
		}
		if t := strings.TrimSpace(string(line)); t != "" && !strings.HasPrefix(t, "duid ") {
			r.cov.Fail(at, "not a line of a dnsmasq lease file", "")
		}
		return nil
	})
}
