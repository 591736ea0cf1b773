package snmp

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "snmprec", "walk") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "snmprec", "walk") }

func TestRecogniseOthers(t *testing.T) {
	for name, head := range map[string]string{
		"pipes that are no recording": "name|serial|model\nsw1|123|EX\n1|2|3\n",
		"source code":                 "std::string = 5;\nfoo::bar = baz;\nx.y = z\n",
		"INI file":                    "[a]\nuser.name = x\nsystem = y\n",
		"routing table":               "10.0.0.0 192.0.2.1\n10.1.0.0 192.0.2.1\n",
		"versions":                    "1.3.6 = new\n1.2.3 = old\n",
		"empty":                       "",
		"binary":                      "\x7fELF\x00\x00\x01",
	} {
		if n := (Source{}).Recognise([]byte(head), "x.txt"); n != 0 {
			t.Errorf("%s: Recognise = %d, want 0", name, n)
		}
	}
}

// TestFormsAgree: the forms of one walk say the same.
func TestFormsAgree(t *testing.T) {
	facts := func(doc string) []string {
		got, _, err := sourcetest.Read(Source{}, "x", []byte(doc))
		if err != nil || len(got) != 1 {
			t.Fatalf("%d sightings, error %v", len(got), err)
		}
		var out []string
		for _, o := range got[0].Observations {
			out = append(out, fmt.Sprintf("%s=%s @%s", o.Attr, o.Value, o.Place.At))
		}
		return out
	}
	want := facts("1.3.6.1.2.1.1.1.0|4|Example OS 1\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7\n1.3.6.1.2.1.1.5.0|4|a-1\n1.3.6.1.2.1.2.2.1.6.1|4x|00005e005301\n" +
		"1.3.6.1.2.1.4.20.1.1.192.0.2.9|64|192.0.2.9\n1.3.6.1.4.1.99999.1.0|4|Box 1\n")
	for name, doc := range map[string]string{
		"numeric": ".1.3.6.1.2.1.1.1.0 = STRING: \"Example OS 1\"\n.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.99999.7\n.1.3.6.1.2.1.1.5.0 = STRING: a-1\n" +
			".1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 00 5E 00 53 01\n.1.3.6.1.2.1.4.20.1.1.192.0.2.9 = IpAddress: 192.0.2.9\n.1.3.6.1.4.1.99999.1.0 = STRING: \"Box 1\"\n",
		"names": "SNMPv2-MIB::sysDescr.0 = STRING: Example OS 1\nSNMPv2-MIB::sysObjectID.0 = OID: SNMPv2-SMI::enterprises.99999.7\nSNMPv2-MIB::sysName.0 = STRING: a-1\n" +
			"IF-MIB::ifPhysAddress.1 = STRING: 0:0:5e:0:53:1\nIP-MIB::ipAdEntAddr.192.0.2.9 = IpAddress: 192.0.2.9\nSNMPv2-SMI::enterprises.99999.1.0 = STRING: \"Box 1\"\n",
		"suffix names": "sysDescr.0 = STRING: Example OS 1\nsysObjectID.0 = OID: enterprises.99999.7\nsysName.0 = STRING: a-1\n" +
			"ifPhysAddress.1 = STRING: 0:0:5e:0:53:1\nipAdEntAddr.192.0.2.9 = IpAddress: 192.0.2.9\nenterprises.99999.1.0 = STRING: \"Box 1\"\n",
		"full names": ".iso.org.dod.internet.mgmt.mib-2.system.sysDescr.0 = STRING: Example OS 1\n.iso.org.dod.internet.mgmt.mib-2.system.sysObjectID.0 = OID: .iso.org.dod.internet.private.enterprises.99999.7\n" +
			".iso.org.dod.internet.mgmt.mib-2.system.sysName.0 = STRING: a-1\n.iso.org.dod.internet.mgmt.mib-2.interfaces.ifTable.ifEntry.ifPhysAddress.1 = STRING: 0:0:5e:0:53:1\n" +
			".iso.org.dod.internet.mgmt.mib-2.ip.ipAddrTable.ipAddrEntry.ipAdEntAddr.192.0.2.9 = IpAddress: 192.0.2.9\n.iso.org.dod.internet.private.enterprises.99999.1.0 = STRING: \"Box 1\"\n",
		"no types": ".1.3.6.1.2.1.1.1.0 = \"Example OS 1\"\n.1.3.6.1.2.1.1.2.0 = .1.3.6.1.4.1.99999.7\n.1.3.6.1.2.1.1.5.0 = \"a-1\"\n" +
			".1.3.6.1.2.1.2.2.1.6.1 = \"00 00 5E 00 53 01 \"\n.1.3.6.1.2.1.4.20.1.1.192.0.2.9 = 192.0.2.9\n.1.3.6.1.4.1.99999.1.0 = \"Box 1\"\n",
		"quick": ".1.3.6.1.2.1.1.1.0 \"Example OS 1\"\n.1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.99999.7\n.1.3.6.1.2.1.1.5.0 \"a-1\"\n" +
			".1.3.6.1.2.1.2.2.1.6.1 \"00 00 5E 00 53 01 \"\n.1.3.6.1.2.1.4.20.1.1.192.0.2.9 192.0.2.9\n.1.3.6.1.4.1.99999.1.0 \"Box 1\"\n",
		"Windows line ends": strings.ReplaceAll("\xef\xbb\xbfiso.3.6.1.2.1.1.1.0 = STRING: \"Example OS 1\"\niso.3.6.1.2.1.1.2.0 = OID: iso.3.6.1.4.1.99999.7\niso.3.6.1.2.1.1.5.0 = STRING: \"a-1\"\n"+
			"iso.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 00 5E 00 53 01 \niso.3.6.1.2.1.4.20.1.1.192.0.2.9 = IpAddress: 192.0.2.9\niso.3.6.1.4.1.99999.1.0 = STRING: \"Box 1\"\n", "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(want, facts(doc)); d != "" {
				t.Errorf("facts (-recording +this form):\n%s", d)
			}
		})
	}
}

func TestLongLine(t *testing.T) {
	doc := "1.3.6.1.2.1.1.1.0|4|Example\n1.3.6.1.4.1.9.1.0|4|" + strings.Repeat("x", maxLine+1) + "\n1.3.6.1.2.1.1.5.0|4|after\n"
	got, cov, err := sourcetest.Read(Source{}, "x", []byte(doc))
	if err != nil || len(got) != 1 || cov.Failed != 1 || len(got[0].Observations) != 2 {
		t.Errorf("got %d sightings, %d failures, error %v; want the walk without its long line", len(got), cov.Failed, err)
	}
}

func TestGPONSerial(t *testing.T) {
	for in, want := range map[string]string{
		"ZTEG\x4c\xd6\x19\x00": "ZTEG4CD61900", "zteg4cd61900": "ZTEG4CD61900", "5A5445474CD61900": "ZTEG4CD61900",
		"1,ZTEG4CD61900": "ZTEG4CD61900", "EXMP-0a0b0c0d": "EXMP0A0B0C0D", "": "", "\x00\x00\x00\x00\x00\x00\x00\x00": "", "123456789012": "",
	} {
		if got, _ := gponSerial(Value{Octets, []byte(in)}); got != want {
			t.Errorf("gponSerial(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestEntityCircle: containment in circles, a parent of itself and over-deep
// nesting end.
func TestEntityCircle(t *testing.T) {
	a := NewAssembler("x")
	put := func(col, idx, s string) {
		a.Add(entPrefix+col+"."+idx, Value{Octets, []byte(s)})
	}
	for i := range 100 {
		idx := fmt.Sprint(i + 1)
		put("12", idx, "Example")
		put("5", idx, "9")
		put("4", idx, fmt.Sprint(i)) // each in the one before
	}
	put("4", "1", "50") // and the first in the fiftieth
	put("4", "100", "100")
	s, _ := a.Sighting()
	if s == nil {
		t.Fatal("no sighting")
	}
}

// TestNeighbourKeepsItsWords: nothing a neighbour says is the agent's own.
func TestNeighbourKeepsItsWords(t *testing.T) {
	got, _, _ := sourcetest.Read(Source{}, "x", []byte("1.3.6.1.2.1.1.1.0|4|Example\n1.0.8802.1.1.2.1.4.1.1.5.0.2.1|4|abc\n1.0.8802.1.1.2.1.4.1.1.10.0.2.1|4|Other OS\n"+
		"1.3.6.1.4.1.9.9.23.1.2.1.1.8.2.1|4|Other platform\n1.3.6.1.4.1.2011.6.128.1.1.2.43.1.3.1.1|4|OTHR12345678\n"))
	for _, o := range got[0].Observations {
		if o.Attr != evidence.SysDescr && o.Attr != evidence.EnterpriseArc {
			t.Errorf("the agent is said to have %s = %q", o.Attr, o.Value)
		}
	}
	if n := len(got[0].Links); n != 3 {
		t.Errorf("%d links, want 3", n)
	}
}

// TestTerminalAsInterface: the address of an interface that is a terminal's is not the agent's.
func TestTerminalAsInterface(t *testing.T) {
	const walk = "1.3.6.1.2.1.2.2.1.2.1|4|GE0/1\n1.3.6.1.2.1.2.2.1.2.8|4|EPON0/1:3\n1.3.6.1.2.1.2.2.1.2.9|4|gpon-onu_1/2/3:4\n1.3.6.1.2.1.2.2.1.2.10|4|EPON0/1\n" +
		"1.3.6.1.2.1.2.2.1.6.1|4x|00AA11000010\n1.3.6.1.2.1.2.2.1.6.8|4x|00AA11000020\n1.3.6.1.2.1.2.2.1.6.9|4x|00AA11000030\n1.3.6.1.2.1.2.2.1.6.10|4x|00AA11000011\n"
	got, _, _ := sourcetest.Read(Source{}, "x", []byte(walk))
	var own, told []string
	for _, o := range got[0].Observations {
		if o.Attr == evidence.IfMAC {
			own = append(own, o.Value)
		}
	}
	for _, l := range got[0].Links {
		for _, o := range l.Remote.Observations {
			if o.Attr == evidence.BaseMAC {
				told = append(told, l.LocalPort+" "+o.Value)
			}
		}
	}
	slices.Sort(told)
	if want := []string{"00:aa:11:00:00:10", "00:aa:11:00:00:11"}; !slices.Equal(own, want) {
		t.Errorf("its own addresses are %q, want %q", own, want)
	}
	if want := []string{"EPON0/1:3 00:aa:11:00:00:20", "gpon-onu_1/2/3:4 00:aa:11:00:00:30"}; !slices.Equal(told, want) {
		t.Errorf("its terminals are %q, want %q", told, want)
	}
}

// bigWalk is a walk of any length without holding it.
type bigWalk struct{ size int64 }

const bigLine = "1.3.6.1.2.1.2.2.1.10.%09d|65|%09d\n"

func (b bigWalk) ReadAt(p []byte, off int64) (int, error) {
	if off >= b.size {
		return 0, io.EOF
	}
	const n = 43
	i := off / n
	line := []byte(fmt.Sprintf(bigLine, i%1e9, i%1e9))
	if i == 0 {
		line = []byte("1.3.6.1.2.1.1.1.0|4|" + strings.Repeat("E", n-21) + "\n")
	}
	m := copy(p, line[off%n:])
	for m < len(p) && off+int64(m) < b.size {
		k, _ := b.ReadAt(p[m:min(len(p), m+n)], off+int64(m))
		m += k
	}
	return m, nil
}

func BenchmarkRead(b *testing.B) {
	data := []byte(strings.Repeat("1.3.6.1.2.1.2.2.1.10.1|65|123456\n1.3.6.1.2.1.2.2.1.6.1|4x|00005e005301\n1.3.6.1.2.1.31.1.1.1.18.12|4|to hill\n", 100_000))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		cov := asset.Coverage{}
		if err := (Source{}).Read(b.Context(), sourcetest.Input("x", data), &cov, func(*asset.Sighting) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func TestLongWalkInBoundedMemory(t *testing.T) {
	in := &source.Input{Name: "x", Data: bigWalk{8 << 20}, Size: 8 << 20}
	var cov asset.Coverage
	n := 0
	err := Source{}.Read(t.Context(), in, &cov, func(s *asset.Sighting) error { n += len(s.Observations); return nil })
	if err != nil || n != 1 {
		t.Errorf("%d observations, error %v, want the sysDescr alone", n, err)
	}
}

func TestVendorFile(t *testing.T) {
	if _, err := decodeVendor(vendorData); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"unknown field": "pon:\n  - {table: t, entry: 1.3.6.1, serial: 3, source: s, colour: red}\n",
		"no source":     "pon:\n  - {table: t, entry: 1.3.6.1, serial: 3}\n",
		"no serial":     "optics:\n  - {table: t, entry: 1.3.6.1, source: s}\n",
	} {
		if _, err := decodeVendor([]byte(bad)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
