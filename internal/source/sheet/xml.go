package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// maxToken bounds one tag or one piece of text of a workbook's XML.
const maxToken = 4 << 20

var errDoctype = errors.New("the XML declares a document type, which workbooks never do (an XML bomb?): refused")

type xmlKind uint8

const (
	xmlStart xmlKind = iota
	xmlEnd
	xmlText
)

// xmlScanner cuts the XML of a workbook into tags and text, several times
// faster than encoding/xml, for it checks no nesting and knows no name spaces.
// name, attrs and text are valid until the next call of next.
type xmlScanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	eof      bool
	err      error

	name  []byte // local name of the tag
	attrs []byte // the attributes as written
	text  []byte // text with entities resolved
	// empty is set for <a/>: its xmlEnd follows.
	empty   bool
	pending bool
	scratch []byte
}

func newXML(r io.Reader) *xmlScanner { return &xmlScanner{r: r, buf: make([]byte, 64<<10)} }

// fill reads more, keeping what lies after pos; false when there is no more.
func (x *xmlScanner) fill() bool {
	if x.eof {
		return false
	}
	if x.pos > 0 {
		copy(x.buf, x.buf[x.pos:x.end])
		x.end -= x.pos
		x.pos = 0
	}
	if x.end == len(x.buf) {
		if len(x.buf) >= maxToken {
			x.err = fmt.Errorf("a piece of XML is longer than %d bytes", maxToken)
			return false
		}
		x.buf = append(x.buf, make([]byte, len(x.buf))...)
	}
	for range 100 {
		n, err := x.r.Read(x.buf[x.end:])
		x.end += n
		if err != nil {
			x.eof = true
			if !errors.Is(err, io.EOF) {
				x.err = err
			}
			return n > 0
		}
		if n > 0 {
			return true
		}
	}
	x.eof, x.err = true, io.ErrNoProgress
	return false
}

// until returns the offset from pos of the end of pattern, reading as needed.
func (x *xmlScanner) until(pattern string) (int, error) {
	from := 0
	for {
		if i := bytes.Index(x.buf[x.pos+from:x.end], []byte(pattern)); i >= 0 {
			return from + i + len(pattern), nil
		}
		from = max(0, x.end-x.pos-len(pattern)+1)
		if !x.fill() {
			if x.err != nil {
				return 0, x.err
			}
			return 0, fmt.Errorf("the XML ends before %q: cut off", pattern)
		}
	}
}

// next returns the next tag or text, io.EOF after the last.
func (x *xmlScanner) next() (xmlKind, error) {
	if x.pending {
		x.pending = false
		return xmlEnd, nil
	}
	for {
		if x.pos == x.end && !x.fill() {
			if x.err != nil {
				return 0, x.err
			}
			return 0, io.EOF
		}
		if x.buf[x.pos] != '<' {
			return x.textToken()
		}
		for x.end-x.pos < 9 && x.fill() {
		}
		head := x.buf[x.pos:x.end]
		switch {
		case bytes.HasPrefix(head, []byte("<!--")):
			n, err := x.until("-->")
			if err != nil {
				return 0, err
			}
			x.pos += n
		case bytes.HasPrefix(head, []byte("<?")):
			n, err := x.until("?>")
			if err != nil {
				return 0, err
			}
			x.pos += n
		case bytes.HasPrefix(head, []byte("<![CDATA[")):
			n, err := x.until("]]>")
			if err != nil {
				return 0, err
			}
			x.text = x.buf[x.pos+9 : x.pos+n-3]
			x.pos += n
			return xmlText, nil
		case bytes.HasPrefix(head, []byte("<!")):
			return 0, errDoctype
		default:
			return x.tag()
		}
	}
}

func (x *xmlScanner) textToken() (xmlKind, error) {
	from := 0
	for {
		if i := bytes.IndexByte(x.buf[x.pos+from:x.end], '<'); i >= 0 {
			from += i
			break
		}
		from = x.end - x.pos
		if !x.fill() {
			if x.err != nil {
				return 0, x.err
			}
			break
		}
	}
	raw := x.buf[x.pos : x.pos+from]
	x.pos += from
	if bytes.IndexByte(raw, '&') >= 0 {
		x.scratch = unescape(x.scratch[:0], raw)
		raw = x.scratch
	}
	x.text = raw
	return xmlText, nil
}

// tag reads <name ...>, </name> or <name .../>. A '>' inside an attribute is allowed.
func (x *xmlScanner) tag() (xmlKind, error) {
	i, quote := 1, byte(0)
	for {
		for ; x.pos+i < x.end; i++ {
			c := x.buf[x.pos+i]
			if quote != 0 {
				if c == quote {
					quote = 0
				}
				continue
			}
			if c == '"' || c == '\'' {
				quote = c
			} else if c == '>' {
				return x.cutTag(i)
			}
		}
		if !x.fill() {
			if x.err != nil {
				return 0, x.err
			}
			return 0, errors.New("the XML ends inside a tag: cut off")
		}
	}
}

func (x *xmlScanner) cutTag(i int) (xmlKind, error) {
	b := x.buf[x.pos+1 : x.pos+i]
	x.pos += i + 1
	kind := xmlStart
	if len(b) > 0 && b[0] == '/' {
		kind, b = xmlEnd, b[1:]
	} else if len(b) > 0 && b[len(b)-1] == '/' {
		b = b[:len(b)-1]
		x.pending = true
	}
	x.attrs = nil
	for j, c := range b {
		if isSpace(c) {
			b, x.attrs = b[:j], b[j:]
			break
		}
	}
	if j := bytes.IndexByte(b, ':'); j >= 0 {
		b = b[j+1:]
	}
	x.name = b
	return kind, nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// is compares the local name of the tag.
func (x *xmlScanner) is(name string) bool { return string(x.name) == name }

// attr returns the value of an attribute by its local name, nil when there is none.
func (x *xmlScanner) attr(name string) []byte {
	b := x.attrs
	for {
		eq := bytes.IndexByte(b, '=')
		if eq < 0 {
			return nil
		}
		key := bytes.TrimSpace(b[:eq])
		for b = b[eq+1:]; len(b) > 0 && isSpace(b[0]); b = b[1:] {
		}
		if len(b) == 0 || b[0] != '"' && b[0] != '\'' {
			return nil
		}
		stop := bytes.IndexByte(b[1:], b[0])
		if stop < 0 {
			return nil
		}
		value := b[1 : 1+stop]
		b = b[stop+2:]
		if j := bytes.IndexByte(key, ':'); j >= 0 {
			key = key[j+1:]
		}
		if string(key) == name {
			if bytes.IndexByte(value, '&') >= 0 {
				return unescape(nil, value)
			}
			return value
		}
	}
}

// unescape resolves the five entities of XML and character numbers; others stay as written.
func unescape(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i:]
		j := bytes.IndexByte(b[:min(len(b), 12)], ';')
		if j < 0 {
			dst = append(dst, '&')
			b = b[1:]
			continue
		}
		switch e := string(b[1:j]); {
		case e == "amp":
			dst = append(dst, '&')
		case e == "lt":
			dst = append(dst, '<')
		case e == "gt":
			dst = append(dst, '>')
		case e == "quot":
			dst = append(dst, '"')
		case e == "apos":
			dst = append(dst, '\'')
		case len(e) > 1 && e[0] == '#':
			if r, ok := charNumber(e[1:]); ok {
				dst = utf8.AppendRune(dst, r)
			}
		default:
			dst = append(dst, b[:j+1]...)
		}
		b = b[j+1:]
	}
}

func charNumber(s string) (rune, bool) {
	base := 10
	if s[0] == 'x' || s[0] == 'X' {
		s, base = s[1:], 16
	}
	n, err := strconv.ParseUint(s, base, 32)
	if err != nil || n > utf8.MaxRune || n == 0 {
		return 0, false
	}
	return rune(n), true
}
