package org

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds the bytes of a text that are looked at; longer texts are no names.
const maxName = 256

// folded gives the base letters of U+00C0..U+017F and U+1E00..U+1EFF; '?' keeps the letter.
const (
	foldedLatin = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty" +
		"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkk?llllllllllnnnnnn???oooooooorrrrrrsssssssstttt??uuuuuuuuuuuuwwyyyzzzzzzs"
	foldedMore = "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyas??s?" +
		"aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy??????"
)

// fold returns the rune in lower case, without diacritics and width.
func fold(r rune) rune {
	switch {
	case r < 0x80:
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	case 0xC0 <= r && r <= 0x17F:
		if b := foldedLatin[r-0xC0]; b != '?' {
			return rune(b)
		}
	case 0x1E00 <= r && r <= 0x1EFF:
		if b := foldedMore[r-0x1E00]; b != '?' {
			return rune(b)
		}
	case 0xFF01 <= r && r <= 0xFF5E:
		return fold(r - 0xFEE0)
	case r == 'ё' || r == 'Ё':
		return 'е'
	}
	return unicode.ToLower(r)
}

// wide reports whether a rune belongs to a script written without spaces.
func wide(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// words appends the normalised words of text to buf, one space between, and
// the end of each word to ends. Case, width, diacritics and punctuation go;
// dots inside abbreviations join ("S.A." is "sa"); a change between Han or
// kana and another script begins a new word.
func words(buf []byte, ends []int, text string) ([]byte, []int) {
	if len(text) > maxName {
		text = text[:maxName]
	}
	open, wasWide, sinceDot := false, false, 0
	closeWord := func() {
		if open {
			ends = append(ends, len(buf))
			open = false
		}
	}
	for _, r := range text {
		if r == utf8.RuneError || unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' || r == '`' || r == '®' || r == '™' {
			continue
		}
		f := fold(r)
		if !isWordRune(f) {
			if r == '.' && open && sinceDot == 1 {
				sinceDot = 0
				continue
			}
			closeWord()
			continue
		}
		if w := wide(f); open && w != wasWide {
			closeWord()
			wasWide = w
		} else {
			wasWide = w
		}
		if !open {
			if len(buf) > 0 {
				buf = append(buf, ' ')
			}
			open, sinceDot = true, 0
		}
		sinceDot++
		buf = utf8.AppendRune(buf, f)
	}
	closeWord()
	return buf, ends
}

func isWordRune(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// legalForms are the words that say what kind of company a name belongs to.
// They are language, not facts about any company.
var legalForms = set(`co company companies cos ltd limited llc llp lp lllp inc incorporated corp corporation plc pte pty pvt
 private gmbh ag kg kgaa ohg mbh ug se sa sas sasu sarl sau sl slu srl srls spa snc bv nv vof ab publ as asa aps oy oyj
 pjsc ojsc jsc cjsc zao oao ooo ao pao doo dd ad ead ood eood kft zrt nyrt bt sro zoo sp spol kk gk yk sdn bhd tbk cv sab
 de rl ltda eireli ltee uab sia ou hf ehf sti sanayi ticaret ve tic san anonim sirketi intl
 ао ооо зао оао пао ип тоо lda unipessoal`)

// legalPrefixes are those that stand before the name.
var legalPrefixes = set(`ao ooo zao oao pao pjsc ojsc jsc cjsc pt cv the ао ооо зао оао пао тоо`)

// wideForms are legal forms written without spaces, longest first.
var wideForms = []string{"股份有限公司", "有限责任公司", "有限責任公司", "股份公司", "有限公司", "株式会社", "总公司", "總公司", "分公司", "公司"}

// places are Chinese provinces and cities that firms there put before their
// names, so that a name may begin after one.
var places = set(`anhui beijing changsha chengdu chongqing dalian dongguan fujian guangdong guangzhou hangzhou hefei henan hubei
 hunan jiangsu jinan nanchang nanjing ningbo qingdao shandong shanghai shenyang shenzhen sz sichuan suzhou tianjin wuhan wuxi
 xiamen xian zhejiang zhuhai`)

var widePlaces = []string{"北京市", "北京", "上海市", "上海", "深圳市", "深圳", "杭州市", "杭州", "广州市", "广州", "天津市", "天津", "重庆市", "重庆", "成都市", "成都", "武汉市", "武汉", "南京市", "南京", "浙江省", "浙江", "江苏省", "江苏", "广东省", "广东", "四川省", "四川", "中国"}

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// core drops legal forms from both ends of the words and returns what is left
// as a range of word numbers; something is always left of a text with words.
func core(buf []byte, ends []int) (first, last int) {
	last = len(ends)
	for last-first > 1 && legalForms[string(word(buf, ends, last-1))] {
		last--
	}
	for last-first > 1 && legalPrefixes[string(word(buf, ends, first))] {
		first++
	}
	return first, last
}

func word(buf []byte, ends []int, i int) []byte {
	start := 0
	if i > 0 {
		start = ends[i-1] + 1
	}
	return buf[start:ends[i]]
}

// trimWide drops a legal form from the end of a name written without spaces.
func trimWide(s []byte) []byte {
	for _, f := range wideForms {
		if len(s) > len(f)+3 && string(s[len(s)-len(f):]) == f {
			return s[:len(s)-len(f)]
		}
	}
	return s
}

// Normalise returns the form of a name under which ByName compares: lower
// case, no width, diacritics, punctuation or legal form ("ＡＣＭＥ Holdings
// Co., Ltd." is "acme holdings"). Empty when the text has no letter or digit.
func Normalise(text string) string {
	buf, ends := words(make([]byte, 0, 64), make([]int, 0, 8), text)
	if len(ends) == 0 {
		return ""
	}
	first, last := core(buf, ends)
	start := 0
	if first > 0 {
		start = ends[first-1] + 1
	}
	return string(trimWide(buf[start:ends[last-1]]))
}
