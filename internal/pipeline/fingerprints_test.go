package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/asset"
	"telltale/internal/attribute"
	"telltale/internal/evidence"
)

func TestWithFingerprints(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, _, err := k.WithFingerprints(dir); err == nil {
		t.Error("an empty folder was taken")
	}
	const file = `<fingerprints matches="ssh.banner">
<fingerprint pattern="^UnheardOf_\d"><description>a thing</description><param pos="0" name="hw.vendor" value="MikroTik"/></fingerprint>
<fingerprint pattern="^(?!x)"><description>not RE2</description></fingerprint></fingerprints>`
	for name, text := range map[string]string{"ssh.xml": file, "bad.xml": "<html/>", "odd.xml": strings.Replace(file, "ssh.banner", "smoke.signal", 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k, problems, err := k.WithFingerprints(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(problems) != 4 {
		t.Errorf("want four problems (a file, a sort, two patterns), got %q", problems)
	}
	e, err := k.Attribution()
	if err != nil {
		t.Fatal(err)
	}
	r := e.Attribute(&attribute.Thing{ID: "x", Sightings: []*asset.Sighting{{Observations: []evidence.Observation{{Attr: evidence.SSHBanner, Value: "SSH-2.0-UnheardOf_7"}}}}})
	if r.Manufacturer == nil || r.Manufacturer.Org != "mikrotik" {
		t.Errorf("got %v", r.Candidates)
	}
}
