package target

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func set(t *testing.T, include, exclude []string) *Set {
	t.Helper()
	var in, ex []Range
	for _, s := range include {
		r, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, r)
	}
	for _, s := range exclude {
		r, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		ex = append(ex, r)
	}
	s, err := NewSet(in, ex)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSet(t *testing.T) {
	for _, tt := range []struct {
		name             string
		include, exclude []string
		n                uint64
		in, out          string
	}{
		{"block without network and broadcast", []string{"192.0.2.0/24"}, nil, 254, "192.0.2.254", "192.0.2.255"},
		{"point to point", []string{"192.0.2.0/31"}, nil, 2, "192.0.2.0", "192.0.2.2"},
		{"short range", []string{"192.0.2.10-12"}, nil, 3, "192.0.2.12", "192.0.2.13"},
		{"hole", []string{"192.0.2.0/24"}, []string{"192.0.2.10-19"}, 244, "192.0.2.9", "192.0.2.10"},
		{"overlap", []string{"192.0.2.1-9", "192.0.2.5-20"}, nil, 20, "192.0.2.20", "192.0.2.21"},
		{"sixteen of IPv6", []string{"2001:db8::/124"}, nil, 16, "2001:db8::f", "2001:db8::10"},
		{"families apart", []string{"0.0.0.5", "::5"}, []string{"::5"}, 1, "0.0.0.5", "::5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := set(t, tt.include, tt.exclude)
			if s.Len() != tt.n || !s.Contains(netip.MustParseAddr(tt.in)) || s.Contains(netip.MustParseAddr(tt.out)) {
				t.Errorf("Len = %d, want %d; Contains(%s) = %v, Contains(%s) = %v", s.Len(), tt.n, tt.in, s.Contains(netip.MustParseAddr(tt.in)), tt.out, s.Contains(netip.MustParseAddr(tt.out)))
			}
			for i := range s.Len() {
				if !s.Contains(s.At(i)) || i > 0 && s.At(i).Compare(s.At(i-1)) <= 0 {
					t.Fatalf("At(%d) = %s", i, s.At(i))
				}
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "x", "192.0.2.9-1", "192.0.2.1-2001:db8::1", "192.0.2.1-999", "2001:db8::1-50-", "1.2.3.4/33"} {
		if r, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %v", s, r)
		}
	}
	if _, err := NewSet([]Range{{netip.MustParseAddr("2001:db8::"), netip.MustParseAddr("2001:db8:0:1::")}}, nil); err == nil {
		t.Error("a /63 of IPv6 is taken as a set to go through")
	}
}

// TestOrder: every element comes exactly once, whatever the size and seed.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(1, 5000).Draw(t, "n")
		o := NewOrder(n, rapid.Uint64().Draw(t, "seed"))
		seen := make([]bool, n)
		for i := range n {
			k := o.At(i)
			if k >= n || seen[k] {
				t.Fatalf("At(%d) = %d of %d", i, k, n)
			}
			seen[k] = true
		}
	})
}

func FuzzList(f *testing.F) {
	f.Add([]byte("192.0.2.0/24 # lab\n2001:db8::1, 192.0.2.1-9\n"))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = List("list", b) })
}
