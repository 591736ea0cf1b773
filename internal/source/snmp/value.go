package snmp

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/evidence"
)

// Kind is the syntax of a value. The zero value means no value: noSuchObject, an error, null.
type Kind int

const (
	None    Kind = iota
	Integer      // also counters, gauges and ticks; decimal text
	Octets       // bytes as sent, or as a display hint shows them
	OID          // dotted decimal, no leading dot
	Address      // IPv4 in dotted decimal
)

// Value is one decoded value of an agent.
type Value struct {
	Kind Kind
	// Bytes are the octets of an octet string, the text of the others. The
	// receiver must copy what it keeps.
	Bytes []byte
}

// Text returns an octet string as clean text: the bytes up to trailing NULs
// and blanks, as UTF-8, line ends kept. ok is false when it is not text.
func (v Value) Text() (string, bool) {
	if v.Kind == None || len(v.Bytes) == 0 {
		return "", false
	}
	b := v.Bytes
	if len(b) > evidence.MaxValue {
		b = b[:evidence.MaxValue]
	}
	s := strings.TrimRight(string(b), "\x00 \t\r\n")
	s = strings.TrimLeft(s, " \t\r\n")
	if s == "" {
		return "", false
	}
	if !utf8.ValidString(s) {
		s = latin1(s)
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return "", false
		}
	}
	return strings.ReplaceAll(s, "\r\n", "\n"), true
}

// latin1 reads bytes that are no UTF-8 as ISO 8859-1, the DISPLAY habit of old
// agents; a rune cut at the end is dropped first.
func latin1(s string) string {
	for i := 1; i <= 3 && i < len(s); i++ {
		if utf8.ValidString(s[:len(s)-i]) && utf8.RuneStart(s[len(s)-i]) {
			return s[:len(s)-i]
		}
	}
	var b strings.Builder
	for i := 0; i < len(s) && b.Len() < evidence.MaxValue-1; i++ {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

// Label is Text for objects whose syntax is text: unprintable bytes are dropped, not refused.
func (v Value) Label() string {
	if s, ok := v.Text(); ok {
		if t, quoted := strings.CutPrefix(s, `"`); quoted && strings.HasSuffix(t, `"`) {
			return strings.TrimSpace(strings.TrimSuffix(t, `"`)) // some agents send the quotes
		}
		return s
	}
	if v.Kind != Octets {
		return ""
	}
	s := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(v.Bytes[:min(len(v.Bytes), evidence.MaxValue)]), ""))
	return strings.TrimSpace(s)
}

// Int returns the number of an integer, also of "up(1)".
func (v Value) Int() (int, bool) {
	s := string(v.Bytes)
	if i := strings.LastIndexByte(s, '('); i >= 0 && strings.HasSuffix(s, ")") {
		s = s[i+1 : len(s)-1]
	}
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil
}

// MAC reads an octet string as a MAC address, raw or as a display hint shows
// it ("0:1a:2b:3:4:5", "00-1A-...", "001a.2b03.0405"). The form is "aa:bb:cc:dd:ee:ff".
func (v Value) MAC() (string, bool) {
	if v.Kind != Octets {
		return "", false
	}
	return parseMAC(v.Bytes)
}

func parseMAC(b []byte) (string, bool) {
	if len(b) == 6 {
		return formatMAC(b), true
	}
	if len(b) < 11 || len(b) > 24 {
		return "", false
	}
	s := strings.Trim(string(b), " \"\x00")
	if parts := strings.FieldsFunc(s, func(r rune) bool { return r == ':' || r == '-' || r == ' ' }); len(parts) == 6 {
		var raw [6]byte
		for i, p := range parts {
			n, err := strconv.ParseUint(p, 16, 8)
			if err != nil || len(p) > 2 {
				return "", false
			}
			raw[i] = byte(n)
		}
		return formatMAC(raw[:]), true
	}
	raw, err := hex.DecodeString(strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == ':' {
			return -1
		}
		return r
	}, s))
	if err != nil || len(raw) != 6 {
		return "", false
	}
	return formatMAC(raw), true
}

func formatMAC(b []byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 17)
	for i, c := range b {
		if i > 0 {
			out = append(out, ':')
		}
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}

// ownMAC reports whether a MAC can be the address of one interface: not zero,
// not broadcast or multicast, and not an address that routers share on purpose
// (VRRP, RFC 9568: 00-00-5e-00-01 and -02).
func ownMAC(mac string) bool {
	if len(mac) != 17 || mac == "00:00:00:00:00:00" {
		return false
	}
	n, err := strconv.ParseUint(mac[:2], 16, 8)
	if err != nil || n&1 == 1 {
		return false
	}
	return !strings.HasPrefix(mac, "00:00:5e:00:01") && !strings.HasPrefix(mac, "00:00:5e:00:02")
}

// addr reads an IP address from a value: an IpAddress, four or sixteen octets, or text.
func (v Value) addr() (netip.Addr, bool) {
	switch {
	case v.Kind == None:
		return netip.Addr{}, false
	case v.Kind == Octets && (len(v.Bytes) == 4 || len(v.Bytes) == 16):
		a, ok := netip.AddrFromSlice(v.Bytes)
		return a, ok
	}
	a, err := netip.ParseAddr(strings.TrimSpace(string(v.Bytes[:min(len(v.Bytes), 64)])))
	return a, err == nil
}

// hostAddr reports whether an address can name one host in a network.
func hostAddr(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsValid() && !a.IsLoopback() && !a.IsUnspecified() && !a.IsMulticast() && !a.IsLinkLocalUnicast() &&
		a != netip.AddrFrom4([4]byte{255, 255, 255, 255}) && !(a.Is4() && a.As4()[0] == 0)
}

// indexAddr reads an address from an index: InetAddressType, then length and
// octets (RFC 4001), as ipNetToPhysical and ipAddress have it.
func indexAddr(idx string) (netip.Addr, bool) {
	n := arcs(idx)
	if len(n) < 6 || n[1] != uint32(len(n)-2) || n[1] != 4 && n[1] != 16 {
		return netip.Addr{}, false
	}
	return octetAddr(n[2:])
}

func octetAddr(n []uint32) (netip.Addr, bool) {
	b := make([]byte, len(n))
	for i, x := range n {
		if x > 255 {
			return netip.Addr{}, false
		}
		b[i] = byte(x)
	}
	a, ok := netip.AddrFromSlice(b)
	return a.Unmap(), ok
}

// arcs splits a dotted index; nil when a part is no number or there are over 40.
func arcs(idx string) []uint32 {
	out := make([]uint32, 0, 8)
	for len(idx) > 0 {
		p, rest, _ := strings.Cut(idx, ".")
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil || len(out) == 40 {
			return nil
		}
		out, idx = append(out, uint32(n)), rest
	}
	return out
}

// isOID reports whether s is a numeric OID of at least two arcs, leading dot allowed.
func isOID(s string) bool {
	s = strings.TrimPrefix(s, ".")
	if len(s) < 3 || len(s) > 1024 || s[0] < '0' || s[0] > '2' || s[len(s)-1] == '.' {
		return false
	}
	dots := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			if s[i-1] == '.' {
				return false
			}
			dots++
		case c < '0' || c > '9':
			return false
		}
	}
	return dots > 0
}
