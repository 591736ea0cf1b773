package shell

import (
	"path"
	"regexp"
	"strconv"
	"strings"
)

// OpenWrt keeps settings in /etc/config/NAME as sections with options. What
// the image ships there settles "uci get" and the shell functions config_load,
// config_get, config_get_bool and config_foreach.

type uciSection struct {
	kind, name string
	opts       map[string]string
}

var uciLine = regexp.MustCompile(`^\s*(config|option|list)\s+(\S+)(?:\s+(.*?))?\s*$`)

// uciFile reads the sections of a settings file; nil when the image has none.
func (s *state) uciFile(pkg string) []uciSection {
	if pkg == "" || strings.ContainsAny(pkg, "/*?[$") {
		return nil
	}
	src := s.r.World.Read("/etc/config/" + pkg)
	if src == "" || !s.r.textLeft() {
		return nil
	}
	out := []uciSection{}
	for _, l := range strings.Split(src, "\n") {
		m := uciLine.FindStringSubmatch(l)
		if m == nil || len(out) > 1000 {
			continue
		}
		word, value := strings.Trim(m[2], `'"`), strings.Trim(m[3], `'"`)
		if m[1] == "config" {
			out = append(out, uciSection{word, value, map[string]string{}})
		} else if n := len(out); n > 0 {
			if old := out[n-1].opts[word]; m[1] == "list" && old != "" {
				value = old + " " + value
			}
			out[n-1].opts[word] = value
		}
	}
	return out
}

// uciSectionOf finds a section by name, by its number or as @type[n].
func uciSectionOf(l []uciSection, name string) *uciSection {
	kind, n := "", 0
	if at, ok := strings.CutPrefix(name, "@"); ok {
		var idx string
		kind, idx, _ = strings.Cut(strings.TrimSuffix(at, "]"), "[")
		n, _ = strconv.Atoi(idx)
	}
	seen := 0
	for i := range l {
		if kind == "" && (l[i].name == name || "cfg"+strconv.Itoa(i) == name) {
			return &l[i]
		}
		if kind != "" && l[i].kind == kind {
			if seen == n {
				return &l[i]
			}
			seen++
		}
	}
	return nil
}

// uciPrints is "uci get PACKAGE.SECTION.OPTION" on what the image ships.
func uciPrints(s *state, args []string, _ string, _ bool) (string, bool) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if strings.HasPrefix(args[0], "-P") || strings.HasPrefix(args[0], "-c") { // kept elsewhere
			return "", false
		}
		args = args[1:]
	}
	if len(args) != 2 || args[0] != "get" {
		return "", false
	}
	parts := strings.SplitN(args[1], ".", 3)
	file := s.uciFile(parts[0])
	if file == nil || len(parts) < 2 {
		return "", false
	}
	sec := uciSectionOf(file, parts[1])
	switch {
	case sec == nil:
		return "", true
	case len(parts) == 2:
		return sec.kind, true
	}
	return sec.opts[parts[2]], true
}

// owrt handles the functions of OpenWrt's start scripts that read settings.
func (s *state) owrt(argv []string, known []bool) bool {
	switch {
	case argv[0] == "config_load" && len(argv) > 1:
		s.settings = path.Base(argv[1])
	case (argv[0] == "config_get" || argv[0] == "config_get_bool") && len(argv) > 3 && isName(argv[1]):
		s.configGet(argv, known)
	case argv[0] == "config_foreach" && len(argv) > 1:
		s.configForeach(argv)
	default:
		return false
	}
	return true
}

func (s *state) configGet(argv []string, known []bool) {
	file := s.uciFile(s.settings)
	if file == nil || !known[2] || !known[3] {
		s.set(argv[1], "$"+argv[1], false)
		return
	}
	v := ""
	if sec := uciSectionOf(file, argv[2]); sec != nil {
		v = sec.opts[argv[3]]
	}
	if v == "" && len(argv) > 4 {
		v = argv[4]
	}
	if argv[0] == "config_get_bool" {
		switch v {
		case "on", "true", "yes", "enabled", "1":
			v = "1"
		case "off", "false", "no", "disabled", "0":
			v = "0"
		}
	}
	s.set(argv[1], v, true)
	delete(s.setIn, argv[1])
}

// configForeach calls a function once a section of a kind; without the settings, once with a section not known.
func (s *state) configForeach(argv []string) {
	fn := s.funcs[argv[1]]
	if fn == nil {
		return
	}
	file := s.uciFile(s.settings)
	if file == nil {
		s.call(fn, append([]string{argv[1], "$section"}, argv[min(3, len(argv)):]...))
		return
	}
	for i := range file {
		if i >= 256 || len(argv) > 2 && file[i].kind != argv[2] {
			continue
		}
		name := file[i].name
		if name == "" {
			name = "cfg" + strconv.Itoa(i)
		}
		s.call(fn, append([]string{argv[1], name}, argv[min(3, len(argv)):]...))
	}
}
