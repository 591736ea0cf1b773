// Package sourcetest holds what the tests of sources share: reading bytes with
// a source into a plain listing, golden files, the promises every source keeps,
// and the way to the corpus of recordings.
package sourcetest

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Input wraps bytes as an input.
func Input(name string, data []byte) *source.Input {
	return &source.Input{Name: name, Data: bytes.NewReader(data), Size: int64(len(data)), Options: &source.Options{}}
}

// Read reads data and returns what the source yielded, what it covered and its error.
func Read(src source.Source, name string, data []byte) ([]*asset.Sighting, *asset.Coverage, error) {
	var got []*asset.Sighting
	cov := &asset.Coverage{Input: name}
	err := src.Read(context.Background(), Input(name, data), cov, func(s *asset.Sighting) error {
		got = append(got, s)
		return nil
	})
	return got, cov, err
}

// List reads data and writes sightings and coverage as plain lines.
func List(src source.Source, name string, data []byte) string {
	got, cov, err := Read(src, name, data)
	var b strings.Builder
	for _, s := range got {
		sighting(&b, s, "")
	}
	for _, r := range cov.Reasons {
		fmt.Fprintf(&b, "! %s: %s\n", r.Place, r.Reason)
	}
	for _, n := range cov.Notes {
		fmt.Fprintf(&b, "~ %s\n", n)
	}
	fmt.Fprintf(&b, "read %d, failed %d\n", cov.Read, cov.Failed)
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	return b.String()
}

func sighting(b *strings.Builder, s *asset.Sighting, indent string) {
	fmt.Fprintf(b, "%s%s %s @%s", indent, s.Kind, s.Seen, s.Place.At)
	if s.Complete {
		b.WriteString(" complete")
	}
	b.WriteByte('\n')
	observations(b, s.Observations, indent+"  ")
	for i := range s.Components {
		part(b, &s.Components[i], indent+"  ")
	}
	for i := range s.Links {
		l := &s.Links[i]
		fmt.Fprintf(b, "%s  link %s %q -> %q\n", indent, l.Via, l.LocalPort, l.RemotePort)
		sighting(b, &l.Remote, indent+"    ")
	}
}

func part(b *strings.Builder, p *asset.Part, indent string) {
	fmt.Fprintf(b, "%spart %s @%s\n", indent, p.Kind, p.Place.At)
	observations(b, p.Observations, indent+"  ")
	for i := range p.Components {
		part(b, &p.Components[i], indent+"  ")
	}
}

func observations(b *strings.Builder, list []evidence.Observation, indent string) {
	for i := range list {
		o := &list[i]
		fmt.Fprintf(b, "%s%s = %q @%s", indent, o.Attr, o.Value, o.Place.At)
		if o.At != "" {
			fmt.Fprintf(b, " at %s", o.At)
		}
		b.WriteByte('\n')
	}
}

// Golden reads every file testdata/*.<ext> with src and compares the listing to <file>.golden.
func Golden(t *testing.T, src source.Source, exts ...string) {
	t.Helper()
	for _, path := range files(t, exts) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := src.Recognise(data[:min(len(data), source.Head)], filepath.Base(path)); n < 50 {
				t.Errorf("Recognise(%s) = %d, want at least 50", path, n)
			}
			got := List(src, filepath.Base(path), data)
			golden := path + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("listing of %s (-want +got):\n%s", path, diff)
			}
		})
	}
}

func files(tb testing.TB, exts []string) []string {
	tb.Helper()
	var all []string
	for _, ext := range exts {
		m, err := filepath.Glob(filepath.Join("testdata", "*."+ext))
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, m...)
	}
	if len(all) == 0 {
		tb.Fatalf("no testdata of kind %v", exts)
	}
	return all
}

// Fuzz seeds f with testdata/*.<ext> and checks Promises on everything.
func Fuzz(f *testing.F, src source.Source, exts ...string) {
	for _, path := range files(f, exts) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src.Recognise(data[:min(len(data), source.Head)], "fuzz")
		Promises(t, src, data)
	})
}

// Promises checks what every source promises about any input: it returns, its
// values are bounded valid text, neighbours are marked as such, and a second
// reading says the same.
func Promises(t *testing.T, src source.Source, data []byte) {
	t.Helper()
	got, _, _ := Read(src, "fuzz", data)
	for _, s := range got {
		if s.Seen == "" || s.Kind == "" {
			t.Errorf("sighting at %q has no kind or seen", s.Place.At)
		}
		checkObservations(t, s.Observations)
		for i := range s.Components {
			checkObservations(t, s.Components[i].Observations)
		}
		for i := range s.Links {
			if s.Links[i].Remote.Seen != asset.Neighbour {
				t.Errorf("link at %q: remote is %q, want neighbour", s.Place.At, s.Links[i].Remote.Seen)
			}
			checkObservations(t, s.Links[i].Remote.Observations)
		}
	}
	if a, b := List(src, "fuzz", data), List(src, "fuzz", data); a != b {
		t.Errorf("two readings differ (-first +second):\n%s", cmp.Diff(a, b))
	}
}

func checkObservations(t *testing.T, list []evidence.Observation) {
	t.Helper()
	for i := range list {
		o := &list[i]
		if o.Source == "" || o.Attr == "" || o.Value == "" {
			t.Errorf("observation %+v lacks source, attribute or value", *o)
		}
		if len(o.Value) > evidence.MaxValue || !utf8.ValidString(o.Value) {
			t.Errorf("value of %s is too long or no UTF-8: %q", o.Attr, o.Value)
		}
	}
}

// Corpus returns the folder sub of the recordings, or skips the test.
func Corpus(tb testing.TB, sub string) string {
	tb.Helper()
	root := os.Getenv("TELLTALE_CORPUS")
	if root == "" {
		tb.Skip("TELLTALE_CORPUS is not set: no recordings to read")
	}
	return filepath.Join(root, sub)
}
