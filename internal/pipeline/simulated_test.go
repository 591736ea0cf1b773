package pipeline

import (
	"testing"

	"telltale/data"
)

func TestSimulatedCases(t *testing.T) {
	e, err := data.Attributor()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Simulated(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got {
		if !c.OK {
			t.Errorf("%s: want %s; got %s", c.Name, c.Want, c.Got)
		}
	}
}
