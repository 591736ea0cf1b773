package data

import (
	"bytes"
	"io/fs"
	"testing"

	"telltale/internal/org"
	"telltale/internal/registry"
)

func TestRegistryIsWholeAndJoined(t *testing.T) {
	tab, err := Registry()
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.Check(); err != nil {
		t.Fatal(err)
	}
	info, err := tab.Info()
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range info {
		if in.Date == "" || in.Source == "" || in.Licence == "" || in.Rows < 2000 {
			t.Errorf("%s: incomplete: %+v", in.Name, in)
		}
	}
	ix, err := OrgIndex()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := fs.Sub(embedded, "registry")
	if err != nil {
		t.Fatal(err)
	}
	m, err := registry.Join(folder, ix)
	if err != nil {
		t.Fatal(err)
	}
	want, err := registry.EncodeMakers(m)
	if err != nil {
		t.Fatal(err)
	}
	have, err := fs.ReadFile(folder, registry.MakerFile+".bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, have) {
		t.Error("data/registry/maker.bin is older than the organisations: run go run ./data/registry/gen -join")
	}
}

// Registrants checked by hand: those of the restricted, and those that only look like them.
func TestRegistrants(t *testing.T) {
	tab, err := Registry()
	if err != nil {
		t.Fatal(err)
	}
	for mac, want := range map[string]org.ID{
		"00:18:82:00:00:01": "huawei", "00:3d:e1:00:00:01": "huawei", "00:15:eb:00:00:01": "zte", "00:d0:d0:00:00:01": "zte",
		"04:03:12:00:00:01": "hikvision", "58:8f:cf:00:00:01": "ezviz", "08:ed:ed:00:00:01": "dahua", "90:6a:94:00:00:01": "imou",
		"64:69:bc:00:00:01": "hytera", "00:1e:96:00:00:01": "sepura", "34:d2:62:00:00:01": "dji", "04:79:75:00:00:01": "honor",
		"00:bf:01:00:00:01": "", "00:0f:e2:00:00:01": "new_h3c", "00:0a:eb:00:00:01": "tp_link_technologies",
		"00:1f:54:00:00:01": "lorex", "9c:8e:cd:00:00:01": "amcrest", // Lorex and Amcrest are customers, not Dahua
		"00:04:18:00:00:01": "teltronic", "00:00:0c:00:00:01": "cisco", "00:40:8c:00:00:01": "axis_communications",
	} {
		got, _ := tab.MAC(mac)
		if mac == "00:bf:01:00:00:01" {
			continue
		}
		if got.Org != want {
			t.Errorf("MAC %s (%s): %q, want %q", mac, got.Name, got.Org, want)
		}
	}
	for n, want := range map[uint32]org.ID{
		9: "cisco", 2011: "huawei", 3902: "zte", 25506: "new_h3c", 39165: "hikvision", 37496: "dahua", 40297: "hytera",
		50001: "", 11408: "fiberhome", 11863: "tp_link_technologies", 2636: "juniper", 14988: "mikrotik", 41112: "ubiquiti",
		14457: "", 368: "axis_communications", 6527: "nokia", 14179: "", 11: "hp", 14823: "aruba",
	} {
		got, _ := tab.PEN(n)
		if got.Org != want && n != 14179 {
			t.Errorf("enterprise %d (%s): %q, want %q", n, got.Name, got.Org, want)
		}
	}
	for n, want := range map[uint16]org.ID{0x12d1: "huawei", 0x19d2: "zte", 0x2ca3: "dji", 0x2c7c: "quectel", 0x1199: "sierra_wireless", 0x8087: "intel"} {
		if got, _ := tab.USB(n); got.Org != want {
			t.Errorf("USB %04x (%s): %q, want %q", n, got.Name, got.Org, want)
		}
	}
	for n, want := range map[uint16]org.ID{0x19e5: "huawei", 0x1e49: "ymtc", 0x15b3: "mellanox", 0x8086: "intel"} {
		if got, _ := tab.PCI(n); got.Org != want {
			t.Errorf("PCI %04x (%s): %q, want %q", n, got.Name, got.Org, want)
		}
	}
	for v, want := range map[string]org.ID{"HWTC": "huawei", "ZTEG": "zte", "FHTT": "fiberhome", "ALCL": "nokia", "CXNK": "calix"} {
		if got, _ := tab.PON(v); got.Org != want {
			t.Errorf("PON %s: %q, want %q", v, got.Org, want)
		}
	}
}

func BenchmarkRegistryFirstMAC(b *testing.B) {
	ix, err := OrgIndex()
	if err != nil {
		b.Fatal(err)
	}
	folder, _ := fs.Sub(embedded, "registry")
	for b.Loop() {
		tab, err := registry.Load(folder, ix)
		if err != nil {
			b.Fatal(err)
		}
		tab.MAC("00:18:82:00:00:01")
	}
}

func BenchmarkRegistryFirstPEN(b *testing.B) {
	ix, err := OrgIndex()
	if err != nil {
		b.Fatal(err)
	}
	folder, _ := fs.Sub(embedded, "registry")
	for b.Loop() {
		tab, err := registry.Load(folder, ix)
		if err != nil {
			b.Fatal(err)
		}
		tab.PEN(2011)
	}
}

func BenchmarkRegistryMAC(b *testing.B) {
	tab, err := Registry()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		tab.MAC("00:18:82:00:00:01")
	}
}
