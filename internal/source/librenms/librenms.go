// Package librenms reads what LibreNMS exports by its API as JSON: the list of
// devices and the inventory (the entPhysical rows it has polled). A device is
// listed, not seen: another system's poll stands behind it, at the time it says.
//
// It is not for the CSV that the web pages export: that is a table with
// headings, and sheet reads it. Source of truth: the API answers of LibreNMS
// (routes /devices, /devices/:hostname, /inventory/:hostname, /inventory/:hostname/all).
//
// Flow: a first pass gathers inventory rows by device_id, a second yields
// devices with their parts; inventory of devices the document does not list
// becomes sightings that their chassis serial ties to the rest.
package librenms

import (
	"bytes"
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/jsonlist"
	"telltale/internal/source/observe"
	"telltale/internal/source/snmp"
)

// Source reads LibreNMS JSON. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name returns "librenms".
func (Source) Name() string { return "librenms" }

// Recognise looks for the names only these answers have.
func (Source) Recognise(head []byte, _ string) int {
	text := bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return 0
	}
	has := func(s string) bool { return bytes.Contains(head, []byte(`"`+s+`"`)) }
	switch {
	case has("device_id") && (has("sysObjectID") || has("sysName")) && has("hostname"):
		return 92
	case has("device_id") && has("entPhysicalIndex"):
		return 92
	}
	return 0
}

// maxInventory bounds the inventory rows kept between the passes.
const maxInventory = 1 << 20

// Read yields devices in their order, then devices known by inventory alone.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := &reader{in: in, cov: cov, yield: yield, parts: map[string]*snmp.Assembler{}}
	err := jsonlist.Each(ctx, in.Reader(), false, r.gather)
	if err == nil || len(r.parts) > 0 || r.devices > 0 {
		if derr := jsonlist.Each(ctx, in.Reader(), false, r.device); derr != nil && err == nil {
			err = derr
		}
		if r.stop != nil {
			return r.stop
		}
		if rerr := r.rest(); rerr != nil {
			return rerr
		}
	}
	if r.over > 0 {
		cov.Notes = append(cov.Notes, fmt.Sprintf("%d inventory rows over %d were not kept", r.over, maxInventory))
	}
	if err != nil {
		return fmt.Errorf("read LibreNMS JSON %q: %w", in.Name, err)
	}
	return nil
}

type reader struct {
	in      *source.Input
	cov     *asset.Coverage
	yield   source.Yield
	parts   map[string]*snmp.Assembler
	rows    int
	over    int
	devices int
	stop    error
}

// entColumns are the columns of entPhysicalTable by the names LibreNMS keeps them under.
var entColumns = map[string]string{
	"entPhysicalDescr": "2", "entPhysicalVendorType": "3", "entPhysicalContainedIn": "4", "entPhysicalClass": "5",
	"entPhysicalName": "7", "entPhysicalHardwareRev": "8", "entPhysicalFirmwareRev": "9", "entPhysicalSoftwareRev": "10",
	"entPhysicalSerialNum": "11", "entPhysicalMfgName": "12", "entPhysicalModelName": "13", "entPhysicalAssetID": "15",
}

// gather is the first pass: inventory rows go to the assembler of their device.
func (r *reader) gather(e *jsonlist.Element) error {
	if e.Index < 0 || e.Raw == nil {
		return nil
	}
	if !bytes.Contains(e.Raw, []byte(`"entPhysicalIndex"`)) {
		r.devices++
		return nil
	}
	o, err := jsonlist.Parse(e.Raw)
	if err != nil {
		r.cov.Fail(place(e), err.Error(), "export the inventory again")
		return nil
	}
	id, idx := o.Text("device_id"), o.Text("entPhysicalIndex")
	if _, err := strconv.ParseUint(idx, 10, 31); err != nil || id == "" {
		r.cov.Fail(place(e), "an inventory row lacks device_id or entPhysicalIndex", "")
		return nil
	}
	if r.rows++; r.rows > maxInventory {
		r.over++
		return nil
	}
	a := r.parts[id]
	if a == nil {
		a = snmp.NewAssembler(r.in.Name)
		a.From("librenms", "device "+id+" ")
		r.parts[id] = a
	}
	for name, col := range entColumns {
		if s := o.Text(name); s != "" {
			a.Add("1.3.6.1.2.1.47.1.1.1.1."+col+"."+idx, snmp.Value{Kind: snmp.Octets, Bytes: []byte(s)})
		}
	}
	return nil
}

func place(e *jsonlist.Element) string {
	return fmt.Sprintf("%s[%d] byte %d", e.Key, e.Index, e.Offset)
}

// deviceFields are the facts of a device row as they are.
var deviceFields = []struct {
	name string
	attr evidence.Attr
}{
	{"sysName", evidence.SysName}, {"sysDescr", evidence.SysDescr}, {"sysContact", evidence.SysContact},
	{"hardware", evidence.ModelText}, {"serial", evidence.Serial}, {"os", evidence.OSText}, {"version", evidence.FirmwareText},
	{"features", evidence.SoftwareText}, {"type", evidence.CategoryText}, {"purpose", evidence.Description}, {"ip", evidence.IP},
	{"display", evidence.Name}, {"lat", evidence.Latitude}, {"lng", evidence.Longitude},
}

// device is the second pass: each row of a list that is no inventory is a device.
func (r *reader) device(e *jsonlist.Element) error {
	if e.Index < 0 {
		return nil
	}
	if e.Raw == nil {
		r.cov.Fail(place(e), fmt.Sprintf("the element at byte %d is larger than %d bytes", e.Offset, jsonlist.MaxElement), "")
		return nil
	}
	if bytes.Contains(e.Raw, []byte(`"entPhysicalIndex"`)) {
		return nil
	}
	o, err := jsonlist.Parse(e.Raw)
	if err != nil || o.Text("device_id") == "" && o.Text("hostname") == "" {
		if err == nil {
			err = fmt.Errorf("the element has neither device_id nor hostname")
		}
		r.cov.Fail(place(e), err.Error(), "export the devices again")
		return nil
	}
	return r.send(r.deviceSighting(e, o))
}

func (r *reader) deviceSighting(e *jsonlist.Element, o jsonlist.Object) *asset.Sighting {
	at := place(e)
	id := o.Text("device_id")
	b := observe.Builder{Source: "librenms", Input: r.in.Name, At: when(o.Text("last_polled"))}
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: b.Place(at), Complete: true}
	if host := o.Text("hostname"); host != "" && !b.Add(&s.Observations, evidence.IP, host, at) {
		b.Add(&s.Observations, evidence.Hostname, host, at)
	}
	b.Add(&s.Observations, evidence.SysObjectID, strings.TrimPrefix(o.Text("sysObjectID"), "."), at)
	for _, f := range deviceFields {
		b.Add(&s.Observations, f.attr, o.Text(f.name), at)
	}
	location := o.Text("location")
	if location == "" {
		location = o.Text("location", "location")
	}
	b.Add(&s.Observations, evidence.Location, location, at)
	b.Add(&s.Observations, evidence.BrandText, icon(o.Text("icon")), at)
	if o.Text("disabled") == "1" || o.Text("disabled") == "true" {
		b.Add(&s.Observations, evidence.Status, "disabled", at)
	}
	if a := r.parts[id]; a != nil {
		delete(r.parts, id)
		if inv, notes := a.Sighting(); inv != nil {
			s.Observations = append(s.Observations, inv.Observations...)
			s.Components = inv.Components
			r.cov.Notes = append(r.cov.Notes, notes...)
		}
	}
	return s
}

// icon returns the name a vendor icon has: the system's own conclusion of the brand.
func icon(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	name, _, _ = strings.Cut(name, ".")
	switch name {
	case "generic", "linux", "unknown", "default":
		return ""
	}
	return name
}

// when reads "2026-11-20 10:15:00" (UTC by the API) as RFC 3339; "" for anything else.
func when(s string) string {
	for _, layout := range []string{time.DateTime, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Format(time.RFC3339)
		}
	}
	return ""
}

// rest yields the devices of which only inventory is there, in the order of their numbers.
func (r *reader) rest() error {
	ids := make([]string, 0, len(r.parts))
	for id := range r.parts {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		s, notes := r.parts[id].Sighting()
		if s == nil {
			continue
		}
		s.Seen = asset.Listed
		r.cov.Notes = append(r.cov.Notes, notes...)
		if err := r.send(s); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) send(s *asset.Sighting) error {
	r.cov.Read++
	if err := r.yield(s); err != nil {
		r.stop = err
		return err
	}
	return nil
}
