package pipeline

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"telltale/internal/attribute"
)

var (
	rebase = flag.Bool("rebase", false, "write the measured figures as the new baseline")
	weigh  = flag.String("weigh", "", "write the measured weights to this file")
	dump   = flag.String("dump", "", "write the report to this file: .json, .html or table")
)

func corpusFolder(t testing.TB) string {
	dir := os.Getenv("TELLTALE_CORPUS")
	if dir == "" {
		t.Skip("TELLTALE_CORPUS is not set: the labelled recordings are not here")
	}
	return dir
}

const baselineFile = "testdata/accuracy.json"

// The figures on the labelled recordings never get worse than those committed.
func TestAccuracyHolds(t *testing.T) {
	dir := corpusFolder(t)
	r, rows, err := MeasureAccuracy(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if *weigh != "" {
		f, err := os.Create(*weigh)
		if err != nil {
			t.Fatal(err)
		}
		w := Weigh(rows, attribute.DefaultMakers)
		if err := WriteWeights(f, &w, time.Now().UTC().Format(time.DateOnly)); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	if *dump != "" {
		f, err := os.Create(*dump)
		if err != nil {
			t.Fatal(err)
		}
		write := r.WriteTable
		switch {
		case strings.HasSuffix(*dump, ".json"):
			write = r.WriteJSON
		case strings.HasSuffix(*dump, ".html"):
			write = r.WriteHTML
		}
		if err := write(f); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	if *rebase {
		b, _ := json.MarshalIndent(r.Baseline(), "", " ")
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(baselineFile, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file := ""
	if *rebase {
		file = baselineFile
	}
	base, err := AccuracyBaseline(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Drops(base) {
		t.Errorf("worse than the baseline: %s", d)
	}
	for _, f := range r.Held {
		if f.Accused > 0 || f.Mistaken > 0 {
			t.Errorf("without %s: %d others called restricted, %d restricted given to others", f.Held, f.Accused, f.Mistaken)
		}
	}
	for _, x := range r.Turned {
		if x.Accused && x.Confidence >= attribute.Named {
			t.Errorf("changed (%s), %s of %s is called %s (%.3f)", x.Change, x.File, x.Maker, x.Named, x.Confidence)
		}
	}
	for _, f := range r.Figures {
		t.Logf("%-55s %.4g of %.4g", f.Text, f.Value, f.Of)
	}
	t.Logf("expected calibration error %.4f", r.ECE)
}
