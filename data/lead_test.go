package data

import (
	"testing"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
)

// What is known of a brand, a port and a page that many labels share are leads:
// together they name a maker, and stay below the bar of the law until the device says more.
func TestLeadsStayBelowTheBar(t *testing.T) {
	e, err := Attributor()
	if err != nil {
		t.Fatal(err)
	}
	label := map[evidence.Attr]string{evidence.HTTPTitle: "Amcrest", evidence.ServicePort: "tcp/37777"}
	for _, tt := range []struct {
		name string
		more evidence.Attr
		is   string
		met  bool
	}{
		{"a brand and a port", "", "", false},
		{"with the realm that many labels share", evidence.HTTPRealm, `Digest realm="Login to AMC0123456789ABCDE"`, false},
		{"with the maker's own address", evidence.BaseMAC, "3c:ef:8c:12:34:57", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &asset.Sighting{Kind: asset.Device, Seen: asset.Direct}
			for a, v := range label {
				s.Observations = append(s.Observations, evidence.Observation{Source: "t", Attr: a, Value: v, Place: evidence.Place{Input: "t", At: string(a)}})
			}
			if tt.more != "" {
				s.Observations = append(s.Observations, evidence.Observation{Source: "t", Attr: tt.more, Value: tt.is, Place: evidence.Place{Input: "t", At: "more"}})
			}
			r := e.Attribute(&attribute.Thing{ID: "t", Sightings: []*asset.Sighting{s}})
			if got := confidence(r, "dahua"); (got >= attribute.Met) != tt.met || got < attribute.Named {
				t.Errorf("Dahua at %.3f, want at least %.2f: %v; %s", got, attribute.Met, tt.met, candidates(r))
			}
		})
	}
}
