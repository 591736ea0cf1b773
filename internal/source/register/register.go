// Package register reads the registers people keep in other systems: assets of
// Snipe-IT and configuration items of ServiceNow as JSON of their APIs, and
// requisitions of OpenNMS (model-import), which say what is to be monitored.
//
// It is not for their CSV exports, which sheet reads, nor for NetBox and
// Nautobot (netbox). Persons a thing is assigned to are not read. Sources of
// truth: the Snipe-IT API (hardware), ServiceNow's Table API (cmdb_ci and its
// extensions), the OpenNMS schema model-import.
package register

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/form"
	"telltale/internal/source/jsonlist"
	"telltale/internal/source/observe"
)

// Source reads registers. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name returns "register".
func (Source) Name() string { return "register" }

var forms = []form.Form{
	{Marks: []string{"asset_tag", "model_number", "status_label"}, Add: snipeIT, Fields: []form.Field{
		{Name: "name", Attr: evidence.Name}, {Name: "asset_tag", Attr: evidence.AssetTag}, {Name: "serial", Attr: evidence.Serial}, {Name: "manufacturer", Attr: evidence.ManufacturerText},
		{Name: "model", Attr: evidence.ModelText}, {Name: "model_number", Attr: evidence.PartNumber}, {Name: "category", Attr: evidence.CategoryText}, {Name: "supplier", Attr: evidence.SupplierText},
		{Name: "order_number", Attr: evidence.Order}, {Name: "purchase_cost", Attr: evidence.Price}, {Name: "status_label", Attr: evidence.Status},
	}},
	{Marks: []string{"sys_id", "sys_class_name", "name"}, Add: serviceNow, Fields: []form.Field{
		{Name: "name", Attr: evidence.Name}, {Name: "host_name", Attr: evidence.Hostname}, {Name: "fqdn", Attr: evidence.Hostname}, {Name: "asset_tag", Attr: evidence.AssetTag}, {Name: "serial_number", Attr: evidence.Serial},
		{Name: "ip_address", Attr: evidence.IP}, {Name: "mac_address", Attr: evidence.IfMAC}, {Name: "short_description", Attr: evidence.Description},
		{Name: "firmware_version", Attr: evidence.FirmwareText}, {Name: "po_number", Attr: evidence.Order},
		{Name: "install_status", Attr: evidence.Status},
	}},
}

// Recognise looks for the names of one of the forms, or the root of a requisition.
func (Source) Recognise(head []byte, _ string) int {
	if form.Recognise(head, forms) {
		return 86
	}
	if observe.LooksXML(head) && bytes.Contains(head, []byte("<model-import")) {
		return 92
	}
	return 0
}

// Read yields one sighting per asset, configuration item or node.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	head := make([]byte, min(in.Size, 256))
	if n, _ := in.Data.ReadAt(head, 0); observe.LooksXML(head[:n]) {
		return s.requisition(ctx, in, cov, yield)
	}
	return form.Read(ctx, s.Name(), forms, in, cov, yield)
}

// snipeIT adds dates and the place: where it is, else where it belongs.
func snipeIT(o jsonlist.Object, b observe.Builder, at string, s *asset.Sighting) {
	b.Add(&s.Observations, evidence.Acquired, form.Time(o.Text("purchase_date", "date")), at)
	site := form.Text(o, "location")
	if site == "" {
		site = form.Text(o, "rtd_location")
	}
	b.Add(&s.Observations, evidence.Site, site, at)
}

// serviceNow adds the references, which are names only when the list was asked
// for display values; a bare sys_id names nothing outside its system.
func serviceNow(o jsonlist.Object, b observe.Builder, at string, s *asset.Sighting) {
	for _, f := range []form.Field{{Name: "manufacturer", Attr: evidence.ManufacturerText}, {Name: "model_id", Attr: evidence.ModelText}, {Name: "vendor", Attr: evidence.SupplierText}, {Name: "location", Attr: evidence.Site}} {
		if v := form.Text(o, f.Name); !sysID(v) {
			b.Add(&s.Observations, f.Attr, v, at)
		}
	}
	class := strings.TrimPrefix(form.Text(o, "sys_class_name"), "cmdb_ci_") // "cmdb_ci_ip_switch", a name of a table
	b.Add(&s.Observations, evidence.CategoryText, strings.ReplaceAll(class, "_", " "), at)
	for _, f := range []form.Field{{Name: "purchase_date", Attr: evidence.Acquired}, {Name: "install_date", Attr: evidence.Installed}} {
		b.Add(&s.Observations, f.Attr, form.Time(form.Text(o, f.Name)), at)
	}
}

func sysID(s string) bool {
	if len(s) != 32 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// assets are the fields of a requisition's asset record that say something of the thing.
var assets = map[string]evidence.Attr{
	"manufacturer": evidence.ManufacturerText, "vendor": evidence.SupplierText, "modelNumber": evidence.ModelText, "serialNumber": evidence.Serial, "assetNumber": evidence.AssetTag,
	"building": evidence.Site, "description": evidence.Description, "category": evidence.CategoryText, "dateInstalled": evidence.Installed, "latitude": evidence.Latitude, "longitude": evidence.Longitude,
}

// requisition reads <model-import><node node-label building><interface ip-addr/><asset name value/></node></model-import>.
func (s Source) requisition(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	b := observe.Builder{Source: s.Name(), Input: in.Name}
	var node *asset.Sighting
	at, n := "", 0
	var stop error
	flush := func() {
		if node != nil && len(node.Observations) > 0 && stop == nil {
			cov.Read++
			if stop = yield(node); stop == nil {
				stop = ctx.Err()
			}
		}
		node = nil
	}
	open := func(path []string, e xml.StartElement) {
		get := func(name string) string {
			for _, a := range e.Attr {
				if a.Name.Local == name {
					return a.Value
				}
			}
			return ""
		}
		switch e.Name.Local {
		case "model-import":
			b.At = form.Time(get("date-stamp"))
		case "node":
			flush()
			n++
			at = fmt.Sprintf("node %d", n)
			node = &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: b.Place(at), Complete: true}
			b.Add(&node.Observations, evidence.Name, get("node-label"), at)
			b.Add(&node.Observations, evidence.Site, get("building"), at)
		case "interface":
			if node != nil {
				b.Add(&node.Observations, evidence.IP, get("ip-addr"), at)
			}
		case "asset":
			if attr, ok := assets[get("name")]; ok && node != nil {
				b.Add(&node.Observations, attr, get("value"), at)
			}
		}
	}
	err := observe.WalkXML(in.Reader(), open, func(*observe.Leaf) error { return stop })
	flush()
	if stop != nil {
		return stop
	}
	if err != nil {
		return fmt.Errorf("read requisition %q: %w", in.Name, err)
	}
	return nil
}
