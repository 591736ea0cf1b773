package data

import (
	"testing"

	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

func TestFingerprintsLoad(t *testing.T) {
	f, err := Attribution()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := OrgIndex()
	if err != nil {
		t.Fatal(err)
	}
	known := func(where string, id org.ID) {
		if id != "" && !ix.Known(id) {
			t.Errorf("%s: %q is no organisation: define it in data/organisation or data/maker.yaml", where, id)
		}
	}
	cats := map[string]bool{}
	for _, c := range f.Categories {
		cats[string(c.ID)] = true
	}
	for _, fp := range f.Fingerprints {
		for _, a := range fp.Asserts {
			switch a.Aspect {
			case evidence.Manufacturer, evidence.Brand:
				known(fp.ID, org.ID(a.Value))
			case evidence.Category:
				if !cats[a.Value] {
					t.Errorf("%s: %q is no category of category.yaml", fp.ID, a.Value)
				}
			}
		}
	}
	for _, n := range f.Numbers {
		known("number "+n.Value, n.Org)
		known("number "+n.Value, n.Brand)
	}
	for id := range f.Usual {
		if !cats[string(f.Usual[id])] {
			t.Errorf("usual of %s: %q is no category", id, f.Usual[id])
		}
	}
	if _, err := attribute.New(f); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d fingerprints, %d number rules", len(f.Fingerprints), len(f.Numbers))
}

func BenchmarkAttribution(b *testing.B) {
	for b.Loop() {
		f, err := LoadAttribution(embedded)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := attribute.New(f); err != nil {
			b.Fatal(err)
		}
	}
}
