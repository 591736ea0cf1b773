package data

import "testing"

func TestFirmwareFactsLoad(t *testing.T) {
	f, err := Firmware()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, c := range f.Cases {
		if ids[c.ID] {
			t.Errorf("case %s stands twice", c.ID)
		}
		ids[c.ID] = true
		if c.Finding == "" || c.Level == "" || c.Consequence == "" || c.Use == "" || c.Control == "" || len(c.Sources) == 0 {
			t.Errorf("case %s: finding, level, consequence, use, control and sources must all be given", c.ID)
		}
	}
	for _, m := range f.Marks {
		if ids[m.ID] {
			t.Errorf("mark %s stands twice", m.ID)
		}
		ids[m.ID] = true
		if m.Why == "" || m.Role == "" || m.Org == "" || m.Paths == "" && len(m.Texts) == 0 {
			t.Errorf("mark %s: role, org, why and paths or texts must be given", m.ID)
		}
	}
}
