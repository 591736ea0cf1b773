// Package snmp asks agents: the messages of SNMP versions 1 and 2c, a walk
// that no agent can lead astray, and version 3 through a library.
//
// It is not for reading what the variables mean (source/snmp): a walk is
// written as a recording, one "OID|tag|value" a line. No message that sets
// anything can be built here. Sources of truth: RFC 1157, RFC 3416, X.690.
package snmp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Versions as they stand in a message.
const (
	Version1  = 0
	Version2c = 1
)

// Kinds of a request: none writes.
const (
	Get     = 0xa0
	GetNext = 0xa1
	GetBulk = 0xa5
)

const response = 0xa2

// Tags of values that end a walk or say that there is none.
const (
	NoSuchObject   = 0x80
	NoSuchInstance = 0x81
	EndOfMibView   = 0x82
)

// Var is one variable. Val are the octets of the value as sent.
type Var struct {
	OID OID
	Tag byte
	Val []byte
}

// OID is an object identifier.
type OID []uint32

// ParseOID reads dotted decimal, with or without a leading dot.
func ParseOID(s string) (OID, error) {
	parts := strings.Split(strings.TrimPrefix(s, "."), ".")
	o := make(OID, 0, len(parts))
	for _, p := range parts {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("object identifier %q: %q is no number", s, p)
		}
		o = append(o, uint32(n))
	}
	if len(o) < 2 || len(o) > 128 || o[0] > 2 {
		return nil, fmt.Errorf("object identifier %q is too short or too long", s)
	}
	return o, nil
}

func (o OID) String() string {
	b := make([]byte, 0, 4*len(o))
	for i, n := range o {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, uint64(n), 10)
	}
	return string(b)
}

// Compare orders object identifiers as agents do.
func (o OID) Compare(p OID) int {
	for i := range min(len(o), len(p)) {
		if o[i] != p[i] {
			if o[i] < p[i] {
				return -1
			}
			return 1
		}
	}
	return len(o) - len(p)
}

// Under reports whether o stands below root.
func (o OID) Under(root OID) bool {
	return len(o) >= len(root) && o[:len(root)].Compare(root) == 0
}

// Request is a question. Limit is the most rows a GetBulk asks for.
type Request struct {
	Version   int
	Community string
	Kind      byte
	ID        int32 // of the form 0x40000000 to 0x7fffffff, so that all requests are of one length
	Limit     int
	OIDs      []OID
}

// Append encodes the request.
func (r *Request) Append(b []byte) []byte {
	var binds []byte
	for _, o := range r.OIDs {
		one := appendTLV(nil, 6, encodeOID(o))
		binds = appendTLV(binds, 0x30, append(one, 5, 0))
	}
	id := binary.BigEndian.AppendUint32([]byte{2, 4}, uint32(r.ID))
	second, third := appendInt(nil, 0), appendInt(nil, 0)
	if r.Kind == GetBulk {
		third = appendInt(nil, r.Limit)
	}
	pdu := append(append(append(id, second...), third...), appendTLV(nil, 0x30, binds)...)
	msg := appendTLV(appendInt(nil, r.Version), 4, []byte(r.Community))
	return appendTLV(b, 0x30, append(msg, appendTLV(nil, r.Kind, pdu)...))
}

func appendTLV(b []byte, tag byte, v []byte) []byte {
	b = append(b, tag)
	switch n := len(v); {
	case n < 128:
		b = append(b, byte(n))
	case n < 256:
		b = append(b, 0x81, byte(n))
	default:
		b = append(b, 0x82, byte(n>>8), byte(n))
	}
	return append(b, v...)
}

// appendInt encodes a number from 0 to 32767.
func appendInt(b []byte, n int) []byte {
	if n < 128 {
		return append(b, 2, 1, byte(n))
	}
	return append(b, 2, 2, byte(n>>8), byte(n))
}

func encodeOID(o OID) []byte {
	b := []byte{byte(o[0]*40 + o[1])}
	for _, n := range o[2:] {
		for s := 28; s > 0; s -= 7 {
			if n>>s != 0 {
				b = append(b, byte(n>>s)|0x80)
			}
		}
		b = append(b, byte(n&0x7f))
	}
	return b
}

// Response is a decoded answer. Vars share the message's memory.
type Response struct {
	Version     int
	ID          int32
	ErrorStatus int
	Vars        []Var
}

// TooBig and NoSuchName are error states of RFC 3416 that a walk acts upon.
const (
	TooBig     = 1
	NoSuchName = 2
)

var errMessage = errors.New("no SNMP response")

// maxVars bounds the variables of one message.
const maxVars = 4096

// Parse decodes a response of version 1 or 2c.
func Parse(b []byte) (*Response, error) {
	_, msg, _, ok := tlv(b, 0x30)
	v, msg, ok1 := number(msg)
	_, _, msg, ok2 := tlv(msg, 4)
	_, pdu, _, ok3 := tlv(msg, response)
	if !ok || !ok1 || !ok2 || !ok3 || v > Version2c {
		return nil, errMessage
	}
	r := &Response{Version: int(v)}
	id, pdu, ok := number(pdu)
	status, pdu, ok1 := number(pdu)
	_, pdu, ok2 = number(pdu)
	_, list, _, ok3 := tlv(pdu, 0x30)
	if !ok || !ok1 || !ok2 || !ok3 {
		return nil, errMessage
	}
	r.ID, r.ErrorStatus = int32(id), int(status)
	for len(list) > 0 && len(r.Vars) < maxVars {
		var one, name []byte
		if _, one, list, ok = tlv(list, 0x30); !ok {
			return nil, errMessage
		}
		if _, name, one, ok = tlv(one, 6); !ok {
			return nil, errMessage
		}
		tag, val, _, ok := tlv(one, 0)
		if !ok {
			return nil, errMessage
		}
		oid, ok := decodeOID(name)
		if !ok {
			return nil, errMessage
		}
		r.Vars = append(r.Vars, Var{oid, tag, val})
	}
	return r, nil
}

// tlv takes one element off b; want 0 takes any tag.
func tlv(b []byte, want byte) (tag byte, v, rest []byte, ok bool) {
	if len(b) < 2 || want != 0 && b[0] != want {
		return 0, nil, nil, false
	}
	n, head := int(b[1]), 2
	if n >= 0x80 {
		k := n & 0x7f
		if k == 0 || k > 4 || len(b) < 2+k {
			return 0, nil, nil, false
		}
		n, head = 0, 2+k
		for _, c := range b[2:head] {
			n = n<<8 | int(c)
		}
	}
	if n < 0 || n > len(b)-head {
		return 0, nil, nil, false
	}
	return b[0], b[head : head+n], b[head+n:], true
}

func number(b []byte) (int64, []byte, bool) {
	_, v, rest, ok := tlv(b, 2)
	if !ok || len(v) == 0 || len(v) > 5 {
		return 0, nil, false
	}
	return signed(v), rest, true
}

func signed(v []byte) (n int64) {
	if len(v) > 0 && v[0]&0x80 != 0 {
		n = -1
	}
	for _, c := range v {
		n = n<<8 | int64(c)
	}
	return n
}

func decodeOID(b []byte) (OID, bool) {
	if len(b) == 0 || len(b) > 512 {
		return nil, false
	}
	o := make(OID, 0, len(b)+1)
	n := uint64(0)
	for i, c := range b {
		n = n<<7 | uint64(c&0x7f)
		if n > math.MaxUint32 {
			return nil, false
		}
		if c&0x80 != 0 {
			if i == len(b)-1 {
				return nil, false
			}
			continue
		}
		if len(o) == 0 {
			first := min(n/40, 2)
			o = append(o, uint32(first), uint32(n-40*first))
		} else {
			o = append(o, uint32(n))
		}
		n = 0
	}
	return o, len(o) <= 129
}

// AppendRecord adds the variable as a line of a recording: OID|tag|value. Nothing is added for a value that is none.
func (v Var) AppendRecord(b []byte) []byte {
	switch v.Tag {
	case 5, NoSuchObject, NoSuchInstance, EndOfMibView:
		return b
	case 2:
		return fmt.Appendf(b, "%s|2|%d\n", v.OID, signed(tail(v.Val)))
	case 0x41, 0x42, 0x43, 0x46, 0x47:
		u := uint64(0)
		for _, c := range tail(v.Val) {
			u = u<<8 | uint64(c)
		}
		return fmt.Appendf(b, "%s|%d|%d\n", v.OID, v.Tag, u)
	case 6:
		o, ok := decodeOID(v.Val)
		if !ok {
			return b
		}
		return fmt.Appendf(b, "%s|6|%s\n", v.OID, o)
	case 0x40:
		if len(v.Val) == 4 {
			return fmt.Appendf(b, "%s|64|%d.%d.%d.%d\n", v.OID, v.Val[0], v.Val[1], v.Val[2], v.Val[3])
		}
		return b
	}
	return fmt.Appendf(b, "%s|4x|%x\n", v.OID, v.Val)
}

// tail are the last nine octets of a number at most.
func tail(v []byte) []byte { return v[max(0, len(v)-9):] }

// ObjectID returns the value of an object identifier as dotted decimal.
func (v Var) ObjectID() (string, bool) {
	if v.Tag != 6 {
		return "", false
	}
	o, ok := decodeOID(v.Val)
	return o.String(), ok
}
