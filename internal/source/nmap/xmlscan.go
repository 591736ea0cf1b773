package nmap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// xmlScanner reads the XML that scanners write: elements, attributes, text. It
// is not a general XML parser: namespaces are left alone, documents that
// declare entities of their own are refused (that is how XML bombs are made),
// and every buffer is bounded. It copies nothing, so a token is good until the
// next one.
type xmlScanner struct {
	r     *bufio.Reader
	off   int64 // bytes consumed
	buf   []byte
	name  []byte
	attrs []xmlAttr
	empty bool // the start tag closes itself: an end token follows
	text  []byte
	depth int
}

type xmlAttr struct{ name, value []byte }

type xmlKind int

const (
	xmlEOF xmlKind = iota
	xmlStart
	xmlEnd
	xmlText
)

// Limits: nmap's longest attribute is a script's output, a few hundred KiB at most.
const (
	maxTag   = 4 << 20
	maxText  = 64 << 10
	maxDepth = 64
)

var errDoctype = errors.New("the document declares entities of its own: refused, as that is how XML bombs are made")

func newXMLScanner(r io.Reader) *xmlScanner {
	return &xmlScanner{r: bufio.NewReaderSize(r, 256<<10)}
}

// next returns the next token; text that is only white space is skipped.
func (x *xmlScanner) next() (xmlKind, error) {
	if x.empty {
		x.empty = false
		x.depth--
		return xmlEnd, nil
	}
	for {
		if err := x.readText(); err != nil {
			if err == io.EOF {
				return xmlEOF, nil
			}
			return xmlEOF, err
		}
		if len(bytes.TrimSpace(x.text)) > 0 {
			x.text = unescape(x.text)
			return xmlText, x.unread()
		}
		kind, err := x.readMarkup()
		if err != nil || kind != xmlEOF {
			return kind, err
		}
	}
}

// unread puts the '<' back that ended a text.
func (x *xmlScanner) unread() error {
	x.off--
	return x.r.UnreadByte()
}

// readText reads up to and including the next '<'. Text over the limit is cut.
func (x *xmlScanner) readText() error {
	x.text = x.text[:0]
	for {
		b, err := x.r.ReadSlice('<')
		x.off += int64(len(b))
		if err == nil {
			b = b[:len(b)-1]
		}
		if room := maxText - len(x.text); room > 0 {
			x.text = append(x.text, b[:min(len(b), room)]...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		return err
	}
}

// readMarkup reads what follows '<'; xmlEOF means a comment or the like, skipped.
func (x *xmlScanner) readMarkup() (xmlKind, error) {
	c, err := x.r.ReadByte()
	if err != nil {
		return xmlEOF, x.cut(err)
	}
	x.off++
	switch c {
	case '?':
		return xmlEOF, x.skip("?>")
	case '!':
		return xmlEOF, x.declaration()
	case '/':
		if err := x.tag(); err != nil {
			return xmlEOF, err
		}
		x.name = bytes.TrimSpace(x.buf)
		x.depth--
		return xmlEnd, nil
	}
	x.r.UnreadByte()
	x.off--
	if err := x.tag(); err != nil {
		return xmlEOF, err
	}
	return xmlStart, x.start()
}

func (x *xmlScanner) cut(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// skip consumes up to and including end.
func (x *xmlScanner) skip(end string) error {
	last, matched := end[len(end)-1], 0
	for {
		c, err := x.r.ReadByte()
		if err != nil {
			return x.cut(err)
		}
		x.off++
		switch {
		case c == last && matched >= len(end)-1:
			return nil
		case c == end[0]:
			matched++
		default:
			matched = 0
		}
	}
}

// declaration handles <!-- -->, <!DOCTYPE> and <![CDATA[ ]]>, which scanners do not write.
func (x *xmlScanner) declaration() error {
	head, _ := x.r.Peek(2)
	if string(head) == "--" {
		return x.skip("-->")
	}
	if len(head) > 0 && head[0] == '[' {
		return x.skip("]]>")
	}
	if err := x.tag(); err != nil {
		return err
	}
	if bytes.IndexByte(x.buf, '[') >= 0 {
		return errDoctype
	}
	return nil
}

// tag reads up to the '>' that ends a tag into buf; one inside quotes does not.
func (x *xmlScanner) tag() error {
	x.buf = x.buf[:0]
	var quote byte
	for {
		b, err := x.r.ReadSlice('>')
		x.off += int64(len(b))
		for _, c := range b {
			switch {
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case c == quote:
				quote = 0
			}
		}
		x.buf = append(x.buf, b...)
		if len(x.buf) > maxTag {
			return fmt.Errorf("a tag is longer than %d bytes", maxTag)
		}
		switch {
		case err == bufio.ErrBufferFull || err == nil && quote != 0:
			continue
		case err != nil:
			return x.cut(err)
		}
		x.buf = x.buf[:len(x.buf)-1]
		return nil
	}
}

// start splits the tag in buf into name and attributes.
func (x *xmlScanner) start() error {
	if x.depth++; x.depth > maxDepth {
		return fmt.Errorf("elements are nested over %d deep", maxDepth)
	}
	b := x.buf
	if n := len(b); n > 0 && b[n-1] == '/' {
		x.empty, b = true, b[:n-1]
	}
	i := bytes.IndexAny(b, " \t\r\n")
	if i < 0 {
		i = len(b)
	}
	x.name, b = b[:i], b[i:]
	x.attrs = x.attrs[:0]
	for {
		b = bytes.TrimLeft(b, " \t\r\n")
		eq := bytes.IndexByte(b, '=')
		if eq < 0 {
			return nil
		}
		name := bytes.TrimSpace(b[:eq])
		b = bytes.TrimLeft(b[eq+1:], " \t\r\n")
		if len(b) == 0 || b[0] != '"' && b[0] != '\'' {
			return fmt.Errorf("an attribute of <%.40s> has no quotes", x.name)
		}
		end := bytes.IndexByte(b[1:], b[0])
		if end < 0 {
			return fmt.Errorf("an attribute of <%.40s> does not end", x.name)
		}
		x.attrs = append(x.attrs, xmlAttr{name, b[1 : end+1]})
		b = b[end+2:]
	}
}

// attr returns an attribute's value as text of its own.
func (x *xmlScanner) attr(name string) string {
	for i := range x.attrs {
		if string(x.attrs[i].name) == name {
			return string(unescape(x.attrs[i].value))
		}
	}
	return ""
}

// raw returns an attribute's bytes, for comparing.
func (x *xmlScanner) raw(name string) []byte {
	for i := range x.attrs {
		if string(x.attrs[i].name) == name {
			return x.attrs[i].value
		}
	}
	return nil
}

var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// unescape resolves the five entities of XML and numeric ones, in place; others stay as they are.
func unescape(b []byte) []byte {
	first := bytes.IndexByte(b, '&')
	if first < 0 {
		return b
	}
	out := b[:first]
	for i := first; i < len(b); i++ {
		if b[i] != '&' {
			out = append(out, b[i])
			continue
		}
		end := bytes.IndexByte(b[i:min(len(b), i+12)], ';')
		if end < 0 {
			out = append(out, '&')
			continue
		}
		name := string(b[i+1 : i+end])
		if s, ok := entities[name]; ok {
			out = append(out, s...)
			i += end
		} else if r, ok := charRef(name); ok {
			out = utf8.AppendRune(out, r)
			i += end
		} else {
			out = append(out, '&')
		}
	}
	return out
}

// charRef reads "#10" and "#xa". Its UTF-8 is never longer than the reference.
func charRef(s string) (rune, bool) {
	if len(s) < 2 || s[0] != '#' {
		return 0, false
	}
	base, digits := 10, s[1:]
	if digits[0] == 'x' || digits[0] == 'X' {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if err != nil || n == 0 || n > utf8.MaxRune {
		return 0, false
	}
	return rune(n), true
}
