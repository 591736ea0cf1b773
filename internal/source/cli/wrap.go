package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

type wrap int

const (
	wrapNone wrap = iota
	wrapYAML
	wrapJSON
)

// wrapping tells from the head what the output is wrapped in.
func wrapping(head []byte) wrap {
	h := bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf")
	switch {
	case len(h) > 0 && (h[0] == '{' || h[0] == '[' && listFirst(h)):
		if looksJSON(h) {
			return wrapJSON
		}
	case bytes.Contains(head, []byte("\ncommands:")) && bytes.Contains(head, []byte(`": |`)):
		return wrapYAML
	}
	return wrapNone
}

// looksJSON wants a quoted command or the "stdout" of a collector behind an opening brace.
func looksJSON(h []byte) bool {
	second := bytes.TrimLeft(h[1:], " \t\r\n")
	if len(second) == 0 || second[0] != '"' && second[0] != '{' && second[0] != '[' {
		return false
	}
	low := bytes.ToLower(h[:min(len(h), 16<<10)])
	for _, mark := range []string{`"show `, `"display `, `"stdout"`, `"stdout_lines"`, `"sh ver`, `"dis ver`} {
		if bytes.Contains(low, []byte(mark)) {
			return true
		}
	}
	return false
}

// yamlSections reads a recorded session: a list or map of quoted commands with
// block scalars. It reads lines, not YAML: recordings hold escapes and comments
// no decoder agrees on, and a line keeps its number.
func yamlSections(ctx context.Context, br *bufio.Reader, take func(*section) error) error {
	var cur section
	host, indent := "", -1
	banner := false
	end := func() error {
		sec := cur
		if banner && len(sec.lines) > 0 {
			// The greeting ends in the prompt.
			if h, ok := promptHost(sec.lines[len(sec.lines)-1].text); ok {
				host, sec.host = h, h
				sec.lines = sec.lines[:len(sec.lines)-1]
			}
		}
		if len(sec.lines) == 0 && sec.cmd == "" {
			return nil
		}
		return take(&sec)
	}
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := readLine(br)
		at := fmt.Sprintf("line %d", n)
		cmd, isCmd := yamlKey(text)
		switch {
		case isCmd && cmd == "" && cur.cmd != "":
			indent = -1 // the pager asked for a key: the output goes on
		case isCmd:
			if e := end(); e != nil {
				return e
			}
			banner = cmd == "init_prompt"
			if banner {
				cmd = ""
			}
			cur, indent = section{host: host, cmd: cmd, start: at}, -1
		case strings.HasPrefix(text, "#") || strings.HasPrefix(text, "---") || text == "commands:":
		case len(cur.lines) < maxSection && (cur.start != ""):
			if indent < 0 {
				indent = len(text) - len(strings.TrimLeft(text, " "))
			}
			lead := len(text) - len(strings.TrimLeft(text, " "))
			if out := unescape(text[min(indent, lead):]); len(cur.lines) > 0 || normal(out) != cur.cmd || cur.cmd == "" {
				cur.lines = append(cur.lines, line{at, clean(out)})
			}
		}
		if err == io.EOF {
			return end()
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", n, err)
		}
	}
}

// yamlKey takes the command out of `  - "show version\n": |-`.
func yamlKey(text string) (string, bool) {
	s := strings.TrimSpace(text)
	if strings.HasPrefix(s, "init_prompt:") {
		return "init_prompt", true
	}
	s = strings.TrimSpace(strings.TrimPrefix(s, "-"))
	if !strings.HasPrefix(s, `"`) {
		return "", false
	}
	i := strings.LastIndex(s, `": |`)
	if i < 1 || len(s)-i > 6 {
		return "", false
	}
	return normal(strings.TrimSpace(unescape(s[1:i]))), true
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\r`, "", `\n`, "", `\x20`, " ", `\t`, "\t", `\"`, `"`, `\\`, `\`, `\e`, "\x1b", `\b`, "\b").Replace(s)
}

// promptHost takes the host out of a prompt without a command.
func promptHost(text string) (string, bool) {
	s := strings.TrimSpace(text)
	if s == "" || !strings.ContainsAny(s[len(s)-1:], ">#]$%") {
		return "", false
	}
	end := s[len(s)-1]
	if end == '#' && strings.HasPrefix(s, "#") {
		return "", false
	}
	return hostOf(s[:len(s)-1], end, "")
}

const (
	maxJSON      = 16 << 20
	maxJSONDepth = 40
)

// jsonSections takes every text of several lines; its command is the key it
// stands under, or a sibling "command" or "cmd".
func jsonSections(ctx context.Context, br *bufio.Reader, take func(*section) error) error {
	dec := json.NewDecoder(io.LimitReader(br, maxJSON))
	for n := 1; ; n++ {
		var v any
		if err := dec.Decode(&v); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("read json at offset %#x: %w", dec.InputOffset(), err)
		}
		j := jsonWalk{ctx: ctx, take: take}
		if err := j.value(v, "", "", "", 0); err != nil {
			return err
		}
	}
}

type jsonWalk struct {
	ctx  context.Context
	take func(*section) error
}

func (j *jsonWalk) value(v any, path, cmd, host string, depth int) error {
	if depth > maxJSONDepth {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		return j.object(v, path, cmd, host, depth)
	case []any:
		for i, e := range v {
			// stdout_lines: a list of lines is one output.
			if text, ok := lineList(v); ok && i == 0 {
				return j.text(text, path, cmd, host)
			}
			if err := j.value(e, fmt.Sprintf("%s[%d]", path, i), cmd, host, depth+1); err != nil {
				return err
			}
		}
	case string:
		return j.text(v, path, cmd, host)
	}
	return nil
}

func (j *jsonWalk) object(m map[string]any, path, cmd, host string, depth int) error {
	for _, k := range []string{"command", "cmd", "Command"} {
		if c, ok := m[k].(string); ok {
			cmd = normal(c)
		}
	}
	for _, k := range []string{"hostname", "host", "device"} {
		if h, ok := m[k].(string); ok && len(h) < 64 && !strings.ContainsAny(h, " \n") {
			host = h
		}
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		c := cmd
		if n := normal(k); showing(n) {
			c = n
		}
		if err := j.value(m[k], path+"."+k, c, host, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func lineList(v []any) (string, bool) {
	if len(v) < 2 {
		return "", false
	}
	lines := make([]string, 0, len(v))
	for _, e := range v {
		s, ok := e.(string)
		if !ok || strings.Contains(s, "\n") {
			return "", false
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n"), true
}

func (j *jsonWalk) text(s, path, cmd, host string) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if !strings.Contains(s, "\n") && cmd == "" {
		return nil
	}
	sp := &splitter{take: j.take, cov: discard()}
	sp.host = host
	sp.cur = section{host: host, cmd: cmd, start: strings.TrimPrefix(path, ".")}
	n := 0
	for l := range strings.Lines(s) {
		n++
		if err := sp.line(fmt.Sprintf("%s line %d", strings.TrimPrefix(path, "."), n), clean(l[:min(len(l), maxLine)])); err != nil {
			return err
		}
	}
	return sp.end()
}
