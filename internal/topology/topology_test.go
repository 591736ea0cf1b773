package topology

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// office is a switch and a router that announce themselves to each other, with
// hosts behind the switch.
func office() []Telling {
	return []Telling{
		{Host: "sw", Remote: "rtr", Via: "lldp", LocalPort: "GigabitEthernet0/1", RemotePort: "Gi0/0"},
		{Host: "sw", Remote: "rtr", Via: "cdp", LocalPort: "Gi0/1", RemotePort: "GigabitEthernet0/0"},
		{Host: "rtr", Remote: "sw", Via: "lldp", LocalPort: "Gi0/0", RemotePort: "Gi0/1"},
		{Host: "sw", Remote: "far", Via: "fdb", LocalPort: "Gi0/1"},
		{Host: "sw", Remote: "cam", Via: "fdb", LocalPort: "Gi0/2"},
		{Host: "sw", Remote: "pc1", Via: "fdb", LocalPort: "Gi0/3"},
		{Host: "sw", Remote: "pc2", Via: "fdb", LocalPort: "Gi0/3"},
		{Host: "rtr", Remote: "cam", Via: "arp", Addr: "192.0.2.9"},
		{Host: "rtr", Remote: "sw", Via: "arp", Addr: "192.0.2.2"},
	}
}

func TestBuild(t *testing.T) {
	g := Build(office())
	type short struct {
		kind     Kind
		a, b     End
		inferred bool
		evidence int
	}
	got := map[short]bool{}
	for _, l := range g.Links {
		got[short{l.Kind, l.A, l.B, l.Inferred, len(l.Evidence)}] = true
	}
	if len(g.Hidden) != 1 {
		t.Fatalf("hidden things: %v, want one behind Gi0/3", g.Hidden)
	}
	h := g.Hidden[0].ID
	want := map[short]bool{
		{Announced, End{"rtr", "Gi0/0"}, End{"sw", "Gi0/1"}, false, 3}: true,
		{Attached, End{"cam", ""}, End{"sw", "Gi0/2"}, false, 1}:       true,
		{Attached, End{h, ""}, End{"sw", "Gi0/3"}, true, 0}:            true,
		{Attached, End{h, ""}, End{"pc1", ""}, true, 1}:                true,
		{Attached, End{h, ""}, End{"pc2", ""}, true, 1}:                true,
		{Reached, End{"cam", ""}, End{"rtr", ""}, false, 1}:            true,
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(short{})); d != "" {
		t.Errorf("links (-want +got):\n%s", d)
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	want := Build(office())
	for seed := range uint64(50) {
		ts := append(office(), office()[seed%9])
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(ts), func(i, j int) { ts[i], ts[j] = ts[j], ts[i] })
		if d := cmp.Diff(want, Build(ts)); d != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, d)
		}
	}
}
