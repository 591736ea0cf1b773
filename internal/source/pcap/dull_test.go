package pcap

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/asset"
	"telltale/internal/source/observe"
	"telltale/internal/source/pcap/traffic"
)

// TestDull: skipping dull frames changes nothing of what is told. The frames are
// generated traffic in which octets of the headers and the payload's first octet were changed.
func TestDull(t *testing.T) {
	var b bytes.Buffer
	if err := traffic.Write(&b, 4<<20, 5); err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	octets := []byte{'H', 'P', '<', 'S', 'R', '2', 0x16, 0, 23, 64, 255, 6, 17, 0x45, 0x15, 0x50}
	read := func(skip bool) ([]*asset.Sighting, int) {
		var got []*asset.Sighting
		f, err := open(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		d := &decoder{g: newGatherer(observe.Builder{Source: "pcap", Input: "t"}, func(s *asset.Sighting) error {
			got = append(got, s)
			return nil
		})}
		dull := 0
		for {
			p, err := f.next()
			if err != nil {
				break
			}
			if n := len(p.data); n > 60 && f.n%3 == 0 {
				p.data[12+rnd.IntN(45)] = octets[rnd.IntN(len(octets))]
			}
			d.g.n, d.g.sec = f.n, p.sec
			if skip && d.dull(p.data) {
				dull++
				continue
			}
			d.src, d.depth = sender{}, 0
			d.ethernet(p.data)
		}
		d.finishAll()
		if err := d.g.flush(&asset.Coverage{}); err != nil {
			t.Fatal(err)
		}
		return got, dull
	}
	want, _ := read(false)
	rnd = rand.New(rand.NewPCG(3, 4))
	got, dull := read(true)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sightings (-all frames read +dull ones skipped):\n%s", diff)
	}
	if dull < 1000 {
		t.Errorf("%d frames are dull only", dull)
	}
}
