package pipeline

import (
	"encoding/binary"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/org"
)

// kindCase is one kind of evidence in an input of its own, composed from the
// documents of its format, and what a check must conclude from it.
type kindCase struct {
	name, file string
	text       string
	// frames, when set, are a capture in place of text.
	frames [][]byte
	maker  org.ID
	// wording is that of the maker; empty when nobody may be named.
	wording evidence.Wording
	class   evidence.Class
	// part is the kind of component the maker must be found on; empty for the thing itself.
	part asset.ComponentKind
}

var kindCases = []kindCase{
	{name: "FCC ID in a pasted quote", file: "quote.txt", text: "Quote 4711\n\nQty 2  Drone kit, FCC ID: SS3-M2EA2109, 4200.00\n", maker: "dji", wording: evidence.Indicated, class: evidence.ClassLabel},
	{name: "FCC ID in a mail", file: "offer.eml", text: "From: sales@vendor.example\r\nTo: buyer@valley.example\r\nSubject: your question\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\nthe unit on offer is labelled as follows.\r\nFCC ID: SS3-M2EA2109\r\nRegards\r\n", maker: "dji", wording: evidence.Indicated, class: evidence.ClassLabel},
	{name: "FCC ID column", file: "fcc.csv", text: "Name,FCC ID\ndrone-1,SS3-M2EA2109\n", maker: "dji", wording: evidence.Indicated, class: evidence.ClassLabel},
	{name: "GPON serial", file: "onts.csv", text: "Name,GPON SN\nont-1,HWTC1A2B3C4D\n", maker: "huawei", wording: evidence.Indicated, class: evidence.ClassPON},
	{name: "serial grammar of a drone", file: "serial.csv", text: "Name,Serial Number\ndrone-1,1581F5FHD23500D0A1B2\n", maker: "dji", wording: evidence.Indicated, class: evidence.ClassLabel},
	{name: "serial grammar of a camera", file: "serial.csv", text: "Name,Serial Number\ncam-1,DS-2CD2143G2-I20220415AAWRJ98765432\n", maker: "hikvision", wording: evidence.Indicated, class: evidence.ClassLabel},
	{name: "lsusb", file: "usb.txt", text: "Bus 001 Device 001: ID 1d6b:0002 Linux Foundation 2.0 root hub\nBus 001 Device 003: ID 2c7c:0125 Quectel Wireless Solutions Co., Ltd. EC25 LTE modem\n", maker: "quectel", wording: evidence.Indicated, class: evidence.ClassBus, part: "cellular_module"},
	{name: "lspci", file: "pci.txt", text: "00:00.0 Host bridge [0600]: Intel Corporation 440FX [8086:1237] (rev 02)\n04:00.0 Ethernet controller [0200]: Huawei Technologies Co., Ltd. Hi1822 Family (2*25GE) [19e5:1822] (rev 45)\n", maker: "huawei", wording: evidence.Indicated, class: evidence.ClassBus, part: "other"},
	{name: "dmidecode", file: "dmi.txt", text: "# dmidecode 3.3\n\nHandle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: Huawei\n\tProduct Name: RH2288H V3\n\tSerial Number: 2102310QPN10HC000123\n", maker: "huawei", wording: evidence.Shown, class: evidence.ClassBus},
	{name: "osquery", file: "osquery.json", text: `[{"hostIdentifier":"srv-1","name":"usb_devices","columns":{"usb_address":"3","usb_port":"1","vendor":"Quectel","vendor_id":"2c7c","model":"EC25-AF","model_id":"0125","serial":"","class":"ef"},"action":"added","unixTime":"1700000000"}]`, maker: "quectel", wording: evidence.Indicated, class: evidence.ClassBus, part: "cellular_module"},
	{name: "Bluetooth company number", file: "around.txt", text: "Device 4A:11:22:33:44:55 (random)\n\tName: hall\n\tManufacturerData.Key: 0x08aa (2218)\n\tRSSI: -70\n", maker: "dji", wording: evidence.Indicated, class: evidence.ClassBus},
	{name: "a Bluetooth name people give says nothing of a maker", file: "around.txt", text: "Device 4A:11:22:33:44:55 (random)\n\tName: Huawei P30 of Ann\n\tRSSI: -70\n"},
	{name: "WS-Discovery", file: "probe.xml", text: `<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:6f1c8c00-0001-11b4-82dc-bcad28aa0001</wsa:Address></wsa:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/hardware/DS-2CD2143G2-I onvif://www.onvif.org/name/HIKVISION%20DS-2CD2143G2-I</d:Scopes><d:XAddrs>http://192.0.2.40/onvif/device_service</d:XAddrs><d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`, maker: "hikvision", wording: evidence.Indicated, class: evidence.ClassAnnounce},
	{name: "TLS default certificate", file: "scan.xml", text: nmapOf(`<port protocol="tcp" portid="443"><state state="open"/><service name="https"/><script id="ssl-cert" output="Subject: commonName=www.hikvision.com/organizationName=HIKVISION/countryName=CN"><table key="subject"><elem key="commonName">www.hikvision.com</elem><elem key="organizationName">HIKVISION</elem></table></script></port>`), maker: "hikvision", wording: evidence.Indicated, class: evidence.ClassTLS},
	{name: "RTSP server", file: "scan.xml", text: nmapOf(`<port protocol="tcp" portid="554"><state state="open"/><service name="rtsp"/><script id="rtsp-server" output="&#xa;Server: Dahua Rtsp Server"/></port>`), maker: "dahua", wording: evidence.Indicated, class: evidence.ClassBanner},
	{name: "SIP User-Agent in a capture", file: "sip.pcap", frames: [][]byte{datagram("00:aa:11:00:00:21", 5060, 5060, "REGISTER sip:192.168.7.99 SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.7.21:5060\r\nFrom: <sip:21@192.168.7.99>;tag=1\r\nTo: <sip:21@192.168.7.99>\r\nCall-ID: a@b\r\nCSeq: 1 REGISTER\r\nUser-Agent: Huawei SoftX3000 V300R601\r\nContent-Length: 0\r\n\r\n")}, maker: "huawei", wording: evidence.Indicated, class: evidence.ClassBanner},
	{name: "mDNS names people give say nothing of a maker", file: "mdns.pcap", frames: [][]byte{datagram("02:aa:11:00:00:22", 5353, 5353, mdns(12, "\x0cHuawei guest\x00", "_http", "_tcp", "local"))}},
	{name: "mDNS in a capture", file: "mdns.pcap", frames: [][]byte{datagram("00:aa:11:00:00:22", 5353, 5353, mdns(16, "\x10vendor=HIKVISION\x15model=DS-2CD2143G2-I", "cam", "_psia", "_tcp", "local"))}, maker: "hikvision", wording: evidence.Indicated, class: evidence.ClassAnnounce},
	{name: "DHCP option 60 in a capture", file: "dhcp.pcap", frames: [][]byte{dhcpRequest("00:aa:11:00:00:23", "huawei AP", "ap-1")}, maker: "huawei", wording: evidence.Indicated, class: evidence.ClassAnnounce},
	{name: "DHCP options 55 and 12 alone say nothing of a maker", file: "dhcp.pcap", frames: [][]byte{dhcpRequest("02:aa:11:00:00:23", "", "huawei-guest")}},
	{name: "a favicon alone says nothing of a maker", file: "scan.xml", text: nmapOf(`<port protocol="tcp" portid="80"><state state="open"/><service name="http"/><script id="http-favicon" output="Unknown favicon MD5: 0123456789ABCDEF0123456789ABCDEF"/></port>`)},
}

func nmapOf(port string) string {
	return `<?xml version="1.0"?><nmaprun scanner="nmap" args="nmap" version="7.93" xmloutputversion="1.05"><host><status state="up"/><address addr="192.0.2.77" addrtype="ipv4"/><ports>` + port + `</ports></host></nmaprun>`
}

// ethernet serialises what the independent library builds.
func ethernet(mac string, src net.IP, ls ...gopacket.SerializableLayer) []byte {
	hw, err := net.ParseMAC(mac)
	if err != nil {
		panic(err)
	}
	ip := &layers.IPv4{Version: 4, IHL: 5, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: src, DstIP: net.IP{192, 168, 7, 99}}
	all := append([]gopacket.SerializableLayer{&layers.Ethernet{SrcMAC: hw, DstMAC: net.HardwareAddr{1, 0, 0x5e, 0, 0, 0xfb}, EthernetType: layers.EthernetTypeIPv4}, ip}, ls...)
	if udp, ok := ls[0].(*layers.UDP); ok {
		_ = udp.SetNetworkLayerForChecksum(ip)
	}
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, all...); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func datagram(mac string, from, to layers.UDPPort, payload string) []byte {
	return ethernet(mac, net.IP{192, 168, 7, 21}, &layers.UDP{SrcPort: from, DstPort: to}, gopacket.Payload(payload))
}

func dhcpRequest(mac, class, host string) []byte {
	hw, err := net.ParseMAC(mac)
	if err != nil {
		panic(err)
	}
	d := &layers.DHCPv4{Operation: layers.DHCPOpRequest, HardwareType: layers.LinkTypeEthernet, HardwareLen: 6, Xid: 1, ClientHWAddr: hw, Options: layers.DHCPOptions{
		layers.NewDHCPOption(layers.DHCPOptMessageType, []byte{3}), layers.NewDHCPOption(layers.DHCPOptHostname, []byte(host)),
		layers.NewDHCPOption(layers.DHCPOptParamsRequest, []byte{1, 3, 6, 15, 43})}}
	if class != "" {
		d.Options = append(d.Options, layers.NewDHCPOption(layers.DHCPOptClassID, []byte(class)))
	}
	d.Options = append(d.Options, layers.NewDHCPOption(layers.DHCPOptEnd, nil))
	return ethernet(mac, net.IP{0, 0, 0, 0}, &layers.UDP{SrcPort: 68, DstPort: 67}, d)
}

// mdns is a response with one record (RFC 6762 section 18, RFC 6763 section 6).
func mdns(kind uint16, data string, name ...string) string {
	b := []byte{0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0}
	for _, l := range name {
		b = append(append(b, byte(len(l))), l...)
	}
	b = append(binary.BigEndian.AppendUint16(append(b, 0), kind), 0, 1, 0, 0, 0x11, 0x94)
	return string(append(binary.BigEndian.AppendUint16(b, uint16(len(data))), data...))
}

func pcapOf(frames [][]byte) []byte {
	o := binary.LittleEndian
	b := o.AppendUint32(nil, 0xa1b2c3d4)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(o.AppendUint32(b, 262144), 1)
	for i, f := range frames {
		b = o.AppendUint32(o.AppendUint32(b, uint32(1700000000+i)), 0)
		b = o.AppendUint32(o.AppendUint32(b, uint32(len(f))), uint32(len(f)))
		b = append(b, f...)
	}
	return b
}

// Each kind of evidence leads through a whole check to its maker, with the wording it deserves.
func TestKindsOfEvidence(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range kindCases {
		t.Run(c.name, func(t *testing.T) { c.check(t, k) })
	}
}

func (c *kindCase) check(t *testing.T, k *Knowledge) {
	ps, _, err := k.Profiles("rural-etc", nil)
	if err != nil {
		t.Fatal(err)
	}
	day := orgDay(t, "2026-11-22")
	in := filepath.Join(t.TempDir(), c.file)
	b := []byte(c.text)
	if c.frames != nil {
		b = pcapOf(c.frames)
	}
	if err := os.WriteFile(in, b, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Check(t.Context(), k, t.TempDir(), &Options{Inputs: []string{in}, Profiles: ps, AsOf: day, KnownAt: day, All: true})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found := false
	for b, err := range f.Assets() {
		if err != nil {
			t.Fatal(err)
		}
		var a asset.Asset
		if err := json.Unmarshal(b, &a); err != nil {
			t.Fatal(err)
		}
		for _, m := range c.makers(&a) {
			if c.maker == "" {
				t.Errorf("%s is named for %s", m.Org, a.Name)
			} else if m.Org == c.maker {
				found = true
				c.supported(t, f, m)
			}
		}
	}
	if !found && c.maker != "" {
		t.Errorf("%s is not named; read: %+v", c.maker, f.Head().Coverage)
	}
}

// makers are the conclusions on the thing, or on its parts of the kind.
func (c *kindCase) makers(a *asset.Asset) []*asset.Attribution {
	var out []*asset.Attribution
	if c.part == "" && a.Manufacturer != nil {
		out = append(out, a.Manufacturer)
	}
	for i := range a.Components {
		if p := &a.Components[i]; c.part != "" && p.Kind == c.part && p.Manufacturer != nil {
			out = append(out, p.Manufacturer)
		}
	}
	return out
}

// supported checks the wording and that a claim of the class stands behind it.
func (c *kindCase) supported(t *testing.T, f *Folder, m *asset.Attribution) {
	if m.Wording != c.wording {
		t.Errorf("worded %q (%.3f), want %q", m.Wording, m.Confidence, c.wording)
	}
	if !slices.ContainsFunc(m.Evidence, func(id evidence.ClaimID) bool {
		e, err := only(f, "claims", string(id))
		var x evidence.Claim
		return err == nil && e != nil && json.Unmarshal(e.JSON, &x) == nil && x.Class == c.class && x.Value == string(c.maker)
	}) {
		t.Errorf("no claim of class %s for %s", c.class, c.maker)
	}
}
