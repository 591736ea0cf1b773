package pcap

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

const attrPPPoE = evidence.PPPoEACName

func text(m mac) string {
	s, _ := observe.MACBytes(m)
	return s
}

// lldp reads an LLDPDU (IEEE 802.1AB clause 8): the station's own statements.
func (d *decoder) lldp(b []byte) {
	s := d.g.of(sender{mac: d.src.mac, hasMAC: d.src.hasMAC})
	if s == nil {
		return
	}
	for len(b) >= 2 {
		typ, n := b[0]>>1, int(be.Uint16(b)&0x1ff)
		if typ == 0 || n > len(b)-2 {
			return
		}
		v := b[2 : 2+n]
		b = b[2+n:]
		switch typ {
		case 1:
			d.chassisID(s, v)
		case 5:
			d.g.add(s, evidence.LLDPSysName, string(v))
		case 6:
			d.g.add(s, evidence.LLDPSysDesc, string(v))
		case 8:
			d.management(s, v)
		case 127:
			d.lldpOrg(s, v)
		}
	}
}

// chassisSubtypes name the chassis ID subtypes as observations spell them.
var chassisSubtypes = [...]string{1: "component", 2: "alias", 3: "port", 4: "mac", 5: "ip", 6: "ifname", 7: "local"}

func (d *decoder) chassisID(s *station, v []byte) {
	if len(v) < 2 || v[0] == 0 || int(v[0]) >= len(chassisSubtypes) {
		return
	}
	id := ""
	switch {
	case v[0] == 4 && len(v) == 7:
		id = text(mac(v[1:7]))
		d.g.add(s, evidence.BaseMAC, id)
	case v[0] == 5 && len(v) > 2:
		if a, ok := netip.AddrFromSlice(v[2:]); ok {
			id = a.String()
			d.g.add(s, evidence.IP, id)
		}
	default:
		id = observe.Text(string(v[1:]))
	}
	if id != "" {
		d.g.add(s, evidence.ChassisID, chassisSubtypes[v[0]]+":"+id)
	}
}

func (d *decoder) management(s *station, v []byte) {
	if len(v) < 2 || int(v[0]) >= len(v) || v[0] < 1 {
		return
	}
	addr := v[2 : 1+int(v[0])]
	if a, ok := netip.AddrFromSlice(addr); ok && (v[1] == 1 || v[1] == 2) {
		if t, ok := observe.Addr(a); ok {
			d.g.add(s, evidence.IP, t)
		}
	}
}

// med are the inventory TLVs of LLDP-MED (TIA-1057 10.2.6).
var med = map[byte]evidence.Attr{
	5: evidence.HardwareRev, 6: evidence.FirmwareText, 7: evidence.SoftwareText, 8: evidence.Serial,
	9: evidence.EntPhysicalMfgName, 10: evidence.EntPhysicalModelName, 11: evidence.AssetTag,
}

func (d *decoder) lldpOrg(s *station, v []byte) {
	if len(v) < 4 {
		return
	}
	switch hex.EncodeToString(v[:3]) {
	case "0012bb":
		if attr, ok := med[v[3]]; ok {
			d.g.add(s, attr, string(v[4:]))
		}
	case "00005e": // RFC 8520: manufacturer usage description
		if v[3] == 1 {
			d.g.add(s, evidence.URL, string(v[4:]))
			d.g.add(s, evidence.LLDPSysDesc, "mud-url: "+string(v[4:]))
		}
	}
}

// cdp reads CDP and FDP announcements; both are layouts of their makers, FDP after CDP.
func (d *decoder) cdp(b []byte) {
	s := d.g.of(sender{mac: d.src.mac, hasMAC: d.src.hasMAC})
	if s == nil || len(b) < 4 {
		return
	}
	for b = b[4:]; len(b) >= 4; {
		typ, n := be.Uint16(b), int(be.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			return
		}
		v := b[4:n]
		b = b[n:]
		switch typ {
		case 1:
			d.deviceID(s, string(v))
		case 2, 0x16:
			d.cdpAddresses(s, v)
		case 5:
			d.g.add(s, evidence.CDPVersion, string(v))
		case 6:
			d.g.add(s, evidence.CDPPlatform, string(v))
		}
	}
}

// deviceID is a name, a MAC, or "name(serial)".
func (d *decoder) deviceID(s *station, id string) {
	name, rest, ok := strings.Cut(observe.Text(id), "(")
	if serial := strings.TrimSuffix(rest, ")"); ok && len(serial) > 6 && serial != rest {
		d.g.add(s, evidence.Serial, serial)
	} else {
		name = observe.Text(id)
	}
	if m, ok := observe.MAC(name); ok {
		d.g.add(s, evidence.BaseMAC, m)
		return
	}
	d.g.add(s, evidence.Hostname, name)
}

func (d *decoder) cdpAddresses(s *station, v []byte) {
	if len(v) < 4 {
		return
	}
	n := be.Uint32(v)
	v = v[4:]
	for ; n > 0 && n < 64 && len(v) > 2; n-- {
		pl := int(v[1])
		if len(v) < 4+pl {
			return
		}
		al := int(be.Uint16(v[2+pl:]))
		v = v[4+pl:]
		if al > len(v) {
			return
		}
		if a, ok := netip.AddrFromSlice(v[:al]); ok {
			if t, ok := observe.Addr(a); ok {
				d.g.add(s, evidence.IP, t)
			}
		}
		v = v[al:]
	}
}

// capwap reads the board data of a discovery or join request (RFC 5415 4.6.40, 4.6.41).
func (d *decoder) capwap(b []byte) {
	if len(b) < 16 || b[0] != 0 { // DTLS has type 1
		return
	}
	n := int(b[1]>>3) * 4
	if n < 8 || len(b) < n+8 {
		return
	}
	if kind := be.Uint32(b[n:]); kind != 1 && kind != 3 {
		return
	}
	s := d.g.of(d.src)
	for b = b[n+8:]; len(b) >= 4; {
		typ, l := be.Uint16(b), int(be.Uint16(b[2:]))
		if l > len(b)-4 {
			return
		}
		if typ == 38 {
			d.boardData(s, b[4:4+l])
		}
		b = b[4+l:]
	}
}

func (d *decoder) boardData(s *station, v []byte) {
	if len(v) < 4 {
		return
	}
	d.g.add(s, evidence.VendorNumber, fmt.Sprint(be.Uint32(v)))
	for v = v[4:]; len(v) >= 4; {
		typ, l := be.Uint16(v), int(be.Uint16(v[2:]))
		if l > len(v)-4 {
			return
		}
		e := v[4 : 4+l]
		v = v[4+l:]
		switch typ {
		case 0:
			d.g.add(s, evidence.EntPhysicalModelName, string(e))
		case 1:
			d.g.add(s, evidence.Serial, string(e))
		case 4:
			if len(e) == 6 {
				d.g.add(s, evidence.BaseMAC, text(mac(e)))
			}
		}
	}
}
