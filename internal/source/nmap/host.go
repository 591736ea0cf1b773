package nmap

import (
	"net/netip"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// Limits of what one host may leave in memory.
const (
	maxObservations = 4096
	maxElems        = 512 // structured values of one script
	maxOSMatches    = 3
)

// host is the host being read.
type host struct {
	run    *run
	when   string
	up     bool
	reason string
	ip     string
	obs    []evidence.Observation
	where  string // "host 192.0.2.1"
	spot   string // where, and the port: what the element being read is about

	port     port
	script   *script
	keys     []string // keys of the tables open inside the script
	elem     strings.Builder
	elemKey  string
	inElem   bool
	inCPE    bool
	cpe      strings.Builder
	answered bool // a port answered, open or closed
	matches  int
	hosts    map[string]bool
}

// port is the port being read.
type port struct {
	proto, id string
	open      bool
	service   string
}

// script is the script result being read.
type script struct {
	id     string
	output string
	values []value
}

// value is one structured value: "subject.commonName".
type value struct{ key, text string }

func newHost(r *run) *host {
	h := &host{run: r, up: true, when: stamp(r.x.attr("endtime"))}
	if h.when == "" {
		h.when = stamp(r.x.attr("starttime"))
	}
	if h.when == "" {
		h.when = r.start
	}
	h.where, h.spot = "host", "host"
	return h
}

func (h *host) observe(attr evidence.Attr, text string) {
	text = clean(text)
	if text == "" || len(h.obs) >= maxObservations {
		return
	}
	h.obs = append(h.obs, evidence.Observation{
		Source: "nmap", Attr: attr, Value: text, At: h.when, Place: evidence.Place{Input: h.run.in.Name, At: h.spot},
	})
}

// clean makes a text valid and bounded; nmap writes bytes it cannot print as \xNN already.
func clean(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > evidence.MaxValue {
		s = s[:evidence.MaxValue]
	}
	return strings.ToValidUTF8(s, "")
}

// start handles the begin of an element inside the host.
func (h *host) start(name string, x *xmlScanner) {
	switch name {
	case "status":
		h.up = string(x.raw("state")) == "up"
		h.reason = x.attr("reason")
	case "address":
		h.address(x.attr("addr"), string(x.raw("addrtype")))
	case "hostname":
		h.hostname(x.attr("name"))
	case "port":
		h.port = port{proto: x.attr("protocol"), id: x.attr("portid")}
	case "state":
		h.portState(string(x.raw("state")))
	case "service":
		h.service(x)
	case "cpe":
		h.inCPE = true
		h.cpe.Reset()
	case "osmatch":
		if h.matches < maxOSMatches && accuracy(x.raw("accuracy")) >= 90 {
			h.matches++
			h.observe(evidence.OSMatch, x.attr("name"))
		}
	case "script":
		h.script = &script{id: x.attr("id"), output: x.attr("output")}
		h.keys = h.keys[:0]
	case "table":
		h.keys = append(h.keys, x.attr("key"))
	case "elem":
		h.inElem, h.elemKey = true, x.attr("key")
		h.elem.Reset()
	}
}

// text handles character data.
func (h *host) text(b []byte) {
	switch {
	case h.inElem:
		if h.elem.Len() < evidence.MaxValue {
			h.elem.Write(b)
		}
	case h.inCPE:
		if h.cpe.Len() < 256 {
			h.cpe.Write(b)
		}
	}
}

// end handles the end of an element.
func (h *host) end(name string) {
	switch name {
	case "elem":
		h.endElem()
	case "table":
		if len(h.keys) > 0 {
			h.keys = h.keys[:len(h.keys)-1]
		}
	case "script":
		if h.script != nil {
			h.takeScript(h.script)
		}
		h.script = nil
	case "cpe":
		h.inCPE = false
		if h.port.open {
			h.observe(evidence.CPE, h.cpe.String())
		}
	case "port":
		h.port = port{}
		h.spot = h.where
	}
}

func (h *host) endElem() {
	h.inElem = false
	if h.script == nil || len(h.script.values) >= maxElems {
		return
	}
	key := h.elemKey
	for i := len(h.keys) - 1; i >= 0; i-- {
		if h.keys[i] != "" {
			key = h.keys[i] + "." + key
		}
	}
	h.script.values = append(h.script.values, value{key, h.elem.String()})
}

func (h *host) address(addr, kind string) {
	switch kind {
	case "ipv4", "ipv6":
		a, err := netip.ParseAddr(addr)
		if err != nil {
			return
		}
		if h.ip == "" {
			h.ip = a.WithZone("").String()
			h.where = "host " + h.ip
			h.spot = h.where
		}
		h.observe(evidence.IP, a.WithZone("").String())
	case "mac":
		if mac := normMAC(addr); mac != "" {
			h.observe(evidence.IfMAC, mac)
			h.answered = true // an ARP answer
		}
	}
}

// normMAC returns "aa:bb:cc:dd:ee:ff", "" for what cannot be one interface's address.
func normMAC(s string) string {
	s = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "-", ":"))
	if len(s) != 17 || s == "00:00:00:00:00:00" || strings.Count(s, ":") != 5 {
		return ""
	}
	for i := 0; i < len(s); i++ {
		if i%3 == 2 != (s[i] == ':') || i%3 != 2 && !isHex(s[i]) {
			return ""
		}
	}
	if strings.IndexByte("13579bdf", s[1]) >= 0 {
		return "" // group bit
	}
	return s
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func (h *host) hostname(name string) {
	if name == "" || h.hosts[name] || len(h.hosts) > 16 {
		return
	}
	if h.hosts == nil {
		h.hosts = map[string]bool{}
	}
	h.hosts[name] = true
	h.observe(evidence.Hostname, name)
}

func (h *host) portState(state string) {
	h.port.open = state == "open"
	if state == "open" || state == "closed" {
		h.answered = true
	}
	if h.port.open {
		h.spot = h.where + " " + h.port.proto + "/" + h.port.id
	}
}

func (h *host) service(x *xmlScanner) {
	if !h.port.open {
		return
	}
	h.port.service = x.attr("name")
	if x.attr("tunnel") == "ssl" {
		h.port.service = "ssl/" + h.port.service
	}
	h.observe(evidence.ServicePort, strings.TrimSpace(h.port.proto+"/"+h.port.id+" "+h.port.service))
	if string(x.raw("method")) == "table" {
		return // named after the port number alone: nobody asked
	}
	h.hostname(x.attr("hostname"))
	if b := x.attr("banner"); b != "" {
		h.masscan(b)
	}
	product := strings.TrimSpace(x.attr("product") + " " + x.attr("version"))
	for _, extra := range []string{x.attr("extrainfo"), x.attr("devicetype")} {
		if extra != "" && (h.port.service != "snmp" || extra == x.attr("devicetype")) { // SNMP's extra is the community: a password
			product = strings.TrimSpace(product + " (" + extra + ")")
		}
	}
	h.observe(evidence.ServiceProduct, product)
}

// masscan files a banner under the name masscan gives it.
func (h *host) masscan(banner string) {
	switch h.port.service {
	case "title":
		h.observe(evidence.HTTPTitle, banner)
	case "http.server":
		h.observe(evidence.HTTPServer, banner)
	case "http":
		h.lines(banner, map[string]evidence.Attr{"Server": evidence.HTTPServer, "WWW-Authenticate": evidence.HTTPRealm})
	default:
		h.banner(banner)
	}
}

func accuracy(b []byte) (n int) {
	for _, c := range b {
		if c < '0' || c > '9' || n > 100 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// sighting returns what the host said, nil when it did not answer. A host that
// is up only because the user said so (-Pn) has not.
func (h *host) sighting() *asset.Sighting {
	if !h.up || h.ip == "" && len(h.obs) == 0 || h.reason == "user-set" && !h.answered {
		return nil
	}
	return &asset.Sighting{
		Kind: asset.Device, Seen: asset.Direct, Place: evidence.Place{Input: h.run.in.Name, At: h.where}, Observations: h.obs,
	}
}
