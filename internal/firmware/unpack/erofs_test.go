package unpack

import (
	"bytes"
	"compress/flate"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// erofsImage packs the sample tree with Debian's tool.
func erofsImage(t testing.TB, args ...string) []byte {
	t.Helper()
	need(t, "mkfs.erofs")
	img := filepath.Join(t.TempDir(), "img")
	run(t, "mkfs.erofs", append(append([]string{"--quiet"}, args...), img, sampleTree(t))...)
	b, err := os.ReadFile(img)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestErofsBroken(t *testing.T) {
	img := erofsImage(t, "-zlz4")
	for name, c := range map[string]struct {
		damage func(b []byte) []byte
		state  State
	}{
		"cut":      {func(b []byte) []byte { return b[:len(b)-8192] }, Truncated},
		"checksum": {func(b []byte) []byte { b[1024+64] ^= 1; return b }, Partial},
	} {
		r := findRegion(t, openBytes(t, c.damage(append([]byte(nil), img...))), "erofs")
		if r.State != c.state {
			t.Errorf("%s: %q %v", name, r.State, r.Reasons)
		}
	}
}

// TestMicroLZMA decodes the form of LZMA erofs uses: the first byte holds the properties, inverted.
func TestMicroLZMA(t *testing.T) {
	need(t, "lzma")
	dir := t.TempDir()
	plain := []byte(strings.Repeat("flash file system ", 500))
	writeFile(t, filepath.Join(dir, "x"), plain)
	run(t, "lzma", "-z", "-k", filepath.Join(dir, "x"))
	b, err := os.ReadFile(filepath.Join(dir, "x.lzma"))
	if err != nil {
		t.Fatal(err)
	}
	micro := append(make([]byte, 100), append([]byte{^b[0]}, b[14:]...)...)
	if out, err := (&erofs{}).decode(micro, 1, len(plain)); err != nil || string(out) != string(plain) {
		t.Errorf("%v, %d bytes of %d", err, len(out), len(plain))
	}
}

// TestErofsBlocks decodes what Debian's packer of this version does not write.
func TestErofsBlocks(t *testing.T) {
	plain := bytes.Repeat([]byte("flash file system "), 500)
	var deflated bytes.Buffer
	w, _ := flate.NewWriter(&deflated, 9)
	w.Write(plain)
	w.Close()
	z, _ := zstd.NewWriter(nil)
	for algorithm, packed := range map[byte][]byte{2: deflated.Bytes(), 3: z.EncodeAll(plain, nil)} {
		block := append(make([]byte, 4096-len(packed)), packed...) // the packed bytes end their block
		if out, err := (&erofs{}).decode(block, algorithm, len(plain)); err != nil || !bytes.Equal(out, plain) {
			t.Errorf("algorithm %d: %v, %d bytes of %d", algorithm, err, len(out), len(plain))
		}
	}
}
