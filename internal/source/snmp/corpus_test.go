package snmp

import (
	"os"
	"path/filepath"
	"testing"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/sourcetest"
)

// TestCorpus reads every recording of the corpus: each is recognised and
// yields a direct sighting, or says why not. With -v and TELLTALE_LIST=NAME the
// listing of one is written for a person to read.
func TestCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(sourcetest.Corpus(t, "snmprec"), "*.snmprec"))
	direct, reasons := 0, 0
	for _, name := range files {
		base := filepath.Base(name)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if (Source{}).Recognise(data[:min(len(data), source.Head)], "") == 0 {
			t.Errorf("%s: not recognised", base)
		}
		got, cov, err := sourcetest.Read(Source{}, base, data)
		switch {
		case err != nil:
			t.Errorf("%s: %v", base, err)
		case len(got) > 0 && got[0].Seen == asset.Direct:
			direct++
		case cov.Failed > 0:
			reasons++
			t.Logf("%s: %s", base, cov.Reasons[0].Reason)
		default:
			t.Errorf("%s: no sighting and no reason", base)
		}
		if len(got) > 1 {
			t.Logf("%s: %d agents", base, len(got))
		}
		if base == os.Getenv("TELLTALE_LIST") {
			t.Log("\n" + sourcetest.List(Source{}, base, data))
		}
	}
	t.Logf("%d recordings: %d direct sightings, %d reasons", len(files), direct, reasons)
}
