package pcap

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// hang ends a test that waits for ever.
const hang = 2 * time.Minute

// watched follows a reader and hands each report to got until that says stop.
func watched(t *testing.T, w Watching, got func([]*asset.Sighting) (stop bool)) Watched {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	n, err := Watch(ctx, w, func(ss []*asset.Sighting) error {
		if got(ss) {
			cancel()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func says(s *asset.Sighting, attr evidence.Attr, value string) bool {
	return slices.ContainsFunc(s.Observations, func(o evidence.Observation) bool { return o.Attr == attr && o.Value == value })
}

// TestWatch: a station is told when it appears and again, with all that is known, when it says more.
func TestWatch(t *testing.T) {
	r, w := io.Pipe()
	go w.Write(capture(linkEthernet, arpFrame(t, 1)))
	var seen [][]*asset.Sighting
	n := watched(t, Watching{Name: "-", Reader: r, Every: 20 * time.Millisecond}, func(ss []*asset.Sighting) bool {
		seen = append(seen, ss)
		if len(seen) == 1 {
			go w.Write(capture(linkEthernet, arpFrame(t, 1), lldpFrame(t))[24:])
		}
		return len(seen) == 2
	})
	if len(seen) != 2 || len(seen[0]) != 1 || len(seen[1]) != 1 {
		t.Fatalf("reports: %v", seen)
	}
	if s := seen[0][0]; !says(s, evidence.IP, "192.168.7.1") || says(s, evidence.LLDPSysName, "core-1") {
		t.Errorf("the first report says %v", s.Observations)
	}
	if s := seen[1][0]; !says(s, evidence.IP, "192.168.7.1") || !says(s, evidence.LLDPSysName, "core-1") {
		t.Errorf("the second report says %v", s.Observations)
	}
	if n.Packets != 3 {
		t.Errorf("%d packets counted", n.Packets)
	}
}

// TestWatchGrowing: a file is followed over its end.
func TestWatchGrowing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.pcap")
	data := capture(linkEthernet, arpFrame(t, 1), lldpFrame(t))
	if err := os.WriteFile(path, data[:len(data)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reports, heard := 0, false
	watched(t, Watching{Name: path, Reader: f, Grows: true, Every: 20 * time.Millisecond}, func(ss []*asset.Sighting) bool {
		if reports++; reports == 1 {
			more, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Error(err)
				return true
			}
			defer more.Close()
			if _, err := more.Write(data[len(data)-9:]); err != nil {
				t.Error(err)
			}
		}
		heard = says(ss[0], evidence.LLDPSysName, "core-1")
		return heard
	})
	if !heard {
		t.Error("the packet that was half written was never told of")
	}
}

// TestWatchStops: a silent reader does not keep a watch from ending.
func TestWatchStops(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	go w.Write(capture(linkEthernet))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		_, err := Watch(ctx, Watching{Reader: r, Every: time.Second}, func([]*asset.Sighting) error { return nil })
		done <- err
	}()
	cancel()
	select {
	case err := <-done:
		if err != nil && err != io.EOF {
			t.Log(err) // stopped before the header came
		}
	case <-time.After(hang):
		t.Fatal("the watch does not stop")
	}
}

// TestForget: what is held is halved when it is too much, the silent first.
func TestForget(t *testing.T) {
	g := newGatherer(observe.Builder{}, nil)
	g.live = true
	for i := range 1000 {
		g.n = i
		s := g.byMAC(mac{0, 1, 2, 3, byte(i >> 8), byte(i)})
		g.add(s, evidence.Hostname, "host")
	}
	g.n = 2000
	first := mac{0, 1, 2, 3, 0, 0}
	clear(g.recent[:])
	g.byMAC(first) // speaks again
	g.forget()
	if len(g.macs) != 500 || g.macs[first] == nil {
		t.Errorf("%d stations are left, the one that spoke: %v", len(g.macs), g.macs[first] != nil)
	}
	for range 2 {
		g.forget()
	}
	if want := len(g.macs) * (factOctets + len("host")); g.octets != want {
		t.Errorf("octets = %d, want %d", g.octets, want)
	}
}

func TestWatchNoCapture(t *testing.T) {
	_, err := Watch(context.Background(), Watching{Reader: bytes.NewReader(make([]byte, 100)), Every: time.Second}, func([]*asset.Sighting) error { return nil })
	if err == nil {
		t.Error("octets that are no capture were watched")
	}
}
