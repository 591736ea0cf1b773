package inspect

import (
	"regexp"
	"strings"
)

// Command injection: what a request brings is run by a shell. A small flow
// analysis over the text: names that take something of the request, names that take
// something of those, and the places that run one. Escaped values are let go.

// dialect is how one language takes from a request and runs commands.
type dialect struct {
	// brings is text of the request itself, assigned matches NAME = ...; sink is a call that runs its argument.
	brings, assigned, escaped *regexp.Regexp
	// sinks run a command; {} stands for what they run.
	sinks []string
	// ref writes how a name is used.
	ref func(name string) string
}

var dialects = map[string]dialect{
	"shell": {
		brings:   regexp.MustCompile(`\$\{?(?:QUERY_STRING|REQUEST_URI|PATH_INFO|FORM_\w+|HTTP_\w+|POST_\w+|GET_\w+)\b`),
		assigned: regexp.MustCompile(`(?m)^\s*(?:local\s+|export\s+)?(\w+)=(.*)$`),
		escaped:  regexp.MustCompile(`tr -cd|tr -dc|printf +'?%q|sed -e? *'s/\[\^|grep -[a-z]*E? *'\^\[`),
		sinks:    []string{`\beval\b[^\n#]*{}`, `\b(?:sh|ash|bash)\s+-c\s+[^\n]*{}`, `(?m)^\s*{}(?:\s|$)`, "`\\s*{}", `\$\(\s*{}`, `{}[^\n]*\|\s*(?:sh|ash|bash)\b`},
		ref:      func(n string) string { return `"?\$\{?` + n + `\b` },
	},
	"php": {
		brings:   regexp.MustCompile(`\$_(?:GET|POST|REQUEST|COOKIE|SERVER)\b`),
		assigned: regexp.MustCompile(`\$(\w+)\s*\.?=([^=;][^;]*);`),
		escaped:  regexp.MustCompile(`escapeshell(?:arg|cmd)|intval|\(int\)|ip2long|FILTER_VALIDATE|preg_match|ctype_`),
		sinks:    []string{`\b(?:system|exec|shell_exec|passthru|popen|proc_open)\s*\([^;]*{}`, "`[^`;]*{}"},
		ref:      func(n string) string { return `\$\{?` + n + `\b` },
	},
	"lua": {
		brings:   regexp.MustCompile(`\b(?:formvalue|formvaluetable|getenv|urldecode)\s*\(`),
		assigned: regexp.MustCompile(`(?m)^\s*(?:local\s+)?(\w+)\s*=([^=\n].*)$`),
		escaped:  regexp.MustCompile(`shellquote|shell_quote|tonumber|ipaddr|match\(`),
		sinks:    []string{`\b(?:os\.execute|io\.popen|(?:luci\.)?sys\.(?:call|exec)|fork_exec|luci\.util\.exec)\s*\([^\n]*{}`},
		ref:      func(n string) string { return `\b` + n + `\b` },
	},
}

var bodyRead = regexp.MustCompile("(?m)^\\s*(?:read\\s+(?:-\\w+\\s+(?:\\S+\\s+)?)?(\\w+)\\s*(?:$|;|<&0)|(\\w+)=(?:\\$\\(|`)\\s*(?:cat|head -c|dd)\\b[^\\n<|]*(?:\\)|`)\\s*$)")

func language(f *file, src string) string {
	first, _, _ := strings.Cut(src, "\n")
	b := strings.ToLower(f.base())
	switch {
	case strings.HasSuffix(b, ".php") || strings.Contains(src, "<?php"):
		return "php"
	case strings.HasSuffix(b, ".lua") || strings.Contains(first, "lua"):
		return "lua"
	case f.kind == "script" || strings.HasSuffix(b, ".cgi") || strings.HasSuffix(b, ".sh"):
		return "shell"
	}
	return ""
}

// injection looks for the flow from request to shell in one file.
func (in *inspector) injection(f *file) {
	src := string(contentOf(f.obj, 256<<10))
	lang := language(f, src)
	d, ok := dialects[lang]
	if !ok {
		return
	}
	off, end, name, ok := d.flow(src, lang)
	if !ok {
		return
	}
	what := "hands what the request says to a shell"
	if name != "" {
		what += " (variable " + name + ")"
	}
	in.add(f.at(Finding{ID: "web.command-injection", Level: Probable, Rule: "injection/" + lang, Value: f.path, Line: 1 + strings.Count(src[:off], "\n"), Title: f.path + " " + what, Evidence: strings.TrimSpace(clip(src[off:min(len(src), end+80)], 200)),
		Consequence: "a request can run commands with the web server's rights, mostly root", Use: "a request to this page", Control: "the value is followed from the request to the command in the same file; printed, compared and escaped values do not count"}, int64(off)))
}

// flow finds a command run with something of the request; name is the variable that carries it, "" for the request itself.
func (d *dialect) flow(src, lang string) (off, end int, name string, ok bool) {
	if off, end, ok = d.sink(src, d.brings.String()); ok {
		return off, end, "", true
	}
	for _, n := range d.tainted(src, lang) {
		if off, end, ok = d.sink(src, d.ref(regexp.QuoteMeta(n))); ok {
			return off, end, n, true
		}
	}
	return 0, 0, "", false
}

func (d *dialect) sink(src, what string) (int, int, bool) {
	for _, s := range d.sinks {
		re, err := regexp.Compile(strings.ReplaceAll(s, "{}", what))
		if err != nil {
			continue
		}
		for _, loc := range re.FindAllStringIndex(src, 16) {
			line := src[loc[0]:loc[1]]
			start := strings.LastIndexByte(src[:loc[0]], '\n') + 1
			if d.escaped.MatchString(line) || strings.HasPrefix(strings.TrimSpace(src[start:loc[0]+1]), "#") {
				continue
			}
			return loc[0], loc[1], true
		}
	}
	return 0, 0, false
}

// tainted lists the names that hold something of the request, at most 64, in the order of the text.
func (d *dialect) tainted(src, lang string) []string {
	var names []string
	has := map[string]bool{}
	put := func(n string) {
		if n != "" && !has[n] && len(names) < 64 {
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
				if uses(m[2], n, lang) {
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
func uses(expr, name, lang string) bool {
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
		if !before && !after && (dollar || lang == "lua") {
			return true
		}
		from = end
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
