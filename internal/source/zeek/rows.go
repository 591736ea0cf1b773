package zeek

import (
	"net/netip"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

const (
	maxThings = 100_000
	maxFacts  = 64
	maxOctets = 64 << 20 // of all facts held
)

// gatherer joins the rows of one MAC, address or certificate.
type gatherer struct {
	b      observe.Builder
	yield  source.Yield
	cov    *asset.Coverage
	at     string
	time   string
	things map[string]*asset.Sighting
	order  []string
	octets int
}

func (g *gatherer) spill() error {
	if len(g.things) < maxThings && g.octets < maxOctets {
		return nil
	}
	return g.flush()
}

func (g *gatherer) flush() error {
	for _, k := range g.order {
		g.cov.Read++
		if err := g.yield(g.things[k]); err != nil {
			return err
		}
	}
	g.octets = 0
	clear(g.things)
	g.order = g.order[:0]
	return nil
}

func (g *gatherer) thing(key string) *asset.Sighting {
	s := g.things[key]
	if s == nil {
		s = &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: g.b.Place(g.at)}
		g.things[key] = s
		g.order = append(g.order, key)
	}
	return s
}

func (g *gatherer) add(s *asset.Sighting, attr evidence.Attr, value string) {
	if s == nil || value == "" || len(s.Observations) >= maxFacts {
		return
	}
	b := g.b
	b.At = g.time
	if b.Add(&s.Observations, attr, value, g.at) {
		g.octets += len(value) + 160
	}
}

// mac returns the thing with a MAC, nil when the text is none.
func (g *gatherer) mac(text string) *asset.Sighting {
	m, ok := observe.MAC(text)
	if !ok {
		return nil
	}
	s := g.thing("mac " + m)
	g.add(s, evidence.IfMAC, m)
	return s
}

// host returns the thing at an address; a public one is a service.
func (g *gatherer) host(text string) *asset.Sighting {
	ip, ok := observe.IP(text)
	if !ok {
		return nil
	}
	s := g.thing("ip " + ip)
	if a := netip.MustParseAddr(ip); !a.IsPrivate() {
		s.Kind = asset.Service
	}
	g.add(s, evidence.IP, ip)
	return s
}

// server finds the thing that serves a row, only when one of the facts is set.
func (g *gatherer) server(r row, facts ...fact) {
	host := r["id.resp_h"]
	if host == "" {
		host = r["host"]
	}
	for _, f := range facts {
		if v := r[f.field]; v != "" && v != "-" {
			g.add(g.host(host), f.attr, f.prefix+v)
		}
	}
}

type fact struct {
	field  string
	attr   evidence.Attr
	prefix string
}

// kinds tell a log without a path by a field only it has.
var kinds = []struct{ field, path string }{
	{"certificate.subject", "x509"}, {"fingerprint", "x509"}, {"host_key", "ssh"}, {"user_agent", "http"}, {"server_name", "ssl"}, {"cipher", "ssl"}, {"assigned_addr", "dhcp"},
	{"conn_state", "conn"}, {"display_string", "snmp"}, {"get_requests", "snmp"}, {"software_type", "software"}, {"issuer_subject", "known_certs"}, {"port_num", "known_services"}, {"dhcp_host_name", "known_devices"}, {"host", "known_hosts"},
}

func (g *gatherer) row(path string, r row) {
	g.time = when(r["ts"])
	if path == "" {
		for _, k := range kinds {
			if _, ok := r[k.field]; ok {
				path = k.path
				break
			}
		}
	}
	switch path {
	case "conn":
		g.conn(r)
	case "dhcp":
		g.dhcp(r)
	case "known_devices":
		if s := g.mac(r["mac"]); s != nil {
			g.add(s, evidence.Hostname, r["dhcp_host_name"])
		}
	case "known_hosts":
		g.host(r["host"])
	case "known_services":
		g.server(r, fact{"service", evidence.ServicePort, r["port_proto"] + "/" + r["port_num"] + " "})
	case "known_certs":
		g.server(r, fact{"subject", evidence.TLSSubject, ""}, fact{"issuer_subject", evidence.TLSIssuer, ""})
	case "ssl":
		g.server(r, fact{"subject", evidence.TLSSubject, ""}, fact{"issuer", evidence.TLSIssuer, ""})
	case "x509":
		g.x509(r)
	case "http":
		g.server(r, fact{"server", evidence.HTTPServer, ""})
	case "ssh":
		g.server(r, fact{"server", evidence.SSHBanner, ""})
	case "snmp":
		g.server(r, fact{"display_string", evidence.SysDescr, ""})
	case "software":
		g.software(r)
	case "ftp", "smtp":
		g.server(r, fact{"banner", evidence.FTPBanner, ""})
	}
}

// conn knows MACs when the policy script mac-logging runs. A MAC answers for an
// address only when both are of the operator's own realm: a router's MAC stands
// before every remote one, and before many private ones, so no address is bound.
func (g *gatherer) conn(r row) {
	g.mac(r["orig_l2_addr"])
	g.mac(r["resp_l2_addr"])
}

func (g *gatherer) dhcp(r row) {
	s := g.mac(r["mac"])
	if s == nil {
		return
	}
	for _, f := range []string{"assigned_addr", "assigned_ip", "client_addr", "requested_addr"} {
		if r[f] != "" {
			g.add(s, evidence.IP, r[f])
			break
		}
	}
	g.add(s, evidence.Hostname, r["host_name"])
	g.add(s, evidence.Hostname, r["client_fqdn"])
	g.add(s, evidence.DHCPVendorClass, r["client_software"])
	g.add(s, evidence.DHCPVendorClass, r["vendor_class"])
}

// x509 names a certificate without its server: a thing of its own, by its names.
func (g *gatherer) x509(r row) {
	subject, issuer := r["certificate.subject"], r["certificate.issuer"]
	if subject == "" {
		return
	}
	s := g.thing("cert " + r["fingerprint"] + "\x00" + subject + "\x00" + issuer)
	s.Kind, s.Seen = asset.Service, asset.Neighbour // a certificate that passed by: whose it is is not told
	g.add(s, evidence.TLSSubject, subject)
	g.add(s, evidence.TLSIssuer, issuer)
}

// serving are the software types of servers; of clients a browser says little on who made the box.
var serving = []string{"SERVER", "APPSERVER"}

func (g *gatherer) software(r row) {
	attr := evidence.ServiceProduct
	typ := r["software_type"]
	if !slices.ContainsFunc(serving, func(w string) bool { return strings.Contains(typ, w) }) {
		return
	}
	v := r["unparsed_version"]
	if v == "" {
		v = r["name"]
	}
	g.add(g.host(r["host"]), attr, v)
}
