package pcap

import (
	"bytes"
	"strings"

	"telltale/internal/evidence"
)

// httpRequest reads what a client calls itself and, of the host it calls, whether it is a
// maker's cloud. What begins with Mozilla is a browser's grammar and names no device.
func (d *decoder) httpRequest(b []byte) {
	agent, host := requestFields(b)
	if len(agent) > 0 && !bytes.HasPrefix(agent, []byte("Mozilla/")) {
		d.g.add(d.g.of(d.src), evidence.HTTPUserAgent, string(agent))
	}
	if len(host) > 0 && d.g.cloud != nil {
		name, _, _ := strings.Cut(string(host), ":")
		d.calls(name)
	}
}

// maxRequestLines bounds the header lines that are looked at: both fields stand at the beginning.
const maxRequestLines = 24

// requestFields returns the values of User-Agent and Host.
func requestFields(b []byte) (agent, host []byte) {
	for range maxRequestLines {
		_, rest, ok := bytes.Cut(b, []byte("\n"))
		if !ok || len(rest) < 6 || rest[0] == '\r' {
			return agent, host
		}
		b = rest
		line, _, whole := bytes.Cut(b, []byte("\n"))
		if !whole {
			return agent, host // the segment ends in it
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("user-agent")):
			agent = bytes.TrimSpace(value)
		case bytes.EqualFold(name, []byte("host")):
			host = bytes.TrimSpace(value)
		}
	}
	return agent, host
}

// calls notes that a station calls a maker's cloud.
func (d *decoder) calls(name string) {
	if name == "" {
		return
	}
	if domain := d.g.cloud(name); domain != "" {
		d.g.add(d.g.of(d.src), evidence.CloudHost, domain)
	}
}

// serverName reads the name a client asks a server for out of a ClientHello
// (RFC 8446 4.1.2, RFC 6066 3), as far as it stands in the first segment.
func serverName(b []byte) string {
	const head, random = 4, 34 // type and length; version and random
	if len(b) < head+random+1 {
		return ""
	}
	b = b[head+random:]
	for _, size := range []int{1, 2, 1} { // session, cipher suites, compression methods
		n := 0
		for i := range size {
			n = n<<8 | int(at(b, i))
		}
		if size+n > len(b) {
			return ""
		}
		b = b[size+n:]
	}
	for b = b[min(2, len(b)):]; len(b) >= 4; {
		kind, n := be.Uint16(b), int(be.Uint16(b[2:]))
		if b = b[4:]; n > len(b) {
			return ""
		}
		if v := b[:n]; kind == 0 && n > 5 && v[2] == 0 { // list length, host_name, length
			if l := int(be.Uint16(v[3:])); l <= n-5 {
				return string(v[5 : 5+l])
			}
		}
		b = b[n:]
	}
	return ""
}
