package attribute

import (
	"cmp"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// Reasons of a field without a value.
const (
	notChecked = "not-checked"
	notSeen    = "not-seen"
)

// unknown says why each empty field is empty, and what would settle the maker.
func (r *Result) unknown(g *gather) {
	none := func(field string, empty bool, why string) {
		if empty {
			r.Unknown[field] = why
		}
	}
	seen := cmp.Or(map[bool]string{true: notChecked}[g.read == 0 && g.macN == 0], notSeen)
	why := seen
	if g.strange != "" {
		why = "it calls itself " + clip(g.strange) + ", a name that no organisation of the data bears"
	}
	if len(r.Candidates) > 0 {
		why = "below the bar: "
		if c := r.Candidates[0]; c.Org == org.Other {
			why += "a maker nobody here defines, or none named strongly enough"
		} else {
			why += "most likely " + string(c.Org)
		}
	}
	slip := misspelling(r.Clues)
	if slip != nil {
		why = "below the bar: " + slip.Why
	}
	none("manufacturer", r.Manufacturer == nil, why)
	label := seen
	if r.BrandText != "" {
		label = "it is labelled " + clip(r.BrandText) + ", a name that no organisation of the data bears"
	}
	none("brand", r.Brand == nil, label)
	none("category", r.Category == nil, seen)
	none("function", r.Function == nil, seen)
	none("model", r.Model == nil, seen)
	made := "not-seen: ask the supplier for the country of each stage, or read the label"
	if p := plant(ofMaker(r.Clues, r.Manufacturer), r.Manufacturer); p != "" {
		made = "not shown: " + p + "; ask the supplier for the country of each stage, or read the label"
	}
	none("produced_in", len(r.ProducedIn) == 0, made)
	if r.Manufacturer == nil || r.Manufacturer.Confidence < Met {
		switch {
		case g.undated != "":
			r.NextTest = g.undated
		case slip != nil && r.Manufacturer == nil:
			r.NextTest = "see whether " + clip(slip.From.Value) + " stands for " + string(slip.orgOf()) + ", and correct the name"
		default:
			r.NextTest = g.nextTest(r)
		}
	}
}

// misspelling is the clue of a typed name that is nearly a maker's, nil when there is none.
func misspelling(clues []Clue) *Clue {
	for i := range clues {
		if clues[i].Kind.Base() == "spelling" {
			return &clues[i]
		}
	}
	return nil
}

// plant is what the letters of a plant in a serial hint at: what users of a
// maker collected is no statement of the maker, so it never settles where a thing was produced.
func plant(clues []Clue, maker *asset.Attribution) string {
	for i := range clues {
		if maker != nil && strings.HasPrefix(string(clues[i].Aspect), "plant:") {
			return clues[i].Why
		}
	}
	return ""
}

// test is one way to learn more, cheapest first.
type test struct {
	// unless are attributes whose presence means that it was done already.
	unless []evidence.Attr
	// needs are attributes at least one of which shows that it can be done.
	needs []evidence.Attr
	cats  []asset.Category
	text  string
}

// tests stand in the order of their cost: a look into what answers already, one
// request over the network, one look at the box, one question to a person.
var tests = []test{
	{
		unless: []evidence.Attr{evidence.EntPhysicalMfgName}, needs: []evidence.Attr{evidence.SysObjectID, evidence.SysDescr},
		text: "read 1.3.6.1.2.1.47.1.1.1.1.12 (entPhysicalMfgName) by SNMP",
	},
	{
		unless: []evidence.Attr{evidence.ONVIFMfr, evidence.ISAPIText}, cats: []asset.Category{"camera", "recorder", "video_surveillance_equipment"},
		text: "ask the camera for ONVIF GetDeviceInformation and compare its MAC address prefix",
	},
	{
		unless: []evidence.Attr{evidence.EntPhysicalMfgName}, cats: []asset.Category{"optic"},
		text: "read the vendor name out of the transceiver (SFF-8472 bytes 20 to 35; show interfaces transceiver), or its label",
	},
	{
		unless: []evidence.Attr{evidence.PONVendorID, evidence.GPONSerial}, cats: []asset.Category{"ont"},
		text: "read the ONT's GPON serial number on the OLT: its first four letters name the maker",
	},
	{
		unless: []evidence.Attr{evidence.FCCID}, cats: []asset.Category{"uas", "land_mobile_radio", "cellular_module", "access_point", "router_consumer", "router", "modem", "phone", "camera", "modular_transmitter", "iot_gateway"},
		text: "look at the FCC ID on the rear label: the grantee code names the applicant",
	},
	{
		unless: []evidence.Attr{evidence.SysObjectID, evidence.SysDescr}, needs: []evidence.Attr{evidence.IP, evidence.Hostname, evidence.HTTPServer, evidence.HTTPTitle, evidence.SSHBanner, evidence.TelnetBanner},
		text: "read 1.3.6.1.2.1.1.1.0 and 1.3.6.1.2.1.1.2.0 (sysDescr, sysObjectID) by SNMP",
	},
	{
		unless: []evidence.Attr{evidence.BaseMAC, evidence.IfMAC}, needs: []evidence.Attr{evidence.IP, evidence.Hostname},
		text: "read its MAC address from the ARP table of the next router",
	},
	{unless: []evidence.Attr{evidence.Serial, evidence.ModelText}, text: "read the model and serial number on the rear label"},
	{text: "ask the supplier in writing who made it and where"},
}

// askSupplier is what settles the maker of goods that are not there yet.
const askSupplier = "ask the supplier in writing who makes it, in which country, and under which FCC ID"

// nextTest returns the cheapest test not yet done.
func (g *gather) nextTest(r *Result) string {
	if g.thing.offered() {
		return askSupplier
	}
	var cat asset.Category
	if r.Category != nil {
		cat = r.Category.Value
	}
	has := g.thing.has
	for _, t := range tests {
		if slices.ContainsFunc(t.unless, has) ||
			len(t.needs) > 0 && !slices.ContainsFunc(t.needs, has) ||
			len(t.cats) > 0 && !slices.Contains(t.cats, cat) {
			continue
		}
		return t.text
	}
	return ""
}

// producers gives the stages of production that fingerprints and relations state.
func (e *Engine) producers(clues []Clue) []asset.Producer {
	var out []asset.Producer
	for _, stage := range []string{"design", "development", "manufacture", "assembly"} {
		for _, c := range e.compete(clues, evidence.Aspect("producer:"+stage)) {
			if c.Org != org.Other && c.Confidence >= NotMet {
				out = append(out, asset.Producer{Org: c.Org, Stage: stage, Confidence: c.Confidence})
			}
		}
	}
	return out
}

// offered reports whether all that is known of the thing is a line of a quote or an order: nothing to look at.
func (t *Thing) offered() bool {
	for _, s := range t.Sightings {
		if s.Kind != asset.PurchaseLine {
			return false
		}
	}
	return len(t.Sightings) > 0
}

// has reports whether any sighting observed the attribute.
func (t *Thing) has(a evidence.Attr) bool {
	for _, s := range t.Sightings {
		for i := range s.Observations {
			if s.Observations[i].Attr == a {
				return true
			}
		}
	}
	return false
}
