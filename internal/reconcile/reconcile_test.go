package reconcile

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// sight makes a sighting from attribute-value pairs.
func sight(lane Lane, input, at string, pairs ...string) Sight {
	s := &asset.Sighting{Kind: asset.Device, Seen: asset.Direct, Network: "plant", Place: evidence.Place{Input: input, At: "row 1"}}
	if lane == Paper {
		s.Seen = asset.Listed
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.Observations = append(s.Observations, evidence.Observation{Attr: evidence.Attr(pairs[i]), Value: pairs[i+1], At: at, Place: s.Place})
	}
	return Sight{Sighting: s, Lane: lane, At: at}
}

func ended(s Sight, at string) Sight { s.Ended = at; return s }

func heard(s Sight) Sight { s.Seen = asset.Neighbour; return s }

func thing(id string, ss ...Sight) *Thing {
	return &Thing{ID: id, Name: id, Kind: asset.Device, Sights: ss}
}

func of(c asset.Category, t *Thing) *Thing { t.Category = c; return t }

func TestLines(t *testing.T) {
	sweep := Look{Input: "scan.xml", Network: "plant", From: "2026-02-01", To: "2026-02-01", Blocks: []string{"10.1.0.0/24"}}
	cases := []struct {
		name   string
		looks  []Look
		things []*Thing
		want   []string // "asset record what"
	}{
		{"bought, its address was asked in vain", []Look{sweep}, []*Thing{thing("a", sight(Paper, "r.csv", "", "ip", "10.1.0.9"))}, []string{"a paper-only looked yes"}},
		{"bought, its address was not asked", []Look{sweep}, []*Thing{thing("a", sight(Paper, "r.csv", "", "ip", "10.2.0.9"))}, []string{"a paper-only looked no"}},
		{"bought, nobody says where it is", []Look{sweep}, []*Thing{thing("a", sight(Paper, "r.csv", "", "model", "X-100"))}, []string{"a paper-only looked not-known"}},
		{"others of its site were seen", []Look{{Input: "w.walk"}}, []*Thing{
			thing("a", sight(Paper, "r.csv", "", "site", "Mill")), thing("b", sight(Paper, "r.csv", "", "site", "mill "), sight(Wire, "w.walk", "", "sysName", "b"))},
			[]string{"a paper-only looked in-part", "b matched"}},
		{"others of its site were seen, of its kind nothing anywhere", []Look{{Input: "w.walk"}}, []*Thing{
			of("radio", thing("a", sight(Paper, "r.csv", "", "site", "Mill"))), of("switch", thing("b", sight(Paper, "r.csv", "", "site", "Mill"), sight(Wire, "w.walk", "", "sysName", "b")))},
			[]string{"a paper-only looked no", "b matched"}},
		{"nothing of its site was seen", []Look{{Input: "w.walk"}}, []*Thing{thing("a", sight(Paper, "r.csv", "", "site", "Hill"))}, []string{"a paper-only looked no"}},
		{"seen and on no paper", []Look{sweep}, []*Thing{thing("a", sight(Wire, "scan.xml", "2026-02-01", "ip", "10.1.0.7"))}, []string{"a wire-only unlisted"}},
		{"sold as one model, answers as another", nil, []*Thing{thing("a", sight(Paper, "o.csv", "", "model", "WS-C2960"), sight(Wire, "w.walk", "", "cli.model", "S5720-28P"))}, []string{"a matched differs model"}},
		{"an order code that holds the model is the same", nil, []*Thing{thing("a", sight(Paper, "o.csv", "", "model", "WS-C2960-24TT"), sight(Wire, "w.walk", "", "cli.model", "C2960"))}, []string{"a matched"}},
		{"a model inside a description is the same", nil, []*Thing{thing("a", sight(Paper, "o.csv", "", "model", "MA5800-X7"), sight(Wire, "w.walk", "", "sysDescr", "SmartAX MA5800 X7 frame", "cli.model", "H801SCUN1"))}, []string{"a matched"}},
		{"two serials", nil, []*Thing{thing("a", sight(Paper, "o.csv", "", "serial", "ABC1234567"), sight(Wire, "w.walk", "", "serial", "ABC7654321"))}, []string{"a matched differs serial"}},
		{"a stack has the serial among others", nil, []*Thing{thing("a", sight(Paper, "o.csv", "", "serial", "ABC-1234567"), sight(Wire, "w.walk", "", "serial", "ABC7654321", "serial", "ABC1234567"))}, []string{"a matched"}},
		{"one number, two serials: two things that contradict each other", nil, []*Thing{
			thing("a", sight(Paper, "o.csv", "", "baseMAC", "00:1b:54:00:00:01", "serial", "ABC1234567")), thing("b", sight(Wire, "w.walk", "", "baseMAC", "00:1b:54:00:00:01", "serial", "ABC7654321"))},
			[]string{"a paper-only differs serial contradicts b looked no", "b wire-only contradicts a unlisted"}},
		{"moved to another address", []Look{sweep, {Input: "new.xml", Network: "plant", From: "2026-03-01", Blocks: []string{"10.1.0.1-10.1.0.99"}}}, []*Thing{
			thing("a", sight(Wire, "scan.xml", "2026-02-01", "ip", "10.1.0.7"), sight(Wire, "new.xml", "2026-03-01", "ip", "10.1.0.8"))}, []string{"a wire-only moved address unlisted"}},
		{"a second address is no move where the first was not asked again", []Look{sweep, {Input: "new.xml", Network: "plant", From: "2026-03-01", Blocks: []string{"10.2.0.0/24"}}}, []*Thing{
			thing("a", sight(Wire, "scan.xml", "2026-02-01", "ip", "10.1.0.7"), sight(Wire, "new.xml", "2026-03-01", "ip", "10.2.0.8"))}, []string{"a wire-only unlisted"}},
		{"moved to another site", nil, []*Thing{thing("a", ended(sight(Paper, "r.csv", "2026-01-01", "site", "Mill"), "2026-02-01"), sight(Paper, "r.csv", "2026-02-01", "site", "Barn"))}, []string{"a paper-only moved site looked no"}},
		{"gone from an input that was read again", nil, []*Thing{thing("a", ended(sight(Wire, "scan.xml", "2026-01-01", "ip", "10.1.0.7"), "2026-02-01"))}, []string{"a wire-only gone"}},
		{"what was only heard of comes and goes", nil, []*Thing{thing("a", heard(ended(sight(Wire, "dhcp.leases", "2026-01-01", "ip", "10.1.0.7"), "2026-02-01")))}, []string{"a wire-only"}},
		{"gone by a later look at its address", []Look{{Input: "new.xml", Network: "plant", From: "2026-03-01", Blocks: []string{"10.1.0-1.1-99"}}}, []*Thing{thing("a", sight(Wire, "scan.xml", "2026-02-01", "ip", "10.1.0.7"))}, []string{"a wire-only gone"}},
		{"not gone where the later look is of another address space", []Look{{Input: "new.xml", Network: "other", From: "2026-03-01", Blocks: []string{"10.1.0.0/24"}}}, []*Thing{thing("a", sight(Wire, "scan.xml", "2026-02-01", "ip", "10.1.0.7"))}, []string{"a wire-only unlisted"}},
		{"not gone where one reading states no time", []Look{{Input: "new.xml", Network: "plant", From: "2026-03-01", Blocks: []string{"10.1.0.0/24"}}}, []*Thing{thing("a", sight(Wire, "scan.xml", "2026-02-01", "ip", "10.1.0.7"), sight(Wire, "w.walk", "", "sysName", "a"))}, []string{"a wire-only unlisted"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := NewBuilder(c.looks)
			for _, x := range c.things {
				b.Add(x)
			}
			var got []string
			for _, l := range b.Finish().Lines {
				got = append(got, words(&l))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("lines (-want +got):\n%s", d)
			}
		})
	}
}

func words(l *Line) string {
	s := l.Asset + " " + string(l.Record)
	for _, d := range l.Differences {
		s += " differs " + d.Field
	}
	for _, m := range l.Moves {
		s += " moved " + m.Field
	}
	if l.Gone != nil {
		s += " gone"
	}
	for _, c := range l.Contradicts {
		s += " contradicts " + c
	}
	if l.Looked != nil {
		s += " looked " + string(l.Looked.State)
	}
	if l.NeverBought() {
		s += " unlisted"
	}
	return s
}

func TestModuleOnPaperIsSeenInsideItsHost(t *testing.T) {
	host := sight(Wire, "w.walk", "", "sysName", "olt")
	host.Components = []asset.Part{{Kind: "board", Observations: []evidence.Observation{{Attr: evidence.Serial, Value: "210305567810H5000123", Place: evidence.Place{Input: "w.walk", At: "1.2.3"}}}}}
	b := NewBuilder(nil)
	b.Add(thing("card", sight(Paper, "o.csv", "", "serial", "2103-0556 7810H5000123")))
	b.Add(thing("olt", host))
	l := b.Finish().Lines[0]
	if l.Record != Matched || l.Inside != "olt" || l.Looked != nil || l.WireCount != 1 {
		t.Errorf("card: record %s inside %q looked %v, want matched inside olt", l.Record, l.Inside, l.Looked)
	}
}

func TestMovedPort(t *testing.T) {
	x := thing("ap", sight(Wire, "w.walk", "2026-02-01", "sysName", "ap"))
	x.Heard = []Heard{
		{Host: "sw1", HostName: "sw1", Port: "Gi1/0/1", Via: "lldp", At: "2026-01-01", Ended: "2026-02-01"},
		{Host: "sw2", HostName: "sw2", Port: "Gi1/0/9", Via: "lldp", At: "2026-02-01"},
	}
	b := NewBuilder(nil)
	b.Add(x)
	l := b.Finish().Lines[0]
	if len(l.Moves) != 1 || l.Moves[0].From.Text != "sw1 port Gi1/0/1" || l.Moves[0].To.Text != "sw2 port Gi1/0/9" {
		t.Errorf("moves %+v, want from sw1 Gi1/0/1 to sw2 Gi1/0/9", l.Moves)
	}
	if l.Port == nil || l.Port.Text != "sw2 port Gi1/0/9" {
		t.Errorf("port %v, want that of sw2", l.Port)
	}
}

// anyThings draws things with few values, so that they meet.
func anyThings(t *rapid.T) []*Thing {
	attrs := []string{"ip", "serial", "baseMAC", "hostname", "model", "site", "cli.model"}
	values := map[string][]string{
		"ip": {"10.1.0.1", "10.1.0.2", "bad"}, "serial": {"ABC1234567", "ABC7654321", "x"}, "baseMAC": {"00:1b:54:00:00:01", "00:1b:54:00:00:02"},
		"hostname": {"a1", "b1"}, "model": {"X-100", "Y-200"}, "cli.model": {"X-100", "Z-300"}, "site": {"Mill", "Hill", ""},
	}
	var out []*Thing
	for n := range rapid.IntRange(0, 8).Draw(t, "things") {
		x := thing(fmt.Sprintf("t%d", n))
		x.Kind = rapid.SampledFrom([]asset.Kind{asset.Device, asset.Service, asset.PurchaseLine}).Draw(t, "kind")
		for range rapid.IntRange(1, 4).Draw(t, "sights") {
			var pairs []string
			for range rapid.IntRange(0, 4).Draw(t, "facts") {
				a := rapid.SampledFrom(attrs).Draw(t, "attr")
				pairs = append(pairs, a, rapid.SampledFrom(values[a]).Draw(t, "value"))
			}
			s := sight(rapid.SampledFrom([]Lane{Paper, Wire}).Draw(t, "lane"), rapid.SampledFrom([]string{"r.csv", "scan.xml", "w.walk"}).Draw(t, "input"),
				rapid.SampledFrom([]string{"", "2026-01-01", "2026-02-01"}).Draw(t, "at"), pairs...)
			s.Ended = rapid.SampledFrom([]string{"", "", "2026-03-01"}).Draw(t, "ended")
			x.Sights = append(x.Sights, s)
		}
		out = append(out, x)
	}
	return out
}

// Every thing stands in exactly one record, nothing is lost, and the order of things does not matter.
func TestEachThingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		things := anyThings(t)
		build := func() *Outcome {
			b := NewBuilder([]Look{{Input: "scan.xml", Network: "plant", From: "2026-01-15", Blocks: []string{"10.1.0.0/28"}}})
			for _, x := range things {
				b.Add(x)
			}
			return b.Finish()
		}
		o := build()
		if len(o.Lines) != len(things) || o.Summary.Assets != len(things) {
			t.Fatalf("%d lines of %d things", len(o.Lines), len(things))
		}
		if n := o.Summary.Matched + o.Summary.PaperOnly + o.Summary.WireOnly; n != len(things) {
			t.Fatalf("%d things have a record, want all %d", n, len(things))
		}
		for i, l := range o.Lines {
			if l.Asset != fmt.Sprintf("t%d", i) {
				t.Fatalf("line %d is of %s", i, l.Asset)
			}
			if (l.Looked != nil) != (l.Record == PaperOnly) {
				t.Fatalf("%s: record %s, looked %v", l.Asset, l.Record, l.Looked)
			}
		}
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Shuffle(len(things), func(i, j int) { things[i], things[j] = things[j], things[i] })
		if d := cmp.Diff(o, build()); d != "" {
			t.Fatalf("another order, another outcome (-want +got):\n%s", d)
		}
	})
}

func TestParseBlock(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.0/8": "10.9.9.9", "10.0.0.1": "10.0.0.1", "10.0.0.1-10.0.0.9": "10.0.0.5", "10.0-1.*.5-6": "10.1.200.5", "2001:db8::/64": "2001:db8::1",
	} {
		b, ok := parseBlock(text)
		if !ok {
			t.Errorf("%q is not read", text)
			continue
		}
		if l := newLooks([]Look{{Input: "x", Blocks: []string{text}}}); l.after(want, "", "") != nil {
			t.Errorf("a look without a time is after nothing")
		} else if !b.contains(netip.MustParseAddr(want)) || b.contains(netip.MustParseAddr("192.0.2.1")) {
			t.Errorf("%q: want %s inside and 192.0.2.1 outside", text, want)
		}
	}
	for _, text := range []string{"", "host.example", "10.0.0", "10.0.0.300", "10.9-1.0.1"} {
		if _, ok := parseBlock(text); ok {
			t.Errorf("%q is read as a block", text)
		}
	}
}

func BenchmarkReconcile(b *testing.B) {
	things := make([]*Thing, 50_000)
	for i := range things {
		id := fmt.Sprintf("%020x", i)
		paper := sight(Paper, "register.csv", "", "name", id, "serial", "SN"+id, "model", "X-100", "site", fmt.Sprint("site ", i%200), "ip", fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
		wire := sight(Wire, "scan.xml", "2026-02-01", "serial", "SN"+id, "cli.model", "X-100", "ip", fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
		switch i % 3 {
		case 0:
			things[i] = thing(id, paper, wire)
		case 1:
			things[i] = thing(id, paper)
		default:
			things[i] = thing(id, wire)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		x := NewBuilder([]Look{{Input: "scan.xml", Network: "plant", From: "2026-02-01", Blocks: []string{"10.0.0.0/8"}}})
		for _, t := range things {
			x.Add(t)
		}
		if o := x.Finish(); o.Summary.Assets != len(things) {
			b.Fatalf("%d lines", o.Summary.Assets)
		}
	}
}
