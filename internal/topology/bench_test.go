package topology

import (
	"fmt"
	"testing"
)

// plant tells of a network of n devices: every twentieth is a switch under a
// switch, which announce each other; each switch's forwarding table holds what
// is below it, and a router's address table holds all.
func plant(n int) []Telling {
	var ts []Telling
	name := func(i int) string { return fmt.Sprintf("%020x", i) }
	for i := 1; i < n; i++ {
		up := (i - 1) / 20
		port := fmt.Sprintf("GigabitEthernet1/0/%d", (i-1)%20+1)
		if i < n/20 { // a switch: it announces itself, as does the one above
			ts = append(ts, Telling{Host: name(up), Remote: name(i), Via: "lldp", LocalPort: port, RemotePort: "Te1/1/1"},
				Telling{Host: name(i), Remote: name(up), Via: "lldp", LocalPort: "TenGigabitEthernet1/1/1", RemotePort: port})
		} else {
			ts = append(ts, Telling{Host: name(up), Remote: name(i), Via: "fdb", LocalPort: port})
			if above := (up - 1) / 20; up > 0 { // the switch above sees it too, through its port
				ts = append(ts, Telling{Host: name(above), Remote: name(i), Via: "fdb", LocalPort: fmt.Sprintf("GigabitEthernet1/0/%d", (up-1)%20+1)})
			}
		}
		ts = append(ts, Telling{Host: name(0), Remote: name(i), Via: "arp", Addr: fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)})
	}
	return ts
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{5_000, 50_000} {
		ts := plant(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if g := Build(ts); len(g.Links) < n-1 {
					b.Fatalf("%d links of %d devices", len(g.Links), n)
				}
			}
			b.ReportMetric(float64(len(ts)), "tellings")
		})
	}
}
