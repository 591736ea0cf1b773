package resolve

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"telltale/internal/asset"
	"telltale/internal/calendar"
)

// signatures draws sightings whose few keys clash in every way the rules know.
func signatures(t *rapid.T) []Signature {
	n := rapid.IntRange(1, 24).Draw(t, "n")
	pool := rapid.IntRange(1, 6).Draw(t, "pool")
	strong := []asset.KeyType{asset.KeySerial, asset.KeyGPON, asset.KeyUUID, asset.KeyMAC, asset.KeyEngineID, asset.KeySSH, asset.KeyTLS}
	weak := []asset.KeyType{asset.KeyAssetTag, asset.KeySerial, asset.KeyMAC, asset.KeyIP, asset.KeyHostname}
	out := make([]Signature, n)
	for i := range out {
		s := Signature{Day: calendar.NoDate, Kind: asset.Device, Seen: asset.Direct}
		s.Network = rapid.SampledFrom([]string{"n", "n", "m"}).Draw(t, "net")
		s.Maker = rapid.SampledFrom([]string{"", "acme", "acme north", "bolt"}).Draw(t, "maker")
		if rapid.Bool().Draw(t, "dated") {
			s.Day = calendar.Date(rapid.IntRange(0, 30).Draw(t, "day"))
		}
		if rapid.IntRange(0, 2).Draw(t, "listed") == 0 {
			s.Seen, s.Input = asset.Listed, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "input")
		}
		for range rapid.IntRange(0, 4).Draw(t, "keys") {
			k := asset.Key{Strong: rapid.Bool().Draw(t, "strong")}
			if k.Strong {
				k.Type = rapid.SampledFrom(strong).Draw(t, "type")
			} else {
				k.Type = rapid.SampledFrom(weak).Draw(t, "type")
			}
			k.Value = fmt.Sprint(rapid.IntRange(1, pool).Draw(t, "value"))
			if !slices.Contains(s.Keys, k) {
				s.Keys = append(s.Keys, k)
			}
		}
		s.Content = hashOf("content", fmt.Sprint(i))
		out[i] = s
	}
	return out
}

func decided(t *rapid.T) []Decision {
	var out []Decision
	for range rapid.IntRange(0, 2).Draw(t, "decisions") {
		hs := rapid.SliceOfN(rapid.SampledFrom([]Handle{"serial:1", "serial:2", "mac:1", "mac:2", "ip:1", SightingHandle(hashOf("content", "0"))}), 1, 3).Draw(t, "handles")
		if rapid.Bool().Draw(t, "join") {
			out = append(out, Decision{Join: hs})
		} else {
			out = append(out, Decision{Apart: hs})
		}
	}
	return out
}

// named returns ID → contents, and the notes, free of ordinals.
func named(all []Signature, c *Clusters) string {
	s := ""
	for id, ms := range c.All() {
		s += id
		for _, m := range ms {
			s += " " + all[m].Content.String()
		}
		s += "\n"
	}
	for _, n := range c.Notes() {
		s += fmt.Sprint(n.Kind, n.Key, n.Count)
		for _, m := range n.Sightings {
			s += " " + all[m].Content.String()
		}
		s += "\n"
	}
	return s
}

func TestOrderChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, opt := signatures(t), Options{Decisions: decided(t)}
		want := named(all, resolveAll(opt, all))
		mixed := slices.Clone(all)
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rnd.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		for i := range mixed {
			mixed[i].Keys = slices.Clone(mixed[i].Keys)
			rnd.Shuffle(len(mixed[i].Keys), func(a, b int) {
				k := mixed[i].Keys
				k[a], k[b] = k[b], k[a]
			})
		}
		slices.Reverse(opt.Decisions)
		if got := named(mixed, resolveAll(opt, mixed)); got != want {
			t.Fatalf("in another order:\n%s\nwant\n%s", got, want)
		}
	})
}

func TestBatchingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, opt := signatures(t), Options{Decisions: decided(t)}
		want := named(all, resolveAll(opt, all))
		r := New(opt)
		for _, s := range all {
			if rapid.IntRange(0, 3).Draw(t, "cut") == 0 {
				r.Clusters()
			}
			r.Add(s)
		}
		if got := named(all, r.Clusters()); got != want {
			t.Fatalf("in batches:\n%s\nwant\n%s", got, want)
		}
	})
}

// One more sighting changes only clusters Affected names, and resolving those
// alone gives what resolving all gives.
func TestOneMoreTouchesItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, opt := signatures(t), Options{Decisions: decided(t)}
		last := all[len(all)-1]
		r := New(opt)
		for _, s := range all[:len(all)-1] {
			r.Add(s)
		}
		before := r.Clusters()
		touched := r.Affected(last)
		got := map[string]string{}
		clusters := func(of []Signature, c *Clusters, skip func(int) bool) {
			for id, ms := range c.All() {
				if skip(ms[0]) {
					continue
				}
				for _, m := range ms {
					got[id] += " " + of[m].Content.String()
				}
			}
		}
		clusters(all, before, func(m int) bool { return slices.Contains(touched, m) })
		var sub []Signature
		for _, i := range touched {
			sub = append(sub, all[i])
		}
		sub = append(sub, last)
		clusters(sub, resolveAll(opt, sub), func(int) bool { return false })
		want := resolveAll(opt, all)
		if len(got) != want.Len() {
			t.Fatalf("%d clusters, want %d", len(got), want.Len())
		}
		for id, ms := range want.All() {
			s := ""
			for _, m := range ms {
				s += " " + all[m].Content.String()
			}
			if got[id] != s {
				t.Fatalf("cluster %s is%s, want%s", id, got[id], s)
			}
		}
	})
}

// Without a user's word no cluster holds sightings that each give a serial of
// one maker and nothing that ties the serials together.
func TestConflictingSerialsNeverUnite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := signatures(t)
		for i := range all { // at most one serial each, so that no stack ties two
			seen := false
			all[i].Keys = slices.DeleteFunc(all[i].Keys, func(k asset.Key) bool {
				drop := k.Type == asset.KeySerial && (seen || !k.Strong)
				seen = seen || k.Type == asset.KeySerial
				return drop
			})
		}
		for _, ms := range resolveAll(Options{}, all).All() {
			serial := map[string]string{}
			for _, m := range ms {
				for _, k := range all[m].Keys {
					if k.Type != asset.KeySerial || all[m].Maker != "bolt" {
						continue
					}
					if was, ok := serial[all[m].Maker]; ok && was != k.Value {
						t.Fatalf("one cluster holds serials %s and %s of one maker", was, k.Value)
					}
					serial[all[m].Maker] = k.Value
				}
			}
		}
	})
}

// An equal number of another maker does not excuse two serials of one maker.
func TestAnotherMakersSerialExcusesNothing(t *testing.T) {
	one := func(content, maker, serial string, keys ...asset.Key) Signature {
		return Signature{Content: hashOf("content", content), Network: "n", Maker: maker, Day: calendar.NoDate, Kind: asset.Device, Seen: asset.Direct,
			Keys: append(keys, asset.Key{Type: asset.KeySerial, Value: serial, Strong: true})}
	}
	gpon, tag := asset.Key{Type: asset.KeyGPON, Value: "1", Strong: true}, asset.Key{Type: asset.KeyAssetTag, Value: "1"}
	c := resolveAll(Options{}, []Signature{one("0", "bolt", "1", tag), one("1", "acme", "1", gpon), one("2", "bolt", "2", gpon, tag)})
	if c.Of(0) == c.Of(2) {
		t.Error("serials 1 and 2 of one maker are one thing")
	}
	if c.Of(1) != c.Of(2) {
		t.Error("what one GPON serial unites is two things")
	}
}

func TestIDsDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := resolveAll(Options{Decisions: decided(t)}, signatures(t))
		for i := 1; i < c.Len(); i++ {
			if c.ID(i) <= c.ID(i-1) {
				t.Fatalf("IDs %s, %s", c.ID(i-1), c.ID(i))
			}
		}
	})
}

func BenchmarkMillion(b *testing.B) {
	const n = 1_000_000
	one := func(i int) Signature {
		d := i / 2 // two sightings a device
		s := Signature{Content: Hash(uint64(i) * 0x9e3779b97f4a7c15), Network: "n", Day: calendar.Date(i % 5), Maker: "acme", Seen: asset.Direct, Kind: asset.Device}
		s.Keys = []asset.Key{
			{Type: asset.KeySerial, Value: fmt.Sprintf("AB%09d", d), Strong: true},
			{Type: asset.KeyMAC, Value: fmt.Sprintf("00:1b:%02x:%02x:%02x:%02x", d>>24, d>>16&255, d>>8&255, d&255), Strong: true},
			{Type: asset.KeyIP, Value: fmt.Sprintf("10.%d.%d.%d", d>>16&255, d>>8&255, d&255)},
			{Type: asset.KeyHostname, Value: fmt.Sprintf("host-%d", d)},
		}
		return s
	}
	all := make([]Signature, n)
	for i := range all {
		all[i] = one(i)
	}
	b.ReportAllocs()
	for b.Loop() {
		r := New(Options{})
		for _, s := range all {
			r.Add(s)
		}
		if got := r.Clusters().Len(); got != n/2 {
			b.Fatalf("%d clusters", got)
		}
	}
}
