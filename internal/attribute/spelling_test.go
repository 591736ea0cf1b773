package attribute

import "testing"

func TestSlip(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"acmeri", "acmeri", false},
		{"acmrei", "acmeri", true},
		{"acmei", "acmeri", true},
		{"acmerri", "acmeri", true},
		{"acmeki", "acmeri", true},
		{"acmekx", "acmeri", false},
		{"acmeeeri", "acmeri", false},
		{"acmre", "acmer", true},  // five letters: swapped
		{"acmex", "acmer", false}, // five letters: another name as likely
		{"acme", "acmer", false},
	} {
		if got := slip(c.a, c.b); got != c.want {
			t.Errorf("slip(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
		if got := slip(c.b, c.a); got != c.want {
			t.Errorf("slip(%q, %q) = %v, want %v", c.b, c.a, got, c.want)
		}
	}
}
