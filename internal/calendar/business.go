package calendar

import (
	"fmt"
	"time"
)

// Holidays answers which days are no business days beside weekends.
type Holidays string

// The calendars. USFederal is 5 U.S.C. 6103 with in-lieu days; UK is that of
// England and Wales (Banking and Financial Dealings Act 1971) without days
// proclaimed once, but for those listed in onceUK.
const (
	NoHolidays Holidays = ""
	USFederal  Holidays = "us_federal"
	UK         Holidays = "uk"
)

// Valid reports whether h is a calendar.
func (h Holidays) Valid() bool { return h == NoHolidays || h == USFederal || h == UK }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }

// YearMonthDay returns the parts of the date.
func (d Date) YearMonthDay() (int, time.Month, int) { return d.Time().Date() }

// Day returns the date of a year, month and day.
func Day(year int, month time.Month, day int) Date {
	return Of(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// BusinessDay reports whether d is neither a weekend nor a holiday of h.
func (h Holidays) BusinessDay(d Date) bool {
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	return !h.Holiday(d)
}

// AddBusinessDays returns the n-th business day after d. The day itself does not count.
func (h Holidays) AddBusinessDays(d Date, n int) Date {
	for n > 0 {
		d++
		if h.BusinessDay(d) {
			n--
		}
	}
	return d
}

// Hours returns the instant n hours after t: such clocks run through nights, weekends and holidays.
func Hours(t time.Time, n int) time.Time { return t.Add(time.Duration(n) * time.Hour) }

// Holiday reports whether d is a holiday of h.
func (h Holidays) Holiday(d Date) bool {
	switch h {
	case USFederal:
		return usFederal(d)
	case UK:
		return uk(d)
	}
	return false
}

func usFederal(d Date) bool {
	y, m, day := d.YearMonthDay()
	w := d.Weekday()
	switch {
	case m == time.January && w == time.Monday && nth(day) == 3, // Birthday of Martin Luther King, Jr.
		m == time.February && w == time.Monday && nth(day) == 3,   // Washington's Birthday
		m == time.May && w == time.Monday && day > 24,             // Memorial Day
		m == time.September && w == time.Monday && day <= 7,       // Labor Day
		m == time.October && w == time.Monday && nth(day) == 2,    // Columbus Day
		m == time.November && w == time.Thursday && nth(day) == 4: // Thanksgiving Day
		return true
	}
	fixed := func(m time.Month, day, since int) bool {
		return y >= since && observedUS(Day(y, m, day)) == d
	}
	return fixed(time.January, 1, 1870) || observedUS(Day(y+1, time.January, 1)) == d ||
		fixed(time.June, 19, 2021) || fixed(time.July, 4, 1870) ||
		fixed(time.November, 11, 1938) || fixed(time.December, 25, 1870)
}

// observedUS moves a holiday on a Saturday to the Friday before, on a Sunday to the Monday after.
func observedUS(d Date) Date {
	switch d.Weekday() {
	case time.Saturday:
		return d - 1
	case time.Sunday:
		return d + 1
	}
	return d
}

func nth(day int) int { return (day-1)/7 + 1 }

// onceUK are days proclaimed or moved once.
var onceUK = map[string]bool{
	"2020-05-08": true, "2022-06-02": true, "2022-06-03": true, "2022-09-19": true, "2023-05-08": true,
}

// movedUK are regular days that did not hold in their year.
var movedUK = map[string]bool{"2020-05-04": true, "2022-05-30": true}

func uk(d Date) bool {
	if s := d.String(); onceUK[s] {
		return true
	} else if movedUK[s] {
		return false
	}
	y, m, day := d.YearMonthDay()
	w := d.Weekday()
	e := Easter(y)
	switch {
	case d == e-2, d == e+1: // Good Friday, Easter Monday
		return true
	case m == time.May && w == time.Monday && (day <= 7 || day > 24): // early May and spring
		return true
	case m == time.August && w == time.Monday && day > 24:
		return true
	case m == time.January && day <= 3 && d == substituteUK(Day(y, time.January, 1)):
		return true
	}
	christmas := substituteUK(Day(y, time.December, 25))
	boxing := substituteUK(Day(y, time.December, 26))
	if boxing == christmas { // both moved: Monday and Tuesday
		boxing = christmas + 1
	}
	return d == christmas || d == boxing
}

// substituteUK moves a holiday on a weekend to the next Monday; Christmas on a Sunday goes to the Tuesday after Boxing Day.
func substituteUK(d Date) Date {
	switch d.Weekday() {
	case time.Saturday:
		return d + 2
	case time.Sunday:
		if _, m, day := d.YearMonthDay(); m == time.December && day == 25 {
			return d + 2
		}
		return d + 1
	}
	return d
}

// Easter returns Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
func Easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	return Day(year, time.Month(month), (h+l-7*m+33*month+19)%32)
}

// NextYearly returns the first day on or after d that falls on one of the "MM-DD" days.
func NextYearly(d Date, days ...string) (Date, error) {
	best := NoDate
	y, _, _ := d.YearMonthDay()
	for _, md := range days {
		for _, year := range []int{y, y + 1} {
			t, err := Parse(fmt.Sprintf("%04d-%s", year, md))
			if err != nil {
				return NoDate, fmt.Errorf("yearly day %q: want MM-DD", md)
			}
			if t >= d && (best == NoDate || t < best) {
				best = t
			}
		}
	}
	return best, nil
}
