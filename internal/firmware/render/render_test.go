package render

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"telltale/internal/firmware/diff"
	"telltale/internal/firmware/inspect"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sample() *Result {
	off := int64(0x40)
	r := &inspect.Report{Schema: inspect.Schema, DataVersion: "d", Image: inspect.Image{Name: "cam <1>.bin", Size: 3 << 20, SHA256: strings.Repeat("ab", 32)},
		Identity: inspect.Identity{Models: []string{"IPC-1"}, Versions: []string{"V1.2.3"}, Built: "2024-01-02"}, Coverage: inspect.Coverage{Bytes: 3 << 20, Explained: 2 << 20, Share: 0.667,
			Unread: []inspect.Region{{Where: "cam.bin@0x1", Offset: 1, Length: 1 << 20, Format: "data", State: "encrypted"}}},
		Makers: []inspect.Maker{{Role: "soc", Org: "hisilicon", Level: inspect.Probable, Because: []string{"a module", "a text"}}},
		Findings: []inspect.Finding{
			{ID: "daemon.telnet-at-boot", Level: inspect.Confirmed, Rule: "boot-graph", Title: "telnetd (tcp/23) is started", Path: "etc/init.d/S50", Where: "cam.bin:squashfs/etc/init.d/S50:3", Line: 3, Evidence: "telnetd -l /bin/sh", Consequence: "a login is open", Use: "a connection", Control: "the chain was followed", Sources: []string{"a report (read 2026-11-22)"}, Value: "telnetd"},
			{ID: "maker.soc", Level: inspect.Probable, Rule: "marks", Title: "Chip maker: HiSilicon", Where: "cam.bin", Value: "hisilicon"},
			{ID: "exec.setuid", Level: inspect.Note, Rule: "mode", Title: "bin/su runs with the rights of user 0\x1b[31m", Path: "bin/su", Where: "cam.bin:squashfs/bin/su", Offset: &off}},
		Services:   []inspect.Service{{Name: "telnetd", State: "unconditional", Ports: []string{"tcp/23"}, Command: "telnetd -l /bin/sh", Chain: []string{"etc/inittab:1", "etc/init.d/S50:3"}}},
		Hosts:      []inspect.Host{{Host: "a.example.invalid", Where: []string{"cam.bin:squashfs/bin/app"}}},
		Components: []inspect.Component{{Name: "busybox", Version: "1.35.0", Kind: "program", Method: "string", Licence: "GPL-2.0-only", PURL: "pkg:generic/busybox@1.35.0", CPE: "cpe:2.3:a:busybox:busybox:1.35.0:*:*:*:*:*:*:*", Where: []string{"cam.bin:squashfs/bin/busybox"}, Evidence: "BusyBox v1.35.0"}, {Name: "libfoo", Kind: "library", Method: "soname", Licence: "GPL-2.0-only OR MIT", Where: []string{"x"}}, {Name: "odd", Version: "1", Kind: "package", Method: "package-database", Licence: "See the file", Where: []string{"y"}}},
		Lineage:    []inspect.Lineage{{Image: "old.bin", Name: "old.bin (V1.2.2)", Same: 0.92, Alike: 0.97, Files: 100, Shared: 92, Close: 5}}}
	r.Add()
	return &Result{Report: r, Baseline: "old.bin", Changes: []diff.Change{{ID: "diff.added", What: "account", Name: "help", New: "uid 0", Level: inspect.Confirmed}}, FileChanges: []diff.FileChange{{ID: "diff.changed", Path: "etc/passwd", Because: []string{"help"}}, {ID: "diff.added", Path: "bin/new"}},
		Vendor: &Vendor{Manifest: "SHA256SUMS", Digest: "as listed", Signature: "Ed25519 key 31"}, Told: &inspect.Told{Text: "IPC-1 V1.2.3", Model: "agrees", Version: "agrees"}}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	p := filepath.Join("testdata", name)
	if *update {
		os.MkdirAll("testdata", 0o755)
		if err := os.WriteFile(p, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(p)
	if err != nil {
		t.Fatalf("%v; write it with -update", err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs; look at it and write it anew with -update:\n%s", name, got)
	}
}

func TestForms(t *testing.T) {
	r := sample()
	var table, html, sbom, sarif bytes.Buffer
	for _, err := range []error{Table(&table, r, false), HTML(&html, []*Result{r}, nil), CycloneDX(&sbom, r), SARIF(&sarif, []*Result{r})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "table.txt", table.Bytes())
	golden(t, "page.golden.html", html.Bytes())
	golden(t, "sbom.json", sbom.Bytes())
	golden(t, "findings.sarif", sarif.Bytes())
	if strings.Contains(html.String(), "<1>") || bytes.IndexByte(table.Bytes(), 0x1b) >= 0 {
		t.Error("foreign text reaches the reader unescaped")
	}
	for _, s := range []string{table.String(), html.String()} {
		if regexp.MustCompile(`(?i)\bis clean\b`).MatchString(s) {
			t.Error("the image is cleared")
		}
	}
}

// A page without a finding must not read as a clearance.
func TestNothingFound(t *testing.T) {
	r := sample()
	r.Findings = nil
	if v := verdict(r); !strings.Contains(v, "sealed") {
		t.Errorf("verdict %q", v)
	}
	r.Coverage.Unread = nil
	if v := verdict(r); !strings.Contains(v, "what could be read") {
		t.Errorf("verdict %q", v)
	}
}

// What CycloneDX 1.6 asks of the fields this program fills.
func TestBillShape(t *testing.T) {
	var b bytes.Buffer
	if err := CycloneDX(&b, sample()); err != nil {
		t.Fatal(err)
	}
	var d struct {
		BOMFormat    string `json:"bomFormat"`
		SpecVersion  string `json:"specVersion"`
		SerialNumber string `json:"serialNumber"`
		Version      int
		Metadata     struct {
			Component struct{ Type, Name string }
		}
		Components []struct {
			Type, Name, Version, PURL, CPE string
			Ref                            string `json:"bom-ref"`
			Licenses                       []struct {
				License    *struct{ ID, Name string }
				Expression string
			}
			Evidence struct {
				Identity []struct {
					Field      string
					Confidence float64
					Methods    []struct {
						Technique  string
						Confidence float64
					}
				}
				Occurrences []struct{ Location string }
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if d.BOMFormat != "CycloneDX" || d.SpecVersion != "1.6" || d.Version != 1 || !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`).MatchString(d.SerialNumber) || d.Metadata.Component.Type != "firmware" {
		t.Errorf("head %+v", d)
	}
	types := " application framework library container platform operating-system device device-driver firmware file machine-learning-model data cryptographic-asset "
	techniques := " source-code-analysis binary-analysis manifest-analysis ast-fingerprint hash-comparison instrumentation dynamic-analysis filename attestation other "
	refs := map[string]bool{}
	for _, c := range d.Components {
		if !strings.Contains(types, " "+c.Type+" ") || c.Name == "" || c.Ref == "" || refs[c.Ref] {
			t.Errorf("component %+v", c)
		}
		refs[c.Ref] = true
		if len(c.Licenses) > 1 && c.Licenses[0].Expression != "" {
			t.Errorf("an expression beside other licences: %+v", c.Licenses)
		}
		for _, l := range c.Licenses {
			if (l.License == nil) == (l.Expression == "") || l.License != nil && (l.License.ID == "") == (l.License.Name == "") {
				t.Errorf("licence %+v", l)
			}
		}
		for _, i := range c.Evidence.Identity {
			if i.Field != "name" || i.Confidence < 0 || i.Confidence > 1 {
				t.Errorf("identity %+v", i)
			}
			for _, m := range i.Methods {
				if !strings.Contains(techniques, " "+m.Technique+" ") {
					t.Errorf("technique %q", m.Technique)
				}
			}
		}
	}
	if d.Components[0].Licenses[0].License.ID != "GPL-2.0-only" || d.Components[1].Licenses[0].Expression != "GPL-2.0-only OR MIT" || d.Components[2].Licenses[0].License.Name != "See the file" {
		t.Errorf("licences %+v", d.Components)
	}
}

// What SARIF 2.1.0 asks of the fields this program fills.
func TestFindingsShape(t *testing.T) {
	var b bytes.Buffer
	if err := SARIF(&b, []*Result{sample()}); err != nil {
		t.Fatal(err)
	}
	var d struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID               string
						ShortDescription struct{ Text string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           *struct{ StartLine, ByteOffset *int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	run := d.Runs[0]
	for _, r := range run.Results {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" || !strings.Contains(" error warning note none ", " "+r.Level+" ") {
			t.Errorf("result %+v", r)
		}
		for _, l := range r.Locations {
			if u := l.PhysicalLocation.ArtifactLocation.URI; u == "" || strings.ContainsAny(u, " <>") {
				t.Errorf("location %q", u)
			}
		}
	}
	for _, r := range run.Tool.Driver.Rules {
		if r.ShortDescription.Text == "" {
			t.Errorf("rule %s is not described", r.ID)
		}
	}
}
