package pcap

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/pcap/traffic"
	"telltale/internal/source/sourcetest"
)

// commonFields are the fields both we and tshark tell, as its arguments.
var commonFields = []string{"-e", "eth.src", "-e", "lldp.tlv.system.name", "-e", "lldp.tlv.system.desc", "-e", "arp.src.proto_ipv4",
	"-e", "dhcp.option.hostname", "-e", "dhcp.option.vendor_class_id", "-e", "http.server", "-e", "ssh.protocol", "-e", "snmp.value.octets"}

// commonAttrs are the attributes those fields have here, without the sender.
var commonAttrs = []evidence.Attr{evidence.LLDPSysName, evidence.LLDPSysDesc, evidence.IP, evidence.Hostname, evidence.DHCPVendorClass,
	evidence.HTTPServer, evidence.SSHBanner, evidence.SysDescr}

// TestSameAsTshark: of 20 MiB of generated traffic we and tshark tell the same
// facts of the same MACs, in the fields both have.
func TestSameAsTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed: nothing to compare with")
	}
	var b bytes.Buffer
	if err := traffic.Write(&b, 20<<20, 3); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "t.pcap")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	want := tsharkFacts(t, path)
	if len(want) < 200 {
		t.Fatalf("tshark tells %d facts only", len(want))
	}
	sightings, _, err := sourcetest.Read(Source{}, "t.pcap", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, commonFacts(sightings, want)); diff != "" {
		t.Errorf("facts (-tshark +ours):\n%s", diff)
	}
}

// commonFacts returns "mac attribute value" for each fact in the fields tshark has too.
func commonFacts(sightings []*asset.Sighting, want []string) []string {
	theirs := map[string]bool{}
	for _, w := range want {
		theirs[w] = true
	}
	var got []string
	for _, s := range sightings {
		mac := ""
		for _, o := range s.Observations {
			switch {
			case o.Attr == evidence.IfMAC:
				mac = o.Value
			case o.Attr == evidence.IP && !theirs[mac+" ip "+o.Value]:
				// tshark tells the addresses of ARP only, we those of unrouted packets too
			case o.Attr == evidence.SSDPServer: // one field of tshark's
				got = append(got, mac+" "+string(evidence.HTTPServer)+" "+o.Value)
			case slices.Contains(commonAttrs, o.Attr):
				got = append(got, mac+" "+string(o.Attr)+" "+o.Value)
			}
		}
	}
	slices.Sort(got)
	return slices.Compact(got)
}

// tsharkFacts returns "mac attribute value" for each field that is set.
func tsharkFacts(t *testing.T, path string) []string {
	t.Helper()
	argv := append([]string{"-n", "-r", path, "-T", "fields"}, commonFields...)
	out, err := exec.Command("tshark", argv...).Output()
	if err != nil {
		t.Skipf("tshark does not run here: %v", err)
	}
	var facts []string
	for line := range strings.Lines(string(out)) {
		cells := strings.Split(strings.TrimRight(line, "\n"), "\t")
		for i, v := range cells[1:] {
			if v == "" {
				continue
			}
			if commonAttrs[i] == evidence.SysDescr {
				text, err := hex.DecodeString(v)
				if err != nil {
					t.Fatal(err)
				}
				v = string(text)
			}
			facts = append(facts, cells[0]+" "+string(commonAttrs[i])+" "+v)
		}
	}
	slices.Sort(facts)
	return slices.Compact(facts)
}
