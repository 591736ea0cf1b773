package unpack

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
)

// FuzzBranches: a filter gives as many bytes as it gets, and the same ones
// however its input comes.
func FuzzBranches(f *testing.F) {
	f.Add([]byte{0, 0xf0, 4, 0xf8, 1, 2, 3, 0xf1, 0, 0xf9, 0, 0}, true)
	f.Add(append([]byte{0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x0a}, noiseOf(64, 1)...), false)
	f.Fuzz(func(t *testing.T, b []byte, thumb bool) {
		filter := branches(ia64Branches)
		if thumb {
			filter = thumbBranches
		}
		read := func(r io.Reader) []byte {
			in, err := branchFilter(filter)(nil, 0, []io.ReadCloser{io.NopCloser(r)})
			if err != nil {
				t.Fatal(err)
			}
			out, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		one, many := read(bytes.NewReader(b)), read(iotest.OneByteReader(bytes.NewReader(b)))
		if len(one) != len(b) || !bytes.Equal(one, many) {
			t.Fatalf("%d bytes: %x and %x", len(b), one, many)
		}
	})
}
