package pcap

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Bounds of what is held at one time.
const (
	maxStations = 100_000
	maxRemotes  = 20_000
	maxFacts    = 96       // of one station
	maxOctets   = 64 << 20 // of all facts
	maxIPs      = 16       // of one station: who has more is no end station of them
	maxLinks    = 64
	factOctets  = 160 // a fact beside its value, about
)

// recentBits sizes the cache before the station table.
const (
	recentBits = 12
	recentSize = 1 << recentBits
)

// mac is a MAC as it stands in the frame.
type mac [6]byte

func (m mac) usable() bool { return m[0]&1 == 0 && m != mac{} }

// sender is who sent the packet at hand.
type sender struct {
	mac    mac
	hasMAC bool
	st     *station // of mac
	ip     netip.Addr
	onLink bool // ip is the sender's own: the packet was not routed
}

// station is what was gathered of one MAC, or of one address behind a router.
type station struct {
	mac   mac
	isMAC bool
	ip    netip.Addr
	first int          // packet it was seen in first
	last  int          // packet it was asked for last, about
	bound []netip.Addr // its own addresses that were told, at most maxIPs
	obs   []evidence.Observation
	links []asset.Link
	seen  asset.Seen

	changed bool // since the last report of a watch
}

// recentStation keeps what most packets ask of a station beside its key: following
// the pointer costs a cache miss a packet.
type recentStation struct {
	mac mac
	ip4 [4]byte // bound last
	st  *station
}

// slot is the place of a MAC in the cache before the station table.
func (m mac) slot() uint32 {
	return (uint32(m[5]) | uint32(m[4])<<8 | uint32(m[3])<<16) * 0x9e3779b1 >> (32 - recentBits)
}

// gatherer holds the stations of a capture.
type gatherer struct {
	b     observe.Builder
	yield source.Yield
	cloud func(host string) string // source.Options.CloudOf

	octets  int  // of the facts held, about
	live    bool // stations that changed are listed in changed
	changed []*station
	n       int   // packet at hand
	sec     int64 // its time

	macs    map[mac]*station
	remotes map[netip.Addr]*station
	recent  [recentSize]recentStation // direct-mapped by a hash of the MAC's last octets
}

func newGatherer(b observe.Builder, yield source.Yield) *gatherer {
	return &gatherer{b: b, yield: yield, macs: map[mac]*station{}, remotes: map[netip.Addr]*station{}}
}

func (g *gatherer) full() bool {
	return len(g.macs) > maxStations || len(g.remotes) > maxRemotes || g.octets > maxOctets
}

// byMAC returns the station of a MAC that sent, making it when new; nil for group addresses.
func (g *gatherer) byMAC(m mac) *station {
	slot := &g.recent[m.slot()]
	if slot.mac == m && slot.st != nil {
		return slot.st
	}
	s := g.macs[m]
	if s == nil {
		if !m.usable() {
			return nil
		}
		s = &station{mac: m, isMAC: true, first: g.n, seen: asset.Direct}
		g.macs[m] = s
		g.change(s)
	}
	s.last = g.n
	*slot = recentStation{mac: m, st: s}
	return s
}

// byIP returns what is gathered of an address behind a router.
func (g *gatherer) byIP(ip netip.Addr) *station {
	s := g.remotes[ip]
	if s == nil {
		s = &station{ip: ip, first: g.n, seen: asset.Direct}
		g.remotes[ip] = s
	}
	s.last = g.n
	return s
}

// of returns the station a sender's statements belong to; nil when nobody can be named.
func (g *gatherer) of(s sender) *station {
	switch {
	case s.hasMAC && (s.onLink || !s.ip.IsValid()):
		return g.byMAC(s.mac)
	case s.ip.IsValid():
		return g.byIP(s.ip.Unmap())
	}
	return nil
}

// bind notes that an address is the station's own.
func (g *gatherer) bind(s *station, ip netip.Addr) {
	if s == nil || len(s.bound) >= maxIPs || slices.Contains(s.bound, ip) {
		return
	}
	if text, ok := observe.Addr(ip); ok && g.add(s, evidence.IP, text) {
		s.bound = append(s.bound, ip)
	}
}

// bind4 is bind for the frame's sender m and an address as it stands in the packet.
func (g *gatherer) bind4(m mac, s *station, ip [4]byte) {
	slot := &g.recent[m.slot()]
	if slot.ip4 == ip && slot.mac == m {
		return
	}
	g.bind(s, netip.AddrFrom4(ip))
	if slot.mac == m {
		slot.ip4 = ip
	}
}

// add notes a fact of a station. It reports whether it was new.
func (g *gatherer) add(s *station, attr evidence.Attr, value string) bool {
	if s == nil || value == "" || len(s.obs) >= maxFacts {
		return false
	}
	for i := range s.obs { // before the text is cleaned: announcements repeat
		if s.obs[i].Attr == attr && s.obs[i].Value == value {
			return false
		}
	}
	b := g.b
	b.At = g.when()
	if !b.Add(&s.obs, attr, value, g.at()) {
		return false
	}
	g.octets += len(s.obs[len(s.obs)-1].Value) + factOctets
	s.last = g.n
	g.change(s)
	return true
}

func (g *gatherer) at() string { return fmt.Sprintf("packet %d", g.n) }

func (g *gatherer) when() string {
	if g.sec <= 0 {
		return ""
	}
	return time.Unix(g.sec, 0).UTC().Format(time.RFC3339)
}

// neighbour notes what a station told of another one.
func (g *gatherer) neighbour(s *station, via string, facts ...[2]string) {
	if s == nil || len(s.links) >= maxLinks {
		return
	}
	l := asset.Link{Via: via, Remote: asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: g.b.Place(g.at())}}
	b := g.b
	b.At = g.when()
	for _, f := range facts {
		b.Add(&l.Remote.Observations, evidence.Attr(f[0]), f[1], g.at())
	}
	if len(l.Remote.Observations) == 0 {
		return
	}
	for i := range s.links {
		if s.links[i].Via == via && s.links[i].Remote.Observations[0].Value == l.Remote.Observations[0].Value {
			return
		}
	}
	s.links = append(s.links, l)
	g.change(s)
}

// flush yields all that is held, in the order it was seen first, and begins anew.
func (g *gatherer) flush(cov *asset.Coverage) error {
	all := make([]*station, 0, len(g.macs)+len(g.remotes))
	for _, s := range g.macs {
		all = append(all, s)
	}
	for _, s := range g.remotes {
		if len(s.obs) > 0 {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *station) int {
		if a.first != b.first {
			return a.first - b.first
		}
		if a.isMAC != b.isMAC {
			return map[bool]int{true: -1, false: 1}[a.isMAC]
		}
		return strings.Compare(string(a.mac[:])+a.ip.String(), string(b.mac[:])+b.ip.String())
	})
	g.octets = 0
	clear(g.macs)
	clear(g.remotes)
	clear(g.recent[:])
	for _, s := range all {
		cov.Read++
		if err := g.yield(g.sighting(s)); err != nil {
			return err
		}
	}
	return nil
}

func (g *gatherer) sighting(s *station) *asset.Sighting {
	at := fmt.Sprintf("packet %d", s.first)
	out := &asset.Sighting{Kind: asset.Device, Seen: s.seen, Place: g.b.Place(at), Links: s.links}
	own := make([]evidence.Observation, 0, len(s.obs)+1)
	if s.isMAC {
		if text, ok := observe.MACBytes(s.mac); ok {
			g.b.Add(&own, evidence.IfMAC, text, at)
		}
	} else {
		if !private(s.ip) {
			out.Kind = asset.Service // somebody's service that was visited
		}
		g.b.Add(&own, evidence.IP, s.ip.String(), at)
	}
	for _, o := range s.obs {
		if len(own) == 0 || o.Attr != own[0].Attr || o.Value != own[0].Value {
			own = append(own, o)
		}
	}
	out.Observations = own
	return out
}

// private reports whether an address is of the operator's own realm (RFC 1918, 6598, 4193, link-local).
func private(a netip.Addr) bool {
	if a.IsPrivate() || a.IsLinkLocalUnicast() {
		return true
	}
	b := a.As16()
	return a.Is4() && b[12] == 100 && b[13]&0xc0 == 64
}
