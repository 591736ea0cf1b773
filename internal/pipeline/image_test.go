package pipeline

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/data"
	"telltale/internal/asset"
	"telltale/internal/calendar"
	orgs "telltale/internal/org"
)

// cpio writes a small root file system in the "newc" form.
func cpio(files ...[2]string) []byte {
	var b bytes.Buffer
	for i, f := range append(files, [2]string{"TRAILER!!!", ""}) {
		fmt.Fprintf(&b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", i+1, 0o100755, 0, 0, 1, 1700000000, len(f[1]), 0, 0, 0, 0, len(f[0])+1, 0)
		b.WriteString(f[0] + "\x00" + strings.Repeat("\x00", (4-(110+len(f[0])+1)%4)%4) + f[1])
		b.WriteString(strings.Repeat("\x00", (4-b.Len()%4)%4))
	}
	return b.Bytes()
}

func elf(text string) string {
	h := make([]byte, 512)
	copy(h, "\x7fELF\x01\x01\x01")
	h[16], h[18], h[20] = 2, 40, 1
	return string(h) + "\x00" + text + "\x00"
}

func recorderImage() []byte {
	return cpio([2]string{"usr/bin/dvrHelper", elf("OpenTelnet:OpenOnce\x009530\x00xmeye.net")}, [2]string{"lib/modules/hi3516cv300_base.ko", elf("m")},
		[2]string{"usr/sbin/telnetd", elf("t")}, [2]string{"bin/busybox", elf("BusyBox v1.31.1 (x) multi-call binary.")}, [2]string{"init", "#!/bin/sh\ntelnetd &\n"})
}

// An image is checked like any other input, alone, in a folder and in an archive.
func TestCheckOpensFirmwareImages(t *testing.T) {
	dir := t.TempDir()
	img := recorderImage()
	os.WriteFile(filepath.Join(dir, "camera.bin"), img, 0o644)
	os.WriteFile(filepath.Join(dir, "random.bin"), bytes.Repeat([]byte{0, 9, 8, 1, 250, 3}, 4000), 0o644)
	z, err := os.Create(filepath.Join(dir, "update.zip"))
	if err != nil {
		t.Fatal(err)
	}
	zw := zip.NewWriter(z)
	w, _ := zw.Create("fw/camera2.bin")
	w.Write(append([]byte{0, 0, 0, 0}, img...)) // at an offset, so that it is another image
	zw.Close()
	z.Close()
	f, read := checkImages(t, dir)
	for _, name := range []string{"camera.bin", "update.zip!fw/camera2.bin"} {
		c := read[name]
		if c == nil || c.Format != "firmware-image" || c.Unreadable {
			t.Fatalf("%s: coverage %+v", name, c)
		}
		notes := strings.Join(c.Notes, "\n")
		for _, want := range []string{"platform xiongmai", "soc hisilicon", "string.magic-backdoor", "daemon.telnet-at-boot"} {
			if !strings.Contains(notes, want) {
				t.Errorf("%s: no %q in the notes:\n%s", name, want, notes)
			}
		}
		if strings.Contains(notes, "clean") {
			t.Errorf("the image is cleared: %s", notes)
		}
	}
	if c := read["random.bin"]; c == nil || !c.Unreadable {
		t.Errorf("bytes that are no image: %+v", c)
	}
	all := ""
	for b, err := range f.Assets() {
		if err != nil {
			t.Fatal(err)
		}
		all += string(b) + "\n"
	}
	for _, want := range []string{`"kind":"software"`, `"org":"xiongmai"`, `"kind":"soc"`, `"org":"hisilicon"`, "busybox 1.31.1"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in the assets:\n%s", want, all)
		}
	}
}

// Every organisation the marks name is one the program knows.
func TestFirmwareOrganisationsAreKnown(t *testing.T) {
	facts, err := data.Firmware()
	if err != nil {
		t.Fatal(err)
	}
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	att, err := data.AttributionFacts()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range att.Fingerprints {
		if strings.HasPrefix(f.ID, "firmware/") {
			continue
		}
		for _, a := range f.Asserts {
			known[a.Value] = true
		}
	}
	for _, f := range facts.Fingerprints() {
		if org := f.Asserts[0].Value; !known[org] && !k.Orgs.Known(orgs.ID(org)) {
			t.Errorf("fingerprint %s names the organisation %q, which the data do not have", f.ID, org)
		}
	}
}

// checkImages checks a folder, and tells of each input how it was read.
func checkImages(t *testing.T, dir string) (*Folder, map[string]*asset.Coverage) {
	t.Helper()
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	ps, _, err := k.Profiles("rural-etc", nil)
	if err != nil {
		t.Fatal(err)
	}
	day, _ := calendar.Parse("2026-11-22")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	f, err := Check(t.Context(), k, t.TempDir(), &Options{Inputs: []string{dir}, Base: dir + "/", Profiles: ps, All: true, AsOf: day, KnownAt: day})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	read := map[string]*asset.Coverage{}
	for _, c := range f.Head().Coverage {
		read[c.Input] = &c
	}
	return f, read
}
