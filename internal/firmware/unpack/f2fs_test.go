package unpack

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// f2fsImage packs dir with Debian's tools.
func f2fsImage(t testing.TB, dir string) string {
	t.Helper()
	need(t, "mkfs.f2fs", "sload.f2fs")
	img := filepath.Join(t.TempDir(), "img")
	writeFile(t, img, nil)
	if err := os.Truncate(img, 96<<20); err != nil {
		t.Fatal(err)
	}
	run(t, "mkfs.f2fs", "-q", img)
	run(t, "sload.f2fs", "-f", dir, img)
	return img
}

// TestF2FSLarge has files that need nodes of addresses, and nodes of those, and a folder of many blocks.
func TestF2FSLarge(t *testing.T) {
	dir := sampleTree(t)
	writeFile(t, filepath.Join(dir, "large"), noiseOf(14<<20+5, 11))
	for i := range 700 {
		writeFile(t, filepath.Join(dir, "usr/many/a rather long name of a file "+string(rune('a'+i%26))+string(rune('a'+i/26))), []byte{byte(i)})
	}
	sameTree(t, onDisk(t, dir), findRegion(t, openFile(t, f2fsImage(t, dir)), "f2fs"))
}

func TestF2FSBroken(t *testing.T) {
	img, err := os.ReadFile(f2fsImage(t, sampleTree(t)))
	if err != nil {
		t.Fatal(err)
	}
	cut := findRegion(t, openBytes(t, img[:len(img)/3]), "f2fs")
	if cut.State != Truncated {
		t.Errorf("cut: %q %v", cut.State, cut.Reasons)
	}
	cp := int(le.Uint32(img[1024+76:])) * f2fsBlock
	img[cp+8] ^= 1
	img[cp+8+f2fsBlock<<le.Uint32(img[1024+20:])] ^= 1
	if r := findRegion(t, openBytes(t, img), "f2fs"); r.State != Partial || len(r.Nodes) > 0 {
		t.Errorf("both checkpoints damaged: %q %v", r.State, r.Reasons)
	}
}

// TestF2FSCluster decodes what only the kernel writes.
func TestF2FSCluster(t *testing.T) {
	plain := append(bytes.Repeat([]byte("settings "), 1500), make([]byte, 4*f2fsBlock-1500*9)...)
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	packed := w.EncodeAll(plain, nil)
	in := join(words(le, uint32(len(packed)), 0, 0, 0, 0, 0), packed, make([]byte, f2fsBlock-24-len(packed)))
	if out, err := f2fsCluster(in, 2, len(plain)); err != nil || !bytes.Equal(out, plain) {
		t.Errorf("zstd: %v", err)
	}
	rle := packLZORLE(plain)
	if out, err := f2fsCluster(join(words(le, uint32(len(rle)), 0, 0, 0, 0, 0), rle), 3, len(plain)); err != nil || !bytes.Equal(out, plain) {
		t.Errorf("LZO-RLE: %v", err)
	}
	if _, err := f2fsCluster(in, 4, len(plain)); err == nil || !strings.Contains(err.Error(), "not known") {
		t.Errorf("a method of the future: %v", err)
	}
	le.PutUint32(in, 1<<31)
	if _, err := f2fsCluster(in, 2, len(plain)); err == nil {
		t.Error("a lying size is believed")
	}
}
