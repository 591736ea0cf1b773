package cli

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// portColumns are headings of the port column in address tables.
var portColumns = []column{
	{"destination port", "port"}, {"ports", "port"}, {"port", "port"}, {"interface", "port"}, {"iface", "port"}, {"learned-from", "port"}, {"learned from", "port"}, {"port/nickname", "port"}, {"port name", "port"}, {"portid", "port"},
	{"ip address", "x"}, {"mac address", "x"}, {"mac-address", "x"}, {"hardware addr", "x"}, {"hardware address", "x"}, {"address", "x"}, {"vlan", "x"}, {"vlan id", "x"}, {"type", "x"}, {"age", "x"},
	{"expire(m)", "x"}, {"aging type", "x"}, {"state", "x"}, {"mac", "x"}, {"protocol", "x"}, {"protocols", "x"}, {"hwtype", "x"}, {"hwaddress", "x"}, {"flags mask", "x"}, {"age (min)", "x"}, {"age (sec)", "x"},
	{"vpn-instance", "x"}, {"vlan/cevlan", "x"}, {"hardware", "x"}, {"address type", "x"}, {"destination address", "x"}, {"operation", "x"}, {"learn", "x"}, {"index", "x"}, {"vrf", "x"}, {"secure ntfy", "x"}, {"vlan/srvcid[isid/vnid]", "x"}, {"domain", "x"}, {"vlan/vsi", "x"},
}

// addressTable reads ARP, neighbour discovery and MAC tables of any family: a
// row is told by its MAC. With an IP beside it the row is ARP, else forwarding.
func (r *reader) addressTable(sec *section) bool {
	var t *table
	got := false
	multicast := false
	for _, l := range sec.lines {
		low := strings.ToLower(l.text)
		if strings.Contains(low, "multicast entries") {
			multicast = true
		} else if strings.Contains(low, "unicast entries") {
			multicast = false
		}
		f := strings.Fields(l.text)
		mac := -1
		for i, w := range f {
			if looksMAC(w) {
				mac = i
				break
			}
		}
		if mac < 0 {
			if h := parseHeading(l.text, portColumns); h != nil && h.has("port") {
				t = h
			}
			continue
		}
		if multicast || len(f) < 2 || len(f) > 16 {
			continue
		}
		got = true
		r.addressRow(l, f, mac, t)
	}
	return got
}

func (r *reader) addressRow(l line, f []string, mac int, t *table) {
	addr, ok := observe.MAC(f[mac])
	if !ok {
		return
	}
	ip := ""
	for _, w := range f {
		if isIP(w) {
			ip, _ = observe.IP(w)
			break
		}
	}
	port := portOf(l.text, f, mac, t)
	if ownRow(f, mac, ip != "", port) {
		r.add(evidence.IfMAC, addr, l.at)
		if ip != "" {
			r.add(evidence.IP, ip, l.at)
		}
		return
	}
	link := asset.Link{Via: "fdb", LocalPort: port}
	link.Remote.Place = r.b.Place(l.at)
	r.b.Add(&link.Remote.Observations, evidence.IfMAC, addr, l.at)
	if ip != "" {
		link.Via = "arp"
		r.b.Add(&link.Remote.Observations, evidence.IP, ip, l.at)
	}
	r.link(link, link.Via+"|"+addr+"|"+ip+"|"+port)
}

// ownRow reports whether the table marks the address as the device's own. The marks
// are those of the command references: type "I" (VRP) or state "Interface" (XR),
// age "H" (ZXROS) or "-" (IOS) beside an IP, port CPU, Router or Switch.
func ownRow(f []string, mac int, arp bool, port string) bool {
	for i, w := range f {
		switch strings.ToLower(w) {
		case "cpu", "router", "self", "switch":
			return i > 0
		case "interface":
			if arp && i > mac {
				return true
			}
		case "i":
			if arp && i > mac {
				return true
			}
		case "h":
			if arp && i == mac-1 {
				return true
			}
		case "-":
			if arp && i == mac-1 {
				return true
			}
		case "static":
			if !arp && len(port) > 2 && strings.EqualFold(port[:2], "vl") {
				return true
			}
		}
	}
	return false
}

// portOf finds the port of a row: under its heading, else the last word after the MAC that looks like a port.
func portOf(row string, f []string, mac int, t *table) string {
	if t != nil {
		c := t.cell(row, "port")
		c, _, _ = strings.Cut(c, " ")
		c = strings.TrimSuffix(c, ",")
		// Under its heading a port may be a mere name: "bridge", "internal".
		if portLike(c) || len(c) > 1 && strings.Trim(strings.ToLower(c), "abcdefghijklmnopqrstuvwxyz-_") == "" {
			return c
		}
	}
	for i := len(f) - 1; i > mac; i-- {
		if w := strings.TrimSuffix(f[i], ","); portLike(w) && !isIP(w) && !strings.Contains(w, ":") {
			return w
		}
	}
	for i := mac - 1; i >= 0; i-- {
		if w := f[i]; portLike(w) && !isIP(w) && strings.ContainsAny(strings.ToLower(w), "abcdefghijklmnopqrstuvwxyz/") && !strings.Contains(w, ":") {
			return w
		}
	}
	return ""
}

// portLike wants a digit, and a letter or a slash, or at most three digits alone.
func portLike(w string) bool {
	if w == "" || len(w) > 48 || !strings.ContainsAny(w, "0123456789") || looksMAC(w) {
		return false
	}
	if strings.Trim(w, "0123456789") == "" {
		return len(w) <= 3
	}
	c := w[0] | 0x20
	return c >= 'a' && c <= 'z' && !strings.Contains(w, "_vpn") || strings.Contains(w, "/") && !strings.HasPrefix(w, "/") && !strings.HasSuffix(w, "-")
}
