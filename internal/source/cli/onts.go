package cli

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// ontKeys are the keys of ONT details by normalised key.
var ontKeys = map[string]string{
	"fsp": "port", "onuinterface": "port", "onuindex": "port", "ontid": "id", "sn": "sn", "serialnumber": "sn", "ontsn": "sn", "ontserialnumber": "sn",
	"vendorid": "vendor", "ontvendorid": "vendor", "equipmentid": "type", "ontequipmentid": "type", "equipid": "type", "ontproductid": "product", "ontmodel": "type",
	"softwareversion": "fw", "mainsoftwareversion": "fw", "activesoftwareversion": "fw", "ontversion": "hw", "hardwareversion": "hw", "mac": "mac", "ontmac": "mac", "macaddress": "mac", "description": "name", "name": "name",
}

var rowPort = sync.OnceValue(func() *regexp.Regexp {
	// "0/ 1/0    2  48575443..."; "gpon-onu_1/2/3:4  ..."; "gpon_onu-1/2/3:4"
	return regexp.MustCompile(`^\s*(?:(\d{1,2}\s*/\s*\d{1,2}\s*/\s*\d{1,2})\s+(\d{1,3})\s+(.*)|([gex]+pon[_-]on[ut][_-]\d+/\d+/\d+):(\d{1,3})\s+(.*))$`)
})

// ontList reads what an OLT tells of its ONTs: tables with a serial, summaries and details.
func (r *reader) ontList(sec *section) bool {
	o := &ontReader{r: r}
	for _, l := range sec.lines {
		o.line(l)
	}
	o.end()
	return o.count > 0
}

type ont struct {
	at, port, id                              string
	sn, vendor, typ, product, fw, hw, mac, ip string
}

type ontReader struct {
	r     *reader
	cur   ont
	port  string // of a summary
	serie bool   // inside the second table of a summary
	count int
}

func (o *ontReader) line(l line) {
	text := strings.TrimSpace(l.text)
	if text == "" {
		return
	}
	low := strings.ToLower(text)
	if strings.HasPrefix(low, "in port ") {
		o.port, _, _ = strings.Cut(text[len("in port "):], ",")
		return
	}
	if m := rowPort().FindStringSubmatch(l.text); m != nil {
		port, id, rest := m[1], m[2], m[3]
		if port == "" {
			port, id, rest = m[4], m[5], m[6]
		}
		o.row(l.at, strings.ReplaceAll(port, " ", ""), id, strings.Fields(rest), false)
		return
	}
	// "1    1   1   AN-4  A  1  up  ABCD00112233": slot, port, ONT, columns, serial.
	if f := strings.Fields(text); len(f) >= 5 && small(f[0]) && small(f[1]) && small(f[2]) && slices.ContainsFunc(f[3:], serialLike) {
		o.row(l.at, f[0]+"/"+f[1], f[2], f[3:], false)
		return
	}
	if o.port != "" {
		// Summary rows: ONT id, serial, type, distance ...
		if f := strings.Fields(text); len(f) >= 3 && len(f[0]) <= 3 && strings.Trim(f[0], "0123456789") == "" && serialLike(f[1]) {
			o.row(l.at, o.port, f[0], f[1:], true)
			return
		}
	}
	if key, value, ok := keyValue(l.text); ok {
		o.pair(l.at, ontKeys[key], value)
		return
	}
	// "F/S/P                    0/0/0" has no separator but its distance.
	if k, v, ok := strings.Cut(text, "  "); ok {
		o.pair(l.at, ontKeys[norm(k)], strings.TrimSpace(v))
	}
}

// row takes a table row: the serial is the first word that is one. With reported,
// the type after it is what the ONT told; in other tables it is what somebody
// configured, which may be a stand-in for an ONT of another maker.
func (o *ontReader) row(at, port, id string, f []string, reported bool) {
	o.end()
	o.cur = ont{at: at, port: port, id: id}
	for i, w := range f {
		if !serialLike(w) {
			continue
		}
		o.cur.sn = w
		if reported && i+1 < len(f) && typeLike(f[i+1]) {
			o.cur.typ = f[i+1]
		}
		break
	}
	o.end()
}

func small(w string) bool { return len(w) <= 3 && strings.Trim(w, "0123456789") == "" }

// serialLike accepts G.984 serials and the 16 characters OLTs print for them.
func serialLike(w string) bool {
	w = strings.TrimPrefix(w, "SN:")
	if _, _, ok := observe.GPON(w); ok {
		return true
	}
	if len(w) != 16 && len(w) != 12 {
		return false
	}
	digits, letters := 0, 0
	for i := 0; i < len(w); i++ {
		switch c := w[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z':
			letters++
		default:
			return false
		}
	}
	return digits > 0 && letters > 0
}

// typeLike wants a word with a letter and a digit that is no state, power or date.
func typeLike(w string) bool {
	if len(w) < 3 || len(w) > 20 || strings.ContainsAny(w, ":%") || looksMAC(w) {
		return false
	}
	c := w[0] | 0x20
	return c >= 'a' && c <= 'z' && strings.ContainsAny(w, "0123456789")
}

func (o *ontReader) pair(at, role, value string) {
	c := &o.cur
	switch role {
	case "port":
		o.end()
		o.cur = ont{at: at, port: strings.ReplaceAll(value, " ", "")}
		if port, id, ok := strings.Cut(o.cur.port, ":"); ok {
			o.cur.port, o.cur.id = port, id
		}
	case "id":
		c.id = value
	case "sn":
		if c.sn == "" {
			c.sn = value
		}
	case "vendor":
		c.vendor = value
	case "type":
		if c.typ == "" {
			c.typ = value
		}
	case "product":
		c.product = value
	case "fw":
		if c.fw == "" {
			c.fw = value
		}
	case "hw":
		if c.hw == "" {
			c.hw = value
		}
	case "mac":
		c.mac = value
	}
	if c.at == "" {
		c.at = at
	}
}

// end turns the ONT at hand into a link.
func (o *ontReader) end() {
	c := o.cur
	o.cur = ont{}
	l := asset.Link{Via: "pon", LocalPort: c.port, RemotePort: c.id}
	l.Remote.Place = o.r.b.Place(c.at)
	add := func(attr evidence.Attr, v string) bool { return o.r.b.Add(&l.Remote.Observations, attr, v, c.at) }
	o.serial(add, c.sn)
	if v := strings.TrimSpace(c.vendor); len(v) == 4 {
		add(evidence.PONVendorID, strings.ToUpper(v))
	}
	if looksMAC(c.mac) {
		add(evidence.BaseMAC, c.mac)
	}
	if len(c.typ) <= 32 && !strings.Contains(c.typ, "  ") {
		add(evidence.PONEquipmentID, c.typ)
	}
	add(evidence.HardwareRev, c.hw)
	add(evidence.FirmwareText, c.fw)
	if len(l.Remote.Observations) == 0 {
		return
	}
	o.count++
	key := c.port + "|" + c.id
	if i, ok := o.r.pon[key]; ok && c.id != "" && !contradicts(o.r.dev.Links[i].Remote.Observations, l.Remote.Observations) {
		known := &o.r.dev.Links[i].Remote.Observations
		for _, n := range l.Remote.Observations {
			o.r.b.Add(known, n.Attr, n.Value, n.Place.At)
		}
		return
	}
	o.r.link(l, "pon|"+key+"|"+c.sn)
	if n := len(o.r.dev.Links); n > 0 && o.r.dev.Links[n-1].RemotePort == c.id {
		o.r.pon[key] = n - 1
	}
}

// contradicts reports whether two tellings name different serials: the place was given to another ONT.
func contradicts(a, b []evidence.Observation) bool {
	for i := range a {
		for j := range b {
			if a[i].Attr == b[j].Attr && a[i].Value != b[j].Value && (a[i].Attr == evidence.GPONSerial || a[i].Attr == evidence.Serial) {
				return true
			}
		}
	}
	return false
}

// serial reads "48575443CA49257B", "HWTC-CA49257B", and both: "4857... (HWTC-CA49257B)".
func (o *ontReader) serial(add func(evidence.Attr, string) bool, sn string) {
	for _, w := range strings.FieldsFunc(sn, func(r rune) bool { return r == ' ' || r == '(' || r == ')' }) {
		if serial, vendor, ok := observe.GPON(strings.TrimPrefix(w, "SN:")); ok {
			add(evidence.GPONSerial, serial)
			add(evidence.PONVendorID, vendor)
			return
		}
	}
	if w, _, _ := strings.Cut(sn, " "); serialLike(w) {
		add(evidence.Serial, w)
	}
}
