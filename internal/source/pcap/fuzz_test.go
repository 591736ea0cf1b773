package pcap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"testing"

	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// Each parser has a target of its own, which hands it payloads as its packets
// carry them: no panic, and what is told stays within the bounds of a station.
// FuzzRead, FuzzFrame and FuzzFlow do the same with files, frames and segments.

func fuzzParser(f *testing.F, parse func(*decoder, []byte), seeds ...[]byte) {
	f.Helper()
	f.Add([]byte{})
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := &decoder{g: newGatherer(observe.Builder{Source: "pcap", Input: "f"}, nil)}
		d.setMAC(mac(macA))
		d.src.ip, d.src.onLink = netip.AddrFrom4([4]byte(ipA)), true
		kept := bytes.Clone(b)
		parse(d, b)
		if !bytes.Equal(kept, b) {
			t.Error("the packet was written to")
		}
		for _, s := range d.g.macs {
			if len(s.obs) > maxFacts || len(s.links) > maxLinks {
				t.Errorf("%d facts and %d links of one station", len(s.obs), len(s.links))
			}
			for i := range s.obs {
				if n := len(s.obs[i].Value); n == 0 || n > evidence.MaxValue {
					t.Errorf("%s has a value of %d octets", s.obs[i].Attr, n)
				}
			}
		}
	})
}

// body returns what follows the first n octets of a frame.
func body(b []byte, n int) []byte { return b[n:] }

func FuzzLLDP(f *testing.F) { fuzzParser(f, (*decoder).lldp, body(lldpFrame(f), 14)) }
func FuzzCDP(f *testing.F)  { fuzzParser(f, (*decoder).cdp, body(cdpFrame(f), 22)) }
func FuzzARP(f *testing.F)  { fuzzParser(f, (*decoder).arp, body(arpFrame(f, 2), 14)) }
func FuzzDHCP(f *testing.F) { fuzzParser(f, (*decoder).dhcp, body(dhcpFrame(f), 42)) }

func FuzzDHCP6(f *testing.F) {
	fuzzParser(f, (*decoder).dhcp6, []byte("\x01abc\x00\x01\x00\x0a\x00\x03\x00\x01\x00\xaa\x11\x00\x00\x01\x00\x10\x00\x0a\x00\x00\x00\x09\x00\x04acme\x00\x27\x00\x06\x00\x04cam7"),
		append([]byte{12}, make([]byte, 40)...))
}

func FuzzMDNS(f *testing.F) {
	fuzzParser(f, (*decoder).mdns, []byte("\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\x03cam\x05_http\x04_tcp\x05local\x00\x00\x10\x80\x01\x00\x00\x00\x78\x00\x0b\x0amodel=ab-c"),
		[]byte("\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\xc0\x0c\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\xc0\xa8\x07\x01"))
}

func FuzzNetBIOS(f *testing.F) {
	fuzzParser(f, (*decoder).netbios, append([]byte("TT\x29\x10\x00\x01\x00\x00\x00\x00\x00\x01\x20EBEDENEFCACACACACACACACACACACAAA\x00"), make([]byte, 30)...))
}

func FuzzSSDP(f *testing.F) {
	fuzzParser(f, (*decoder).ssdp, []byte("NOTIFY * HTTP/1.1\r\nSERVER: acme/1 UPnP/1.0\r\nUSN: uuid:00000000-1111-2222-3333-444444444444::upnp:rootdevice\r\n\r\n"))
}

func FuzzSNMP(f *testing.F) {
	fuzzParser(f, (*decoder).snmp, snmpResponse(), []byte("\x30\x2c\x02\x01\x03\x30\x0d\x02\x01\x01\x02\x02\x05\xdc\x04\x01\x00\x02\x01\x03\x04\x11\x30\x0f\x04\x05\x80\x00\x07\xdb\x01\x02\x01\x01\x02\x01\x01\x04\x00"))
}

func FuzzTLS(f *testing.F) {
	fuzzParser(f, func(d *decoder, b []byte) { handshakeDone(b); d.certificate(b) }, []byte("\x16\x03\x03\x00\x20\x02\x00\x00\x04abcd\x0b\x00\x00\x10\x00\x00\x0d\x00\x00\x0a\x30\x08\x30\x06\x02\x01\x01\x02\x01\x02"))
}

func FuzzHTTP(f *testing.F) {
	fuzzParser(f, func(d *decoder, b []byte) { wholeMessage(b); d.httpResponse(b) },
		[]byte("HTTP/1.1 401 No\r\nServer: acme\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\nContent-Type: text/html\r\n\r\n<title>a</title>"),
		[]byte("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<?xml version=\"1.0\"?><root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device><manufacturer>Acme</manufacturer></device></root>"))
}

func FuzzRequest(f *testing.F) {
	fuzzParser(f, func(d *decoder, b []byte) {
		d.g.cloud = func(string) string { return "cloud.example" }
		d.httpRequest(b)
		d.calls(serverName(b))
	}, []byte("GET / HTTP/1.1\r\nHost: a.cloud.example:80\r\nUser-Agent: acme\r\n\r\n"), clientHello("a.cloud.example"))
}

func FuzzSOAP(f *testing.F) {
	fuzzParser(f, func(d *decoder, b []byte) { d.wsDiscovery(b); d.described(b) },
		[]byte(`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/name/a</d:Scopes></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`),
		[]byte(`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetDeviceInformationResponse xmlns="http://www.onvif.org/ver10/device/wsdl"><Manufacturer>a</Manufacturer></GetDeviceInformationResponse></s:Body></s:Envelope>`))
}

func FuzzCWMP(f *testing.F) {
	fuzzParser(f, (*decoder).cwmp, []byte(`POST / HTTP/1.1`+"\r\n\r\n"+`<E><Body><cwmp:Inform><DeviceId><Manufacturer>a</Manufacturer><OUI>00AA11</OUI><SerialNumber>1</SerialNumber></DeviceId></cwmp:Inform></Body></E>`))
}

func FuzzBanners(f *testing.F) {
	fuzzParser(f, func(d *decoder, b []byte) { d.banner(evidence.SSHBanner, b); d.telnet(b); d.rtsp(b) },
		[]byte("SSH-2.0-acme\r\n"), []byte("\xff\xfb\x01\xff\xfa\x18\x01\xff\xf0acme login: "), []byte("RTSP/1.0 401 No\r\nServer: a\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"))
}

func FuzzSIP(f *testing.F) {
	fuzzParser(f, (*decoder).sip, []byte("REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.7.1\r\nUser-Agent: acme\r\nContent-Length: 0\r\n\r\n"))
}

func FuzzRADIUS(f *testing.F) { fuzzParser(f, (*decoder).radius, nasRequest()) }

func FuzzPPPoE(f *testing.F) {
	fuzzParser(f, (*decoder).pppoe, []byte("\x11\x07\x00\x00\x00\x0c\x01\x01\x00\x00\x01\x02\x00\x04bras"))
}

func FuzzCAPWAP(f *testing.F) {
	fuzzParser(f, (*decoder).capwap, append([]byte{0, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 30, 0}, []byte("\x00\x26\x00\x10\x00\x00\x07\xdb\x00\x00\x00\x04acme\x00\x01")...))
}

func FuzzCarrier(f *testing.F) {
	fuzzParser(f, func(d *decoder, b []byte) {
		d.gtpc(b)
		d.diameter(b)
		d.apName(b, s1apNames)
		d.apName(b, ngapNames)
		d.sctp(b)
	},
		capabilities(), setup(17, 60, "enb-1"), setup(21, 82, "gnb-1"), []byte("\x40\x01\x00\x0b\x00\x00\x01\x00\xff\x00\x03\x00\x00\x07\xdb"), body(onSCTP(f, ppidS1AP, setup(17, 60, "enb")), 34))
}

func FuzzDiscovery(f *testing.F) {
	fuzzParser(f, func(d *decoder, b []byte) { d.mndp(b); d.ubiquity(b); d.sadp(b); d.dhip(b) },
		[]byte("\x00\x00\x00\x01\x00\x08\x00\x05board\x00\x05\x00\x03abc"), []byte("\x01\x00\x00\x10\x0b\x00\x03abc\x15\x00\x04LTU1"),
		[]byte(`<?xml version="1.0"?><ProbeMatch><DeviceSN>A1</DeviceSN><MAC>00-aa-11-00-00-01</MAC></ProbeMatch>`),
		append([]byte("\x20\x00\x00\x00DHIP"), append(make([]byte, 24), []byte(`{"mac":"00:aa:11:00:00:01","params":{"deviceInfo":{"Vendor":"a","SerialNo":"1"}}}`)...)...))
}

func FuzzWLAN(f *testing.F) {
	fuzzParser(f, func(d *decoder, b []byte) { d.wlan(b); d.radiotap(b) }, beacon(), wlanFrame(f, 1))
}

func FuzzIP(f *testing.F) {
	fuzzParser(f, (*decoder).ipAny, body(frame(f, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()))...), 14), body(neighbour(f, 255, macA), 14))
}

// paused is a capture of which nothing comes for a while at the places of cuts.
type paused struct {
	data []byte
	cuts []byte
	at   int
	rest bool
}

func (p *paused) Read(b []byte) (int, error) {
	if p.at >= len(p.data) {
		return 0, io.EOF
	}
	n := len(p.data)
	if len(p.cuts) > 0 {
		if p.rest = !p.rest; !p.rest {
			return 0, errPause
		}
		n, p.cuts = 1+int(p.cuts[0]), p.cuts[1:]
	}
	n = copy(b, p.data[p.at:min(p.at+n, len(p.data))])
	p.at += n
	return n, nil
}

// FuzzFollow: a capture that grows while it is followed gives the packets it gives when read whole.
func FuzzFollow(f *testing.F) {
	f.Add(capture(linkEthernet, lldpFrame(f), arpFrame(f, 1)), []byte{30, 1, 2, 100, 7})
	f.Add(captureNG(binary.LittleEndian, linkEthernet, arpFrame(f, 1), lldpFrame(f)), []byte{40, 3, 90})
	f.Fuzz(func(t *testing.T, data, cuts []byte) {
		whole, err := open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		p := &paused{data: data, cuts: append([]byte{255}, cuts...)} // the header is waited for before a file is followed
		parts, err := open(p, readSize)
		if err != nil {
			t.Fatalf("read whole it is a capture, followed: %v", err)
		}
		for n := 0; ; n++ {
			a, errA := whole.next()
			b, errB := parts.next()
			for errors.Is(errB, errPause) {
				b, errB = parts.next()
			}
			if (errA == nil) != (errB == nil) || a.link != b.link || a.sec != b.sec || !bytes.Equal(a.data, b.data) {
				t.Fatalf("packet %d: read whole %d octets, %v; followed %d octets, %v", n+1, len(a.data), errA, len(b.data), errB)
			}
			if errA != nil {
				return
			}
		}
	})
}
