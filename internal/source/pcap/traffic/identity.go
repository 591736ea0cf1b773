package traffic

import (
	"fmt"
	"strings"
)

// host is a station by its number.
type host int

func (h host) mac() []byte { return []byte{0x00, 0xaa, 0x11, 1, byte(h >> 8), byte(h)} }
func (h host) addr() []byte {
	return []byte{10, 1, byte(h >> 8), byte(h)}
}

func (h host) name() string { return fmt.Sprintf("host-%04d", int(h)) }

func (h host) ethernet(kind uint16, p []byte) []byte {
	b := append(make([]byte, 0, 14+len(p)), 0, 0xaa, 0x11, 0xff, 0, 1)
	b = append(b, h.mac()...)
	return append(be.AppendUint16(b, kind), p...)
}

func (h host) ip4(proto, ttl byte, p []byte) []byte {
	b := append(make([]byte, 0, 20+len(p)), 0x45, 0)
	b = be.AppendUint16(b, uint16(20+len(p)))
	b = append(b, 0, 0, 0x40, 0, ttl, proto, 0, 0)
	b = append(append(b, h.addr()...), 10, 1, 255, 1)
	checksum(b)
	return append(b, p...)
}

func (h host) ip6(proto, hop byte, p []byte) []byte {
	b := append(make([]byte, 0, 40+len(p)), 0x60, 0, 0, 0)
	b = append(be.AppendUint16(b, uint16(len(p))), proto, hop)
	b = append(append(b, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0), byte(h>>8), byte(h))
	b = append(b, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1)
	return append(b, p...)
}

// checksum fills in the sum of an IPv4 header of 20 octets.
func checksum(b []byte) {
	b[10], b[11] = 0, 0
	sum := uint32(0)
	for i := 0; i < 20; i += 2 {
		sum += uint32(be.Uint16(b[i:]))
	}
	sum = sum>>16 + sum&0xffff
	be.PutUint16(b[10:], ^uint16(sum+sum>>16))
}

func udp(sp, dp uint16, p []byte) []byte {
	b := be.AppendUint16(be.AppendUint16(make([]byte, 0, 8+len(p)), sp), dp)
	return append(append(be.AppendUint16(b, uint16(8+len(p))), 0, 0), p...)
}

func segment(sp, dp uint16, seq uint32, flags byte, p []byte) []byte {
	b := be.AppendUint16(be.AppendUint16(make([]byte, 0, 20+len(p)), sp), dp)
	b = be.AppendUint32(be.AppendUint32(b, seq), 7)
	return append(append(b, 0x50, flags, 0x10, 0, 0, 0, 0, 0), p...)
}

// syn opens a connection as a current stack does.
func syn(h host) []byte {
	b := be.AppendUint16(be.AppendUint16(nil, 5000+uint16(h)), 443)
	b = append(b, 0, 0, 0, 1, 0, 0, 0, 0, 0xa0, 2, 0xfa, 0xf0, 0, 0, 0, 0)
	return append(b, 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7)
}

// identity is a packet with which a host says what it is, of the kind-th kind.
func (g *generator) identity(h host, kind int) []byte {
	text := func(sp, dp uint16, s string) []byte { return h.ethernet(0x0800, h.ip4(17, 64, udp(sp, dp, []byte(s)))) }
	says := func(port uint16, s string) []byte {
		return h.ethernet(0x0800, h.ip4(6, 64, segment(port, 5000+uint16(h), 1, 0x18, []byte(s))))
	}
	switch kind % 9 {
	case 0:
		return h.ethernet(0x88cc, h.lldp())
	case 1:
		return h.ethernet(0x0806, append(append(append([]byte{0, 1, 8, 0, 6, 4, 0, 1}, h.mac()...), h.addr()...), 0, 0, 0, 0, 0, 0, 10, 1, 255, 1))
	case 2:
		return h.ethernet(0x0800, h.ip4(17, 64, udp(68, 67, h.dhcp())))
	case 3:
		return text(1900, 1900, "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nSERVER: Acme/2 UPnP/1.0 "+h.name()+"\r\n\r\n")
	case 4:
		return says(80, "HTTP/1.1 200 OK\r\nServer: Acme-Web/"+h.name()+"\r\nContent-Length: 0\r\n\r\n")
	case 5:
		return says(22, "SSH-2.0-Acme_1.0 "+h.name()+"\r\n")
	case 6:
		return h.ethernet(0x0800, h.ip4(17, 64, udp(161, 4000, h.snmp())))
	case 7:
		return h.ethernet(0x86dd, h.ip6(17, 64, udp(161, 4000, h.snmp())))
	}
	return h.ethernet(0x8100, append([]byte{0, 7, 8, 0}, h.ip4(17, 64, udp(161, 4000, h.snmp()))...))
}

func (h host) lldp() []byte {
	var b []byte
	tlv := func(t byte, v string) { b = append(be.AppendUint16(b, uint16(t)<<9|uint16(len(v))), v...) }
	tlv(1, "\x04"+string(h.mac()))
	tlv(2, "\x05ge-0/0/1")
	tlv(3, "\x00\x78")
	tlv(5, h.name())
	tlv(6, "Acme OS 3.1 on "+h.name())
	return append(b, 0, 0)
}

func (h host) dhcp() []byte {
	b := append([]byte{1, 1, 6, 0, 0, 0, 0, 1}, make([]byte, 20)...)
	b = append(append(b, h.mac()...), make([]byte, 202)...)
	b = append(b, 0x63, 0x82, 0x53, 0x63, 53, 1, 3, 12, byte(len(h.name())))
	b = append(b, h.name()...)
	return append(b, "\x3c\x08acme-cam\x37\x03\x01\x03\x06\xff"...)
}

// snmp is a version 2c answer with sysDescr.0.
func (h host) snmp() []byte {
	wrap := func(tag byte, parts ...string) string {
		v := strings.Join(parts, "")
		return string([]byte{tag, byte(len(v))}) + v
	}
	bind := wrap(0x30, wrap(6, "\x2b\x06\x01\x02\x01\x01\x01\x00"), wrap(4, "Acme OS 3.1 "+h.name()))
	pdu := wrap(0xa2, wrap(2, "\x01"), wrap(2, "\x00"), wrap(2, "\x00"), wrap(0x30, bind))
	return []byte(wrap(0x30, wrap(2, "\x01"), wrap(4, "public"), pdu))
}
