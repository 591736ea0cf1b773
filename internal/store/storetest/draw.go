package storetest

import (
	"pgregory.net/rapid"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// Draw draws any sighting, each field of each type in it with any value.
func Draw(t *rapid.T) *asset.Sighting { return drawSighting(t, 0) }

func drawSighting(t *rapid.T, depth int) *asset.Sighting {
	s := &asset.Sighting{
		Kind: asset.Kind(drawText(t)), Seen: asset.Seen(drawText(t)), Place: drawPlace(t), Network: drawText(t),
		Observations: drawObservations(t), Components: drawParts(t, depth), Complete: rapid.Bool().Draw(t, "complete"),
	}
	if depth < 2 {
		for range rapid.IntRange(0, 2).Draw(t, "links") {
			s.Links = append(s.Links, asset.Link{Via: drawText(t), LocalPort: drawText(t), RemotePort: drawText(t), Remote: *drawSighting(t, depth+1)})
		}
	}
	return s
}

func drawParts(t *rapid.T, depth int) []asset.Part {
	var ps []asset.Part
	if depth < 3 {
		for range rapid.IntRange(0, 2).Draw(t, "parts") {
			ps = append(ps, asset.Part{Kind: asset.ComponentKind(drawText(t)), Place: drawPlace(t), Observations: drawObservations(t), Components: drawParts(t, depth+1)})
		}
	}
	return ps
}

func drawObservations(t *rapid.T) []evidence.Observation {
	var out []evidence.Observation
	for range rapid.IntRange(0, 4).Draw(t, "observations") {
		out = append(out, evidence.Observation{Source: drawText(t), Attr: evidence.Attr(drawText(t)), Value: drawText(t), At: drawText(t), Place: drawPlace(t)})
	}
	return out
}

func drawPlace(t *rapid.T) evidence.Place {
	return evidence.Place{Input: drawText(t), At: rapid.OneOf(rapid.String(), rapid.StringMatching(`Sheet1![A-C][0-9]{1,3}`)).Draw(t, "at")}
}

func drawText(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "a", "serial", "device", "model", "AB12345678"}), rapid.String()).Draw(t, "text")
}

// few draws a sighting of one of a few things of two inputs, with one of a few contents.
func few(t *rapid.T) *asset.Sighting {
	in := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "input")
	s := &asset.Sighting{Kind: asset.Device, Place: evidence.Place{Input: in, At: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "at")}}
	add := func(attr evidence.Attr, value, at string) {
		s.Observations = append(s.Observations, evidence.Observation{Source: "test", Attr: attr, Value: value, Place: evidence.Place{Input: in, At: at}})
	}
	if id := rapid.IntRange(0, 4).Draw(t, "thing"); id > 0 {
		add(evidence.Serial, "AB1234567"+string(rune('0'+id)), "serial")
	}
	for range rapid.IntRange(0, 3).Draw(t, "facts") {
		at := rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "fact")
		add(evidence.Description, rapid.SampledFrom([]string{"1", "2"}).Draw(t, "value"), at)
	}
	s.Complete = rapid.Bool().Draw(t, "complete")
	return s
}
