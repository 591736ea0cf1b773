package snmp

import (
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

// roots are names of the tree above the objects that columns.go lists.
var roots = map[string]string{
	"iso": "1", "org": "1.3", "dod": "1.3.6", "internet": "1.3.6.1", "mgmt": "1.3.6.1.2", "mib-2": "1.3.6.1.2.1",
	"experimental": "1.3.6.1.3", "private": "1.3.6.1.4", "enterprises": "1.3.6.1.4.1",
	"snmpV2": "1.3.6.1.6", "snmpModules": "1.3.6.1.6.3", "zeroDotZero": "0.0",
	"netSnmpAgentOIDs": "1.3.6.1.4.1.8072.3.2", "ciscoProducts": "1.3.6.1.4.1.9.1", "ciscoMgmt": "1.3.6.1.4.1.9.9",
}

// names maps the names of objects to their OIDs.
var names = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, 128)
	for n, oid := range roots {
		m[n] = oid
	}
	for _, c := range columns() {
		if c.name != "" {
			m[c.name] = c.oid
		}
	}
	return m
})

// resolve turns the name of a variable as snmpwalk prints it into a numeric
// OID without leading dot: ".1.3.6.1.2.1.1.1.0", "iso.3.6...",
// "SNMPv2-MIB::sysDescr.0", "sysDescr.0", ".iso.org...sysDescr.0". ok is false
// for a name of a MIB not held here.
func resolve(name string) (string, bool) {
	if isOID(name) {
		return strings.TrimPrefix(name, "."), true
	}
	bare := true
	if _, object, ok := strings.Cut(name, "::"); ok {
		name, bare = object, false
	}
	name = strings.TrimPrefix(name, ".")
	object, idx := splitIndex(name)
	if object == "iso" && strings.HasPrefix(idx, ".") && isOID("1"+idx) {
		return "1" + idx, true
	}
	if strings.HasPrefix(name, "iso.org.") { // -Of: the whole path
		object, idx = deepest(name)
	}
	oid, ok := names()[object]
	if !ok || bare && len(idx) < 2 {
		return "", false
	}
	rest, ok := numericIndex(idx)
	return oid + rest, ok
}

// splitIndex cuts "ifDescr.1", "ifDescr[1]" or "atPhysAddress.'..'" after the object's name.
func splitIndex(s string) (object, idx string) {
	i := strings.IndexAny(s, ".[")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// deepest finds the last part of a full path that is a word, and what follows it.
func deepest(s string) (object, idx string) {
	for s != "" {
		part, rest, more := strings.Cut(s, ".")
		if part == "" || !isLetter(part[0]) {
			break
		}
		object, idx = part, ""
		if more {
			idx = "." + rest
		}
		s = rest
	}
	return object, idx
}

// numericIndex turns the printed index into arcs, each with its leading dot.
// Addresses that an index shows as ipv4."192.0.2.1" become type, length, octets.
func numericIndex(s string) (string, bool) {
	if s == "" {
		return "", true
	}
	if isOID("0" + s) {
		return s, true
	}
	var b strings.Builder
	for s != "" {
		part, rest := indexPart(s)
		if part == "" || b.Len() > 2048 || !writeIndexPart(&b, part) {
			return "", false
		}
		s = rest
	}
	return b.String(), true
}

// indexPart takes one part off: ".12", ".ipv4", `."text"`, ".'text'" or "[12]".
func indexPart(s string) (part, rest string) {
	open := s[0]
	s = s[1:]
	if s == "" {
		return "", ""
	}
	if c := s[0]; c == '"' || c == '\'' {
		if i := strings.IndexByte(s[1:], c); i >= 0 {
			part, s = s[:i+2], s[i+2:]
			if open == '[' {
				s = strings.TrimPrefix(s, "]")
			}
			return part, s
		}
		return "", ""
	}
	if open == '[' {
		part, rest, _ = strings.Cut(s, "]")
		return part, rest
	}
	i := strings.IndexAny(s, ".[")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// addressTypes are the labels of InetAddressType (RFC 4001) that an index may show.
var addressTypes = map[string]string{"unknown": ".0", "ipv4": ".1", "ipv6": ".2", "ipv4z": ".3", "ipv6z": ".4", "dns": ".16"}

func writeIndexPart(b *strings.Builder, part string) bool {
	if t, ok := addressTypes[part]; ok {
		b.WriteString(t)
		return true
	}
	if len(part) >= 2 && (part[0] == '"' || part[0] == '\'') {
		return writeText(b, part[1:len(part)-1], part[0] == '"')
	}
	if mac, ok := parseMAC([]byte(part)); ok && strings.Count(part, ":") == 5 {
		writeMAC(b, mac)
		return true
	}
	for _, p := range strings.Split(part, ".") {
		if _, err := strconv.ParseUint(p, 10, 32); err != nil {
			return false
		}
		b.WriteString("." + p)
	}
	return true
}

// writeText writes a quoted part: an address after its type, else the bytes with their length.
func writeText(b *strings.Builder, s string, counted bool) bool {
	raw := []byte(s)
	if a, err := netip.ParseAddr(s); err == nil {
		raw = a.AsSlice()
	} else if strings.Count(s, ":") == 15 { // sixteen octets, as MIBs' display hint shows them
		if h := hexBytes(strings.ReplaceAll(s, ":", " ")); len(h) == 16 {
			raw = h
		}
	}
	if counted {
		b.WriteString("." + strconv.Itoa(len(raw)))
	}
	for _, c := range raw {
		b.WriteString("." + strconv.Itoa(int(c)))
	}
	return true
}

func writeMAC(b *strings.Builder, mac string) {
	for i := 0; i < len(mac); i += 3 {
		n, _ := strconv.ParseUint(mac[i:i+2], 16, 8)
		b.WriteString("." + strconv.FormatUint(n, 10))
	}
}
