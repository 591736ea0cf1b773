// Package controller reads the device lists that network controllers give by
// their APIs as JSON: UniFi Network (stat/device) and the Meraki dashboard
// (organizations/:id/devices). A device is listed, not seen.
//
// It is not for their CSV exports: those are tables with headings, and sheet
// reads them. A controller does not say who made a thing; its model names and
// MACs do. Sources of truth: the public API references of both.
//
// Flow: one element of the list → observations by the table of its form, and
// links from the neighbours it lists.
package controller

import (
	"bytes"
	"context"
	"fmt"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/jsonlist"
	"telltale/internal/source/observe"
)

// Source reads controllers' device lists. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name returns "controller".
func (Source) Name() string { return "controller" }

// form is how one controller writes a device.
type form struct {
	marks  []string // names that only its devices have together
	fields []field
}

type field struct {
	name string
	attr evidence.Attr
}

var forms = []form{
	{[]string{"adopted", "model", "mac", "version"}, []field{
		{"mac", evidence.BaseMAC}, {"name", evidence.Name}, {"ip", evidence.IP}, {"serial", evidence.Serial},
		{"model", evidence.ModelText}, {"model_name", evidence.Description}, {"version", evidence.FirmwareText},
	}},
	{[]string{"networkId", "serial", "mac", "model"}, []field{
		{"mac", evidence.BaseMAC}, {"name", evidence.Name}, {"lanIp", evidence.IP}, {"wan1Ip", evidence.IP}, {"serial", evidence.Serial},
		{"model", evidence.ModelText}, {"productType", evidence.CategoryText}, {"firmware", evidence.FirmwareText},
		{"lat", evidence.Latitude}, {"lng", evidence.Longitude}, {"address", evidence.Location},
	}},
}

// Recognise looks for the names of one of the forms.
func (Source) Recognise(head []byte, _ string) int {
	text := bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return 0
	}
	for _, f := range forms {
		all := true
		for _, m := range f.marks {
			all = all && bytes.Contains(head, []byte(`"`+m+`"`))
		}
		if all {
			return 85
		}
	}
	return 0
}

// Read yields one sighting per device.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	var stop error
	others := 0
	err := jsonlist.Each(ctx, in.Reader(), false, func(e *jsonlist.Element) error {
		if e.Index < 0 {
			return nil
		}
		at := fmt.Sprintf("%s[%d] byte %d", e.Key, e.Index, e.Offset)
		if e.Raw == nil {
			cov.Fail(at, fmt.Sprintf("the element is larger than %d bytes", jsonlist.MaxElement), "")
			return nil
		}
		o, err := jsonlist.Parse(e.Raw)
		if err != nil {
			cov.Fail(at, err.Error(), "export the list again")
			return nil
		}
		s := sighting(o, observe.Builder{Source: "controller", Input: in.Name}, at)
		if s == nil {
			others++
			return nil
		}
		cov.Read++
		stop = yield(s)
		return stop
	})
	if stop != nil {
		return stop
	}
	if others > 0 {
		cov.Notes = append(cov.Notes, fmt.Sprintf("%d elements that are no devices were not read", others))
	}
	if err != nil {
		return fmt.Errorf("read controller list %q: %w", in.Name, err)
	}
	return nil
}

func sighting(o jsonlist.Object, b observe.Builder, at string) *asset.Sighting {
	for i := range forms {
		f := &forms[i]
		if !has(o, f.marks) {
			continue
		}
		s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: b.Place(at), Complete: true}
		for _, x := range f.fields {
			b.Add(&s.Observations, x.attr, o.Text(x.name), at)
		}
		s.Links = neighbours(o, b, at)
		if len(s.Observations) == 0 {
			return nil
		}
		return s
	}
	return nil
}

func has(o jsonlist.Object, names []string) bool {
	for _, n := range names {
		if _, ok := o[n]; !ok {
			return false
		}
	}
	return true
}

// maxNeighbours bounds the neighbours of one device.
const maxNeighbours = 1024

// neighbours reads UniFi's lldp_table.
func neighbours(o jsonlist.Object, b observe.Builder, at string) []asset.Link {
	var out []asset.Link
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
			out = append(out, l)
		}
	}
	return out
}
