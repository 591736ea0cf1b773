package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/source"
)

// line is one line of output with its place.
type line struct {
	at   string
	text string
}

// section is the output of one command, or a text whose command is not told.
type section struct {
	host  string // name in the prompt, empty when none was seen
	cmd   string // normalised: lower case, "show version"
	lines []line
	start string
}

func (s *section) at() string {
	if s.start == "" && len(s.lines) > 0 {
		return s.lines[0].at
	}
	return s.start
}

// sections reads the input and calls take for each section in order.
func sections(ctx context.Context, in *source.Input, cov *asset.Coverage, take func(*section) error) error {
	br := bufio.NewReaderSize(in.Reader(), 64<<10)
	head, _ := br.Peek(16 << 10)
	switch wrapping(head) {
	case wrapJSON:
		return jsonSections(ctx, br, take)
	case wrapYAML:
		return yamlSections(ctx, br, take)
	}
	sp := &splitter{take: take, cov: cov}
	for n := 1; ; n++ {
		if n%4096 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		text, err := readLine(br)
		if text != "" || err == nil {
			if e := sp.line(fmt.Sprintf("line %d", n), text); e != nil {
				return e
			}
		}
		if err == io.EOF {
			return sp.end()
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", n, err)
		}
	}
}

// readLine reads one line without its end, cut to maxLine.
func readLine(br *bufio.Reader) (string, error) {
	var out []byte
	for {
		chunk, err := br.ReadSlice('\n')
		if room := maxLine - len(out); room > 0 {
			out = append(out, chunk[:min(room, len(chunk))]...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		return clean(string(out)), err
	}
}

// clean drops line ends, ANSI escapes, backspaces and what a pager left.
func clean(s string) string {
	s = strings.TrimRight(s, "\r\n")
	if strings.ContainsAny(s, "\x1b\b\r\x00") {
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			switch c := s[i]; {
			case c == 0x1b:
				if i+1 < len(s) && s[i+1] == '[' {
					for i += 2; i < len(s) && (s[i] < '@' || s[i] > '~'); i++ {
					}
				}
			case c == '\b', c == '\r', c == 0:
			default:
				b.WriteByte(c)
			}
		}
		s = b.String()
	}
	if i := strings.Index(s, "--More--"); i >= 0 {
		s = s[:i] + s[i+len("--More--"):]
	}
	if i := strings.Index(s, "---- More ----"); i >= 0 {
		s = s[:i] + s[i+len("---- More ----"):]
	}
	return s
}

// splitter cuts lines into sections at prompts and bare command lines.
type splitter struct {
	take    func(*section) error
	cov     *asset.Coverage
	cur     section
	host    string
	dropped bool
	octets  int // of the section at hand
	count   int
}

func (sp *splitter) line(at, text string) error {
	if host, cmd, ok := prompt(text, sp.host); ok {
		if err := sp.end(); err != nil {
			return err
		}
		if host != "" {
			sp.host = host
		}
		sp.cur = section{host: sp.host, cmd: cmd, start: at}
		return nil
	}
	if cmd, ok := bareCommand(text); ok {
		if err := sp.end(); err != nil {
			return err
		}
		sp.cur = section{host: sp.host, cmd: cmd, start: at}
		return nil
	}
	if len(sp.cur.lines) < maxSection && sp.octets < maxText {
		sp.cur.lines = append(sp.cur.lines, line{at, text})
		sp.octets += len(text)
	} else if !sp.dropped {
		sp.dropped = true
		sp.cov.Fail(at, "the output of one command is longer than is read", "split the file")
	}
	return nil
}

func (sp *splitter) end() error {
	sec := sp.cur
	sp.cur, sp.octets = section{host: sp.host}, 0
	for len(sec.lines) > 0 && strings.TrimSpace(sec.lines[0].text) == "" {
		sec.lines = sec.lines[1:]
	}
	for n := len(sec.lines); n > 0 && strings.TrimSpace(sec.lines[n-1].text) == ""; n = len(sec.lines) {
		sec.lines = sec.lines[:n-1]
	}
	if len(sec.lines) == 0 && sec.cmd == "" {
		return nil
	}
	if sp.count++; sp.count > maxSections {
		return nil
	}
	return sp.take(&sec)
}

// verbs begin the commands that show something, and those that move in a session.
var verbs = []string{"show ", "sh ", "display ", "dis ", "get ", "diagnose ", "/system ", "/interface ", "/ip ", "/export",
	"info ", "dir", "screen-length ", "terminal ", "enable", "configure", "conf t", "quit", "exit", "logout", "system-view",
	"undo ", "set cli", "set session", "admin ", "scroll", "idle-timeout", "skip-page", "no page", "environment no more",
	"cat /", "ifconfig", "ip addr", "ip neigh", "ip link", "lspci", "lsusb", "dmidecode"}

func verb(s string) bool {
	low := strings.ToLower(s)
	for _, v := range verbs {
		if strings.HasPrefix(low, v) || low == strings.TrimSpace(v) {
			return true
		}
	}
	return false
}

// showing reports whether a normalised command only shows; others may carry secrets and are not kept.
func showing(cmd string) bool {
	for _, v := range []string{"show ", "display ", "get ", "diagnose ", "/system ", "/ip neighbor", "/ip arp", "/interface "} {
		if strings.HasPrefix(cmd, v) {
			return !strings.Contains(cmd, "password") && !strings.Contains(cmd, "secret")
		}
	}
	return false
}

// prompt takes apart "<host>display version", "user@host> show version",
// "RP/0/RSP0/CPU0:host#show version", "[user@host] > /system resource print".
// A prompt alone ends a section when its host is the one known.
func prompt(text, known string) (host, cmd string, ok bool) {
	s := strings.TrimLeft(text, " \t")
	for i := 0; i < len(s) && i < 100; i++ {
		if c := s[i]; c != '>' && c != '#' && c != ']' && c != '$' && c != '%' {
			continue
		}
		rest := strings.TrimLeft(s[i+1:], " ")
		if s[i] == ']' && strings.HasPrefix(rest, ">") {
			rest = strings.TrimLeft(rest[1:], " ")
		}
		h, valid := hostOf(s[:i], s[i], known)
		if !valid {
			return "", "", false
		}
		switch {
		case rest == "" && h == known:
			return h, "", true
		case rest == "":
			return "", "", false
		case verb(rest):
			return h, normal(rest), true
		}
		if s[i] == '#' || s[i] == '$' {
			return "", "", false
		}
	}
	return "", "", false
}

// hostOf takes the host out of what stands before a prompt's end.
func hostOf(s string, end byte, known string) (string, bool) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "{") { // {master:0}
		if _, rest, found := strings.Cut(s, "}"); found {
			s = strings.TrimSpace(rest)
		}
	}
	view := end == ']'
	if view {
		if !strings.HasPrefix(s, "[") {
			return "", false
		}
		s = strings.TrimLeft(s[1:], "~*")
	} else if end == '>' {
		s = strings.TrimPrefix(s, "<")
	}
	if strings.HasPrefix(s, "RP/") || strings.HasPrefix(s, "*A:") || strings.HasPrefix(s, "A:") || strings.HasPrefix(s, "*B:") || strings.HasPrefix(s, "B:") {
		s = s[strings.LastIndexByte(s, ':')+1:]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		s = s[:i]
	}
	s = strings.TrimSuffix(s, ":~")
	// "[host-GigabitEthernet0/0/1]" is a view of the host known already.
	if view && known != "" && strings.HasPrefix(s, known+"-") {
		s = known
	}
	if s == "" || len(s) > 63 {
		return "", false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"'<>=,;*?!#{}`, c) >= 0 {
			return "", false
		}
	}
	return s, true
}

// normal brings a command to lower case, single spaces and full verbs, without pipes.
func normal(cmd string) string {
	cmd, _, _ = strings.Cut(cmd, "|")
	f := strings.Fields(strings.ToLower(cmd))
	if len(f) > 10 {
		f = f[:10]
	}
	if len(f) > 0 {
		switch f[0] {
		case "sh", "sho":
			f[0] = "show"
		case "dis", "disp":
			f[0] = "display"
		}
	}
	return strings.Join(f, " ")
}

// bareCommand recognises a line that is nothing but a known command, with the
// decoration collectors put around it: "### show version ###", "!Command: show version".
func bareCommand(text string) (string, bool) {
	if len(text) > 120 {
		return "", false
	}
	s := strings.Trim(text, " \t#=!*->:\"'`")
	if low := strings.ToLower(s); strings.HasPrefix(low, "command:") {
		s = strings.TrimSpace(s[len("command:"):])
	}
	if len(s) < 6 || strings.ContainsAny(s, ".,;=") {
		return "", false
	}
	cmd := normal(s)
	if !strings.HasPrefix(cmd, "show ") && !strings.HasPrefix(cmd, "display ") && !strings.HasPrefix(cmd, "/") {
		return "", false
	}
	if kindOfCommand(cmd) == other || cmd[0] == '/' && !strings.HasSuffix(cmd, "print") && !strings.Contains(cmd, " print ") {
		return "", false // in an export a path alone begins a block
	}
	return cmd, true
}

// discard is a coverage nobody reads.
func discard() *asset.Coverage { return &asset.Coverage{} }
