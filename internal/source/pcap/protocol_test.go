package pcap

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// nasRequest is an Access-Request of an access point for a client (RFC 2865 3, 5).
func nasRequest(extra ...byte) []byte {
	attr := func(t byte, v string) []byte { return append([]byte{t, byte(len(v) + 2)}, v...) }
	body := bytes.Join([][]byte{make([]byte, 16), extra, attr(32, "nas-7"), attr(4, "\xc0\xa8\x07\x0c"),
		attr(30, "00-AA-11-00-00-30:corp"), attr(31, "00-AA-11-00-00-31")}, nil)
	return append([]byte{1, 9, 0, byte(len(body) + 4)}, body...)
}

// neighbour is a neighbour advertisement with the target's link-layer address.
func neighbour(tb testing.TB, hop uint8, lladdr net.HardwareAddr) []byte {
	ip := &layers.IPv6{Version: 6, NextHeader: layers.IPProtocolICMPv6, HopLimit: hop, SrcIP: net.ParseIP("fe80::1"), DstIP: net.ParseIP("ff02::1")}
	icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(layers.ICMPv6TypeNeighborAdvertisement, 0)}
	_ = icmp.SetNetworkLayerForChecksum(ip)
	return frame(tb, eth(macA, layers.EthernetTypeIPv6), ip, icmp,
		&layers.ICMPv6NeighborAdvertisement{TargetAddress: net.ParseIP("2001:db8::7"), Options: layers.ICMPv6Options{{Type: layers.ICMPv6OptTargetAddress, Data: lladdr}}})
}

// onSCTP wraps one whole data chunk of a payload protocol.
func onSCTP(tb testing.TB, ppid uint32, payload []byte) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte{0, 3, byte((len(payload) + 16) >> 8), byte(len(payload) + 16), 0, 0, 0, 1, 0, 0, 0, 0}, ppid)
	sctp := append(append(make([]byte, 12), chunk...), payload...)
	return frame(tb, eth(macA, layers.EthernetTypeIPv4), ip4(ipA, 64, layers.IPProtocolSCTP), gopacket.Payload(sctp))
}

// setup is a setup request whose one element of interest is a name.
func setup(procedure byte, element uint16, name string) []byte {
	bits := uint16(len(name)-1) << 7
	value := append([]byte{byte(bits >> 8), byte(bits)}, name...)
	other := []byte{0, 59, 0, 2, 1, 2}
	ie := append(append(binary.BigEndian.AppendUint16(nil, element), 0x40, byte(len(value))), value...)
	body := append(append([]byte{0, 0, 2}, other...), ie...)
	return append([]byte{0, procedure, 0, byte(len(body))}, body...)
}

// beacon is a radio frame with the self-description of Wi-Fi Protected Setup.
func beacon(body ...byte) []byte {
	attr := func(id uint16, v string) []byte {
		return append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, id), uint16(len(v))), v...)
	}
	wps := bytes.Join([][]byte{{0, 0x50, 0xf2, 4}, attr(0x104a, "\x10"), attr(0x1021, "Acme"), attr(0x1023, "AR-500"), attr(0x1042, "AR0001"), attr(0x1024, " ")}, nil)
	b := []byte{0x80, 0, 0, 0, 255, 255, 255, 255, 255, 255}
	b = append(append(append(b, macA...), macA...), 0, 0)
	b = append(b, make([]byte, 12)...)
	b = append(b, 0, 3, 'l', 'a', 'b')
	return append(append(append(b, 221, byte(len(wps))), wps...), body...)
}

// wlanFrame carries an IPv4 packet to an access point.
func wlanFrame(tb testing.TB, flags byte) []byte {
	b := append([]byte{0x88, flags, 0, 0}, macB...) // quality-of-service data
	b = append(append(append(b, macA...), macB...), 0, 0, 0, 0)
	b = append(b, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0)
	return append(b, frame(tb, udpFrom(ipA, 64, 161, 4000, snmpResponse())...)...)
}

func TestLinkTypes(t *testing.T) {
	ip := frame(t, udpFrom(ipA, 64, 161, 4000, snmpResponse())...)
	ethernet := frame(t, on(macA, udpFrom(ipA, 64, 161, 4000, snmpResponse()))...)
	radiotap := []byte{0, 0, 17, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x10} // time stamp, flags: check sum at the end
	sll := append(append([]byte{0, 0, 0, 1, 0, 6}, macA...), 0, 0, 8, 0)
	sll2 := append(append([]byte{8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6}, macA...), 0, 0)
	for _, tt := range []struct {
		name string
		link uint32
		data []byte
		want string
	}{
		{"null", linkNull, append([]byte{2, 0, 0, 0}, ip...), `sysDescr = "Acme OS 3.1"`},
		{"raw", linkRaw, ip, `sysDescr = "Acme OS 3.1"`},
		{"ppp", linkPPP, append([]byte{0xff, 3, 0, 0x21}, ip...), `sysDescr = "Acme OS 3.1"`},
		{"ppp over ethernet", linkPPPoE, append([]byte{0x11, 0, 0, 1, 0, 0, 0, 0x21}, ip...), `sysDescr = "Acme OS 3.1"`},
		{"c-hdlc", linkCHDLC, append([]byte{0x0f, 0, 8, 0}, ip...), `sysDescr = "Acme OS 3.1"`},
		{"cooked", linkSLL, append(sll, ip...), `ifMAC = "00:aa:11:00:00:01"`},
		{"cooked v2", linkSLL2, append(sll2, ip...), `ifMAC = "00:aa:11:00:00:01"`},
		{"erf", linkERF, append([]byte{0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0}, ethernet...), `ifMAC = "00:aa:11:00:00:01"`},
		{"erf with extension", linkERF, append([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0x82, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, ethernet...), `ifMAC = "00:aa:11:00:00:01"`},
		{"wlan beacon", linkWLAN, beacon(), `upnp.manufacturer = "Acme"`},
		{"wlan beacon model", linkRadiotap, append(bytes.Clone(radiotap), beacon(1, 2, 3, 4)...), `upnp.model = "AR-500"`},
		{"wlan beacon serial", linkWLAN, beacon(), `serial = "AR0001"`},
		{"wlan data", linkWLAN, wlanFrame(t, 1), `sysDescr = "Acme OS 3.1"`},
		{"wlan data station", linkWLAN, wlanFrame(t, 1), `ifMAC = "00:aa:11:00:00:01"`},
		{"wlan protected", linkWLAN, wlanFrame(t, 0x41), `!sysDescr`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := list(t, capture(tt.link, tt.data))
			if want, not := strings.CutPrefix(tt.want, "!"); not == strings.Contains(got, want) {
				t.Errorf("listing holds %q: %v\n%s", want, !not, got)
			}
		})
	}
}

func TestCarrier(t *testing.T) {
	private, _ := hex.DecodeString("4001000b00000100" + "ff0003000007db") // an echo with a private extension, enterprise 7
	for _, tt := range []struct {
		name  string
		frame []byte
		want  []string
	}{
		{"s1ap", onSCTP(t, ppidS1AP, setup(17, 60, "enb-north-1")), []string{`hostname = "enb-north-1"`}},
		{"ngap", onSCTP(t, ppidNGAP, setup(21, 82, "gnb-south-2")), []string{`hostname = "gnb-south-2"`}},
		{"s1ap of another procedure", onSCTP(t, ppidS1AP, setup(12, 60, "enb-north-1")), []string{`!hostname`}},
		{"diameter on sctp", onSCTP(t, ppidDiameter, capabilities()), []string{`discovery = "diameter product=Acme HSS"`}},
		{"gtp-c", frame(t, on(macA, udpFrom(ipA, 64, 2123, 2123, private))...), []string{`vendorNumber = "7"`}},
		{"radius", frame(t, on(macA, udpFrom(ipA, 64, 4000, 1812, nasRequest()))...), []string{`hostname = "nas-7"`, `ip = "192.168.7.12"`, `link radius`, `ifMAC = "00:aa:11:00:00:30"`, `ifMAC = "00:aa:11:00:00:31"`}},
		{"radius through a proxy", frame(t, on(macA, udpFrom(ipA, 64, 4000, 1812, nasRequest(33, 3, 1)))...), []string{`!nas-7`}},
		{"neighbour advertisement", neighbour(t, 255, macA), []string{`ip = "2001:db8::7"`}},
		{"neighbour of another", neighbour(t, 255, macB), []string{`!2001:db8::7`}},
		{"neighbour from afar", neighbour(t, 64, macA), []string{`!2001:db8::7`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := list(t, capture(linkEthernet, tt.frame))
			for _, w := range tt.want {
				if w, not := strings.CutPrefix(w, "!"); not == strings.Contains(got, w) {
					t.Errorf("listing holds %q: %v\n%s", w, !not, got)
				}
			}
		})
	}
}

// clientHello is the message of a client that asks for a server by name (RFC 8446 4.1.2).
func clientHello(name string) []byte {
	n := len(name)
	sni := append([]byte{0, 0, 0, byte(n + 5), 0, byte(n + 3), 0, 0, byte(n)}, name...)
	ext := append([]byte{0, 10, 0, 4, 0, 2, 0, 29}, sni...)
	b := append(make([]byte, 34), 0, 0, 2, 0x13, 1, 1, 0, 0, byte(len(ext)))
	return append([]byte{1, 0, 0, byte(len(b) + len(ext))}, append(b, ext...)...)
}

// TestRequests: a client's own name is taken unless it is a browser's, and of the hosts it calls those of makers' clouds.
func TestRequests(t *testing.T) {
	get := func(host, agent string) []byte {
		return []byte("GET /a HTTP/1.1\r\nHost: " + host + "\r\nAccept: */*\r\nUser-Agent: " + agent + "\r\n\r\n")
	}
	hello := clientHello("dev1.cloud.example")
	record := append([]byte{0x16, 3, 1, 0, byte(len(hello))}, hello...)
	for _, tt := range []struct {
		name    string
		payload []byte
		want    []string
	}{
		{"device", get("192.0.2.1", "Acme-NVR/2.1"), []string{`http.userAgent = "Acme-NVR/2.1"`, "!cloudHost"}},
		{"browser", get("www.example", "Mozilla/5.0 (X11)"), []string{"!http.userAgent", "!cloudHost"}},
		{"cloud by HTTP", get("up.cloud.example:8080", "Mozilla/5.0"), []string{`cloudHost = "cloud.example"`}},
		{"cloud by POST", append([]byte("POST"), get("up.cloud.example", "acme")[3:]...), []string{`cloudHost = "cloud.example"`, `http.userAgent = "acme"`}},
		{"cloud by TLS", record, []string{`cloudHost = "cloud.example"`}},
		{"another by TLS", append([]byte{0x16, 3, 1, 0, 0}, clientHello("www.example")...), []string{"!cloudHost"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := capture(linkEthernet, frame(t, on(macA, tcpFrom(ipA, 64, 5000, 80, 1, tt.payload))...))
			opt := &source.Options{CloudOf: func(h string) string {
				if strings.HasSuffix(h, ".cloud.example") {
					return "cloud.example"
				}
				return ""
			}}
			var got strings.Builder
			in := &source.Input{Name: "t", Data: bytes.NewReader(data), Size: int64(len(data)), Options: opt}
			err := Source{}.Read(context.Background(), in, &asset.Coverage{}, func(s *asset.Sighting) error {
				for _, o := range s.Observations {
					fmt.Fprintf(&got, "%s = %q\n", o.Attr, o.Value)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range tt.want {
				if w, not := strings.CutPrefix(w, "!"); not == strings.Contains(got.String(), w) {
					t.Errorf("what is told holds %q: %v\n%s", w, !not, got.String())
				}
			}
		})
	}
}

// TestFlows: what one side says is joined over segments, whatever their order,
// and told of the packet that began it; a missing segment costs only what is behind it.
func TestFlows(t *testing.T) {
	onvif := []byte("HTTP/1.1 200 OK\r\nServer: Acme-Cam\r\nContent-Type: application/soap+xml\r\nContent-Length: 500\r\n\r\n" +
		`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body><tds:GetDeviceInformationResponse>` +
		`<tds:Manufacturer>Acme Vision</tds:Manufacturer><tds:Model>AV-2000</tds:Model></tds:GetDeviceInformationResponse></s:Body></s:Envelope>`)
	page := []byte("HTTP/1.1 200 OK\r\nServer: Acme-Web\r\nContent-Type: text/html\r\n\r\n<html><head><meta charset=utf-8><title>AV-2000 login</title></head>")
	inform := []byte("POST /acs HTTP/1.1\r\nHost: acs\r\nContent-Type: text/xml\r\n\r\n" +
		`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:cwmp="urn:dslforum-org:cwmp-1-0"><SOAP-ENV:Body><cwmp:Inform><DeviceId><Manufacturer>Acme Home</Manufacturer><OUI>00AA11</OUI><ProductClass>AR-500</ProductClass><SerialNumber>AR0002</SerialNumber></DeviceId></cwmp:Inform></SOAP-ENV:Body></SOAP-ENV:Envelope>`)
	segment := func(data []byte, from, to int) []byte {
		return frame(t, on(macA, tcpFrom(ipA, 64, 80, 5000, 1000+uint32(from), data[from:to]))...)
	}
	other := arpFrame(t, 1)
	for _, tt := range []struct {
		name   string
		frames [][]byte
		want   []string
	}{
		{"onvif", [][]byte{segment(onvif, 0, 130), other, segment(onvif, 130, len(onvif))}, []string{`onvif.manufacturer = "Acme Vision"`, `onvif.model = "AV-2000"`, `http.server = "Acme-Cam"`}},
		{"title in the second segment", [][]byte{segment(page, 0, 100), segment(page, 100, len(page))}, []string{`http.title = "AV-2000 login"`}},
		{"out of order", [][]byte{segment(page, 0, 30), segment(page, 80, len(page)), segment(page, 30, 80)}, []string{`http.server = "Acme-Web"`, `http.title = "AV-2000 login"`}},
		{"sent twice", [][]byte{segment(page, 0, 30), segment(page, 0, 30), segment(page, 10, 80), segment(page, 80, len(page))}, []string{`http.title = "AV-2000 login"`}},
		{"a segment is missing", [][]byte{segment(page, 0, 80), segment(page, 100, len(page))}, []string{`http.server = "Acme-Web"`, `!http.title`}},
		{"cwmp", [][]byte{segment(inform, 0, 60), segment(inform, 60, 300), segment(inform, 300, len(inform))}, []string{`cwmp.manufacturer = "Acme Home"`, `cwmp.productClass = "AR-500"`, `serial = "AR0002"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := list(t, capture(linkEthernet, tt.frames...))
			for _, w := range tt.want {
				if w, not := strings.CutPrefix(w, "!"); not == strings.Contains(got, w) {
					t.Errorf("listing holds %q: %v\n%s", w, !not, got)
				}
			}
		})
	}
}

// TestFlowBounds: connections that never finish are told of and dropped, oldest first.
func TestFlowBounds(t *testing.T) {
	var frames [][]byte
	for i := range 2 * maxFlows {
		frames = append(frames, frame(t, on(macA, tcpFrom(ipA, 64, 80, 1024+i, 1, []byte("HTTP/1.1 200 OK\r\nServer: Acme-Web\r\nContent-Type: text/html\r\n\r\n<html>")))...))
	}
	d := &decoder{g: newGatherer(observe.Builder{}, nil)}
	for _, f := range frames {
		d.link(linkEthernet, f)
		if len(d.flows.table) > maxFlows || len(d.flows.queue) > maxFlows {
			t.Fatalf("%d flows held, %d queued", len(d.flows.table), len(d.flows.queue))
		}
	}
	d.finishAll()
	if len(d.flows.table) != 0 || d.flows.marks != [markSize]uint16{} {
		t.Errorf("%d flows are left", len(d.flows.table))
	}
	if got := list(t, capture(linkEthernet, frames...)); !strings.Contains(got, `http.server = "Acme-Web"`) {
		t.Errorf("nothing was read of open flows:\n%s", got)
	}
}
