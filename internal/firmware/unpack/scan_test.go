package unpack

import (
	"bytes"
	"context"
	"os"
	"testing"
)

// benchImage is a mixed image that needs no packer: text, noise, erased flash, programs and small pieces of several formats.
func benchImage(size int) []byte {
	files := packedFiles()
	pieces := [][]byte{
		noiseOf(3<<20, 30), cabImage(files, true, 0), minixImage(2, le, files), yaffsImage(yaffsGeometries[0], files), isoImage("text\n"),
		fvVolume(ffs2, 4096, fvFile(1, false, noiseOf(4000, 31))), make([]byte, 1<<20),
	}
	if b, err := os.ReadFile("/proc/self/exe"); err == nil { // a program: instructions, tables and texts
		pieces = append(pieces, b[4096:])
	}
	out := make([]byte, 0, size)
	for len(out) < size {
		for _, p := range pieces {
			out = append(out, p[:min(len(p), size-len(out))]...)
		}
	}
	return out
}

// BenchmarkScan is the rate at which pieces are recognised, on one core.
func BenchmarkScan(b *testing.B) {
	img := benchImage(64 << 20)
	if name := os.Getenv("TELLTALE_IMAGE"); name != "" {
		var err error
		if img, err = os.ReadFile(name); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(img)))
	b.ReportAllocs()
	for b.Loop() {
		tree, err := Scan(context.Background(), bytes.NewReader(img), int64(len(img)), "image", Limits{Workers: 1, Spool: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		tree.Close()
	}
}

// TestScanShallow wants the first level as Open finds it, and nothing opened.
func TestScanShallow(t *testing.T) {
	img := benchImage(8 << 20)
	deep := openBytes(t, img)
	flat, err := Scan(context.Background(), bytes.NewReader(img), int64(len(img)), "image", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer flat.Close()
	var want, got []Region
	list := func(tree *Tree) (out []Region) {
		for _, r := range tree.Root.Regions {
			if r.Confidence != Leftover {
				out = append(out, Region{Offset: r.Offset, Format: r.Format})
			}
		}
		return out
	}
	want, got = list(deep), list(flat)
	if len(want) != len(got) || len(got) < 5 {
		t.Fatalf("%d pieces, Open finds %d", len(got), len(want))
	}
	for i := range got {
		if got[i].Offset != want[i].Offset || got[i].Format != want[i].Format {
			t.Errorf("%s at %#x, Open finds %s at %#x", got[i].Format, got[i].Offset, want[i].Format, want[i].Offset)
		}
	}
}

// BenchmarkOpen opens everything in the image TELLTALE_IMAGE names, on one core.
func BenchmarkOpen(b *testing.B) {
	img := benchImage(64 << 20)
	if name := os.Getenv("TELLTALE_IMAGE"); name != "" {
		var err error
		if img, err = os.ReadFile(name); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(img)))
	b.ReportAllocs()
	for b.Loop() {
		tree, err := Open(context.Background(), bytes.NewReader(img), int64(len(img)), "image", Limits{Workers: 1, Spool: b.TempDir()}, nil)
		if err != nil {
			b.Fatal(err)
		}
		tree.Close()
	}
}
