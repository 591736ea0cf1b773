package sheet

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"telltale/internal/evidence"
)

// clean returns the text of a cell: trimmed, valid UTF-8, control characters
// and odd spaces as one space. The common plain cell is returned as it is.
func clean(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	for n := len(b); n > 0 && (b[n-1] == ' ' || b[n-1] == '\t' || b[n-1] == '\r' || b[n-1] == '\n'); n = len(b) {
		b = b[:n-1]
	}
	for _, c := range b {
		if c < 0x20 || c >= 0x7F {
			return cleanSlow(b)
		}
	}
	return b
}

func cleanSlow(b []byte) []byte {
	if !utf8.Valid(b) {
		// A stray single-byte cell in a UTF-8 file: Windows-1252 has a meaning for every byte.
		if d, err := charmap.Windows1252.NewDecoder().Bytes(b); err == nil {
			b = d
		}
	}
	out := make([]byte, 0, len(b))
	space := false
	for _, r := range string(b) {
		switch {
		case r < 0x20 || r == 0x7F || r == 0xA0 || r == 0x2028 || r == 0x2029 || r >= 0x2000 && r <= 0x200A || r == 0x3000:
			space = true
			continue
		case r == 0xFEFF || r >= 0x200B && r <= 0x200F || r >= 0x80 && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069:
			continue // invisible marks and text direction overrides
		}
		if space && len(out) > 0 && r != ' ' && out[len(out)-1] != ' ' {
			out = append(out, ' ')
		}
		space = false
		out = utf8.AppendRune(out, r)
	}
	return out
}

// isEmpty reports whether a cleaned cell says nothing ("n/a", "-").
func isEmpty(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if len(b) > 14 {
		return false
	}
	var low [14]byte
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	return emptyWords[string(low[:len(b)])]
}

// cut bounds a value to evidence.MaxValue without breaking a rune.
func cut(s string) string {
	if len(s) <= evidence.MaxValue {
		return s
	}
	i := evidence.MaxValue
	for i > 0 && !utf8.RuneStart(s[i]) {
		i--
	}
	return s[:i]
}

const hexDigits = "0123456789abcdef"

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// parseMAC reads any usual spelling of a 48-bit address: aa:bb:cc:dd:ee:ff,
// with - or . or spaces, aabb.ccdd.eeff, aabbcc-ddeeff, bare digits, an 0x
// in front, or groups without leading zeros. It appends the canonical form to dst.
func parseMAC(dst, b []byte) ([]byte, bool) {
	if len(b) > 2 && b[0] == '0' && (b[1] == 'x' || b[1] == 'X') {
		b = b[2:]
	}
	if len(b) < 11 || len(b) > 23 {
		return dst, false
	}
	var nib [12]byte
	n, group, groups := 0, 0, 1
	var sep byte
	for i, c := range b {
		if v := hexValue(c); v >= 0 {
			if n == 12 {
				return dst, false
			}
			nib[n] = byte(v)
			n++
			group++
			continue
		}
		if c != ':' && c != '-' && c != '.' && c != ' ' || sep != 0 && c != sep || group == 0 || i == len(b)-1 {
			return dst, false
		}
		sep = c
		// One digit between colons stands for 0d (Solaris, some switches).
		if sep == ':' && group == 1 {
			if n == 12 {
				return dst, false
			}
			nib[n] = nib[n-1]
			nib[n-1] = 0
			n++
		}
		groups++
		group = 0
	}
	if sep == ':' && group == 1 && n == 11 {
		nib[11] = nib[10]
		nib[10] = 0
		n++
	}
	if n != 12 || groups != 1 && groups != 2 && groups != 3 && groups != 4 && groups != 6 {
		return dst, false
	}
	for i := 0; i < 12; i += 2 {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, hexDigits[nib[i]], hexDigits[nib[i+1]])
	}
	return dst, true
}

// distinctMAC reports whether a bare run of digits may be taken for an address
// without a heading that says so: with separators, or with a letter in it.
func distinctMAC(b []byte) bool {
	for _, c := range b {
		if c > '9' || c == ':' || c == '-' || c == '.' {
			return true
		}
	}
	return false
}

// parseIP returns the canonical text of an address; a mask or zone is dropped, a port of IPv4 too.
func parseIP(b []byte) (string, bool) {
	if len(b) < 2 || len(b) > 64 {
		return "", false
	}
	dots, colons := 0, 0
	for _, c := range b {
		switch {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case hexValue(c) >= 0 || c == '/' || c == '%':
		default:
			if colons < 2 {
				return "", false
			}
		}
	}
	if dots != 3 && colons < 2 {
		return "", false
	}
	s := string(b)
	if i := strings.IndexByte(s, '/'); i >= 0 {
		s = s[:i]
	}
	if colons == 1 {
		s = s[:strings.IndexByte(s, ':')]
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return "", false
	}
	return a.WithZone("").Unmap().String(), true
}

// parseGPON reads an ITU-T G.984.3 serial number: four letters of the vendor
// and eight hex digits, or the letters in hex too (sixteen digits).
func parseGPON(b []byte) (string, bool) {
	var out [12]byte
	switch len(b) {
	case 16:
		for i := range 4 {
			h, l := hexValue(b[2*i]), hexValue(b[2*i+1])
			if h < 0 || l < 0 {
				return "", false
			}
			out[i] = byte(h<<4 | l)
		}
		copy(out[4:], b[8:])
	case 12:
		copy(out[:], b)
	case 13:
		// "HWTC-1A2B3C4D"
		if b[4] != '-' && b[4] != ':' && b[4] != ' ' {
			return "", false
		}
		copy(out[:4], b)
		copy(out[4:], b[5:])
	default:
		return "", false
	}
	for i, c := range out {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
			out[i] = c
		}
		if i < 4 && (c < 'A' || c > 'Z') || i >= 4 && hexValue(c) < 0 {
			return "", false
		}
	}
	return string(out[:]), true
}

// parseIMEI reads 15 digits with a right check digit (3GPP TS 23.003, Luhn), with or without separators.
func parseIMEI(b []byte) (string, bool) {
	var d [15]byte
	n := 0
	for _, c := range b {
		if c == '-' || c == ' ' || c == '/' {
			continue
		}
		if c < '0' || c > '9' || n == 15 {
			return "", false
		}
		d[n] = c
		n++
	}
	if n != 15 {
		return "", false
	}
	sum := 0
	for i, c := range d {
		v := int(c - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return string(d[:]), sum%10 == 0
}

// parseUUID returns the 8-4-4-4-12 form in small letters.
func parseUUID(b []byte) (string, bool) {
	if len(b) == 38 && b[0] == '{' {
		b = b[1:37]
	}
	if len(b) != 36 {
		return "", false
	}
	for i, c := range b {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return "", false
			}
		} else if hexValue(c) < 0 {
			return "", false
		}
	}
	return strings.ToLower(string(b)), true
}

// pieceWords are what people write behind a number of pieces, the longer before their beginnings.
var pieceWords = []string{"ea", "each", "pcs", "pc", "pieces", "piece", "units", "unit", "nos", "off", "no", "stk", "st", "qty", "lot", "sets", "set",
	"stück", "stueck", "stck", "stuks", "pièces", "pièce", "piezas", "pieza", "pezzi", "pz", "unités", "unité", "unidades", "uds", "ud", "szt", "台", "個", "个", "件", "套", "只", "部", "枚", "式", "대", "개"}

// parseQuantity reads "12", "12.00", "12,0", "1,200", "x12", "12 ea", "12台", "(12)".
func parseQuantity(b []byte) (int, bool) {
	s := string(b)
	if !ascii(s) {
		s = normalWidth(s)
	}
	s = strings.Trim(strings.ToLower(s), "x× ()")
	if s != "" && !isDigit(s[len(s)-1]) {
		s = strings.TrimRight(s, ".")
		for _, unit := range pieceWords {
			if rest, ok := strings.CutSuffix(s, unit); ok && rest != "" {
				s = strings.TrimRight(rest, " .")
				break
			}
		}
	}
	if i := strings.IndexByte(s, ','); i > 0 && len(s)-i <= 3 && strings.Trim(s[i+1:], "0") == "" {
		s = s[:i]
	}
	if i := strings.IndexByte(s, '.'); i > 0 {
		if strings.Trim(s[i+1:], "0") != "" {
			return 0, false
		}
		s = s[:i]
	}
	n, digits := 0, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == ',' || c == ' ' || c == '\'' {
			// Thousands: three digits follow.
			if i == 0 || len(s)-i-1 < 3 || (len(s)-i-1)%4 != 3 {
				return 0, false
			}
			continue
		}
		if c < '0' || c > '9' || digits > 9 {
			return 0, false
		}
		n = n*10 + int(c-'0')
		digits++
	}
	return n, digits > 0
}

// isMoney reports whether a cell holds an amount: digits with separators, a sign or a currency.
func isMoney(b []byte) bool {
	digits, letters := 0, 0
	for _, c := range b {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case c == '.' || c == ',' || c == ' ' || c == '-' || c == '$' || c == '\'' || c == '(' || c == ')' || c == '+' || c >= 0x80:
		case 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z':
			letters++
		default:
			return false
		}
	}
	return digits > 0 && letters <= 3
}

// parseCoordinate reads decimal degrees, or degrees, minutes and seconds with
// N, S, E or W, and returns decimal degrees with at most seven places.
func parseCoordinate(b []byte, limit float64) (string, bool) {
	var num [3]float64
	n, sign, inNumber, frac := 0, 1.0, false, 0.0
	signed := false
	for _, r := range string(b) {
		switch {
		case '0' <= r && r <= '9':
			if !inNumber {
				if n == 3 {
					return "", false
				}
				inNumber, frac = true, 0
				n++
			}
			if frac == 0 {
				if num[n-1] = num[n-1]*10 + float64(r-'0'); num[n-1] > 1e6 {
					return "", false
				}
			} else {
				num[n-1] += float64(r-'0') * frac
				frac /= 10
			}
		case r == '.' && inNumber && frac == 0:
			frac = 0.1
		case (r == '-' || r == '−') && n == 0:
			sign, signed = -1, true
		case r == 'S' || r == 's' || r == 'W' || r == 'w':
			if signed {
				sign = 1
			}
			sign = -1
			inNumber = false
		case r == 'N' || r == 'n' || r == 'E' || r == 'e' || r == '+' || r == ' ' || r == '°' || r == 'º' || r == '\'' || r == '"' || r == '′' || r == '″' || r == '’' || r == '”' || r == ':' || r == 'd' || r == 'm':
			inNumber = false
		default:
			return "", false
		}
	}
	if n == 0 || num[1] >= 60 || num[2] >= 60 {
		return "", false
	}
	v := sign * (num[0] + num[1]/60 + num[2]/3600)
	if v < -limit || v > limit {
		return "", false
	}
	return formatDegrees(v), true
}
