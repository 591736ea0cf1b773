package data

import "testing"

// TestScanRules reads the rules of live scans as the program does; Check
// inside refuses unknown probes and commands that do more than show.
func TestScanRules(t *testing.T) {
	r, err := Scan()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"light", "normal", "deep"} {
		if _, err := r.Profile(name); err != nil {
			t.Error(err)
		}
	}
	r.Commands[0].Lines = append([]string{"display version; reset saved-configuration"}, r.Commands[0].Lines...)
	if r.Check() == nil {
		t.Error("a command that does more than show was not refused")
	}
	r.Commands[0].Lines = r.Commands[0].Lines[1:]
}
