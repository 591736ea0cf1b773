package pcap

import (
	"bytes"
	"encoding/binary"
	"net"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// The frames of these tests are built by an independent library, so that a
// misreading of a standard does not agree with itself.

var (
	macA = net.HardwareAddr{0x00, 0xaa, 0x11, 0, 0, 1}
	macB = net.HardwareAddr{0x00, 0xaa, 0x11, 0, 0, 2}
	ipA  = net.IP{192, 168, 7, 1}
	ipB  = net.IP{192, 168, 7, 2}
)

func frame(tb testing.TB, ls ...gopacket.SerializableLayer) []byte {
	tb.Helper()
	var ip gopacket.NetworkLayer
	for _, l := range ls {
		switch l := l.(type) {
		case *layers.IPv4:
			ip = l
		case *layers.IPv6:
			ip = l
		case *layers.UDP:
			_ = l.SetNetworkLayerForChecksum(ip)
		case *layers.TCP:
			_ = l.SetNetworkLayerForChecksum(ip)
		}
	}
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ls...); err != nil {
		tb.Fatal(err)
	}
	return bytes.Clone(b.Bytes())
}

func eth(src net.HardwareAddr, t layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: src, DstMAC: net.HardwareAddr{1, 0x80, 0xc2, 0, 0, 0x0e}, EthernetType: t}
}

func ip4(src net.IP, ttl uint8, p layers.IPProtocol) *layers.IPv4 {
	return &layers.IPv4{Version: 4, IHL: 5, TTL: ttl, Protocol: p, SrcIP: src, DstIP: net.IP{192, 168, 7, 99}}
}

// udpFrom is a datagram with everything below it but the link layer.
func udpFrom(src net.IP, ttl uint8, sp, dp int, payload []byte) []gopacket.SerializableLayer {
	return []gopacket.SerializableLayer{ip4(src, ttl, layers.IPProtocolUDP), &layers.UDP{SrcPort: layers.UDPPort(sp), DstPort: layers.UDPPort(dp)}, gopacket.Payload(payload)}
}

func tcpFrom(src net.IP, ttl uint8, sp, dp int, seq uint32, payload []byte) []gopacket.SerializableLayer {
	return []gopacket.SerializableLayer{ip4(src, ttl, layers.IPProtocolTCP), &layers.TCP{SrcPort: layers.TCPPort(sp), DstPort: layers.TCPPort(dp), Seq: seq, Ack: 7, ACK: true, Window: 100}, gopacket.Payload(payload)}
}

func on(src net.HardwareAddr, rest []gopacket.SerializableLayer, between ...gopacket.SerializableLayer) []gopacket.SerializableLayer {
	t := layers.EthernetTypeIPv4
	if len(between) > 0 {
		switch between[0].(type) {
		case *layers.Dot1Q:
			t = layers.EthernetTypeDot1Q
		case *layers.MPLS:
			t = layers.EthernetTypeMPLSUnicast
		case *layers.PPPoE:
			t = layers.EthernetTypePPPoESession
		}
	}
	all := append([]gopacket.SerializableLayer{eth(src, t)}, between...)
	return append(all, rest...)
}

// file writes a classic capture.
func capture(link uint32, frames ...[]byte) []byte {
	return captureOrder(binary.LittleEndian, magicMicroLE, link, frames...)
}

func captureOrder(o binary.AppendByteOrder, magic, link uint32, frames ...[]byte) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, 262144)
	b = o.AppendUint32(b, link)
	for i, f := range frames {
		b = o.AppendUint32(b, uint32(1700000000+i))
		b = o.AppendUint32(b, 0)
		b = o.AppendUint32(b, uint32(len(f)))
		b = o.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return b
}

// captureNG writes a pcapng section with nanosecond stamps.
func captureNG(o binary.AppendByteOrder, link uint16, frames ...[]byte) []byte {
	block := func(kind uint32, body []byte) []byte {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		b := o.AppendUint32(nil, kind)
		b = o.AppendUint32(b, uint32(len(body)+12))
		b = append(b, body...)
		return o.AppendUint32(b, uint32(len(body)+12))
	}
	shb := o.AppendUint32(nil, byteOrderLE)
	shb = append(shb, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	out := block(blockSection, shb)
	idb := o.AppendUint16(nil, link)
	idb = append(idb, 0, 0, 0, 0, 0, 0)
	idb = o.AppendUint16(idb, 9) // if_tsresol
	idb = o.AppendUint16(idb, 1)
	idb = append(idb, 9, 0, 0, 0, 0, 0, 0, 0)
	out = append(out, block(blockInterface, idb)...)
	for i, f := range frames {
		ts := uint64(1700000000+i) * 1e9
		epb := o.AppendUint32(nil, 0)
		epb = o.AppendUint32(epb, uint32(ts>>32))
		epb = o.AppendUint32(epb, uint32(ts))
		epb = o.AppendUint32(epb, uint32(len(f)))
		epb = o.AppendUint32(epb, uint32(len(f)))
		out = append(out, block(blockEnhanced, append(epb, f...))...)
	}
	return out
}

// tlv writes one TLV of LLDP.
func tlv(typ byte, v string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(typ)<<9|uint16(len(v))), v...)
}

func lldpFrame(tb testing.TB) []byte {
	body := bytes.Join([][]byte{
		tlv(1, "\x04\x00\xaa\x11\x00\x00\x10"), tlv(2, "\x05ge-0/0/1"), tlv(3, "\x00\x78"), tlv(5, "core-1"), tlv(6, "Acme OS 3.1"),
		tlv(8, "\x05\x01\xc0\xa8\x07\x0a\x02\x00\x00\x00\x01\x00"), tlv(127, "\x00\x12\xbb\x09Acme Networks"), tlv(127, "\x00\x12\xbb\x0aAC-9000"), tlv(0, ""),
	}, nil)
	return frame(tb, eth(macA, layers.EthernetTypeLinkLayerDiscovery), gopacket.Payload(body))
}

func cdpFrame(tb testing.TB) []byte {
	t := func(typ uint16, v string) []byte {
		b := binary.BigEndian.AppendUint16(nil, typ)
		return append(binary.BigEndian.AppendUint16(b, uint16(len(v)+4)), v...)
	}
	body := bytes.Join([][]byte{{0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0, 2, 180, 0, 0}, t(1, "dist-1(ABC12345X)"), t(5, "Acme OS 15.2"), t(6, "acme AC-3560"),
		t(2, "\x00\x00\x00\x01\x01\x01\xcc\x00\x04\xc0\xa8\x07\x0b")}, nil)
	e := append(append([]byte{1, 0, 0x0c, 0xcc, 0xcc, 0xcc}, macB...), byte(len(body)>>8), byte(len(body)))
	return append(e, body...)
}

func arpFrame(tb testing.TB, op uint16) []byte {
	return frame(tb, eth(macA, layers.EthernetTypeARP), &layers.ARP{AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4,
		Operation: op, SourceHwAddress: macA, SourceProtAddress: ipA.To4(), DstHwAddress: macB, DstProtAddress: ipB.To4()})
}

func dhcpFrame(tb testing.TB) []byte {
	d := &layers.DHCPv4{Operation: layers.DHCPOpRequest, HardwareType: layers.LinkTypeEthernet, HardwareLen: 6, Xid: 1, ClientHWAddr: macB, Options: layers.DHCPOptions{
		layers.NewDHCPOption(layers.DHCPOptMessageType, []byte{3}), layers.NewDHCPOption(layers.DHCPOptHostname, []byte("cam-2")),
		layers.NewDHCPOption(layers.DHCPOptClassID, []byte("acme-cam")), layers.NewDHCPOption(layers.DHCPOptParamsRequest, []byte{1, 3, 6}), layers.NewDHCPOption(layers.DHCPOptEnd, nil)}}
	return frame(tb, eth(macB, layers.EthernetTypeIPv4), ip4(net.IP{0, 0, 0, 0}, 64, layers.IPProtocolUDP), &layers.UDP{SrcPort: 68, DstPort: 67}, d)
}

// derTLV writes one DER value.
func derTLV(tag byte, parts ...[]byte) []byte {
	v := bytes.Join(parts, nil)
	out := []byte{tag}
	switch n := len(v); {
	case n < 128:
		out = append(out, byte(n))
	case n < 256:
		out = append(out, 0x81, byte(n))
	default:
		out = append(out, 0x82, byte(n>>8), byte(n))
	}
	return append(out, v...)
}

// snmpResponse is a v2c answer to sysDescr.0 and sysObjectID.0.
func snmpResponse() []byte {
	bind := func(oid, value []byte) []byte { return derTLV(0x30, derTLV(6, oid), value) }
	system := []byte{0x2b, 6, 1, 2, 1, 1}
	list := derTLV(0x30,
		bind(append(bytes.Clone(system), 1, 0), derTLV(4, []byte("Acme OS 3.1"))),
		bind(append(bytes.Clone(system), 2, 0), derTLV(6, []byte{0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, 1})),
		bind([]byte{0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, 9, 0}, derTLV(2, []byte{1})))
	pdu := derTLV(0xa2, derTLV(2, []byte{1}), derTLV(2, []byte{0}), derTLV(2, []byte{0}), list)
	return derTLV(0x30, derTLV(2, []byte{1}), derTLV(4, []byte("private")), pdu)
}
