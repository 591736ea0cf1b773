package inspect_test

import (
	"bytes"
	"strings"
	"testing"
)

// An image under a key of one byte is said to be coded; a file of a kind not known in a file system is an ordinary file.
func TestCodedParts(t *testing.T) {
	dense := noise(9, 200_000)
	for i := range dense { // not so even that it passes for encrypted
		if i%9 == 0 {
			dense[i] &= 0x3f
		}
	}
	r := bounded(t, dense)
	check(t, r, "state.unknown note")
	if !strings.Contains(r.Summary, "coded in a way not known") {
		t.Errorf("summary %q", r.Summary)
	}
	r = bounded(t, cpioTree(with(base(), "usr/share/store.dat", string(bytes.Clone(dense)))))
	for _, f := range r.Findings {
		if f.ID == "state.unknown" {
			t.Errorf("%+v", f)
		}
	}
}
