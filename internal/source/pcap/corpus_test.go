package pcap

import (
	"os"
	"path/filepath"
	"testing"

	"telltale/internal/source"
	"telltale/internal/source/sourcetest"
)

// TestCorpus reads every recording: each is recognised, and what it says is logged with -v.
func TestCorpus(t *testing.T) {
	root := sourcetest.Corpus(t, "pcap")
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := (Source{}).Recognise(data[:min(len(data), source.Head)], d.Name()); n < 50 {
			t.Errorf("Recognise(%s) = %d, want at least 50", d.Name(), n)
		}
		t.Logf("%s\n%s", d.Name(), sourcetest.List(Source{}, d.Name(), data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
