package nmap

import (
	"fmt"
	"strings"
	"testing"

	"telltale/internal/asset"
	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "xml") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "xml") }

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		name, head string
		want       bool
	}{
		{"nmap", `<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun scanner="nmap">`, true},
		{"other XML", `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5">`, false},
		{"binary that holds the word", "PK\x03\x04\x00\x00<nmaprun", false},
	} {
		if got := (Source{}).Recognise([]byte(c.head), "x") > 0; got != c.want {
			t.Errorf("%s: recognised = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestBoundedTag(t *testing.T) {
	doc := `<nmaprun scanner="nmap"><host><status state="up"/><address addr="192.0.2.1" addrtype="ipv4"/></host><host comment="` +
		strings.Repeat("x", maxTag+1) + `"></host></nmaprun>`
	got, _, err := sourcetest.Read(Source{}, "big.xml", []byte(doc))
	if len(got) != 1 || err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("got %d sightings and error %v, want the first host and an error on the tag", len(got), err)
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		"a&amp;b": "a&b", "&#x41;&#66;": "AB", "&nope;": "&nope;", "&": "&", "&lt;&gt;&quot;&apos;": `<>"'`, "&#0;": "&#0;",
	} {
		if got := string(unescape([]byte(in))); got != want {
			t.Errorf("unescape(%q) = %q, want %q", in, got, want)
		}
	}
}

// generate writes a scan of n hosts of about the size a -A scan gives them.
func generate(n int) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun scanner="nmap" start="1760000000">` + "\n")
	for i := range n {
		ip := fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255)
		fmt.Fprintf(&b, `<host starttime="1760000001" endtime="1760000090"><status state="up" reason="arp-response" reason_ttl="0"/>
<address addr="%s" addrtype="ipv4"/><address addr="00:00:5E:%02X:%02X:%02X" addrtype="mac" vendor="Icann"/>
<hostnames><hostname name="h%d.example.net" type="PTR"/></hostnames><ports><extraports state="closed" count="995"><extrareasons reason="reset" count="995" proto="tcp" ports="1,3-4,6-7"/></extraports>
`, ip, i>>16&255, i>>8&255, i&255, i)
		for _, p := range []struct{ id, name, product string }{{"22", "ssh", "OpenSSH"}, {"80", "http", "nginx"}, {"443", "http", "nginx"}, {"8080", "http", "Jetty"}} {
			fmt.Fprintf(&b, `<port protocol="tcp" portid="%s"><state state="open" reason="syn-ack" reason_ttl="64"/><service name="%s" product="%s" version="1.%d" extrainfo="protocol 2.0" method="probed" conf="10"><cpe>cpe:/a:x:%s:1.%d</cpe></service><script id="http-title" output="Host %d"><elem key="title">Host %d</elem></script></port>
`, p.id, p.name, p.product, i%90, p.name, i%90, i, i)
		}
		b.WriteString(`</ports><os><osmatch name="Linux 4.15 - 5.19" accuracy="100" line="1"><osclass type="general purpose" vendor="Linux" osfamily="Linux" osgen="4.X" accuracy="100"><cpe>cpe:/o:linux:linux_kernel:4</cpe></osclass></osmatch></os><times srtt="100" rttvar="10" to="100000"/></host>` + "\n")
	}
	b.WriteString("</nmaprun>\n")
	return []byte(b.String())
}

func BenchmarkRead100k(b *testing.B) {
	data := generate(100_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		cov := asset.Coverage{}
		err := Source{}.Read(b.Context(), sourcetest.Input("scan.xml", data), &cov, func(*asset.Sighting) error { return nil })
		if err != nil || cov.Read != 100_000 {
			b.Fatalf("read %d hosts, error %v", cov.Read, err)
		}
	}
}
