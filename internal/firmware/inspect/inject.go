package inspect

import (
	"regexp"
	"strings"
)

// Command injection: what a request brings is run by a shell. A small flow
// analysis over the text: names that take something of the request, names that take
// something of those, and the places that run one. Escaped values are let go, those
// that are checked before they are used stay notes.

var bodyRead = regexp.MustCompile("(?m)^\\s*(?:read\\s+(?:-\\w+\\s+(?:\\S+\\s+)?)?(\\w+)\\s*(?:$|;|<&0)|(\\w+)=(?:\\$\\(|`)\\s*(?:cat|head -c|dd)\\b[^\\n<|]*(?:\\)|`)\\s*$)")

// injection looks for the flow from request to shell in one file.
func (in *inspector) injection(f *file) {
	src := string(contentOf(f.obj, 256<<10))
	lang := language(f, src)
	d, ok := dialects[lang]
	if !ok {
		return
	}
	in.comparedPassword(f, d.uncommented(src), lang)
	h, ok := d.flow(d.uncommented(src), lang)
	if !ok {
		return
	}
	what := "hands what the request says to a shell"
	if h.name != "" {
		what += " (variable " + h.name + ")"
	}
	lv := Probable
	if h.checked {
		lv, what = Note, what+", after a check"
	}
	in.add(f.at(Finding{ID: "web.command-injection", Level: lv, Rule: "injection/" + lang, Value: f.path, Line: 1 + strings.Count(src[:h.off], "\n"), Title: f.path + " " + what, Evidence: strings.TrimSpace(clip(src[h.off:min(len(src), h.end+80)], 200)),
		Consequence: "a request can run commands with the web server's rights, mostly root", Use: "a request to this page", Control: "the value is followed from the request to the command in the same file; printed, compared and escaped values do not count, and one that is checked before it is used stays a note"}, int64(h.off)))
}

// hit is a place that runs something of the request; name is the variable that carries it, "" for the request itself.
type hit struct {
	off, end int
	name     string
	checked  bool
}

// flow finds a command run with something of the request: one that is not checked before, else one that is.
func (d *dialect) flow(src, lang string) (hit, bool) {
	sinks := d.sinks
	if lang == "shell" {
		sinks = append(sinks[:len(sinks):len(sinks)], d.runners(src)...)
	}
	if h, ok := d.sink(src, sinks, d.brings.String()); ok {
		return h, true
	}
	var checked *hit
	for _, n := range d.tainted(src, lang) {
		h, ok := d.sink(src, sinks, d.ref(regexp.QuoteMeta(n)))
		if !ok || d.cleaned(src[:h.off], n) || lang == "php" && !reaches(src, h.off, n) {
			continue
		}
		if h.name = n; !d.asked(src[:h.off], n) {
			return h, true
		}
		if h.checked = true; checked == nil {
			checked = &h
		}
	}
	if checked != nil {
		return *checked, true
	}
	return hit{}, false
}

var phpFunction = regexp.MustCompile(`\bfunction\s+\w+\s*\([^)]*\)[^{;]*\{`)

// reaches says that a name at a place may be the one that was filled from the
// request: PHP's functions have names of their own, unless they are given or declared global.
func reaches(src string, off int, name string) bool {
	all := phpFunction.FindAllStringIndex(src[:off], -1)
	for i := len(all) - 1; i >= 0; i-- {
		body := src[all[i][1]:off]
		if strings.Count(body, "}") > strings.Count(body, "{") {
			continue // that function ended before
		}
		return uses(src[all[i][0]:all[i][1]], name, false) || regexp.MustCompile(`\$`+regexp.QuoteMeta(name)+`\s*\.?=[^;]*\$|\bglobal\b[^;]*\$`+regexp.QuoteMeta(name)+`\b`).MatchString(body)
	}
	return true
}

// cleaned says that the last value a name was given before a place is a harmless one.
func (d *dialect) cleaned(before, name string) bool {
	last := ""
	for _, m := range d.assigned.FindAllStringSubmatch(before, 512) {
		if m[1] == name {
			last = m[2]
		}
	}
	return d.escaped.MatchString(last)
}

// asked says that the text before a place checks what a name holds.
func (d *dialect) asked(before, name string) bool {
	for _, c := range d.checks {
		if re, err := regexp.Compile(strings.ReplaceAll(c, "{}", d.ref(regexp.QuoteMeta(name)))); err == nil && re.MatchString(before) {
			return true
		}
	}
	return false
}

func (d *dialect) sink(src string, sinks []string, what string) (hit, bool) {
	for _, s := range sinks {
		re, err := regexp.Compile(strings.ReplaceAll(s, "{}", "(?:"+what+")"))
		if err != nil {
			continue
		}
		for _, loc := range re.FindAllStringIndex(src, 16) {
			if !d.escaped.MatchString(src[loc[0]:loc[1]]) {
				return hit{off: loc[0], end: loc[1]}, true
			}
		}
	}
	return hit{}, false
}

var shellFunction = regexp.MustCompile(`(?m)^[ \t]*(?:function[ \t]+)?(\w+)[ \t]*\(\)[ \t]*\{`)

// runners are the shell's own functions that run what they are given.
func (d *dialect) runners(src string) []string {
	var out []string
	for _, m := range shellFunction.FindAllStringSubmatchIndex(src, 64) {
		body := src[m[1]:]
		if i := strings.IndexByte(body, '}'); i >= 0 {
			body = body[:i]
		}
		if _, ok := d.sink(body, d.sinks, `"?\$\{?[@*1-9]`); ok {
			out = append(out, `(?m)^\s*`+src[m[2]:m[3]]+`\s[^\n]*{}`)
		}
	}
	return out
}

// tainted lists the names that hold something of the request, at most 64, in the order of the text.
func (d *dialect) tainted(src, lang string) []string {
	var names []string
	has := map[string]bool{}
	put := func(n string) {
		if n != "" && n != "_" && !has[n] && len(names) < 64 {
			has[n] = true
			names = append(names, n)
		}
	}
	if lang == "shell" {
		for _, m := range bodyRead.FindAllStringSubmatch(src, 16) {
			put(m[1])
			put(m[2])
		}
	}
	all := d.assigned.FindAllStringSubmatch(src, 512)
	if d.opaque != nil {
		for _, m := range all {
			m[2] = d.opaque.ReplaceAllString(m[2], "")
		}
	}
	for round := 0; round < 4; round++ {
		before := len(names)
		for _, m := range all {
			if has[m[1]] || d.escaped.MatchString(m[2]) {
				continue
			}
			if d.brings.MatchString(m[2]) {
				put(m[1])
				continue
			}
			for _, n := range names {
				if uses(m[2], n, d.bare) {
					put(m[1])
					break
				}
			}
		}
		if len(names) == before {
			break
		}
	}
	return names
}

// uses says that an expression mentions a name as a value.
func uses(expr, name string, bare bool) bool {
	for from := 0; ; {
		i := strings.Index(expr[from:], name)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(name)
		before := i > 0 && (wordByte(expr[i-1]))
		after := end < len(expr) && wordByte(expr[end])
		dollar := i > 0 && (expr[i-1] == '$' || expr[i-1] == '{')
		if !before && !after && (dollar || bare) {
			return true
		}
		from = end
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
