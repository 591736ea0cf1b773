package diff

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"telltale/internal/firmware/inspect"
)

func two() (a, b *inspect.Report) {
	a = &inspect.Report{Image: inspect.Image{Name: "v1"}, Identity: inspect.Identity{Models: []string{"M1"}, Versions: []string{"V1.0"}, Built: "2024-01-01"},
		Components: []inspect.Component{{Name: "dropbear", Version: "2020.81", Kind: "program"}, {Name: "linux", Version: "6.1.0", Kind: "kernel"}},
		Accounts:   []inspect.Account{{Name: "root", UID: 0, Secret: "none"}},
		Modules:    []inspect.Module{{Name: "a", VerMagic: "6.1"}, {Name: "b", VerMagic: "6.1", Where: "x/lib/modules/b.ko"}},
		Files: []inspect.File{{Path: "etc/passwd", Kind: "file", Mode: "0644", SHA256: "1", Size: 9}, {Path: "usr/sbin/dropbear", Kind: "file", Mode: "0755", SHA256: "2", Size: 9},
			{Path: "lib/modules/b.ko", Kind: "file", Mode: "0644", SHA256: "3", Size: 9}, {Path: "usr/bin/app", Kind: "file", Mode: "0755", SHA256: "4", Size: 9}, {Path: "etc/motd", Kind: "file", Mode: "0644", SHA256: "5", Size: 9}}}
	b = &inspect.Report{Image: inspect.Image{Name: "v2"}, Identity: inspect.Identity{Models: []string{"M1"}, Versions: []string{"V1.1"}, Built: "2024-02-02"},
		Components: []inspect.Component{{Name: "dropbear", Version: "2022.83", Kind: "program", Where: []string{"x/usr/sbin/dropbear"}}, {Name: "linux", Version: "6.1.2", Kind: "kernel"}},
		Accounts:   []inspect.Account{{Name: "root", UID: 0, Secret: "none"}, {Name: "svc", UID: 0, Secret: "none"}},
		Hosts:      []inspect.Host{{Host: "collector.example.invalid", Where: []string{"x/usr/bin/app"}}},
		Modules:    []inspect.Module{{Name: "a", VerMagic: "6.1"}},
		Findings:   []inspect.Finding{{ID: "account.uid0-twin", Level: inspect.Confirmed, Path: "etc/passwd", Value: "svc"}, {ID: "host.undocumented", Level: inspect.Note, Path: "usr/bin/app", Value: "collector.example.invalid"}},
		Files: []inspect.File{{Path: "etc/passwd", Kind: "file", Mode: "0644", SHA256: "1b", Size: 9}, {Path: "usr/sbin/dropbear", Kind: "file", Mode: "0755", SHA256: "2b", Size: 9},
			{Path: "usr/bin/app", Kind: "file", Mode: "0755", SHA256: "4b", Size: 9}, {Path: "etc/motd", Kind: "file", Mode: "0644", SHA256: "5b", Size: 9}}}
	for _, r := range []*inspect.Report{a, b} {
		for i := range r.Files {
			r.Files[i].Where = "x/" + r.Files[i].Path
		}
	}
	return a, b
}

// Each change is said once, in the words that mean most; files are said apart.
func TestCompareSaysEachChangeOnce(t *testing.T) {
	a, b := two()
	var got []string
	for _, c := range Compare(a, b) {
		got = append(got, fmt.Sprintf("%s %s %s %s>%s %s", c.ID, c.What, c.Name, c.Old, c.New, c.Level))
	}
	sort.Strings(got)
	want := []string{
		"diff.added account.uid0-twin svc >uid 0, none confirmed",
		"diff.added host.undocumented collector.example.invalid > note",
		"diff.changed component dropbear 2020.81>2022.83 note",
		"diff.changed component linux 6.1.0>6.1.2 note",
		"diff.changed image version V1.0>V1.1 note",
		"diff.removed module b 6.1> note",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("changes:\n%s\nwant:\n%s", g, w)
	}
	because := map[string]string{}
	for _, f := range Files(a, b) {
		because[f.Path] = f.ID + " " + strings.Join(f.Because, ",")
	}
	for p, w := range map[string]string{"etc/passwd": "diff.changed svc", "usr/sbin/dropbear": "diff.changed dropbear", "lib/modules/b.ko": "diff.removed b", "usr/bin/app": "diff.changed collector.example.invalid", "etc/motd": "diff.changed "} {
		if because[p] != w {
			t.Errorf("file %s: %q, want %q", p, because[p], w)
		}
	}
	if l := Compare(b, b); len(l) != 0 {
		t.Errorf("an image differs from itself: %+v", l)
	}
}

func TestFindingThatGrows(t *testing.T) {
	a := &inspect.Report{Findings: []inspect.Finding{{ID: "daemon.telnet-at-boot", Level: inspect.Note, Path: "etc/init.d/t", Value: "telnetd"}}}
	b := &inspect.Report{Findings: []inspect.Finding{{ID: "daemon.telnet-at-boot", Level: inspect.Confirmed, Path: "etc/init.d/t", Value: "telnetd"}}}
	l := Compare(a, b)
	if len(l) != 1 || l[0].ID != "diff.changed" || l[0].Level != inspect.Confirmed || l[0].Old != "note" {
		t.Errorf("%+v", l)
	}
}

func TestLineage(t *testing.T) {
	a, b := two()
	if l := Lineage(a, a); l.Same != 1 {
		t.Errorf("an image is not its own kin: %+v", l)
	}
	if l := Lineage(a, b); l.Same != 0 || l.Files != 5 {
		t.Errorf("%+v", l)
	}
}

func TestSharedKeys(t *testing.T) {
	key := inspect.Key{Kind: "private", Algorithm: "RSA 2048", SPKI: strings.Repeat("ab", 32), Where: "a.bin:squashfs/etc/k.pem"}
	test := inspect.Key{Kind: "private", SPKI: strings.Repeat("cd", 32), Test: "a sample"}
	a := &inspect.Report{Image: inspect.Image{Name: "a.bin", SHA256: "1"}, Keys: []inspect.Key{key, test}, Files: []inspect.File{{Where: key.Where, Path: "etc/k.pem"}}}
	b := &inspect.Report{Image: inspect.Image{Name: "b.bin", SHA256: "2"}, Keys: []inspect.Key{key, test}}
	c := &inspect.Report{Image: inspect.Image{Name: "c.bin", SHA256: "3"}, Keys: []inspect.Key{{Kind: "certificate", SPKI: key.SPKI}}}
	got := SharedKeys(a, []*inspect.Report{a, b, b, c})
	if len(got) != 1 || got[0].Path != "etc/k.pem" || !strings.HasSuffix(got[0].Title, "is in b.bin too") {
		t.Errorf("shared keys: %+v", got)
	}
}
