package shell

import (
	"path"
	"regexp"
	"strconv"
	"strings"
)

// What stands behind a parameter's name in ${...}: parts cut off, put in place of others, counted.

// maxCut bounds a value that is cut, maxSwap one in which a pattern is looked for everywhere.
const maxCut, maxSwap = 256, 96

// matches says that a text is what a pattern of the shell describes.
func matches(pattern, text string) bool {
	if strings.Contains(text, "/") || strings.Contains(pattern, "/") { // here a star takes slashes too
		re := patternOf(pattern)
		return re != nil && re.MatchString(text)
	}
	ok, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), text)
	return ok && err == nil
}

// patternOf is a pattern of the shell as an expression over a whole text, nil when it is none.
func patternOf(p string) *regexp.Regexp {
	if len(p) > 200 {
		return nil
	}
	var b strings.Builder
	b.WriteString(`(?s)^(?:`)
	for i := 0; i < len(p); i++ {
		switch c := p[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteByte('.')
		case '[':
			if j := strings.IndexByte(p[i+1:], ']'); j > 0 {
				set := p[i+1 : i+1+j]
				if set[0] == '!' {
					set = "^" + set[1:]
				}
				b.WriteString("[" + strings.ReplaceAll(set, `\`, `\\`) + "]")
				i += j + 1
				continue
			}
			b.WriteString(`\[`)
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	re, err := regexp.Compile(b.String() + `)$`)
	if err != nil {
		return nil
	}
	return re
}

// cut applies what stands behind the name to a known value; false for forms that are not read.
func (s *state) cut(v, op string) (string, bool) {
	if op == "" || len(v) > maxCut || !s.r.textLeft() {
		return "", false
	}
	word := func(w string) (string, bool) { return s.expand(w) }
	switch {
	case op[0] == '#' || op[0] == '%':
		n := 1
		if len(op) > 1 && op[1] == op[0] {
			n = 2
		}
		p, known := word(op[n:])
		re := patternOf(p)
		if !known || re == nil {
			return "", false
		}
		return without(v, re, op[0] == '#', n == 2), true
	case op[0] == '/':
		all := strings.HasPrefix(op, "//")
		from, to, _ := strings.Cut(strings.TrimLeft(op, "/"), "/")
		p, known := word(from)
		with, known2 := word(to)
		re := patternOf(p)
		if !known || !known2 || re == nil || p == "" {
			return "", false
		}
		if !strings.ContainsAny(p, "*?[") {
			return strings.Replace(v, p, with, 1-2*btoi(all)), true
		}
		if len(v) > maxSwap {
			return "", false
		}
		return replaced(v, re, with, all), true
	case op == "^^":
		return strings.ToUpper(v), true
	case op == ",,":
		return strings.ToLower(v), true
	case op[0] == ':' && len(op) > 1 && (op[1] == ' ' || op[1] >= '0' && op[1] <= '9'):
		from, length, given := strings.Cut(op[1:], ":")
		i, err := strconv.Atoi(strings.TrimSpace(from))
		n := len(v)
		if given {
			var err2 error
			if n, err2 = strconv.Atoi(strings.TrimSpace(length)); err2 != nil || n < 0 {
				return "", false
			}
		}
		if err != nil {
			return "", false
		}
		if i < 0 { // counted from the end
			i = max(len(v)+i, 0)
		}
		i = min(i, len(v))
		return v[i:min(len(v), i+min(n, len(v)))], true
	}
	return "", false
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// without takes the shortest or longest part that matches off the front or the end.
func without(v string, re *regexp.Regexp, front, longest bool) string {
	rest := v
	for i := 0; i <= len(v); i++ {
		part, left := v[:i], v[i:]
		if !front {
			part, left = v[len(v)-i:], v[:len(v)-i]
		}
		if re.MatchString(part) {
			if rest = left; !longest {
				return rest
			}
		}
	}
	return rest
}

// replaced puts another text in place of the first or every longest part that matches.
func replaced(v string, re *regexp.Regexp, with string, all bool) string {
	var b strings.Builder
	for i := 0; i < len(v); {
		end := -1
		for j := len(v); j > i; j-- {
			if re.MatchString(v[i:j]) {
				end = j
				break
			}
		}
		if end < 0 {
			b.WriteByte(v[i])
			i++
			continue
		}
		b.WriteString(with)
		if i = end; !all {
			return b.String() + v[i:]
		}
	}
	return b.String()
}
