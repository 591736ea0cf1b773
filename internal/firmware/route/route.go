// Package route reads tables that say which network announces an address, and
// looks addresses up in them.
//
// It is not for fetching such tables: the user brings one. It reads lines in
// the three forms they are published in: PREFIX,ASN[,NAME]; ADDRESS, LENGTH,
// ASN (routeviews pfx2as); FIRST, LAST, ASN, COUNTRY, NAME (iptoasn). Fields
// are parted by commas, tabs or blanks; gzip is read as it is.
//
// Source of truth: the user's table.
package route

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxRoutes bounds the prefixes kept, maxBytes the text read; the whole Internet is about 1.3 million prefixes.
	maxRoutes = 4_000_000
	maxBytes  = 1 << 30
)

// ErrNone: no line of a table names a prefix and an AS number.
var ErrNone = errors.New("no line names a prefix and an AS number; give lines such as 192.0.2.0/24,64496,NAME")

// Route is who announces a prefix.
type Route struct {
	Prefix netip.Prefix
	ASN    uint32
	// Name is the network's name as the table writes it, "" when it does not.
	Name string
}

// Table finds routes. It is safe for concurrent use once read.
type Table struct {
	routes map[netip.Prefix]Route
	bits4  []int // prefix lengths in use, the longest first
	bits6  []int
}

// Read reads a table. Lines it does not understand are left out; when it understands none, the error is ErrNone.
func Read(r io.Reader) (*Table, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if head, _ := b.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("read routes: %w", err)
		}
		b = bufio.NewReaderSize(z, 1<<16)
	}
	t := &Table{routes: map[netip.Prefix]Route{}}
	names := map[string]string{}
	sc := bufio.NewScanner(io.LimitReader(b, maxBytes))
	sc.Buffer(make([]byte, 1<<16), 1<<16)
	for sc.Scan() && len(t.routes) < maxRoutes {
		prefixes, asn, name := parse(sc.Text())
		if asn == 0 {
			continue
		}
		if kept, ok := names[name]; ok {
			name = kept
		} else {
			name = strings.Clone(name)
			names[name] = name
		}
		for _, p := range prefixes {
			t.routes[p] = Route{p, asn, name}
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("read routes: %w", err)
	}
	if len(t.routes) == 0 {
		return nil, ErrNone
	}
	t.lengths()
	return t, nil
}

func (t *Table) lengths() {
	used := map[[2]int]bool{}
	for p := range t.routes {
		used[[2]int{p.Addr().BitLen(), p.Bits()}] = true
	}
	for k := range used {
		if k[0] == 32 {
			t.bits4 = append(t.bits4, k[1])
		} else {
			t.bits6 = append(t.bits6, k[1])
		}
	}
	for _, l := range [][]int{t.bits4, t.bits6} {
		slices.SortFunc(l, func(a, b int) int { return b - a })
	}
}

// Len is the number of prefixes.
func (t *Table) Len() int { return len(t.routes) }

// Find returns the longest prefix an address is in.
func (t *Table) Find(a netip.Addr) (Route, bool) {
	a = a.Unmap().WithZone("")
	bits := t.bits4
	if a.Is6() {
		bits = t.bits6
	}
	for _, n := range bits {
		p, err := a.Prefix(n)
		if err != nil {
			continue
		}
		if r, ok := t.routes[p]; ok {
			return r, true
		}
	}
	return Route{}, false
}

// parse reads one line; asn is 0 when it names none.
func parse(line string) (prefixes []netip.Prefix, asn uint32, name string) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' || line[0] == ';' {
		return nil, 0, ""
	}
	f := fields(line)
	if len(f) < 2 {
		return nil, 0, ""
	}
	if p, err := netip.ParsePrefix(f[0]); err == nil {
		return []netip.Prefix{p.Masked()}, number(f[1]), strings.Join(f[2:], " ")
	}
	first, err := netip.ParseAddr(f[0])
	if err != nil || len(f) < 3 {
		return nil, 0, ""
	}
	if n, err := strconv.Atoi(f[1]); err == nil {
		p, err := first.Prefix(n)
		if err != nil {
			return nil, 0, ""
		}
		return []netip.Prefix{p}, number(f[2]), strings.Join(f[3:], " ")
	}
	last, err := netip.ParseAddr(f[1])
	if err != nil {
		return nil, 0, ""
	}
	return span(first, last), number(f[2]), strings.Join(f[min(4, len(f)):], " ")
}

func fields(line string) []string {
	sep := " "
	for _, s := range []string{"\t", ",", ";"} {
		if strings.Contains(line, s) {
			sep = s
			break
		}
	}
	if sep == " " {
		return strings.Fields(line)
	}
	f := strings.Split(line, sep)
	for i := range f {
		f[i] = strings.Trim(strings.TrimSpace(f[i]), `"`)
	}
	return f
}

// number reads an AS number, of several announcers the first.
func number(s string) uint32 {
	s = strings.TrimPrefix(strings.ToUpper(s), "AS")
	if i := strings.IndexAny(s, "_,{ "); i > 0 {
		s = s[:i]
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// span is the least set of prefixes that covers the addresses from first to last.
func span(first, last netip.Addr) []netip.Prefix {
	var out []netip.Prefix
	if first.BitLen() != last.BitLen() {
		return nil
	}
	for first.Compare(last) <= 0 && len(out) < 256 {
		n := first.BitLen()
		for n > 0 {
			p, err := first.Prefix(n - 1)
			if err != nil || p.Addr() != first || end(p).Compare(last) > 0 {
				break
			}
			n--
		}
		p, err := first.Prefix(n)
		if err != nil {
			return out
		}
		out = append(out, p)
		first = end(p).Next()
		if !first.IsValid() {
			break
		}
	}
	return out
}

// end is the last address of a prefix.
func end(p netip.Prefix) netip.Addr {
	b := p.Addr().As16()
	off := 128 - p.Addr().BitLen()
	for i := off + p.Bits(); i < 128; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a := netip.AddrFrom16(b)
	if p.Addr().Is4() {
		return a.Unmap()
	}
	return a
}
