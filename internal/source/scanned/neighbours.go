package scanned

import (
	"bytes"
	"context"
	"net/netip"
	"strconv"
	"strings"

	"telltale/internal/answer"
	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// Neighbours returns the addresses a host told of: LLDP and CDP neighbours, its
// ARP table, and the next hops of its routes, each once, in the order told.
func Neighbours(h *answer.Host) []netip.Addr {
	var out []netip.Addr
	seen := map[netip.Addr]bool{h.Addr: true}
	add := func(a netip.Addr) {
		if a = a.Unmap(); a.IsValid() && !a.IsUnspecified() && !a.IsLoopback() && !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	if s := Sighting(context.Background(), "", h); s != nil {
		for i := range s.Links {
			addresses(&s.Links[i].Remote, add)
		}
	}
	for i := range h.Answers {
		if h.Answers[i].Probe == "snmp" {
			nextHops(h.Answers[i].Data, add)
		}
	}
	return out
}

func addresses(s *asset.Sighting, add func(netip.Addr)) {
	for i := range s.Observations {
		if s.Observations[i].Attr == evidence.IP {
			if a, err := netip.ParseAddr(s.Observations[i].Value); err == nil {
				add(a)
			}
		}
	}
}

// Columns of routing tables that hold the next hop: as value, or as the end of the index.
const (
	ipRouteNextHop     = "1.3.6.1.2.1.4.21.1.7."
	ipCidrRouteIfIndex = "1.3.6.1.2.1.4.24.4.1.5."
	inetCidrRouteIf    = "1.3.6.1.2.1.4.24.7.1.7."
)

func nextHops(rec []byte, add func(netip.Addr)) {
	for line := range bytes.Lines(rec) {
		oid, rest, _ := strings.Cut(string(line), "|")
		switch {
		case strings.HasPrefix(oid, ipRouteNextHop):
			_, v, _ := strings.Cut(rest, "|")
			if a, err := netip.ParseAddr(strings.TrimSpace(v)); err == nil {
				add(a)
			}
		case strings.HasPrefix(oid, ipCidrRouteIfIndex): // dest, mask, tos, next hop
			add(lastOctets(oid, 4))
		case strings.HasPrefix(oid, inetCidrRouteIf): // ... next hop type, length, octets
			if a := lastOctets(oid, 4); strings.HasSuffix(strings.TrimSuffix(oid, a.String()), ".1.4.") {
				add(a)
			} else if a = lastOctets(oid, 16); a.IsValid() {
				add(a)
			}
		}
	}
}

// lastOctets reads the last n arcs of an index as an address.
func lastOctets(oid string, n int) netip.Addr {
	parts := strings.Split(oid, ".")
	if len(parts) < n {
		return netip.Addr{}
	}
	b := make([]byte, n)
	for i, p := range parts[len(parts)-n:] {
		v, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return netip.Addr{}
		}
		b[i] = byte(v)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
