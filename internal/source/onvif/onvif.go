// Package onvif reads SOAP answers of ONVIF devices: GetDeviceInformation,
// GetScopes, GetNetworkInterfaces, GetHostname, and the ProbeMatches and Hello
// messages of WS-Discovery.
//
// It is not for talking to devices. Source of truth: ONVIF Core Specification
// (device service 8.3, scopes 7.3.3) and WS-Discovery 1.1.
package onvif

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads ONVIF SOAP documents, one or several after each other.
type Source struct{}

var _ source.Source = Source{}

// Name is "onvif".
func (Source) Name() string { return "onvif" }

// Recognise looks for a SOAP envelope that speaks an ONVIF or WS-Discovery namespace.
func (Source) Recognise(head []byte, _ string) int {
	if !observe.LooksXML(head) {
		return 0
	}
	soap := bytes.Contains(head, []byte("Envelope"))
	if soap && bytes.Contains(head, []byte("www.onvif.org/ver")) {
		return 95
	}
	if soap && bytes.Contains(head, []byte("ws/2005/04/discovery")) {
		return 85
	}
	return 0
}

// leafs maps a leaf under its message to an attribute.
var leafs = map[[2]string]evidence.Attr{
	{"GetDeviceInformationResponse", "Manufacturer"}:    evidence.ONVIFMfr,
	{"GetDeviceInformationResponse", "Model"}:           evidence.ONVIFModel,
	{"GetDeviceInformationResponse", "FirmwareVersion"}: evidence.FirmwareText,
	{"GetDeviceInformationResponse", "SerialNumber"}:    evidence.Serial,
	{"GetDeviceInformationResponse", "HardwareId"}:      evidence.HardwareRev,
	{"GetNetworkInterfacesResponse", "HwAddress"}:       evidence.IfMAC,
	{"GetHostnameResponse", "Name"}:                     evidence.Hostname,
	{"GetScopesResponse", "ScopeItem"}:                  evidence.ONVIFScope,
}

// messages are the answers whose leafs are looked at.
var messages = []string{"GetDeviceInformationResponse", "GetNetworkInterfacesResponse", "GetHostnameResponse", "GetScopesResponse"}

// Read yields one direct sighting for the answers of one device, and one for every probe match.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := reader{b: observe.Builder{Source: s.Name(), Input: in.Name}}
	r.next()
	var stop error
	err := observe.WalkXML(in.Reader(), r.open, func(l *observe.Leaf) error {
		if stop = ctx.Err(); stop == nil && r.full {
			stop = r.flush(cov, yield)
		}
		if stop != nil {
			return stop
		}
		r.leaf(l)
		return nil
	})
	if stop != nil {
		return stop
	}
	if e := r.flush(cov, yield); e != nil {
		return e
	}
	if err != nil {
		return fmt.Errorf("read onvif answer: %w", err)
	}
	if r.yielded == 0 {
		cov.Notes = append(cov.Notes, "no device information, scopes or interfaces in these answers")
	}
	return nil
}

type reader struct {
	b       observe.Builder
	dev     *asset.Sighting
	full    bool // a new match began: what was gathered belongs to the one before
	yielded int
}

func (r *reader) next() {
	r.dev, r.full = &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: r.b.Place("")}, false
}

func (r *reader) open(path []string, e xml.StartElement) {
	if n := e.Name.Local; (n == "ProbeMatch" || n == "ResolveMatch" || n == "Hello") && len(r.dev.Observations) > 0 {
		r.full = true
	}
}

func (r *reader) flush(cov *asset.Coverage, yield source.Yield) error {
	dev := r.dev
	r.next()
	if len(dev.Observations) == 0 {
		return nil
	}
	cov.Read++
	r.yielded++
	return yield(dev)
}

func (r *reader) leaf(l *observe.Leaf) {
	at := fmt.Sprintf("offset %#x", l.Offset)
	obs := &r.dev.Observations
	switch {
	case l.Name() == "Scopes":
		for scope := range strings.FieldsSeq(l.Text) {
			r.b.Add(obs, evidence.ONVIFScope, unescape(scope), at)
		}
	case l.Name() == "XAddrs" || l.Name() == "XAddr":
		for x := range strings.FieldsSeq(l.Text) {
			if ip, ok := observe.Host(x); ok && !strings.HasPrefix(ip, "169.254.") {
				r.b.Add(obs, evidence.IP, ip, at)
			}
		}
	case l.Name() == "Address" && l.In("EndpointReference"):
		r.b.Add(obs, evidence.UUID, l.Text, at)
	default:
		for _, m := range messages {
			if attr, ok := leafs[[2]string{m, l.Name()}]; ok && l.In(m) {
				r.b.Add(obs, attr, unescape(l.Text), at)
			}
		}
	}
}

// unescape undoes the percent-encoding scopes carry ("onvif://www.onvif.org/name/A%20B").
func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}
