package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"telltale/internal/calendar"
)

func routerImage(version, more string) []byte {
	return cpio([2]string{"etc/version", "model=XR-500\nversion=" + version + "\n"}, [2]string{"bin/busybox", elf("BusyBox v1.31.1 (x) multi-call binary.")}, [2]string{"usr/bin/app", elf("the application " + strings.Repeat("of a router ", 40))},
		[2]string{"usr/bin/more", elf(more)}, [2]string{"init", "#!/bin/sh\nexec /usr/bin/app\n"})
}

// An image of a check is compared with the devices of its model and, over a database, with images of earlier checks.
func TestCheckComparesImages(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	ps, _, err := k.Profiles("private", nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	db := filepath.Join(t.TempDir(), "stock.db")
	notes := func(files map[string]string) string {
		t.Helper()
		dir := t.TempDir()
		for n, s := range files {
			os.WriteFile(filepath.Join(dir, n), []byte(s), 0o644)
		}
		f, err := Check(context.Background(), k, t.TempDir(), &Options{Inputs: []string{dir}, Base: dir + "/", Profiles: ps, AsOf: calendar.Of(at), KnownAt: calendar.Of(at), DB: db, Now: at, Author: "tester"})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var all []string
		for _, c := range f.Head().Coverage {
			all = append(all, c.Notes...)
		}
		return strings.Join(all, "\n")
	}
	got := notes(map[string]string{"v1.bin": string(routerImage("V1.0.4", "one")), "register.csv": "Name,Model,Firmware\nr-1,XR-500,V1.0.4\nr-2,XR-500,V1.0.2\nr-3,XR-900,V1.0.4\n"})
	for _, want := range []string{"r-1 (", "says it runs this image's version", "r-2 (", "says it runs another version: 1.0.2"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "r-3") || strings.Contains(got, "lineage") {
		t.Errorf("another model, or the image itself, is compared:\n%s", got)
	}
	got = notes(map[string]string{"v2.bin": string(routerImage("V1.0.5", "two"))})
	if !strings.Contains(got, "60 % of this image's files are those of v1.bin (XR-500, V1.0.4)") {
		t.Errorf("the image of the earlier check is not told:\n%s", got)
	}
	p := filepath.Join(t.TempDir(), "v3.bin")
	os.WriteFile(p, routerImage("V1.0.5", "three"), 0o644)
	rs, err := FirmwareReport(context.Background(), []string{p}, FirmwareOptions{DB: db, At: time.Now(), Author: "tester"})
	if err != nil || len(rs) != 1 {
		t.Fatal(err)
	}
	if l := rs[0].Lineage; len(l) != 2 || l[0].Same != 0.8 || !strings.Contains(l[0].Name, "v2.bin") {
		t.Errorf("lineage %+v", l)
	}
}
