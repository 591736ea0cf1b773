// Package target says which addresses a scan may touch and in which order:
// CIDR blocks, ranges and lists, less what is excluded.
//
// It is not for finding out who answers. Nothing is looked up in the DNS.
// A set keeps ranges, never single addresses, so a /8 costs as much as a /30.
package target

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Range is a stretch of addresses of one family, both ends included.
type Range struct{ From, To netip.Addr }

// MaxAddresses bounds a set: more is no scan anybody waits for.
const MaxAddresses = 1 << 32

// Set is a set of addresses: sorted ranges that do not touch. The zero value is empty.
type Set struct {
	ranges []Range
	before []uint64 // addresses before each range
	n      uint64
}

// Parse reads one target: an address, a CIDR block, "a-b", or "192.0.2.1-50".
func Parse(s string) (Range, error) {
	s = strings.TrimSpace(s)
	if p, err := netip.ParsePrefix(s); err == nil {
		return ofPrefix(p.Masked()), nil
	}
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap()
		return Range{a, a}, nil
	}
	lo, hi, ok := strings.Cut(s, "-")
	if !ok {
		return Range{}, fmt.Errorf("target %q is no address, CIDR block or range", s)
	}
	from, err := netip.ParseAddr(strings.TrimSpace(lo))
	if err != nil {
		return Range{}, fmt.Errorf("target %q: %q is no address", s, lo)
	}
	to, err := rangeEnd(from, strings.TrimSpace(hi))
	if err != nil || to.Is4() != from.Is4() || to.Less(from) {
		return Range{}, fmt.Errorf("target %q: the range ends before it begins or is no range", s)
	}
	return Range{from, to}, nil
}

// rangeEnd reads the end of a range: an address, or the last octet of an IPv4 one.
func rangeEnd(from netip.Addr, s string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a, nil
	}
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil || !from.Is4() {
		return netip.Addr{}, fmt.Errorf("%q is no end of a range", s)
	}
	b := from.As4()
	b[3] = byte(n)
	return netip.AddrFrom4(b), nil
}

func ofPrefix(p netip.Prefix) Range {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	to, _ := netip.AddrFromSlice(b)
	r := Range{p.Addr(), to}
	if p.Addr().Is4() && p.Bits() < 31 { // network and broadcast are nobody's
		r = Range{r.From.Next(), r.To.Prev()}
	}
	return r
}

// maxList bounds a list of targets in a file, in lines.
const maxList = 1_000_000

// List reads targets one a line; "#" begins a comment. name is for errors.
func List(name string, data []byte) ([]Range, error) {
	var out []Range
	sc := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; sc.Scan(); n++ {
		line, _, _ := strings.Cut(sc.Text(), "#")
		for _, f := range strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == '\r' }) {
			r, err := Parse(f)
			if err != nil {
				return nil, fmt.Errorf("%s line %d: %w", name, n, err)
			}
			if out = append(out, r); len(out) > maxList {
				return nil, fmt.Errorf("%s: more than %d targets", name, maxList)
			}
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return out, nil
}

// NewSet returns the addresses of include that are not in exclude.
func NewSet(include, exclude []Range) (*Set, error) {
	s := &Set{ranges: subtract(union(include), union(exclude))}
	for _, r := range s.ranges {
		n, ok := size(r)
		if !ok || s.n+n > MaxAddresses {
			return nil, fmt.Errorf("%s to %s holds more than %d addresses; name smaller nets, or for IPv6 hosts one by one", r.From, r.To, uint64(MaxAddresses))
		}
		s.before = append(s.before, s.n)
		s.n += n
	}
	return s, nil
}

// union sorts ranges and joins those that overlap or touch.
func union(in []Range) []Range {
	in = slices.Clone(in)
	slices.SortFunc(in, func(a, b Range) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	var out []Range
	for _, r := range in {
		if n := len(out); n > 0 && out[n-1].From.Is4() == r.From.Is4() && (!out[n-1].To.Less(r.From) || out[n-1].To.Next() == r.From) {
			if out[n-1].To.Less(r.To) {
				out[n-1].To = r.To
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// subtract takes the sorted ranges of b out of those of a.
func subtract(a, b []Range) []Range {
	var out []Range
	for _, r := range a {
		gone := false
		for _, x := range b {
			if x.From.Is4() != r.From.Is4() || x.To.Less(r.From) || r.To.Less(x.From) {
				continue
			}
			if r.From.Less(x.From) {
				out = append(out, Range{r.From, x.From.Prev()})
			}
			if !x.To.Less(r.To) {
				gone = true
				break
			}
			r.From = x.To.Next()
		}
		if !gone {
			out = append(out, r)
		}
	}
	return out
}

// size counts the addresses of r; not ok when they are 2^63 or more.
func size(r Range) (uint64, bool) {
	a, b := r.From.As16(), r.To.As16()
	hi := binary.BigEndian.Uint64(b[:]) - binary.BigEndian.Uint64(a[:])
	lo, from := binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(a[8:])
	if hi > 0 || lo-from >= 1<<63 {
		return 0, false
	}
	return lo - from + 1, true
}

// Len is the number of addresses.
func (s *Set) Len() uint64 { return s.n }

// Ranges are the ranges in ascending order. The caller must not change them.
func (s *Set) Ranges() []Range { return s.ranges }

// At returns the i-th address in ascending order; i must be below Len.
func (s *Set) At(i uint64) netip.Addr {
	k, found := slices.BinarySearch(s.before, i)
	if !found {
		k--
	}
	return offset(s.ranges[k].From, i-s.before[k])
}

// offset adds n to an address, within its low 64 bits or 32 bits.
func offset(a netip.Addr, n uint64) netip.Addr {
	if a.Is4() {
		b := a.As4()
		binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+uint32(n))
		return netip.AddrFrom4(b)
	}
	b := a.As16()
	binary.BigEndian.PutUint64(b[8:], binary.BigEndian.Uint64(b[8:])+n)
	return netip.AddrFrom16(b).WithZone(a.Zone())
}

// Contains reports whether a is in the set.
func (s *Set) Contains(a netip.Addr) bool {
	a = a.Unmap()
	i, found := slices.BinarySearchFunc(s.ranges, a, func(r Range, a netip.Addr) int { return r.From.Compare(a) })
	if found {
		return true
	}
	return i > 0 && s.ranges[i-1].From.Is4() == a.Is4() && !s.ranges[i-1].To.Less(a)
}

// NewNets is NewSet for nets that are only asked whether they contain an
// address, and so may be of any size.
func NewNets(include, exclude []Range) (*Set, error) {
	s := &Set{ranges: subtract(union(include), union(exclude))}
	if len(s.ranges) == 0 {
		return nil, fmt.Errorf("no net is left to crawl: all are excluded")
	}
	return s, nil
}
