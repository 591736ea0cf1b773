// Package upnp reads UPnP device descriptions: the XML document a device
// serves at the LOCATION it announces by SSDP.
//
// It is not for service descriptions (SCPD) nor for SSDP packets (pcap).
// Source of truth: UPnP Device Architecture 2.0, section 2.3.
//
// Only the root device speaks for the box. The devices embedded in it are
// parts of the UPnP stack and carry the name of the program that serves them.
package upnp

import (
	"bytes"
	"context"
	"fmt"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads device descriptions.
type Source struct{}

var _ source.Source = Source{}

// Name is "upnp".
func (Source) Name() string { return "upnp" }

// Recognise looks for the namespace of device descriptions.
func (Source) Recognise(head []byte, _ string) int {
	if !observe.LooksXML(head) {
		return 0
	}
	if bytes.Contains(head, []byte("urn:schemas-upnp-org:device-1-0")) {
		return 95
	}
	if bytes.Contains(head, []byte("<deviceType>urn:")) && bytes.Contains(head, []byte("<UDN>")) {
		return 80
	}
	return 0
}

var attrs = map[string]evidence.Attr{
	"manufacturer":     evidence.UPnPManufacturer,
	"modelName":        evidence.UPnPModel,
	"modelNumber":      evidence.UPnPDescription,
	"modelDescription": evidence.UPnPDescription,
	"friendlyName":     evidence.UPnPDescription,
	"serialNumber":     evidence.Serial,
	"UDN":              evidence.UUID,
	"manufacturerURL":  evidence.UPnPDescription,
	"modelURL":         evidence.UPnPDescription,
}

// Read yields one direct sighting, the root device.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	b := observe.Builder{Source: s.Name(), Input: in.Name}
	dev := &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: b.Place("")}
	err := observe.WalkXML(in.Reader(), nil, func(l *observe.Leaf) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := fmt.Sprintf("offset %#x", l.Offset)
		if l.In("deviceList") {
			return nil
		}
		if l.Name() == "URLBase" || l.Name() == "presentationURL" {
			if ip, ok := observe.Host(l.Text); ok {
				b.Add(&dev.Observations, evidence.IP, ip, at)
			}
			return nil
		}
		if attr, ok := attrs[l.Name()]; ok && l.In("device") && !l.In("serviceList") && !l.In("iconList") {
			b.Add(&dev.Observations, attr, l.Text, at)
		}
		return nil
	})
	if len(dev.Observations) > 0 {
		cov.Read++
		if e := yield(dev); e != nil {
			return e
		}
	}
	if err != nil {
		return fmt.Errorf("read device description: %w", err)
	}
	if len(dev.Observations) == 0 {
		cov.Fail("", "the description names no device", "give the document of the LOCATION header, it holds <device><manufacturer>")
	}
	return nil
}
