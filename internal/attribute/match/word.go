package match

import "unicode/utf8"

// word finds w in text between characters that are neither letters nor digits.
func word(i int, w, text string) (Hit, bool) {
	for from := 0; ; {
		at := indexFold(text[from:], w)
		if at < 0 {
			return Hit{}, false
		}
		at += from
		if edge(text[:at], text[at:], true) && edge(text[:at+len(w)], text[at+len(w):], false) {
			return Hit{Pattern: i, At: at, Groups: []string{text[at : at+len(w)]}}, true
		}
		from = at + 1
	}
}

// edge reports whether a word may begin (or end) between left and right. Han
// and kana stand without spaces, so a boundary is asked for letters of the other scripts only.
func edge(left, right string, begin bool) bool {
	inner, outer := right, left
	var in, out rune
	if begin {
		in, _ = utf8.DecodeRuneInString(inner)
		out, _ = utf8.DecodeLastRuneInString(outer)
		if outer == "" {
			return true
		}
	} else {
		in, _ = utf8.DecodeLastRuneInString(left)
		out, _ = utf8.DecodeRuneInString(right)
		if right == "" {
			return true
		}
	}
	return !(spaced(in) && spaced(out))
}

func spaced(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || 0xc0 <= r && r < 0x2000
}

// indexFold is strings.Index that takes ASCII letters in any case.
func indexFold(s, sub string) int {
	n := len(sub)
	for i := 0; i+n <= len(s); i++ {
		if lower(s[i]) != lower(sub[0]) {
			continue
		}
		j := 1
		for j < n && lower(s[i+j]) == lower(sub[j]) {
			j++
		}
		if j == n {
			return i
		}
	}
	return -1
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 32
	}
	return c
}
