package pcap

import (
	"net/netip"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// dnsName reads a name with compression (RFC 1035 4.1.4) and returns what follows it.
func dnsName(b []byte, off int) (string, int) {
	var out strings.Builder
	end := 0
	for range 128 {
		if off >= len(b) {
			return "", len(b)
		}
		n := int(b[off])
		switch {
		case n == 0:
			if end == 0 {
				end = off + 1
			}
			return out.String(), end
		case n&0xc0 == 0xc0:
			if off+1 >= len(b) {
				return "", len(b)
			}
			if end == 0 {
				end = off + 2
			}
			off = (n&0x3f)<<8 | int(b[off+1])
		case n&0xc0 != 0 || off+1+n > len(b) || out.Len() > 255:
			return "", len(b)
		default:
			if out.Len() > 0 {
				out.WriteByte('.')
			}
			out.Write(b[off+1 : off+1+n])
			off += 1 + n
		}
	}
	return "", len(b)
}

type record struct {
	name string
	typ  uint16
	data []byte
	off  int // of data in the message, for names in it
}

const maxRecords = 256

// records calls take for each answer, authority and additional record.
func records(b []byte, take func(record)) {
	if len(b) < 12 {
		return
	}
	off := 12
	for range be.Uint16(b[4:]) {
		if off >= len(b) {
			return
		}
		_, off = dnsName(b, off)
		off += 4
	}
	n := int(be.Uint16(b[6:])) + int(be.Uint16(b[8:])) + int(be.Uint16(b[10:]))
	for range min(n, maxRecords) {
		var r record
		r.name, off = dnsName(b, off)
		if off+10 > len(b) {
			return
		}
		r.typ = be.Uint16(b[off:])
		l := int(be.Uint16(b[off+8:]))
		r.off = off + 10
		if r.off+l > len(b) {
			return
		}
		r.data = b[r.off : r.off+l]
		off = r.off + l
		take(r)
	}
}

const maxTXT = 40

// mdns reads a responder's records (RFC 6762, 6763). A message whose addresses
// are none of the sender's was reflected from elsewhere and is nobody's.
func (d *decoder) mdns(b []byte) {
	if len(b) < 12 || b[2]&0x80 == 0 {
		return
	}
	own, foreign := false, false
	host := ""
	records(b, func(r record) {
		if r.typ == 1 || r.typ == 28 {
			if a, ok := netip.AddrFromSlice(r.data); ok {
				if a == d.src.ip {
					own, host = true, r.name
				} else {
					foreign = foreign || a.Is4() == d.src.ip.Is4() && !a.IsLinkLocalUnicast()
				}
			}
		}
	})
	if foreign && !own {
		return
	}
	s := d.g.of(d.src)
	d.g.add(s, evidence.Hostname, strings.TrimSuffix(host, ".local"))
	records(b, func(r record) {
		switch r.typ {
		case 12:
			if strings.HasPrefix(r.name, "_") && !strings.Contains(r.name, "_dns-sd") && !strings.Contains(r.name, "_sub.") {
				d.g.add(s, evidence.MDNS, r.name)
			}
		case 13: // HINFO: CPU and OS
			if len(r.data) > 1 && int(r.data[0]) < len(r.data) {
				d.g.add(s, evidence.MDNS, "hinfo="+string(r.data[1:1+int(r.data[0])]))
			}
		case 16:
			d.txt(s, r)
		}
	})
}

// telling are the TXT keys that describe a device, of DNS-SD services in use.
var telling = map[string]bool{"model": true, "md": true, "manufacturer": true, "mf": true, "ty": true, "product": true, "vendor": true,
	"usb_mfg": true, "usb_mdl": true, "rmodel": true, "am": true, "fn": true, "fw": true, "fv": true, "vers": true, "version": true, "serialnumber": true,
	"srcvers": true, "sn": true, "mn": true, "osxvers": true, "devicetype": true, "ci": true, "mdl": true, "brand": true, "hw": true, "mac": true, "type": true, "board": true, "firmware": true}

func (d *decoder) txt(s *station, r record) {
	service := ""
	for l := range strings.SplitSeq(r.name, ".") {
		if strings.HasPrefix(l, "_") {
			service = l
			break
		}
	}
	for b, n := r.data, 0; len(b) > 0 && n < maxTXT; n++ {
		l := int(b[0])
		if l >= len(b) {
			return
		}
		pair := string(b[1 : 1+l])
		b = b[1+l:]
		k, v, ok := strings.Cut(pair, "=")
		if !ok || !telling[strings.ToLower(k)] || v == "" {
			continue
		}
		d.g.add(s, evidence.MDNS, strings.TrimSpace(service+" "+pair))
		if strings.EqualFold(k, "serialNumber") {
			d.g.add(s, evidence.Serial, v)
		}
		if m, ok := observe.MAC(v); ok && strings.EqualFold(k, "mac") {
			d.g.add(s, evidence.BaseMAC, m)
		}
	}
}

// netbios reads the name a station registers or answers for (RFC 1002 4.2).
func (d *decoder) netbios(b []byte) {
	if len(b) < 12+34 || b[12] != 32 {
		return
	}
	op := b[2] >> 3 & 15
	if response := b[2]&0x80 != 0; response || op != 5 && op != 8 {
		return
	}
	if op == 5 && b[len(b)-6]&0x80 != 0 {
		return // a group's name
	}
	var name [16]byte
	for i := range name {
		hi, lo := b[13+2*i]-'A', b[14+2*i]-'A'
		if hi > 15 || lo > 15 {
			return
		}
		name[i] = hi<<4 | lo
	}
	if suffix := name[15]; suffix == 0 || suffix == 0x20 {
		d.g.add(d.g.of(d.src), evidence.Hostname, strings.TrimRight(string(name[:15]), " \x00"))
	}
}
