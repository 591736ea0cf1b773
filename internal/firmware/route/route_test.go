package route

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for _, c := range []struct{ name, table, addr, want string }{
		{"prefix", "prefix,asn,name\n192.0.2.0/24,64496,Example Net\n", "192.0.2.9", "64496 Example Net"},
		{"longest wins", "192.0.0.0/16 AS64500\n192.0.2.0/24 64496 near\n", "192.0.2.9", "64496 near"},
		{"the wider one elsewhere", "192.0.0.0/16 AS64500 far\n192.0.2.0/24 64496\n", "192.0.3.9", "64500 far"},
		{"address and length", "192.0.2.0\t24\t64496_64497\n", "192.0.2.255", "64496"},
		{"first and last", "192.0.2.5\t192.0.2.9\t64496\tZZ\tEXAMPLE NET\n", "192.0.2.8", "64496 EXAMPLE NET"},
		{"past the last", "192.0.2.5\t192.0.2.9\t64496\tZZ\tEXAMPLE\n", "192.0.2.10", ""},
		{"six", "2001:db8::/32,64511,six\n192.0.2.0/24,64496\n", "2001:db8:1::1", "64511 six"},
		{"mapped", "192.0.2.0/24,64496,x\n", "::ffff:192.0.2.1", "64496 x"},
		{"whole span", "0.0.0.0\t255.255.255.255\t64496\tZZ\tall\n", "203.0.113.1", "64496 all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab, err := Read(strings.NewReader(c.table))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if r, ok := tab.Find(netip.MustParseAddr(c.addr)); ok {
				got = strings.TrimSpace(strings.Join([]string{strconv.Itoa(int(r.ASN)), r.Name}, " "))
			}
			if got != c.want {
				t.Errorf("Find(%s) = %q, want %q", c.addr, got, c.want)
			}
		})
	}
	if _, err := Read(strings.NewReader("hello\n")); !errors.Is(err, ErrNone) {
		t.Errorf("a text that is no table: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"192.0.2.0/24,64496,x", "192.0.2.5\t192.0.2.9\t64496", "::\t32\t1", "::\tffff::\t1", "\x1f\x8b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tab, err := Read(strings.NewReader(s))
		if err != nil {
			return
		}
		for p, r := range tab.routes {
			if got, ok := tab.Find(p.Addr()); !ok || got.Prefix.Bits() < r.Prefix.Bits() {
				t.Errorf("the first address of %v is not found in it", p)
			}
		}
	})
}
