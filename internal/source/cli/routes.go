package cli

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// routes reads next hops: under a NextHop heading, after "via" (IOS manner) or
// "to ... via" (Junos). Each next hop on each port is one link.
func (r *reader) routes(sec *section) bool {
	var t *table
	got := false
	for _, l := range sec.lines {
		if h := parseHeading(l.text, routeColumns); h != nil && h.has("hop") {
			t = h
			continue
		}
		hop, port := viaHop(strings.Fields(l.text))
		if hop == "" && t != nil {
			hop, port = t.cell(l.text, "hop"), t.cell(l.text, "port")
		}
		ip, ok := observe.IP(hop)
		if !ok {
			continue
		}
		got = true
		link := asset.Link{Via: "route", LocalPort: port}
		link.Remote.Place = r.b.Place(l.at)
		r.b.Add(&link.Remote.Observations, evidence.IP, ip, l.at)
		r.link(link, "route|"+ip+"|"+port)
	}
	return got
}

var routeColumns = []column{{"destination/mask", "x"}, {"destination", "x"}, {"proto", "x"}, {"pre", "x"}, {"cost", "x"}, {"flags", "x"}, {"nexthop", "hop"}, {"next-hop", "hop"}, {"next hop", "hop"},
	{"gateway", "hop"}, {"interface", "port"}, {"iface", "port"}, {"genmask", "x"}, {"metric", "x"}, {"dst-address", "x"}, {"distance", "x"}}

// viaHop reads "via 192.0.2.1, 00:01:02, GigabitEthernet0/1" and "> to 192.0.2.1 via ge-0/0/0.0".
func viaHop(f []string) (hop, port string) {
	for i, w := range f {
		if i+1 >= len(f) || w != "via" && w != "to" {
			continue
		}
		next := strings.Trim(f[i+1], ",[]")
		if !isIP(next) {
			continue
		}
		for _, p := range f[i+2:] {
			if p = strings.Trim(p, ","); portLike(p) && !isIP(p) && !strings.Contains(p, ":") && strings.ContainsAny(p, "/") || len(p) > 4 && strings.HasPrefix(strings.ToLower(p), "vlan") {
				port = p
			}
		}
		return next, port
	}
	return "", ""
}
