package sheet

import (
	"fmt"
	"strings"
)

// foreignMonths are the names of months in German, French, Spanish, Italian,
// Portuguese, Dutch and Scandinavian, without accents, and short forms that are
// no beginning of a name. A beginning of three letters is enough where no other month shares it.
var foreignMonths = [12]string{
	"januar janner jaenner janvier enero gennaio janeiro januari",
	"februar fevrier febrero febbraio fevereiro februari",
	"marz maerz mars marzo marco maart mrz mrt",
	"april avril abril aprile",
	"mai mayo maggio maio mei maj",
	"juni juin junio giugno junho",
	"juli juillet julio luglio julho",
	"august aout agosto augustus augusti",
	"september septembre septiembre settembre setembro",
	"oktober octobre octubre ottobre outubro",
	"november novembre noviembre",
	"dezember decembre diciembre dicembre dezembro december",
}

// foreignMonth reads the name of a month in another language, 0 when it is none or may be two.
func foreignMonth(s string) int {
	s = strings.ToLower(s)
	found := 0
	for i, names := range foreignMonths {
		for name := range strings.FieldsSeq(names) {
			if name == s {
				return i + 1
			}
			if strings.HasPrefix(name, s) && found != i+1 {
				if found > 0 {
					return 0
				}
				found = i + 1
			}
		}
	}
	return found
}

// eras are the beginnings of East Asian counts of years: the year before their first.
var eras = []struct {
	name   string
	before int
}{{"令和", 2018}, {"平成", 1988}, {"昭和", 1925}, {"民國", 1911}, {"民国", 1911}}

// letterEras are the same as one letter before the year: "R3.6.5".
var letterEras = map[byte]int{'R': 2018, 'H': 1988, 'S': 1925}

// plainDate writes a date with other than ASCII letters so that parseDate can
// read it: months without accents, 年月日 as hyphens, years of an era as years.
func plainDate(s string) string {
	s = normalWidth(s)
	for _, e := range eras {
		if rest, ok := strings.CutPrefix(s, e.name); ok {
			s = eraDate(strings.Replace(strings.TrimSpace(rest), "元年", "1年", 1), e.before)
			break
		}
	}
	s = strings.NewReplacer("年", "-", "月", "-", "日", "", "년", "-", "월", "-", "일", "").Replace(s)
	return strings.TrimSpace(unaccented(s))
}

// eraDate replaces the year that begins a date by that of our count.
func eraDate(s string, before int) string {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == 0 || i > 3 {
		return s
	}
	return fmt.Sprintf("%04d%s", before+num(s[:i]), s[i:])
}

// letterEra reads "R3.6.5", "H31/4/1"; false for anything else.
func letterEra(b []byte) (string, bool) {
	before, ok := letterEras[b[0]]
	if !ok || len(b) < 6 || !isDigit(b[1]) {
		return "", false
	}
	parts := strings.FieldsFunc(string(b[1:]), func(r rune) bool { return r == '.' || r == '/' || r == '-' })
	if len(parts) != 3 || len(parts[0]) > 2 {
		return "", false
	}
	y, m, d := num(parts[0]), num(parts[1]), num(parts[2])
	if y < 1 || !validDay(before+y, m, d) {
		return "", false
	}
	return isoDay(before+y, m, d), true
}
