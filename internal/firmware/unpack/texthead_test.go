package unpack

import (
	"bytes"
	"testing"
)

// What looks like text at its beginning is not explained by that: an image, or
// noise, may follow.
func TestTextBeforeAnImage(t *testing.T) {
	image := tinyF2FS()
	noise := make([]byte, 64<<10)
	for i, x := 0, uint32(1); i < len(noise); i++ {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	for _, c := range []struct {
		name, format string
		head, tail   []byte
		lost         int64 // bytes that nothing explains, at least
	}{
		{"letters", "f2fs", bytes.Repeat([]byte("x"), 4096), image, 0},
		{"lines", "f2fs", bytes.Repeat([]byte("a line of text\n"), 1024), image, 0},
		{"a script that carries an archive", "f2fs", append([]byte("#!/bin/sh\ntail -n +3 $0 | tar x\n"), bytes.Repeat([]byte("#\n"), 4096)...), image, 0},
		{"noise", "", bytes.Repeat([]byte("x"), 4096), noise, 60 << 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := openLimited(t, append(bytes.Clone(c.head), c.tail...), Limits{})
			found, lost := c.format == "", int64(0)
			for _, r := range tree.Root.Regions {
				found = found || r.Format == c.format
				if r.Confidence == Leftover {
					lost += r.Length
				}
			}
			if !found || lost < c.lost {
				t.Errorf("regions %+v: want %q and %d bytes unexplained", tree.Root.Regions, c.format, c.lost)
			}
		})
	}
	text := append(bytes.Repeat([]byte("a line of text\n"), 1024), "one odd \x00 byte\n"...)
	if tree := openLimited(t, append(text, text...), Limits{}); tree.Root.Type != "text" {
		t.Errorf("a text with odd bytes is %q", tree.Root.Type)
	}
}
