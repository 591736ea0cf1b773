package unpack

import (
	"bytes"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func packed7z(t testing.TB, args ...string) string {
	t.Helper()
	need(t, "7z")
	dir := sampleTree(t)
	img := filepath.Join(t.TempDir(), "img.7z")
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	run(t, "7z", append([]string{"a", "-bd", "-snl", img, "."}, args...)...)
	t.Chdir(wd)
	return img
}

func Test7zRoundTrip(t *testing.T) {
	for _, args := range []string{"", "-m0=LZMA", "-m0=PPMd", "-m0=BZip2", "-m0=Deflate", "-m0=Copy", "-ms=off", "-mhc=off", "-m0=BCJ -m1=LZMA", "-m0=ARM -m1=LZMA2", "-m0=BCJ2 -m1=LZMA -m2=LZMA -m3=LZMA -mb0:1 -mb0s1:2 -mb0s2:3", "-m0=Delta:4 -m1=LZMA"} {
		t.Run(nonEmpty(args, "default"), func(t *testing.T) {
			img := packed7z(t, strings.Fields(args)...)
			r := findRegion(t, openFile(t, img), "7z")
			sameTree(t, onDisk(t, sampleTree(t)), r)
			if fi, _ := os.Stat(img); r.Length != fi.Size() {
				t.Errorf("ends at %d of %d", r.Length, fi.Size())
			}
		})
	}
}

func Test7zPassword(t *testing.T) {
	for _, args := range [][]string{{"-psecret"}, {"-psecret", "-mhe=on"}} {
		r := findRegion(t, openFile(t, packed7z(t, args...)), "7z")
		if r.State != Encrypted {
			t.Errorf("%v: state %q %v", args, r.State, r.Reasons)
		}
	}
}

// sz is a 7z archive of no data and the header b.
func sz(b []byte) []byte {
	h := make([]byte, 32)
	copy(h, "7z\xbc\xaf\x27\x1c\x00\x04")
	le.PutUint64(h[20:], uint64(len(b)))
	le.PutUint32(h[28:], crc32.ChecksumIEEE(b))
	le.PutUint32(h[8:], crc32.ChecksumIEEE(h[12:32]))
	return append(h, b...)
}

func Test7zLies(t *testing.T) {
	for name, c := range map[string]struct {
		header, want string
	}{
		"files":   {"\x01\x05\xf0\xff\xff\xff\xff\x00", "files in"},
		"folders": {"\x01\x04\x06\x00\x01\x09\x05\x00\x07\x0b\xf0\xff\xff\xff\x7f\x00", "folders in"},
		"window":  {"\x01\x04\x06\x00\x01\x09\x05\x00\x07\x0b\x01\x00\x01\x21\x21\x01\x28", "window of"},
		"coder":   {"\x01\x04\x06\x00\x01\x09\x05\x00\x07\x0b\x01\x00\x01\x01\x77", "not known"},
		"cut":     {"\x01\x04\x06\x00", "unexpected EOF"},
	} {
		lying := sz([]byte(c.header))
		if err := CheckSevenZip(bytes.NewReader(lying), int64(len(lying))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: CheckSevenZip: %v", name, err)
		}
		r := findRegion(t, openBytes(t, lying), "7z")
		if !strings.Contains(strings.Join(r.Reasons, " "), c.want) || r.State == OK {
			t.Errorf("%s: %q %v", name, r.State, r.Reasons)
		}
	}
}
