package data

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"telltale/internal/evidence"
	"telltale/internal/org"
)

// The matrix of makers and kinds of evidence for which a documented form names
// the maker: run with -v to read it. Makers whose name decides law stand in many kinds.
func TestDocumentedMatrix(t *testing.T) {
	files, err := filepath.Glob("testdata/documented*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[org.ID]map[evidence.Attr]int{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var d documented
		if err := yaml.UnmarshalWithOptions(b, &d, yaml.Strict()); err != nil {
			t.Fatal(yaml.FormatError(err, false, true))
		}
		d.Named.each(func(who org.ID, a evidence.Attr, _ string) {
			if kinds[who] == nil {
				kinds[who] = map[evidence.Attr]int{}
			}
			kinds[who][a]++
		})
	}
	for _, who := range slices.Sorted(maps.Keys(kinds)) {
		var row []string
		for _, a := range slices.Sorted(maps.Keys(kinds[who])) {
			row = append(row, string(a))
		}
		t.Logf("%-26s %2d kinds: %s", who, len(row), strings.Join(row, " "))
	}
	for who, least := range map[org.ID]int{"huawei": 20, "zte": 20, "hikvision": 15, "dahua": 14, "fiberhome": 8, "hytera": 5, "dji": 5, "quectel": 5, "fibocom": 3, "tp_link_technologies": 8} {
		if len(kinds[who]) < least {
			t.Errorf("%s has documented forms of %d kinds of evidence, want %d", who, len(kinds[who]), least)
		}
	}
}
