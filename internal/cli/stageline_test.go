package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// The line appears after two seconds, goes on while nothing new is told, and is gone before output.
func TestStageLine(t *testing.T) {
	var term, out bytes.Buffer
	start := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	tick := make(chan time.Time) // a send is taken only when the draw before is over
	l := newStageLine(&term, start, tick)
	l.tell("image: open, %d of %d MiB", 1, 2)
	for _, s := range []int{1, 3, 4} {
		tick <- start.Add(time.Duration(s) * time.Second)
	}
	l.before(&out).Write([]byte("report"))
	l.close()
	want := "\r\x1b[Kimage: open, 1 of 2 MiB (3 s)\r\x1b[Kimage: open, 1 of 2 MiB (4 s)\r\x1b[K"
	if got := term.String(); got != want {
		t.Errorf("shown %q, want %q", got, want)
	}
	if out.String() != "report" || strings.Contains(out.String(), "\r") {
		t.Errorf("written %q", out.String())
	}
}
