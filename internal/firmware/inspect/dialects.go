package inspect

import (
	"regexp"
	"strings"
)

// dialect is how one language takes from a request and runs commands.
type dialect struct {
	// brings is text of the request itself, assigned matches NAME = ...; escaped is what makes a value harmless.
	brings, assigned, escaped *regexp.Regexp
	// sinks run a command; {} stands for what they run.
	sinks []string
	// checks ask what a value looks like before it is used; {} stands for the value.
	checks []string
	// comments begin what the language does not run, up to the end of the line; blocks are pairs around such.
	comments []string
	blocks   [][2]string
	// opaque are calls that return something else than what they are given; nil for none.
	opaque *regexp.Regexp
	// ref writes how a name is used; bare says that names are used without a sign.
	ref  func(name string) string
	bare bool
}

// phpRun begins a call that runs its first argument, phpFirst is a part of that argument.
const (
	phpRun   = `(?m:^|[^>:\w$\n])(?:system|exec|shell_exec|passthru|popen|proc_open)\s*\(\s*`
	phpFirst = `(?:[^;,()"']|"[^"]*"|'[^']*'|\([^()]*\))`
)

func bareName(n string) string { return `\b` + n + `\b` }

var dialects = map[string]*dialect{
	"shell": {
		brings:   regexp.MustCompile(`\$\{?(?:QUERY_STRING|REQUEST_URI|PATH_INFO|FORM_\w+|HTTP_\w+|POST_\w+|GET_\w+)\b`),
		assigned: regexp.MustCompile(`(?m)^\s*(?:local\s+|export\s+)?(\w+)=(.*)$`),
		escaped:  regexp.MustCompile(`tr -cd|tr -dc|printf +'?%q|sed (?:-\w+ +)*['"]?s.\[\^|grep -[a-zA-Z]+ +["']?\^?\[|//\[[\^!]`),
		sinks: []string{`\beval\b[^\n#]*{}`, `\b(?:sh|ash|bash|su\s+\S+)\s+-c\s+"[^"\n]*{}`, `\b(?:sh|ash|bash|su\s+\S+)\s+-c\s+(?:'[^'\n]*')?{}`, `(?m)^\s*{}(?:\s|$)`, "`\\s*{}", `\$\(\s*{}`,
			`{}[^\n]*\|\s*(?:sh|ash|bash)\b`, `{}[^\n]*\|\s*xargs\b[^\n]*\b(?:sh|ash|bash)\s+-c\b`, `\b[gm]?awk\b[^\n]*\bsystem\s*\([^\n]*ENVIRON\["(?:QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_\w+)`},
		checks:   []string{`\bcase\s+{}"?\}?\s+in\b[^\n]*\n?[^\n]*\[[!^]`, `{}[^\n]*\|\s*e?grep\s`, `\bexpr\s+{}"?\s*:`, `\[\[\s*{}"?\s*=~`, `\bgrep\s[^\n]*<<<\s*{}`, `\[\s+{}"?\s+-(?:eq|ne|lt|le|gt|ge)\s`},
		comments: []string{"#"},
		ref:      func(n string) string { return `"?\$\{?` + n + `\b` },
	},
	"php": {
		brings:   regexp.MustCompile(`\$_(?:GET|POST|REQUEST|COOKIE)\b|\$_SERVER\s*\[\s*['"](?:QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_\w+|PHP_AUTH_\w+)`),
		assigned: regexp.MustCompile(`\$(\w+)\s*\.?=([^=;][^;]*);`),
		escaped:  regexp.MustCompile(`escapeshell(?:arg|cmd)|intval|\((?:int|float|bool)\)|ip2long|FILTER_VALIDATE|preg_match|preg_replace\s*\(\s*['"].\[\^|ctype_|basename\(|isset\s*\(`),
		sinks: []string{phpRun + phpFirst + `*"[^"]*{}`, phpRun + phpFirst + `*{}`, phpRun + `(?:v?sprintf|implode|join|trim|stripslashes|urldecode|str_replace|strtr)\s*\([^;]*{}`,
			`(?m:^|[^>:\w$\n])(?:eval|assert)\s*\(\s*` + phpFirst + `*{}`, "(?:[=(.]|\\becho|\\breturn)[ \t]*`[^`\n;]*{}[^`\n]*`"},
		opaque:   regexp.MustCompile(`(?:->|::)\w+\s*\([^()]*(?:\([^()]*\)[^()]*)*\)`),
		checks:   []string{`\b(?:preg_match|ctype_\w+|in_array|filter_var|is_numeric|is_int|ip2long|checkdate|array_key_exists)\s*\([^;{]*{}`},
		comments: []string{"//", "#"}, blocks: [][2]string{{"/*", "*/"}},
		ref: func(n string) string { return `\$\{?` + n + `\b` },
	},
	"lua": {
		brings:   regexp.MustCompile(`\b(?:formvalue|formvaluetable|getenv|urldecode)\s*\(`),
		assigned: regexp.MustCompile(`(?m)^\s*(?:local\s+)?(\w+)\s*=([^=\n].*)$`),
		escaped:  regexp.MustCompile(`shellquote|shell_quote|tonumber|ipaddr|match\(|gsub\(\s*["']\[\^`),
		sinks:    []string{`\b(?:os\.execute|io\.popen|(?:luci\.)?sys\.(?:call|exec)|fork_exec|luci\.util\.exec)\s*\([^\n]*{}`},
		checks:   []string{`{}\s*:\s*(?:match|find)\s*\(`, `\bstring\.(?:match|find)\s*\(\s*{}`, `\b(?:tonumber|ipaddr|ip4addr|host|hostname|uinteger)\s*\(\s*{}`},
		comments: []string{"--"}, blocks: [][2]string{{"--[[", "]]"}},
		ref: bareName, bare: true,
	},
	"python": {
		brings:   regexp.MustCompile(`\.getvalue\s*\(|\bFieldStorage\s*\(|\bos\.(?:environ|getenv)\b[^\n]*(?:QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_)|\brequest\.(?:args|form|values|json|data|GET|POST|query)\b|\bsys\.stdin\.read|\bparse_qs`),
		assigned: regexp.MustCompile(`(?m)^\s*(\w+)\s*=([^=\n].*)$`),
		escaped:  regexp.MustCompile(`shlex\.quote|pipes\.quote|\bint\(|ip_address\(|re\.(?:match|fullmatch|sub)\(`),
		sinks: []string{`\b(?:os\.system|os\.popen|commands\.get(?:status)?output|subprocess\.get(?:status)?output)\s*\([^\n]*{}`,
			`\bsubprocess\.\w+\s*\([^\n]*{}[^\n]*shell\s*=\s*True`},
		checks:   []string{`\bre\.(?:match|fullmatch|search)\s*\([^\n]*{}`, `{}\.is(?:digit|alnum|numeric)\(`, `\bip_address\s*\(\s*{}`, `\bif\s+{}\s+(?:not\s+)?in\s`},
		comments: []string{"#"}, blocks: [][2]string{{`"""`, `"""`}, {"'''", "'''"}},
		ref: bareName, bare: true,
	},
	"node": {
		brings:   regexp.MustCompile(`\b(?:req|request|ctx|ctx\.request)\.(?:query|body|params|cookies|headers|url)\b`),
		assigned: regexp.MustCompile(`(?m)^\s*(?:(?:const|let|var)\s+)?\{?\s*(\w+)\s*\}?\s*=([^=>\n].*)$`),
		escaped:  regexp.MustCompile(`parseInt\(|Number\(|shellescape|shell-quote|\bquote\(|isIP\(|\.replace\(/\[\^`),
		sinks:    []string{`(?:^|[^.\w])(?:child_process\.|cp\.)?exec(?:Sync)?\s*\([^,\n]*{}`, `\bspawn(?:Sync)?\s*\([^\n]*{}[^\n]*shell\s*:\s*true`, `\bspawn(?:Sync)?\s*\(\s*['"](?:/bin/)?(?:ba)?sh['"]\s*,\s*\[\s*['"]-c['"][^\n]*{}`},
		checks:   []string{`\.test\s*\(\s*{}`, `{}\.match\s*\(`, `\bis(?:IP|IPv4|Integer|NaN)\s*\(\s*{}`, `\.includes\s*\(\s*{}`},
		comments: []string{"//"}, blocks: [][2]string{{"/*", "*/"}},
		ref: bareName, bare: true,
	},
	"perl": {
		brings:   regexp.MustCompile(`\bparam\s*\(|\$ENV\{['"]?(?:QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_\w+)|<STDIN>|\bread\s*\(\s*STDIN`),
		assigned: regexp.MustCompile(`(?:my\s+)?\$(\w+)\s*=([^=~;][^;]*);`),
		escaped:  regexp.MustCompile(`quotemeta|\bint\s*\(`),
		sinks: []string{`\b(?:system|exec)\s*\(?\s*"[^"\n]*{}`, `\b(?:system|exec)\s*\(?\s*['"][^'"\n]*['"]\s*\.\s*{}`, `\b(?:system|exec)\s*\(?\s*{}\s*\)?\s*;`, "`[^`;]*{}", `\bqx\s*[{/(|][^;]*{}`,
			`\bopen\s*\(?[^;"]*"\s*\|[^"]*{}`, `\bopen\s*\(?[^;"]*"[^"]*{}[^"]*\|\s*"`},
		checks:   []string{`{}\s*(?:=~|!~)\s*m?[/{|]`, `-[efrx]\s+{}`},
		comments: []string{"#"}, blocks: [][2]string{{"\n=", "\n=cut"}},
		ref: func(n string) string { return `\$\{?` + n + `\b` },
	},
}

func language(f *file, src string) string {
	first, _, _ := strings.Cut(src, "\n")
	b := strings.ToLower(f.base())
	switch {
	case strings.HasSuffix(b, ".php") || strings.Contains(src, "<?php"):
		return "php"
	case strings.HasSuffix(b, ".lua") || strings.Contains(first, "lua"):
		return "lua"
	case strings.HasSuffix(b, ".py") || strings.Contains(first, "python"):
		return "python"
	case (strings.HasSuffix(b, ".js") || strings.Contains(first, "node")) && strings.Contains(src, "child_process"):
		return "node"
	case strings.HasSuffix(b, ".pl") || strings.Contains(first, "perl"):
		return "perl"
	case f.kind == "script" || strings.HasSuffix(b, ".cgi") || strings.HasSuffix(b, ".sh"):
		return "shell"
	}
	return ""
}

// uncommented blanks what the language does not run; places stay what they are.
func (d *dialect) uncommented(src string) string {
	b := []byte(src)
	quote := byte(0)
	for i := 0; i < len(b); i++ {
		c := b[i]
		if n := d.blockAt(src, i, quote); n > 0 {
			for ; n > 0; n-- {
				if b[i] != '\n' {
					b[i] = ' '
				}
				i++
			}
			i--
			continue
		}
		switch {
		case c == '\\':
			i++
		case c == '\n':
			quote = 0 // a quote that spans lines is read as ended: at worst a comment is taken for text
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case d.commentAt(src, i):
			for i < len(b) && b[i] != '\n' {
				b[i] = ' '
				i++
			}
		}
	}
	return string(b)
}

func (d *dialect) commentAt(src string, i int) bool {
	for _, m := range d.comments {
		if strings.HasPrefix(src[i:], m) && (i == 0 || strings.IndexByte(" \t\n;{}", src[i-1]) >= 0) {
			return true
		}
	}
	return false
}

// blockAt is the length of a block of what is not run that begins here, 0 for none.
func (d *dialect) blockAt(src string, i int, quote byte) int {
	if quote != 0 {
		return 0
	}
	for _, b := range d.blocks {
		if !strings.HasPrefix(src[i:], b[0]) || b[0] == "\n=" && (i+2 >= len(src) || !wordByte(src[i+2])) {
			continue
		}
		from := i + len(b[0])
		if end := strings.Index(src[from:], b[1]); end >= 0 {
			return from - i + end + len(b[1])
		}
		return len(src) - i
	}
	return 0
}
