package pcap

import (
	"encoding/binary"
	"net/netip"
)

// Link types of the registry at the tcpdump group that are read.
const (
	linkNull     = 0
	linkEthernet = 1
	linkPPP      = 9
	linkPPPHDLC  = 50
	linkPPPoE    = 51
	linkRaw12    = 12
	linkRaw14    = 14
	linkRaw      = 101
	linkCHDLC    = 104
	linkWLAN     = 105
	linkLoop     = 108
	linkSLL      = 113
	linkRadiotap = 127
	linkERF      = 197
	linkIPv4     = 228
	linkIPv6     = 229
	linkSLL2     = 276
)

// EtherTypes.
const (
	etherIPv4    = 0x0800
	etherARP     = 0x0806
	etherTEB     = 0x6558
	etherVLAN    = 0x8100
	etherIPv6    = 0x86dd
	etherMPLS    = 0x8847
	etherMPLSm   = 0x8848
	etherPPPoED  = 0x8863
	etherPPPoES  = 0x8864
	etherQinQ    = 0x88a8
	etherERSPAN2 = 0x88be
	etherERSPAN3 = 0x22eb
	etherLLDP    = 0x88cc
	etherITag    = 0x88e7
	etherQinQold = 0x9100
)

const maxTunnels = 6

var be = binary.BigEndian

// link unwraps the outermost layer.
func (d *decoder) link(kind uint32, b []byte) {
	if kind == linkEthernet && d.dull(b) {
		return
	}
	d.depth = 0
	d.src = sender{}
	switch kind {
	case linkEthernet:
		d.ethernet(b)
	case linkRaw, linkRaw12, linkRaw14, linkIPv4, linkIPv6:
		d.ipAny(b)
	case linkNull, linkLoop:
		if len(b) > 4 {
			d.ipAny(b[4:])
		}
	case linkPPP, linkPPPHDLC:
		if len(b) > 4 && b[0] == 0xff && b[1] == 3 {
			b = b[2:]
		}
		d.ppp(b)
	case linkPPPoE:
		if len(b) > 6 {
			d.ppp(b[6:])
		}
	case linkCHDLC:
		if len(b) > 4 {
			d.ether(be.Uint16(b[2:]), b[4:])
		}
	case linkWLAN:
		d.wlan(b)
	case linkRadiotap:
		d.radiotap(b)
	case linkERF:
		d.erf(b)
	case linkSLL:
		if len(b) < 16 {
			return
		}
		d.cooked(b[6:12], be.Uint16(b[4:]), be.Uint16(b[14:]), b[16:])
	case linkSLL2:
		if len(b) < 20 {
			return
		}
		d.cooked(b[12:18], uint16(b[11]), be.Uint16(b), b[20:])
	default:
		d.counts.unknownLink++
	}
}

// erf skips the header of an Ethernet record of a capture card (ERF types
// document: type 2, extension headers while the top bit is set, two octets of padding).
func (d *decoder) erf(b []byte) {
	if len(b) < 16 || b[8]&0x7f != 2 {
		d.counts.unknownLink++
		return
	}
	n, more := 16, b[8]&0x80 != 0
	for more && n+8 <= len(b) {
		more = b[n]&0x80 != 0
		n += 8
	}
	if n+2 <= len(b) {
		d.ethernet(b[n+2:])
	}
}

// cooked is a Linux cooked frame: it names the sender only.
func (d *decoder) cooked(addr []byte, n, proto uint16, b []byte) {
	if n == 6 {
		d.setMAC(mac(addr))
	}
	d.ether(proto, b)
}

func (d *decoder) setMAC(m mac) {
	st := d.g.byMAC(m)
	d.src = sender{mac: m, hasMAC: st != nil, st: st}
}

func (d *decoder) ethernet(b []byte) {
	if len(b) < 14 {
		return
	}
	if mac(b[:6]) == (mac{}) { // no frame on a wire is sent to nobody: a probe wrote this head, the MAC in it is no station's
		d.src = sender{}
	} else {
		d.setMAC(mac(b[6:12]))
	}
	t := be.Uint16(b[12:])
	if t < 0x600 { // 802.3 length
		d.llc(b[14:min(len(b), 14+int(t))])
		return
	}
	d.ether(t, b[14:])
}

// llc finds CDP and FDP behind a SNAP header.
func (d *decoder) llc(b []byte) {
	if len(b) < 8 || b[0] != 0xaa || b[1] != 0xaa {
		return
	}
	oui, pid := uint32(b[3])<<16|uint32(b[4])<<8|uint32(b[5]), be.Uint16(b[6:])
	switch {
	case oui == 0x00000c && pid == 0x2000:
		d.cdp(b[8:])
	case oui == 0x00e052 && pid == 0x2000:
		d.cdp(b[8:]) // FDP has the same layout
	case oui == 0:
		d.ether(pid, b[8:])
	}
}

func (d *decoder) ether(t uint16, b []byte) {
	for range 4 { // tags
		if t != etherVLAN && t != etherQinQ && t != etherQinQold {
			break
		}
		if len(b) < 4 {
			return
		}
		t, b = be.Uint16(b[2:]), b[4:]
		if t < 0x600 {
			d.llc(b)
			return
		}
	}
	switch t {
	case etherIPv4:
		d.ipv4(b)
	case etherIPv6:
		d.ipv6(b)
	case etherARP:
		d.arp(b)
	case etherLLDP:
		d.lldp(b)
	case etherMPLS, etherMPLSm:
		d.mpls(b)
	case etherPPPoES:
		if len(b) > 8 {
			d.ppp(b[6:])
		}
	case etherPPPoED:
		d.pppoe(b)
	case etherITag:
		if len(b) > 18 && d.deeper() {
			d.ethernet(b[4:])
		}
	}
}

// deeper allows one more layer of encapsulation.
func (d *decoder) deeper() bool {
	d.depth++
	return d.depth <= maxTunnels
}

// inner takes the sender away: what is inside a routed tunnel came from elsewhere.
func (d *decoder) inner() bool {
	d.src = sender{}
	return d.deeper()
}

// mpls skips the label stack. What follows has no type (RFC 3032): 4 and 6 begin
// IP, 0 a control word before Ethernet (RFC 4385), anything else is tried as Ethernet.
func (d *decoder) mpls(b []byte) {
	for range 16 {
		if len(b) < 5 {
			return
		}
		bottom := b[2]&1 != 0
		b = b[4:]
		if !bottom {
			continue
		}
		if !d.deeper() {
			return
		}
		switch b[0] >> 4 {
		case 4, 6:
			d.src.hasMAC = false // label switched: the frame's sender is a router
			d.ipAny(b)
		case 0:
			if len(b) > 4 {
				d.ethernet(b[4:])
			}
		default:
			d.ethernet(b)
		}
		return
	}
}

func (d *decoder) ppp(b []byte) {
	if len(b) < 2 {
		return
	}
	proto, n := be.Uint16(b), 2
	if b[0]&1 != 0 { // compressed protocol field
		proto, n = uint16(b[0]), 1
	}
	switch proto {
	case 0x0021:
		d.ipv4(b[n:])
	case 0x0057:
		d.ipv6(b[n:])
	}
}

func (d *decoder) ipAny(b []byte) {
	if len(b) == 0 {
		return
	}
	switch b[0] >> 4 {
	case 4:
		d.ipv4(b)
	case 6:
		d.ipv6(b)
	}
}

// arp binds the sender's address (RFC 826); the target of an answer is told of only.
func (d *decoder) arp(b []byte) {
	if len(b) < 28 || be.Uint16(b) != 1 || be.Uint16(b[2:]) != etherIPv4 || b[4] != 6 || b[5] != 4 {
		return
	}
	sha, spa := mac(b[8:14]), netip.AddrFrom4([4]byte(b[14:18]))
	tha, tpa := mac(b[18:24]), netip.AddrFrom4([4]byte(b[24:28]))
	if d.src.hasMAC && sha != d.src.mac {
		return // proxied or forged: nobody's own statement
	}
	s := d.g.byMAC(sha)
	d.g.bind(s, spa)
	if be.Uint16(b[6:]) == 2 && tha.usable() && tha != sha && !tpa.IsUnspecified() {
		d.g.neighbour(s, "arp", [2]string{"ifMAC", text(tha)}, [2]string{"ip", tpa.String()})
	}
}

// pppoe reads the tags of an access concentrator's offer (RFC 2516).
func (d *decoder) pppoe(b []byte) {
	if len(b) < 6 || b[0] != 0x11 || b[1] != 0x07 && b[1] != 0x65 {
		return // PADO and PADS are the concentrator's
	}
	s := d.g.of(d.src)
	for t := b[6:]; len(t) >= 4; {
		typ, n := be.Uint16(t), int(be.Uint16(t[2:]))
		if n > len(t)-4 || typ == 0 {
			return
		}
		if typ == 0x0102 {
			d.g.add(s, attrPPPoE, string(t[4:4+n]))
		}
		t = t[4+n:]
	}
}
