package shell

import (
	"regexp"
	"strconv"
	"strings"
)

// The filters scripts read settings with, on texts the image settles.

// isGrep names the commands that search.
func isGrep(name string) bool { return name == "grep" || name == "egrep" || name == "fgrep" }

// greps prints the lines that match, or their number.
func greps(s *state, args []string, input string, fed bool) (string, bool) {
	flags, rest := options(args, "emABC")
	pat, given := flags['e']
	if !given {
		if len(rest) == 0 {
			return "", false
		}
		pat, rest = rest[0], rest[1:]
	}
	text, ok := s.read(rest, input, fed)
	re := compile(pat, flags)
	_, deep := flags['r']
	if !ok || re == nil || deep {
		return "", false
	}
	_, not := flags['v']
	var out []string
	for _, l := range lines(text) {
		if re.MatchString(l) != not {
			if _, only := flags['o']; only {
				l = re.FindString(l)
			}
			out = append(out, l)
		}
	}
	if _, count := flags['c']; count {
		return strconv.Itoa(len(out)), true
	}
	return strings.Join(out, "\n"), true
}

// compile makes a pattern as grep takes it ours; nil when it cannot.
func compile(pat string, flags map[byte]string) *regexp.Regexp {
	has := func(c byte) bool { _, ok := flags[c]; return ok }
	switch {
	case has('F'):
		pat = regexp.QuoteMeta(pat)
	case !has('E') && !has('P'):
		pat = basic(pat)
	}
	if has('w') {
		pat = `\b(?:` + pat + `)\b`
	}
	if has('x') {
		pat = `^(?:` + pat + `)$`
	}
	if has('i') {
		pat = "(?i)" + pat
	}
	re, err := regexp.Compile(pat)
	if err != nil || len(pat) > 500 {
		return nil
	}
	return re
}

// basic turns a basic regular expression of POSIX into an extended one.
func basic(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '[':
			j := strings.IndexByte(p[min(i+2, len(p)):], ']')
			if j < 0 {
				return b.String() + regexp.QuoteMeta(p[i:])
			}
			b.WriteString(p[i : i+2+j+1])
			i += 2 + j
		case c == '\\' && i+1 < len(p):
			i++
			if strings.IndexByte("(){}+?|", p[i]) < 0 {
				b.WriteByte('\\')
			}
			if p[i] == '<' || p[i] == '>' {
				b.WriteByte('b')
			} else {
				b.WriteByte(p[i])
			}
		case strings.IndexByte("(){}+?|", c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// perLine applies f to each line.
func perLine(text string, f func(string) (string, bool)) string {
	var out []string
	for _, l := range lines(text) {
		if v, ok := f(l); ok {
			out = append(out, v)
		}
	}
	return strings.Join(out, "\n")
}

func cuts(s *state, args []string, input string, fed bool) (string, bool) {
	flags, files := options(args, "dfcb")
	text, ok := s.read(files, input, fed)
	n, err := strconv.Atoi(strings.TrimSuffix(flags['f'], "-"))
	if !ok || err != nil || n < 1 {
		return "", false
	}
	sep := flags['d']
	if sep == "" {
		sep = "\t"
	}
	return perLine(text, func(l string) (string, bool) {
		parts := strings.Split(l, sep)
		switch {
		case len(parts) == 1:
			return l, true
		case n > len(parts):
			return "", true
		case strings.HasSuffix(flags['f'], "-"):
			return strings.Join(parts[n-1:], sep), true
		}
		return parts[n-1], true
	}), true
}

func count(flags map[byte]string) int {
	n := 10
	if v, err := strconv.Atoi(flags['n']); err == nil && v >= 0 {
		n = v
	}
	for c := range flags {
		if c >= '1' && c <= '9' {
			n = int(c - '0')
		}
	}
	return n
}

func heads(s *state, args []string, input string, fed bool) (string, bool) {
	flags, files := options(args, "nc")
	text, ok := s.read(files, input, fed)
	l := lines(text)
	return strings.Join(l[:min(len(l), count(flags))], "\n"), ok
}

func tails(s *state, args []string, input string, fed bool) (string, bool) {
	flags, files := options(args, "nc")
	text, ok := s.read(files, input, fed)
	l := lines(text)
	return strings.Join(l[max(0, len(l)-count(flags)):], "\n"), ok
}

var awkPrint = regexp.MustCompile(`^\s*(?:/((?:[^/\\]|\\.)*)/)?\s*\{\s*print\s+\$(\d)\s*;?\s*\}\s*$`)

// fieldsOf is awk where it prints one field of the lines that match.
func fieldsOf(s *state, args []string, input string, fed bool) (string, bool) {
	flags, rest := options(args, "Fv")
	if len(rest) == 0 {
		return "", false
	}
	m := awkPrint.FindStringSubmatch(rest[0])
	text, ok := s.read(rest[1:], input, fed)
	if m == nil || !ok {
		return "", false
	}
	re, err := regexp.Compile(m[1])
	if err != nil {
		return "", false
	}
	n, sep := int(m[2][0]-'0'), flags['F']
	return perLine(text, func(l string) (string, bool) {
		parts := strings.Fields(l)
		if sep != "" && sep != " " {
			parts = strings.Split(l, sep)
		}
		if n > len(parts) || n == 0 {
			return "", re.MatchString(l)
		}
		return parts[n-1], re.MatchString(l)
	}), true
}

// edits is sed with one substitution.
func edits(s *state, args []string, input string, fed bool) (string, bool) {
	flags, rest := options(args, "e")
	prog, given := flags['e']
	if !given {
		if len(rest) == 0 {
			return "", false
		}
		prog, rest = rest[0], rest[1:]
	}
	_, inPlace := flags['i']
	text, ok := s.read(rest, input, fed)
	if !ok || inPlace || len(prog) < 4 || prog[0] != 's' {
		return "", false
	}
	parts := strings.Split(prog[2:], prog[1:2])
	if len(parts) != 3 || strings.Trim(parts[2], "gp") != "" || strings.ContainsAny(parts[1], "&") {
		return "", false
	}
	if _, ext := flags['r']; ext {
		flags['E'] = ""
	}
	re := compile(parts[0], map[byte]string{})
	if _, ext := flags['E']; ext {
		re = compile(parts[0], map[byte]string{'E': ""})
	}
	if re == nil {
		return "", false
	}
	to := regexp.MustCompile(`\\(\d)`).ReplaceAllString(strings.ReplaceAll(parts[1], "$", "$$"), "$${$1}")
	_, quiet := flags['n']
	return perLine(text, func(l string) (string, bool) {
		hit := re.FindStringIndex(l)
		if hit == nil {
			return l, !quiet
		}
		if !strings.Contains(parts[2], "g") {
			return l[:hit[0]] + re.ReplaceAllString(l[hit[0]:hit[1]], to) + l[hit[1]:], true
		}
		return re.ReplaceAllString(l, to), true
	}), true
}
