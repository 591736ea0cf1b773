// Package gb28181 reads SIP messages kept as text: requests and answers with
// their headers, and the MANSCDP bodies of GB/T 28181 (DeviceInfo, Catalog).
//
// It is not for captures (pcap hands packets to Message) nor for calls.
// Source of truth: RFC 3261 section 7, GB/T 28181-2016 annex A.2.6.
package gb28181

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads SIP text.
type Source struct{}

var _ source.Source = Source{}

// Name is "gb28181".
func (Source) Name() string { return "gb28181" }

// Recognise looks for a SIP start line and SIP headers.
func (Source) Recognise(head []byte, _ string) int {
	line, rest, _ := bytes.Cut(bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf"), []byte("\n"))
	line = bytes.TrimSpace(line)
	if bytes.HasSuffix(line, []byte(" SIP/2.0")) || bytes.HasPrefix(line, []byte("SIP/2.0 ")) {
		if bytes.Contains(rest, []byte("CSeq:")) || bytes.Contains(rest, []byte("Via:")) {
			return 95
		}
		return 60
	}
	return 0
}

const (
	maxBytes   = 16 << 20
	maxHeaders = 200
)

// Read yields one direct sighting for the sender of each message, and one for every catalogue item.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	raw, err := io.ReadAll(io.LimitReader(in.Reader(), maxBytes))
	if err != nil {
		return fmt.Errorf("read sip text: %w", err)
	}
	b := observe.Builder{Source: s.Name(), Input: in.Name}
	for off := 0; off < len(raw); {
		if err := ctx.Err(); err != nil {
			return err
		}
		end := off + messageLen(raw[off:])
		dev := &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: b.Place(fmt.Sprintf("offset %#x", off))}
		Message(b, raw[off:end], dev)
		if len(dev.Observations) > 0 {
			cov.Read++
			if err := yield(dev); err != nil {
				return err
			}
		} else if len(bytes.TrimSpace(raw[off:end])) > 0 {
			cov.Fail(dev.Place.At, "no header or body that identifies the sender", "")
		}
		off = end
	}
	return nil
}

// messageLen is the length of the first message: up to the next start line.
func messageLen(raw []byte) int {
	for off := 0; ; {
		nl := bytes.IndexByte(raw[off:], '\n')
		if nl < 0 {
			return len(raw)
		}
		off += nl + 1
		line, _, _ := bytes.Cut(raw[off:], []byte("\n"))
		line = bytes.TrimSpace(line)
		if bytes.HasPrefix(line, []byte("SIP/2.0 ")) || bytes.HasSuffix(line, []byte(" SIP/2.0")) {
			return off
		}
	}
}

// Message adds what the sender of one SIP message says of itself to dev, places as in dev.Place.
func Message(b observe.Builder, msg []byte, dev *asset.Sighting) {
	at := dev.Place.At
	head, body, _ := bytes.Cut(bytes.ReplaceAll(msg, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	first, n := true, 0
	for line := range strings.Lines(string(head)) {
		if first {
			first = false
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if n++; n > maxHeaders {
			break
		}
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "user-agent", "server":
			b.Add(&dev.Observations, evidence.SIPUserAgent, value, at)
		case "contact", "m":
			if ip, ok := sipHost(value); ok {
				b.Add(&dev.Observations, evidence.IP, ip, at)
			}
		case "from", "f":
			// Of an answer, From names the other side; of a registration, the domain.
			if ip, ok := sipHost(value); ok && !hasAnyPrefix(bytes.TrimSpace(msg), "SIP/2.0", "REGISTER ") {
				b.Add(&dev.Observations, evidence.IP, ip, at)
			}
		}
	}
	if i := bytes.IndexByte(body, '<'); i >= 0 && bytes.Contains(body, []byte("<CmdType>")) {
		manscdp(b, body[i:], dev, at)
	}
}

func hasAnyPrefix(b []byte, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return bytes.HasPrefix(b, []byte(p)) })
}

// sipHost returns the literal address of "<sip:user@host:port>".
func sipHost(s string) (string, bool) {
	i := strings.Index(s, "sip:")
	if i < 0 {
		return "", false
	}
	s, _, _ = strings.Cut(s[i+len("sip:"):], ">")
	s, _, _ = strings.Cut(s, ";")
	return observe.Host(s)
}

var bodyAttrs = map[string]evidence.Attr{
	"Manufacturer": evidence.GBManufacturer, "Model": evidence.GBModel, "Firmware": evidence.FirmwareText,
	"DeviceName": evidence.Name, "Name": evidence.Name, "SerialNumber": evidence.Serial, "IPAddress": evidence.IP,
}

// manscdp reads DeviceInfo answers (the sender) and Catalog items (cameras the sender tells of).
func manscdp(b observe.Builder, body []byte, dev *asset.Sighting, at string) {
	var item *asset.Sighting
	take := func() {
		if item != nil && len(item.Observations) > 0 && len(dev.Links) < 10_000 {
			dev.Links = append(dev.Links, asset.Link{Via: "gb28181", Remote: *item})
		}
		item = nil
	}
	open := func(path []string, e xml.StartElement) {
		if e.Name.Local == "Item" {
			take()
			item = &asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: b.Place(at)}
		}
	}
	// A broken body leaves what was read before the fault; the headers stand anyway.
	_ = observe.WalkXML(bytes.NewReader(body), open, func(l *observe.Leaf) error {
		attr, ok := bodyAttrs[l.Name()]
		switch {
		case !ok || !observe.Printable(l.Text):
		case item != nil && l.In("Item"):
			b.Add(&item.Observations, attr, l.Text, at)
		case item == nil && l.In("Response"):
			b.Add(&dev.Observations, attr, l.Text, at)
		}
		return nil
	})
	take()
}
