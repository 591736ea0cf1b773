// Package netbox reads what NetBox and Nautobot export: devices, modules,
// inventory items, interfaces and cables as their REST API lists them in JSON,
// and the CSV exports of modules and inventory items.
//
// It is not for the CSV exports of devices and cables: those are tables with
// headings of their own kind, and sheet reads them. Source of truth: the NetBox 3.x and 4.x and
// Nautobot 2.x API schemas (dcim/devices, dcim/modules, dcim/inventory-items,
// dcim/interfaces, dcim/cables).
//
// Flow: a first pass gathers the parts by device, a second yields devices with
// their parts; parts of devices the document does not list become sightings
// that carry the device's name.
package netbox

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/jsonlist"
	"telltale/internal/source/observe"
	"telltale/internal/source/snmp"
)

// Source reads NetBox and Nautobot exports. It holds no state.
type Source struct{}

var _ source.Source = Source{}

// Name returns "netbox".
func (Source) Name() string { return "netbox" }

// Recognise looks for the field names of the API, or for the headings of a CSV export.
func (Source) Recognise(head []byte, _ string) int {
	text := bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	if len(text) == 0 {
		return 0
	}
	if text[0] != '{' && text[0] != '[' {
		line, _, _ := bytes.Cut(text, []byte("\n"))
		if partHeadings(splitHeadings(string(line))) {
			return 90
		}
		return 0
	}
	has := func(s string) bool { return bytes.Contains(head, []byte(`"`+s+`"`)) }
	switch {
	case has("device_type") && (has("serial") || has("asset_tag")):
		return 92
	case has("a_terminations") && has("b_terminations"), has("termination_a") && has("termination_b"):
		return 92
	case has("module_type") && has("module_bay"), has("part_id") && has("device"), has("mac_address") && has("device") && has("enabled"):
		return 90
	}
	return 0
}

// maxParts bounds the parts kept between the passes.
const maxParts = 1 << 19

// Read yields devices in their order, then devices known by their parts alone.
func (Source) Read(ctx context.Context, in *source.Input, cov *asset.Coverage, yield source.Yield) error {
	r := &reader{in: in, cov: cov, yield: yield, b: observe.Builder{Source: "netbox", Input: in.Name}, held: map[string]*held{}, skipped: map[string]int{}}
	err := r.read(ctx)
	if r.stop != nil {
		return r.stop
	}
	for _, what := range []string{"elements of other kinds", "cables that do not join two devices", "parts over the limit"} {
		if n := r.skipped[what]; n > 0 {
			cov.Notes = append(cov.Notes, fmt.Sprintf("%d %s were not read", n, what))
		}
	}
	if err != nil {
		return fmt.Errorf("read NetBox export %q: %w", in.Name, err)
	}
	return nil
}

type reader struct {
	in      *source.Input
	cov     *asset.Coverage
	yield   source.Yield
	b       observe.Builder
	held    map[string]*held
	order   []string // devices that have parts, as they came
	count   int
	skipped map[string]int
	stop    error
}

// held is what one device's parts say until the device comes.
type held struct {
	name  string
	place string // of the first part
	parts []asset.Part
	obs   []evidence.Observation // MACs of its interfaces
}

func (r *reader) read(ctx context.Context) error {
	head := make([]byte, min(r.in.Size, 4096))
	if n, _ := r.in.Data.ReadAt(head, 0); n > 0 {
		if c := bytes.TrimLeft(head[:n], "\xef\xbb\xbf \t\r\n"); len(c) > 0 && c[0] != '{' && c[0] != '[' {
			if err := r.readCSV(ctx); err != nil {
				return err
			}
			return r.rest()
		}
	}
	err := jsonlist.Each(ctx, r.in.Reader(), false, r.gather)
	if derr := jsonlist.Each(ctx, r.in.Reader(), false, r.device); derr != nil && err == nil {
		err = derr
	}
	if r.stop != nil {
		return r.stop
	}
	if rerr := r.rest(); rerr != nil {
		return rerr
	}
	return err
}

func place(e *jsonlist.Element) string {
	return fmt.Sprintf("%s[%d] byte %d", e.Key, e.Index, e.Offset) // pages begin their indexes anew
}

// kind tells what an element is by the fields its schema has.
func kind(o jsonlist.Object) string {
	has := func(k string) bool { _, ok := o[k]; return ok }
	switch {
	case has("device_type") && !has("device"):
		return "device"
	case has("a_terminations") || has("termination_a"):
		return "cable"
	case has("module_type") && (has("device") || has("module_bay")):
		return "module"
	case has("device") && (has("part_id") || has("discovered")):
		return "item"
	case has("device") && has("mac_address"):
		return "interface"
	}
	return ""
}

// gather is the first pass.
func (r *reader) gather(e *jsonlist.Element) error {
	if e.Index < 0 {
		return nil
	}
	if e.Raw == nil {
		r.cov.Fail(place(e), fmt.Sprintf("the element at byte %d is larger than %d bytes", e.Offset, jsonlist.MaxElement), "")
		return nil
	}
	o, err := jsonlist.Parse(e.Raw)
	if err != nil {
		r.cov.Fail(place(e), err.Error(), "export the list again")
		return nil
	}
	at := place(e)
	switch kind(o) {
	case "module":
		r.hold(deviceKey(o), name(o["device"]), at, r.module(o, at), "")
	case "item":
		r.hold(deviceKey(o), name(o["device"]), at, r.item(o, at), "")
	case "interface":
		r.hold(deviceKey(o), name(o["device"]), at, nil, o.Text("mac_address"))
	case "cable":
		return r.cable(o, at)
	case "":
		r.skipped["elements of other kinds"]++
	}
	return nil
}

// deviceKey names the device a part belongs to: by its number in the system, else by its name.
func deviceKey(o jsonlist.Object) string {
	if id := o.Text("device", "id"); id != "" {
		return "#" + id
	}
	return name(o["device"])
}

// name returns what a nested object calls itself: NetBox gives name, model or
// display, Nautobot at depth 0 only a URL, and CSV-like exports the text itself.
func name(v any) string {
	if s := jsonlist.Text(v); s != "" {
		return s
	}
	m, _ := v.(map[string]any)
	o := jsonlist.Object(m)
	for _, k := range []string{"name", "model", "label", "display", "display_name", "value"} {
		if s := o.Text(k); s != "" {
			return s
		}
	}
	return ""
}

func (r *reader) hold(key, device, at string, p *asset.Part, mac string) {
	if key == "" {
		r.cov.Fail(at, "the part names no device", "export it with the column device")
		return
	}
	if r.count++; r.count > maxParts {
		r.skipped["parts over the limit"]++
		return
	}
	h := r.held[key]
	if h == nil {
		h = &held{name: device, place: at}
		r.held[key] = h
		r.order = append(r.order, key)
	}
	if p != nil {
		h.parts = append(h.parts, *p)
	}
	if len(h.obs) < 1024 {
		r.b.Add(&h.obs, evidence.IfMAC, mac, at)
	}
}

// module makes a part of a module.
func (r *reader) module(o jsonlist.Object, at string) *asset.Part {
	t := o.Object("module_type")
	p := r.part(at, partText{
		maker: name(t["manufacturer"]), model: name(o["module_type"]), number: t.Text("part_number"),
		serial: o.Text("serial"), tag: o.Text("asset_tag"), name: name(o["module_bay"]), about: o.Text("description"),
	})
	return p
}

// item makes a part of an inventory item.
func (r *reader) item(o jsonlist.Object, at string) *asset.Part {
	return r.part(at, partText{
		maker: name(o["manufacturer"]), number: o.Text("part_id"), serial: o.Text("serial"), tag: o.Text("asset_tag"),
		name: o.Text("name"), about: o.Text("description"), role: name(o["role"]),
	})
}

// partText is what either kind of part says of itself.
type partText struct{ maker, model, number, serial, tag, name, about, role string }

func (r *reader) part(at string, t partText) *asset.Part {
	words := []string{t.role, t.model, t.number, t.about}
	if t.model == "" { // the name of a module is that of its slot
		words = append(words, t.name)
	}
	p := &asset.Part{Kind: snmp.KindOf(words...), Place: r.b.Place(at)}
	for _, f := range []struct {
		attr evidence.Attr
		text string
	}{
		{evidence.Name, t.name}, {evidence.ManufacturerText, t.maker}, {evidence.ModelText, t.model}, {evidence.PartNumber, t.number},
		{evidence.Serial, t.serial}, {evidence.AssetTag, t.tag}, {evidence.Description, t.about},
	} {
		r.b.Add(&p.Observations, f.attr, f.text, at)
	}
	return p
}

// rest yields the devices of which only parts are there, as they came.
func (r *reader) rest() error {
	for _, key := range r.order {
		h := r.held[key]
		if h == nil {
			continue
		}
		delete(r.held, key)
		s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: r.b.Place(h.place)}
		names(r.b, s, h.name, h.place)
		s.Observations = append(s.Observations, h.obs...)
		s.Components = h.parts
		if err := r.send(s); err != nil {
			return err
		}
	}
	return nil
}

// names gives a device its name, which is its host name too when it can be one.
func names(b observe.Builder, s *asset.Sighting, n, at string) {
	b.Add(&s.Observations, evidence.Name, n, at)
	if n != "" && !strings.ContainsAny(n, " \t,;/()") {
		b.Add(&s.Observations, evidence.Hostname, n, at)
	}
}

func (r *reader) send(s *asset.Sighting) error {
	r.cov.Read++
	if err := r.yield(s); err != nil {
		r.stop = err
		return err
	}
	return nil
}
