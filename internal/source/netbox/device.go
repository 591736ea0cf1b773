package netbox

import (
	"sort"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/jsonlist"
)

// device is the second pass: devices, with the parts held for them.
func (r *reader) device(e *jsonlist.Element) error {
	if e.Index < 0 || e.Raw == nil {
		return nil
	}
	o, err := jsonlist.Parse(e.Raw)
	if err != nil || kind(o) != "device" {
		return nil // said in the first pass
	}
	return r.send(r.deviceSighting(o, place(e)))
}

func (r *reader) deviceSighting(o jsonlist.Object, at string) *asset.Sighting {
	b := r.b
	if t, err := time.Parse(time.RFC3339Nano, o.Text("last_updated")); err == nil {
		b.At = t.UTC().Format(time.RFC3339)
	}
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: b.Place(at), Complete: true}
	add := func(attr evidence.Attr, text string) { b.Add(&s.Observations, attr, text, at) }
	names(b, s, o.Text("name"), at)
	t := o.Object("device_type")
	maker := name(t["manufacturer"])
	if maker == "" {
		maker = name(o["manufacturer"])
	}
	model := t.Text("model")
	if model == "" {
		model = name(o["device_type"])
	}
	add(evidence.ManufacturerText, maker)
	add(evidence.ModelText, model)
	add(evidence.PartNumber, t.Text("part_number"))
	add(evidence.Serial, o.Text("serial"))
	add(evidence.AssetTag, o.Text("asset_tag"))
	role := name(o["role"])
	if role == "" {
		role = name(o["device_role"])
	}
	add(evidence.CategoryText, role)
	add(evidence.OSText, name(o["platform"]))
	add(evidence.Site, name(o["site"]))
	add(evidence.Location, name(o["location"]))
	add(evidence.Latitude, o.Text("latitude"))
	add(evidence.Longitude, o.Text("longitude"))
	add(evidence.Status, status(o["status"]))
	add(evidence.Description, o.Text("description"))
	add(evidence.Description, o.Text("comments"))
	for _, k := range []string{"primary_ip4", "primary_ip6", "primary_ip", "oob_ip"} {
		a := o.Text(k, "address")
		if a == "" {
			a = o.Text(k)
		}
		a, _, _ = strings.Cut(a, "/")
		add(evidence.IP, a)
	}
	custom(o.Object("custom_fields"), add)
	r.adopt(s, o)
	return s
}

// status prefers the machine's word ("active") to the label.
func status(v any) string {
	if m, ok := v.(map[string]any); ok {
		if s := jsonlist.Text(m["value"]); s != "" {
			return s
		}
	}
	return strings.ToLower(name(v))
}

// adopt gives a device the parts held under its number or name.
func (r *reader) adopt(s *asset.Sighting, o jsonlist.Object) {
	for _, key := range []string{"#" + o.Text("id"), o.Text("name")} {
		h := r.held[key]
		if h == nil {
			continue
		}
		delete(r.held, key)
		s.Components = append(s.Components, h.parts...)
		s.Observations = append(s.Observations, h.obs...)
	}
}

// customFields say what operators' own fields mean, by words in their names.
// The first that fits counts.
var customFields = []struct {
	words []string // all must be in the name
	attr  evidence.Attr
}{
	{[]string{"fund"}, evidence.FundedBy},
	{[]string{"fcc", "id"}, evidence.FCCID},
	{[]string{"install"}, evidence.Installed},
	{[]string{"purchase", "date"}, evidence.Acquired},
	{[]string{"acqui"}, evidence.Acquired},
	{[]string{"date", "obtained"}, evidence.Acquired},
	{[]string{"decommission"}, evidence.Removed},
	{[]string{"removed"}, evidence.Removed},
	{[]string{"purchase", "order"}, evidence.Order},
	{[]string{" po "}, evidence.Order},
	{[]string{"invoice"}, evidence.Order},
	{[]string{"price"}, evidence.Price},
	{[]string{"cost"}, evidence.Price},
	{[]string{"supplier"}, evidence.SupplierText},
	{[]string{"reseller"}, evidence.SupplierText},
	{[]string{"firmware"}, evidence.FirmwareText},
	{[]string{"software", "version"}, evidence.FirmwareText},
	{[]string{"purpose"}, evidence.Purpose},
	{[]string{"base", "mac"}, evidence.BaseMAC},
	{[]string{"mac", "address"}, evidence.BaseMAC},
	{[]string{"imei"}, evidence.IMEI},
}

func custom(fields jsonlist.Object, add func(evidence.Attr, string)) {
	keys := make([]string, 0, len(fields))
	for k := range fields {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		text := name(fields[k])
		if text == "" {
			continue
		}
		for _, c := range customFields {
			if !containsAll(words(k), c.words) {
				continue
			}
			switch c.attr {
			case evidence.Installed, evidence.Acquired, evidence.Removed:
				text = day(text)
			case evidence.FundedBy, evidence.Purpose:
				text = strings.ToLower(text)
			}
			add(c.attr, text)
			break
		}
	}
}

// words makes "PO_Number" " po number ".
func words(s string) string {
	return " " + strings.NewReplacer("_", " ", "-", " ", ".", " ").Replace(strings.ToLower(s)) + " "
}

func containsAll(s string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

// day returns YYYY-MM-DD of a date or time as the API writes them, "" for other texts.
func day(s string) string {
	if len(s) >= 10 {
		if t, err := time.Parse(time.DateOnly, s[:10]); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}
