package api

import (
	"archive/zip"
	"bytes"
	"testing"
)

// bomb is an archive of 90 MiB of the same rows in some 300 KiB.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	for range 96 {
		if _, err := f.Write(bytes.Repeat([]byte("Name,Model\nx,y\n"), 1<<16)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
