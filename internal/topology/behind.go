package topology

import (
	"maps"
	"slices"
)

// uplinkFrom is from how many addresses behind one silent port on the port is
// more likely the way to a network that nobody read than a desk switch.
const uplinkFrom = 48

// port is one port of one asset as its forwarding table tells of it.
type port struct {
	host, key, name string
	remotes         []string
	evidence        map[string][]Evidence
}

// forwarded adds what forwarding tables tell of ports where nobody announces
// himself: an address alone behind a port is attached to it; several mean
// something in between. An address that several switches tell of is where the
// fewest others are behind the same port.
func (g *Graph) forwarded(fdb map[string][]Telling, tells map[string]bool) {
	ports := silentPorts(fdb, g.Links)
	home := homes(ports)
	for _, p := range ports {
		var here, switches []string
		for _, r := range p.remotes {
			if home[r] == p {
				here = append(here, r)
				if tells[r] {
					switches = append(switches, r)
				}
			}
		}
		if len(switches) == 1 { // the rest is behind that one
			here = switches
		}
		switch {
		case len(here) == 0:
		case len(here) == 1:
			l := Link{Kind: Attached, A: End{p.host, p.name}, B: End{Node: here[0]}, Evidence: p.evidence[here[0]]}
			l.finish()
			g.Links = append(g.Links, l)
		default:
			g.hide(p, here)
		}
	}
}

// hide adds a hidden thing behind a port and joins it to what is behind it.
func (g *Graph) hide(p *port, here []string) {
	h := Hidden{ID: id("hidden", p.host, p.key), Host: p.host, Port: p.name, Behind: len(here)}
	h.Reason = count(len(here)) + " addresses are behind this port and nothing announces itself on it: inferred an unmanaged switch, an access point or a host with virtual machines"
	if len(here) >= uplinkFrom {
		h.Reason = count(len(here)) + " addresses are behind this port and nothing announces itself on it: inferred the way to a network that was not read"
	}
	g.Hidden = append(g.Hidden, h)
	up := Link{Kind: Attached, A: End{p.host, p.name}, B: End{Node: h.ID}, Inferred: true, Reason: h.Reason, Evidence: []Evidence{}}
	up.finish()
	g.Links = append(g.Links, up)
	for _, r := range here {
		l := Link{Kind: Attached, A: End{Node: h.ID}, B: End{Node: r}, Inferred: true, Reason: "its address is among those behind the port", Evidence: p.evidence[r]}
		l.finish()
		g.Links = append(g.Links, l)
	}
}

// silentPorts are the ports that forwarding tables name and no announcement does, in a stable order.
func silentPorts(fdb map[string][]Telling, links []Link) []*port {
	announced := map[[2]string]bool{}
	for i := range links {
		for _, e := range []End{links[i].A, links[i].B} {
			announced[[2]string{e.Node, portKey(e.Port)}] = true
		}
	}
	var out []*port
	for _, host := range slices.Sorted(maps.Keys(fdb)) {
		by := map[string]*port{}
		for _, t := range fdb[host] {
			key := portKey(t.LocalPort)
			if key == "" || announced[[2]string{host, key}] {
				continue
			}
			p := by[key]
			if p == nil {
				p = &port{host: host, key: key, name: t.LocalPort, evidence: map[string][]Evidence{}}
				by[key] = p
				out = append(out, p)
			}
			if p.evidence[t.Remote] == nil {
				p.remotes = append(p.remotes, t.Remote)
			}
			p.evidence[t.Remote] = append(p.evidence[t.Remote], evidenceOf(t))
		}
	}
	return out
}

// homes returns for each address the port it stands behind: the one with the fewest.
func homes(ports []*port) map[string]*port {
	home := map[string]*port{}
	for _, p := range ports {
		for _, r := range p.remotes {
			if h := home[r]; h == nil || len(p.remotes) < len(h.remotes) {
				home[r] = p
			}
		}
	}
	return home
}
