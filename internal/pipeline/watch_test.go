package pipeline

import (
	"context"
	"encoding/binary"
	"io"
	"path/filepath"
	"testing"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/store"
)

// lldpCapture is a capture of one announcement, without its file header when more is true.
func lldpCapture(more bool, sysDesc string) []byte {
	frame := []byte{1, 0x80, 0xc2, 0, 0, 0x0e, 0, 0, 0x5e, 0, 0x53, 7, 0x88, 0xcc}
	tlv := func(typ byte, v string) {
		frame = append(binary.BigEndian.AppendUint16(frame, uint16(typ)<<9|uint16(len(v))), v...)
	}
	tlv(1, "\x04\x00\x00\x5e\x00\x53\x07")
	tlv(2, "\x05port1")
	tlv(3, "\x00\x78")
	tlv(6, sysDesc)
	tlv(0, "")
	le := binary.LittleEndian
	var b []byte
	if !more {
		b = le.AppendUint32(b, 0xa1b2c3d4)
		b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	}
	b = le.AppendUint32(le.AppendUint32(b, 1_700_000_000), 0)
	b = le.AppendUint32(le.AppendUint32(b, uint32(len(frame))), uint32(len(frame)))
	return append(b, frame...)
}

// TestWatch: a device without a name is new; when it says what it is, its
// verdict changes; saying so again is no event. The database holds it then.
func TestWatch(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	profiles, _, err := k.Profiles("federal-contractor", nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	opt := &Options{Profiles: profiles, AsOf: calendar.Of(now), KnownAt: calendar.Of(now), Now: now, Author: "t", DB: filepath.Join(t.TempDir(), "w.db")}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	r, w := io.Pipe()
	go w.Write(lldpCapture(false, "switch"))
	var got []*WatchEvent
	n, err := Watch(ctx, k, WatchOptions{Input: "-", Stdin: r, Every: 20 * time.Millisecond}, opt, func(e *WatchEvent) error {
		got = append(got, e)
		switch len(got) {
		case 1:
			const vrp = "Huawei Versatile Routing Platform Software VRP (R) software, Version 5.170 (S5735 V200R019C10)"
			go func() {
				_, _ = w.Write(lldpCapture(true, vrp))
				_, _ = w.Write(lldpCapture(true, vrp))
				w.Close()
			}()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || n.Packets != 3 {
		t.Fatalf("%d events of %d packets", len(got), n.Packets)
	}
	if e := got[0]; e.Event != "new" || e.Maker != "" {
		t.Errorf("first: %s by %q, %s", e.Event, e.Maker, e.Verdict)
	}
	if e := got[1]; e.Event != "changed" || e.Maker == "" || e.Verdict != law.Prohibited || e.Was == law.Prohibited {
		t.Errorf("second: %s by %q, %s, was %s", e.Event, e.Maker, e.Verdict, e.Was)
	}
	st, err := openStore(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	things := 0
	err = st.Sightings(context.Background(), time.Time{}, func(store.Version) error {
		things++
		return nil
	})
	if err != nil || things != 1 {
		t.Errorf("the database holds %d things, %v", things, err)
	}
}
