package pcap

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"telltale/internal/source/sourcetest"
)

// list reads a capture and drops the places and times, which other tests check.
func list(tb testing.TB, data []byte) string {
	tb.Helper()
	var out []string
	for l := range strings.Lines(sourcetest.List(Source{}, "t.pcap", data)) {
		l, _, _ = strings.Cut(strings.TrimRight(l, "\n"), " @")
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

func TestProtocols(t *testing.T) {
	http := []byte("HTTP/1.1 401 Unauthorized\r\nServer: Acme-Web\r\nWWW-Authenticate: Digest realm=\"Login to AV-2000\", nonce=\"1\"\r\nContent-Type: text/html\r\n\r\n<html><title>AV-2000</title>")
	sip := []byte("REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.7.1\r\nUser-Agent: Acme Phone\r\nCSeq: 1 REGISTER\r\n\r\n")
	relayed := bytes.Replace(sip, []byte("User-Agent"), []byte("Via: SIP/2.0/UDP 10.9.9.9\r\nUser-Agent"), 1)
	for _, tt := range []struct {
		name   string
		frames [][]byte
		want   []string
	}{
		{"lldp", [][]byte{lldpFrame(t)}, []string{`ifMAC = "00:aa:11:00:00:01"`, `baseMAC = "00:aa:11:00:00:10"`, `chassisID = "mac:00:aa:11:00:00:10"`, `lldpSysName = "core-1"`,
			`lldpSysDesc = "Acme OS 3.1"`, `ip = "192.168.7.10"`, `entPhysicalMfgName = "Acme Networks"`, `entPhysicalModelName = "AC-9000"`}},
		{"cdp", [][]byte{cdpFrame(t)}, []string{`serial = "ABC12345X"`, `hostname = "dist-1"`, `cdpVersion = "Acme OS 15.2"`, `cdpPlatform = "acme AC-3560"`, `ip = "192.168.7.11"`}},
		{"arp answer", [][]byte{arpFrame(t, 2)}, []string{`ip = "192.168.7.1"`, `link arp`, `ifMAC = "00:aa:11:00:00:02"`, `ip = "192.168.7.2"`}},
		{"dhcp", [][]byte{dhcpFrame(t)}, []string{`hostname = "cam-2"`, `dhcp.60 = "acme-cam"`, `dhcp.55 = "1,3,6"`}},
		{"snmp", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()))...)}, []string{`sysDescr = "Acme OS 3.1"`, `sysObjectID = "1.3.6.1.4.1.99999.1"`, `enterpriseArc = "99999"`}},
		{"ssdp", [][]byte{frame(t, on(macA, udpFrom(ipA, 4, 1900, 1900, []byte("NOTIFY * HTTP/1.1\r\nSERVER: Linux UPnP/1.0 Acme/2\r\nUSN: uuid:11111111-2222-3333-4444-555555555555::upnp:rootdevice\r\n\r\n")))...)},
			[]string{`ssdp.server = "Linux UPnP/1.0 Acme/2"`, `uuid = "11111111-2222-3333-4444-555555555555"`}},
		{"http", [][]byte{frame(t, on(macA, tcpFrom(ipA, 64, 80, 5000, 1, http))...)}, []string{`http.server = "Acme-Web"`, `http.realm = "Digest realm=\"Login to AV-2000\""`, `http.title = "AV-2000"`}},
		{"ssh", [][]byte{frame(t, on(macA, tcpFrom(ipA, 64, 22, 5000, 1, []byte("SSH-2.0-Acme_1.0\r\n")))...)}, []string{`ssh.banner = "SSH-2.0-Acme_1.0"`}},
		{"ftp", [][]byte{frame(t, on(macA, tcpFrom(ipA, 64, 21, 5000, 1, []byte("220 Acme FTP ready\r\n")))...)}, []string{`ftp.banner = "220 Acme FTP ready"`}},
		{"telnet", [][]byte{frame(t, on(macA, tcpFrom(ipA, 64, 23, 5000, 1, []byte("\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0Acme login: ")))...)}, []string{`telnet.banner = "Acme login:"`}},
		{"rtsp", [][]byte{frame(t, on(macA, tcpFrom(ipA, 64, 554, 5000, 1, []byte("RTSP/1.0 200 OK\r\nServer: Acme Rtsp\r\n\r\n")))...)}, []string{`rtsp.server = "Acme Rtsp"`}},
		{"sip", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 5060, 5060, sip))...)}, []string{`sip.userAgent = "Acme Phone"`}},
		{"sip through a proxy", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 5060, 5060, relayed))...)}, []string{`!Acme Phone`}},
		{"mndp", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 5678, 5678, []byte("\x00\x00\x00\x01\x00\x05\x00\x03gw1\x00\x08\x00\x04Acme\x00\x0c\x00\x05AB750")))...)}, []string{`hostname = "gw1"`, `discovery = "mndp platform=Acme"`, `discovery = "mndp board=AB750"`}},
		{"ubnt", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 10001, 4000, []byte("\x01\x00\x00\x0d\x0c\x00\x03AU6\x0b\x00\x04ap-1")))...)}, []string{`discovery = "ubnt model=AU6"`, `hostname = "ap-1"`}},
		{"sadp", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 37020, 37020, []byte("<?xml version=\"1.0\"?><ProbeMatch><DeviceDescription>AC-2CD</DeviceDescription><DeviceSN>AC-2CD0001</DeviceSN><MAC>00-aa-11-00-00-77</MAC></ProbeMatch>")))...)},
			[]string{`discovery = "sadp DeviceDescription=AC-2CD"`, `serial = "AC-2CD0001"`, `baseMAC = "00:aa:11:00:00:77"`}},
		{"dhip", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 37810, 4000, append(append([]byte("\x20\x00\x00\x00DHIP"), make([]byte, 24)...), []byte(`{"mac":"00:aa:11:00:00:78","params":{"deviceInfo":{"DeviceType":"AV-2000","Vendor":"Acme","SerialNo":"AV0001"}}}`)...)))...)},
			[]string{`discovery = "dhip DeviceType=AV-2000"`, `discovery = "dhip Vendor=Acme"`, `serial = "AV0001"`}},
		{"diameter", [][]byte{frame(t, on(macA, tcpFrom(ipA, 64, 3868, 5000, 1, capabilities()))...)}, []string{`hostname = "hss1.example"`, `vendorNumber = "99999"`, `discovery = "diameter product=Acme HSS"`}},
		{"pppoe offer", [][]byte{frame(t, eth(macA, layers.EthernetTypePPPoEDiscovery), gopacket.Payload("\x11\x07\x00\x00\x00\x09\x01\x02\x00\x05bras1"))}, []string{`pppoe.acName = "bras1"`}},
		{"vlan", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()), &layers.Dot1Q{VLANIdentifier: 7, Type: layers.EthernetTypeIPv4})...)}, []string{`ifMAC = "00:aa:11:00:00:01"`, `sysDescr`}},
		{"qinq", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()), &layers.Dot1Q{VLANIdentifier: 7, Type: layers.EthernetTypeDot1Q}, &layers.Dot1Q{VLANIdentifier: 8, Type: layers.EthernetTypeIPv4})...)}, []string{`ifMAC = "00:aa:11:00:00:01"`, `sysDescr`}},
		{"mpls", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()), &layers.MPLS{Label: 16, TTL: 9}, &layers.MPLS{Label: 17, StackBottom: true, TTL: 9})...)}, []string{`sysDescr`, `ip = "192.168.7.1"`}},
		{"pppoe session", [][]byte{frame(t, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()), &layers.PPPoE{Version: 1, Type: 1, SessionId: 1}, &layers.PPP{PPPType: layers.PPPTypeIPv4})...)}, []string{`sysDescr`}},
		{"vxlan", [][]byte{frame(t, append(on(macB, udpFrom(ipB, 64, 9999, 4789, nil)[:2]), append([]gopacket.SerializableLayer{&layers.VXLAN{ValidIDFlag: true, VNI: 5}}, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()))...)...)...)},
			[]string{`ifMAC = "00:aa:11:00:00:02"`, `ifMAC = "00:aa:11:00:00:01"`, `sysDescr`}},
		{"gtp-u", [][]byte{frame(t, append(on(macB, udpFrom(ipB, 64, 2152, 2152, nil)[:2]), append([]gopacket.SerializableLayer{&layers.GTPv1U{Version: 1, ProtocolType: 1, MessageType: 255, TEID: 1}}, udpFrom(ipA, 63, 161, 4000, snmpResponse())...)...)...)},
			[]string{`ip = "192.168.7.1"`, `sysDescr`}},
		{"gre", [][]byte{frame(t, append([]gopacket.SerializableLayer{eth(macB, layers.EthernetTypeIPv4), ip4(ipB, 64, layers.IPProtocolGRE), &layers.GRE{Protocol: layers.EthernetTypeIPv4}}, udpFrom(ipA, 64, 161, 4000, snmpResponse())...)...)},
			[]string{`ip = "192.168.7.1"`, `sysDescr`}},
		{"ipv6", [][]byte{frame(t, eth(macA, layers.EthernetTypeIPv6), &layers.IPv6{Version: 6, NextHeader: layers.IPProtocolUDP, HopLimit: 64, SrcIP: net.ParseIP("2001:db8::1"), DstIP: net.ParseIP("2001:db8::2")},
			&layers.UDP{SrcPort: 161, DstPort: 4000}, gopacket.Payload(snmpResponse()))}, []string{`ip = "2001:db8::1"`, `sysDescr`}},
		{"fragments", fragments(t), []string{`sysDescr = "Acme OS 3.1"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := list(t, capture(linkEthernet, tt.frames...))
			for _, w := range tt.want {
				if w, not := strings.CutPrefix(w, "!"); not == strings.Contains(got, w) {
					t.Errorf("listing holds %q: %v\n%s", w, !not, got)
				}
			}
			if strings.Contains(got, "private") {
				t.Errorf("the community was kept:\n%s", got)
			}
		})
	}
}

// capabilities is a Capabilities-Exchange-Answer of RFC 6733.
func capabilities() []byte {
	avp := func(code uint32, v string) []byte {
		b := binary.BigEndian.AppendUint32(nil, code)
		b = binary.BigEndian.AppendUint32(b, 0x40000000|uint32(len(v)+8))
		b = append(b, v...)
		return append(b, make([]byte, (4-len(b)%4)%4)...)
	}
	body := bytes.Join([][]byte{avp(264, "hss1.example"), avp(266, "\x00\x01\x86\x9f"), avp(269, "Acme HSS")}, nil)
	head := binary.BigEndian.AppendUint32(nil, 1<<24|uint32(20+len(body)))
	head = binary.BigEndian.AppendUint32(head, 257)
	return append(append(head, make([]byte, 12)...), body...)
}

// fragments cuts a datagram in two.
func fragments(tb testing.TB) [][]byte {
	whole := frame(tb, udpFrom(ipA, 64, 161, 4000, snmpResponse())...)[20:]
	cut := 48
	part := func(off int, more bool, p []byte) []byte {
		h := ip4(ipA, 64, layers.IPProtocolUDP)
		h.Id, h.FragOffset = 77, uint16(off/8)
		if more {
			h.Flags = layers.IPv4MoreFragments
		}
		return frame(tb, eth(macA, layers.EthernetTypeIPv4), h, gopacket.Payload(p))
	}
	return [][]byte{part(0, true, whole[:cut]), part(cut, false, whole[cut:])}
}

// TestRouted: a router's MAC collects neither the addresses nor the words of what is behind it.
func TestRouted(t *testing.T) {
	banner := []byte("SSH-2.0-Acme_1.0\r\n")
	got := list(t, capture(linkEthernet,
		frame(t, on(macA, tcpFrom(ipA, 63, 22, 5000, 1, banner))...),                             // private, behind a router
		frame(t, on(macA, tcpFrom(net.IP{203, 0, 113, 9}, 51, 22, 5000, 1, banner))...),          // public, behind a router
		frame(t, on(macA, tcpFrom(net.IP{192, 168, 7, 254}, 64, 179, 5000, 1, []byte{1, 2}))...), // the router itself
	))
	want := `device direct
  ifMAC = "00:aa:11:00:00:01"
  ip = "192.168.7.254"
device direct
  ip = "192.168.7.1"
  ssh.banner = "SSH-2.0-Acme_1.0"
service direct
  ip = "203.0.113.9"
  ssh.banner = "SSH-2.0-Acme_1.0"
read 3, failed 0`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listing (-want +got):\n%s", diff)
	}
}

// TestFiles: the same packets say the same in every form of file.
func TestFiles(t *testing.T) {
	frames := [][]byte{lldpFrame(t), arpFrame(t, 1), dhcpFrame(t)}
	want := sourcetest.List(Source{}, "t", capture(linkEthernet, frames...))
	if !strings.Contains(want, "at 2023-11-14T22:13:20Z") || !strings.Contains(want, "@packet 3") {
		t.Fatalf("no time or place:\n%s", want)
	}
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"big-endian", captureOrder(binary.BigEndian, magicMicroLE, linkEthernet, frames...)},
		{"nanoseconds", captureOrder(binary.LittleEndian, magicNanoLE, linkEthernet, frames...)},
		{"pcapng", captureNG(binary.LittleEndian, linkEthernet, frames...)},
		{"pcapng big-endian", captureNG(binary.BigEndian, linkEthernet, frames...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if n := (Source{}).Recognise(tt.data, ""); n < 90 {
				t.Errorf("Recognise = %d", n)
			}
			if diff := cmp.Diff(want, sourcetest.List(Source{}, "t", tt.data)); diff != "" {
				t.Errorf("listing (-classic +this):\n%s", diff)
			}
		})
	}
}

func TestCut(t *testing.T) {
	data := capture(linkEthernet, lldpFrame(t), lldpFrame(t))
	got := sourcetest.List(Source{}, "t", data[:len(data)-5])
	if !strings.Contains(got, "read 1, failed 1") || !strings.Contains(got, "! packet 2: the capture ends in the middle") || strings.Contains(got, "error") {
		t.Errorf("a cut capture reads:\n%s", got)
	}
	damaged := bytes.Clone(data)
	binary.LittleEndian.PutUint32(damaged[24+8:], 1<<30)
	if got := sourcetest.List(Source{}, "t", damaged); !strings.Contains(got, "error: packet 1 says it is") {
		t.Errorf("a damaged capture reads:\n%s", got)
	}
	if got := sourcetest.List(Source{}, "t", capture(147, lldpFrame(t))); !strings.Contains(got, "link type that is not read") {
		t.Errorf("an unknown link type reads:\n%s", got)
	}
}

// TestCertificate: names and key of a certificate spread over segments are those crypto/x509 reads.
func TestCertificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1e9, 0),
		Subject: pkix.Name{CommonName: "AV-2000", Organization: []string{"Acme Vision"}}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	u24 := func(n int) []byte { return []byte{byte(n >> 16), byte(n >> 8), byte(n)} }
	list3 := bytes.Join([][]byte{u24(len(der)), der}, nil)
	body := bytes.Join([][]byte{u24(len(list3)), list3}, nil)
	hello := append([]byte{2, 0, 0, 40}, make([]byte, 40)...)
	hs := bytes.Join([][]byte{hello, {11}, u24(len(body)), body}, nil)
	rec := append([]byte{0x16, 3, 3, byte(len(hs) >> 8), byte(len(hs))}, hs...)
	got := list(t, capture(linkEthernet,
		frame(t, on(macA, tcpFrom(ipA, 64, 443, 5000, 1000, rec[:100]))...),
		frame(t, on(macA, tcpFrom(ipA, 64, 443, 5000, 1100, rec[100:]))...)))
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	for _, want := range []string{`tls.subject = "O=Acme Vision, CN=AV-2000"`, `tls.issuer = "O=Acme Vision, CN=AV-2000"`, `tlsKey = "` + hex.EncodeToString(sum[:]) + `"`} {
		if !strings.Contains(got, want) {
			t.Errorf("listing lacks %s:\n%s", want, got)
		}
	}
}

// TestReflected: a reflector's mDNS messages are not its own words.
func TestReflected(t *testing.T) {
	message := func(a net.IP) []byte {
		d := &layers.DNS{QR: true, Answers: []layers.DNSResourceRecord{
			{Name: []byte("cam._acme._tcp.local"), Type: layers.DNSTypeTXT, Class: layers.DNSClassIN, TXTs: [][]byte{[]byte("model=AV-2000")}},
			{Name: []byte("cam.local"), Type: layers.DNSTypeA, Class: layers.DNSClassIN, IP: a}}}
		return frame(t, eth(macA, layers.EthernetTypeIPv4), ip4(ipA, 255, layers.IPProtocolUDP), &layers.UDP{SrcPort: 5353, DstPort: 5353}, d)
	}
	if got := list(t, capture(linkEthernet, message(ipA))); !strings.Contains(got, `mdns = "_acme model=AV-2000"`) || !strings.Contains(got, `hostname = "cam"`) {
		t.Errorf("own records are missing:\n%s", got)
	}
	if got := list(t, capture(linkEthernet, message(ipB))); strings.Contains(got, "AV-2000") {
		t.Errorf("reflected records were kept:\n%s", got)
	}
}

// TestNoDestination: the MAC in a frame to 00:00:00:00:00:00 was invented by who wrote the capture; what the packet says stays.
func TestNoDestination(t *testing.T) {
	b := frame(t, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()))...)
	clear(b[:6])
	if got := list(t, capture(linkEthernet, b)); strings.Contains(got, "ifMAC") || !strings.Contains(got, `sysDescr = "Acme OS 3.1"`) {
		t.Errorf("an invented MAC was kept, or what it said was not:\n%s", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(capture(linkEthernet, lldpFrame(f), cdpFrame(f), arpFrame(f, 2), dhcpFrame(f)))
	f.Add(captureNG(binary.BigEndian, linkEthernet, frame(f, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()))...)))
	f.Add(capture(linkRaw, fragments(f)[0][14:], fragments(f)[1][14:]))
	f.Fuzz(func(t *testing.T, data []byte) { sourcetest.Promises(t, Source{}, data) })
}

// FuzzFrame spends its time in the decoders of all link types rather than in file headers.
func FuzzFrame(f *testing.F) {
	for _, b := range [][]byte{lldpFrame(f), cdpFrame(f), arpFrame(f, 2), dhcpFrame(f), frame(f, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()))...),
		frame(f, on(macA, tcpFrom(ipA, 64, 80, 5000, 1, []byte("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n")))...), neighbour(f, 255, macA),
		onSCTP(f, ppidS1AP, setup(17, 60, "enb")), onSCTP(f, ppidNGAP, setup(21, 82, "gnb")), frame(f, on(macA, udpFrom(ipA, 64, 4000, 1812, nasRequest()))...)} {
		f.Add(uint16(linkEthernet), b)
	}
	f.Add(uint16(linkWLAN), beacon())
	f.Add(uint16(linkWLAN), wlanFrame(f, 1))
	f.Add(uint16(linkRadiotap), append([]byte{0, 0, 8, 0, 0, 0, 0, 0}, beacon()...))
	f.Add(uint16(linkERF), append([]byte{0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0}, lldpFrame(f)...))
	f.Fuzz(func(t *testing.T, link uint16, b []byte) {
		_, cov, _ := sourcetest.Read(Source{}, "f", capture(uint32(link), b))
		for _, r := range cov.Reasons {
			if strings.Contains(r.Reason, "malformed") {
				t.Errorf("a decoder panicked on %x", b)
			}
		}
	})
}

// FuzzFlow cuts one message at two places and sends the parts in any order.
func FuzzFlow(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Type: text/html\r\n\r\n<title>a</title>"), uint16(10), uint16(40), true)
	f.Add([]byte("\x16\x03\x03\x00\x20\x02\x00\x00\x04abcd\x0b\x00\x00\x10"), uint16(7), uint16(9), false)
	f.Fuzz(func(t *testing.T, b []byte, i, j uint16, swap bool) {
		lo, hi := min(int(i), int(j), len(b)), min(max(int(i), int(j)), len(b), 9000)
		hi = max(lo, hi)
		part := func(from, to int) []byte {
			return frame(t, on(macA, tcpFrom(ipA, 64, 80, 5000, 1000+uint32(from), b[from:to]))...)
		}
		frames := [][]byte{part(0, min(lo, 9000)), part(min(lo, 9000), hi), part(hi, min(len(b), hi+9000))}
		if swap {
			frames[1], frames[2] = frames[2], frames[1]
		}
		if _, cov, _ := sourcetest.Read(Source{}, "f", capture(linkEthernet, frames...)); cov.Failed > 0 {
			t.Errorf("a parser panicked on %x cut at %d and %d", b, lo, hi)
		}
	})
}
