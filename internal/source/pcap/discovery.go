package pcap

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strconv"

	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// Discovery protocols of single makers. None is published as a standard; the
// layouts are those free decoders of them agree on. Each value keeps the
// protocol's name: that a device speaks it is a clue by itself.

// mndp reads a neighbour announcement on UDP 5678: type and length, two octets each.
func (d *decoder) mndp(b []byte) {
	if len(b) < 8 {
		return
	}
	s := d.g.of(d.src)
	for b = b[4:]; len(b) >= 4; {
		typ, n := be.Uint16(b), int(be.Uint16(b[2:]))
		if n > len(b)-4 {
			return
		}
		v := b[4 : 4+n]
		b = b[4+n:]
		switch typ {
		case 1:
			if n == 6 {
				d.g.add(s, evidence.BaseMAC, text(mac(v)))
			}
		case 5:
			d.g.add(s, evidence.Hostname, string(v))
		case 7:
			d.discovered(s, "mndp version", v)
		case 8:
			d.discovered(s, "mndp platform", v)
		case 12:
			d.discovered(s, "mndp board", v)
		}
	}
}

// ubiquity reads an answer on UDP 10001: version, command, length, then type (one
// octet) and length (two).
func (d *decoder) ubiquity(b []byte) {
	if len(b) < 7 || b[0] != 1 && b[0] != 2 {
		return
	}
	s := d.g.of(d.src)
	for b = b[4:]; len(b) >= 3; {
		typ, n := b[0], int(be.Uint16(b[1:]))
		if n > len(b)-3 {
			return
		}
		v := b[3 : 3+n]
		b = b[3+n:]
		switch typ {
		case 1:
			if n == 6 {
				d.g.add(s, evidence.BaseMAC, text(mac(v)))
			}
		case 2:
			if n == 10 {
				d.g.add(s, evidence.IfMAC, text(mac(v[:6])))
			}
		case 3:
			d.discovered(s, "ubnt firmware", v)
		case 0x0b:
			d.g.add(s, evidence.Hostname, string(v))
		case 0x0c, 0x14, 0x15:
			d.discovered(s, "ubnt model", v)
		}
	}
}

func (d *decoder) discovered(s *station, name string, v []byte) {
	if t := observe.Text(string(v)); t != "" {
		d.g.add(s, evidence.Discovery, name+"="+t)
	}
}

// sadpLeafs are the elements of a camera's answer on UDP 37020.
var sadpLeafs = map[string]evidence.Attr{
	"DeviceDescription": evidence.Discovery, "SoftwareVersion": evidence.FirmwareText, "DeviceSN": evidence.Serial,
	"MAC": evidence.BaseMAC, "OEMInfo": evidence.Discovery, "DSPVersion": evidence.Discovery,
}

// sadp reads the XML answer of the search protocol on UDP 37020.
func (d *decoder) sadp(b []byte) {
	if !bytes.Contains(b, []byte("<ProbeMatch")) {
		return
	}
	s := d.g.of(d.src)
	// What was read before a fault counts.
	_ = observe.WalkXML(bytes.NewReader(b), nil, func(l *observe.Leaf) error {
		attr, ok := sadpLeafs[l.Name()]
		switch {
		case !ok || l.Text == "":
		case attr == evidence.Discovery:
			d.discovered(s, "sadp "+l.Name(), []byte(l.Text))
		default:
			d.g.add(s, attr, l.Text)
		}
		return nil
	})
}

// dhipHeader is the length of the binary head before the JSON on UDP 37810.
const dhipHeader = 32

// dhip reads the JSON answer of the search protocol on UDP 37810.
func (d *decoder) dhip(b []byte) {
	if len(b) < dhipHeader || !bytes.Contains(b[:dhipHeader], []byte("DHIP")) {
		return
	}
	var m struct {
		MAC    string `json:"mac"`
		Params struct {
			Info map[string]any `json:"deviceInfo"`
		} `json:"params"`
	}
	body := bytes.TrimRight(b[dhipHeader:], "\x00\n")
	if json.Unmarshal(body, &m) != nil {
		return
	}
	s := d.g.of(d.src)
	if mac, ok := observe.MAC(m.MAC); ok {
		d.g.add(s, evidence.BaseMAC, mac)
	}
	for _, k := range []string{"Vendor", "DeviceType", "DeviceClass", "MachineName", "Version", "SerialNo"} {
		v, ok := m.Params.Info[k].(string)
		switch {
		case !ok || v == "":
		case k == "SerialNo":
			d.g.add(s, evidence.Serial, v)
		case k == "Version":
			d.g.add(s, evidence.FirmwareText, v)
		default:
			d.discovered(s, "dhip "+k, []byte(v))
		}
	}
}

// Diameter (RFC 6733): capabilities exchange and its AVPs.
const (
	cmdCapabilities = 257
	avpHostIP       = 257
	avpOriginHost   = 264
	avpVendorID     = 266
	avpProductName  = 269
)

// diameter reads a capabilities exchange: a peer names itself, its maker's number and its product.
func (d *decoder) diameter(b []byte) {
	if len(b) < 20 || b[0] != 1 || be.Uint32(b)&0xffffff > 1<<16 || be.Uint32(b[4:])&0xffffff != cmdCapabilities {
		return
	}
	s := d.g.of(d.src)
	for b = b[20:]; len(b) >= 8; {
		code, n := be.Uint32(b), int(be.Uint32(b[4:])&0xffffff)
		head := 8
		if b[4]&0x80 != 0 { // of a vendor: not ours
			head, code = 12, 0
		}
		if n < head || n > len(b) {
			return
		}
		v := b[head:n]
		b = b[min((n+3)&^3, len(b)):]
		switch code {
		case avpOriginHost:
			d.g.add(s, evidence.Hostname, string(v))
		case avpProductName:
			d.discovered(s, "diameter product", v)
		case avpVendorID:
			if len(v) == 4 && be.Uint32(v) != 0 {
				d.g.add(s, evidence.VendorNumber, strconv.FormatUint(uint64(be.Uint32(v)), 10))
			}
		case avpHostIP:
			if len(v) > 2 {
				if a, ok := netip.AddrFromSlice(v[2:]); ok {
					if t, ok := observe.Addr(a); ok {
						d.g.add(s, evidence.IP, t)
					}
				}
			}
		}
	}
}
