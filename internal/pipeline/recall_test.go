package pipeline

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/resolve"
	"telltale/internal/source"
	"telltale/internal/source/all"
	"telltale/internal/store"
	"telltale/internal/store/sqlite"
)

// What a user decided about identity holds when a kept result is opened again.
func TestKeptResultRemembersDecisions(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	db, list := filepath.Join(dir, "plant.db"), filepath.Join(dir, "list.csv")
	if err := os.WriteFile(list, []byte("Name,Make,Model,Serial No.\nolt-1,Huawei,MA5800-X7,21023A7XYZ6K1000001\nolt-1b,Huawei,MA5800-X7,21023A7XYZ6K1000002\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s, err := sqlite.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	err = store.PutDecision(t.Context(), s, store.Decision{Name: "one chassis", Join: []resolve.Handle{"serial:21023A7XYZ6K1000001", "serial:21023A7XYZ6K1000002"}, Author: "ann", At: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	opt := &Options{Inputs: []string{list}, DB: db, Now: now, Author: "ann", AsOf: calendar.Of(now), KnownAt: calendar.Of(now), Config: &Config{}, ProfileArg: "rural-etc"}
	if opt.Profiles, _, err = k.Profiles("rural-etc", opt.Config); err != nil {
		t.Fatal(err)
	}
	f, err := Check(t.Context(), k, t.TempDir(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := f.sightings()
	if err != nil {
		t.Fatal(err)
	}
	defer in.spill.Close()
	if n := in.resolver.Clusters().Len(); n != 1 || f.Head().Summary.Assets != 1 {
		t.Errorf("%d assets, %d after reopening: want the one that was decided on", f.Head().Summary.Assets, n)
	}
}

// Every source is known to read paper or the wire: a new one must be put in its lane.
func TestEverySourceHasALane(t *testing.T) {
	wire := map[string]bool{}
	for _, n := range []string{"scan", "pcap", "zeek", "leases", "hostinfo", "osquery", "answer", "snmp", "nmap-xml", "librenms", "controller", "upnp", "onvif", "isapi", "tr069", "gb28181", "cli", "bluetoothctl", "syslog", "radius-detail", "monitor"} {
		wire[n] = true
	}
	for _, s := range all.Sources(all.Limits{}) {
		n := s.Name()
		if _, container := s.(source.Container); container && n != "mail" {
			continue
		}
		if !paperSources[n] && !wire[n] {
			t.Errorf("source %q is in no lane: name it in paperSources or in this test", n)
		}
		if paperSources[n] && wire[n] {
			t.Errorf("source %q is in two lanes", n)
		}
	}
}
