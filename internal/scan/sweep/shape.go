package sweep

import (
	"crypto/rand"
	"encoding/binary"
	"hash/maphash"
	"net"
	"net/netip"

	"golang.org/x/net/icmp"

	"telltale/internal/scan/snmp"
)

// SystemOIDs are the four values a sweep asks an agent for: sysDescr,
// sysObjectID, sysName and snmpEngineID.
var SystemOIDs = []snmp.OID{
	{1, 3, 6, 1, 2, 1, 1, 1, 0}, {1, 3, 6, 1, 2, 1, 1, 2, 0}, {1, 3, 6, 1, 2, 1, 1, 5, 0}, {1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0},
}

// SNMP asks for the system values by SNMPv2c. All its packets differ in the request number only.
type SNMP struct {
	seed   maphash.Seed
	packet []byte
	at     int // of the request number
	port   uint16
}

// NewSNMP returns the question for one community; port 0 means 161.
func NewSNMP(community string, port uint16) *SNMP {
	if port == 0 {
		port = 161
	}
	r := snmp.Request{Version: snmp.Version2c, Community: community, Kind: snmp.Get, ID: 0x55aa55aa, OIDs: SystemOIDs}
	p := r.Append(nil)
	s := &SNMP{seed: maphash.MakeSeed(), packet: p, port: port}
	for s.at = len(p) - 4; binary.BigEndian.Uint32(p[s.at:]) != 0x55aa55aa || p[s.at-1] != 4 || p[s.at-2] != 2; s.at-- {
	}
	return s
}

// Port is the agent's port.
func (s *SNMP) Port() uint16 { return s.port }

func (s *SNMP) id(a netip.Addr) uint32 {
	return 0x40000000 | uint32(maphash.Comparable(s.seed, a))&0x3fffffff
}

// Packet appends the request for an address.
func (s *SNMP) Packet(b []byte, to netip.Addr) []byte {
	b = append(b, s.packet...)
	binary.BigEndian.PutUint32(b[len(b)-len(s.packet)+s.at:], s.id(to))
	return b
}

// Accept checks that the packet is a response with the number that belongs to its sender.
func (s *SNMP) Accept(from netip.Addr, packet []byte) bool {
	r, err := snmp.Parse(packet)
	return err == nil && uint32(r.ID) == s.id(from)
}

// Echo is an ICMP echo request (RFC 792, RFC 4443).
type Echo struct {
	key  [8]byte
	seed maphash.Seed
	six  bool
}

// NewEcho returns the question for the family of a.
func NewEcho(a netip.Addr) *Echo {
	e := &Echo{seed: maphash.MakeSeed(), six: a.Is6()}
	_, _ = rand.Read(e.key[:]) // never fails, crypto/rand says
	return e
}

// Port is 0.
func (e *Echo) Port() uint16 { return 0 }

func (e *Echo) sum(a netip.Addr) uint64 { return maphash.Comparable(e.seed, a) }

// Packet appends an echo request with 16 octets of data, by which the answer is known.
func (e *Echo) Packet(b []byte, to netip.Addr) []byte {
	at := len(b)
	typ := byte(8)
	if e.six {
		typ = 128
	}
	b = append(b, typ, 0, 0, 0, e.key[0], e.key[1], 0, 1)
	b = append(b, e.key[:]...)
	b = binary.BigEndian.AppendUint64(b, e.sum(to))
	if !e.six { // the kernel fills in that of ICMPv6
		binary.BigEndian.PutUint16(b[at+2:], checksum(b[at:]))
	}
	return b
}

func checksum(b []byte) uint16 {
	n := uint32(0)
	for ; len(b) > 1; b = b[2:] {
		n += uint32(binary.BigEndian.Uint16(b))
	}
	n = n>>16 + n&0xffff
	return ^uint16(n + n>>16)
}

// Accept checks that the packet is an echo reply with the data sent to that address.
func (e *Echo) Accept(from netip.Addr, p []byte) bool {
	want := byte(0)
	if e.six {
		want = 129
	} else if len(p) > 20 && p[0]>>4 == 4 { // a raw socket hands out the IP header
		p = p[min(int(p[0]&15)*4, len(p)):]
	}
	return len(p) >= 24 && p[0] == want && [8]byte(p[8:16]) == e.key && binary.BigEndian.Uint64(p[16:]) == e.sum(from)
}

// ListenICMP opens a socket for echo requests of the family of a: an
// unprivileged one where the system allows it, else a raw one.
func ListenICMP(a netip.Addr) (*Conn, error) {
	dgram, raw, any := "udp4", "ip4:icmp", "0.0.0.0"
	if a.Is6() {
		dgram, raw, any = "udp6", "ip6:ipv6-icmp", "::"
	}
	if c, err := net.ListenPacket(raw, any); err == nil {
		return wrap(c, a, false), nil
	}
	c, err := icmp.ListenPacket(dgram, any)
	if err != nil {
		return nil, err
	}
	if a.Is6() {
		return &Conn{c.IPv6PacketConn(), c, true}, nil
	}
	return &Conn{c.IPv4PacketConn(), c, true}, nil
}
