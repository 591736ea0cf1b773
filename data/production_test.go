package data

import (
	"strings"
	"testing"

	"telltale/internal/evidence"
)

// Origin marks say the country in many ways; a denial says none.
func TestOriginMarks(t *testing.T) {
	e, err := Attributor()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, want string }{
		{"MADE IN P.R.C.", "manufacture:CN"},
		{"Made in the People's Republic of China", "manufacture:CN"},
		{"Made in Shenzhen, China", "manufacture:CN"},
		{"Manufactured in: Thailand", "manufacture:TH"},
		{"Country of origin: CN", "manufacture:CN"},
		{"COO: VN", "manufacture:VN"},
		{"Designed in California. Assembled in Mexico", "assembly:MX"},
		{"Made in Taiwan, R.O.C.", "manufacture:TW"},
		{"Hecho en México", "manufacture:MX"},
		{"Fabriqué en Chine", "manufacture:CN"},
		{"Ursprungsland: China", "manufacture:CN"},
		{"原产地：中国", "manufacture:CN"},
		{"Not made in China", ""},
		{"Country of origin: NOT STATED", ""},
		{"Printed in China", ""},
	} {
		var got []string
		for _, p := range alone(e, evidence.Description, tt.text).ProducedIn {
			got = append(got, p.Stage+":"+p.Country)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, s, tt.want)
		}
	}
}
