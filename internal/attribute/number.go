package attribute

import (
	"encoding/hex"
	"strconv"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/org"
)

// Number is a rule about one registered number that the registry alone gets
// wrong: a toolkit's number that says nothing of the box, a number nobody
// registered, a prefix a maker lent.
type Number struct {
	// Type is "oid" (with all numbers below it), "oui", "pon", "grantee", "usb", "pci" or "bluetooth".
	Type string
	// Value is the number: dotted OID, "aa:bb:cc", four letters, code, hex; of USB and PCI "vendor" or "vendor:product".
	Value string
	// Org is who makes what carries it; empty when the number says nothing of the maker.
	Org org.ID
	// Brand is set when the number tells the name on the label only.
	Brand org.ID
	// Under are organisations under whose name the goods are sold, see evidence.Fingerprint.
	Under []string
	// Weak marks a number that only hints.
	Weak bool
	Why  string
}

const enterprises = "1.3.6.1.4.1."

// number reads a registered number and returns what it says.
func (e *Engine) number(a evidence.Attr, v string) []proto {
	class := evidence.ClassOf(a)
	switch a {
	case evidence.SysObjectID:
		return e.oid(v, kindOf("pen", class), class)
	case evidence.EntPhysicalVendor:
		return e.oid(v, kindOf("number", class), class)
	case evidence.EnterpriseArc, evidence.VendorNumber:
		return e.oid(enterprises+strings.TrimPrefix(v, enterprises), kindOf("arc", class), class)
	case evidence.EngineID:
		return e.engineID(v)
	case evidence.BaseMAC, evidence.IfMAC:
		return e.mac(v, kindOf("mac", class), class)
	case evidence.CWMPOUI:
		if len(v) == 6 {
			v = strings.ToLower(v[:2] + ":" + v[2:4] + ":" + v[4:] + ":00:00:00")
			return e.mac(v, kindOf("number", class), class)
		}
	case evidence.PONVendorID:
		return e.pon(v, class)
	case evidence.GPONSerial:
		if len(v) >= 4 {
			return e.pon(v[:4], class)
		}
	case evidence.FCCID:
		return e.fcc(v, class)
	case evidence.ASN:
		return e.autonomous(v, class)
	case evidence.IMEI:
		return e.allocated(v, class)
	case evidence.USBID, evidence.PCIID, evidence.BluetoothCompany:
		return e.bus(a, v, class)
	}
	return nil
}

// oid finds the longest rule above the OID, else the registrant of its enterprise number.
func (e *Engine) oid(oid string, k Kind, class evidence.Class) []proto {
	oid = strings.TrimPrefix(oid, ".")
	for p := oid; len(p) > len(enterprises); {
		if n, ok := e.numbers["oid:"+p]; ok {
			return e.ruled(n, k, class)
		}
		dot := strings.LastIndexByte(p, '.')
		if dot < 0 {
			break
		}
		p = p[:dot]
	}
	rest, ok := strings.CutPrefix(oid, enterprises)
	if !ok || e.facts.Registry == nil {
		return nil
	}
	first, _, _ := strings.Cut(rest, ".")
	n, err := strconv.ParseUint(first, 10, 32)
	if err != nil {
		return nil
	}
	r, ok := e.facts.Registry.PEN(uint32(n))
	if !ok {
		return nil
	}
	return e.registered(r, k, class, "iana-pen", "enterprise number "+first+" is registered to ")
}

// engineID reads the enterprise number of RFC 3411: the first four octets without the top bit.
func (e *Engine) engineID(v string) []proto {
	b, err := hex.DecodeString(strings.TrimPrefix(strings.ReplaceAll(v, ":", ""), "0x"))
	if err != nil || len(b) < 5 {
		return nil
	}
	n := uint64(b[0]&0x7f)<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
	if n == 0 {
		return nil
	}
	return e.oid(enterprises+strconv.FormatUint(n, 10), kindOf("engine", evidence.ClassSNMP), evidence.ClassSNMP)
}

// mac names the registrant of a globally administered unicast address.
func (e *Engine) mac(v string, k Kind, class evidence.Class) []proto {
	if !burnedIn(v) {
		return nil
	}
	if n, ok := e.numbers["oui:"+v[:8]]; ok {
		return e.ruled(n, k, class)
	}
	if e.facts.Registry == nil {
		return nil
	}
	r, ok := e.facts.Registry.MAC(v)
	if !ok {
		return nil
	}
	return e.registered(r, k, class, "ieee-oui", "MAC prefix "+v[:8]+" is registered to ")
}

// burnedIn reports whether a MAC can tell a maker: unicast, not locally
// administered (IEEE 802 c. 8.4), not made by hand.
func burnedIn(v string) bool {
	if len(v) != 17 {
		return false
	}
	b, err := hex.DecodeString(v[:2])
	if err != nil || b[0]&3 != 0 {
		return false
	}
	switch {
	case v == "00:00:00:00:00:00", v[:8] == "00:00:00", v[:8] == "00:00:5e": // empty, VRRP (RFC 5798)
		return false
	case v == "00:01:02:03:04:05", v == "00:11:22:33:44:55", strings.HasSuffix(v, "00:00:00") && v[:8] == "00:00:01":
		return false
	}
	return !ladder(v)
}

// ladder reports whether the six octets are all equal or climb by the same
// step, as nobody's device but many a hand-made example does.
func ladder(v string) bool {
	b, err := hex.DecodeString(strings.ReplaceAll(v, ":", ""))
	if err != nil || len(b) != 6 {
		return false
	}
	step := b[1] - b[0]
	for i := 2; i < 6; i++ {
		if b[i]-b[i-1] != step {
			return false
		}
	}
	return true
}

func (e *Engine) pon(v string, class evidence.Class) []proto {
	v = strings.ToUpper(v)
	k := kindOf("number", class)
	if n, ok := e.numbers["pon:"+v]; ok {
		return e.ruled(n, k, class)
	}
	if e.facts.Registry == nil {
		return nil
	}
	r, ok := e.facts.Registry.PON(v)
	if !ok {
		return nil
	}
	return e.registered(r, k, class, "pon-vendor", "PON vendor ID "+v+" belongs to ")
}

// fcc reads the grantee code: three characters, or five when it begins with a digit (47 CFR 2.926).
func (e *Engine) fcc(v string, class evidence.Class) []proto {
	v = strings.ToUpper(strings.TrimSpace(strings.TrimPrefix(strings.ToUpper(v), "FCC ID:")))
	n := 3
	if v != "" && '0' <= v[0] && v[0] <= '9' {
		n = 5
	}
	if len(v) <= n {
		return nil
	}
	code := v[:n]
	k := kindOf("number", class)
	if r, ok := e.numbers["grantee:"+code]; ok {
		return e.ruled(r, k, class)
	}
	if e.facts.Registry == nil {
		return nil
	}
	r, ok := e.facts.Registry.Grantee(code)
	if !ok {
		return nil
	}
	return e.registered(r, k, class, "fcc-grantee", "FCC grantee code "+code+" belongs to ")
}

// autonomous reads the number of an autonomous system: who holds it operates what is reached through it.
func (e *Engine) autonomous(v string, class evidence.Class) []proto {
	n, err := strconv.ParseUint(v, 10, 32)
	if err != nil || e.facts.Registry == nil {
		return nil
	}
	r, ok := e.facts.Registry.ASN(uint32(n))
	if !ok || r.Org == "" {
		return nil
	}
	return []proto{{
		aspect: evidence.Operator, value: string(r.Org), kind: kindOf("number", class), class: class,
		fingerprint: "asn", why: "AS" + v + " is held by " + r.Name,
	}}
}

// allocated reads the type allocation code of an IMEI or IMEISV (3GPP TS 23.003
// section 6.2). The user's table says who it was given to; it counts as any registered number.
func (e *Engine) allocated(v string, class evidence.Class) []proto {
	if len(v) < 14 {
		return nil
	}
	t, ok := e.facts.Types[v[:8]]
	if !ok {
		return nil
	}
	k := kindOf("number", class)
	const id = "tac"
	var out []proto
	if t.Manufacturer != "" {
		out = e.registered(Registrant{Name: t.Manufacturer}, k, class, id, "type allocation code "+v[:8]+" was given to ")
	}
	if t.Brand != "" {
		if who := e.registrantOrg(t.Brand); who != "" {
			out = append(out, proto{aspect: evidence.Brand, value: string(who), kind: k, class: class, fingerprint: id, why: "type allocation code " + v[:8] + " is of the brand " + t.Brand})
		}
	}
	if t.Model != "" {
		out = append(out, proto{aspect: evidence.Model, value: t.Model, kind: k, class: class, fingerprint: id, why: "type allocation code " + v[:8] + " is of this model"})
	}
	return out
}

func (e *Engine) bus(a evidence.Attr, v string, class evidence.Class) []proto {
	vendor, _, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(v), "0x"), ":")
	n, err := strconv.ParseUint(vendor, 16, 16)
	if err != nil {
		return nil
	}
	name, source := "usb", "usb-ids"
	look := func(uint16) (Registrant, bool) { return Registrant{}, false }
	if r := e.facts.Registry; r != nil {
		look = r.USB
		switch a {
		case evidence.PCIID:
			name, source, look = "pci", "pci-ids", r.PCI
		case evidence.BluetoothCompany:
			name, source, look = "bluetooth", "bluetooth-companies", r.Bluetooth
		}
	}
	k := kindOf("number", class)
	for _, number := range []string{strings.TrimPrefix(strings.ToLower(v), "0x"), vendor} { // a product's rule before its vendor's
		if r, ok := e.numbers[name+":"+number]; ok {
			return e.ruled(r, k, class)
		}
	}
	r, ok := look(uint16(n))
	if !ok {
		return nil
	}
	return e.registered(r, k, class, source, name+" vendor "+vendor+" is ")
}

// ruled turns a rule of the data into clues; one without organisation says nothing.
func (e *Engine) ruled(n *Number, k Kind, class evidence.Class) []proto {
	id := "number/" + n.Type + "/" + n.Value
	var out []proto
	if n.Brand != "" {
		out = append(out, proto{aspect: evidence.Brand, value: string(n.Brand), kind: k, class: class, fingerprint: id, why: n.Why})
	}
	if n.Org != "" {
		if n.Weak {
			k = kindOf("weak", class)
		}
		out = append(out, proto{aspect: evidence.Manufacturer, value: string(n.Org), kind: k, class: class, fingerprint: id, why: n.Why, under: n.Under})
	}
	return out
}

// registered names the organisation of a registrant, by its ID or else by the
// name the registry writes; a registrant nobody knows speaks for another maker.
func (e *Engine) registered(r Registrant, k Kind, class evidence.Class, source, why string) []proto {
	who := r.Org
	if who == "" || len(e.facts.Houses) > 0 {
		if named := e.registrantOrg(r.Name); who == "" || e.facts.Houses[named] {
			if e.facts.Houses[named] { // a trading name registered it: that is the label
				out := []proto{{aspect: evidence.Brand, value: string(named), kind: k, class: class, fingerprint: source, why: why + r.Name}}
				if who != "" && who != named {
					out = append(out, proto{aspect: evidence.Manufacturer, value: string(who), kind: kindOf("lead", class), class: class, fingerprint: source, why: why + r.Name})
				}
				return out
			}
			who = named
		}
	}
	if who == "" {
		who = org.Other
	}
	if k.Base() == "mac" && e.parts[who] {
		k = kindOf("weak", class)
	}
	return []proto{{aspect: evidence.Manufacturer, value: string(who), kind: k, class: class, fingerprint: source, why: why + r.Name}}
}

// registrantOrg is whoIs, remembered: registries hold some ten thousand names and a walk asks for few.
func (e *Engine) registrantOrg(name string) org.ID {
	ps := e.cache.get(cacheKey{RegistrantName, name}, func() []proto {
		return []proto{{value: string(e.whoIs(name))}}
	})
	return org.ID(ps[0].value)
}

// whoIs finds the organisation a registrant's name means.
func (e *Engine) whoIs(name string) org.ID {
	for _, was := range []string{"# formerly", "(previous", "(formerly", "(Formerly"} { // who it is today counts
		name, _, _ = strings.Cut(name, was)
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return ""
	}
	if e.facts.Orgs != nil {
		if n := e.facts.Orgs.Whom(name); n.Org != "" && !n.Brand { // a firm that bears the name of another's product is not that other
			return n.Org
		}
	}
	var best org.ID
	length := 0
	for _, h := range e.set.All(e.fields.of[RegistrantName], name, nil) {
		if who := assertedMaker(&e.fps[h.Pattern]); who != "" && len(h.Groups[0]) > length { // the longest name is the most exact
			best, length = org.ID(who), len(h.Groups[0])
		}
	}
	return best
}
