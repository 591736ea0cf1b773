package pipeline

import (
	"testing"

	"telltale/internal/asset"
)

// TestPlaceInTheNetwork reads people's words for the place of a thing; words not understood state nothing.
func TestPlaceInTheNetwork(t *testing.T) {
	for _, c := range []struct {
		text       string
		function   asset.Function
		generation string
	}{
		{"core", "core", ""}, {"5G core", "core", "5g"}, {"EPC / IMS", "core", "4g"}, {"AMF", "core", "5g"},
		{"5G RAN", "ran", "5g"}, {"gNodeB", "ran", "5g"}, {"4G/5G RAN", "ran", ""}, {"LTE eNodeB", "ran", "4g"},
		{"fixed_access", "fixed_access", ""}, {"FTTP access (OLT)", "fixed_access", ""}, {"Backhaul, microwave", "transport", ""},
		{"OSS", "management", ""}, {"access", "access", ""}, {"other", "other", ""},
		{"core switch", "", ""}, {"access layer", "", ""}, {"core, ran", "", ""}, {"printing", "", ""}, {"", "", ""},
	} {
		if got := functionOf(c.text); got != c.function {
			t.Errorf("functionOf(%q) = %q, want %q", c.text, got, c.function)
		}
		if got := generationOf(c.text); got != c.generation {
			t.Errorf("generationOf(%q) = %q, want %q", c.text, got, c.generation)
		}
	}
}
