package web

import (
	"strconv"

	"telltale/internal/calendar"
	"telltale/internal/pipeline"
)

// axis is a time line drawn 1000 wide.
type axis struct {
	Years []tick
	Dots  []dot
	Today int // -1 when it lies outside
}

// dot is one day on a time line; Y is stacked where days stand close.
type dot struct {
	X, Y, R int
	Class   string
	Text    string
	Link    string
}

// scale places days on a line 1000 wide with a margin of 20.
type scale struct{ from, to calendar.Date }

func (s scale) at(d calendar.Date) int {
	if s.to <= s.from {
		return 20
	}
	return 20 + int(int64(d-s.from)*960/int64(s.to-s.from))
}

func (s scale) years() []tick {
	var out []tick
	for y := s.from.Time().Year() + 1; y <= s.to.Time().Year(); y++ {
		if d, err := calendar.Parse(strconv.Itoa(y) + "-01-01"); err == nil {
			out = append(out, tick{s.at(d), strconv.Itoa(y)})
		}
	}
	return out
}

// anchorAt is the side of a label at x that keeps it inside the drawing on the narrowest phone.
func anchorAt(x int) string {
	switch {
	case x < 80:
		return "start"
	case x > 920:
		return "end"
	}
	return "middle"
}

// maxStack is the number of dots above each other.
const maxStack = 6

func lawAxis(from, to calendar.Date, days []pipeline.LawDay) *axis {
	s := scale{from, to}
	a := &axis{Years: s.years(), Today: -1}
	stack := map[int]int{}
	for _, d := range days {
		x := s.at(d.Date)
		n := stack[x/9]
		if stack[x/9]++; n >= maxStack {
			continue
		}
		a.Dots = append(a.Dots, dot{X: x, Y: 70 - n*11, R: 4, Text: d.Date.String() + " " + d.Kind + ": " + d.What, Class: kindClass(d.Kind)})
	}
	return a
}

func kindClass(kind string) string {
	switch kind {
	case "deadline":
		return "v-prohibited"
	case "duty", "approval ends":
		return "v-restricted"
	}
	return ""
}
