package web

import (
	"testing"

	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/report"
)

// A clue speaks against a conclusion when it names somebody else; where nothing is concluded it speaks for whom it names.
func TestCluesSpeakForWhomTheyName(t *testing.T) {
	x := &report.Explanation{Observations: map[evidence.ObservationID]finding.Observation{}, Claims: map[evidence.ClaimID]evidence.Claim{
		"1": {Subject: "s", Aspect: evidence.Manufacturer, Value: "acme", Decibans: 20},
		"2": {Subject: "s", Aspect: evidence.Manufacturer, Value: "zenith", Decibans: 10},
		"3": {Subject: "s", Aspect: evidence.Manufacturer, Value: "acme", Decibans: -5},
	}}
	for _, c := range []struct {
		winner string
		speak  []bool
	}{{"acme", []bool{true, false, false}}, {"", []bool{true, true, false}}} {
		for i, k := range clues(x, "s", evidence.Manufacturer, c.winner) {
			if k.For != c.speak[i] {
				t.Errorf("concluded %q: %s by %v speaks for: %v, want %v", c.winner, k.Value, k.Decibans, k.For, c.speak[i])
			}
		}
	}
}
