package web

import (
	"fmt"
	"html/template"
	"net/url"
	"reflect"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/pipeline"
)

// funcs are the words templates may use.
func (s *site) funcs() template.FuncMap {
	return template.FuncMap{
		"static":       s.assets.url,
		"orgname":      s.orgName,
		"verdict":      verdictWords,
		"changegroups": changeGroups,
		"lawgroups":    lawGroups,
		"word":         s.word,
		"said":         s.said,
		"plain":        s.plain,
		"because":      s.because,
		"offers":       s.offers,
		"asks":         s.asks,
		"openlaw":      s.openLaw,
		"ofoperator":   s.ofOperator,
		"fieldtype":    s.fieldType,
		"named":        s.named,
		"place":        placeName,
		"day":          dayTag,
		"time":         timeTag,
		"profile":      s.profileTitle,
		"fact":         s.fact,
		"cause":        s.plain,
		"dowords":      s.doWords,
		"passed":       func(d *calendar.Date, today calendar.Date) bool { return d != nil && *d < today },
		"rows":         func(t string) int { return min(max(3, strings.Count(t, "\n")+1), 12) },
		"moment":       momentText,
		"second":       secondTag,
		"yearly":       yearly,
		"orgnames":     s.orgNames,
		"ways":         ways,
		"lawwhat":      s.lawWhat,
		"entryname":    s.entryTitle,
		"regimename":   s.regimeTitle,
		"provtitle":    s.provisionTitle,
		"provcite":     s.provisionCite,
		"islaw":        func(p any) bool { return s.provisionNamed(p) != nil },
		"nav":          func() []navGroup { return navigation },
		"count":        count,
		"plural":       plural,
		"clip":         clip,
		"short":        func(id any) string { t := fmt.Sprint(id); return t[:min(len(t), 10)] },
		"permille":     func(x int) string { return fmt.Sprintf("%d.%d%%", x/10, x%10) },
		"anchor":       anchorAt,
		"percent":      func(p float64) string { return fmt.Sprintf("%.1f %%", 100*p) },
		"dict":         dict,
		"list":         func(v ...any) []any { return v },
		"doubtword":    func(c law.Confidence) string { return doubts[c] },
		"isdoubt":      func(c law.Confidence) bool { return c != "" && c != org.Seen },
		"query":        query,
		"ended":        pipeline.JobState.Ended,
		"join":         joined,
		"informat":     inFormat,
		"verdictcount": func(n map[law.Verdict]int, v string) int { return n[law.Verdict(v)] },
		"kind":         func(c asset.Category) string { return s.facts().CategoryName(c) },
		"makerof":      makerOf,
		"brandof":      brandOf,
		"partof":       partMaker,
		"regime":       func(p any) string { id, _, _ := strings.Cut(fmt.Sprint(p), "/"); return id },
		"provname":     func(p any) string { _, n, _ := strings.Cut(fmt.Sprint(p), "/"); return n },
	}
}

// orgName is the name to show for an organisation's ID of any type.
func (s *site) orgName(id any) string {
	return s.facts().OrgName(org.ID(text(id)))
}

// navEntry is one line of the navigation.
type navEntry struct{ Name, Path, Text string }

type navGroup struct {
	Title   string
	Entries []navEntry
}

var navigation = []navGroup{
	{"Your network", []navEntry{
		{"overview", "/", "Overview"},
		{"check", "/check", "Check"},
		{"assets", "/assets", "Assets"},
		{"findings", "/findings", "Findings"},
		{"network", "/network", "Network"},
		{"reconcile", "/reconcile", "Paper and network"},
		{"firmware", "/firmware", "Firmware"},
		{"inbox", "/inbox", "Inbox"},
		{"evidence", "/evidence", "Evidence"},
	}},
	{"Reference", []navEntry{
		{"law", "/law", "Law"},
		{"org", "/org", "Organisations"},
		{"ask", "/ask", "Ask"},
		{"data", "/data", "Data"},
	}},
}

var verdictNames = map[law.Verdict]string{
	law.Prohibited: "Prohibited", law.Restricted: "Restricted", law.Undetermined: "Undetermined",
	law.Permitted: "Permitted", law.NotBound: "Not bound",
}

func verdictWords(v any) string {
	if n, ok := verdictNames[law.Verdict(fmt.Sprint(v))]; ok {
		return n
	}
	return "No finding"
}

// text is a value as text; a pointer is followed, nil is nothing.
func text(v any) string {
	x := reflect.ValueOf(v)
	if x.Kind() == reflect.Pointer {
		if x.IsNil() {
			return ""
		}
		v = x.Elem().Interface()
	}
	return fmt.Sprint(v)
}

// words writes an identifier as words: "partly_in_force" → "partly in force".
func words(v any) string {
	return strings.NewReplacer("_", " ", "-", " ").Replace(text(v))
}

// dayWords writes a day as people do, "30 Jun 2020", or a dash when none is known.
const dayForm = "2 Jan 2006"

func dayWords(v any) string {
	switch d := v.(type) {
	case calendar.Date:
		if d == 0 || d == calendar.NoDate {
			return "–"
		}
		return d.Time().Format(dayForm)
	case *calendar.Date:
		if d == nil {
			return "–"
		}
		return dayWords(*d)
	}
	return fmt.Sprint(v)
}

// count writes a number with thin spaces between thousands.
func count(n int) string {
	t := fmt.Sprint(n)
	for i := len(t) - 3; i > 0 && t[i-1] != '-'; i -= 3 {
		t = t[:i] + "\u202f" + t[i:]
	}
	return t
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// clip cuts a text behind n characters.
func clip(n int, v any) string {
	r := []rune(text(v))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "…"
}

// dict makes the argument of a template that wants several values.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict wants pairs, got %d values", len(pairs))
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m, nil
}

// query writes pairs as a query string, leaving empty values off.
func query(pairs ...any) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := fmt.Sprint(pairs[i+1]); v != "" {
			q.Set(fmt.Sprint(pairs[i]), v)
		}
	}
	return q.Encode()
}

func joined(v any) string {
	switch l := v.(type) {
	case []string:
		return strings.Join(l, ", ")
	case []law.Act:
		return joinWords(l)
	case []calendar.Date:
		out := make([]string, len(l))
		for i, d := range l {
			out[i] = dayWords(d)
		}
		return strings.Join(out, ", ")
	case []org.ID:
		return joinWords(l)
	}
	return fmt.Sprint(v)
}

func joinWords[T ~string](l []T) string {
	out := make([]string, len(l))
	for i, x := range l {
		out[i] = string(x)
	}
	return strings.Join(out, ", ")
}
