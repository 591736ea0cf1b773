package syslog

import (
	"strings"
	"time"
)

// message is one line taken apart.
type message struct {
	at   string // RFC 3339, "" when the line states no year
	host string
	tag  string // program, without its number
	text string
}

// parse takes a line apart: "<PRI>1 TIME HOST APP PROCID MSGID SD TEXT"
// (RFC 5424), "<PRI>Mmm dd hh:mm:ss HOST TAG: TEXT" (RFC 3164, also without the
// priority and, as some devices write it, with a year), or an RFC 3339 time in place of the latter's.
func parse(line string) (message, bool) {
	rest, pri := priority(line)
	if pri && strings.HasPrefix(rest, "1 ") {
		return parse5424(rest[2:])
	}
	at, rest, ok := stamp(rest)
	if !ok {
		return message{}, false
	}
	host, text, ok := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if !ok || !hostLike(host) {
		return message{}, false
	}
	m := message{at: at, host: host, text: strings.TrimLeft(text, " ")}
	if tag, body, ok := strings.Cut(m.text, ":"); ok && len(tag) <= 48 && !strings.ContainsAny(tag, " %") {
		m.tag, m.text = tagName(tag), strings.TrimLeft(body, " ")
	}
	return m, true
}

// priority cuts "<0>" to "<191>".
func priority(line string) (rest string, ok bool) {
	if len(line) < 3 || line[0] != '<' {
		return line, false
	}
	end := strings.IndexByte(line[:min(len(line), 5)], '>')
	if end < 2 || strings.Trim(line[1:end], "0123456789") != "" {
		return line, false
	}
	return line[end+1:], true
}

func parse5424(s string) (message, bool) {
	var f [5]string // time, host, app, process, message ID
	for i := range f {
		var ok bool
		if f[i], s, ok = strings.Cut(s, " "); !ok && i < len(f)-1 {
			return message{}, false
		}
	}
	m := message{host: f[1], tag: f[2]}
	if f[0] != "-" {
		t, err := time.Parse(time.RFC3339Nano, f[0])
		if err != nil {
			return message{}, false
		}
		m.at = t.UTC().Format(time.RFC3339)
	}
	m.text = strings.TrimPrefix(afterData(s), "\ufeff")
	return m, true
}

// afterData skips the structured data: "-" or "[...]" elements, in which "\]" is no end.
func afterData(s string) string {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return strings.TrimLeft(rest, " ")
	}
	for strings.HasPrefix(s, "[") {
		i := 1
		for quoted := false; i < len(s); i++ {
			switch {
			case s[i] == '\\':
				i++
				continue
			case s[i] == '"':
				quoted = !quoted
				continue
			case s[i] == ']' && !quoted:
			default:
				continue
			}
			break
		}
		if i >= len(s) {
			return ""
		}
		s = s[i+1:]
	}
	return strings.TrimLeft(s, " ")
}

// stamp reads the time at the beginning. Without a year it is known to be a time and gives "".
func stamp(s string) (at, rest string, ok bool) {
	if word, rest, cut := strings.Cut(s, " "); cut && len(word) >= 20 && word[4] == '-' {
		t, err := time.Parse(time.RFC3339Nano, word)
		if err != nil {
			return "", s, false
		}
		return t.UTC().Format(time.RFC3339), rest, true
	}
	if len(s) < 16 {
		return "", s, false
	}
	if _, err := time.Parse(time.Stamp, s[:15]); err == nil && s[15] == ' ' {
		return "", s[16:], true
	}
	const withYear = "Jan _2 2006 15:04:05" // as Huawei's and others' information centres write it; the zone is not stated
	if len(s) > 20 {
		if _, err := time.Parse(withYear, s[:20]); err == nil && s[20] == ' ' {
			return "", s[21:], true
		}
	}
	return "", s, false
}

// hostLike reports whether a word can be a name or an address.
func hostLike(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for _, r := range s {
		if r > 126 || !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._:", r)) {
			return false
		}
	}
	return !strings.HasSuffix(s, ":")
}

// tagName is the program of "name[123]" and of a path to it.
func tagName(tag string) string {
	name, _, _ := strings.Cut(tag, "[")
	return name[strings.LastIndexByte(name, '/')+1:]
}
