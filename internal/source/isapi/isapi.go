// Package isapi reads the device information of IP cameras and recorders that
// speak ISAPI (also PSIA-derived dialects): the DeviceInfo XML and JSON dumps of it.
//
// It is not for talking to devices, nor for the thousand capability leafs around.
// Source of truth: the published ISAPI and PSIA "System/deviceInfo" resource.
//
// Each leaf that identifies becomes an observation "name=value" of attribute
// isapi; serial, MAC and firmware also under their own names.
package isapi

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads ISAPI DeviceInfo.
type Source struct{}

var _ source.Source = Source{}

// Name is "isapi".
func (Source) Name() string { return "isapi" }

// Recognise looks for a DeviceInfo element or object with a device type beside it.
func (Source) Recognise(head []byte, _ string) int {
	head = bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf")
	if !bytes.Contains(head, []byte("DeviceInfo")) {
		return 0
	}
	named := bytes.Contains(head, []byte("serialNumber")) && (bytes.Contains(head, []byte("deviceType")) || bytes.Contains(head, []byte("firmwareVersion")))
	switch {
	case observe.LooksXML(head) && bytes.Contains(head, []byte("<DeviceInfo")) && named:
		return 92
	case len(head) > 0 && head[0] == '{' && bytes.Contains(head, []byte(`"DeviceInfo"`)) && named:
		return 92
	}
	return 0
}

// identifying are the leafs of DeviceInfo that say what the thing is.
var identifying = map[string]bool{
	"manufacturer": true, "model": true, "deviceType": true, "deviceDescription": true, "deviceName": true,
	"systemContact": true, "OEMCode": true, "firmwareVersionInfo": true, "hardwareVersion": true, "xmlns": true,
	"firmwareVersion": true, "customizedInfo": true, "marketType": true, "verificationCode": false,
}

// also maps leafs to attributes of their own.
var also = map[string]evidence.Attr{
	"serialNumber": evidence.Serial, "macAddress": evidence.BaseMAC,
	"firmwareVersion": evidence.FirmwareText, "hardwareVersion": evidence.HardwareRev,
	"deviceLocation": evidence.Location, "deviceName": evidence.Name,
}

// Read yields one direct sighting a DeviceInfo.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	b := observe.Builder{Source: s.Name(), Input: in.Name}
	dev := &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: b.Place("")}
	leaf := func(name, text, at string) {
		name = strings.TrimPrefix(name, "@")
		if identifying[name] && observe.Text(text) != "" && !observe.Placeholder(text) {
			b.Add(&dev.Observations, evidence.ISAPIText, name+"="+observe.Text(text), at)
		}
		if attr, ok := also[name]; ok {
			b.Add(&dev.Observations, attr, text, at)
		}
	}
	var err error
	if first := firstByte(in.Reader()); first == '<' {
		err = readXML(in.Reader(), leaf)
	} else {
		err = readJSON(ctx, in.Reader(), leaf)
	}
	if len(dev.Observations) > 0 {
		cov.Read++
		if e := yield(dev); e != nil {
			return e
		}
	} else if err == nil {
		cov.Fail("", "no DeviceInfo found", "give the answer of /ISAPI/System/deviceInfo")
	}
	if err != nil {
		return fmt.Errorf("read device information: %w", err)
	}
	return nil
}

func firstByte(r io.Reader) byte {
	var head [64]byte
	n, _ := io.ReadFull(r, head[:])
	h := bytes.TrimLeft(head[:n], " \t\r\n\xef\xbb\xbf")
	if len(h) == 0 {
		return 0
	}
	return h[0]
}

func readXML(r io.Reader, leaf func(name, text, at string)) error {
	open := func(path []string, e xml.StartElement) {
		if e.Name.Local != "DeviceInfo" {
			return
		}
		for _, a := range e.Attr {
			if a.Name.Local == "xmlns" {
				leaf("xmlns", a.Value, "DeviceInfo")
			}
		}
	}
	return observe.WalkXML(r, open, func(l *observe.Leaf) error {
		if len(l.Path) > 1 && l.Path[len(l.Path)-2] == "DeviceInfo" {
			leaf(l.Name(), l.Text, fmt.Sprintf("offset %#x", l.Offset))
		}
		return nil
	})
}

const maxDepth = 64

// readJSON walks the tokens, so that a dump of any size costs no memory.
func readJSON(ctx context.Context, r io.Reader, leaf func(name, text, at string)) error {
	d := json.NewDecoder(io.LimitReader(r, observe.MaxXMLBytes))
	type level struct {
		object bool
		key    string
	}
	var stack []level
	inInfo := 0 // depth of the DeviceInfo object we are in, 0 outside
	key := false
	for {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("json at offset %#x: %w", d.InputOffset(), err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		top := len(stack) - 1
		if delim, ok := t.(json.Delim); ok {
			switch delim {
			case '{', '[':
				if top+1 >= maxDepth {
					return fmt.Errorf("json at offset %#x: deeper than %d levels", d.InputOffset(), maxDepth)
				}
				if delim == '{' && inInfo == 0 && top >= 0 && stack[top].key == "DeviceInfo" {
					inInfo = len(stack) + 1
				}
				stack = append(stack, level{object: delim == '{'})
			default:
				if inInfo == len(stack) {
					inInfo = 0
				}
				stack = stack[:top]
			}
			key = len(stack) > 0 && stack[len(stack)-1].object
			continue
		}
		if top < 0 {
			continue
		}
		if stack[top].object && key {
			stack[top].key, _ = t.(string)
			key = false
			continue
		}
		if text, ok := t.(string); ok && inInfo == len(stack) {
			leaf(stack[top].key, text, fmt.Sprintf("offset %#x", d.InputOffset()))
		}
		key = stack[top].object
	}
}
