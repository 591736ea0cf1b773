package pcap

import (
	"bytes"
	"context"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/gb28181"
	"telltale/internal/source/observe"
	"telltale/internal/source/onvif"
	"telltale/internal/source/tr069"
	"telltale/internal/source/upnp"
)

// header calls take for each "Name: value" line after the first, up to the empty line.
func header(b []byte, take func(name, value string)) (body []byte) {
	_, b, _ = bytes.Cut(b, []byte("\n"))
	for range 100 {
		line, rest, ok := bytes.Cut(b, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return rest
		}
		if name, value, found := bytes.Cut(line, []byte(":")); found && len(name) < 64 {
			take(strings.ToLower(string(bytes.TrimSpace(name))), string(bytes.TrimSpace(value)))
		}
		if !ok {
			return nil
		}
		b = rest
	}
	return nil
}

// ssdp reads NOTIFY messages and answers to searches (UPnP Device Architecture 1.3).
func (d *decoder) ssdp(b []byte) {
	if !bytes.HasPrefix(b, []byte("NOTIFY ")) && !bytes.HasPrefix(b, []byte("HTTP/1.")) {
		return
	}
	s := d.g.of(d.src)
	header(b, func(name, value string) {
		switch name {
		case "server":
			d.g.add(s, evidence.SSDPServer, value)
		case "usn":
			if u, ok := observe.UUID(value); ok {
				d.g.add(s, evidence.UUID, u)
			}
		}
	})
}

// httpResponse reads server, realm and title of an answer (RFC 9110).
func (d *decoder) httpResponse(b []byte) {
	s := d.g.of(d.src)
	kind := ""
	body := header(b, func(name, value string) {
		switch name {
		case "server":
			d.g.add(s, evidence.HTTPServer, value)
		case "www-authenticate":
			if scheme, params, ok := strings.Cut(value, " "); ok && !strings.EqualFold(scheme, "negotiate") && !strings.EqualFold(scheme, "ntlm") {
				d.g.add(s, evidence.HTTPRealm, scheme+" "+realm(params))
			}
		case "content-type":
			kind = strings.ToLower(value)
		}
	})
	if strings.Contains(kind, "xml") {
		d.described(body)
		return
	}
	if !strings.HasPrefix(kind, "text/html") {
		return
	}
	low := bytes.ToLower(body[:min(len(body), 8<<10)])
	if i := bytes.Index(low, []byte("<title>")); i >= 0 {
		if j := bytes.Index(low[i:], []byte("</title>")); j > 7 && j < 300 {
			d.g.add(s, evidence.HTTPTitle, string(body[i+7:i+j]))
		}
	}
}

// described lets the sources of device descriptions read an XML answer: ONVIF's
// messages and UPnP's device documents.
func (d *decoder) described(body []byte) {
	for _, src := range []source.Source{onvif.Source{}, upnp.Source{}} {
		if src.Recognise(body, "") > 50 {
			d.document(src, body)
			return
		}
	}
}

// realm keeps the realm of a challenge: nonces differ each time.
func realm(params string) string {
	v, ok := observe.After(params, "realm=")
	if !ok {
		return ""
	}
	if strings.HasPrefix(v, `"`) {
		v, _, _ = strings.Cut(v[1:], `"`)
	} else {
		v, _, _ = strings.Cut(v, ",")
	}
	return `realm="` + v + `"`
}

// banner takes the first line of a greeting.
func (d *decoder) banner(attr evidence.Attr, b []byte) {
	line, _, _ := bytes.Cut(b[:min(len(b), 512)], []byte("\n"))
	d.g.add(d.g.of(d.src), attr, string(bytes.TrimRight(line, "\r")))
}

const maxTelnet = 3

// telnet takes the first texts a server sends, without option negotiation (RFC 854).
func (d *decoder) telnet(b []byte) {
	s := d.g.of(d.src)
	if s == nil {
		return
	}
	n := 0
	for i := range s.obs {
		if s.obs[i].Attr == evidence.TelnetBanner {
			n++
		}
	}
	if n >= maxTelnet {
		return
	}
	var out []byte
	for i := 0; i < len(b) && len(out) < 1024; i++ {
		switch {
		case b[i] != 0xff:
			out = append(out, b[i])
		case at(b, i+1) == 0xfa: // subnegotiation runs to IAC SE
			j := bytes.Index(b[i:], []byte{0xff, 0xf0})
			if j < 0 {
				return
			}
			i += j + 1
		default:
			i += 2
		}
	}
	if t := observe.Text(string(out)); len(t) > 5 {
		d.g.add(s, evidence.TelnetBanner, t)
	}
}

// rtsp reads the server header of an answer (RFC 2326).
func (d *decoder) rtsp(b []byte) {
	s := d.g.of(d.src)
	header(b, func(name, value string) {
		switch name {
		case "server":
			d.g.add(s, evidence.RTSPServer, value)
		case "www-authenticate":
			if scheme, params, ok := strings.Cut(value, " "); ok {
				d.g.add(s, evidence.HTTPRealm, scheme+" "+realm(params))
			}
		}
	})
}

// sip reads a message that no proxy has passed on: one Via and no Record-Route
// (RFC 3261 16.6); else its headers speak of somebody behind the sender.
func (d *decoder) sip(b []byte) {
	if len(b) < 16 || !bytes.Contains(b[:min(len(b), 512)], []byte("SIP/2.0")) {
		return
	}
	via, routed := 0, false
	header(b, func(name, value string) {
		switch name {
		case "via", "v":
			via += 1 + strings.Count(value, ",")
		case "record-route":
			routed = true
		}
	})
	if via != 1 || routed {
		return
	}
	tmp := asset.Sighting{}
	gb28181.Message(d.g.b, b, &tmp)
	d.take(&tmp)
}

// take hands facts another parser read to the sender; addresses in them may be of others.
func (d *decoder) take(from *asset.Sighting) {
	s := d.g.of(d.src)
	for _, o := range from.Observations {
		if o.Attr != evidence.IP {
			d.g.add(s, o.Attr, o.Value)
		}
	}
}

// wsDiscovery reads Hello and ProbeMatches (WS-Discovery 1.1).
func (d *decoder) wsDiscovery(b []byte) {
	if bytes.Contains(b, []byte("ProbeMatch")) || bytes.Contains(b, []byte("Hello")) || bytes.Contains(b, []byte("ResolveMatch")) {
		d.document(onvif.Source{}, b)
	}
}

// cwmp reads an Inform as far as it stands in one segment (TR-069 annex A).
func (d *decoder) cwmp(b []byte) {
	if i := bytes.IndexByte(b, '<'); i >= 0 && bytes.Contains(b, []byte("<DeviceId>")) {
		d.document(tr069.Source{}, b[i:])
	}
}

// document lets another source read a document found in a packet.
func (d *decoder) document(src source.Source, b []byte) {
	in := &source.Input{Name: d.g.b.Input, Data: bytes.NewReader(b), Size: int64(len(b)), Options: &source.Options{}}
	// A document cut at the segment's end ends in an error; what stood before counts.
	_ = src.Read(context.Background(), in, &asset.Coverage{}, func(s *asset.Sighting) error {
		d.take(s)
		return nil
	})
}
