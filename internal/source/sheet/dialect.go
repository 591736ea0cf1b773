package sheet

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// textEncoding is how the bytes of a text are to be read. A nil enc means UTF-8.
type textEncoding struct {
	enc  encoding.Encoding
	bom  int // bytes of a UTF-8 byte order mark
	note string
}

// detectEncoding guesses the encoding from the beginning of a text: byte order
// mark, then the zero bytes of UTF-16, then valid UTF-8, then those of East
// Asia when all double bytes are well formed and either the headings or the
// characters are theirs, else Windows-1252 (of which ISO-8859-1 text is a part).
func detectEncoding(head []byte) textEncoding {
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return textEncoding{bom: 3}
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return textEncoding{enc: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), note: "read as UTF-16"}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		if e, ok := utf16WithoutMark(head); ok {
			return textEncoding{enc: e, note: "read as UTF-16 (no byte order mark)"}
		}
		return textEncoding{}
	}
	if validUTF8Prefix(head) {
		return textEncoding{}
	}
	if e, ok := eastAsian(head); ok {
		return e
	}
	if looksShiftJIS(head) {
		return textEncoding{enc: japanese.ShiftJIS, note: "read as Shift-JIS"}
	}
	return textEncoding{enc: charmap.Windows1252, note: "read as Windows-1252"}
}

// validUTF8Prefix allows a rune cut at the end of the head.
func validUTF8Prefix(b []byte) bool {
	for i := 0; i < utf8.UTFMax; i++ {
		if utf8.Valid(b) {
			return true
		}
		if len(b) == 0 || b[len(b)-1] < utf8.RuneSelf {
			return false
		}
		b = b[:len(b)-1]
	}
	return false
}

// utf16WithoutMark recognises mostly Latin text by zero bytes at even or odd places.
func utf16WithoutMark(head []byte) (encoding.Encoding, bool) {
	var zero [2]int
	for i, c := range head {
		if c == 0 {
			zero[i&1]++
		}
	}
	n := len(head) / 2
	switch {
	case n >= 4 && zero[1] > n*3/5 && zero[0] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true
	case n >= 4 && zero[0] > n*3/5 && zero[1] == 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true
	}
	return nil, false
}

// looksShiftJIS reports whether all bytes above 0x7F form Shift-JIS characters, most of them kana or kanji.
func looksShiftJIS(b []byte) bool {
	double, half := 0, 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c < 0x80:
		case c >= 0xA1 && c <= 0xDF:
			half++
		case c >= 0x81 && c <= 0x9F || c >= 0xE0 && c <= 0xFC:
			if i+1 == len(b) {
				return double > 0
			}
			i++
			if d := b[i]; d < 0x40 || d == 0x7F || d > 0xFC {
				return false
			}
			// Rows 0x81-0x84 and 0x88-0x9F, 0xE0-0xEA hold kana and kanji.
			double++
		default:
			return false
		}
	}
	return double >= 4 && double > half
}

// decodeHead returns the head as UTF-8 text; what is cut at its end is dropped.
func (e textEncoding) decodeHead(head []byte) []byte {
	if e.enc == nil {
		return head[min(e.bom, len(head)):]
	}
	out, _, _ := transform.Bytes(e.enc.NewDecoder(), head)
	return out
}

// reader returns the whole text as UTF-8, as far as it is valid.
func (e textEncoding) reader(r io.Reader) io.Reader {
	if e.enc == nil {
		if e.bom > 0 {
			_, _ = io.CopyN(io.Discard, r, int64(e.bom))
		}
		return r
	}
	return transform.NewReader(r, e.enc.NewDecoder())
}

// delimiters in the order of preference among equals.
var delimiters = []byte{',', ';', '\t', '|'}

// detectDelimiter returns the delimiter that cuts the most lines into the same number of more than one field.
func detectDelimiter(text []byte) byte {
	best, bestScore := byte(','), 0
	for _, d := range delimiters {
		if s := consistency(text, d).score(); s > bestScore {
			best, bestScore = d, s
		}
	}
	return best
}

// shape says how evenly a delimiter cuts the beginning of a text.
type shape struct {
	lines  int // records looked at, without empty ones
	even   int // records with the most frequent number of fields above one
	fields int // that number
}

func (s shape) score() int { return s.even * min(s.fields, 20) }

func consistency(text []byte, comma byte) shape {
	t := newCSV(bytes.NewReader(text), comma)
	counts := map[int]int{}
	s := shape{}
	var row Row
	for s.lines < 200 && t.Next(&row) == nil {
		// The last record of a head may be cut.
		if t.eof && t.pos == t.end && len(text) >= 60<<10 {
			break
		}
		n := len(row.Cells)
		if n == 0 || n == 1 && len(bytes.TrimSpace(row.Cells[0])) == 0 {
			continue
		}
		s.lines++
		counts[n]++
	}
	for n, c := range counts {
		if n > 1 && (c*min(n, 20) > s.even*min(s.fields, 20) || c*min(n, 20) == s.even*min(s.fields, 20) && n > s.fields) {
			s.even, s.fields = c, n
		}
	}
	return s
}

// recogniseText scores a text as a delimited table.
func recogniseText(head []byte, name string) int {
	if len(head) == 0 {
		return 0
	}
	enc := detectEncoding(head)
	text := enc.decodeHead(head)
	if !mostlyText(text) {
		return 0
	}
	named := hasSuffixFold(name, ".csv") || hasSuffixFold(name, ".tsv") || hasSuffixFold(name, ".tab")
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	if len(trimmed) == 0 {
		return 0
	}
	if c := trimmed[0]; c == '<' || c == '{' || c == '[' {
		return 0
	}
	comma := detectDelimiter(text)
	s := consistency(text, comma)
	known := knownHeadings(text, comma)
	switch {
	case known >= 3:
		return 60
	case known == 2:
		return 50
	case known == 1 && (named || s.lines > 0 && s.even == s.lines):
		return 40
	case named && s.even >= 1:
		return 30
	case named && known == 0 && s.fields == 0 && s.lines > 0:
		return 15
	}
	return 0
}

// mostlyText reports whether a decoded head holds text: no zero bytes and hardly any control characters.
func mostlyText(b []byte) bool {
	bad := 0
	for _, c := range b {
		if c == 0 {
			return false
		}
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
			bad++
		}
	}
	return bad*200 <= len(b)
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}
