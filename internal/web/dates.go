package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"telltale/internal/calendar"
)

// dayTag writes a day for a reader and for programs, or a dash when none is known; a text is taken as YYYY-MM-DD.
func dayTag(v any) template.HTML {
	var d calendar.Date
	switch x := v.(type) {
	case calendar.Date:
		d = x
	case *calendar.Date:
		if x != nil {
			d = *x
		}
	default:
		p, err := calendar.Parse(text(v))
		if err != nil {
			return template.HTML(template.HTMLEscapeString(text(v)))
		}
		d = p
	}
	if d == 0 || d == calendar.NoDate {
		return "–"
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, d, dayWords(d)))
}

// timeTag writes a moment to the minute, secondTag to the second, both in UTC.
func timeTag(t time.Time) template.HTML { return momentTag(t, dayForm+", 15:04") }

func secondTag(t time.Time) template.HTML { return momentTag(t, dayForm+", 15:04:05") }

func momentTag(t time.Time, form string) template.HTML {
	t = t.UTC()
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, t.Format(time.RFC3339), t.Format(form)))
}

// momentText is timeTag for a moment that came as text, RFC 3339; another text stays as it is.
func momentText(v any) template.HTML {
	at := text(v)
	if t, err := time.Parse(time.RFC3339, at); err == nil {
		return timeTag(t)
	}
	return template.HTML(template.HTMLEscapeString(clip(30, at)))
}

// yearly writes days that recur, "MM-DD", as "31 March".
func yearly(days []string) string {
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = d
		if t, err := time.Parse("01-02", d); err == nil {
			out[i] = t.Format("2 January")
		}
	}
	return strings.Join(out, ", ")
}
