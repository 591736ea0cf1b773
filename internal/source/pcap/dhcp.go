package pcap

import (
	"fmt"
	"net/netip"
	"strings"

	"telltale/internal/evidence"
)

// dhcp reads what a client says of itself (RFC 2131, 2132) and the address it is given.
func (d *decoder) dhcp(b []byte) {
	if len(b) < 240 || be.Uint32(b[236:]) != 0x63825363 || b[1] != 1 || b[2] != 6 {
		return
	}
	client := mac(b[28:34])
	if b[0] == 2 {
		// The server's word on the client's address counts when the client is known.
		if s := d.g.macs[client]; s != nil && dhcpType(b[240:]) == 5 {
			d.g.bind(s, netip.AddrFrom4([4]byte(b[16:20])))
		}
		return
	}
	s := d.g.byMAC(client)
	if s == nil {
		return
	}
	if ci := netip.AddrFrom4([4]byte(b[12:16])); !ci.IsUnspecified() {
		d.g.bind(s, ci)
	}
	options(b[240:], func(code byte, v []byte) {
		switch code {
		case 12:
			d.g.add(s, evidence.Hostname, string(v))
		case 55:
			d.g.add(s, evidence.DHCPParameters, numbers(v))
		case 60:
			d.g.add(s, evidence.DHCPVendorClass, string(v))
		case 81:
			if len(v) > 3 && v[0]&4 == 0 {
				d.g.add(s, evidence.Hostname, string(v[3:]))
			}
		case 124: // enterprise, length, text
			if len(v) > 5 {
				d.g.add(s, evidence.DHCPVendorClass, string(v[5:min(len(v), 5+int(v[4]))]))
			}
		case 125:
			d.deviceIdentity(s, v)
		}
	})
}

func dhcpType(o []byte) (t byte) {
	options(o, func(code byte, v []byte) {
		if code == 53 && len(v) == 1 {
			t = v[0]
		}
	})
	return t
}

func options(b []byte, take func(code byte, v []byte)) {
	for len(b) > 0 {
		if b[0] == 0 {
			b = b[1:]
			continue
		}
		if b[0] == 255 || len(b) < 2 || int(b[1]) > len(b)-2 {
			return
		}
		take(b[0], b[2:2+int(b[1])])
		b = b[2+int(b[1]):]
	}
}

func numbers(v []byte) string {
	var out strings.Builder
	for i, c := range v {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprint(&out, c)
	}
	return out.String()
}

// broadbandForum is the enterprise number under which TR-069 annex F identifies devices.
const broadbandForum = 3561

func (d *decoder) deviceIdentity(s *station, v []byte) {
	if len(v) < 5 || be.Uint32(v) != broadbandForum {
		return
	}
	options(v[5:], func(code byte, v []byte) {
		switch code {
		case 1:
			d.g.add(s, evidence.CWMPOUI, strings.ToUpper(string(v)))
		case 2:
			d.g.add(s, evidence.Serial, string(v))
		case 3:
			d.g.add(s, evidence.CWMPProductClass, string(v))
		}
	})
}

// dhcp6 reads a client's DUID, vendor class and name (RFC 8415, 4704), also behind relays.
func (d *decoder) dhcp6(b []byte) {
	for range 8 {
		if len(b) < 34 || b[0] != 12 {
			break
		}
		var inner []byte
		options6(b[34:], func(code uint16, v []byte) {
			if code == 9 {
				inner = v
			}
		})
		if inner == nil {
			return
		}
		d.src = sender{} // a relay sent the frame
		b = inner
	}
	if len(b) < 4 || b[0] == 2 || b[0] == 7 || b[0] == 10 || b[0] == 13 {
		return // of a server
	}
	s := d.g.of(d.src)
	options6(b[4:], func(code uint16, v []byte) {
		if code != 1 || s != nil {
			return
		}
		if m, ok := duidMAC(v); ok {
			s = d.g.byMAC(m)
		}
	})
	options6(b[4:], func(code uint16, v []byte) {
		switch code {
		case 16: // enterprise, then length and text
			if len(v) > 6 {
				n := int(be.Uint16(v[4:]))
				d.g.add(s, evidence.DHCPVendorClass, string(v[6:min(len(v), 6+n)]))
			}
		case 39:
			if len(v) > 1 {
				name, _ := dnsName(v, 1)
				d.g.add(s, evidence.Hostname, name)
			}
		}
	})
}

func options6(b []byte, take func(code uint16, v []byte)) {
	for len(b) >= 4 {
		n := int(be.Uint16(b[2:]))
		if n > len(b)-4 {
			return
		}
		take(be.Uint16(b), b[4:4+n])
		b = b[4+n:]
	}
}

// duidMAC takes the MAC out of a DUID-LLT or DUID-LL on Ethernet.
func duidMAC(v []byte) (mac, bool) {
	if len(v) < 10 || be.Uint16(v[2:]) != 1 {
		return mac{}, false
	}
	switch {
	case be.Uint16(v) == 1 && len(v) == 14:
		return mac(v[8:14]), true
	case be.Uint16(v) == 3 && len(v) == 10:
		return mac(v[4:10]), true
	}
	return mac{}, false
}
