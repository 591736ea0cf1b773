// Package observe builds observations for the sources: it cleans foreign text,
// brings MACs, addresses and GPON serials to their canonical form and drops
// placeholders, so that every source says the same thing the same way.
//
// It is not a source and knows no format. It decides nothing about makers.
package observe

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/evidence"
)

// Builder makes the observations of one source over one input.
type Builder struct {
	Source, Input string
	// At is the time of the data, RFC 3339 or YYYY-MM-DD; empty when they do not say.
	At string
}

// MaxFacts bounds the facts of one thing: who claims more is a list of other things.
const MaxFacts = 1024

// Place returns the place at inside the input.
func (b Builder) Place(at string) evidence.Place { return evidence.Place{Input: b.Input, At: at} }

// Add appends an observation of attr at place to list unless the value is
// empty, a placeholder, already there, or one more than MaxFacts. MACs, IPs and UUIDs are made canonical;
// one that does not parse is not added. It reports whether it added.
func (b Builder) Add(list *[]evidence.Observation, attr evidence.Attr, value, at string) bool {
	value, ok := canonical(attr, value)
	if !ok || len(*list) >= MaxFacts {
		return false
	}
	// Lists of one thing are short; a map would cost more than it saves.
	for i := range *list {
		if (*list)[i].Attr == attr && (*list)[i].Value == value {
			return false
		}
	}
	*list = append(*list, evidence.Observation{Source: b.Source, Attr: attr, Value: value, At: b.At, Place: b.Place(at)})
	return true
}

func canonical(attr evidence.Attr, value string) (string, bool) {
	value = Text(value)
	if value == "" {
		return "", false
	}
	switch attr {
	case evidence.BaseMAC, evidence.IfMAC:
		return MAC(value)
	case evidence.IP:
		return IP(value)
	case evidence.UUID:
		return UUID(value)
	case evidence.Serial:
		if Placeholder(value) || allZero(value) {
			return "", false
		}
	default:
		if Placeholder(value) {
			return "", false
		}
	}
	return value, true
}

// Text makes s valid UTF-8 without control characters (a line break and a tab
// stay), trims it and cuts it to evidence.MaxValue.
func Text(s string) string {
	s = strings.TrimSpace(s)
	clean := utf8.ValidString(s)
	for i := 0; clean && i < len(s); i++ {
		clean = s[i] >= ' ' && s[i] != 0x7f
	}
	if !clean {
		s = strings.Map(func(r rune) rune {
			if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' {
				return -1
			}
			return r
		}, s)
		s = strings.TrimSpace(s)
	}
	for len(s) > evidence.MaxValue {
		cut := evidence.MaxValue
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut]
	}
	return s
}

// Placeholder reports whether s stands for no value: "N/A", "NONE", "--".
func Placeholder(s string) bool {
	switch strings.ToLower(strings.Trim(s, " .-_*()<>[]\"'")) {
	case "", "n/a", "na", "none", "null", "nil", "unknown", "not available", "not supported", "not specified",
		"default string", "to be filled by o.e.m", "not advertised", "unspecified", "invalid", "empty", "xxxx", "private", "redacted", "removed", "hidden", "anonymous":
		return true
	}
	return false
}

func allZero(s string) bool { return strings.Trim(s, "0 -.:") == "" }

// MAC brings the usual notations of a 48-bit MAC ("aabb.ccdd.eeff",
// "aabb-ccdd-eeff", "AA-BB-..", "aabbcc-ddeeff", "aa bb cc dd ee ff", bare hex) to "aa:bb:cc:dd:ee:ff".
// Zero, broadcast and group addresses are no address of a thing and not ok.
func MAC(s string) (string, bool) {
	var raw [6]byte
	n := 0
	seps := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		d, hex := unhex(c)
		switch {
		case hex:
			if n == 12 {
				return "", false
			}
			raw[n/2] |= d << (4 * (1 - uint(n%2)))
			n++
		case c == ':' || c == '-' || c == '.' || c == ' ':
			// A separator stands between whole octets only.
			if n == 0 || n%2 != 0 {
				return "", false
			}
			seps++
		default:
			return "", false
		}
	}
	if n != 12 || seps > 5 {
		return "", false
	}
	return MACBytes(raw)
}

// MACBytes formats a MAC; not ok for zero and group addresses.
func MACBytes(raw [6]byte) (string, bool) {
	if raw == [6]byte{} || raw[0]&1 != 0 {
		return "", false
	}
	const digits = "0123456789abcdef"
	var out [17]byte
	for i, b := range raw {
		if i > 0 {
			out[3*i-1] = ':'
		}
		out[3*i], out[3*i+1] = digits[b>>4], digits[b&15]
	}
	return string(out[:]), true
}

func unhex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// IP brings an address to its canonical text; "/24" and a zone are cut off.
// The unspecified, loopback, link-local and multicast addresses identify nothing and are not ok.
func IP(s string) (string, bool) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "/")
	s, _, _ = strings.Cut(s, "%")
	a, err := netip.ParseAddr(s)
	if err != nil {
		return "", false
	}
	return Addr(a)
}

// Addr is IP for a parsed address.
func Addr(a netip.Addr) (string, bool) {
	a = a.Unmap()
	if !a.IsValid() || a.IsUnspecified() || a.IsLoopback() || a.IsMulticast() || a.IsLinkLocalUnicast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return "", false
	}
	return a.String(), true
}

// Host returns the IP a URL or "host:port" names, if it names one literally.
func Host(s string) (string, bool) {
	if _, rest, found := strings.Cut(s, "://"); found {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return Addr(ap.Addr())
	}
	return IP(strings.Trim(s, "[]"))
}

// UUID brings "uuid:AAAA-.." or a bare UUID to 36 lower-case characters.
func UUID(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "urn:"), "uuid:")
	s, _, _ = strings.Cut(s, "::")
	s = strings.Trim(s, "{}")
	if len(s) != 36 || strings.Trim(s, "0-") == "" || strings.Trim(s, "f-") == "" {
		return "", false
	}
	for i := 0; i < len(s); i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return "", false
			}
		} else if _, ok := unhex(s[i]); !ok {
			return "", false
		}
	}
	return s, true
}

// GPON reads an ITU-T G.984 serial in its two notations, "ABCD12345678" and the
// 16 hex digits of the same octets, optionally with a hyphen after the vendor
// ID, and returns it as four letters and eight hex digits with the vendor ID apart.
func GPON(s string) (serial, vendor string, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) == 16 {
		var v [4]byte
		for i := range v {
			hi, ok1 := unhex(s[2*i])
			lo, ok2 := unhex(s[2*i+1])
			if !ok1 || !ok2 {
				return "", "", false
			}
			v[i] = hi<<4 | lo
		}
		s = string(v[:]) + s[8:]
	}
	if len(s) == 13 && s[4] == '-' {
		s = s[:4] + s[5:]
	}
	if len(s) != 12 {
		return "", "", false
	}
	letters := 0
	for i := 0; i < 4; i++ {
		c := s[i] &^ 0x20
		if c >= 'A' && c <= 'Z' {
			letters++
		} else if s[i] < '0' || s[i] > '9' {
			return "", "", false
		}
	}
	for i := 4; i < 12; i++ {
		if _, hex := unhex(s[i]); !hex {
			return "", "", false
		}
	}
	if letters < 4 {
		return "", "", false
	}
	s = strings.ToUpper(s)
	return s, s[:4], true
}

// Printable reports whether s holds anything to read.
func Printable(s string) bool { return Text(s) != "" }

// After returns what follows the first key in text, key in any case of its
// letters. Folding the whole text would move its bytes, for some letters change
// their length; key is ASCII.
func After(text, key string) (string, bool) {
	for i := 0; i+len(key) <= len(text); i++ {
		if strings.EqualFold(text[i:i+len(key)], key) {
			return text[i+len(key):], true
		}
	}
	return "", false
}
