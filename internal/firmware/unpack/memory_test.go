//go:build compare && linux

package unpack

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMemory opens a mixed image of 2 GiB and prints the peak of resident memory:
//
//	go test -tags compare -run TestMemory -v ./internal/firmware/unpack
func TestMemory(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "large.bin")
	flash := os.Getenv("TELLTALE_IMAGE")
	if flash == "" {
		flash = flashImage(t).image
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := os.ReadFile(flash)
	if err != nil {
		t.Fatal(err)
	}
	for i := int64(0); i < 32; i++ { // every fourth slot is the flash, with a mark that makes it another content
		at := i * 64 << 20
		if i%4 == 0 {
			in[len(in)-1] = byte(i)
			_, err = f.WriteAt(in, at)
		} else if i%4 == 1 {
			_, err = f.WriteAt(noiseOf(32<<20, i), at)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	in = nil
	if err := f.Truncate(2 << 30); err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak begins anew
	before := peak(t)
	tree, err := Open(context.Background(), f, 2<<30, "large", Limits{Spool: dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	t.Logf("%d objects, %d entries, %d MB unpacked, notes %v; peak of resident memory %d MiB (%d before)", tree.Objects, tree.Entries, tree.Bytes>>20, tree.Notes, peak(t)>>10, before>>10)
	if peak(t) > 512<<10 {
		t.Errorf("peak of resident memory is %d MiB, 512 are allowed", peak(t)>>10)
	}
}

// peak is VmHWM in KiB.
func peak(t *testing.T) (kib int) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	for _, c := range strings.TrimSpace(rest) {
		if c < '0' || c > '9' {
			break
		}
		kib = kib*10 + int(c-'0')
	}
	return kib
}
