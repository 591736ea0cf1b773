// Package answer reads answers of network services that somebody kept as text:
// the hello of NETCONF (RFC 6241 section 8.1) and the heads of RTSP (RFC 2326)
// and HTTP (RFC 9110) answers.
//
// It is not for captures (pcap) nor for scans (nmap, zeek), which say from whom
// an answer came. One sighting a text: the device that answered.
package answer

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads kept answers.
type Source struct{}

var _ source.Source = Source{}

// Name is "answer".
func (Source) Name() string { return "answer" }

const (
	maxBytes        = 4 << 20
	maxHeaders      = 200
	maxCapabilities = 512
	netconf         = "urn:ietf:params:xml:ns:netconf:base:1.0"
)

// Recognise looks for the namespace of NETCONF in a hello, or a status line with a header under it.
func (Source) Recognise(head []byte, _ string) int {
	head = bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf")
	if bytes.HasPrefix(head, []byte("<")) {
		if bytes.Contains(head, []byte(netconf)) && bytes.Contains(head, []byte("hello")) && bytes.Contains(head, []byte("capability>")) {
			return 90
		}
		return 0
	}
	line, rest, _ := bytes.Cut(head, []byte("\n"))
	next, _, _ := bytes.Cut(rest, []byte("\n"))
	if status(string(line)) != "" && bytes.IndexByte(next, ':') > 0 {
		return 85
	}
	return 0
}

// status returns the protocol of a status line, "" when it is none.
func status(line string) string {
	protocol, rest, ok := strings.Cut(strings.TrimSpace(line), " ")
	if !ok || len(rest) < 3 || strings.Trim(rest[:3], "0123456789") != "" {
		return ""
	}
	switch name, _, _ := strings.Cut(protocol, "/"); name {
	case "RTSP", "HTTP":
		return name
	}
	return ""
}

// Read yields one direct sighting.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	raw, err := io.ReadAll(io.LimitReader(in.Reader(), maxBytes))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	r := reader{b: observe.Builder{Source: s.Name(), Input: in.Name}}
	r.dev = &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: r.b.Place("")}
	raw = bytes.TrimLeft(raw, " \t\r\n\xef\xbb\xbf")
	if bytes.HasPrefix(raw, []byte("<")) {
		if err := r.hello(ctx, raw); err != nil {
			cov.Fail("", "the hello ends too early: "+err.Error(), "")
		}
	} else {
		r.head(string(raw))
	}
	if len(r.dev.Observations) == 0 {
		cov.Fail("", "nothing in the answer tells of the device", "")
		return nil
	}
	cov.Read++
	return yield(r.dev)
}

type reader struct {
	b   observe.Builder
	dev *asset.Sighting
}

// hello takes the capabilities that are not the IETF's: those tell whose models the device speaks.
func (r *reader) hello(ctx context.Context, raw []byte) error {
	d := xml.NewDecoder(bytes.NewReader(raw))
	for n := 0; n < maxCapabilities; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "capability" {
			continue
		}
		n++
		line, _ := d.InputPos()
		var text string
		if err := d.DecodeElement(&text, &e); err != nil {
			return err
		}
		if text = strings.TrimSpace(text); !strings.HasPrefix(text, "urn:ietf:") {
			r.b.Add(&r.dev.Observations, evidence.NETCONFCapability, text, fmt.Sprintf("line %d", line))
		}
	}
	return nil
}

// head takes the headers by which a service names itself.
func (r *reader) head(text string) {
	protocol, n := "", 0
	for line := range strings.Lines(text) {
		if n++; n > maxHeaders {
			return
		}
		at := fmt.Sprintf("line %d", n)
		if p := status(line); p != "" {
			protocol = p
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch name = strings.ToLower(strings.TrimSpace(name)); {
		case name == "server" && protocol == "RTSP":
			r.b.Add(&r.dev.Observations, evidence.RTSPServer, value, at)
		case name == "server":
			r.b.Add(&r.dev.Observations, evidence.HTTPServer, value, at)
		case name == "www-authenticate":
			r.b.Add(&r.dev.Observations, evidence.HTTPRealm, value, at)
		}
	}
}
