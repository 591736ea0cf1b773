//go:build linux

package pipeline

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"testing"
	"time"
)

// sentPacket is one IPv4 packet that the scanner sent.
type sentPacket struct {
	at      time.Time
	to      netip.Addr
	proto   byte
	port    uint16 // destination
	payload []byte
}

// sent reads the packets the scanner 10.91.0.2 sent from a capture of tcpdump.
func sent(t *testing.T, path string) []sentPacket {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil || len(b) < 24 {
		t.Fatalf("no capture: %v", err)
	}
	var out []sentPacket
	for b = b[24:]; len(b) >= 16; {
		sec, usec, n := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), int(binary.LittleEndian.Uint32(b[8:]))
		if len(b) < 16+n {
			break
		}
		p := b[16 : 16+n]
		b = b[16+n:]
		if len(p) < 34 || p[12] != 8 || p[13] != 0 || netip.AddrFrom4([4]byte(p[26:30])).String() != "10.91.0.2" {
			continue
		}
		s := sentPacket{at: time.Unix(int64(sec), int64(usec)*1000), to: netip.AddrFrom4([4]byte(p[30:34])), proto: p[23]}
		total := min(int(binary.BigEndian.Uint16(p[16:]))+14, len(p)) // without what fills a short frame
		if l4 := p[34:max(total, 34)]; len(l4) >= 8 && s.proto != 1 {
			s.port = binary.BigEndian.Uint16(l4[2:])
			head := 8
			if s.proto == 6 && len(l4) >= 20 {
				head = int(l4[12]>>4) * 4
			}
			s.payload = l4[min(head, len(l4)):]
		}
		out = append(out, s)
	}
	return out
}

// checkCapture holds each packet the scanner sent against the caps, looks for
// an SNMP SET and for words where a login would stand, and for anything sent
// after stopped.
func checkCapture(t *testing.T, path string, stopped time.Time) {
	t.Helper()
	list := sent(t, path)
	by := map[netip.Addr][]time.Time{}
	var all []time.Time
	for _, p := range list {
		by[p.to] = append(by[p.to], p.at)
		all = append(all, p.at)
		if p.proto == 17 && p.port == 161 && bytes.Contains(p.payload, []byte("public\xa3")) {
			t.Errorf("an SNMP SET was sent to %s", p.to)
		}
		if p.proto == 6 && (p.port == 21 || p.port == 23) && len(p.payload) > 0 {
			t.Errorf("%q was said to port %d of %s, which was to be listened to only", p.payload, p.port, p.to)
		}
		if p.at.After(stopped) && !stopped.IsZero() {
			t.Errorf("a packet was sent to %s port %d, %s after the scan was told to stop and a second had gone by", p.to, p.port, p.at.Sub(stopped))
		}
	}
	worst := 0
	for to, at := range by {
		n := busiest(at)
		if worst = max(worst, n); n > 40 {
			t.Errorf("%d packets within a second to %s", n, to)
		}
	}
	total := busiest(all)
	if total > 1000 {
		t.Errorf("%d packets within a second in all", total)
	}
	t.Logf("%d packets captured, at most %d within a second to one host, %d in all", len(list), worst, total)
}

// busiest is the greatest number of moments within one second.
func busiest(at []time.Time) int {
	most := 0
	for i, k := 0, 0; i < len(at); i++ {
		for at[i].Sub(at[k]) >= time.Second {
			k++
		}
		most = max(most, i-k+1)
	}
	return most
}
