package sheet

import (
	"strconv"
	"strings"
	"time"
)

// dateOrder says how the day and month of a column stand.
type dateOrder uint8

const (
	orderUnknown dateOrder = iota
	dayFirst
	monthFirst
	orderMixed // values of both kinds
)

// dateKind says what parseDate found.
type dateKind uint8

const (
	noDate    dateKind = iota
	isDate             // a day
	ambiguous          // day and month cannot be told apart without the column
	negative           // before the year 1, or an Excel serial below zero
)

// serialEpoch is day 0 of Excel's 1900 date system, corrected for its leap year 1900 for days after February of that year.
var serialEpoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// parseDate reads a day in ISO form, year first, with a month's name, or with
// numbers in the order given. serial allows Excel's day numbers. The result is YYYY-MM-DD.
func parseDate(b []byte, order dateOrder, serial bool) (string, dateKind) {
	if len(b) < 5 || len(b) > 60 {
		return "", noDate
	}
	if b[0] > 'A' && b[0] < 'T' {
		if v, ok := letterEra(b); ok {
			return v, isDate
		}
	}
	if b[0] == '-' && b[1] >= '0' && b[1] <= '9' {
		return "", negative
	}
	if len(b) >= 10 && b[4] == '-' && b[7] == '-' {
		y, m, d := number(b[:4]), number(b[5:7]), number(b[8:10])
		if (len(b) == 10 || b[10] == 'T' || b[10] == ' ' || b[10] == 'Z') && validDay(y, m, d) {
			return string(b[:10]), isDate
		}
	}
	var tok [4]string
	n, s := 0, string(b)
	if !ascii(s) {
		s = plainDate(s)
	}
	for i := 0; i < len(s) && n < 4; {
		c := s[i]
		j := i
		switch {
		case isDigit(c):
			for j < len(s) && isDigit(s[j]) {
				j++
			}
		case isLetter(c):
			for j < len(s) && isLetter(s[j]) {
				j++
			}
		case c == '-' || c == '/' || c == '.' || c == ' ' || c == ',':
			i++
			continue
		case c == ':' && n == 4:
			return "", noDate
		default:
			return "", noDate
		}
		t := s[i:j]
		i = j
		// Names of days and the letters of 1st, 2nd, 3rd, 4th say nothing.
		if l := strings.ToLower(t); l == "th" || l == "st" || l == "nd" || l == "rd" || l == "of" || l == "de" || l == "er" || n == 0 && isWeekday(l) {
			continue
		}
		tok[n] = t
		n++
		if n == 3 {
			break
		}
	}
	switch n {
	case 1:
		return singleNumber(tok[0], serial)
	case 3:
	default:
		return "", noDate
	}
	return fromParts(tok[0], tok[1], tok[2], order)
}

// singleNumber reads 20240131 and, when allowed, an Excel day number (1954 to 2119).
func singleNumber(s string, serial bool) (string, dateKind) {
	if !isDigit(s[0]) {
		return "", noDate
	}
	if len(s) == 8 {
		if y, m, d := number([]byte(s[:4])), number([]byte(s[4:6])), number([]byte(s[6:])); y >= 1950 && y < 2200 && validDay(y, m, d) {
			return isoDay(y, m, d), isDate
		}
		return "", noDate
	}
	if n, err := strconv.Atoi(s); serial && err == nil && n >= 20000 && n <= 80000 {
		return serialEpoch.AddDate(0, 0, n).Format(time.DateOnly), isDate
	}
	return "", noDate
}

// fromParts puts three parts of a date in order.
func fromParts(a, b, c string, order dateOrder) (string, dateKind) {
	if m := monthNumber(a); m > 0 { // March 5, 2021
		return finish(year(c), m, num(b))
	}
	if m := monthNumber(b); m > 0 { // 5 March 2021, 2021-Mar-05
		if len(a) == 4 {
			return finish(num(a), m, num(c))
		}
		return finish(year(c), m, num(a))
	}
	if len(a) == 4 { // 2021/3/5
		return finish(num(a), num(b), num(c))
	}
	y, p, q := year(c), num(a), num(b)
	switch {
	case p > 12 && q <= 12, p == q:
		return finish(y, q, p)
	case q > 12 && p <= 12:
		return finish(y, p, q)
	case order == dayFirst:
		return finish(y, q, p)
	case order == monthFirst:
		return finish(y, p, q)
	}
	if _, k := finish(y, p, q); k == isDate {
		return "", ambiguous
	}
	return "", noDate
}

// orderOf says in which order a numeric date must stand, orderUnknown when it fits both or is none.
func orderOf(b []byte) dateOrder {
	p, rest, ok := leading(b)
	if !ok {
		return orderUnknown
	}
	q, rest, ok := leading(rest[1:])
	if !ok {
		return orderUnknown
	}
	if y := rest[1:]; len(y) < 2 || !isDigit(y[0]) {
		return orderUnknown
	}
	switch {
	case p > 12 && p <= 31 && q >= 1 && q <= 12:
		return dayFirst
	case q > 12 && q <= 31 && p >= 1 && p <= 12:
		return monthFirst
	}
	return orderUnknown
}

// leading cuts one or two digits followed by a separator.
func leading(b []byte) (int, []byte, bool) {
	i := 0
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	if i == 0 || i > 2 || i >= len(b) || b[i] != '/' && b[i] != '-' && b[i] != '.' {
		return 0, nil, false
	}
	return number(b[:i]), b[i:], true
}

func finish(y, m, d int) (string, dateKind) {
	if !validDay(y, m, d) {
		return "", noDate
	}
	return isoDay(y, m, d), isDate
}

func isoDay(y, m, d int) string {
	return string([]byte{
		byte('0' + y/1000), byte('0' + y/100%10), byte('0' + y/10%10), byte('0' + y%10), '-',
		byte('0' + m/10), byte('0' + m%10), '-', byte('0' + d/10), byte('0' + d%10)})
}

func validDay(y, m, d int) bool {
	if y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	return d <= 28 || time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() == d
}

// year completes two digits: 70-99 are of the last century.
func year(s string) int {
	y := num(s)
	if len(s) != 2 || y < 0 {
		return y
	}
	if y >= 70 {
		return 1900 + y
	}
	return 2000 + y
}

func num(s string) int { return number([]byte(s)) }

// number reads up to four digits, -1 when there is anything else.
func number(b []byte) int {
	if len(b) == 0 || len(b) > 4 {
		return -1
	}
	n := 0
	for _, c := range b {
		if !isDigit(c) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

const monthNames = "january february march april may june july august september october november december"

// monthNumber reads a month's name or its first three letters or more.
func monthNumber(s string) int {
	if len(s) < 3 || !isLetter(s[0]) {
		return 0
	}
	s = strings.ToLower(s)
	m := 0
	for name := range strings.FieldsSeq(monthNames) {
		if m++; strings.HasPrefix(name, s) {
			return m
		}
	}
	return foreignMonth(s)
}

func isWeekday(s string) bool {
	if len(s) < 3 {
		return false
	}
	for _, d := range [...]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"} {
		if strings.HasPrefix(d, s) {
			return true
		}
	}
	return false
}

func formatDegrees(v float64) string {
	s := strconv.FormatFloat(v, 'f', 7, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
