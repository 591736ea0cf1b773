package pdf

import (
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// font turns the codes of a text into characters and their widths in thousandths of the size.
type font struct {
	wide     bool // two-byte codes
	toText   map[int]string
	widths   map[int]float64
	missing  float64
	encoding [256]rune
	utf16    bool // the codes are UTF-16BE themselves
	known    bool // codes can be told at all
}

// glyph is one character with its width.
type glyph struct {
	text  string
	width float64
	space bool
}

const maxCmap = 1 << 17

func (f *file) font(o any) *font {
	d := f.dict(o)
	ft := &font{missing: 500, known: true, toText: map[int]string{}, widths: map[int]float64{}}
	if s, ok := f.resolve(d["ToUnicode"]).(*stream); ok {
		if data, _ := f.unpack(s); len(data) > 0 {
			ft.readCmap(data)
		}
	}
	if d["Subtype"] == name("Type0") {
		f.wideFont(ft, d)
		return ft
	}
	f.simpleFont(ft, d)
	return ft
}

func (f *file) wideFont(ft *font, d dict) {
	ft.wide, ft.missing = true, 1000
	enc, _ := f.resolve(d["Encoding"]).(name)
	ft.utf16 = strings.Contains(string(enc), "UCS2") || strings.Contains(string(enc), "UTF16")
	ft.known = len(ft.toText) > 0 || ft.utf16
	kids := f.array(d["DescendantFonts"])
	if len(kids) == 0 {
		return
	}
	k := f.dict(kids[0])
	ft.missing = f.number(k["DW"], 1000)
	w := f.array(k["W"])
	for i := 0; i+1 < len(w) && len(ft.widths) < maxCmap; {
		from := clampInt(f.number(w[i], -1))
		if list, ok := f.resolve(w[i+1]).(array); ok {
			for j, v := range list {
				ft.widths[from+j] = f.number(v, ft.missing)
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		to, v := clampInt(f.number(w[i+1], -1)), f.number(w[i+2], ft.missing)
		for c := from; c <= to && c-from < 1<<16; c++ {
			ft.widths[c] = v
		}
		i += 3
	}
}

func (f *file) simpleFont(ft *font, d dict) {
	base := name("StandardEncoding")
	switch e := f.resolve(d["Encoding"]).(type) {
	case name:
		base = e
	case dict:
		if b, ok := f.resolve(e["BaseEncoding"]).(name); ok {
			base = b
		}
		defer f.differences(ft, e)
	}
	cm := charmap.Windows1252
	if base == "MacRomanEncoding" {
		cm = charmap.Macintosh
	}
	for i := range ft.encoding {
		ft.encoding[i] = cm.DecodeByte(byte(i))
	}
	first := clampInt(f.number(d["FirstChar"], 0))
	for i, v := range f.array(d["Widths"]) {
		if i < 256 {
			ft.widths[first+i] = f.number(v, 500)
		}
	}
	scale := 1.0
	if d["Subtype"] == name("Type3") {
		if m := f.array(d["FontMatrix"]); len(m) == 6 {
			scale = f.number(m[0], 0.001) * 1000
		}
	}
	for c, w := range ft.widths {
		ft.widths[c] = w * scale
	}
	if len(ft.widths) == 0 && strings.Contains(strings.ToLower(string(nameOf(f.resolve(d["BaseFont"])))), "courier") {
		ft.missing = 600
	}
	if dd := f.dict(d["FontDescriptor"]); dd != nil && len(ft.widths) > 0 {
		ft.missing = f.number(dd["MissingWidth"], 0)
	}
}

func nameOf(o any) name { n, _ := o.(name); return n }

// differences takes in glyph names that stand in place of the base encoding (9.6.6.1).
func (f *file) differences(ft *font, enc dict) {
	code := 0
	for _, o := range f.array(enc["Differences"]) {
		switch v := f.resolve(o).(type) {
		case float64:
			code = clampInt(v)
		case name:
			if code >= 0 && code < 256 {
				if r := glyphRune(string(v)); r != 0 {
					ft.encoding[code] = r
				}
				code++
			}
		}
	}
}

// glyphNames are the names of the Adobe Glyph List for characters that quotes are written with.
const glyphNames = "space 0020 exclam 0021 quotedbl 0022 numbersign 0023 dollar 0024 percent 0025 ampersand 0026 quotesingle 0027 quoteright 2019 quoteleft 2018 parenleft 0028 parenright 0029 asterisk 002A plus 002B comma 002C hyphen 002D minus 2212 period 002E slash 002F " +
	"zero 0030 one 0031 two 0032 three 0033 four 0034 five 0035 six 0036 seven 0037 eight 0038 nine 0039 colon 003A semicolon 003B less 003C equal 003D greater 003E question 003F at 0040 bracketleft 005B backslash 005C bracketright 005D asciicircum 005E underscore 005F grave 0060 " +
	"braceleft 007B bar 007C braceright 007D asciitilde 007E bullet 2022 endash 2013 emdash 2014 quotedblleft 201C quotedblright 201D ellipsis 2026 Euro 20AC sterling 00A3 yen 00A5 copyright 00A9 registered 00AE trademark 2122 degree 00B0 multiply 00D7 fi FB01 fl FB02 ff FB00 ffi FB03 " +
	"adieresis 00E4 odieresis 00F6 udieresis 00FC Adieresis 00C4 Odieresis 00D6 Udieresis 00DC germandbls 00DF eacute 00E9 egrave 00E8 agrave 00E0 ccedilla 00E7 ntilde 00F1 aring 00E5 oslash 00F8 ae 00E6 nbspace 00A0 softhyphen 00AD sfthyphen 00AD"

func glyphRune(n string) rune {
	if i := strings.IndexByte(n, '.'); i > 0 {
		n = n[:i]
	}
	if len(n) == 1 {
		return rune(n[0])
	}
	for _, p := range []string{"uni", "u"} {
		if h, ok := strings.CutPrefix(n, p); ok && len(h) >= 4 && len(h) <= 6 {
			if r, ok := hexRune(h); ok {
				return r
			}
		}
	}
	fields := strings.Fields(glyphNames)
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == n {
			r, _ := hexRune(fields[i+1])
			return r
		}
	}
	return 0
}

func hexRune(h string) (rune, bool) {
	r := rune(0)
	for i := 0; i < len(h); i++ {
		v := hexValue(h[i])
		if v < 0 {
			return 0, false
		}
		r = r<<4 | rune(v)
	}
	return r, r <= 0x10FFFF
}

// readCmap takes in the bfchar and bfrange lines of a ToUnicode map (9.10.3).
func (ft *font) readCmap(data []byte) {
	l := lexer{b: data}
	var args []any
	for n := 0; n < maxCmap*4; n++ {
		o, ok := l.object(0)
		if !ok {
			return
		}
		k, isWord := o.(keyword)
		if !isWord {
			args = append(args, o)
			continue
		}
		switch k {
		case "endbfchar":
			for i := 0; i+1 < len(args); i += 2 {
				ft.mapCode(args[i], args[i+1], 0)
			}
		case "endbfrange":
			ft.ranges(args)
		}
		args = args[:0]
	}
}

func (ft *font) ranges(args []any) {
	for i := 0; i+2 < len(args); i += 3 {
		from, ok1 := args[i].(str)
		to, ok2 := args[i+1].(str)
		if !ok1 || !ok2 {
			continue
		}
		lo, hi := codeOf(from), codeOf(to)
		for c := lo; c <= hi && c-lo < 1<<16 && len(ft.toText) < maxCmap; c++ {
			switch t := args[i+2].(type) {
			case str:
				ft.set(c, utf16Text(t, c-lo))
			case array:
				if c-lo < len(t) {
					if s, ok := t[c-lo].(str); ok {
						ft.set(c, utf16Text(s, 0))
					}
				}
			}
		}
	}
}

func (ft *font) mapCode(code, text any, add int) {
	c, ok1 := code.(str)
	t, ok2 := text.(str)
	if ok1 && ok2 && len(ft.toText) < maxCmap {
		ft.set(codeOf(c), utf16Text(t, add))
	}
}

func (ft *font) set(code int, text string) { ft.toText[code] = text }

func codeOf(s str) int {
	n := 0
	for i := 0; i < len(s) && i < 4; i++ {
		n = n<<8 | int(s[i])
	}
	return n
}

// utf16Text decodes UTF-16BE; add is added to the last unit, as ranges ask for.
func utf16Text(s str, add int) string {
	var u []uint16
	for i := 0; i+1 < len(s) && len(u) < 32; i += 2 {
		u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
	}
	if len(s) == 1 {
		u = append(u, uint16(s[0]))
	}
	if len(u) > 0 {
		u[len(u)-1] += uint16(add)
	}
	return string(utf16.Decode(u))
}

// glyphs cuts a text into characters.
func (ft *font) glyphs(s str) []glyph {
	step := 1
	if ft.wide {
		step = 2
	}
	out := make([]glyph, 0, len(s)/step)
	for i := 0; i+step <= len(s); i += step {
		code := codeOf(s[i : i+step])
		g := glyph{width: ft.missing, space: !ft.wide && code == 32}
		if w, ok := ft.widths[code]; ok {
			g.width = w
		}
		t, ok := ft.toText[code]
		switch {
		case ok:
			g.text = t
		case ft.utf16:
			g.text = string(utf16.Decode([]uint16{uint16(code)}))
		case !ft.wide:
			if r := ft.encoding[code&0xFF]; r >= 0x20 {
				g.text = string(r)
			}
		}
		out = append(out, g)
	}
	return out
}
