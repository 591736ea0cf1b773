package shell

import (
	"path"
	"strings"
)

// maxText bounds a text that is filtered.
const maxText = 32 << 10

// says is what commands only print: echo, printf, files and settings of the image and what is filtered of them, and groups of such.
func (s *state) says(n *node, input string, fed bool) (string, bool) {
	if n == nil {
		return "", false
	}
	if n.kind != seq {
		return s.output(n, input, fed)
	}
	var all strings.Builder
	for _, k := range n.kids {
		t, ok := s.says(k, input, fed)
		if !ok && !idle(k) {
			return "", false
		}
		all.WriteString(t)
	}
	return all.String(), all.Len() > 0
}

// output is what a command or a pipe of them prints, when the image settles it. fed says that input is known.
func (s *state) output(n *node, input string, fed bool) (string, bool) {
	if n == nil {
		return "", false
	}
	switch n.kind {
	case pipe:
		ok := fed
		for _, k := range n.kids {
			if input, ok = s.output(k, input, ok); !ok {
				return "", false
			}
		}
		return input, ok
	case simple:
	default:
		return "", false
	}
	if !s.r.textLeft() || len(n.words) == 0 || n.into != "" && n.into != "/dev/null" {
		return "", false
	}
	var argv []string
	for _, it := range s.fields(n.words) {
		if !it.known {
			return "", false
		}
		argv = append(argv, it.text)
	}
	if n.from != "" || n.feed != "" {
		input = s.fed(n)
		fed = input != ""
	}
	if len(argv) == 0 {
		return "", false
	}
	p := printerOf(path.Base(argv[0]))
	if p == nil || s.funcs[argv[0]] != nil {
		return "", false
	}
	return p(s, argv[1:], input, fed)
}

// printer is one command that prints: its arguments, and what it reads when it names no file.
type printer func(s *state, args []string, input string, fed bool) (string, bool)

// printerOf is the printer a command is, nil for another command.
func printerOf(name string) printer {
	switch name {
	case "echo":
		return echoes
	case "printf":
		return formats
	case "cat":
		return cats
	case "basename":
		return baseOf
	case "dirname":
		return dirOf
	case "ls":
		return lists
	case "uci":
		return uciPrints
	case "grep", "egrep", "fgrep":
		return greps
	case "cut":
		return cuts
	case "head":
		return heads
	case "tail":
		return tails
	case "tr":
		return changes
	case "awk":
		return fieldsOf
	case "sed":
		return edits
	case "sort", "uniq":
		return passes
	case "base64":
		return decodes
	case "expr":
		return expr
	case "openssl":
		return opens
	case "xxd":
		return fromHex
	case "rev":
		return turns
	case "gunzip", "zcat", "gzip":
		return inflates
	}
	return nil
}

// read is the text of the files named, or the input when none is.
func (s *state) read(files []string, input string, fed bool) (string, bool) {
	if len(files) == 0 || len(files) == 1 && files[0] == "-" {
		return input[:min(len(input), maxText)], fed
	}
	var all strings.Builder
	for _, f := range files {
		t := s.r.World.Read(f)
		if t == "" || s.r.World.Volatile(f) {
			return "", false
		}
		all.WriteString(t)
	}
	t := all.String()
	return t[:min(len(t), maxText)], true
}

func cats(s *state, args []string, input string, fed bool) (string, bool) {
	return s.read(args, input, fed)
}

func passes(s *state, args []string, input string, fed bool) (string, bool) {
	_, files := options(args, "")
	return s.read(files, input, fed)
}

func baseOf(_ *state, args []string, _ string, _ bool) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	return args[0][strings.LastIndexByte(args[0], '/')+1:], true
}

func dirOf(_ *state, args []string, _ string, _ bool) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	return path.Dir(args[0]), true
}

// lists prints names: of the folders named, or the paths a pattern gave.
func lists(s *state, args []string, _ string, _ bool) (string, bool) {
	_, names := options(args, "")
	var out []string
	for _, n := range names {
		if s.r.World.Volatile(n) {
			return "", false
		}
		exists, dir, _ := s.r.World.Exists(n)
		if !dir {
			if exists {
				out = append(out, n)
			}
			continue
		}
		for _, p := range s.r.World.Glob(strings.TrimSuffix(n, "/") + "/*") {
			out = append(out, path.Base(p))
		}
	}
	return strings.Join(out, "\n"), len(out) > 0
}

// options splits arguments into flags, of which those of valued take a value, and the rest.
func options(args []string, valued string) (flags map[byte]string, rest []string) {
	flags = map[byte]string{}
	for i := 0; i < len(args); i++ {
		a := args[i]
		if len(a) < 2 || a[0] != '-' || a == "--" {
			if a == "--" {
				return flags, append(rest, args[i+1:]...)
			}
			rest = append(rest, a)
			continue
		}
		for j := 1; j < len(a); j++ {
			if strings.IndexByte(valued, a[j]) < 0 {
				flags[a[j]] = ""
				continue
			}
			if flags[a[j]] = a[j+1:]; j+1 == len(a) && i+1 < len(args) {
				i++
				flags[a[j]] = args[i]
			}
			break
		}
	}
	return flags, rest
}

func lines(t string) []string {
	if t = strings.TrimSuffix(t, "\n"); t == "" {
		return nil
	}
	return strings.Split(t, "\n")
}
