package pipeline

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/report"
)

// foldedLines counts the lines a text takes at 100 columns.
func foldedLines(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		n += max(1, (len([]rune(strings.TrimRight(line, "\n")))+99)/100)
	}
	return n
}

// explainsFit checks that every asset and finding of a check is explained on one screen.
func explainsFit(t *testing.T, profile string, inputs ...string) {
	t.Helper()
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	ps, _, err := k.Profiles(profile, nil)
	if err != nil {
		t.Fatal(err)
	}
	day := orgDay(t, "2026-11-22")
	f, err := Check(t.Context(), k, t.TempDir(), &Options{Inputs: inputs, Profiles: ps, AsOf: day, KnownAt: day})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v, err := f.View(nil)
	if err != nil {
		t.Fatal(err)
	}
	fits := func(id string, x *report.Explanation, err error) {
		if err != nil {
			t.Fatalf("explain %s: %v", id, err)
		}
		var b bytes.Buffer
		if err := report.Explain(&b, x, report.Style{}); err != nil {
			t.Fatal(err)
		}
		if n := foldedLines(b.String()); n > 45 {
			t.Errorf("the explanation of %s takes %d lines:\n%s", id, n, b.String())
		}
		if x.Asset.Manufacturer != nil && !strings.Contains(b.String(), " dB ") {
			t.Errorf("the explanation of %s shows no clue:\n%s", id, b.String())
		}
	}
	assets, findings := v.Len()
	for row := range assets {
		x, err := v.Asset(v.AssetID(row))
		fits(v.AssetID(row), x, err)
	}
	for n := range min(findings, 400) {
		x, err := v.Finding(v.FindingID(n))
		fits(v.FindingID(n), x, err)
	}
}

func TestExplainFitsAScreen(t *testing.T) {
	explainsFit(t, "rural-etc", "../../examples/valley-telecom")
}

func TestExplainOfRecordingsFitsAScreen(t *testing.T) {
	dir := corpusFolder(t)
	for _, sub := range []string{"snmprec", "isapi", "upnp", "onvif", "tr069", "pcap"} {
		t.Run(sub, func(t *testing.T) {
			in := filepath.Join(dir, sub)
			if _, err := os.Stat(in); err != nil {
				t.Skipf("%s is not in the corpus", sub)
			}
			explainsFit(t, "rural-etc", in)
		})
	}
}
