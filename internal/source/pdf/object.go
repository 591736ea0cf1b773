package pdf

import (
	"bytes"
	"errors"
	"strconv"
)

// The objects of a PDF (ISO 32000-1, 7.3): nil, bool, float64 (all numbers),
// name, str (bytes), array, dict, ref and *stream.
type (
	name  string
	str   string
	array []any
	dict  map[name]any
	ref   int
	// stream is a dictionary and the bytes behind it, still packed.
	stream struct {
		dict dict
		raw  []byte
	}
	// keyword is an operator of a content stream, or "obj", "R" and the like.
	keyword string
)

// maxNesting bounds arrays and dictionaries in each other; maxItems how many things one of them holds.
const (
	maxNesting = 40
	maxItems   = 1 << 18
)

var errSyntax = errors.New("damaged PDF")

// lexer reads objects from bytes.
type lexer struct {
	b   []byte
	pos int
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == 0 || c == '\f'
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func (l *lexer) skipSpace() {
	for l.pos < len(l.b) {
		c := l.b[l.pos]
		if c == '%' {
			for l.pos < len(l.b) && l.b[l.pos] != '\n' && l.b[l.pos] != '\r' {
				l.pos++
			}
		} else if isSpace(c) {
			l.pos++
		} else {
			return
		}
	}
}

// object reads the next object or keyword; ok is false at the end.
func (l *lexer) object(depth int) (o any, ok bool) {
	l.skipSpace()
	if l.pos >= len(l.b) || depth > maxNesting {
		return nil, false
	}
	switch c := l.b[l.pos]; {
	case c == '/':
		return l.name(), true
	case c == '(':
		return l.literal(), true
	case c == '<' && l.pos+1 < len(l.b) && l.b[l.pos+1] == '<':
		return l.dict(depth)
	case c == '<':
		return l.hex(), true
	case c == '[':
		return l.array(depth)
	case c == ']' || c == '>' || c == ')' || c == '{' || c == '}':
		l.pos++
		if c == '>' && l.pos < len(l.b) && l.b[l.pos] == '>' {
			l.pos++
			return keyword(">>"), true
		}
		return keyword(string(c)), true
	}
	return l.word(), true
}

func (l *lexer) word() any {
	start := l.pos
	for l.pos < len(l.b) && !isSpace(l.b[l.pos]) && !isDelimiter(l.b[l.pos]) {
		l.pos++
	}
	w := l.b[start:l.pos]
	if c := w[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' {
		if f, err := strconv.ParseFloat(string(w), 64); err == nil {
			return f
		}
		return 0.0
	}
	switch string(w) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return keyword(w)
}

func (l *lexer) name() name {
	l.pos++
	start := l.pos
	for l.pos < len(l.b) && !isSpace(l.b[l.pos]) && !isDelimiter(l.b[l.pos]) {
		l.pos++
	}
	w := l.b[start:l.pos]
	if bytes.IndexByte(w, '#') < 0 {
		return name(w)
	}
	out := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		if w[i] == '#' && i+2 < len(w) {
			if v, err := strconv.ParseUint(string(w[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(v))
				i += 2
				continue
			}
		}
		out = append(out, w[i])
	}
	return name(out)
}

// literal reads (text) with its escapes and balanced brackets.
func (l *lexer) literal() str {
	var out []byte
	depth := 0
	for ; l.pos < len(l.b); l.pos++ {
		switch c := l.b[l.pos]; c {
		case '(':
			if depth++; depth > 1 {
				out = append(out, c)
			}
		case ')':
			if depth--; depth == 0 {
				l.pos++
				return str(out)
			}
			out = append(out, c)
		case '\\':
			out = l.escape(out)
		default:
			out = append(out, c)
		}
	}
	return str(out)
}

func (l *lexer) escape(out []byte) []byte {
	l.pos++
	if l.pos >= len(l.b) {
		return out
	}
	switch c := l.b[l.pos]; c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b', 'f':
		return append(out, ' ')
	case '\r':
		if l.pos+1 < len(l.b) && l.b[l.pos+1] == '\n' {
			l.pos++
		}
		return out
	case '\n':
		return out
	default:
		if c < '0' || c > '7' {
			return append(out, c)
		}
		v := 0
		for i := 0; i < 3 && l.pos < len(l.b) && l.b[l.pos] >= '0' && l.b[l.pos] <= '7'; i++ {
			v = v*8 + int(l.b[l.pos]-'0')
			l.pos++
		}
		l.pos--
		return append(out, byte(v))
	}
}

func (l *lexer) hex() str {
	l.pos++
	var out []byte
	half, have := byte(0), false
	for ; l.pos < len(l.b); l.pos++ {
		c := l.b[l.pos]
		if c == '>' {
			l.pos++
			break
		}
		v := hexValue(c)
		if v < 0 {
			continue
		}
		if have {
			out = append(out, half<<4|byte(v))
		}
		half, have = byte(v), !have
	}
	if have {
		out = append(out, half<<4)
	}
	return str(out)
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (l *lexer) array(depth int) (any, bool) {
	l.pos++
	var out array
	for len(out) < maxItems {
		o, ok := l.object(depth + 1)
		if !ok {
			return out, len(out) > 0
		}
		if k, isWord := o.(keyword); isWord {
			if k == "]" {
				return out, true
			}
			if k == "R" {
				out = foldRef(out)
			}
			continue
		}
		out = append(out, o)
	}
	return out, true
}

// foldRef replaces the two numbers before R by the reference they are.
func foldRef(a array) array {
	if n := len(a); n >= 2 {
		if id, ok := a[n-2].(float64); ok {
			return append(a[:n-2], ref(clampInt(id)))
		}
	}
	return a
}

func clampInt(f float64) int {
	if f < 0 || f > 1e9 || f != f {
		return -1
	}
	return int(f)
}

func (l *lexer) dict(depth int) (any, bool) {
	l.pos += 2
	d := dict{}
	var pending array
	var key name
	haveKey := false
	store := func() {
		if haveKey && len(pending) > 0 {
			d[key] = pending[len(pending)-1]
		}
		pending, haveKey = nil, false
	}
	for len(d) < maxItems {
		o, ok := l.object(depth + 1)
		if !ok {
			store()
			return d, true
		}
		switch v := o.(type) {
		case keyword:
			switch v {
			case ">>":
				store()
				return d, true
			case "R":
				pending = foldRef(pending)
			case "endobj", "stream":
				l.pos -= len(v)
				store()
				return d, true
			}
		case name:
			if haveKey && len(pending) == 0 {
				pending = append(pending, v)
				continue
			}
			store()
			key, haveKey = v, true
		default:
			if len(pending) < 16 {
				pending = append(pending, v)
			}
		}
	}
	return d, true
}
