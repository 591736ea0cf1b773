package pipeline

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// many is a system of n files whose content depends on the version from file changed on.
func many(n, changed int, version string) []byte {
	files := [][2]string{{"etc/version", version + "\n"}}
	for i := range n {
		v := ""
		if i >= changed {
			v = version
		}
		files = append(files, [2]string{fmt.Sprintf("usr/bin/p%03d", i), elf(strings.Repeat(fmt.Sprintf("program %d %x ", i, sha256.Sum256([]byte{byte(i)})), 40) + v)})
	}
	return cpio(files...)
}

func put(t *testing.T, dir, name string, b []byte) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

func inspected(t *testing.T, p string, o FirmwareOptions) *FirmwareResult {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(filepath.Dir(p), "cache"))
	rs, err := FirmwareReport(t.Context(), []string{p}, o)
	if err != nil || len(rs) != 1 {
		t.Fatalf("%d results: %v", len(rs), err)
	}
	return rs[0]
}

// 92 of 100 programs are those of the older build in the store; a stranger is no relative.
func TestKnownImages(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "store/old.bin", many(99, 99, "V1.0.1"))
	put(t, dir, "store/other.bin", cpio([2]string{"bin/x", elf("something else")}, [2]string{"bin/y", elf("and more")}))
	put(t, dir, "store/note.txt", []byte("bought in May\n"))
	p := put(t, dir, "new.bin", many(99, 92, "V1.0.2"))
	o := FirmwareOptions{Known: []string{filepath.Join(dir, "store")}}
	for _, again := range []bool{false, true} { // the second time from the cache
		r := inspected(t, p, o)
		if len(r.Lineage) != 1 || r.Lineage[0].Same != 0.92 || r.Lineage[0].Name != "old.bin (V1.0.1)" || r.Lineage[0].Alike < 0.98 {
			t.Errorf("again=%v: %+v", again, r.Lineage)
		}
	}
	// A folder --out filled serves as a store too.
	out := filepath.Join(dir, "out")
	inspected(t, filepath.Join(dir, "store/old.bin"), FirmwareOptions{Out: out})
	if r := inspected(t, p, FirmwareOptions{Known: []string{out}}); len(r.Lineage) != 1 || r.Lineage[0].Same != 0.92 {
		t.Errorf("from --out: %+v", r.Lineage)
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	img := many(3, 3, "V1")
	p := put(t, dir, "fw.bin", img)
	sum := sha256.Sum256(img)
	list := put(t, dir, "SHA256SUMS", []byte(hex.EncodeToString(sum[:])+"  fw.bin\n"))
	pub, priv, _ := ed25519.GenerateKey(rand.Reader)
	text := func(id string, b []byte) []byte {
		return []byte("untrusted comment: x\n" + base64.StdEncoding.EncodeToString(append([]byte("Ed"+id), b...)) + "\n")
	}
	key := put(t, dir, "maker.pub", text("abcdefgh", pub))
	ids := func(r *FirmwareResult) string {
		var l []string
		for _, f := range r.Findings {
			if strings.HasPrefix(f.ID, "integrity.") {
				l = append(l, f.ID+" "+string(f.Level))
			}
		}
		return strings.Join(l, ", ")
	}
	o := FirmwareOptions{Manifest: list, Keys: []string{key}}
	if r := inspected(t, p, o); r.Vendor.Digest != "as listed" || r.Vendor.Signature != "" || ids(r) != "integrity.unsigned note" {
		t.Errorf("unsigned: %+v %s", r.Vendor, ids(r))
	}
	b, _ := os.ReadFile(list)
	put(t, dir, "SHA256SUMS.sig", text("abcdefgh", ed25519.Sign(priv, b)))
	if r := inspected(t, p, o); r.Vendor.Digest != "as listed" || r.Vendor.Signature == "" || ids(r) != "" {
		t.Errorf("signed: %+v %s", r.Vendor, ids(r))
	}
	put(t, dir, "fw.bin", append(img, 0))
	if r := inspected(t, p, o); r.Vendor.Digest != "differs" || ids(r) != "integrity.hash-mismatch confirmed" {
		t.Errorf("changed image: %+v %s", r.Vendor, ids(r))
	}
	put(t, dir, "SHA256SUMS", append(b, "# changed\n"...))
	if r := inspected(t, p, o); ids(r) != "integrity.hash-mismatch confirmed, integrity.hash-mismatch confirmed" {
		t.Errorf("changed list: %s", ids(r))
	}
	other, _, _ := ed25519.GenerateKey(rand.Reader)
	put(t, dir, "SHA256SUMS", b)
	put(t, dir, "maker.pub", text("ijklmnop", other))
	put(t, dir, "fw.bin", img)
	if r := inspected(t, p, o); ids(r) != "integrity.unknown-key suspicious" || r.Vendor.Signature != "" {
		t.Errorf("another key: %+v %s", r.Vendor, ids(r))
	}
}

func TestToldAndGolden(t *testing.T) {
	dir := t.TempDir()
	p := put(t, dir, "fw.bin", cpio([2]string{"etc/fw_version", "model=IPC-1\nfirmware_version=V5.6.7\n"}, [2]string{"bin/x", elf("x")}))
	if r := inspected(t, p, FirmwareOptions{Told: "Acme IPC-1, V5.6.7 build 1", Baseline: p}); r.Told.Model != "agrees" || r.Told.Version != "agrees" || len(r.Changes)+len(r.FileChanges) != 0 {
		t.Errorf("%+v %v %v", r.Told, r.Changes, r.FileChanges)
	}
	if r := inspected(t, p, FirmwareOptions{Told: "Acme IPC-2, V5.6.8"}); r.Told.Model != "differs" || r.Told.Version != "differs" {
		t.Errorf("%+v", r.Told)
	}
	if r := inspected(t, p, FirmwareOptions{Told: "a camera"}); r.Told.Version != "not stated" {
		t.Errorf("%+v", r.Told)
	}
	q := put(t, dir, "fw2.bin", cpio([2]string{"etc/fw_version", "model=IPC-1\nfirmware_version=V5.6.7\n"}, [2]string{"bin/x", elf("x")}, [2]string{"bin/y", elf("y")}))
	if r := inspected(t, q, FirmwareOptions{Baseline: p}); len(r.FileChanges) != 1 || r.FileChanges[0].Path != "bin/y" || len(r.FileChanges[0].Because) != 0 {
		t.Errorf("%+v", r.FileChanges)
	}
}

// A finished image is not read again: its report is taken as it lies there.
func TestSecondRunTakesTheReport(t *testing.T) {
	dir := t.TempDir()
	p := put(t, dir, "fw.bin", many(3, 3, "V1"))
	out := filepath.Join(dir, "out")
	o := FirmwareOptions{Out: out}
	inspected(t, p, o)
	kept := filepath.Join(out, "fw.bin.unpacked", "report.json")
	b, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(kept, bytes.Replace(b, []byte(`"summary":"`), []byte(`"summary":"as kept: `), 1), 0o644)
	reads := 0
	o.Progress = func(p Progress) {
		if p.Stage == "open" {
			reads++
		}
	}
	if r := inspected(t, p, o); !strings.HasPrefix(r.Summary, "as kept: ") || reads > 0 {
		t.Errorf("the image was read again: %s", r.Summary)
	}
	put(t, dir, "fw.bin", many(3, 3, "V2"))
	if r := inspected(t, p, o); strings.HasPrefix(r.Summary, "as kept: ") {
		t.Error("another image took the old report")
	}
}

func zipFile(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(f[1]))
	}
	z.Close()
	return b.Bytes()
}

// A package of firmware is one image; a folder of a user's files stays one, image or not.
func TestZipOfFirmwareIsOneImage(t *testing.T) {
	dir := t.TempDir()
	img := string(recorderImage())
	put(t, dir, "update.zip", zipFile(t, [2]string{"InstallDesc", `{"UpgradeCommand":[{"Command":"Burn","FileName":"rootfs.img"}],"Vendor":"Acme Guard"}`}, [2]string{"rootfs.img", img}, [2]string{"logo.bin", strings.Repeat(fmt.Sprintf("%x", sha256.Sum256([]byte(img))), 4) + fmt.Sprint(sha512.Sum512([]byte(img)), sha512.Sum512([]byte("2")), sha512.Sum512([]byte("3")))}))
	put(t, dir, "papers.zip", zipFile(t, [2]string{"cameras.csv", "name,manufacturer,model\ngate,Hikvision,DS-2CD2042\n"}, [2]string{"rootfs.img", string(append([]byte("070701"), img[6:]...)) + "x"}))
	_, read := checkImages(t, dir)
	if c := read["update.zip"]; c == nil || c.Format != "firmware-image" || !strings.Contains(strings.Join(c.Notes, "\n"), "brand Acme Guard") {
		t.Errorf("update.zip: %+v", c)
	}
	for in, format := range map[string]string{"papers.zip!cameras.csv": "csv", "papers.zip!rootfs.img": "firmware-image"} {
		if c := read[in]; c == nil || c.Format != format {
			t.Errorf("%s: %+v", in, c)
		}
	}
}

// BenchmarkFlash is an image of 64 MiB from file to page.
func BenchmarkFlash(b *testing.B) {
	files := [][2]string{{"etc/version", "V1"}, {"init", "#!/bin/sh\ntelnetd &\n"}}
	for i := range 400 {
		var w strings.Builder
		for j := range 1200 {
			fmt.Fprintf(&w, "%x line %d of program %d\x00", sha256.Sum256([]byte{byte(i), byte(j), byte(j >> 8)}), j, i)
		}
		files = append(files, [2]string{fmt.Sprintf("usr/bin/p%03d", i), elf(w.String())})
	}
	img := bytes.Repeat([]byte{0xff}, 64<<20)
	copy(img[0x100000:], cpio(files...))
	p := filepath.Join(b.TempDir(), "flash.bin")
	if err := os.WriteFile(p, img, 0o644); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(img)))
	for b.Loop() {
		rs, err := FirmwareReport(b.Context(), []string{p}, FirmwareOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if err := WriteFirmware(io.Discard, rs, "html", true); err != nil {
			b.Fatal(err)
		}
	}
}
