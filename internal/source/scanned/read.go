package scanned

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"telltale/internal/answer"
	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/cli"
	"telltale/internal/source/observe"
	"telltale/internal/source/onvif"
	"telltale/internal/source/pcap"
	"telltale/internal/source/snmp"
	"telltale/internal/source/upnp"
)

// reader gathers the answers of one host.
type reader struct {
	ctx   context.Context
	input string
	host  *answer.Host
	dev   *asset.Sighting
	where string // "host 192.0.2.1 tcp/443 tls": the answer at hand
	at    string
}

// packets are the answers read as payloads of captured packets, with the port under which a capture knows them.
var packets = map[string]struct {
	proto byte
	port  uint16
}{
	"http": {pcap.TCP, 80}, "https": {pcap.TCP, 443}, "tls": {pcap.TCP, 443}, "ssh": {pcap.TCP, 22}, "telnet": {pcap.TCP, 23},
	"ftp": {pcap.TCP, 21}, "rtsp": {pcap.TCP, 554}, "sip": {pcap.UDP, 5060}, "mdns": {pcap.UDP, 5353}, "ssdp": {pcap.UDP, 1900},
}

// documents are the answers that are documents other sources read.
var documents = map[string]source.Source{"snmp": snmp.Source{}, "upnp": upnp.Source{}, "onvif": onvif.Source{}, "wsd": onvif.Source{}, "cli": cli.Source{}}

func (r *reader) take(a *answer.Answer) {
	r.where = "host " + r.host.Addr.String()
	if a.Port != 0 {
		r.where += fmt.Sprintf(" %s/%d", a.Proto, a.Port)
	}
	r.where += " " + a.Probe
	if a.Proto == "tcp" && a.Port != 0 {
		r.add(evidence.ServicePort, strings.TrimSpace(fmt.Sprintf("tcp/%d %s", a.Port, service[a.Probe])))
	}
	if p, ok := packets[a.Probe]; ok {
		r.payload(a, p.proto, p.port)
	}
	if src, ok := documents[a.Probe]; ok {
		r.document(src, a.Data)
	}
	switch a.Probe {
	case "http", "https":
		r.page(a.Data)
	case "favicon":
		sum := md5.Sum(a.Data)
		r.add(evidence.HTTPFavicon, "md5:"+hex.EncodeToString(sum[:]))
	case "ssh-key":
		sum := sha256.Sum256(a.Data)
		r.add(evidence.SSHKey, hex.EncodeToString(sum[:]))
	case "netbios":
		r.netbios(a.Data)
	case "neighbour":
		if len(a.Data) == 6 {
			r.add(evidence.IfMAC, fmt.Sprintf("% x", a.Data))
		}
	}
}

// service names what answers, as IANA does.
var service = map[string]string{"http": "http", "https": "https", "tls": "ssl", "ssh": "ssh", "telnet": "telnet", "ftp": "ftp", "rtsp": "rtsp", "onvif": "http", "upnp": "http"}

func (r *reader) add(attr evidence.Attr, value string) {
	b := observe.Builder{Source: "scan", Input: r.input, At: r.at}
	b.Add(&r.dev.Observations, attr, value, r.where)
}

func (r *reader) payload(a *answer.Answer, proto byte, port uint16) {
	defer r.survive(a.Probe)
	for _, o := range pcap.Payload(observe.Builder{Source: "scan", Input: r.input}, r.host.Addr, proto, port, a.Data) {
		r.add(o.Attr, o.Value)
	}
}

// survive keeps the other answers of a host when a reader fails on one.
func (r *reader) survive(probe string) {
	if p := recover(); p != nil {
		r.add(evidence.Status, fmt.Sprintf("the answer to %s could not be read (%v)", probe, p))
	}
}

// document lets another source read an answer and takes all it says of the host.
func (r *reader) document(src source.Source, data []byte) {
	in := &source.Input{Name: r.input, Data: bytes.NewReader(data), Size: int64(len(data)), Options: &source.Options{}}
	// An answer cut by a bound ends in an error; what stood before counts.
	_ = src.Read(r.ctx, in, &asset.Coverage{}, func(s *asset.Sighting) error {
		if s.Seen == asset.Direct {
			r.merge(s)
		}
		return nil
	})
}

func (r *reader) merge(s *asset.Sighting) {
	for _, o := range s.Observations {
		o.At, o.Place.At = r.at, strings.TrimSpace(r.where+" "+o.Place.At)
		r.dev.Observations = append(r.dev.Observations, o)
	}
	r.dev.Components = append(r.dev.Components, s.Components...)
	r.dev.Links = append(r.dev.Links, s.Links...)
	for i := range s.Components {
		r.part(&s.Components[i])
	}
	for i := range s.Links {
		remote := &s.Links[i].Remote
		remote.Place.At = r.where + " " + remote.Place.At
		r.stamp(remote.Observations)
	}
}

func (r *reader) part(p *asset.Part) {
	p.Place.At = r.where + " " + p.Place.At
	r.stamp(p.Observations)
	for i := range p.Components {
		r.part(&p.Components[i])
	}
}

// stamp says of observations read from an answer whose it was and when.
func (r *reader) stamp(list []evidence.Observation) {
	for i := range list {
		list[i].At, list[i].Place.At = r.at, r.where+" "+list[i].Place.At
	}
}

// maxPage is how much of a page is kept as evidence, in bytes.
const maxPage = 8 << 10

// page keeps the beginning of an HTML page.
func (r *reader) page(b []byte) {
	head, body, ok := bytes.Cut(b, []byte("\r\n\r\n"))
	if ok && bytes.Contains(bytes.ToLower(head), []byte("content-type: text/html")) {
		r.add(evidence.HTTPBody, string(body[:min(len(body), maxPage)]))
	}
}

// netbios reads a node status: names of 15 octets with suffix and flags, then the MAC (RFC 1002 4.2.18).
func (r *reader) netbios(b []byte) {
	const head = 12 + 34 + 10
	if len(b) < head+1 {
		return
	}
	n := int(b[head])
	names := b[head+1:]
	if len(names) < 18*n+6 {
		return
	}
	for i := range n {
		e := names[18*i : 18*i+18]
		if group := binary.BigEndian.Uint16(e[16:])&0x8000 != 0; !group && e[15] == 0 {
			r.add(evidence.Hostname, strings.TrimRight(string(e[:15]), " \x00"))
		}
	}
	r.add(evidence.IfMAC, fmt.Sprintf("% x", names[18*n:18*n+6]))
}
