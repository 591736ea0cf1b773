package unpack

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
)

// A stream cut at any byte is refused, never read beyond its end; whole, it is what was packed.
func TestXZPlainCutAnywhere(t *testing.T) {
	for _, plain := range []string{"", "a", strings.Repeat("telltale ", 300), "\x00\x01\x02"} {
		var b bytes.Buffer
		w, err := xz.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(plain))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		whole := b.Bytes()
		for n := range len(whole) {
			if out, err := xzPlain(whole[:n:n], 1<<16); err == nil && string(out) != plain {
				t.Errorf("%d of %d bytes: %q without an error", n, len(whole), out)
			}
		}
		if out, err := xzPlain(whole, 1<<16); err != errXZOther && (err != nil || string(out) != plain) {
			t.Errorf("whole: %q, %v", out, err)
		}
	}
}
