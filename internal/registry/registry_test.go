package registry

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"telltale/internal/org"
)

func acmeIndex(t testing.TB) *org.Index {
	t.Helper()
	ix, err := org.NewIndex([]org.Organisation{
		{ID: "acme_radio", Name: "Acme Radio Co., Ltd.", Brands: []org.Brand{{Name: "Orbit"}}, Identifiers: []org.Identifier{
			{Type: org.IEEERegistrant, Value: "Old Radio Works"}, {Type: org.PONVendor, Value: "ACME"}, {Type: org.BluetoothCompany, Value: "4660"},
			{Type: org.IANAEnterprise, Value: "99998"}, {Type: org.FCCGrantee, Value: "2ACME"}, {Type: org.ASN, Value: "64500"}}},
		{ID: "acme_shared", Name: "Shared Numbers", Identifiers: []org.Identifier{{Type: org.BluetoothCompany, Value: "4660"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// folder encodes small tables and joins them.
func folder(t testing.TB, ix *org.Index, rows map[string][]Row) fstest.MapFS {
	t.Helper()
	f := fstest.MapFS{}
	for _, name := range TableNames {
		b, err := Encode(Info{Title: name, Date: "2026-01-02"}, rows[name])
		if err != nil {
			t.Fatal(err)
		}
		f[name+".bin"] = &fstest.MapFile{Data: b}
	}
	m, err := Join(f, ix)
	if err != nil {
		t.Fatal(err)
	}
	b, err := EncodeMakers(m)
	if err != nil {
		t.Fatal(err)
	}
	f[MakerFile+".bin"] = &fstest.MapFile{Data: b}
	return f
}

var acmeRows = map[string][]Row{
	OUITable: {
		{OUIKey(0x001a2b, 24), "ACME RADIO CO.,LTD"},
		{OUIKey(0x70b3d5, 24), "Block Keeper"},
		{OUIKey(0x70b3d5a, 28), "Middle Works"},
		{OUIKey(0x70b3d5123, 36), "Old Radio Works"},
		{OUIKey(0x8c1f64fff, 36), "Orphan Part"},
	},
	PENTable: {{9, "Cousin Systems"}, {99998, "Sold Since Inc."}, {99999, "Acme Radio Deutschland GmbH"}},
	USBTable: {{0x1d6b, "Linux Hub"}, {0x12d1, "Orbit"}},
	PCITable: {{0xffff, "Last"}},
}

func tables(t testing.TB) *Tables {
	t.Helper()
	ix := acmeIndex(t)
	tab, err := Load(folder(t, ix, acmeRows), ix)
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.Check(); err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestMAC(t *testing.T) {
	tab := tables(t)
	for _, c := range []struct {
		name, mac string
		want      Registrant
	}{
		{"large block", "00:1a:2b:00:00:01", Registrant{"acme_radio", "ACME RADIO CO.,LTD"}},
		{"other spellings", "001A.2B00.0001", Registrant{"acme_radio", "ACME RADIO CO.,LTD"}},
		{"dashes", "00-1A-2B-00-00-01", Registrant{"acme_radio", "ACME RADIO CO.,LTD"}},
		{"small block", "70:b3:d5:12:3f:ff", Registrant{"acme_radio", "Old Radio Works"}},
		{"medium block", "70:b3:d5:a0:00:00", Registrant{"", "Middle Works"}},
		{"rest of a divided block", "70:b3:d5:b0:00:00", Registrant{}},
		{"part of a block that is not listed", "8c:1f:64:ff:f0:00", Registrant{"", "Orphan Part"}},
		{"unknown block", "00:1a:2c:00:00:01", Registrant{}},
		{"locally administered", "02:1a:2b:00:00:01", Registrant{}},
		{"too short", "00:1a:2b", Registrant{}},
		{"not hex", "00:1a:2b:00:00:0g", Registrant{}},
		{"odd separators", "0:01a:2b:00:00:01", Registrant{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := tab.MAC(c.mac)
			if d := cmp.Diff(c.want, got); d != "" || ok != (c.want != Registrant{}) {
				t.Errorf("MAC(%s) ok=%v (-want +got)\n%s", c.mac, ok, d)
			}
		})
	}
	if _, bits, _ := tab.OUI([6]byte{0x70, 0xb3, 0xd5, 0xa0}); bits != 28 {
		t.Errorf("prefix of %d bits, want 28", bits)
	}
}

func TestOtherNumbers(t *testing.T) {
	tab := tables(t)
	type answer struct {
		R  Registrant
		OK bool
	}
	ans := func(r Registrant, ok bool) answer { return answer{r, ok} }
	for _, c := range []struct {
		name string
		got  answer
		want answer
	}{
		{"enterprise number", ans(tab.PEN(9)), answer{Registrant{"", "Cousin Systems"}, true}},
		{"branch of a known maker", ans(tab.PEN(99999)), answer{Registrant{"acme_radio", "Acme Radio Deutschland GmbH"}, true}},
		{"what the organisation's file lists wins", ans(tab.PEN(99998)), answer{Registrant{"acme_radio", "Sold Since Inc."}, true}},
		{"not given away", ans(tab.PEN(10)), answer{}},
		{"beyond the table", ans(tab.PEN(1 << 31)), answer{}},
		{"a brand is no registrant", ans(tab.USB(0x12d1)), answer{Registrant{"", "Orbit"}, true}},
		{"last PCI number", ans(tab.PCI(0xffff)), answer{Registrant{"", "Last"}, true}},
		{"PON", ans(tab.PON("acme")), answer{Registrant{"acme_radio", "Acme Radio Co., Ltd."}, true}},
		{"FCC grantee", ans(tab.Grantee("2ACME")), answer{Registrant{"acme_radio", "Acme Radio Co., Ltd."}, true}},
		{"AS number", ans(tab.ASN(64500)), answer{Registrant{"acme_radio", "Acme Radio Co., Ltd."}, true}},
		{"listed by two is nobody's", ans(tab.Bluetooth(4660)), answer{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, c.got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestHollow(t *testing.T) {
	for mac, hollow := range map[string]bool{
		"00:00:00:00:00:00": true, "ff:ff:ff:ff:ff:ff": true, "01:00:5e:00:00:01": true, "52:54:00:12:34:56": true,
		"00:00:5e:00:01:0a": true, "00:00:0c:07:ac:01": true, "00:11:22:33:44:55": true, "00:01:02:03:04:05": true,
		"44:44:44:44:44:44": true, "00:00:00:00:00:01": true, "00:1a:2b:3c:4d:5f": false, "f0:9f:c2:01:02:03": false,
	} {
		m, ok := ParseMAC(mac)
		if why := Hollow(m); !ok || (why != "") != hollow {
			t.Errorf("Hollow(%s) = %q, want hollow %v", mac, why, hollow)
		}
	}
}

func TestInfoCounts(t *testing.T) {
	in, err := tables(t).Info()
	if err != nil {
		t.Fatal(err)
	}
	want := []Info{
		{Name: OUITable, Title: OUITable, Date: "2026-01-02", Rows: 5, Registrants: 5, Known: 2},
		{Name: PENTable, Title: PENTable, Date: "2026-01-02", Rows: 3, Registrants: 3, Known: 1},
		{Name: USBTable, Title: USBTable, Date: "2026-01-02", Rows: 2, Registrants: 2},
		{Name: PCITable, Title: PCITable, Date: "2026-01-02", Rows: 1, Registrants: 1},
	}
	if d := cmp.Diff(want, in); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// Every block of a random table is found by any address in it, by the longest.
func TestBlocksAreFoundAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type block struct {
			prefix uint64
			length int
		}
		blocks := map[block]string{}
		var rows []Row
		for i := range rapid.IntRange(1, 60).Draw(t, "rows") {
			l := rapid.SampledFrom([]int{24, 24, 28, 36}).Draw(t, "length")
			// few bytes, so that blocks share parents
			p := uint64(rapid.IntRange(0, 3).Draw(t, "oui"))<<(l-24) | uint64(rapid.IntRange(0, 1<<(l-24)-1).Draw(t, "part"))
			if _, dup := blocks[block{p, l}]; dup {
				continue
			}
			name := fmt.Sprintf("firm %d", i%7)
			blocks[block{p, l}] = name
			rows = append(rows, Row{OUIKey(p, l), name})
		}
		ix, err := org.NewIndex(nil)
		if err != nil {
			t.Fatal(err)
		}
		f := fstest.MapFS{}
		for _, n := range TableNames {
			b, err := Encode(Info{}, map[string][]Row{OUITable: rows}[n])
			if err != nil {
				t.Fatal(err)
			}
			f[n+".bin"] = &fstest.MapFile{Data: b}
		}
		mk, err := EncodeMakers(Makers{})
		if err != nil {
			t.Fatal(err)
		}
		f[MakerFile+".bin"] = &fstest.MapFile{Data: mk}
		tab, err := Load(f, ix)
		if err != nil {
			t.Fatal(err)
		}
		a := rapid.Uint64Range(0, 4<<24-1).Draw(t, "address")
		var mac [6]byte
		for i := range mac {
			mac[i] = byte(a >> (40 - 8*i))
		}
		want, bits := "", 0
		divided := false
		for b, name := range blocks {
			if b.length > 24 && b.prefix>>(b.length-24) == a>>24 {
				divided = true
			}
			if a>>(48-b.length) == b.prefix && b.length > bits {
				want, bits = name, b.length
			}
		}
		if divided && bits == 24 {
			want, bits = "", 0
		}
		got, gotBits, ok := tab.OUI(mac)
		if got != want || gotBits != bits || ok != (bits > 0) {
			t.Fatalf("%x: %q/%d, want %q/%d", mac, got, gotBits, want, bits)
		}
	})
}

func TestDamagedTablesAreRefused(t *testing.T) {
	ix := acmeIndex(t)
	for _, name := range append([]string{MakerFile}, TableNames...) {
		f := folder(t, ix, acmeRows)
		b := bytes.Clone(f[name+".bin"].Data)
		f[name+".bin"] = &fstest.MapFile{Data: b[:len(b)-3]}
		tab, err := Load(f, ix)
		if err != nil {
			t.Fatal(err)
		}
		if err := tab.Check(); !errors.Is(err, errTable) {
			t.Errorf("%s cut short: %v", name, err)
		}
		tab.MAC("00:1a:2b:00:00:01") // finds nothing and does not panic
		tab.PEN(9)
	}
}

func FuzzTable(f *testing.F) {
	for _, rows := range acmeRows {
		b, err := Encode(Info{Title: "t"}, rows)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	empty, _ := EncodeMakers(Makers{OUITable: {0: "acme_radio"}})
	f.Add(empty)
	f.Fuzz(func(t *testing.T, b []byte) {
		tree := fstest.MapFS{}
		for _, n := range append([]string{MakerFile}, TableNames...) {
			tree[n+".bin"] = &fstest.MapFile{Data: b}
		}
		tree[MakerFile+".bin"] = &fstest.MapFile{Data: empty}
		tab, err := Load(tree, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = tab.Check()
		tab.OUI([6]byte{0, 0x1a, 0x2b})
		tab.PEN(9)
		_, _ = decodeMakers(b)
		_, _ = tab.Info()
	})
}

func BenchmarkOUI(b *testing.B) {
	var rows []Row
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 50000 {
		rows = append(rows, Row{OUIKey(uint64(r.IntN(1<<24)), 24), fmt.Sprint("firm ", i%20000)})
	}
	ix := acmeIndex(b)
	tab, err := Load(folder(b, ix, map[string][]Row{OUITable: rows}), ix)
	if err != nil || tab.Check() != nil {
		b.Fatal(err)
	}
	macs := make([][6]byte, 1<<16)
	for i := range macs {
		k := rows[r.IntN(len(rows))].Key >> 8
		macs[i] = [6]byte{byte(k >> 40), byte(k >> 32), byte(k >> 24), 1, 2, 3}
	}
	i := 0
	for b.Loop() {
		if _, _, ok := tab.OUI(macs[i&(1<<16-1)]); !ok {
			b.Fatal("lost")
		}
		i++
	}
}
