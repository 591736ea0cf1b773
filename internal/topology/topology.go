// Package topology makes a graph of what things told of each other: which
// device is joined to which, on which ports, and how we know.
//
// It is not for judging what a failure would cut off (exposure), nor for
// reading tables (source). It is pure: tellings in, graph out, the same for
// any order of tellings.
//
// Flow: tellings (one row of one table: LLDP, CDP, FDB, ARP, route, PON) →
// links announced by either end, united when both speak of the same cable →
// what forwarding tables add behind ports where nobody announces → hidden
// things inferred from that → what is only reached by address.
//
// Sources of truth: IEEE 802.1AB (LLDP tells of the directly attached system),
// RFC 4188 and 4363 (a forwarding table tells behind which port an address is,
// not that it is next to it), RFC 4293 (an address table tells who shares a network).
package topology

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"telltale/internal/evidence"
)

// Telling is what one asset told of another: one row of one of its tables.
type Telling struct {
	// Host told it, Remote is whom it told of: IDs of assets.
	Host, Remote string
	// Via is the table or protocol: lldp, cdp, fdp, sheet, pon, fdb, arp, route ...
	Via string
	// LocalPort is the host's port in its own words, RemotePort the other's port in the words the host heard.
	LocalPort, RemotePort string
	// Addr is the address of the remote that the telling states, "" when none.
	Addr  string
	Place evidence.Place
	At    string
}

// Kind says how two things are joined.
type Kind string

const (
	Announced Kind = "announced" // one end announced itself to the other on this cable, or a list says so
	PON       Kind = "pon"       // a terminal registered on a port of a passive optical network
	Attached  Kind = "attached"  // the only address behind a port, by the forwarding table
	Reached   Kind = "reached"   // shares a network or is a next hop: no cable is claimed
)

// kindOf says what a telling can show; forwarding tables need their whole port.
var kindOf = map[string]Kind{
	"lldp": Announced, "cdp": Announced, "fdp": Announced, "edp": Announced, "ndp": Announced, "mndp": Announced,
	"sheet": Announced, "cable": Announced, "pon": PON, "fdb": Attached,
}

// End is one side of a link.
type End struct {
	// Node is the ID of an asset or of a hidden thing.
	Node string `json:"node"`
	// Port is the port in the end's own words when it told of it, else in the other end's; "" when nobody did.
	Port string `json:"port,omitempty"`
}

// Evidence is one telling behind a link.
type Evidence struct {
	Via string `json:"via"`
	// By is the asset that told it.
	By    string         `json:"by"`
	Place evidence.Place `json:"place"`
	At    string         `json:"at,omitempty"`
}

// Link joins two nodes. A is the end with the smaller ID.
type Link struct {
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	A    End    `json:"a"`
	B    End    `json:"b"`
	// Inferred is true when no telling names this link; Reason then says what it follows from.
	Inferred bool       `json:"inferred"`
	Reason   string     `json:"reason,omitempty"`
	Evidence []Evidence `json:"evidence"`
}

// Hidden is a thing nobody told of that must or may stand between others.
type Hidden struct {
	ID string `json:"id"`
	// Host and Port are behind which port of which asset it stands.
	Host string `json:"host"`
	Port string `json:"port"`
	// Behind counts the addresses seen through it.
	Behind int    `json:"behind"`
	Reason string `json:"reason"`
}

// Graph is what tellings add up to. Slices are sorted by ID.
type Graph struct {
	Links  []Link
	Hidden []Hidden
	// Hints say of an asset what follows from tellings about it.
	Hints map[string][]string
}

// Build makes the graph. Neither the order of tellings nor doubles among them matter.
func Build(tellings []Telling) *Graph {
	ts := slices.Clone(tellings)
	slices.SortFunc(ts, compareTellings)
	ts = slices.Compact(ts)
	g := &Graph{Hints: map[string][]string{}}
	pairs, fdb := map[[2]string][]Telling{}, map[string][]Telling{}
	var order [][2]string
	tells := map[string]bool{} // assets that have tables of their own
	for _, t := range ts {
		tells[t.Host] = true
		switch kind := kindOf[t.Via]; {
		case t.Host == t.Remote:
		case kind == Attached:
			fdb[t.Host] = append(fdb[t.Host], t)
		case kind == Announced:
			p := pairOf(t)
			if pairs[p] == nil {
				order = append(order, p)
			}
			pairs[p] = append(pairs[p], t)
		}
	}
	for _, p := range order {
		g.Links = append(g.Links, cables(p, pairs[p])...)
	}
	g.Links = append(g.Links, each(ts, PON)...)
	g.forwarded(fdb, tells)
	g.Links = append(g.Links, reached(ts, g.Links)...)
	g.hintAddresses(ts)
	slices.SortFunc(g.Links, func(a, b Link) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(g.Hidden, func(a, b Hidden) int { return cmp.Compare(a.ID, b.ID) })
	return g
}

func compareTellings(a, b Telling) int {
	return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Remote, b.Remote), cmp.Compare(a.Via, b.Via), cmp.Compare(a.LocalPort, b.LocalPort),
		cmp.Compare(a.RemotePort, b.RemotePort), cmp.Compare(a.Addr, b.Addr), cmp.Compare(a.Place.Input, b.Place.Input), cmp.Compare(a.Place.At, b.Place.At), cmp.Compare(a.At, b.At))
}

// pairOf returns both assets of a telling, the smaller ID first.
func pairOf(t Telling) [2]string {
	return [2]string{min(t.Host, t.Remote), max(t.Host, t.Remote)}
}

// finish puts the ends in order and gives the link its ID.
func (l *Link) finish() {
	if l.B.Node < l.A.Node {
		l.A, l.B = l.B, l.A
	}
	l.ID = id("link", string(l.Kind), l.A.Node, l.A.Port, l.B.Node, l.B.Port)
}

func id(words ...string) string {
	h := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return hex.EncodeToString(h[:10])
}

func evidenceOf(t Telling) Evidence {
	return Evidence{Via: t.Via, By: t.Host, Place: t.Place, At: t.At}
}

// each makes one link of each pair and local port of a kind that needs no second look.
func each(ts []Telling, kind Kind) []Link {
	var out []Link
	at := map[[3]string]int{}
	for _, t := range ts {
		if kindOf[t.Via] != kind || t.Host == t.Remote {
			continue
		}
		key := [3]string{t.Host, t.Remote, portKey(t.LocalPort)}
		if n, ok := at[key]; ok {
			out[n].Evidence = append(out[n].Evidence, evidenceOf(t))
			continue
		}
		at[key] = len(out)
		out = append(out, Link{Kind: kind, A: End{t.Host, t.LocalPort}, B: End{t.Remote, t.RemotePort}, Evidence: []Evidence{evidenceOf(t)}})
	}
	for i := range out {
		out[i].finish()
	}
	return out
}

// maxReachedEvidence bounds the tellings kept of one link that claims no cable.
const maxReachedEvidence = 8

// reached makes one link of each pair that only shares a network and is not joined by a cable already.
func reached(ts []Telling, cabled []Link) []Link {
	joined := map[[2]string]bool{}
	for i := range cabled {
		joined[[2]string{cabled[i].A.Node, cabled[i].B.Node}] = true
	}
	var out []Link
	at := map[[2]string]int{}
	for _, t := range ts {
		p := pairOf(t)
		if kindOf[t.Via] != "" || t.Host == t.Remote || joined[p] {
			continue
		}
		n, ok := at[p]
		if !ok {
			n = len(out)
			at[p] = n
			out = append(out, Link{Kind: Reached, A: End{Node: p[0]}, B: End{Node: p[1]}})
		}
		if len(out[n].Evidence) < maxReachedEvidence {
			out[n].Evidence = append(out[n].Evidence, evidenceOf(t))
		}
	}
	for i := range out {
		out[i].finish()
	}
	return out
}

// manyAddresses is from how many addresses on one network a single interface
// is more likely a router, a proxy or a NAT than a host with aliases.
const manyAddresses = 4

// hintAddresses says of assets that answer for many addresses what that means.
func (g *Graph) hintAddresses(ts []Telling) {
	addrs := map[[2]string]map[string]bool{}
	for _, t := range ts {
		if t.Via != "arp" || t.Addr == "" {
			continue
		}
		key := [2]string{t.Host, t.Remote}
		if addrs[key] == nil {
			addrs[key] = map[string]bool{}
		}
		addrs[key][t.Addr] = true
	}
	most := map[string]int{}
	for key, as := range addrs {
		most[key[1]] = max(most[key[1]], len(as))
	}
	for node, n := range most {
		if n >= manyAddresses {
			g.Hints[node] = append(g.Hints[node], "one interface answers for "+count(n)+" addresses of one network: inferred to be a router, a proxy or a NAT with things behind it")
		}
	}
}
