package reconcile

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// said is what one lane, or for things of one lane both, state of a thing.
type said struct {
	models, serials map[Lane][]Value
	// texts are all values of a lane, folded: a model may stand inside one.
	texts map[Lane][]string
	sites []Value
	// addresses are those the paper states.
	addresses []address
	// keys are what ties things together, with the network where they count only there.
	keys []string
	// names are names and addresses without a network: hints only.
	names []string
	model string // folded, of a line without numbers of its own
}

type address struct {
	Value
	network string
}

// modelAttrs are where a lane states a model designation.
var modelAttrs = map[evidence.Attr]bool{
	evidence.ModelText: true, evidence.PartNumber: true, evidence.EntPhysicalModelName: true, evidence.CLIModel: true, evidence.ONVIFModel: true,
	evidence.UPnPModel: true, evidence.GBModel: true, evidence.CWMPProductClass: true, evidence.PONEquipmentID: true,
}

// spoken are the attributes whose texts may name a model without being one.
var spoken = map[evidence.Attr]bool{
	evidence.Description: true, evidence.SysDescr: true, evidence.EntPhysicalDescr: true, evidence.EntPhysicalName: true, evidence.HTTPTitle: true, evidence.HTTPRealm: true,
	evidence.CLIText: true, evidence.ServiceProduct: true, evidence.Discovery: true, evidence.UPnPDescription: true, evidence.CDPPlatform: true, evidence.LLDPSysDesc: true,
	evidence.Name: true, evidence.FirmwareText: true, evidence.MDNS: true, evidence.SIPUserAgent: true, evidence.RTSPServer: true,
}

// maxTexts and maxText bound what is kept to look for a model in.
const (
	maxTexts = 64
	maxText  = 512
)

func gather(t *Thing) *said {
	w := &said{models: map[Lane][]Value{}, serials: map[Lane][]Value{}, texts: map[Lane][]string{}}
	for i := range t.Sights {
		s := &t.Sights[i]
		for j := range s.Observations {
			w.observe(s, &s.Observations[j])
		}
		for j := range s.Components { // the chassis may be a part of the whole
			for k := range s.Components[j].Observations {
				if o := &s.Components[j].Observations[k]; modelAttrs[o.Attr] || spoken[o.Attr] {
					w.text(s.Lane, o.Value)
				}
			}
		}
		w.key(s)
	}
	w.shown(t)
	slices.Sort(w.keys)
	w.keys = slices.Compact(w.keys)
	slices.Sort(w.names)
	w.names = slices.Compact(w.names)
	return w
}

// shown adds the designation found inside a text of the wire where none stands alone.
func (w *said) shown(t *Thing) {
	m := fold(t.Model)
	if len(w.models[Wire]) > 0 || m == "" {
		return
	}
	for i := range t.Sights {
		s := &t.Sights[i]
		for j := range s.Observations {
			if o := &s.Observations[j]; s.Lane == Wire && strings.Contains(fold(o.Value[:min(len(o.Value), maxText)]), m) {
				w.models[Wire] = append(w.models[Wire], Value{t.Model, o.Place, cmp.Or(o.At, s.At)})
				return
			}
		}
	}
}

func (w *said) observe(s *Sight, o *evidence.Observation) {
	v := Value{o.Value, o.Place, cmp.Or(o.At, s.At)}
	switch {
	case modelAttrs[o.Attr]:
		w.models[s.Lane] = append(w.models[s.Lane], v)
		w.text(s.Lane, o.Value)
		if o.Attr == evidence.ModelText && w.model == "" {
			w.model = fold(o.Value)
		}
	case o.Attr == evidence.Serial:
		w.serials[s.Lane] = append(w.serials[s.Lane], v)
	case spoken[o.Attr]:
		w.text(s.Lane, o.Value)
	case o.Attr == evidence.Site && s.Lane == Paper && s.Ended == "":
		w.sites = append(w.sites, v)
	}
	if s.Lane == Paper && o.Attr == evidence.IP && s.Ended == "" {
		w.addresses = append(w.addresses, address{v, s.Network})
	}
}

func (w *said) text(lane Lane, v string) {
	if len(w.texts[lane]) < maxTexts {
		w.texts[lane] = append(w.texts[lane], fold(v[:min(len(v), maxText)]))
	}
}

func (w *said) key(s *Sight) {
	if s.Ended != "" {
		return
	}
	for _, k := range asset.KeysOf(s.Sighting) {
		switch {
		case k.Strong && k.Type != asset.KeySerial:
			w.keys = append(w.keys, k.String())
		case k.Type == asset.KeyIP, k.Type == asset.KeyHostname:
			w.keys = append(w.keys, k.String()+"@"+s.Network)
			w.names = append(w.names, k.String())
		}
	}
}

// fold keeps letters and digits in lower case: "MA5800-X7" and "ma5800 x7" are one designation.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// serial is a serial number as compared; "" when it is too short to tell things apart.
func serial(s string) string {
	if s = fold(s); len(s) < 6 {
		return ""
	}
	return s
}

// designation reports whether a folded text looks like a model: four signs, one of them a digit.
func designation(s string) bool { return len(s) >= 4 && strings.ContainsAny(s, "0123456789") }

// differences compares what paper and wire say of one thing.
func differences(t *Thing, w *said) []Difference {
	var out []Difference
	if d, ok := w.maker(t); ok {
		out = append(out, d)
	}
	if d, ok := w.differingModel(); ok {
		out = append(out, d)
	}
	if d, ok := w.differingSerial(); ok {
		out = append(out, d)
	}
	return out
}

// maker differs when the wire alone shows a maker that is neither the name on paper nor of its house.
func (w *said) maker(t *Thing) (Difference, bool) {
	if t.Sold == nil || t.Answers == nil || t.SameHouse || t.Sold.Org != "" && t.Sold.Org == t.Answers.Org {
		return Difference{}, false
	}
	d := Difference{Field: "maker", Paper: Value{Text: t.Sold.Name}, Wire: Value{Text: t.Answers.Name}}
	for i := range t.Sights {
		s := &t.Sights[i]
		v := &d.Wire
		if s.Lane == Paper {
			v = &d.Paper
		}
		if v.Place.Input == "" {
			v.Place, v.At = s.Place, s.At
			for j := range s.Observations {
				if o := &s.Observations[j]; s.Lane == Paper && (o.Attr == evidence.ManufacturerText || o.Attr == evidence.BrandText) {
					v.Place = o.Place
				}
			}
		}
	}
	return d, true
}

// differingModel finds two designations when no designation of the paper
// stands anywhere on the wire, nor one of the wire anywhere on paper.
func (w *said) differingModel() (Difference, bool) {
	var paper, wire *Value
	for lane, first := range map[Lane]**Value{Paper: &paper, Wire: &wire} {
		other := Wire
		if lane == Wire {
			other = Paper
		}
		for i := range w.models[lane] {
			v := &w.models[lane][i]
			m := fold(v.Text)
			if !designation(m) {
				continue
			}
			for _, x := range w.texts[other] {
				if strings.Contains(x, m) || designation(x) && strings.Contains(m, x) {
					return Difference{}, false
				}
			}
			if *first == nil {
				*first = v
			}
		}
	}
	if paper == nil || wire == nil {
		return Difference{}, false
	}
	return Difference{"model", *paper, *wire}, true
}

func (w *said) differingSerial() (Difference, bool) {
	ps, ws := w.serials[Paper], w.serials[Wire]
	for _, p := range ps {
		for _, x := range ws {
			if a, b := fold(p.Text), fold(x.Text); a == b || a == "" || b == "" {
				return Difference{}, false
			}
		}
	}
	if len(ps) == 0 || len(ws) == 0 {
		return Difference{}, false
	}
	return Difference{"serial", ps[0], ws[0]}, true
}
