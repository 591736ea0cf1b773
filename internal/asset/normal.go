package asset

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/evidence"
)

// makerAttrs are the attributes that say whose serial it is, the most direct first.
var makerAttrs = [...]evidence.Attr{
	evidence.EntPhysicalMfgName, evidence.ManufacturerText, evidence.CWMPManufacturer, evidence.ONVIFMfr,
	evidence.UPnPManufacturer, evidence.BrandText,
}

// MakerOf returns the normalised maker text that scopes the sighting's serials,
// empty when it has none. It is a text to compare with, not an attribution.
func MakerOf(s *Sighting) string {
	best, text := len(makerAttrs), ""
	for i := range s.Observations {
		o := &s.Observations[i]
		for rank := 0; rank < best; rank++ {
			if o.Attr == makerAttrs[rank] {
				if m := NormalMaker(o.Value); m != "" {
					best, text = rank, m
				}
			}
		}
	}
	return text
}

// NormalMaker reduces a maker text to the words that tell makers apart:
// "Example Networks Co., Ltd." and "EXAMPLE" both give "example". Words are
// sorted and parted by one space. A placeholder gives "".
func NormalMaker(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) > 16 {
		words = words[:16]
	}
	all := strings.ToUpper(strings.Join(words, ""))
	if placeholders[all] {
		return ""
	}
	kept := make([]string, 0, len(words))
	for _, w := range words {
		if !commonWords[w] {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		kept = words
	}
	sortWords(kept)
	return strings.Join(kept, " ")
}

// SameMaker reports whether two normalised maker texts can name one maker: the
// words of one are all among the words of the other. The empty text names nobody.
func SameMaker(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	return a == b || wordsWithin(a, b) || wordsWithin(b, a)
}

func wordsWithin(a, b string) bool {
	for a != "" {
		var w string
		w, a, _ = strings.Cut(a, " ")
		if !hasWord(b, w) {
			return false
		}
	}
	return true
}

func hasWord(s, w string) bool {
	for s != "" {
		var x string
		x, s, _ = strings.Cut(s, " ")
		if x == w {
			return true
		}
	}
	return false
}

func sortWords(w []string) {
	for i := 1; i < len(w); i++ {
		for j := i; j > 0 && w[j] < w[j-1]; j-- {
			w[j], w[j-1] = w[j-1], w[j]
		}
	}
}

// Normal returns text as keys hold it: trimmed, upper case, one space for any run of blanks.
func Normal(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), " ")) }

// serialValue drops what people add when they copy a serial: a label in front, blanks, dashes.
func serialValue(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	for _, label := range [...]string{"S/N", "SN:", "SERIAL NUMBER", "SERIAL NO", "SERIAL:"} {
		if rest, ok := strings.CutPrefix(s, label); ok {
			s = strings.TrimLeft(rest, " .:#")
			break
		}
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '-', r == '_', r == '\'', r == '"', unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}

// rareSerial reports whether a serial is long and mixed enough not to be
// handed out by two makers: eight signs with a letter and four digits, or ten
// digits, of at least four different signs.
func rareSerial(v string) bool {
	letters, digits := 0, 0
	var seen [128]bool
	kinds := 0
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c >= utf8.RuneSelf {
			letters++
			continue
		}
		if !seen[c] {
			seen[c] = true
			kinds++
		}
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z':
			letters++
		}
	}
	if kinds < 4 {
		return false
	}
	return letters > 0 && digits >= 4 && letters+digits >= 8 || digits >= 10
}

// excelNumber recognises a long number a spreadsheet has cut to "2.10235E+18": many serials become one.
func excelNumber(s string) bool {
	s = strings.ToUpper(strings.TrimSpace(s))
	head, exp, ok := strings.Cut(s, "E+")
	return ok && head != "" && exp != "" && strings.Trim(head, "0123456789.,") == "" && strings.Trim(exp, "0123456789") == ""
}

// gponSerial returns the form of ITU-T G.984.3: four letters of the vendor and
// eight hex digits. The same with the letters in hex is turned into it. Anything else gives "".
func gponSerial(s string) string {
	v := serialValue(s)
	if len(v) == 16 && isHex(v) {
		letters := make([]byte, 4, 12)
		for i := range letters {
			letters[i] = hexByte(v[2*i], v[2*i+1])
		}
		v = string(append(letters, v[8:]...))
	}
	if len(v) != 12 || !isHex(v[4:]) || monotonous(v[4:]) {
		return ""
	}
	for i := 0; i < 4; i++ {
		if v[i] < 'A' || v[i] > 'Z' {
			return ""
		}
	}
	return v
}

func imei(s string) string {
	v := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '/' {
			return -1
		}
		return r
	}, s)
	if len(v) < 14 || len(v) > 16 || strings.Trim(v, "0123456789") != "" || monotonous(v[:14]) || sharedIMEIs[v[:14]] {
		return ""
	}
	return v[:14]
}

// engineID returns an SNMP engine ID (RFC 3411 section 5, SnmpEngineID) as hex. One
// made of an IP address or a text somebody configured is weak, one that holds
// no number of its own is "".
func engineID(s string) (v string, strong bool) {
	v = hexDigits(strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X"), 10, 64)
	if v == "" || monotonous(v[8:]) || len(v) == 10 {
		return "", false
	}
	if hexByte(v[0], v[1])&0x80 == 0 {
		return v, len(v) == 24
	}
	switch rest := v[10:]; v[8:10] {
	case "01", "02", "04":
		return v, false
	case "03":
		m := MAC(rest)
		if m == "" || sharedMAC(m) || monotonous(rest) {
			return "", false
		}
	default:
		if monotonous(rest) {
			return "", false
		}
	}
	return v, true
}

// MAC returns a 48-bit address as "aa:bb:cc:dd:ee:ff", whatever parts its
// digits; "" when it is none.
func MAC(s string) string {
	if len(s) == 17 && s[2] == ':' && s[5] == ':' && s[8] == ':' && s[11] == ':' && s[14] == ':' && lowerHexMAC(s) {
		return s
	}
	v := hexDigits(s, 12, 12)
	if v == "" {
		return ""
	}
	b := make([]byte, 0, 17)
	for i := 0; i < 12; i += 2 {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, v[i], v[i+1])
	}
	return string(b)
}

func lowerHexMAC(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if i%3 != 2 && !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}

// hexDigits returns s in lower case without the signs that part digits, or ""
// when it is not min to max hex digits.
func hexDigits(s string, min, max int) string {
	if len(s) > 4*max {
		return ""
	}
	b := make([]byte, 0, max)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
			b = append(b, c)
		case c >= 'A' && c <= 'F':
			b = append(b, c+32)
		case c == ':' || c == '-' || c == '.' || c == ' ' || c == '{' || c == '}':
		default:
			return ""
		}
	}
	if len(b) < min || len(b) > max {
		return ""
	}
	return string(b)
}

func isHex(s string) bool { return strings.Trim(s, "0123456789ABCDEFabcdef") == "" }

func hexByte(hi, lo byte) byte { return hexDigit(hi)<<4 | hexDigit(lo) }

func hexDigit(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}
