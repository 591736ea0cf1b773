package pcap

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"telltale/internal/asset"
	"telltale/internal/source"
)

// traffic builds the packets of a capture of about size octets without a file
// header: 2,000 stations, web and bulk transfer, one packet in sixty that identifies, one in a hundred in a
// tunnel, one in a hundred IPv6.
func traffic(tb testing.TB, size int) []byte {
	tb.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	payload := make([]byte, 1448)
	for i := range payload {
		payload[i] = byte(0x80 | rnd.IntN(100)) // looks like ciphertext, no greeting
	}
	identity := [][]byte{lldpFrame(tb), cdpFrame(tb), arpFrame(tb, 1), arpFrame(tb, 2), dhcpFrame(tb),
		frame(tb, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()))...),
		frame(tb, on(macA, tcpFrom(ipA, 64, 80, 5000, 1, []byte("HTTP/1.1 200 OK\r\nServer: Acme\r\n\r\n")))...),
		frame(tb, on(macA, udpFrom(ipA, 4, 1900, 1900, []byte("NOTIFY * HTTP/1.1\r\nSERVER: Acme/2\r\n\r\n")))...)}
	var out []byte
	for n := 0; len(out) < size; n++ {
		host := rnd.IntN(2000)
		src := net.HardwareAddr{0, 0xaa, 0x11, 1, byte(host >> 8), byte(host)}
		ip := net.IP{10, 1, byte(host >> 8), byte(host)}
		data := payload[:1448]
		if rnd.IntN(2) == 0 {
			data = payload[:rnd.IntN(64)] // acknowledgements and small talk
		}
		var f []byte
		switch {
		case n%60 == 0:
			f = identity[rnd.IntN(len(identity))]
		case n%100 == 1:
			f = frame(tb, append(on(src, udpFrom(ip, 64, 2152, 2152, nil)[:2]), append([]gopacket.SerializableLayer{&layers.GTPv1U{Version: 1, ProtocolType: 1, MessageType: 255, TEID: 1}}, tcpFrom(ip, 63, 443, 5000, 1, data)...)...)...)
		case n%100 == 2:
			f = frame(tb, eth(src, layers.EthernetTypeIPv6), &layers.IPv6{Version: 6, NextHeader: layers.IPProtocolUDP, HopLimit: 60, SrcIP: net.ParseIP("2001:db8::1"), DstIP: net.ParseIP("2001:db8::2")},
				&layers.UDP{SrcPort: 443, DstPort: 4000}, gopacket.Payload(data))
		default:
			f = frame(tb, on(src, tcpFrom(ip, 64, 443, 5000+host, uint32(n), data))...)
		}
		out = append(out, capture(linkEthernet, f)[24:]...)
	}
	return out
}

// repeated is a capture whose packets come n times, without holding them n times.
type repeated struct {
	head, body []byte
	n          int64
}

func (r *repeated) size() int64 { return int64(len(r.head)) + r.n*int64(len(r.body)) }

func (r *repeated) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		if off >= r.size() {
			return done, io.EOF
		}
		from := r.head
		at := off
		if off >= int64(len(r.head)) {
			from, at = r.body, (off-int64(len(r.head)))%int64(len(r.body))
		}
		m := copy(p[done:], from[at:])
		done, off = done+m, off+int64(m)
	}
	return done, nil
}

func benchCapture(tb testing.TB, copies int64) *repeated {
	return &repeated{head: capture(linkEthernet)[:24], body: traffic(tb, 32<<20), n: copies}
}

// BenchmarkRead reads 256 MiB of generated traffic; compare with BenchmarkBytes, which only moves the octets.
func BenchmarkRead(b *testing.B) {
	c := benchCapture(b, 8)
	b.SetBytes(c.size())
	b.ReportAllocs()
	for b.Loop() {
		in := &source.Input{Name: "b", Data: c, Size: c.size(), Options: &source.Options{}}
		cov := &asset.Coverage{}
		if err := (Source{}).Read(context.Background(), in, cov, func(*asset.Sighting) error { return nil }); err != nil {
			b.Fatal(err)
		}
		if cov.Read < 2000 || cov.Failed > 0 {
			b.Fatalf("read %d stations, failed %d", cov.Read, cov.Failed)
		}
	}
}

func BenchmarkBytes(b *testing.B) {
	c := benchCapture(b, 8)
	b.SetBytes(c.size())
	buf := make([]byte, readSize)
	for b.Loop() {
		r := io.NewSectionReader(c, 0, c.size())
		var sum uint64
		for {
			n, err := r.Read(buf)
			for i := 0; i+8 <= n; i += 64 {
				sum += binary.LittleEndian.Uint64(buf[i:]) // touch each cache line
			}
			if err == io.EOF {
				break
			}
		}
		_ = sum
	}
}

// TestWriteCapture writes the benchmark's capture of 1 GiB to the folder
// TELLTALE_CAPTURE names, for comparison with other readers.
func TestWriteCapture(t *testing.T) {
	dir := os.Getenv("TELLTALE_CAPTURE")
	if dir == "" {
		t.Skip("TELLTALE_CAPTURE is not set: no capture is written")
	}
	f, err := os.Create(filepath.Join(dir, "generated.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := benchCapture(t, 32)
	if _, err := io.Copy(f, io.NewSectionReader(c, 0, c.size())); err != nil {
		t.Fatal(err)
	}
}
