package attribute

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// acme is a small world: two makers with names, marks, models and numbers, and a house brand.
func acme(t testing.TB) *Engine {
	fp := func(id, kind, pattern, maker string, on ...evidence.Attr) evidence.Fingerprint {
		f := evidence.Fingerprint{ID: id, Kind: kind, Pattern: pattern, Attrs: on, Asserts: []evidence.Assertion{{Aspect: evidence.Manufacturer, Value: maker}}}
		switch kind {
		case "name":
			f.Word = true
			f.Attrs = Self()
		case "model":
			f.Token = true
			f.Attrs = Modelled()
			f.Asserts = append(f.Asserts, evidence.Assertion{Aspect: evidence.Model}, evidence.Assertion{Aspect: evidence.Category, Value: "camera"})
		}
		return f
	}
	registrantOf := fp("acme_red/registrant", "registrant", "Red Works", "acme_red", RegistrantName)
	registrantOf.Word = true
	relabel := fp("acme_red/mark/blue", "mark", `^RedOS \d+ for Blue`, "acme_red", evidence.SysDescr)
	relabel.Under = []string{"acme_blue"}
	e, err := New(Facts{
		Trades: map[string]bool{"scale": true},
		Fingerprints: []evidence.Fingerprint{
			fp("acme_red/name", "name", "RedWorks", "acme_red"),
			fp("acme_blue/name", "name", "BlueCorp", "acme_blue"),
			fp("acme_red/mark", "mark", `^RedOS \d+`, "acme_red", evidence.SysDescr, evidence.HTTPBody),
			fp("acme_red/model", "model", `RW-[0-9]{3}`, "acme_red"),
			registrantOf, relabel,
		},
		Numbers: []Number{
			{Type: "oid", Value: "77", Org: "acme_red", Why: "red's number"},
			{Type: "oid", Value: "88", Org: "acme_blue", Why: "blue's number"},
			{Type: "oid", Value: "99", Why: "a toolkit"},
			{Type: "oui", Value: "00:00:aa", Org: "acme_red", Why: "red's prefix"},
			{Type: "oui", Value: "00:00:bb", Org: "acme_blue", Why: "blue's prefix"},
		},
		Registry:   noRegistry{},
		Categories: []Category{{ID: "video", Words: []string{"cctv"}}, {ID: "camera", Parent: "video", Words: []string{"dome camera"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

type noRegistry struct{}

func (noRegistry) MAC(m string) (Registrant, bool) {
	if m[:8] == "00:00:cc" {
		return Registrant{Name: "Red Works Asia Ltd."}, true
	}
	if m[:8] == "00:00:dd" {
		return Registrant{Name: "Somebody Else Inc."}, true
	}
	return Registrant{}, false
}
func (noRegistry) PEN(uint32) (Registrant, bool)       { return Registrant{}, false }
func (noRegistry) USB(uint16) (Registrant, bool)       { return Registrant{}, false }
func (noRegistry) PCI(uint16) (Registrant, bool)       { return Registrant{}, false }
func (noRegistry) Bluetooth(uint16) (Registrant, bool) { return Registrant{}, false }
func (noRegistry) PON(string) (Registrant, bool)       { return Registrant{}, false }
func (noRegistry) Grantee(string) (Registrant, bool)   { return Registrant{}, false }
func (noRegistry) ASN(uint32) (Registrant, bool)       { return Registrant{}, false }

type obs struct {
	attr  evidence.Attr
	value string
}

func thing(os ...obs) *Thing {
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Direct}
	for i, o := range os {
		s.Observations = append(s.Observations, evidence.Observation{Source: "test", Attr: o.attr, Value: o.value, Place: evidence.Place{Input: "t", At: fmt.Sprintf("%03d", i)}})
	}
	return &Thing{ID: "t", Sightings: []*asset.Sighting{s}}
}

func confidence(r *Result, who org.ID) float64 {
	for _, c := range r.Candidates {
		if c.Org == who {
			return c.Confidence
		}
	}
	return 0
}

func TestAttribute(t *testing.T) {
	e := acme(t)
	red77 := obs{evidence.SysObjectID, "1.3.6.1.4.1.77.1.2"}
	for _, c := range []struct {
		name    string
		obs     []obs
		maker   org.ID
		wording evidence.Wording
		atLeast float64
		atMost  float64
	}{
		{"nothing", nil, "", "", 0, 0},
		{"one number is claimed, not proven", []obs{red77}, "acme_red", evidence.Indicated, 0.5, 0.94},
		{"the same number three times is one claim", []obs{red77, {evidence.EnterpriseArc, "77"}, {evidence.EngineID, "8000004d03010203040506"}}, "acme_red", evidence.Indicated, 0.5, 0.94},
		{"number and text of one agent", []obs{red77, {evidence.SysDescr, "RedOS 7"}}, "acme_red", evidence.Indicated, 0.95, 1},
		{"number and interface are two hands", []obs{red77, {evidence.IfMAC, "00:00:aa:01:02:09"}}, "acme_red", evidence.Shown, 0.95, 1},
		{"a toolkit's number says nothing", []obs{{evidence.SysObjectID, "1.3.6.1.4.1.99.3.2.10"}}, "", "", 0, 0},
		{"a registrant found by name", []obs{{evidence.BaseMAC, "00:00:cc:01:02:09"}}, "acme_red", evidence.Indicated, 0.5, 0.94},
		{"a registrant nobody knows", []obs{{evidence.BaseMAC, "00:00:dd:01:02:09"}}, "", "", 0, 0},
		{"locally administered", []obs{{evidence.IfMAC, "02:00:aa:01:02:09"}}, "", "", 0, 0},
		{"multicast", []obs{{evidence.IfMAC, "01:00:aa:01:02:09"}}, "", "", 0, 0},
		{"a climbing address is made by hand", []obs{{evidence.IfMAC, "00:00:00:00:00:00"}}, "", "", 0, 0},
		{"a name in a host name", []obs{{evidence.SysName, "RedWorks-core"}, {evidence.Hostname, "redworks"}, {evidence.SysLocation, "RedWorks rack"}, {evidence.IfDescr, "to RedWorks"}}, "", "", 0, 0},
		{"compatible with", []obs{{evidence.Description, "optic compatible with RedWorks"}}, "", "", 0, 0},
		{"for", []obs{{evidence.Description, "power supply for RedWorks RX"}}, "", "", 0, 0},
		{"compatible, behind the name", []obs{{evidence.Description, "RedWorks-compatible optic"}}, "", "", 0, 0},
		{"a connection of two", []obs{{evidence.Description, "cable RedWorks to BlueCorp"}}, "", "", 0, 0},
		{"likeness with an article", []obs{{evidence.Description, "toner compatible with an old RedWorks"}}, "", "", 0, 0},
		{"a row of names takes the first one's standing", []obs{{evidence.Description, "free of RedWorks, BlueCorp and RedWorks parts"}}, "", "", 0, 0},
		{"a designation goes with its name", []obs{{evidence.Description, "BlueCorp dome (replaces RedWorks RW-123)"}}, "acme_blue", evidence.Indicated, 0.9, 0.99},
		{"a designation for which something is", []obs{{evidence.Description, "wall mount for RedWorks RW-123"}}, "", "", 0, 0},
		{"a place", []obs{{evidence.Description, "router, RedWorks Street 12"}}, "", "", 0, 0},
		{"a place before its own designation", []obs{{evidence.Description, "RedWorks office RW-123"}}, "acme_red", evidence.Indicated, 0.5, 0.99},
		{"a number of a model is no denial", []obs{{evidence.Description, "Model No RedWorks RW-123"}}, "acme_red", evidence.Indicated, 0.5, 0.99},
		{"the name of the host in uname", []obs{{evidence.SysDescr, "Linux RedWorks 5.4.0-42-generic #46 SMP x86_64"}}, "", "", 0, 0},
		{"a label in somebody's host name", []obs{{evidence.TLSSubject, "CN=RedWorks.customer.example.net"}}, "", "", 0, 0},
		{"the label that the maker registered", []obs{{evidence.TLSSubject, "CN=www.RedWorks.co.uk"}}, "acme_red", evidence.Indicated, 0.5, 0.99},
		{"a shop that bears a maker's name", []obs{{evidence.ManufacturerText, "RedWorks Street Computers LLC"}}, "", "", 0, 0},
		{"two names in a column of makers", []obs{{evidence.ManufacturerText, "RedWorks / BlueCorp"}}, "", "", 0, 0},
		{"another firm in a row of goods", []obs{{evidence.Description, "RedWorks Scale Factory parcel scale"}}, "", "", 0, 0},
		{"a maker that was replaced", []obs{{evidence.ManufacturerText, "RedWorks, replaced by BlueCorp"}}, "", "", 0, 0},
		{"a maker no more", []obs{{evidence.ManufacturerText, "ex-RedWorks"}}, "", "", 0, 0},
		{"two names in one text", []obs{{evidence.Description, "RedWorks and BlueCorp bundle"}}, "", "", 0, 0},
		{"two names, a mark settles it", []obs{{evidence.SysDescr, "RedOS 7 by RedWorks, BlueCorp edition"}}, "acme_red", evidence.Indicated, 0.9, 1},
		{"a designation alone", []obs{{evidence.ModelText, "RW-123"}}, "acme_red", evidence.Indicated, 0.5, 0.99},
		{"a designation inside a longer word", []obs{{evidence.ModelText, "XRW-1234"}}, "", "", 0, 0},
		{"a name in encoded bytes", []obs{{evidence.HTTPBody, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2/RedWorks/d3h5ejAxMjM0NTY3ODkQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlq"}}, "", "", 0, 0},
		{"its own label on another's goods", []obs{{evidence.SysDescr, "RedOS 7 for BlueCorp"}, {evidence.SysObjectID, "1.3.6.1.4.1.88.1"}, {evidence.IfMAC, "00:00:bb:01:02:09"}}, "acme_red", evidence.Indicated, 0.9, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := e.Attribute(thing(c.obs...))
			var maker org.ID
			var w evidence.Wording
			if r.Manufacturer != nil {
				maker, w = r.Manufacturer.Org, r.Manufacturer.Wording
			}
			if maker != c.maker || w != c.wording {
				t.Fatalf("got %q %q, want %q %q; candidates %v", maker, w, c.maker, c.wording, r.Candidates)
			}
			if x := confidence(r, c.maker); c.maker != "" && (x < c.atLeast || x > c.atMost) {
				t.Errorf("confidence %v, want %v to %v", x, c.atLeast, c.atMost)
			}
			if c.maker == "" && (r.NextTest == "" || r.Unknown["manufacturer"] == "") {
				t.Errorf("unknown without a reason (%q) or next test (%q)", r.Unknown["manufacturer"], r.NextTest)
			}
		})
	}
}

func TestPartsHaveTheirOwnMaker(t *testing.T) {
	e := acme(t)
	x := thing(obs{evidence.SysObjectID, "1.3.6.1.4.1.88.1"}, obs{evidence.SysDescr, "BlueCorp switch"})
	x.Sightings[0].Components = []asset.Part{{Kind: "optic", Observations: []evidence.Observation{
		{Source: "test", Attr: evidence.EntPhysicalMfgName, Value: "RedWorks"}, {Source: "test", Attr: evidence.Serial, Value: "S1"},
	}}}
	r := e.Attribute(x)
	if r.Manufacturer == nil || r.Manufacturer.Org != "acme_blue" || confidence(r, "acme_red") > 0.01 {
		t.Errorf("the part spoke for the whole: %v", r.Candidates)
	}
	if len(r.Components) != 1 || r.Components[0].Manufacturer == nil || r.Components[0].Manufacturer.Org != "acme_red" || r.Components[0].Serial != "S1" {
		t.Errorf("part: %+v", r.Components)
	}
}

func TestExplainCitesClaims(t *testing.T) {
	e := acme(t)
	r := e.Attribute(thing(obs{evidence.SysObjectID, "1.3.6.1.4.1.77.1"}, obs{evidence.IfMAC, "00:00:bb:01:02:09"}))
	claims := r.Explain()
	if len(claims) != 2 || len(r.Manufacturer.Evidence) != 2 {
		t.Fatalf("%d claims, evidence %v: the contrary one belongs to it", len(claims), r.Manufacturer.Evidence)
	}
	for i, c := range claims {
		if r.Manufacturer.Evidence[i] != c.ID() || len(c.From) != 1 || c.Why == "" {
			t.Errorf("claim %d: %+v", i, c)
		}
	}
}

func draw(t *rapid.T) []obs {
	return rapid.SliceOfN(rapid.SampledFrom([]obs{
		{evidence.SysObjectID, "1.3.6.1.4.1.77.1"}, {evidence.SysObjectID, "1.3.6.1.4.1.88.1"}, {evidence.EnterpriseArc, "88"},
		{evidence.SysDescr, "RedOS 7"}, {evidence.SysDescr, "BlueCorp thing"}, {evidence.IfMAC, "00:00:aa:01:02:09"}, {evidence.IfMAC, "00:00:bb:01:02:09"},
		{evidence.ModelText, "RW-123"}, {evidence.ManufacturerText, "BlueCorp"}, {evidence.Description, "dome camera RW-200"}, {evidence.HTTPBody, "RedOS 9"},
	}), 0, 8).Draw(t, "obs")
}

// The order and the batching of sightings change nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	e := acme(t)
	rapid.Check(t, func(t *rapid.T) {
		os := draw(t)
		one := thing(os...)
		var many Thing
		for _, i := range rapid.Permutation(indices(len(os))).Draw(t, "order") {
			s := &asset.Sighting{Observations: []evidence.Observation{one.Sightings[0].Observations[i]}}
			many.Sightings = append(many.Sightings, s)
		}
		a, b := e.Attribute(one), e.Attribute(&many)
		if d := cmp.Diff(a.Candidates, b.Candidates); d != "" {
			t.Fatal(d)
		}
		many.ID, b.subject = "t", "t"
		if d := cmp.Diff(a.Explain(), b.Explain()); d != "" {
			t.Fatal(d)
		}
	})
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// More evidence for a maker never lowers it; the distribution sums to one.
func TestMoreEvidenceNeverLowers(t *testing.T) {
	e := acme(t)
	rapid.Check(t, func(t *rapid.T) {
		os := draw(t)
		before := confidence(e.Attribute(thing(os...)), "acme_red")
		r := e.Attribute(thing(append(os, obs{evidence.TLSSubject, "CN=RedWorks"})...))
		if after := confidence(r, "acme_red"); after < before-1e-9 {
			t.Fatalf("%v: %v, with more evidence %v", os, before, after)
		}
		sum := 0.0
		for _, c := range r.Candidates {
			sum += c.Confidence
		}
		if sum < 0.999 || sum > 1.001 {
			t.Fatalf("sum %v", sum)
		}
	})
}

func TestNewNamesTheFault(t *testing.T) {
	for _, c := range []struct {
		name string
		fps  []evidence.Fingerprint
	}{
		{"twice", []evidence.Fingerprint{{ID: "a", Pattern: "x", Attrs: []evidence.Attr{evidence.SysDescr}}, {ID: "a", Pattern: "y", Attrs: []evidence.Attr{evidence.SysDescr}}}},
		{"no RE2", []evidence.Fingerprint{{ID: "a", Pattern: "(?=x)", Attrs: []evidence.Attr{evidence.SysDescr}}}},
		{"an attribute nobody reads", []evidence.Fingerprint{{ID: "a", Pattern: "x", Attrs: []evidence.Attr{evidence.SysContact}}}},
	} {
		if _, err := New(Facts{Fingerprints: c.fps}); err == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
}

func FuzzAttribute(f *testing.F) {
	e := acme(f)
	f.Add("sysDescr", "RedOS 7 for BlueCorp")
	f.Add("ifMAC", "00:00:aa:01:02:09")
	f.Add("sysObjectID", "1.3.6.1.4.1.77")
	f.Add("engineID", "8000004d03")
	f.Add("fccID", "2ABC")
	f.Add("cwmp.oui", "00AABB")
	f.Fuzz(func(t *testing.T, attr, value string) {
		r := e.Attribute(thing(obs{evidence.Attr(attr), value}, obs{evidence.BaseMAC, value}, obs{evidence.ProducedIn, value}))
		r.Explain()
	})
}
