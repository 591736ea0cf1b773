package probe

import (
	"bytes"
	"context"
	"io"
	"iter"
	"regexp"
	"time"

	"golang.org/x/crypto/ssh"
)

// A shell is read until it stands still at a prompt for promptRest; one command
// may bring at most maxPagerKeys pages.
const (
	promptRest   = 400 * time.Millisecond
	maxPagerKeys = 200
)

// dialogue types lines into the shell of a device and yields each with its
// output. Besides the lines only the space bar is pressed, where output waits for it.
func dialogue(ctx context.Context, client *ssh.Client, lines []string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		s, err := client.NewSession()
		if err != nil {
			return
		}
		defer s.Close()
		in, err := s.StdinPipe()
		if err != nil {
			return
		}
		// A high screen: most devices then show all at once.
		if s.RequestPty("vt100", 500, 200, ssh.TerminalModes{ssh.ECHO: 0}) != nil {
			return
		}
		sh := &shell{in: in, came: make(chan struct{}, 1)}
		s.Stdout = sh
		if s.Shell() != nil || !sh.greeted(ctx) {
			return
		}
		for _, l := range lines {
			out, ok := sh.ask(ctx, l)
			if len(out) > 0 && !yield(l, out) || !ok {
				return
			}
		}
	}
}

// shell is the terminal of one device.
type shell struct {
	in     io.Writer
	out    bounded
	came   chan struct{}
	prompt []byte
}

// Write takes what the device prints.
func (s *shell) Write(p []byte) (int, error) {
	n, err := s.out.Write(p)
	select {
	case s.came <- struct{}{}:
	default:
	}
	return n, err
}

var (
	// promptForm is how a last line looks when a device waits for a command.
	promptForm = regexp.MustCompile(`^\S.{0,80}[>#\]$] ?$`)
	// pagerForm is a last line that waits for a key.
	pagerForm = regexp.MustCompile(`(?i)-+ ?\(?more\b[^\n]{0,40}$|press any key to continue[^\n]{0,40}$`)
	// leftovers are what a pager and a terminal leave in a text.
	leftovers = regexp.MustCompile(`(?i)-+ ?\(?more\)?[^\n]{0,20}?-+|\x1b\[[0-9;]*[A-Za-z]|.?\x08|\r`)
)

// quiet waits until the device has said nothing for a while and done holds of its last line.
func (s *shell) quiet(ctx context.Context, done func(last []byte) bool) bool {
	end := time.NewTimer(askCommand)
	defer end.Stop()
	for {
		select {
		case <-s.came:
			continue
		case <-time.After(promptRest):
			if text := s.out.bytes(); done(text[bytes.LastIndexByte(text, '\n')+1:]) {
				return true
			}
		case <-end.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// greeted waits for the first prompt and learns it.
func (s *shell) greeted(ctx context.Context) bool {
	return s.quiet(ctx, func(last []byte) bool {
		s.prompt = bytes.TrimSpace(leftovers.ReplaceAll(last, nil))
		return promptForm.Match(s.prompt)
	})
}

// ask types one line and returns what came before the next prompt.
func (s *shell) ask(ctx context.Context, line string) ([]byte, bool) {
	from := len(s.out.bytes())
	if _, err := io.WriteString(s.in, line+"\n"); err != nil {
		return nil, false
	}
	keys := 0
	ok := s.quiet(ctx, func(last []byte) bool {
		if pagerForm.Match(bytes.TrimRight(last, " \r")) && keys < maxPagerKeys {
			keys++
			_, _ = io.WriteString(s.in, " ") // a closed session ends the waiting
			return false
		}
		return bytes.Equal(bytes.TrimSpace(leftovers.ReplaceAll(last, nil)), s.prompt)
	})
	text := leftovers.ReplaceAll(s.out.bytes()[from:], nil)
	text = bytes.TrimPrefix(bytes.TrimLeft(text, "\n"), []byte(line)) // some echo it nevertheless
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	return bytes.TrimSpace(text), ok
}
