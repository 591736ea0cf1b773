package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
)

const typeTable = `Brand Name,TAC,Manufacturer,Model Name
Netgear,35123456,Sierra Wireless,MC7455
,1234567,Quectel Wireless Solutions Co Ltd,EC25-AF
,86,Nobody,X
`

func TestWithTypes(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "tac.csv")
	if err := os.WriteFile(file, []byte(typeTable), 0o600); err != nil {
		t.Fatal(err)
	}
	thing := &attribute.Thing{ID: "x", Sightings: []*asset.Sighting{{Observations: []evidence.Observation{{Attr: evidence.IMEI, Value: "012345670000017"}}}}}
	e, err := k.Attribution()
	if err != nil {
		t.Fatal(err)
	}
	if r := e.Attribute(thing); r.Candidates != nil || r.Unknown["manufacturer"] != "not-checked" {
		t.Errorf("without a table: %v, %q", r.Candidates, r.Unknown["manufacturer"])
	}
	k, problems, err := k.WithTypes(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(problems) != 1 || !strings.Contains(problems[0], "line 4") {
		t.Errorf("problems %q", problems)
	}
	if e, err = k.Attribution(); err != nil {
		t.Fatal(err)
	}
	r := e.Attribute(thing)
	if r.Manufacturer == nil || r.Manufacturer.Org != "quectel" || r.Manufacturer.Confidence >= attribute.Met || r.Model == nil || *r.Model != "EC25-AF" {
		t.Errorf("got %v %v, want quectel below the bar of the law, and the model", r.Candidates, r.Model)
	}
}

func TestReadTypesRefuses(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "no code column": "a,b\n1,2\n", "no maker": "tac,colour\n35123456,red\n", "no row": "tac,brand\nx,y\n"} {
		if _, _, err := readTypes(strings.NewReader(text)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func FuzzReadTypes(f *testing.F) {
	f.Add(typeTable)
	f.Fuzz(func(t *testing.T, s string) {
		types, problems, err := readTypes(strings.NewReader(s))
		if err == nil && len(types) == 0 || len(problems) > maxTypeFails+1 {
			t.Fatal("an empty table or too many problems")
		}
	})
}
