// Package controller reads the device lists that network controllers give by
// their APIs as JSON: UniFi Network (stat/device and the integration API),
// the Meraki dashboard (organizations/:id/devices and their statuses), Ruckus
// SmartZone (aps, query/ap) and Ruckus One (venues/aps). A device is listed, not seen.
//
// It is not for their CSV exports: those are tables with headings, and sheet
// reads them. A controller does not say who made a thing; its model names and
// MACs do. Sources of truth: the public API references of these products.
package controller

import (
	"context"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/form"
	"telltale/internal/source/jsonlist"
	"telltale/internal/source/observe"
)

// Source reads controllers' device lists. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name returns "controller".
func (Source) Name() string { return "controller" }

var forms = []form.Form{
	{Marks: []string{"adopted", "model", "mac", "version"}, Add: neighbours, Fields: []form.Field{
		{Name: "mac", Attr: evidence.BaseMAC}, {Name: "name", Attr: evidence.Name}, {Name: "ip", Attr: evidence.IP}, {Name: "serial", Attr: evidence.Serial},
		{Name: "model", Attr: evidence.ModelText}, {Name: "model_name", Attr: evidence.Description}, {Name: "version", Attr: evidence.FirmwareText},
	}},
	{Marks: []string{"macAddress", "ipAddress", "model", "features"}, Fields: []form.Field{
		{Name: "macAddress", Attr: evidence.BaseMAC}, {Name: "name", Attr: evidence.Name}, {Name: "ipAddress", Attr: evidence.IP}, {Name: "model", Attr: evidence.ModelText},
		{Name: "firmwareVersion", Attr: evidence.FirmwareText},
	}},
	{Marks: []string{"networkId", "serial", "mac"}, Fields: []form.Field{
		{Name: "mac", Attr: evidence.BaseMAC}, {Name: "name", Attr: evidence.Name}, {Name: "lanIp", Attr: evidence.IP}, {Name: "wan1Ip", Attr: evidence.IP}, {Name: "serial", Attr: evidence.Serial},
		{Name: "model", Attr: evidence.ModelText}, {Name: "productType", Attr: evidence.CategoryText}, {Name: "firmware", Attr: evidence.FirmwareText},
		{Name: "lat", Attr: evidence.Latitude}, {Name: "lng", Attr: evidence.Longitude}, {Name: "address", Attr: evidence.Location},
	}},
	{Marks: []string{"apMac", "zoneName"}, Fields: []form.Field{
		{Name: "apMac", Attr: evidence.BaseMAC}, {Name: "deviceName", Attr: evidence.Name}, {Name: "ip", Attr: evidence.IP}, {Name: "ipv6Address", Attr: evidence.IP}, {Name: "serial", Attr: evidence.Serial},
		{Name: "model", Attr: evidence.ModelText}, {Name: "firmwareVersion", Attr: evidence.FirmwareText}, {Name: "description", Attr: evidence.Description}, {Name: "location", Attr: evidence.Location},
	}, Add: accessPoint},
	{Marks: []string{"mac", "zoneId", "apGroupId", "serial"}, Fields: []form.Field{
		{Name: "mac", Attr: evidence.BaseMAC}, {Name: "name", Attr: evidence.Name}, {Name: "serial", Attr: evidence.Serial}, {Name: "model", Attr: evidence.ModelText},
	}, Add: accessPoint},
	{Marks: []string{"serialNumber", "venueId", "apGroupId"}, Fields: []form.Field{
		{Name: "macAddress", Attr: evidence.BaseMAC}, {Name: "mac", Attr: evidence.BaseMAC}, {Name: "name", Attr: evidence.Name}, {Name: "networkStatus.ipAddress", Attr: evidence.IP}, {Name: "serialNumber", Attr: evidence.Serial},
		{Name: "model", Attr: evidence.ModelText}, {Name: "firmwareVersion", Attr: evidence.FirmwareText}, {Name: "description", Attr: evidence.Description},
	}, Add: accessPoint},
}

// Recognise looks for the names of one of the forms.
func (Source) Recognise(head []byte, _ string) int {
	if form.Recognise(head, forms) {
		return 85
	}
	return 0
}

// Read yields one sighting per device.
func (s Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	return form.Read(ctx, s.Name(), forms, in, cov, yield)
}

// accessPoint says what the lists of wireless controllers hold.
func accessPoint(_ jsonlist.Object, b observe.Builder, at string, s *asset.Sighting) {
	b.Add(&s.Observations, evidence.CategoryText, "access point", at)
}

// maxNeighbours bounds the neighbours of one device.
const maxNeighbours = 1024

// neighbours reads UniFi's lldp_table.
func neighbours(o jsonlist.Object, b observe.Builder, at string, s *asset.Sighting) {
	for i, v := range o.List("lldp_table") {
		m, ok := v.(map[string]any)
		if !ok || i == maxNeighbours {
			continue
		}
		n := jsonlist.Object(m)
		l := asset.Link{Via: "lldp", LocalPort: n.Text("local_port_name"), RemotePort: n.Text("port_id"),
			Remote: asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: b.Place(at)}}
		if l.LocalPort == "" {
			l.LocalPort = n.Text("local_port_idx")
		}
		id := n.Text("chassis_id")
		if mac, ok := observe.MAC(id); ok {
			b.Add(&l.Remote.Observations, evidence.BaseMAC, mac, at)
			b.Add(&l.Remote.Observations, evidence.ChassisID, "mac:"+mac, at)
		} else if id != "" {
			b.Add(&l.Remote.Observations, evidence.ChassisID, "local:"+id, at)
		}
		b.Add(&l.Remote.Observations, evidence.LLDPSysName, n.Text("system_name"), at)
		if len(l.Remote.Observations) > 0 {
			s.Links = append(s.Links, l)
		}
	}
}
