package pcap

import "net/netip"

// ICMPv6 types of neighbour discovery (RFC 4861 4).
const (
	ndNeighbourSolic  = 135
	ndNeighbourAdvert = 136
)

// nd binds the address a station claims: the target of its advertisement, or of
// the solicitation with which it asks whether its own address is free (RFC 4862
// 5.4). Only packets with hop limit 255 were not forwarded (RFC 4861 7.1).
func (d *decoder) nd(b []byte, hop byte) {
	if hop != 255 || d.src.st == nil || len(b) < 24 || b[1] != 0 {
		return
	}
	switch b[0] {
	case ndNeighbourAdvert:
	case ndNeighbourSolic:
		if !d.src.ip.IsUnspecified() {
			return
		}
	default:
		return
	}
	target := netip.AddrFrom16([16]byte(b[8:24]))
	for o := b[24:]; len(o) >= 8 && o[1] > 0 && int(o[1])*8 <= len(o); o = o[int(o[1])*8:] {
		if o[0] == 2 && mac(o[2:8]) != d.src.mac {
			return // answered for somebody else
		}
	}
	if !target.IsMulticast() && !target.Is4In6() {
		d.g.bind(d.src.st, target)
	}
}
