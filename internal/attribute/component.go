package attribute

import (
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// maxParts bounds the parts of one thing; a stack of chassis has some hundreds.
const maxParts = 20000

// component attributes a part by its own evidence alone and appends it and the parts in it.
func (e *Engine) component(dst []ComponentResult, host string, p *asset.Part) []ComponentResult {
	if len(dst) >= maxParts {
		return dst
	}
	g := gather{e: e, inner: true}
	g.observe(p.Observations)
	c := ComponentResult{Clues: g.finish()}
	c.Kind = p.Kind
	for i := range p.Observations {
		o := &p.Observations[i]
		switch o.Attr {
		case evidence.Serial:
			c.Serial = o.Value
		case evidence.Name, evidence.EntPhysicalName:
			c.Name = o.Value
		case evidence.EntPhysicalModelName, evidence.ModelText:
			c.Model = strings.TrimSpace(o.Value)
		case evidence.PartNumber:
			if c.Model == "" {
				c.Model = strings.TrimSpace(o.Value)
			}
		}
	}
	if m := model(c.Clues); m != nil && c.Model == "" {
		c.Model = *m
	}
	if cat := e.category(c.Clues); cat != nil && (c.Kind == "" || c.Kind == "other" || c.Kind == "board") && cat.Confidence >= 0.6 {
		switch cat.Value {
		case "optic", "cellular_module", "modular_transmitter", "bmc":
			c.Kind = asset.ComponentKind(cat.Value)
		}
	}
	c.ID = evidence.Hash("component", host, p.Place.Input, p.Place.At, string(c.Kind), c.Serial, c.Model, c.Name)
	c.Where = []evidence.Place{p.Place}
	c.Candidates = e.compete(c.Clues, evidence.Manufacturer)
	c.Manufacturer = attribution(c.Candidates, c.Clues)
	dst = append(dst, c)
	for i := range p.Components {
		dst = e.component(dst, host, &p.Components[i])
	}
	return slices.Clip(dst)
}
