package snmp

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
)

// parseRec reads one line of a recording: OID|tag|value. An empty oid without
// a reason is a line to pass over. The value shares line's memory where it can.
func parseRec(line []byte) (oid string, v Value, why string) {
	if len(bytes.TrimSpace(line)) == 0 || line[0] == '#' {
		return "", v, ""
	}
	i := bytes.IndexByte(line, '|')
	if i < 0 {
		return "", v, "the line has no '|'"
	}
	oid = strings.TrimPrefix(string(bytes.TrimSpace(line[:i])), ".")
	if !isOID(oid) {
		return "", v, "the object identifier is not numeric"
	}
	rest := line[i+1:]
	j := bytes.IndexByte(rest, '|')
	if j < 0 || !isTag(string(rest[:j])) {
		return "", v, "the type tag is missing or unknown"
	}
	v, ok := recValue(string(rest[:j]), rest[j+1:])
	if !ok {
		return "", v, "the value is not written as its type tag says"
	}
	return oid, v, ""
}

// isTag reports whether s is a type tag: an ASN.1 tag number, then x (hex) or
// e (escaped) marks, then perhaps a variation module.
func isTag(s string) bool {
	s, _, _ = strings.Cut(s, ":")
	d := strings.TrimRight(s, "xe")
	if len(d) == 0 || len(d) > 3 {
		return false
	}
	_, err := strconv.Atoi(d)
	return err == nil
}

// recValue decodes a value by its tag.
func recValue(tag string, b []byte) (Value, bool) {
	tag, module, varied := strings.Cut(tag, ":")
	if varied {
		b = variation(module, b)
	}
	number := strings.TrimRight(tag, "xe")
	switch marks := tag[len(number):]; {
	case strings.Contains(marks, "x"):
		raw, err := hex.DecodeString(strings.Join(strings.Fields(string(b)), ""))
		if err != nil {
			return Value{}, false
		}
		b = raw
	case strings.Contains(marks, "e"):
		b = unescape(b)
	}
	return typed(number, b, number != tag)
}

func typed(number string, b []byte, raw bool) (Value, bool) {
	switch number {
	case "2", "65", "66", "67", "70", "71":
		return Value{Integer, bytes.TrimSpace(b)}, true
	case "4", "68", "36": // octet string, opaque
		return Value{Octets, b}, true
	case "6":
		s := bytes.TrimPrefix(bytes.TrimSpace(b), []byte("."))
		if len(s) > 0 && !isOID(string(s)) {
			return Value{Octets, b}, true // a name some recorder left unresolved
		}
		return Value{OID, s}, true
	case "64", "40":
		a, ok := (Value{Octets, b}).addr()
		if raw && len(b) != 4 || !ok {
			return Value{}, true // an address some tool made unreadable: no value
		}
		return Value{Address, []byte(a.String())}, true
	}
	return Value{}, true // null, noSuchObject, noSuchInstance, endOfMib, unknown
}

// variation returns the value a variation module starts from, if its options
// ("key=value,key=value") name one.
func variation(_ string, b []byte) []byte {
	for _, opt := range strings.Split(string(b), ",") {
		if k, v, ok := strings.Cut(opt, "="); ok && (k == "value" || k == "initial") {
			return []byte(v)
		}
	}
	return nil
}

// unescape undoes the backslash escapes of the e mark.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		switch c := b[i]; c {
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'x':
			if i+2 < len(b) {
				if n, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8); err == nil {
					out = append(out, byte(n))
					i += 2
					continue
				}
			}
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return out
}
