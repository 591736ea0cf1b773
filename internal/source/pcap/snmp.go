package pcap

import (
	"encoding/hex"
	"strconv"
	"strings"

	"telltale/internal/evidence"
)

// ber takes one tag-length-value off b (X.690, definite lengths).
func ber(b []byte) (tag byte, v, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	tag = b[0]
	n, h := int(b[1]), 2
	if n&0x80 != 0 {
		k := n & 0x7f
		if k == 0 || k > 3 || len(b) < 2+k {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[2 : 2+k] {
			n = n<<8 | int(c)
		}
		h += k
	}
	if n > len(b)-h {
		return 0, nil, nil, false
	}
	return tag, b[h : h+n], b[h+n:], true
}

// PDU tags of SNMP (RFC 1157, 3416).
const (
	pduResponse = 0xa2
	pduTrapV1   = 0xa4
	pduTrapV2   = 0xa7
)

// snmp reads answers and traps: the agent speaks of itself.
func (d *decoder) snmp(b []byte) {
	tag, msg, _, ok := ber(b)
	if !ok || tag != 0x30 {
		return
	}
	_, version, rest, ok := ber(msg)
	if !ok || len(version) != 1 {
		return
	}
	if version[0] == 3 {
		d.snmp3(rest)
		return
	}
	_, _, rest, ok = ber(rest) // community: never kept
	if !ok {
		return
	}
	tag, pdu, _, ok := ber(rest)
	switch {
	case !ok:
	case tag == pduResponse || tag == pduTrapV2:
		for range 3 { // request ID, error status, error index
			if _, _, pdu, ok = ber(pdu); !ok {
				return
			}
		}
		d.varbinds(pdu)
	case tag == pduTrapV1:
		if _, ent, _, ok := ber(pdu); ok {
			d.enterprise(oid(ent))
		}
	}
}

// snmp3 takes the engine ID of an authoritative engine (RFC 3414 2.4); the rest may be encrypted.
func (d *decoder) snmp3(b []byte) {
	_, _, rest, ok := ber(b) // header data
	if !ok {
		return
	}
	_, sec, _, ok := ber(rest)
	if !ok {
		return
	}
	_, usm, _, ok := ber(sec)
	if !ok {
		return
	}
	if _, id, _, ok := ber(usm); ok && len(id) >= 5 && len(id) <= 32 {
		d.g.add(d.g.of(d.src), evidence.EngineID, hex.EncodeToString(id))
	}
}

// scalars are the objects of the system group (RFC 3418) and others that identify.
var scalars = map[string]evidence.Attr{
	"1.3.6.1.2.1.1.1.0": evidence.SysDescr, "1.3.6.1.2.1.1.2.0": evidence.SysObjectID, "1.3.6.1.2.1.1.4.0": evidence.SysContact,
	"1.3.6.1.2.1.1.5.0": evidence.SysName, "1.3.6.1.2.1.1.6.0": evidence.SysLocation, "1.3.6.1.6.3.10.2.1.1.0": evidence.EngineID,
	"1.3.6.1.2.1.17.1.1.0": evidence.BaseMAC,
}

func (d *decoder) varbinds(b []byte) {
	_, list, _, ok := ber(b)
	if !ok {
		return
	}
	s := d.g.of(d.src)
	for range 200 {
		var bind []byte
		if _, bind, list, ok = ber(list); !ok {
			return
		}
		_, name, rest, ok := ber(bind)
		if !ok {
			return
		}
		tag, value, _, ok := ber(rest)
		if !ok || tag == 5 || tag&0xf0 == 0x80 { // null, noSuchObject and the like
			continue
		}
		id := oid(name)
		attr, known := scalars[id]
		switch {
		case known && tag == 6:
			d.g.add(s, attr, oid(value))
		case known && attr == evidence.EngineID:
			d.g.add(s, attr, hex.EncodeToString(value))
		case known && attr == evidence.BaseMAC, strings.HasPrefix(id, "1.3.6.1.2.1.2.2.1.6."):
			if len(value) == 6 {
				if !known {
					attr = evidence.IfMAC
				}
				d.g.add(s, attr, text(mac(value)))
			}
		case known && tag == 4:
			d.g.add(s, attr, string(value))
		default:
			d.enterprise(id)
		}
	}
}

// enterprise notes the arc of an agent's own objects.
func (d *decoder) enterprise(id string) {
	rest, ok := strings.CutPrefix(id, "1.3.6.1.4.1.")
	if !ok {
		return
	}
	pen, _, _ := strings.Cut(rest, ".")
	if _, err := strconv.Atoi(pen); err == nil {
		d.g.add(d.g.of(d.src), evidence.EnterpriseArc, pen)
	}
}

// oid writes an object identifier with dots.
func oid(b []byte) string {
	if len(b) == 0 || len(b) > 128 {
		return ""
	}
	out := make([]byte, 0, 4*len(b))
	first := true
	n := uint64(0)
	for _, c := range b {
		n = n<<7 | uint64(c&0x7f)
		if c&0x80 != 0 {
			continue
		}
		if first {
			x := min(n/40, 2)
			out = strconv.AppendUint(out, x, 10)
			n -= x * 40
			first = false
		}
		out = append(out, '.')
		out = strconv.AppendUint(out, n, 10)
		n = 0
	}
	return string(out)
}
