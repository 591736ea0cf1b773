package resolve_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/resolve"
)

// sighting builds what a source yields: place, then attribute-value pairs.
func sighting(seen asset.Seen, input, at string, pairs ...string) *asset.Sighting {
	p := evidence.Place{Input: input, At: at}
	s := &asset.Sighting{Kind: asset.Device, Seen: seen, Place: p, Network: input}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.Observations = append(s.Observations, evidence.Observation{Source: "test", Attr: evidence.Attr(pairs[i]), Value: pairs[i+1], Place: p})
	}
	return s
}

func TestSightings(t *testing.T) {
	walk := sighting(asset.Direct, "core.snmprec", "", "serial", "2102359ABC0001", "baseMAC", "00:1b:21:00:00:01", "ifMAC", "00:1b:21:00:00:02", "sysName", "core-1", "ip", "10.0.0.1")
	for _, c := range []struct {
		name string
		all  []*asset.Sighting
		want string
	}{
		{"a sheet, a scan, a walk and a neighbour are one switch", []*asset.Sighting{
			sighting(asset.Listed, "assets.xlsx", "Sheet1!A2", "manufacturer", "Acme Networks Co., Ltd.", "model", "X-100", "serial", "2102359abc-0001"),
			sighting(asset.Direct, "scan.xml", "10.0.0.1", "ip", "10.0.0.1", "ifMAC", "00:1b:21:00:00:01"),
			walk,
			sighting(asset.Neighbour, "olt.walk", "lldp 1", "chassisID", "mac:00:1b:21:00:00:01", "lldpSysName", "core-1"),
		}, "[[0 1 2 3]]"},
		{"two rows of one model are two things", []*asset.Sighting{
			sighting(asset.Listed, "order.pdf", "1", "manufacturer", "Acme", "model", "X-100", "fccID", "ABCX100"),
			sighting(asset.Listed, "order.pdf", "2", "manufacturer", "Acme", "model", "X-100", "fccID", "ABCX100"),
			sighting(asset.Direct, "scan.xml", "3", "manufacturer", "Acme", "model", "X-100", "fccID", "ABCX100"),
		}, "[[0] [1] [2]]"},
		{"rows nobody filled in are many things", []*asset.Sighting{
			sighting(asset.Listed, "a.csv", "2", "serial", "N/A", "assetTag", "none", "baseMAC", "00:00:00:00:00:00"),
			sighting(asset.Listed, "a.csv", "3", "serial", "N/A", "assetTag", "none", "baseMAC", "00:00:00:00:00:00"),
		}, "[[0] [1]]"},
		{"addresses of two inputs are of two networks", []*asset.Sighting{
			sighting(asset.Direct, "site-a.xml", "1", "ip", "192.168.1.1"),
			sighting(asset.Direct, "site-b.xml", "1", "ip", "192.168.1.1"),
		}, "[[0] [1]]"},
		{"two routers serve one virtual address", []*asset.Sighting{
			sighting(asset.Direct, "r1.walk", "", "baseMAC", "00:1b:21:00:00:01", "ifMAC", "00:00:5e:00:01:0a"),
			sighting(asset.Direct, "r2.walk", "", "baseMAC", "00:1b:21:00:00:02", "ifMAC", "00:00:5e:00:01:0a"),
		}, "[[0] [1]]"},
		{"an ONT by its OLT, by a sheet and by itself", []*asset.Sighting{
			sighting(asset.Neighbour, "olt.walk", "ont 1", "gponSerial", "ABCD1A2B3C4D"),
			sighting(asset.Listed, "cpe.csv", "7", "manufacturer", "Acme", "serial", "414243441A2B3C4D"),
			sighting(asset.Direct, "inform.xml", "", "manufacturer", "Acme", "serial", "2150083ABC123456", "gponSerial", "ABCD1A2B3C4D"),
		}, "[[0 1 2]]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := resolve.New(resolve.Options{})
			for _, s := range c.all {
				r.Add(resolve.Of(s))
			}
			got := r.Clusters()
			of := map[int][]int{}
			var order []int
			for i := range c.all {
				n := got.Of(i)
				if of[n] == nil {
					order = append(order, n)
				}
				of[n] = append(of[n], i)
			}
			var parts [][]int
			for _, n := range order {
				parts = append(parts, of[n])
			}
			if diff := cmp.Diff(c.want, fmt.Sprint(parts)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
