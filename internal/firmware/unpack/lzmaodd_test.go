package unpack

import (
	"bytes"
	"testing"
)

// TestLZMAOddTable: a table of small numbers passes for a header of LZMA and is none.
func TestLZMAOddTable(t *testing.T) {
	for _, b := range [][]byte{
		append([]byte("\x00\x00\x10\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"), make([]byte, 5000)...),
		append([]byte("\x01\x00\x00\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"), bytes.Repeat([]byte{0, 0, 0, 1, 0, 2, 0, 3}, 900)...),
	} {
		openBytes(t, b).EachRegion(func(full string, _ *Object, r *Region) {
			if r.Format == "lzma" {
				t.Errorf("%s: %v", full, r.Facts)
			}
		})
	}
}
