package observe

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"telltale/internal/evidence"
)

func TestCanonical(t *testing.T) {
	for _, tt := range []struct {
		name string
		attr evidence.Attr
		in   string
		want string
		ok   bool
	}{
		{"dotted MAC", evidence.IfMAC, "00aa.11bb.22CC", "00:aa:11:bb:22:cc", true},
		{"halves", evidence.IfMAC, "00aa11-bb22cc", "00:aa:11:bb:22:cc", true},
		{"bare", evidence.IfMAC, "00AA11BB22CC", "00:aa:11:bb:22:cc", true},
		{"zero MAC", evidence.BaseMAC, "00:00:00:00:00:00", "", false},
		{"group MAC", evidence.BaseMAC, "01:00:5e:00:00:01", "", false},
		{"split octet", evidence.BaseMAC, "0:0aa11bb22cc", "", false},
		{"prefixed IP", evidence.IP, "192.0.2.1/24", "192.0.2.1", true},
		{"link-local", evidence.IP, "fe80::1%eth0", "", false},
		{"UUID", evidence.UUID, "uuid:11111111-2222-3333-4444-55555555AAAA::upnp:rootdevice", "11111111-2222-3333-4444-55555555aaaa", true},
		{"zero serial", evidence.Serial, "0000000", "", false},
		{"placeholder", evidence.Serial, "N/A", "", false},
		{"control characters", evidence.Name, " a\x00b\x7f ", "ab", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := canonical(tt.attr, tt.in); got != tt.want || ok != tt.ok {
				t.Errorf("canonical(%s, %q) = %q, %v; want %q, %v", tt.attr, tt.in, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestGPON(t *testing.T) {
	for _, in := range []string{"ACME0A1B2C3D", "acme0a1b2c3d", "ACME-0A1B2C3D", "41434D450A1B2C3D"} {
		if serial, vendor, ok := GPON(in); serial != "ACME0A1B2C3D" || vendor != "ACME" || !ok {
			t.Errorf("GPON(%q) = %q, %q, %v", in, serial, vendor, ok)
		}
	}
	for _, in := range []string{"", "ACME", "1234567890AB", "ACME0A1B2C3G", "F6JO2SI8TTKDYDRC"} {
		if _, _, ok := GPON(in); ok {
			t.Errorf("GPON(%q) is ok", in)
		}
	}
}

// TestTwice: a canonical value is its own canonical form, and text is bounded.
func TestTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "in")
		for _, attr := range []evidence.Attr{evidence.IfMAC, evidence.IP, evidence.UUID, evidence.Serial, evidence.Name} {
			once, ok := canonical(attr, in)
			if !ok {
				continue
			}
			if twice, ok := canonical(attr, once); !ok || twice != once {
				t.Fatalf("canonical(%s, %q) = %q, then %q, %v", attr, in, once, twice, ok)
			}
		}
	})
	if n := len(Text(strings.Repeat("é", evidence.MaxValue))); n > evidence.MaxValue {
		t.Errorf("Text keeps %d octets", n)
	}
}

func TestAfterKeepsTheBytesOfTheText(t *testing.T) {
	for _, c := range []struct {
		text, key, want string
		ok              bool
	}{
		{`Basic Realm="a"`, "realm=", `"a"`, true},
		{"\xa4reAlm=", "realm=", "", true},
		{"İİ processor board ID X1", "board id ", "X1", true},
		{"realm", "realm=", "", false},
		{"", "realm=", "", false},
	} {
		if got, ok := After(c.text, c.key); got != c.want || ok != c.ok {
			t.Errorf("After(%q, %q) = %q, %v, want %q, %v", c.text, c.key, got, ok, c.want, c.ok)
		}
	}
}
