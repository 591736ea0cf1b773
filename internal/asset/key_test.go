package asset_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

func sighting(pairs ...string) *asset.Sighting {
	s := &asset.Sighting{}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.Observations = append(s.Observations, evidence.Observation{Attr: evidence.Attr(pairs[i]), Value: pairs[i+1]})
	}
	return s
}

// keys prints keys, weak ones with a tilde.
func keys(s *asset.Sighting) string {
	var out []string
	for _, k := range asset.KeysOf(s) {
		if k.Strong {
			out = append(out, k.String())
		} else {
			out = append(out, "~"+k.String())
		}
	}
	return strings.Join(out, " ")
}

func TestKeysOf(t *testing.T) {
	for _, c := range []struct{ name, attr, value, want string }{
		{"serial of unknown maker, long", "serial", "2102 3526-ABX7", "serial:21023526ABX7"},
		{"serial of unknown maker, short", "serial", "1001", "~serial:1001"},
		{"serial with a label", "serial", "S/N: ab12345678", "serial:AB12345678"},
		{"serial a spreadsheet cut", "serial", "2.10235E+18", ""},
		{"serial nobody filled in", "serial", "To be filled by O.E.M.", ""},
		{"serial by default", "serial", "Default string", ""},
		{"serial counted up", "serial", "0123456789", ""},
		{"serial of one sign", "serial", "0000000000", ""},
		{"no serial", "serial", "N/A", ""},
		{"PON serial in a serial column", "serial", "abcd12345678", "gponSerial:ABCD12345678"},
		{"PON serial in hex", "gponSerial", "4142434412345678", "gponSerial:ABCD12345678"},
		{"PON serial without number", "gponSerial", "ABCD00000000", ""},
		{"MAC", "baseMAC", "00-1B-21-0A-0B-0D", "mac:00:1b:21:0a:0b:0d"},
		{"interface MAC with dots", "ifMAC", "001b.210a.0b0d", "mac:00:1b:21:0a:0b:0d"},
		{"MAC of nobody", "ifMAC", "00:00:00:00:00:00", ""},
		{"MAC of all", "ifMAC", "ff:ff:ff:ff:ff:ff", ""},
		{"MAC of a group", "ifMAC", "01:00:5e:00:00:01", ""},
		{"MAC made up", "ifMAC", "02:1b:21:0a:0b:0d", "~mac:02:1b:21:0a:0b:0d"},
		{"MAC of a virtual router", "ifMAC", "00:00:5e:00:01:0a", ""},
		{"MAC typed by hand", "ifMAC", "00:11:22:33:44:55", ""},
		{"LLDP chassis MAC", "chassisID", "mac:00:1b:21:0a:0b:0d", "mac:00:1b:21:0a:0b:0d"},
		{"LLDP chassis MAC by number", "chassisID", "4:001b210a0b0d", "mac:00:1b:21:0a:0b:0d"},
		{"LLDP chassis address", "chassisID", "networkAddress:10.0.0.1", "~ip:10.0.0.1"},
		{"LLDP chassis name", "chassisID", "local:core 1", "~chassisID:local:CORE 1"},
		{"engine of a MAC", "engineID", "0x8000f8f503001b210a0b0d", "engineID:8000f8f503001b210a0b0d"},
		{"engine of an address", "engineID", "80:00:f8:f5:01:0a:00:00:01", "~engineID:8000f8f5010a000001"},
		{"engine of no number", "engineID", "8000f8f503000000000000", ""},
		{"UUID", "uuid", "{9F0A2C44-0000-1000-8000-AABBCCDDEEFF}", "uuid:9f0a2c44000010008000aabbccddeeff"},
		{"UUID of a board nobody filled in", "uuid", "03000200-0400-0500-0006-000700080009", ""},
		{"IMEI", "imei", "35-693803-564380-9", "imei:35693803564380"},
		{"IMEI of a test modem", "imei", "004999010640000", ""},
		{"key hash", "sshKey", strings.Repeat("aB", 32), "sshKey:" + strings.Repeat("ab", 32)},
		{"address", "ip", "::ffff:10.0.0.1", "~ip:10.0.0.1"},
		{"loopback", "ip", "127.0.0.1", ""},
		{"link-local", "ip", "fe80::1", ""},
		{"host name", "hostname", "Core-1.Example.net.", "~hostname:core-1.example.net"},
		{"host name with blanks before its last dots", "hostname", "core - ..", "~hostname:core -"},
		{"host name of every box", "sysName", "Switch", ""},
		{"asset tag", "assetTag", " t-0001 ", "~assetTag:T-0001"},
		{"model is a type", "model", "X-100", ""},
		{"FCC ID is a type", "fccID", "ABC-X100", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, keys(sighting(c.attr, c.value))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestShortSerialOfAMakerIsBoth(t *testing.T) {
	if got := keys(sighting("serial", "1001", "manufacturer", "Acme Ltd")); got != "serial:1001 ~serial:1001" {
		t.Errorf("keys = %q", got)
	}
}

func TestAListOfSerialsNamesNothing(t *testing.T) {
	var pairs []string
	for i := range asset.MaxSerials + 1 {
		pairs = append(pairs, "serial", "AB1234567"+string(rune('A'+i)))
	}
	if got := keys(sighting(append(pairs, "ip", "10.0.0.1")...)); got != "~ip:10.0.0.1" {
		t.Errorf("keys = %q", got)
	}
}

func TestMakers(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Acme Networks Co., Ltd.", "ACME", true},
		{"Acme", "Acme Northern", true},
		{"Acme", "Bolt", false},
		{"Acme Bolt", "Acme Nut", false},
		{"N/A", "Acme", false},
		{"", "", false},
		{"Digital Systems", "Digital Systems Inc", true},
	} {
		if got := asset.SameMaker(asset.NormalMaker(c.a), asset.NormalMaker(c.b)); got != c.same {
			t.Errorf("SameMaker(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

func TestMakerOfTakesTheMostDirect(t *testing.T) {
	s := sighting("brand", "Label", "manufacturer", "Acme Inc.")
	if got := asset.MakerOf(s); got != "acme" {
		t.Errorf("MakerOf = %q", got)
	}
}

// Keys are in their normal form: reading one again gives the same key.
func TestKeysAreNormal(t *testing.T) {
	attrs := []string{"serial", "gponSerial", "baseMAC", "chassisID", "engineID", "sshKey", "uuid", "imei", "assetTag", "ip", "hostname"}
	rapid.Check(t, func(t *rapid.T) {
		attr := rapid.SampledFrom(attrs).Draw(t, "attr")
		v := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9A-Fa-f:. -]{0,40}`)).Draw(t, "value")
		for _, k := range asset.KeysOf(sighting(attr, v)) {
			if attr == "chassisID" || k.Value == "" {
				continue
			}
			if got := keys(sighting(string(map[asset.KeyType]evidence.Attr{
				asset.KeySerial: "serial", asset.KeyGPON: "gponSerial", asset.KeyMAC: "ifMAC", asset.KeyEngineID: "engineID", asset.KeySSH: "sshKey",
				asset.KeyUUID: "uuid", asset.KeyIMEI: "imei", asset.KeyAssetTag: "assetTag", asset.KeyIP: "ip", asset.KeyHostname: "hostname"}[k.Type]), k.Value)); strings.TrimPrefix(got, "~") != k.String() {
				t.Fatalf("%s %q gave %s, read again %q", attr, v, k, got)
			}
		}
	})
}

func BenchmarkKeysOf(b *testing.B) {
	s := sighting("name", "olt", "manufacturer", "Acme Networks Co., Ltd.", "model", "X-100", "serial", "2102352ABC", "baseMAC", "00:1b:21:0a:0b:0d", "ip", "10.1.2.3", "hostname", "core-1.example.net")
	var ks []asset.Key
	b.ReportAllocs()
	for b.Loop() {
		ks = asset.AppendKeys(ks[:0], s)
	}
}
