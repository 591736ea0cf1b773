package web

import (
	"net/http"
	"slices"

	"telltale/internal/calendar"
)

// dayOf reads a day of the query; an empty or broken one is the fallback, and says so.
func dayOf(r *http.Request, name string, fallback calendar.Date) (calendar.Date, string) {
	t := r.URL.Query().Get(name)
	if t == "" {
		return fallback, ""
	}
	d, err := calendar.Parse(t)
	if err != nil {
		return fallback, err.Error() + "; shown is " + fallback.String()
	}
	return d, ""
}

// slider is a scale of days with the days on which something changes.
type slider struct {
	Name     string
	Day      calendar.Date
	Min, Max calendar.Date
	Ticks    []tick
	Years    []tick
	Note     string
}

// tick is a mark at a place of a drawing 1000 wide.
type tick struct {
	X    int
	Text string
}

// newSlider makes the scale from min to max with a mark at each of days.
func newSlider(name string, day, min, max calendar.Date, days []calendar.Date, note string) slider {
	s := slider{Name: name, Day: day, Min: min, Max: max, Note: note}
	at := func(d calendar.Date) int { return int(int64(d-min) * 1000 / int64(max-min)) }
	last := -1
	for _, d := range days {
		if x := at(d); d >= min && d <= max && x != last {
			s.Ticks = append(s.Ticks, tick{X: x, Text: d.String()})
			last = x
		}
	}
	for y := min.Time().Year() + 1; y <= max.Time().Year(); y++ {
		d := calendar.Of(min.Time().AddDate(y-min.Time().Year(), 1-int(min.Time().Month()), 1-min.Time().Day()))
		s.Years = append(s.Years, tick{X: at(d), Text: d.String()[:4]})
	}
	return s
}

func sortedDays(days []calendar.Date) []calendar.Date {
	slices.Sort(days)
	return slices.Compact(days)
}
