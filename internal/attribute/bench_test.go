package attribute_test

import (
	"fmt"
	"testing"

	"telltale/data"
	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
)

// BenchmarkRegisterRow attributes rows of a register: few makers and models, every serial its own.
func BenchmarkRegisterRow(b *testing.B) {
	e, err := data.Attributor()
	if err != nil {
		b.Fatal(err)
	}
	kinds := [][2]string{{"Cisco", "C9300-48P"}, {"Huawei", "MA5800-X7"}, {"Nokia", "7750 SR-1"}, {"ZTE", "ZXHN F670L"}, {"Axis", "AXIS P3245-LV"}, {"Acme", "RX-100"}}
	const rows = 4096
	things := make([]*attribute.Thing, rows)
	for i := range things {
		k := kinds[i%len(kinds)]
		place := evidence.Place{Input: "register.csv", At: fmt.Sprintf("row %d", i)}
		s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: place, Observations: []evidence.Observation{
			{Source: "sheet", Attr: evidence.ManufacturerText, Value: k[0], Place: place},
			{Source: "sheet", Attr: evidence.ModelText, Value: k[1], Place: place},
			{Source: "sheet", Attr: evidence.Serial, Value: fmt.Sprintf("SN%08X", i*2654435761), Place: place},
			{Source: "sheet", Attr: evidence.Description, Value: k[0] + " " + k[1] + " chassis", Place: place},
			{Source: "sheet", Attr: evidence.Site, Value: "hub 7", Place: place},
			{Source: "sheet", Attr: evidence.BaseMAC, Value: fmt.Sprintf("00:18:82:%02x:%02x:%02x", i>>16&255, i>>8&255, i&255), Place: place},
		}}
		things[i] = &attribute.Thing{ID: fmt.Sprint(i), Sightings: []*asset.Sighting{s}}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		e.Attribute(things[i%rows])
		i++
	}
}
