package shell

import (
	"regexp"
	"strconv"
	"strings"
)

// item is one field after expansion.
type item struct {
	text  string
	known bool
}

// fields expands words: variables, file patterns, splitting of what stands without quotes.
func (s *state) fields(words []string) []item {
	var out []item
	for _, w := range words {
		if w == `"$@"` || w == "$@" || w == "$*" || w == `"$*"` {
			for _, a := range s.args[1:] {
				out = append(out, item{a, true})
			}
			continue
		}
		t, known := s.expand(w)
		quoted := strings.ContainsAny(w, `"'`)
		if !quoted && known && strings.ContainsAny(t, " \t\n") && strings.Contains(w, "$") {
			for _, f := range strings.Fields(t) {
				out = append(out, item{f, true})
			}
			continue
		}
		if !quoted && known && strings.ContainsAny(t, "*?[") && strings.Contains(t, "/") {
			if hits := s.r.World.Glob(t); len(hits) > 0 {
				for _, h := range hits {
					out = append(out, item{h, true})
				}
				continue
			}
		}
		if t == "" && !quoted && strings.Contains(w, "$") {
			continue
		}
		out = append(out, item{t, known})
		if len(out) > 4096 {
			break
		}
	}
	return out
}

func (s *state) text(w string) string {
	if w == "" {
		return ""
	}
	t, _ := s.expand(w)
	return t
}

// expand resolves quotes and variables of one word. Where the image does not
// settle a value, the text keeps its "$..." and known is false.
func (s *state) expand(w string) (string, bool) {
	if len(w) > 1<<16 {
		w = w[:1<<16]
	}
	var b strings.Builder
	known := true
	for i := 0; i < len(w); {
		switch c := w[i]; c {
		case '\\':
			if i+1 < len(w) {
				if w[i+1] != '\n' {
					b.WriteByte(w[i+1])
				}
			}
			i += 2
		case '\'':
			j := strings.IndexByte(w[i+1:], '\'')
			if j < 0 {
				b.WriteString(w[i+1:])
				return b.String(), known
			}
			b.WriteString(w[i+1 : i+1+j])
			i += j + 2
		case '"':
			j := closeQuote(w, i+1)
			inner := strings.TrimSuffix(w[i+1:j], `"`)
			t, k := s.expandQuoted(inner)
			b.WriteString(t)
			known = known && k
			i = j
		case '$', '`':
			if j := escapedQuote(w[i:]); j > 0 {
				b.WriteString(unescape(w[i+2 : i+j-1]))
				i += j
				continue
			}
			t, n, k := s.dollar(w[i:])
			b.WriteString(t)
			known = known && k
			i += n
		default:
			b.WriteByte(c)
			i++
		}
		if b.Len() > 1<<16 {
			break
		}
	}
	return b.String(), known
}

// escapedQuote is the length of a $'...' that begins here, 0 for none.
func escapedQuote(w string) int {
	if !strings.HasPrefix(w, "$'") {
		return 0
	}
	for i := 2; i < len(w); i++ {
		if w[i] == '\\' {
			i++
		} else if w[i] == '\'' {
			return i + 1
		}
	}
	return 0
}

func (s *state) expandQuoted(w string) (string, bool) {
	var b strings.Builder
	known := true
	for i := 0; i < len(w); {
		switch {
		case w[i] == '\\' && i+1 < len(w):
			if strings.IndexByte("$`\"\\\n", w[i+1]) < 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(w[i+1])
			i += 2
		case w[i] == '$' || w[i] == '`':
			t, n, k := s.dollar(w[i:])
			b.WriteString(t)
			known = known && k
			i += n
		default:
			b.WriteByte(w[i])
			i++
		}
	}
	return b.String(), known
}

// dollar resolves what begins with $ or a backquote and returns how long it was.
func (s *state) dollar(w string) (string, int, bool) {
	if w[0] == '`' {
		j := strings.IndexByte(w[1:], '`')
		if j < 0 {
			return w, len(w), false
		}
		t, k := s.substitute(w[1 : 1+j])
		return t, j + 2, k
	}
	if len(w) == 1 {
		return "$", 1, true
	}
	switch c := w[1]; {
	case c == '(':
		j := closeBracket(w, 1)
		if strings.HasPrefix(w, "$((") && strings.HasSuffix(w[:j], "))") {
			inner, _ := s.expandQuoted(w[3 : j-2])
			if n, ok := s.calculate(inner); ok {
				return strconv.Itoa(n), j, true
			}
			return w[:j], j, false
		}
		t, k := s.substitute(strings.TrimSuffix(w[2:j], ")"))
		return t, j, k
	case c == '{':
		j := closeBracket(w, 1)
		t, k := s.braced(strings.TrimSuffix(w[2:j], "}"), w[:j])
		return t, j, k
	case c >= '0' && c <= '9':
		s.hard = true
		i := int(c - '0')
		if i < len(s.args) {
			return s.args[i], 2, !strings.HasPrefix(s.args[i], "$") // what an event gives is not known
		}
		return "", 2, true
	case c == '#':
		s.hard = true
		return strconv.Itoa(len(s.args) - 1), 2, true
	case c == '@' || c == '*':
		s.hard = true
		return strings.Join(s.args[1:], " "), 2, true
	case c == '?' || c == '$' || c == '!' || c == '-':
		return w[:2], 2, false
	}
	n := 1
	for n < len(w) && isName(w[1:n+1]) {
		n++
	}
	if n == 1 {
		return "$", 1, true
	}
	t, k := s.variable(w[1:n])
	return t, n, k
}

func (s *state) variable(name string) (string, bool) {
	v, ok := s.vars[name]
	if !ok {
		return "$" + name, false
	}
	return v, !s.fuzzy[name]
}

// braced resolves ${name}, ${name:-word} and its like, ${name%pattern} and ${name#pattern}.
func (s *state) braced(in, raw string) (string, bool) {
	n := 0
	for n < len(in) && isName(in[:n+1]) {
		n++
	}
	name, rest := in[:n], in[n:]
	if n == 0 && in != "" && in[0] >= '0' && in[0] <= '9' {
		s.hard = true
		i, err := strconv.Atoi(strings.TrimRight(in, "}:-"))
		if err == nil && i < len(s.args) {
			return s.args[i], !strings.HasPrefix(s.args[i], "$")
		}
		return "", true
	}
	if strings.HasPrefix(in, "#") && isName(in[1:]) {
		v, known := s.variable(in[1:])
		return strconv.Itoa(len(v)), known
	}
	if name == "" {
		return raw, false
	}
	v, known := s.variable(name)
	_, isSet := s.vars[name]
	op := strings.TrimPrefix(rest, ":")
	switch {
	case rest == "":
		return v, known
	case strings.HasPrefix(op, "-"), strings.HasPrefix(op, "="):
		if isSet && v != "" {
			return v, known
		}
		return s.expandQuoted(op[1:])
	case strings.HasPrefix(op, "+"):
		if isSet && v != "" {
			return s.expandQuoted(op[1:])
		}
		return "", true
	}
	if known {
		if t, ok := s.cut(v, rest); ok {
			return t, true
		}
	}
	return raw, false
}

// substitute settles the command substitutions the image can: see output.
func (s *state) substitute(cmd string) (string, bool) {
	raw := "$(" + strings.TrimSpace(cmd) + ")"
	if len(cmd) > 4096 {
		return raw, false
	}
	root := parse(strings.ReplaceAll(cmd, "\\`", "`"))
	if len(root.kids) != 1 {
		return raw, false
	}
	if text, ok := s.output(root.kids[0], "", false); ok {
		return strings.TrimRight(text, "\n"), true
	}
	return raw, false
}

// test decides [ ... ] as shipped.
func (s *state) test(argv []string, known []bool) tri {
	end := len(argv)
	if end > 1 && (argv[end-1] == "]" || argv[end-1] == "]]") {
		end--
	}
	s.wide = argv[0] == "[["
	return s.testExpr(argv[1:end], known[1:end], 0)
}

func (s *state) testExpr(a []string, known []bool, depth int) tri {
	if depth > 16 {
		return may
	}
	for i := range a { // -o binds weakest, then -a
		if (a[i] == "-o" || a[i] == "||") && i > 0 && i+1 < len(a) {
			return max(s.testExpr(a[:i], known[:i], depth+1), s.testExpr(a[i+1:], known[i+1:], depth+1))
		}
	}
	for i := range a {
		if (a[i] == "-a" || a[i] == "&&") && i > 0 && i+1 < len(a) {
			return min(s.testExpr(a[:i], known[:i], depth+1), s.testExpr(a[i+1:], known[i+1:], depth+1))
		}
	}
	switch len(a) {
	case 0:
		return no
	case 1:
		return truth(known[0], a[0] != "")
	}
	if a[0] == "!" {
		return -s.testExpr(a[1:], known[1:], depth+1)
	}
	if len(a) == 2 {
		return s.unary(a[0], a[1], known[1])
	}
	if len(a) == 3 {
		return s.binary(a[0], a[1], a[2], known[0] && known[2])
	}
	return may
}

func truth(known, v bool) tri {
	switch {
	case !known:
		return may
	case v:
		return yes
	}
	return no
}

func (s *state) unary(op, v string, known bool) tri {
	switch op {
	case "-n":
		return truth(known, v != "")
	case "-z":
		return truth(known, v == "")
	case "-f", "-e", "-r", "-s", "-x", "-d", "-L", "-h", "-c", "-b", "-w", "-p", "-S":
		if !known || s.r.World.Volatile(v) {
			return may
		}
		exists, dir, exec := s.r.World.Exists(v)
		switch op {
		case "-f":
			exists = exists && !dir
		case "-d":
			exists = exists && dir
		case "-x":
			exists = exists && exec
		}
		return truth(true, exists)
	}
	return may
}

func (s *state) binary(l, op, r string, known bool) tri {
	if !known {
		return may
	}
	if s.wide {
		switch op {
		case "=", "==":
			return truth(true, matches(r, l))
		case "!=":
			return truth(true, !matches(r, l))
		case "=~":
			re, err := regexp.Compile(r)
			if err != nil || len(r) > 500 {
				return may
			}
			return truth(true, re.MatchString(l))
		}
	}
	switch op {
	case "=", "==":
		return truth(true, l == r)
	case "!=":
		return truth(true, l != r)
	}
	a, err1 := strconv.Atoi(l)
	b, err2 := strconv.Atoi(r)
	if err1 != nil || err2 != nil {
		return may
	}
	switch op {
	case "-eq":
		return truth(true, a == b)
	case "-ne":
		return truth(true, a != b)
	case "-gt":
		return truth(true, a > b)
	case "-ge":
		return truth(true, a >= b)
	case "-lt":
		return truth(true, a < b)
	case "-le":
		return truth(true, a <= b)
	}
	return may
}
