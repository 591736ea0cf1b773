package pipeline

import (
	"hash/fnv"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// ChangedFigure says how the recordings came out after each was changed the
// same way, as another device of its maker would differ or less of it be known.
type ChangedFigure struct {
	Change string `json:"change"`
	// Recordings counts those that still said something of a maker.
	Recordings int `json:"recordings"`
	Right      int `json:"right"`
	Unknown    int `json:"unknown"`
	Wrong      int `json:"wrong"`
	// Accused counts recordings of others in which a restricted maker reaches 0.05.
	Accused int `json:"accused"`
}

// Changed is one recording that a change turned to another maker.
type Changed struct {
	Change string `json:"change"`
	File   string `json:"file"`
	Maker  org.ID `json:"maker"`
	Named  org.ID `json:"named"`
	// Confidence is that of Named.
	Confidence float64 `json:"confidence"`
	// Accused is true when the recording is not of a restricted maker and Named is.
	Accused bool `json:"accused,omitempty"`
}

// variation alters one observation, or drops it.
type variation struct {
	name  string
	do    func(o evidence.Observation) (evidence.Observation, bool)
	parts bool // the parts of a chassis stay
}

// variations are those that are tried. Digits of a text become others: another
// model of the scheme, another version, another serial.
var variations = []variation{
	{"other digits in its texts", otherDigits, true},
	{"other digits, no registered numbers", func(o evidence.Observation) (evidence.Observation, bool) {
		o, _ = otherDigits(o)
		return o, !slices.Contains(registered, o.Attr)
	}, true},
	{"version text alone", onlyAttrs(evidence.SysDescr), false},
	{"object ID of another device alone", func(o evidence.Observation) (evidence.Observation, bool) {
		if i := strings.LastIndexByte(o.Value, '.'); strings.Count(o.Value, ".") > 8 {
			o.Value = o.Value[:i] + ".977"
		}
		return o, o.Attr == evidence.SysObjectID
	}, false},
	{"system group, other digits", func(o evidence.Observation) (evidence.Observation, bool) {
		o, _ = otherDigits(o)
		return o, o.Attr == evidence.SysDescr || o.Attr == evidence.SysObjectID
	}, false},
	{"objects of the maker's tree alone", onlyAttrs(evidence.EnterpriseArc), false},
	{"addresses alone", onlyAttrs(evidence.IfMAC, evidence.BaseMAC), false},
	{"entity table alone", func(o evidence.Observation) (evidence.Observation, bool) {
		return o, strings.HasPrefix(string(o.Attr), "entPhysical") || o.Attr == evidence.Serial
	}, true},
}

var registered = []evidence.Attr{evidence.SysObjectID, evidence.EnterpriseArc, evidence.EntPhysicalVendor, evidence.EngineID, evidence.CWMPOUI}

func onlyAttrs(as ...evidence.Attr) func(evidence.Observation) (evidence.Observation, bool) {
	return func(o evidence.Observation) (evidence.Observation, bool) { return o, slices.Contains(as, o.Attr) }
}

// otherDigits replaces every digit but 0 of a text by another, the same way each time.
func otherDigits(o evidence.Observation) (evidence.Observation, bool) {
	switch o.Attr {
	case evidence.IfMAC, evidence.BaseMAC, evidence.GPONSerial, evidence.CWMPOUI, evidence.UUID, evidence.IP:
		return o, true
	}
	if slices.Contains(registered, o.Attr) {
		return o, true
	}
	b := []byte(o.Value)
	h := fnv.New32a()
	h.Write(b)
	seed := h.Sum32()
	for i, c := range b {
		if '1' <= c && c <= '9' {
			seed = seed*1664525 + 1013904223
			b[i] = '1' + byte((uint32(c-'1')+1+seed>>16%8)%9)
		}
	}
	o.Value = string(b)
	return o, true
}

// changed tries every change on every recording of one device with a known maker.
func (r *AccuracyReport) changed(rows []Labelled, e *attribute.Engine, listed map[org.ID]bool) {
	for _, c := range variations {
		f := ChangedFigure{Change: c.name}
		for i := range rows {
			row := &rows[i]
			if row.Kind == "pcap" || row.Score == "no" || notMakers[row.Maker] {
				continue
			}
			res := e.Attribute(&attribute.Thing{ID: "row", Sightings: c.apply(row.direct)})
			if res.Candidates == nil {
				continue
			}
			x := Changed{Change: c.name, File: row.File, Maker: row.Maker}
			if m := res.Manufacturer; m != nil {
				x.Named, x.Confidence = m.Org, m.Confidence
			}
			if !row.Restricted {
				for _, k := range res.Candidates {
					if listed[k.Org] && k.Confidence >= attribute.NotMet {
						f.Accused++
						x.Accused, x.Named, x.Confidence = true, k.Org, k.Confidence
						break
					}
				}
			}
			f.count(row, x.Named)
			if x.Accused || x.Named != "" && x.Named != row.Maker && row.Score == "yes" {
				r.Turned = append(r.Turned, x)
			}
		}
		r.Changed = append(r.Changed, f)
	}
}

func (f *ChangedFigure) count(row *Labelled, named org.ID) {
	if row.Score != "yes" {
		return
	}
	f.Recordings++
	switch named {
	case row.Maker:
		f.Right++
	case "":
		f.Unknown++
	default:
		f.Wrong++
	}
}

func (c *variation) apply(ss []*asset.Sighting) []*asset.Sighting {
	out := make([]*asset.Sighting, 0, len(ss))
	for _, s := range ss {
		x := *s
		x.Observations = nil
		if !c.parts {
			x.Components = nil
		}
		for _, o := range s.Observations {
			if o, ok := c.do(o); ok {
				x.Observations = append(x.Observations, o)
			}
		}
		out = append(out, &x)
	}
	return out
}
