package pipeline

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

//go:embed testdata/simulated.yaml
var simulatedData []byte

// simulatedCase is one composed case of testdata/simulated.yaml.
type simulatedCase struct {
	Name  string         `yaml:"name"`
	Obs   map[string]any `yaml:"obs"`
	Parts []struct {
		Kind asset.ComponentKind `yaml:"kind"`
		Obs  map[string]any      `yaml:"obs"`
	} `yaml:"parts"`
	Want struct {
		Maker      *org.ID            `yaml:"maker"`
		AtLeast    map[org.ID]float64 `yaml:"at_least"`
		AtMost     map[org.ID]float64 `yaml:"at_most"`
		Brand      org.ID             `yaml:"brand"`
		Label      string             `yaml:"label"`
		Relabelled bool               `yaml:"relabelled"`
		Category   asset.Category     `yaml:"category"`
		Model      string             `yaml:"model"`
		Parts      []org.ID           `yaml:"parts"`
		ProducedIn *[]string          `yaml:"produced_in"`
	} `yaml:"want"`
}

// Simulated runs the composed cases. They are no measurement: they show that
// what no labelled recording holds comes out as documented.
func Simulated(e *attribute.Engine) ([]SimulatedFigure, error) {
	var f struct {
		Cases []simulatedCase `yaml:"cases"`
	}
	if err := yaml.UnmarshalWithOptions(simulatedData, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read simulated cases: %s", yaml.FormatError(err, false, true))
	}
	out := make([]SimulatedFigure, 0, len(f.Cases))
	for i := range f.Cases {
		out = append(out, f.Cases[i].run(e))
	}
	return out, nil
}

func observations(m map[string]any, at string) []evidence.Observation {
	var out []evidence.Observation
	for _, a := range sortedKeys(m) {
		values, ok := m[a].([]any)
		if !ok {
			values = []any{m[a]}
		}
		for _, v := range values {
			out = append(out, evidence.Observation{
				Source: "simulated", Attr: evidence.Attr(a), Value: fmt.Sprint(v), Place: evidence.Place{Input: "simulated", At: at + "/" + a},
			})
		}
	}
	return out
}

func (c *simulatedCase) sighting() *asset.Sighting {
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Observations: observations(c.Obs, c.Name)}
	for i, p := range c.Parts {
		at := fmt.Sprintf("%s/part %d", c.Name, i+1)
		s.Components = append(s.Components, asset.Part{Kind: p.Kind, Place: evidence.Place{Input: "simulated", At: at}, Observations: observations(p.Obs, at)})
	}
	return s
}

func (c *simulatedCase) run(e *attribute.Engine) SimulatedFigure {
	r := e.Attribute(&attribute.Thing{ID: c.Name, Sightings: []*asset.Sighting{c.sighting()}})
	conf := map[org.ID]float64{}
	var says []string
	for _, x := range r.Candidates {
		conf[x.Org] = x.Confidence
		if x.Confidence >= 0.01 {
			says = append(says, fmt.Sprintf("%s %.3f", x.Org, x.Confidence))
		}
	}
	var faults []string
	must := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	maker := org.ID("")
	if r.Manufacturer != nil {
		maker = r.Manufacturer.Org
	}
	w := &c.Want
	if w.Maker != nil {
		must(maker == *w.Maker, "maker %q", *w.Maker)
	}
	for _, o := range sortedKeys(w.AtLeast) {
		must(conf[o] >= w.AtLeast[o], "%s >= %g", o, w.AtLeast[o])
	}
	for _, o := range sortedKeys(w.AtMost) {
		must(conf[o] <= w.AtMost[o], "%s <= %g", o, w.AtMost[o])
	}
	if w.Brand != "" {
		must(r.Brand != nil && r.Brand.Org == w.Brand, "brand %s", w.Brand)
	}
	must(r.BrandText == w.Label, "label %q", w.Label)
	must(r.Relabelled == w.Relabelled, "relabelled %v", w.Relabelled)
	if w.Category != "" {
		must(r.Category != nil && r.Category.Value == w.Category, "category %s", w.Category)
		if r.Category != nil {
			says = append(says, "category "+string(r.Category.Value))
		}
	}
	if w.Model != "" {
		must(r.Model != nil && *r.Model == w.Model, "model %s", w.Model)
	}
	for _, o := range w.Parts {
		must(slices.ContainsFunc(r.Components, func(p attribute.ComponentResult) bool {
			return p.Manufacturer != nil && p.Manufacturer.Org == o
		}), "part by %s", o)
	}
	if w.ProducedIn != nil {
		var got []string
		for _, p := range r.ProducedIn {
			got = append(got, p.Stage+":"+p.Country)
		}
		must(slices.Equal(got, *w.ProducedIn), "produced in %v, not %v", *w.ProducedIn, got)
	}
	if r.Brand != nil {
		says = append(says, "brand "+string(r.Brand.Org))
	}
	return SimulatedFigure{Name: c.Name, OK: len(faults) == 0, Got: strings.Join(says, ", "), Want: strings.Join(faults, ", ")}
}
