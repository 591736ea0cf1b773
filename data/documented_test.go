package data

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// forms are texts and numbers by maker and attribute.
type forms map[org.ID]map[evidence.Attr][]string

// documented is the form of testdata/documented*.yaml.
type documented struct {
	Named, Open, Never forms
	// Watched are makers whom none of the values under Innocent may accuse.
	Watched  []org.ID
	Innocent map[evidence.Attr][]string
}

// Forms that manuals and MIBs document name their maker one by one, and those
// of innocent makers accuse nobody.
func TestDocumentedForms(t *testing.T) {
	e, err := Attributor()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/documented*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no documented forms", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var d documented
			if err := yaml.UnmarshalWithOptions(b, &d, yaml.Strict()); err != nil {
				t.Fatal(yaml.FormatError(err, false, true))
			}
			d.check(t, e)
		})
	}
}

func (d *documented) check(t *testing.T, e *attribute.Engine) {
	d.Named.each(func(who org.ID, a evidence.Attr, v string) {
		if r := alone(e, a, v); r.Manufacturer == nil || r.Manufacturer.Org != who {
			t.Errorf("%s %q names %s, not %s", a, v, candidates(r), who)
		}
	})
	d.Open.each(func(who org.ID, a evidence.Attr, v string) {
		if r := alone(e, a, v); confidence(r, who) < attribute.NotMet {
			t.Errorf("%s %q leaves %s at %.3f: %s", a, v, who, confidence(r, who), candidates(r))
		}
	})
	d.Never.each(func(who org.ID, a evidence.Attr, v string) {
		if r := alone(e, a, v); confidence(r, who) >= attribute.NotMet {
			t.Errorf("%s %q accuses %s: %s", a, v, who, candidates(r))
		}
	})
	for _, a := range slices.Sorted(maps.Keys(d.Innocent)) {
		for _, v := range d.Innocent[a] {
			r := alone(e, a, v)
			for _, who := range d.Watched {
				if confidence(r, who) >= attribute.NotMet {
					t.Errorf("%s %q accuses %s: %s", a, v, who, candidates(r))
				}
			}
		}
	}
}

func (f forms) each(do func(org.ID, evidence.Attr, string)) {
	for _, who := range slices.Sorted(maps.Keys(f)) {
		for _, a := range slices.Sorted(maps.Keys(f[who])) {
			for _, v := range f[who][a] {
				do(who, a, v)
			}
		}
	}
}

// alone attributes a thing of which one value is known.
func alone(e *attribute.Engine, a evidence.Attr, v string) *attribute.Result {
	o := evidence.Observation{Source: "documented", Attr: a, Value: v, Place: evidence.Place{Input: "documented", At: string(a)}}
	return e.Attribute(&attribute.Thing{ID: v, Sightings: []*asset.Sighting{{Kind: asset.Device, Seen: asset.Direct, Observations: []evidence.Observation{o}}}})
}

func confidence(r *attribute.Result, who org.ID) float64 {
	for _, c := range r.Candidates {
		if c.Org == who {
			return c.Confidence
		}
	}
	return 0
}

func candidates(r *attribute.Result) string {
	s := ""
	for _, c := range r.Candidates {
		if c.Confidence >= 0.01 {
			s += fmt.Sprintf("%s %.3f ", c.Org, c.Confidence)
		}
	}
	if s == "" {
		return "nobody"
	}
	return s
}
