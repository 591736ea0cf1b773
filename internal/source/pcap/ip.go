package pcap

import (
	"net/netip"
)

// initialTTL reports whether a hop count is one stacks begin with: no router has
// counted it down. Discovery protocols that begin at 1 to 4 go to a group address.
func initialTTL(ttl byte, group bool) bool {
	switch ttl {
	case 32, 64, 128, 255:
		return true
	}
	return group && ttl <= 4
}

func (d *decoder) ipv4(b []byte) {
	if len(b) < 20 || b[0]>>4 != 4 {
		return
	}
	hl, total := int(b[0]&15)*4, int(be.Uint16(b[2:]))
	if hl < 20 || hl > len(b) {
		return
	}
	if total >= hl && total < len(b) { // zero under segmentation offload
		b = b[:total]
	}
	raw := [4]byte(b[12:16])
	src := netip.AddrFrom4(raw)
	if d.from(src, initialTTL(b[8], b[16]>>4 == 14)) {
		d.g.bind4(d.src.mac, d.src.st, raw)
	}
	proto, payload := b[9], b[hl:]
	if off := be.Uint16(b[6:]); off&0x3fff != 0 { // more fragments or an offset
		key := fragKey{src, netip.AddrFrom4([4]byte(b[16:20])), uint32(be.Uint16(b[4:])), proto}
		if payload = d.reassemble(key, int(off&0x1fff)*8, off&0x2000 != 0, payload); payload == nil {
			return
		}
	}
	d.transport(proto, payload)
}

func (d *decoder) ipv6(b []byte) {
	if len(b) < 40 || b[0]>>4 != 6 {
		return
	}
	src := netip.AddrFrom16([16]byte(b[8:24]))
	dst := b[24:40]
	if d.from(src, initialTTL(b[7], dst[0] == 0xff)) {
		d.g.bind(d.src.st, src)
	}
	next, n := b[6], int(be.Uint16(b[4:]))
	p := b[40:]
	if n > 0 && n < len(p) {
		p = p[:n]
	}
	for range 8 { // extension headers, RFC 8200 section 4
		switch next {
		case 0, 43, 60:
			if len(p) < 8 {
				return
			}
			l := 8 + int(p[1])*8
			if l > len(p) {
				return
			}
			next, p = p[0], p[l:]
			continue
		case 44:
			if len(p) < 8 {
				return
			}
			off := be.Uint16(p[2:])
			key := fragKey{src, netip.AddrFrom16([16]byte(dst)), be.Uint32(p[4:]), p[0]}
			nh := p[0]
			if p = p[8:]; off&^6 != 0 {
				if p = d.reassemble(key, int(off&^7), off&1 != 0, p); p == nil {
					return
				}
			}
			next = nh
			continue
		}
		break
	}
	if next == 58 {
		d.nd(p, b[7])
		return
	}
	d.transport(next, p)
}

// from notes the IP sender and reports whether it is the frame's sender: the packet was not routed.
func (d *decoder) from(ip netip.Addr, unrouted bool) bool {
	d.src.ip = ip
	d.src.onLink = unrouted && d.src.hasMAC && !ip.IsUnspecified()
	return d.src.onLink
}

func (d *decoder) transport(proto byte, p []byte) {
	switch proto {
	case 6:
		d.tcp(p)
	case 17:
		d.udp(p)
	case 4, 41: // IP in IP
		if d.inner() {
			d.ipAny(p)
		}
	case 47:
		d.gre(p)
	case 132:
		d.sctp(p)
	}
}

// gre unwraps RFC 2784 and ERSPAN types I to III.
func (d *decoder) gre(b []byte) {
	if len(b) < 4 || b[1]&7 != 0 {
		return
	}
	flags, proto, n := b[0], be.Uint16(b[2:]), 4
	for _, bit := range []byte{0x80, 0x20, 0x10} { // checksum, key, sequence
		if flags&bit != 0 {
			n += 4
		}
	}
	switch proto {
	case etherERSPAN2:
		if flags&0x10 != 0 {
			n += 8 // type II has a header, type I none
		}
	case etherERSPAN3:
		n += 12
		if len(b) >= n && b[n-1]&1 != 0 {
			n += 8 // platform specific
		}
	}
	if n >= len(b) || !d.inner() {
		return
	}
	switch proto {
	case etherERSPAN2, etherERSPAN3, etherTEB:
		d.ethernet(b[n:])
	default:
		d.ether(proto, b[n:])
	}
}

func (d *decoder) udp(b []byte) {
	if len(b) < 8 {
		return
	}
	sp, dp, p := be.Uint16(b), be.Uint16(b[2:]), b[8:]
	if n := int(be.Uint16(b[4:])); n >= 8 && n-8 < len(p) {
		p = p[:n-8]
	}
	if len(p) == 0 || !interesting.has(sp) && !interesting.has(dp) {
		return
	}
	switch {
	case dp == 67 || dp == 68:
		d.dhcp(p)
	case dp == 547 || dp == 546:
		d.dhcp6(p)
	case sp == 5353:
		d.mdns(p)
	case sp == 1900 || dp == 1900:
		d.ssdp(p)
	case sp == 3702 || dp == 3702:
		d.wsDiscovery(p)
	case sp == 161 || dp == 162:
		d.snmp(p)
	case sp == 5060 || dp == 5060:
		d.sip(p)
	case sp == 5246 || dp == 5246:
		d.capwap(p)
	case sp == 5678 || dp == 5678:
		d.mndp(p)
	case sp == 10001:
		d.ubiquity(p)
	case sp == 37020:
		d.sadp(p)
	case sp == 37810:
		d.dhip(p)
	case sp == 137 && dp == 137:
		d.netbios(p)
	case dp == 4789 || dp == 8472:
		if len(p) > 8 && p[0]&0x08 != 0 && d.inner() {
			d.ethernet(p[8:])
		}
	case sp == 2123 || dp == 2123:
		d.gtpc(p)
	case dp == 1812 || dp == 1813 || dp == 1645 || dp == 1646:
		d.radius(p)
	case dp == 2152 || sp == 2152:
		d.gtpu(p)
	case dp == 6081: // GENEVE
		if n := 8; len(p) > n && be.Uint16(p[2:]) == etherTEB {
			if n += int(p[0]&0x3f) * 4; n < len(p) && d.inner() {
				d.ethernet(p[n:])
			}
		}
	}
}

// ports is a set of port numbers.
type ports [1 << 10]uint64

func (s *ports) has(p uint16) bool { return s[p>>6]&(1<<(p&63)) != 0 }

// interesting are the UDP ports that are looked at.
var interesting = func() (t ports) {
	for _, p := range []uint16{67, 68, 546, 547, 5353, 1900, 3702, 161, 162, 5060, 5246, 5678, 10001, 37020, 37810, 137, 1645, 1646, 1812, 1813, 2123, 4789, 8472, 2152, 6081} {
		t[p>>6] |= 1 << (p & 63)
	}
	return t
}()

// gtpu unwraps a G-PDU (3GPP TS 29.281).
func (d *decoder) gtpu(b []byte) {
	if len(b) < 8 || b[0]>>5 != 1 || b[1] != 255 {
		return
	}
	n := 8
	if b[0]&7 != 0 {
		n = 12
		if b[0]&4 != 0 { // extension headers
			for next := at(b, 11); next != 0; {
				l := int(at(b, n)) * 4
				if l == 0 || n+l > len(b) {
					return
				}
				next = b[n+l-1]
				n += l
			}
		}
	}
	if n < len(b) && d.inner() {
		d.ipAny(b[n:])
	}
}

func at(b []byte, i int) byte {
	if i < len(b) {
		return b[i]
	}
	return 0
}

// fragKey names a datagram in pieces.
type fragKey struct {
	src, dst netip.Addr
	id       uint32
	proto    byte
}

type fragment struct{ data []byte }

const maxFragments = 256

// reassemble joins the pieces of a datagram that come in order, which they do
// but for loss; it returns nil until the last one.
func (d *decoder) reassemble(k fragKey, off int, more bool, p []byte) []byte {
	if off == 0 {
		if k.proto != 17 || len(p) < 8 || !interesting.has(be.Uint16(p)) && !interesting.has(be.Uint16(p[2:])) {
			return nil
		}
		if d.frags == nil || len(d.frags) >= maxFragments {
			d.frags = map[fragKey]*fragment{}
		}
		d.frags[k] = &fragment{append([]byte(nil), p...)}
		return nil
	}
	f := d.frags[k]
	if f == nil {
		return nil
	}
	if len(f.data) != off || off+len(p) > 65535 {
		delete(d.frags, k)
		return nil
	}
	f.data = append(f.data, p...)
	if more {
		return nil
	}
	delete(d.frags, k)
	return f.data
}
