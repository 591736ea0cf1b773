package syslog

import (
	"strings"
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "log") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "log") }

func TestRecognise(t *testing.T) {
	for text, want := range map[string]bool{
		"<34>Oct 11 22:14:15 mymachine su: failed\n<34>Oct 11 22:14:16 mymachine su: failed\n": true,
		"2026-11-22T10:00:00+00:00 h a: b\n2026-11-22T10:00:00Z h a: b\n":                      true,
		"Name,Make\na,b\n":                   false,
		"Oct 11 22:14:15 only one line\n":    false,
		"one\ntwo\nOct 11 22:14:15 h a: b\n": false,
		"":                                   false,
		"2026-11-22T10:00:00Z,host,1\n2026-11-22T10:00:00Z,host,2\n": false,
	} {
		if got := (Source{}).Recognise([]byte(text), "x") > 0; got != want {
			t.Errorf("Recognise(%q) = %v, want %v", text, got, want)
		}
	}
}

// Memory does not grow with the number of lines: senders are handed on when there are many.
func TestManySenders(t *testing.T) {
	var b strings.Builder
	for i := range 3 * maxThings / 2 {
		b.WriteString("2026-11-22T10:00:00Z h")
		b.WriteString(strings.Repeat("x", i%3))
		b.WriteString(strings.ToLower(strings.Repeat("y", i%7)))
		for n := i; n > 0; n /= 10 {
			b.WriteByte('0' + byte(n%10))
		}
		b.WriteString(" a: b\n")
	}
	got, _, err := sourcetest.Read(Source{}, "many.log", []byte(b.String()))
	if err != nil || len(got) < maxThings {
		t.Errorf("%d senders, error %v", len(got), err)
	}
}
