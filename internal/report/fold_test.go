package report

import (
	"strings"
	"testing"
)

// TestFold breaks lines between words, not those that fit, and not in the middle of a word.
func TestFold(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"fits", "  one two\n", "  one two\n"},
		{"breaks", "    - " + strings.Repeat("word ", 8) + "end\n", "    - word word word word word word word\n      word end\n"},
		{"a long word stays whole", "x " + strings.Repeat("y", 50) + " z\n", "x\n  " + strings.Repeat("y", 50) + "\n  z\n"},
		{"colours take no room", "\x1b[1;31m" + strings.Repeat("ab ", 13) + "\x1b[0m\n", "\x1b[1;31m" + strings.Repeat("ab ", 13) + "\x1b[0m\n"},
		{"wide letters take two", strings.Repeat("机房 ", 9) + "\n", strings.TrimSuffix(strings.Repeat("机房 ", 8), " ") + "\n  机房 \n"},
		{"no newline at the end", strings.Repeat("word ", 9) + "end", "word word word word word word word word\n  word end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			w := Fold(&b, 40)
			for _, part := range strings.SplitAfter(c.in, "r") { // in pieces, as a buffer hands them over
				if _, err := w.Write([]byte(part)); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if b.String() != c.want {
				t.Errorf("got\n%q\nwant\n%q", b.String(), c.want)
			}
		})
	}
}
