// Package bom turns a bill of materials, whatever its format, into sightings:
// an Item is a thing with its parts, as CycloneDX and SPDX describe it.
//
// It reads no format itself; cyclonedx and spdx do.
package bom

import (
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/observe"
	"telltale/internal/source/sheet"
)

// MaxDepth is how deep parts may stand in parts; MaxSize bounds a document in bytes.
const (
	MaxDepth = 32
	MaxSize  = 256 << 20
)

// Item is one entry of a bill of materials.
type Item struct {
	// Type is the format's word for what it is: device, firmware, library, application ...
	Type string
	// At is its place in the document.
	At            string
	Name, Version string
	Group         string
	// Manufacturer made it (SPDX: originator), Supplier gave it, Publisher published it.
	Manufacturer, Supplier, Publisher string
	Description                       string
	CPE, PURL                         []string
	// Labels are further labelled values: properties of CycloneDX.
	Labels []Label
	Parts  []*Item
}

// Label is a labelled value of an item.
type Label struct{ Name, Value string }

// Hardware reports whether the item is a thing one can touch.
func (it *Item) Hardware() bool {
	switch strings.ToLower(it.Type) {
	case "device", "hardware":
		return true
	}
	return false
}

// Whole reports whether the items under it are its parts, and not a list of things of their own.
func (it *Item) Whole() bool { return it.Hardware() || !anyHardware(it.Parts) }

func anyHardware(items []*Item) bool {
	for _, p := range items {
		if p.Hardware() {
			return true
		}
	}
	return false
}

// Sighting makes an item with its parts a sighting.
func (it *Item) Sighting(b observe.Builder) *asset.Sighting {
	s := &asset.Sighting{Kind: asset.Software, Seen: asset.Listed, Place: b.Place(it.At), Complete: true}
	switch {
	case it.Hardware():
		s.Kind = asset.Device
	case it.Type == "service":
		s.Kind = asset.Service
	}
	s.Observations = it.observations(b)
	s.Components = parts(b, it.Parts, 1)
	return s
}

func parts(b observe.Builder, items []*Item, depth int) []asset.Part {
	if depth > MaxDepth || len(items) == 0 {
		return nil
	}
	out := make([]asset.Part, 0, len(items))
	for _, it := range items {
		out = append(out, asset.Part{Kind: it.partKind(), Place: b.Place(it.At), Observations: it.observations(b), Components: parts(b, it.Parts, depth+1)})
	}
	return out
}

// observations are the facts an item states. The word for the maker differs:
// the publisher of software is who made it, the supplier need not be.
func (it *Item) observations(b observe.Builder) []evidence.Observation {
	var obs []evidence.Observation
	add := func(a evidence.Attr, v string) { b.Add(&obs, a, v, it.At) }
	full := strings.TrimSpace(it.Name + " " + it.Version)
	switch {
	case it.Hardware():
		add(evidence.ModelText, it.Name)
		add(evidence.HardwareRev, it.Version)
		add(evidence.BrandText, it.Publisher)
	case it.Type == "firmware":
		add(evidence.FirmwareText, full)
		add(evidence.ManufacturerText, it.Publisher)
	case it.Type == "operating-system":
		add(evidence.OSText, full)
		add(evidence.ManufacturerText, it.Publisher)
	case it.Type == "service":
		add(evidence.Name, full)
		add(evidence.OperatorText, it.Supplier)
	default:
		add(evidence.SoftwareText, full)
		add(evidence.ManufacturerText, it.Publisher)
	}
	add(evidence.ManufacturerText, it.Manufacturer)
	if it.Type != "service" {
		add(evidence.SupplierText, it.Supplier)
	}
	add(evidence.Description, it.Description)
	for _, v := range it.CPE {
		add(evidence.CPE, v)
	}
	for _, v := range it.PURL {
		add(evidence.PURL, v)
	}
	for _, l := range it.Labels {
		it.label(&obs, b, l)
	}
	return obs
}

// label reads a property such as cdx:device:serialNumber by its last word.
func (it *Item) label(obs *[]evidence.Observation, b observe.Builder, l Label) {
	name := l.Name[strings.LastIndexByte(l.Name, ':')+1:]
	a, ok := sheet.Meaning(name)
	if !ok {
		return
	}
	v, ok := sheet.Value(a, l.Value)
	if ok {
		b.Add(obs, a, v, it.At)
	}
}

// kindWords say what a part is when they stand in its name or description.
var kindWords = []struct {
	kind  asset.ComponentKind
	words []string
}{
	{"cellular_module", []string{"cellular", "lte", "5g", "4g", "modem", "wwan", "nb iot"}},
	{"optic", []string{"sfp", "qsfp", "xfp", "transceiver", "optic", "optical module"}},
	{"bmc", []string{"bmc", "baseboard management"}},
	{"soc", []string{"soc", "system on chip", "processor", "cpu", "chipset", "microcontroller", "mcu"}},
	{"modular_transmitter", []string{"wifi module", "wi fi module", "radio module", "wireless module", "bluetooth module", "transmitter"}},
	{"psu", []string{"power supply", "psu", "power module"}},
	{"storage", []string{"ssd", "emmc", "flash", "disk", "storage", "nvme"}},
	{"fan", []string{"fan", "fan tray"}},
	{"board", []string{"board", "line card", "daughter card", "pcb", "mainboard"}},
}

func (it *Item) partKind() asset.ComponentKind {
	if !it.Hardware() {
		switch it.Type {
		case "firmware", "operating-system", "service", "data", "file":
			return "other"
		}
		return "library"
	}
	text := " " + strings.Join(strings.FieldsFunc(strings.ToLower(it.Name+" "+it.Description), func(r rune) bool {
		return r == '-' || r == '_' || r == ' ' || r == ',' || r == '/' || r == '(' || r == ')'
	}), " ") + " "
	for _, k := range kindWords {
		for _, w := range k.words {
			if strings.Contains(text, " "+w+" ") {
				return k.kind
			}
		}
	}
	return "other"
}
