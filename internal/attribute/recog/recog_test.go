package recog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/evidence"
)

const sample = `<?xml version="1.0"?>
<fingerprints matches="http_header.server">
  <fingerprint pattern="^AcmeCam/([\d.]+)$" flags="REG_ICASE">
    <description>a camera</description>
    <example service.version="1.2">AcmeCam/1.2</example>
    <example _encoding="base64">QWNtZUNhbS8zLjA=</example>
    <param pos="0" name="hw.vendor" value="Acme"/>
    <param pos="0" name="hw.device" value="IP Camera"/>
    <param pos="1" name="service.version"/>
  </fingerprint>
  <fingerprint pattern="^(?=lookahead)x$"><description>no RE2</description></fingerprint>
  <fingerprint pattern="a(b)"><description>bad group</description><param pos="2" name="hw.product"/></fingerprint>
  <fingerprint pattern="x" flags="REG_UNHEARD"><description>bad flag</description></fingerprint>
</fingerprints>`

func TestRead(t *testing.T) {
	f, err := Read(strings.NewReader(sample), "acme.xml")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Patterns) != 1 || len(f.Problems) != 3 {
		t.Fatalf("%d patterns, problems %q", len(f.Patterns), f.Problems)
	}
	if d := cmp.Diff([]string{"AcmeCam/1.2", "AcmeCam/3.0"}, f.Patterns[0].Examples); d != "" {
		t.Error(d)
	}
	got := f.Fingerprints(func(v string) string { return map[string]string{"Acme": "acme_cam"}[v] })
	want := []evidence.Fingerprint{{
		ID: "recog/acme/1", Attrs: []evidence.Attr{evidence.HTTPServer}, Pattern: `(?i)^AcmeCam/([\d.]+)$`, Kind: "recog", Why: "a camera",
		Asserts: []evidence.Assertion{{Aspect: evidence.Manufacturer, Value: "acme_cam"}, {Aspect: evidence.Category, Value: "camera"}},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestReadRefusesOtherXML(t *testing.T) {
	for _, s := range []string{"", "<html/>", "<fingerprints", "not xml", strings.Repeat("<a>", 1000)} {
		if _, err := Read(strings.NewReader(s), "x"); err == nil {
			t.Errorf("%q was taken for fingerprints", s)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample)
	f.Add(`<fingerprints><fingerprint pattern="("/></fingerprints>`)
	f.Fuzz(func(t *testing.T, s string) {
		file, err := Read(strings.NewReader(s), "f")
		if err == nil {
			file.Fingerprints(func(string) string { return "" })
		}
	})
}
