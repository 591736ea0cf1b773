// Package tr069 reads what CPE tell their auto-configuration server: Inform
// messages, GetParameterValues answers, CSV dumps of the data model, and the
// device JSON of GenieACS.
//
// It is not for talking to devices. Source of truth: Broadband Forum TR-069
// amendment 6 (annex A, DeviceIdStruct) and the TR-098 and TR-181 data models.
package tr069

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Source reads CWMP messages and data model dumps.
type Source struct{}

var _ source.Source = Source{}

// Name is "tr069".
func (Source) Name() string { return "tr069" }

// Recognise looks for the CWMP namespace, or parameter paths in CSV or JSON.
func (Source) Recognise(head []byte, _ string) int {
	head = bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf")
	switch {
	case observe.LooksXML(head):
		if bytes.Contains(head, []byte("urn:dslforum-org:cwmp-1-")) || bytes.Contains(head, []byte("<cwmp:Inform")) {
			return 95
		}
	case len(head) > 0 && (head[0] == '{' || head[0] == '['):
		if bytes.Contains(head, []byte(`"_deviceId"`)) && (bytes.Contains(head, []byte(`"InternetGatewayDevice"`)) || bytes.Contains(head, []byte(`"_ProductClass"`))) {
			return 93
		}
	case isDump(head):
		return 90
	}
	return 0
}

// isDump recognises a CSV whose first column holds parameter paths.
func isDump(head []byte) bool {
	line, rest, _ := bytes.Cut(head, []byte("\n"))
	if !bytes.HasPrefix(line, []byte("Parameter,")) && !bytes.HasPrefix(line, []byte("InternetGatewayDevice.")) && !bytes.HasPrefix(line, []byte("Device.")) {
		return false
	}
	return bytes.Contains(rest, []byte("\nInternetGatewayDevice.")) || bytes.Contains(rest, []byte("\nDevice.")) || bytes.Contains(rest, []byte("\nDeviceID."))
}

// Read yields one direct sighting a device.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	var head [512]byte
	n, _ := io.ReadFull(in.Reader(), head[:])
	h := bytes.TrimLeft(head[:n], " \t\r\n\xef\xbb\xbf")
	d := &device{b: observe.Builder{Source: s.Name(), Input: in.Name}}
	d.next("")
	var err error
	switch {
	case len(h) > 0 && h[0] == '<':
		err = readSOAP(ctx, in, d, cov, yield)
	case len(h) > 0 && (h[0] == '{' || h[0] == '['):
		return readGenie(ctx, in, d, cov, yield)
	default:
		err = readCSV(ctx, in, d)
	}
	if e := d.flush(cov, yield); e != nil {
		return e
	}
	if err != nil {
		return err
	}
	if d.yielded == 0 {
		cov.Fail("", "no device identity in this message", "give an Inform, or a dump with DeviceInfo parameters")
	}
	return nil
}

// device gathers what one CPE says of itself.
type device struct {
	b       observe.Builder
	s       *asset.Sighting
	yielded int
}

func (d *device) next(at string) {
	d.s = &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Place: d.b.Place(at)}
}

func (d *device) flush(cov *asset.Coverage, yield source.Yield) error {
	s := d.s
	d.next("")
	if len(s.Observations) == 0 {
		return nil
	}
	cov.Read++
	d.yielded++
	return yield(s)
}

// suffixes are parameter paths by their end; the root is Device. or InternetGatewayDevice.
var suffixes = map[string]evidence.Attr{
	"DeviceInfo.Manufacturer":    evidence.CWMPManufacturer,
	"DeviceInfo.ManufacturerOUI": evidence.CWMPOUI,
	"DeviceInfo.ProductClass":    evidence.CWMPProductClass,
	"DeviceInfo.ModelName":       evidence.CWMPProductClass,
	"DeviceInfo.ModelNumber":     evidence.CWMPProductClass,
	"DeviceInfo.SerialNumber":    evidence.Serial,
	"DeviceInfo.SoftwareVersion": evidence.FirmwareText,
	"DeviceInfo.HardwareVersion": evidence.HardwareRev,
	"DeviceInfo.Description":     evidence.Description,
	"DeviceID.Manufacturer":      evidence.CWMPManufacturer,
	"DeviceID.OUI":               evidence.CWMPOUI,
	"DeviceID.ProductClass":      evidence.CWMPProductClass,
	"DeviceID.SerialNumber":      evidence.Serial,
}

// parameter takes one name and value of the data model.
func (d *device) parameter(name, value, at string) {
	obs := &d.s.Observations
	short := strings.TrimPrefix(strings.TrimPrefix(name, "InternetGatewayDevice."), "Device.")
	if attr, ok := suffixes[short]; ok {
		d.identity(attr, value, at)
		return
	}
	switch last := name[strings.LastIndexByte(name, '.')+1:]; {
	case strings.HasPrefix(short, "LANDevice.") && last == "MACAddress" && strings.Contains(short, "EthernetInterfaceConfig"),
		strings.Contains(short, "WANConnection") && last == "MACAddress",
		strings.HasPrefix(short, "Ethernet.Interface.") && last == "MACAddress":
		// Only the device's own ports: tables of hosts carry the MACs of others.
		d.b.Add(obs, evidence.IfMAC, value, at)
	case last == "ExternalIPAddress":
		d.b.Add(obs, evidence.IP, value, at)
	case short == "ManagementServer.ConnectionRequestURL":
		if ip, ok := observe.Host(value); ok {
			d.b.Add(obs, evidence.IP, ip, at)
		}
	case last == "IMEI":
		d.b.Add(obs, evidence.IMEI, value, at)
	case last == "X_GponSN" || strings.HasSuffix(last, "GponSN") || last == "SerialNumber" && strings.Contains(short, "GPON"):
		d.gpon(value, at)
	}
}

func (d *device) identity(attr evidence.Attr, value, at string) {
	// "%SERIAL%" is a template's hole, not a value.
	if len(value) > 1 && value[0] == '%' && value[len(value)-1] == '%' {
		return
	}
	if attr == evidence.CWMPOUI {
		value = strings.ToUpper(strings.NewReplacer(":", "", "-", "").Replace(value))
	}
	d.b.Add(&d.s.Observations, attr, value, at)
	if attr == evidence.Serial {
		d.gpon(value, at)
	}
}

func (d *device) gpon(value, at string) {
	if serial, vendor, ok := observe.GPON(value); ok {
		d.b.Add(&d.s.Observations, evidence.GPONSerial, serial, at)
		d.b.Add(&d.s.Observations, evidence.PONVendorID, vendor, at)
	}
}

var deviceID = map[string]evidence.Attr{
	"Manufacturer": evidence.CWMPManufacturer, "OUI": evidence.CWMPOUI,
	"ProductClass": evidence.CWMPProductClass, "SerialNumber": evidence.Serial,
}

// readSOAP takes one or several messages; every Inform begins a device.
func readSOAP(ctx context.Context, in *source.Input, d *device, cov *asset.Coverage, yield source.Yield) error {
	name := ""
	err := observe.WalkXML(in.Reader(), nil, func(l *observe.Leaf) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := fmt.Sprintf("offset %#x", l.Offset)
		switch {
		case l.In("DeviceId"):
			if l.Name() == "Manufacturer" && len(d.s.Observations) > 0 {
				if err := d.flush(cov, yield); err != nil {
					return err
				}
			}
			if attr, ok := deviceID[l.Name()]; ok {
				d.identity(attr, l.Text, at)
			}
		case l.In("ParameterValueStruct") && l.Name() == "Name":
			name = l.Text
		case l.In("ParameterValueStruct") && l.Name() == "Value":
			d.parameter(name, l.Text, at)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read cwmp message: %w", err)
	}
	return nil
}

const maxRow = 1 << 20

// readCSV takes a dump: a column of paths and a column of values, found by the heading.
func readCSV(ctx context.Context, in *source.Input, d *device) error {
	r := csv.NewReader(io.LimitReader(in.Reader(), observe.MaxXMLBytes))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	name, value := 0, -1
	for row := 1; row <= maxRow; row++ {
		rec, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			if errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote) {
				continue
			}
			return fmt.Errorf("read data model row %d: %w", row, err)
		}
		if row == 1 {
			for i, h := range rec {
				if strings.EqualFold(h, "value") {
					value = i
				}
			}
		}
		v := value
		if v < 0 {
			v = len(rec) - 1 // no heading: the value is the last of two columns
		}
		if v < len(rec) && v != name && strings.Contains(rec[name], ".") {
			d.parameter(rec[name], rec[v], fmt.Sprintf("row %d", row))
		}
	}
	return nil
}
