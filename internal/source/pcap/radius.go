package pcap

import (
	"net/netip"

	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// RADIUS attributes (RFC 2865, 2869, 3162).
const (
	radiusNASIP      = 4
	radiusCalledID   = 30
	radiusCallingID  = 31
	radiusNASName    = 32
	radiusProxyState = 33
	radiusNASIPv6    = 95
)

// radius reads what an access server says in a request: its name and address, and
// the MACs of the access point (Called-Station-Id) and of the client it tells of.
// A request with a Proxy-State was passed on: its attributes are not the sender's.
func (d *decoder) radius(b []byte) {
	if len(b) < 20 || b[0] != 1 && b[0] != 4 { // Access-Request, Accounting-Request
		return
	}
	n := int(be.Uint16(b[2:]))
	if n < 20 || n > len(b) {
		return
	}
	attrs := b[20:n]
	proxied := false
	radiusAttrs(attrs, func(t byte, _ []byte) { proxied = proxied || t == radiusProxyState })
	var s *station
	if !proxied {
		s = d.g.of(d.src)
	}
	radiusAttrs(attrs, func(t byte, v []byte) {
		switch t {
		case radiusNASName:
			d.g.add(s, evidence.Hostname, string(v))
		case radiusNASIP, radiusNASIPv6:
			if a, ok := netip.AddrFromSlice(v); ok {
				if t, ok := observe.Addr(a); ok {
					d.g.add(s, evidence.IP, t)
				}
			}
		case radiusCalledID, radiusCallingID:
			// "00-10-A4-23-19-C0:SSID" (RFC 3580 3.20); what is no MAC is a telephone number.
			if m, ok := observe.MAC(string(v[:min(len(v), 17)])); ok && len(v) >= 12 {
				d.g.neighbour(s, "radius", [2]string{string(evidence.IfMAC), m})
			}
		}
	})
}

func radiusAttrs(b []byte, take func(t byte, v []byte)) {
	for len(b) >= 2 && int(b[1]) >= 2 && int(b[1]) <= len(b) {
		take(b[0], b[2:b[1]])
		b = b[b[1]:]
	}
}
