package report

import (
	"bytes"
	"io"
	"strings"
)

// Fold returns a writer that breaks lines wider than width columns between
// words and sets what follows farther in. Close writes a
// last line without a newline. A width below 40 leaves lines as they are.
func Fold(w io.Writer, width int) io.WriteCloser { return &folder{w: w, width: width} }

type folder struct {
	w     io.Writer
	width int
	line  []byte
}

func (f *folder) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			f.line = append(f.line, p...)
			return n, nil
		}
		f.line = append(f.line, p[:i+1]...)
		p = p[i+1:]
		if err := f.flush(); err != nil {
			return 0, err
		}
	}
}

func (f *folder) Close() error { return f.flush() }

func (f *folder) flush() error {
	if len(f.line) == 0 {
		return nil
	}
	s := string(f.line)
	f.line = f.line[:0]
	_, err := io.WriteString(f.w, foldLine(s, f.width))
	return err
}

// foldLine breaks one line.
func foldLine(s string, width int) string {
	text := strings.TrimRight(s, "\n")
	if width < 40 || shown(text) <= width {
		return s
	}
	indent := hang(text, width)
	var b strings.Builder
	at, first := 0, true
	for rest := text; rest != ""; {
		word := rest
		if i := strings.IndexByte(strings.TrimLeft(rest, " "), ' '); i >= 0 {
			word = rest[:len(rest)-len(strings.TrimLeft(rest, " "))+i]
		}
		rest = rest[len(word):]
		n := shown(word)
		if !first && at+n > width {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			word = strings.TrimLeft(word, " ")
			at, n = indent, shown(word)
		}
		b.WriteString(word)
		at += n
		first = false
	}
	return b.String() + s[len(text):]
}

// hang is where the lines after the first begin: under the text behind the
// mark of a list, else farther in.
func hang(s string, width int) int {
	text := strings.TrimLeft(s, " ")
	n := len(s) - len(text)
	mark, _, _ := strings.Cut(text, " ")
	switch {
	case n == 0:
		n = 2
	case mark == "-" || mark == "?" || strings.HasSuffix(mark, ".") && len(mark) <= 3:
		n += len(mark) + 1
	case n < 5:
		n += 4
	default:
		n += 2
	}
	return min(n, width/2)
}

// shown is the breadth of a text without the codes of its colours.
func shown(s string) int {
	n := 0
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 {
			return n + breadth(s)
		}
		n += breadth(s[:i])
		j := strings.IndexByte(s[i:], 'm')
		if j < 0 {
			return n
		}
		s = s[i+j+1:]
	}
}
