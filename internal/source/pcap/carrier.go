package pcap

import (
	"strconv"

	"telltale/internal/evidence"
)

// Payload protocols of SCTP (IANA registry) that name a network element.
const (
	ppidS1AP      = 18
	ppidDiameter  = 46
	ppidDiamDTLS  = 47
	ppidNGAP      = 60
	sctpData      = 0
	sctpUnsplit   = 3 // first and last fragment
	maxSCTPChunks = 32
)

// sctp looks at whole data chunks (RFC 9260 3.3.1) of the protocols that name an element.
func (d *decoder) sctp(b []byte) {
	if len(b) < 12 {
		return
	}
	b = b[12:]
	for range maxSCTPChunks {
		if len(b) < 4 {
			return
		}
		n := int(be.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			return
		}
		if c := b[:n]; c[0] == sctpData && c[1]&3 == sctpUnsplit && n > 16 {
			switch be.Uint32(c[12:]) {
			case ppidS1AP:
				d.apName(c[16:], s1apNames)
			case ppidNGAP:
				d.apName(c[16:], ngapNames)
			case ppidDiameter, ppidDiamDTLS:
				d.diameter(c[16:])
			}
		}
		b = b[min((n+3)&^3, len(b)):]
	}
}

// The names elements give themselves when they set up: TS 36.413 (eNBname,
// MMEname) and TS 38.413 (RANNodeName, AMFName), by information element.
var (
	s1apNames = apNames{procedure: 17, elements: map[uint16]bool{60: true, 61: true}}
	ngapNames = apNames{procedure: 21, elements: map[uint16]bool{82: true, 1: true}}
)

type apNames struct {
	procedure byte // the setup procedure's code
	elements  map[uint16]bool
}

// apName walks the elements of a setup message in aligned packed encoding
// (X.691): choice, procedure, criticality, length; then a sequence of element
// number, criticality, length and value.
func (d *decoder) apName(b []byte, want apNames) {
	if len(b) < 4 || b[0] != 0 && b[0] != 0x20 || b[1] != want.procedure { // initiating or successful
		return
	}
	v, _, ok := perOpen(b[3:])
	if !ok || len(v) < 3 {
		return
	}
	n := int(be.Uint16(v[1:]))
	for v = v[3:]; n > 0 && n < 64 && len(v) > 4; n-- {
		id := be.Uint16(v)
		value, rest, ok := perOpen(v[3:])
		if !ok {
			return
		}
		if want.elements[id] {
			d.g.add(d.g.of(d.src), evidence.Hostname, perName(value))
		}
		v = rest
	}
}

// perOpen takes a value with its length in front (X.691 11.9) of one or two octets.
func perOpen(b []byte) (v, rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, nil, false
	}
	n, h := int(b[0]), 1
	if n&0xc0 == 0x80 && len(b) > 1 {
		n, h = int(be.Uint16(b)&0x3fff), 2
	}
	if n > 0x3fff || n > len(b)-h {
		return nil, nil, false
	}
	return b[h : h+n], b[h+n:], true
}

// perName reads PrintableString (SIZE(1..150, ...)): an extension bit, the length
// less one in eight bits, then the text from the next octet on.
func perName(v []byte) string {
	if len(v) < 3 || v[0]&0x80 != 0 {
		return ""
	}
	n := int(be.Uint16(v)>>7) + 1
	if n > len(v)-2 {
		return ""
	}
	for _, c := range v[2 : 2+n] {
		if c < ' ' || c > '~' {
			return ""
		}
	}
	return string(v[2 : 2+n])
}

// gtpc reads the maker's number in the private extension of a message of
// GTPv2-C (TS 29.274 8.67) or of an echo of GTPv1-C (TS 29.060 7.7.46).
func (d *decoder) gtpc(b []byte) {
	if len(b) < 8 {
		return
	}
	switch b[0] >> 5 {
	case 2:
		n := 8
		if b[0]&8 != 0 { // with a tunnel identifier
			n = 12
		}
		for n+4 <= len(b) {
			l := int(be.Uint16(b[n+1:]))
			if n+4+l > len(b) {
				return
			}
			if b[n] == 255 && l > 2 {
				d.privateExtension(b[n+4:])
			}
			n += 4 + l
		}
	case 1:
		if b[1] != 1 && b[1] != 2 || len(b) < 12 {
			return
		}
		e := b[12:]
		if len(e) >= 2 && e[0] == 14 { // recovery
			e = e[2:]
		}
		if len(e) > 5 && e[0] == 255 {
			d.privateExtension(e[3:])
		}
	}
}

func (d *decoder) privateExtension(v []byte) {
	if id := be.Uint16(v); id != 0 {
		d.g.add(d.g.of(d.src), evidence.VendorNumber, strconv.Itoa(int(id)))
	}
}
