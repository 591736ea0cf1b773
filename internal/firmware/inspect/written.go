package inspect

import (
	"path"
	"strings"

	"telltale/internal/firmware/shell"
)

// What scripts write while the device starts, and what is done once, at the first start.

// maxWritten bounds the text kept of one file a script writes.
const maxWritten = 64 << 10

// Exists, Read, Glob and Volatile make a booter the shell's World: the volume, and what its scripts wrote.
func (b *booter) Exists(p string) (exists, dir, exec bool) { return b.v.Exists(p) }

func (b *booter) Glob(pattern string) []string { return b.v.Glob(pattern) }

func (b *booter) Read(p string) string {
	if t := b.written[path.Clean("/"+p)]; t != "" {
		return t
	}
	return b.v.Read(p)
}

func (b *booter) Volatile(p string) bool {
	return b.written[path.Clean("/"+p)] == "" && b.v.Volatile(p)
}

// writes keeps what a command writes into a file, so that it is known when the file is run.
func (b *booter) writes(c *shell.Command, argv []string) {
	if c.Into == "" || strings.HasPrefix(c.Into, "/dev/") || len(b.written) > 500 {
		return
	}
	text := c.Input
	if argv[0] != "cat" {
		text = printed(argv)
	}
	p := path.Clean("/" + c.Into)
	if old := b.written[p]; len(old)+len(text) < maxWritten {
		b.written[p] = old + strings.TrimSuffix(text, "\n") + "\n"
	}
}

// printed is what echo or printf prints.
func printed(argv []string) string {
	if argv[0] == "printf" {
		t, _ := shell.Formatted(argv[1:])
		return t
	}
	return shell.Echoed(argv[1:])
}

// firstBoot: OpenWrt runs these scripts once, before anything else of the first start.
func (b *booter) firstBoot() {
	for _, p := range b.v.Glob("/etc/uci-defaults/*") {
		b.run(p, nil, nil, []string{"first start"})
	}
}

// apartFromItself leaves out conditions that only ask whether the program runs already: at a start it does not.
func apartFromItself(when []string, name string) []string {
	var out []string
	for _, w := range when {
		if !asksOfItself(w, name) {
			out = append(out, w)
		}
	}
	return out
}

func asksOfItself(cond, name string) bool {
	not := strings.HasPrefix(cond, "not") || strings.Contains(cond, "! ") || strings.Contains(cond, "-z ")
	if !not || !mentions(cond, name) || strings.Contains(cond, " -o ") || strings.Contains(cond, "||") {
		return false
	}
	for _, asks := range []string{"pidof ", "pgrep ", "ps ", "ps|", "killall -0", "/run/"} {
		if strings.Contains(cond, asks) {
			return true
		}
	}
	return false
}

// mentions says that a text holds a name as a word, or as the name of its pid file.
func mentions(text, name string) bool {
	for from := 0; name != ""; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(name)
		if (i == 0 || !wordByte(text[i-1])) && (end == len(text) || !wordByte(text[end])) {
			return true
		}
		from = end
	}
	return false
}
