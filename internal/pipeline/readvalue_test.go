package pipeline

import (
	"strings"
	"testing"
)

func TestReadValue(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	routers := []string{"router_enterprise", "router_consumer"}
	for _, c := range []struct {
		name, fact, text string
		values           []string
		want, fails      string
	}{
		{"purpose", "purpose", "public_safety", nil, "public_safety", ""},
		{"purposes in words", "purpose", "Public safety; critical infrastructure", nil, "critical_infrastructure, public_safety", ""},
		{"no purpose", "purpose", "none_listed", nil, "none_listed", ""},
		{"purpose nobody lists", "purpose", "home use", nil, "", "public_safety, government_facility"},
		{"empty purpose", "purpose", " ,", nil, "", "public_safety"},
		{"none and one", "purpose", "none_listed, public_safety", nil, "", "alone"},
		{"kind by ID", "category", "router_consumer", routers, "router_consumer", ""},
		{"kind by name", "category", "Consumer-grade router", routers, "router_consumer", ""},
		{"kind not asked for", "category", "camera", routers, "", `"consumer-grade router"`},
		{"any kind", "category", "camera", nil, "camera", ""},
		{"no kind", "category", "zzz", nil, "", "no kind of thing"},
		{"money", "funded_by", "usf", nil, "usf", ""},
		{"no such money", "funded_by", "piggy bank", nil, "", "want one of usf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := k.readValue(&Asked{Fact: c.fact, Values: c.values}, c.text)
			switch {
			case c.fails == "" && (err != nil || got != c.want):
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)):
				t.Errorf("got %q, %v; want an error that names %q", got, err, c.fails)
			}
		})
	}
}
