package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"telltale/internal/cli"
)

// TestCorpusValidates runs the main job over recordings of real devices: the
// result follows the published schema and accounts for every file.
func TestCorpusValidates(t *testing.T) {
	corpus := os.Getenv("TELLTALE_CORPUS")
	if corpus == "" {
		t.Skip("TELLTALE_CORPUS is not set: no recordings to read")
	}
	files, err := filepath.Glob(filepath.Join(corpus, "snmprec", "*.snmprec"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", corpus, err)
	}
	for _, v := range []string{"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LocalAppData", "AppData"} {
		t.Setenv(v, t.TempDir()) // what whoever runs the test told the program before must not count
	}
	var out, errs bytes.Buffer
	code := cli.Main([]string{"check", "--no-keep", "--profile", "rural-etc", "--as-of", "2026-11-22", "--known-at", "2026-11-22", "-f", "json", filepath.Join(corpus, "snmprec")}, nil, &out, &errs)
	if code != 3 {
		t.Fatalf("exit code %d, want 3 (findings): %s", code, errs.String())
	}
	s, err := jsonschema.NewCompiler().Compile("../../docs/format/check.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("the result does not follow the schema: %v", err)
	}
	b, err := json.Marshal(doc.(map[string]any)["coverage"])
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !bytes.Contains(b, []byte(filepath.Base(f))) {
			t.Errorf("%s is not accounted for", f)
		}
	}
}
