// Package monitor reads what network monitoring systems list of the devices
// they poll, as JSON of their APIs: Netdisco (devices, and nodes: which MAC was
// seen behind which port) and OpenNMS (nodes). A device is listed, not seen: another
// system's poll stands behind it, at the time it says.
//
// It is not for CSV exports, which sheet reads, nor for LibreNMS, which keeps
// inventories (librenms), nor for OpenNMS requisitions, which somebody writes
// (register). Communities and passwords in a list are not read. Sources of
// truth: Netdisco's tables device and node, the OpenNMS REST API (nodes).
package monitor

import (
	"context"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/form"
	"telltale/internal/source/jsonlist"
	"telltale/internal/source/observe"
)

// Source reads lists of monitoring systems. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name returns "monitor".
func (Source) Name() string { return "monitor" }

var forms = []form.Form{
	{Marks: []string{"ip", "os_ver", "layers", "last_discover"}, At: "last_discover", Add: netdisco, Fields: []form.Field{
		{Name: "name", Attr: evidence.SysName}, {Name: "dns", Attr: evidence.Hostname}, {Name: "ip", Attr: evidence.IP}, {Name: "mac", Attr: evidence.BaseMAC}, {Name: "serial", Attr: evidence.Serial},
		{Name: "chassis_id", Attr: evidence.Serial}, {Name: "vendor", Attr: evidence.ManufacturerText}, {Name: "model", Attr: evidence.ModelText}, {Name: "description", Attr: evidence.SysDescr},
		{Name: "location", Attr: evidence.SysLocation},
	}},
	{Marks: []string{"mac", "switch", "port", "time_last"}, At: "time_last", Add: node, Fields: []form.Field{{Name: "switch", Attr: evidence.IP}}},
	{Marks: []string{"label", "sysObjectId", "foreignSource"}, Add: openNMS, Fields: []form.Field{
		{Name: "label", Attr: evidence.Name}, {Name: "sysName", Attr: evidence.SysName}, {Name: "sysDescription", Attr: evidence.SysDescr}, {Name: "sysLocation", Attr: evidence.SysLocation},
		{Name: "operatingSystem", Attr: evidence.OSText},
		{Name: "assetRecord.manufacturer", Attr: evidence.ManufacturerText}, {Name: "assetRecord.vendor", Attr: evidence.SupplierText}, {Name: "assetRecord.modelNumber", Attr: evidence.ModelText},
		{Name: "assetRecord.serialNumber", Attr: evidence.Serial}, {Name: "assetRecord.assetNumber", Attr: evidence.AssetTag}, {Name: "assetRecord.building", Attr: evidence.Site},
		{Name: "assetRecord.description", Attr: evidence.Description},
	}},
}

// Recognise looks for the names of one of the forms.
func (Source) Recognise(head []byte, _ string) int {
	if form.Recognise(head, forms) {
		return 86
	}
	return 0
}

// Read yields one sighting per device, and for a node the switch that saw it with the node behind its port.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	return form.Read(ctx, s.Name(), forms, in, cov, yield)
}

func netdisco(o jsonlist.Object, b observe.Builder, at string, s *asset.Sighting) {
	b.Add(&s.Observations, evidence.SoftwareText, strings.TrimSpace(o.Text("os")+" "+o.Text("os_ver")), at)
}

// node turns "this MAC was behind that port" around: the switch told of it by its forwarding table.
func node(o jsonlist.Object, b observe.Builder, at string, s *asset.Sighting) {
	l := asset.Link{Via: "fdb", LocalPort: o.Text("port"), Remote: asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: b.Place(at)}}
	b.Add(&l.Remote.Observations, evidence.IfMAC, o.Text("mac"), at)
	b.Add(&l.Remote.Observations, evidence.IP, o.Text("ip"), at)
	b.Add(&l.Remote.Observations, evidence.Hostname, o.Text("dns"), at)
	s.Seen, s.Complete = asset.Neighbour, false // the row tells of the switch; it does not list it
	if len(l.Remote.Observations) > 0 {
		s.Links = append(s.Links, l)
	}
}

func openNMS(o jsonlist.Object, b observe.Builder, at string, s *asset.Sighting) {
	b.Add(&s.Observations, evidence.SysObjectID, strings.TrimPrefix(o.Text("sysObjectId"), "."), at)
	for _, v := range o.List("ipInterface") {
		if m, ok := v.(map[string]any); ok {
			b.Add(&s.Observations, evidence.IP, jsonlist.Object(m).Text("ipAddress"), at)
		}
	}
}
