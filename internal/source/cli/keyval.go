package cli

import (
	"strings"

	"telltale/internal/source/observe"
)

// keyValue takes apart "Key : value", "Key = value", "key=value" and the two
// columns of a framed table "| Key | value |". The key is normalised by norm.
func keyValue(text string) (key, value string, ok bool) {
	s := strings.TrimLeft(text, " \t+*-|")
	if framed := strings.HasPrefix(strings.TrimLeft(text, " \t"), "|"); framed {
		cells := strings.Split(strings.Trim(strings.TrimSpace(text), "|"), "|")
		if len(cells) != 2 {
			return "", "", false
		}
		return pair(cells[0], cells[1])
	}
	i := strings.IndexAny(s, ":=")
	if i < 1 {
		if j := strings.Index(s, " - "); j > 0 {
			return pair(s[:j], s[j+3:])
		}
		return "", "", false
	}
	return pair(s[:i], s[i+1:])
}

func pair(k, v string) (string, string, bool) {
	k = norm(k)
	if k == "" || len(k) > 48 {
		return "", "", false
	}
	v = strings.TrimSpace(v)
	v = strings.TrimSuffix(strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(v, "="), ":")), ",")
	return k, strings.TrimSpace(strings.Trim(v, `"`)), true
}

// norm brings a key to lower-case letters and digits: "Serial No." is "serialno".
func norm(k string) string {
	var b [64]byte
	n := 0
	for i := 0; i < len(k) && n < len(b); i++ {
		c := k[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b[n] = c
			n++
		}
	}
	return string(b[:n])
}

func looksMAC(w string) bool {
	if len(w) < 12 || len(w) > 17 {
		return false
	}
	if len(w) == 12 && !strings.ContainsAny(w, "abcdefABCDEF:-.") {
		return false // twelve digits are a number
	}
	hex := 0
	for i := 0; i < len(w); i++ {
		c := w[i]
		switch {
		case c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f':
			hex++
		case c == ':' || c == '-' || c == '.':
		default:
			return false
		}
	}
	return hex == 12
}

func isIP(w string) bool {
	if len(w) < 3 || len(w) > 45 || w[0] > 'f' {
		return false
	}
	_, ok := observe.IP(w)
	return ok
}
