package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/store"
	"telltale/internal/store/storetest"
)

func TestCodecKeepsEveryField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := storetest.Draw(t)
		body, err := store.Encode([]byte("before"), want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := store.Decode(body[len("before"):])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

func TestDamageIsSeen(t *testing.T) {
	body, err := store.Encode(nil, row(1))
	if err != nil {
		t.Fatal(err)
	}
	for i := range body {
		bad := append([]byte(nil), body...)
		bad[i] ^= 4
		if _, err := store.Decode(bad); !errors.Is(err, store.ErrCorrupt) {
			t.Fatalf("byte %d flipped: %v, want ErrCorrupt", i, err)
		}
		if _, err := store.Decode(body[:i]); !errors.Is(err, store.ErrCorrupt) {
			t.Fatalf("cut to %d: %v, want ErrCorrupt", i, err)
		}
	}
}

// FuzzDecode looks past the checksum, which a hand that makes a body can make too.
func FuzzDecode(f *testing.F) {
	for n := range 3 {
		body, err := store.Encode(nil, row(n))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body[1 : len(body)-4])
	}
	f.Fuzz(func(t *testing.T, inner []byte) {
		body := store.Seal(inner)
		s, err := store.Decode(body)
		if err != nil {
			if !errors.Is(err, store.ErrCorrupt) {
				t.Fatalf("error %v is not ErrCorrupt", err)
			}
			return
		}
		again, err := store.Encode(nil, s)
		if err != nil {
			t.Fatalf("decoded but not encoded: %v", err)
		}
		back, err := store.Decode(again)
		if err != nil {
			t.Fatalf("encoded but not decoded: %v", err)
		}
		if diff := cmp.Diff(s, back, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-first +again)\n%s", diff)
		}
	})
}

// row returns a sighting like a register's row, with parts and links for n > 0.
func row(n int) *asset.Sighting {
	at := func(cell string) evidence.Place { return evidence.Place{Input: "register.xlsx", At: "Sheet1!" + cell} }
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Listed, Place: at("A12"), Network: "north", Complete: true}
	for i, kv := range [][2]string{{"serial", "AB12345678"}, {"manufacturer", "Acme Ltd"}, {"model", "X-100"}, {"ip", "10.0.0.1"}, {"site", "Acme Ltd"}} {
		s.Observations = append(s.Observations, evidence.Observation{Source: "sheet", Attr: evidence.Attr(kv[0]), Value: kv[1], Place: at(string(rune('A'+i)) + "12")})
	}
	if n > 0 {
		s.Components = []asset.Part{{Kind: "optic", Place: at("F12"), Observations: s.Observations[:2], Components: []asset.Part{{Kind: "soc"}}}}
		s.Links = []asset.Link{{Via: "lldp", LocalPort: "1", RemotePort: "2", Remote: *row(n - 1)}}
	}
	return s
}

func TestMerge(t *testing.T) {
	s := func(complete bool, pairs ...string) *asset.Sighting {
		s := &asset.Sighting{Complete: complete}
		for i := 0; i+1 < len(pairs); i += 2 {
			s.Observations = append(s.Observations, evidence.Observation{Attr: evidence.Attr(pairs[i]), Value: pairs[i+1]})
		}
		return s
	}
	for _, c := range []struct {
		name               string
		old, reading, want *asset.Sighting
	}{
		{"the first", nil, s(false, "a", "1"), s(false, "a", "1")},
		{"complete stands for itself", s(true, "a", "1", "b", "1"), s(true, "a", "2"), s(true, "a", "2")},
		{"partial leaves the rest", s(true, "a", "1", "b", "1"), s(false, "a", "2"), s(true, "a", "2", "b", "1")},
		{"partial adds", s(false, "a", "1"), s(false, "b", "1"), s(false, "a", "1", "b", "1")},
		{"no news keeps the order", s(false, "a", "1", "b", "1", "a", "2"), s(false, "a", "1", "a", "2"), s(false, "a", "1", "b", "1", "a", "2")},
		{"several values of a slot", s(false, "a", "1", "b", "1"), s(false, "a", "2", "a", "3"), s(false, "a", "2", "a", "3", "b", "1")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, store.Merge(c.old, c.reading)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestThingText(t *testing.T) {
	for _, th := range []store.Thing{0, 1, 1<<64 - 1} {
		if got, err := store.ParseThing(th.String()); err != nil || got != th {
			t.Errorf("ParseThing(%s) = %v, %v", th, got, err)
		}
	}
	for _, bad := range []string{"", "1", "zzzzzzzzzzzzzzzz", "00000000000000000"} {
		if _, err := store.ParseThing(bad); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("ParseThing(%q): %v, want ErrInvalid", bad, err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	s, buf := row(0), []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = store.Encode(buf[:0], s)
	}
	b.ReportMetric(float64(len(buf)), "bytes")
}

func BenchmarkDecode(b *testing.B) {
	body, _ := store.Encode(nil, row(0))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := store.Decode(body); err != nil {
			b.Fatal(err)
		}
	}
}
