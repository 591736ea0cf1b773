package cli

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"telltale/internal/source"
	"telltale/internal/source/observe"
)

// Recognise reads the head as the source would and says 85 for a session with
// prompts or recorded commands, 70 for a text whose layout one family of
// command lines prints, 40 for a text that merely identifies something.
func (Source) Recognise(head []byte, name string) int {
	if len(head) > source.Head {
		head = head[:source.Head]
	}
	if !texty(head) {
		return 0
	}
	if observe.LooksXML(head) && !promptFirst(head) {
		return 0
	}
	wrapped := wrapping(head) != wrapNone
	if c := firstByte(head); (c == '{' || c == '[' && listFirst(head) && !promptFirst(head)) && !wrapped {
		return 0
	}
	prompts, shaped, guessed, listed := 0, 0, 0, 0
	in := &source.Input{Name: name, Data: bytes.NewReader(head), Size: int64(len(head))}
	// A cut JSON text ends in an error; what came before it counts.
	_ = sections(context.Background(), in, discard(), func(sec *section) error {
		if sec.cmd != "" && showing(sec.cmd) {
			prompts++
		}
		if len(sec.lines) == 0 {
			return nil
		}
		k, shape := classify(sec)
		switch {
		case shape != "" && shape != "vrp-or-comware/sysname" && shape != "ont-shell/display":
			shaped++
		case shape != "":
			guessed++
		case k == identity && !ownKeyed(sec):
		case k != other:
			guessed++
		}
		if separated(sec) || prose(sec) {
			listed++
		}
		return nil
	})
	switch {
	case wrapped && (prompts > 0 || shaped > 0):
		return 90
	case wrapped:
		return 60
	case prompts > 0:
		return 85
	case listed > 0 && (shaped == 0 || oids(head)):
		return 0
	case shaped > 0:
		return 70
	case guessed > 0:
		return 50
	}
	return 0
}

// listFirst reports whether what follows the first bracket may stand in a JSON list; "[AC5800V100R019: 1]" does not.
func listFirst(head []byte) bool {
	h := bytes.TrimLeft(bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf")[1:], " \t\r\n")
	return len(h) == 0 || bytes.IndexByte([]byte(`{["]-0123456789tfn`), h[0]) >= 0
}

// promptFirst reports whether the first line is a prompt with a command:
// "<name>display version" begins like an element, "[user@name] > /export" like a list.
func promptFirst(head []byte) bool {
	first, _, _ := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte("\n"))
	_, _, ok := prompt(clean(string(first[:min(len(first), maxLine)])), "")
	return ok
}

func firstByte(head []byte) byte {
	h := bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf")
	if len(h) == 0 {
		return 0
	}
	return h[0]
}

// texty reports whether head is text: no NUL runs, mostly valid UTF-8 or an 8-bit set.
func texty(head []byte) bool {
	if len(head) == 0 {
		return false
	}
	bad := 0
	for i := 0; i < len(head); {
		r, n := utf8.DecodeRune(head[i:])
		if r == 0 || r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != 0x1b && r != '\b' || r == utf8.RuneError && n == 1 {
			bad++
		}
		i += n
	}
	return bad*50 <= len(head)
}

// separated reports whether the section looks like a sheet or a key=value dump
// (commas or tabs or "=" in the same number on most lines): those have sources of their own.
func separated(sec *section) bool {
	for _, sep := range []string{",", "\t", ";", "|", " = "} {
		same, first := 0, strings.Count(sec.lines[0].text, sep)
		if first == 0 {
			continue
		}
		for _, l := range sec.lines {
			if strings.Count(l.text, sep) == first {
				same++
			}
		}
		if len(sec.lines) > 1 && same*10 >= len(sec.lines)*8 && (first > 1 || sep == " = ") {
			return true
		}
	}
	return false
}

// prose reports whether the section is running text: long lines of words, few of them "key: value".
func prose(sec *section) bool {
	long, pairs := 0, 0
	for _, l := range sec.lines {
		if strings.Count(strings.TrimSpace(l.text), " ") >= 8 && !strings.Contains(l.text, "   ") {
			long++
		}
		if _, _, ok := keyValue(l.text); ok {
			pairs++
		}
	}
	return long > 5 && long*3 > len(sec.lines) && pairs*4 < len(sec.lines)
}

// oids reports whether the lines begin with object identifiers: a walk, not a session.
func oids(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, " \t\r\n."), []byte("\n"))
	id, _, _ := bytes.Cut(line, []byte("|"))
	id, _, _ = bytes.Cut(id, []byte(" "))
	return len(id) > 6 && bytes.Count(id, []byte(".")) >= 4 && len(bytes.Trim(id, "0123456789.")) == 0
}

// ownKeyed reports whether a line states a serial, model or address under a known key.
func ownKeyed(sec *section) bool {
	for _, l := range sec.lines {
		if k, v, ok := keyValue(l.text); ok && v != "" {
			if _, known := ownKeys[k]; known {
				return true
			}
		}
	}
	return false
}
