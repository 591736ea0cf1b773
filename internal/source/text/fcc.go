package text

import (
	"regexp"
	"strings"
	"sync"
)

// announced is an FCC ID behind the words that announce one (47 CFR 2.925,
// 2.926): the grantee code, three characters or five that begin with a digit,
// then up to 14 characters of the product.
var announced = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bFCC[ -]?ID\s*[:#.=]?\s*((?:[A-Z][A-Z0-9]{2}|[2-9][A-Z0-9]{4})-?[A-Z0-9-]{1,14})\b`)
})

// fccID returns the FCC ID a line states, "" when it states none. One without a
// digit is a word: "FCC ID: pending".
func fccID(s string) string {
	if !strings.Contains(s, "FCC") && !strings.Contains(s, "fcc") {
		return ""
	}
	m := announced().FindStringSubmatch(s)
	if m == nil || !strings.ContainsAny(m[1], "0123456789") {
		return ""
	}
	return strings.ToUpper(m[1])
}
