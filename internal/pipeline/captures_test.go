package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/calendar"
	"telltale/internal/report"
	"telltale/internal/source/sourcetest"
)

var updateCaptures = flag.Bool("update-captures", false, "write testdata/captures.golden anew; read the diff before committing it")

// TestCaptures: of every recorded capture, the things found, who made them and
// by which kinds of evidence that is known. The golden file holds our findings
// alone and was reviewed entry by entry against what the packets say.
func TestCaptures(t *testing.T) {
	root := sourcetest.Corpus(t, "pcap")
	files, err := filepath.Glob(filepath.Join(root, "*.pcap*"))
	if err != nil || len(files) == 0 {
		t.Skipf("no captures in %s", root)
	}
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&got, "== %s\n", filepath.Base(f))
		for _, l := range capturedThings(t, k, f) {
			fmt.Fprintln(&got, l)
		}
	}
	path := filepath.Join("testdata", "captures.golden")
	if *updateCaptures {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); d != "" {
		t.Errorf("captures (-golden +found):\n%s", d)
	}
}

// capturedThings lists the devices and services of one capture, one line each.
func capturedThings(t *testing.T, k *Knowledge, path string) []string {
	t.Helper()
	profiles, _, err := k.Profiles("private", nil)
	if err != nil {
		t.Fatal(err)
	}
	day, _ := calendar.Parse("2026-11-22")
	f, err := Check(context.Background(), k, t.TempDir(), &Options{Inputs: []string{path}, Profiles: profiles, AsOf: day, KnownAt: day, All: true, Network: "lab"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	if err := report.JSON(&b, f); err != nil {
		t.Fatal(err)
	}
	var r struct {
		Assets []struct {
			Kind, Seen   string
			Keys         []string
			Manufacturer *struct {
				Org, Wording string
				Evidence     []string
			}
		}
		Claims map[string]struct{ Class, Value string }
	}
	if err := json.Unmarshal(b.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range r.Assets {
		key, maker := "no key", "unknown"
		if len(a.Keys) > 0 {
			key = a.Keys[0]
		}
		if m := a.Manufacturer; m != nil {
			var kinds []string
			for _, e := range m.Evidence {
				if c := r.Claims[e]; c.Value == m.Org {
					kinds = append(kinds, c.Class)
				}
			}
			slices.Sort(kinds)
			maker = fmt.Sprintf("%s, %s by %s", m.Org, m.Wording, strings.Join(slices.Compact(kinds), " "))
		}
		out = append(out, fmt.Sprintf("%s %s %s: %s", a.Kind, a.Seen, key, maker))
	}
	slices.Sort(out)
	return out
}
