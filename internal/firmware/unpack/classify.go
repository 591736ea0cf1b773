package unpack

import (
	"bytes"
	"unicode/utf8"
)

// kinds are whole-file types that are not unpacked: name and leading bytes.
var kinds = []struct {
	name  string
	magic string
}{
	{"elf", "\x7fELF"}, {"png", "\x89PNG\r\n\x1a\n"}, {"jpeg", "\xff\xd8\xff"}, {"gif", "GIF8"}, {"pdf", "%PDF-"},
	{"java", "\xca\xfe\xba\xbe"}, {"ttf", "\x00\x01\x00\x00\x00"}, {"otf", "OTTO"}, {"woff", "wOFF"}, {"woff2", "wOF2"}, {"ogg", "OggS"},
	{"sqlite", "SQLite format 3\x00"}, {"flash", "FWS"}, {"flv", "FLV"}, {"bmp", "BM"}, {"wasm", "\x00asm"},
	{"lua", "\x1bLua"}, {"luajit", "\x1bLJ"}, {"dex", "dex\n"}, {"der", "\x30\x82"}, {"mo", "\xde\x12\x04\x95"}, {"mo", "\x95\x04\x12\xde"},
	{"terminfo", "\x1a\x01"}, {"tz", "TZif"},
}

// classify names what a content is as a whole, "" when that is not known.
func classify(head []byte, size int64) string {
	for _, k := range kinds {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			if k.name == "der" && !(len(head) > 4 && int64(be.Uint16(head[2:]))+4 <= size && head[4] <= 0x30) {
				continue
			}
			if k.name == "bmp" && !(len(head) > 14 && int64(le.Uint32(head[2:])) == size) {
				continue
			}
			return k.name
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("RIFF")) && len(head) > 12:
		return "riff"
	case bytes.HasPrefix(head, []byte("#!")):
		return "script"
	case bytes.HasPrefix(head, []byte("MZ")) && len(head) > 64:
		return "pe"
	}
	if isText(head) {
		return "text"
	}
	return ""
}

// isText says that b reads as text: valid UTF-8 or Latin with no control bytes but the usual.
func isText(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	odd := 0
	for i := 0; i < len(b); {
		c := b[i]
		if c < 0x80 {
			if control[c] {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			odd++
		}
		i += n
	}
	return odd*5 <= len(b)
}

// binaryTail is the least that stands behind a text for the two to be told apart.
const binaryTail = 512

// textUntil returns how much of a stretch that begins as a text or script goes
// on as one: n, but where control characters begin and what follows is no text.
// Stretches of other types are n long.
func textUntil(d *data, off, n int64, typ string) int64 {
	if typ != "text" && typ != "script" {
		return n
	}
	for done := int64(0); done < n; {
		b := d.upto(off+done, int(min(1<<16, n-done)))
		at := indexControl(b)
		if len(b) == 0 {
			return n
		}
		if at < 0 {
			done += int64(len(b))
			continue
		}
		end := done + int64(at)
		if n-end < binaryTail || isText(d.upto(off+end+1, binaryTail)) {
			done = end + 1 // one odd byte
			continue
		}
		return max(end, 1)
	}
	return n
}

// control holds the characters no text has.
var control = func() (t [256]bool) {
	for c := range 0x20 {
		t[c] = c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b
	}
	return t
}()

// indexControl returns where the first control character stands, or -1.
func indexControl(b []byte) int {
	for i, c := range b {
		if control[c] {
			return i
		}
	}
	return -1
}
