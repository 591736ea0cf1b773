package sheet

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// doubleByte are the old encodings of East Asia, in the order of preference
// where nothing tells them apart. share says how much of the bytes above 0x7F
// a text of it puts where its common characters lie.
var doubleByte = []struct {
	name  string
	enc   encoding.Encoding
	share func(b []byte) float64
}{
	{"GB 18030", simplifiedchinese.GB18030, func(b []byte) float64 { return pairs(b, 0xB0, 0xD7, 0xA1) }},
	{"Big5", traditionalchinese.Big5, func(b []byte) float64 { return pairs(b, 0xA4, 0xC6, 0x40) }},
	{"EUC-KR", korean.EUCKR, func(b []byte) float64 { return pairs(b, 0xB0, 0xC8, 0xA1) }},
	{"EUC-JP", japanese.EUCJP, func(b []byte) float64 { return pairs(b, 0xA4, 0xA5, 0xA1) * 3 }},
	{"Shift-JIS", japanese.ShiftJIS, func(b []byte) float64 {
		if !looksShiftJIS(b) {
			return 0
		}
		return pairs(b, 0x82, 0x83, 0x40) * 3
	}},
}

// pairs returns which share of the double bytes begins with a byte from low to
// high. It is 0 when a byte above 0x7F has no second byte from least on, as in
// text of single bytes, and when there are too few to tell.
func pairs(b []byte, low, high, least byte) float64 {
	all, in := 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if i+1 == len(b) {
			break
		}
		if b[i+1] < least {
			return 0
		}
		all++
		if low <= b[i] && b[i] <= high {
			in++
		}
		i++
	}
	if all < 4 {
		return 0
	}
	return float64(in) / float64(all)
}

// eastAsian recognises an old East Asian encoding: the one in which the text
// has the most known headings, else the one whose common characters it uses.
func eastAsian(head []byte) (textEncoding, bool) {
	best, most, found := -1, 0.6, textEncoding{}
	for _, c := range doubleByte {
		text, ok := decodes(c.enc, head)
		if !ok {
			continue
		}
		known := asianHeadings(text)
		share := c.share(head)
		if known == 0 && share < 0.6 {
			continue
		}
		if known > best || known == best && share > most {
			best, most = known, share
			found = textEncoding{enc: c.enc, note: "read as " + c.name}
		}
	}
	return found, found.enc != nil
}

// decodes decodes a head whose last character may be cut; false when anything in it is no character.
func decodes(e encoding.Encoding, head []byte) (string, bool) {
	out, _, err := transform.Bytes(e.NewDecoder(), head)
	if err != nil {
		return "", false
	}
	out = bytes.TrimSuffix(out, []byte("\uFFFD"))
	return string(out), !bytes.ContainsRune(out, '\uFFFD')
}

// asianHeadings counts cells of the first lines that are whole East Asian headings.
func asianHeadings(text string) int {
	n, lines := 0, 0
	for line := range strings.Lines(text) {
		if lines++; lines > maxHeaderRow {
			break
		}
		for cell := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(",;\t|\"\r\n", r) }) {
			if m := meaningOf(cell); m.tongue == asian && m.strength == 10 {
				n++
			}
		}
	}
	return n
}
