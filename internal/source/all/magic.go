package all

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"telltale/internal/source"
)

// fileKind says what an unrecognised file looks like and what to do about it.
type fileKind struct{ what, hint string }

// magics name formats by bytes at an offset, the more particular first.
var magics = []struct {
	at         int
	bytes      string
	what, hint string
}{
	{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office file (.xls, .doc, .msg)", "save it as XLSX, CSV or PDF"},
	{0, "%PDF-", "a PDF", ""},
	{0, "\x89PNG", "a picture (PNG)", "type what it shows into a sheet"},
	{0, "\xFF\xD8\xFF", "a picture (JPEG)", "type what it shows into a sheet"},
	{0, "GIF8", "a picture (GIF)", "type what it shows into a sheet"},
	{0, "II*\x00", "a picture (TIFF)", "type what it shows into a sheet"},
	{0, "MM\x00*", "a picture (TIFF)", "type what it shows into a sheet"},
	{4, "ftypheic", "a picture (HEIC)", "type what it shows into a sheet"},
	{0, "\x7FELF", "a program (ELF)", "telltale firmware FILE looks inside"},
	{0, "MZ", "a Windows program", ""},
	{0, "SQLite format 3\x00", "an SQLite database", "if telltale wrote it: --db FILE"},
	{0, "\xD4\xC3\xB2\xA1", "a packet capture (pcap)", ""},
	{0, "\xA1\xB2\xC3\xD4", "a packet capture (pcap)", ""},
	{0, "\x4D\x3C\xB2\xA1", "a packet capture (pcap)", ""},
	{0, "\x0A\x0D\x0D\x0A", "a packet capture (pcapng)", ""},
	{0, "hsqs", "a file system (squashfs)", "telltale firmware FILE looks inside"},
	{0, "sqsh", "a file system (squashfs)", "telltale firmware FILE looks inside"},
	{0, "\x27\x05\x19\x56", "a firmware image (U-Boot)", "telltale firmware FILE looks inside"},
	{0, "\xD0\x0D\xFE\xED", "a device tree or FIT image", "telltale firmware FILE looks inside"},
	{0, "UBI#", "a firmware image (UBI)", "telltale firmware FILE looks inside"},
	{0, "\x85\x19", "a firmware image (JFFS2)", "telltale firmware FILE looks inside"},
	{0, "Rar!\x1A\x07", "a RAR archive", "unpack it and check the folder"},
	{0, "070701", "a cpio archive", "unpack it and check the folder"},
	{0, "\x1F\x9D", "a compressed file (.Z)", "unpack it first"},
	{0, "\x04\x22\x4D\x18", "a compressed file (lz4)", "unpack it first"},
	{257, "ustar", "a damaged tar archive", "get it again from its source"},
	{32769, "CD001", "a disc image (ISO)", "unpack it and check the folder"},
	{0, "ElfFile\x00", "a Windows event log", ""},
	{0, "-----BEGIN ", "a certificate or key (PEM)", ""},
	{0, "{\\rtf", "a rich text document", "save it as PDF or copy its table into a sheet"},
}

// kindOf names an unrecognised input by its first bytes.
func kindOf(head []byte, in *source.Input) fileKind {
	for _, m := range magics {
		if len(head) >= m.at+len(m.bytes) && string(head[m.at:m.at+len(m.bytes)]) == m.bytes {
			return fileKind{m.what, m.hint}
		}
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		switch {
		case bytes.Contains(head, []byte("word/")):
			return fileKind{"a Word document", "copy its table into a sheet, or save it as PDF"}
		case bytes.Contains(head, []byte("ppt/")):
			return fileKind{"a presentation", "copy its table into a sheet, or save it as PDF"}
		}
		return fileKind{"a zip archive", ""}
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	switch {
	case isBinary(head):
		return fileKind{"binary data", "if it is a firmware image: telltale firmware FILE"}
	case len(text) == 0:
		return fileKind{"blank text", ""}
	case text[0] == '<':
		return fileKind{"XML or HTML (" + rootOf(text) + ")", "export it as CSV or JSON"}
	case text[0] == '{' || text[0] == '[':
		return fileKind{"JSON of a form not known", "export it as CSV"}
	}
	return fileKind{"plain text", "if it is a table, save it as CSV with a heading row"}
}

// isBinary reports whether bytes are no text in UTF-8 or a one-byte encoding.
func isBinary(b []byte) bool {
	control, high := 0, 0
	for _, c := range b {
		if c == 0 {
			return true
		}
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1B {
			control++
		}
		if c >= 0x80 {
			high++
		}
	}
	return control*50 > len(b) || high*2 > len(b) && !validUTF8(b)
}

// validUTF8 allows a rune cut at the end.
func validUTF8(b []byte) bool {
	for range utf8.UTFMax {
		if utf8.Valid(b) {
			return true
		}
		b = b[:len(b)-1]
	}
	return false
}

// rootOf returns the name of the first element.
func rootOf(text []byte) string {
	s := string(text[:min(len(text), 4096)])
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 || i+1 >= len(s) {
			return "no element"
		}
		s = s[i+1:]
		if s[0] == '?' || s[0] == '!' {
			continue
		}
		if j := strings.IndexAny(s, " \t\r\n/>"); j > 0 && j < 60 {
			return strings.ToValidUTF8(s[:j], "")
		}
		return "no element"
	}
}
