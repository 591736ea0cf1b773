package shell

import "strings"

// World is what a script can see of the image.
type World interface {
	// Exists says whether a path is in the image, links followed.
	Exists(p string) (exists, dir, exec bool)
	// Read returns a small text file, "" when there is none.
	Read(p string) string
	// Glob returns the paths that match a pattern, sorted.
	Glob(pattern string) []string
	// Volatile says that a path lives in memory or on other media at run time, so that the image does not settle what is there.
	Volatile(p string) bool
}

// Command is one command a script runs.
type Command struct {
	Argv []string
	// Known says for each word whether the image settles its value; if not, the word keeps its "$".
	Known []bool
	// When are the conditions it depends on, in words; empty: it runs as shipped.
	When []string
	// File and Line say where it stands.
	File string
	Line int
	// Input is text the command is fed through a pipe or here-document, when constant.
	Input string
	// Into is the file its output goes to.
	Into string
	// PipedTo and PipedFrom are the first words of the next and the last command of its pipe.
	PipedTo, PipedFrom string
	// Depth counts the scripts between init and this command.
	Env map[string]string
}

// Runner reads scripts. The zero value with World and Emit set is ready.
type Runner struct {
	World World
	// Emit is told of every command that is not shell language itself, in
	// order. It may call Script or Text to go on into what the command starts.
	Emit func(*Command)
	// Texts counts the texts read and filtered, over all runners that share it; nil counts this runner's alone.
	Texts *int

	steps int
	depth int
	texts int
}

const (
	maxSteps = 60_000
	maxDepth = 16
	maxTexts = 1000
)

const (
	no  tri = -1
	may tri = 0
	yes tri = 1
)

type flow int

const (
	goOn flow = iota
	leaveLoop
	leaveFunc
	leaveScript
)

type state struct {
	r     *Runner
	file  string
	args  []string // $0 $1 ...
	vars  map[string]string
	fuzzy map[string]bool // set to something not known
	funcs map[string]*node
	// home is the file a function was defined in, set the one a variable was last set in.
	home  map[*node]string
	setIn map[string]string
	when  []string
	calls int
	// hard marks a test that rests on the script's own arguments.
	hard bool
	// wide marks a test of the form [[ ]], which compares with patterns.
	wide bool
	// aliases are names for the beginnings of commands.
	aliases map[string]string
	// settings is the file OpenWrt's config_load named last.
	settings string
}

// Script reads the script src, called file, with arguments args (args[0] is
// its own name) under the conditions when. entry names functions to call after the script was read, where it defines them.
func (r *Runner) Script(file, src string, args, when []string, env map[string]string, entry ...string) {
	if r.depth >= maxDepth || r.steps > maxSteps {
		return
	}
	r.depth++
	defer func() { r.depth-- }()
	s := &state{r: r, file: file, args: args, vars: map[string]string{}, fuzzy: map[string]bool{}, funcs: map[string]*node{}, home: map[*node]string{}, setIn: map[string]string{}, when: append([]string(nil), when...)}
	for k, v := range env {
		s.vars[k] = v
	}
	f := s.exec(parse(src))
	if f == leaveScript {
		return
	}
	for _, name := range entry {
		if fn := s.funcs[name]; fn != nil {
			s.call(fn, append([]string{name}, args[1:]...))
		}
	}
	// A service in the style of OpenRC names its command in variables.
	if c := s.vars["command"]; c != "" && len(entry) > 0 && s.funcs["start"] == nil {
		argv := append([]string{c}, strings.Fields(s.vars["command_args"])...)
		s.emit(&node{line: 1}, argv, allKnown(argv))
	}
}

// Vars returns the constant assignments of a script or configuration file.
func Vars(src string) map[string]string {
	s := &state{r: &Runner{World: nowhere{}, Emit: func(*Command) {}}, vars: map[string]string{}, fuzzy: map[string]bool{}, funcs: map[string]*node{}, home: map[*node]string{}, setIn: map[string]string{}, args: []string{""}}
	s.exec(parse(src))
	return s.vars
}

type nowhere struct{}

func (nowhere) Exists(string) (bool, bool, bool) { return false, false, false }
func (nowhere) Read(string) string               { return "" }
func (nowhere) Glob(string) []string             { return nil }
func (nowhere) Volatile(string) bool             { return true }

func allKnown(argv []string) []bool {
	k := make([]bool, len(argv))
	for i := range k {
		k[i] = !strings.Contains(argv[i], "$")
	}
	return k
}

func (s *state) emit(n *node, argv []string, known []bool) {
	s.r.Emit(&Command{Argv: argv, Known: known, When: append([]string(nil), s.when...), File: s.file, Line: n.line, Into: s.text(n.into), Input: s.fed(n), Env: s.vars})
}

func (s *state) exec(n *node) flow {
	f, _ := s.eval(n)
	return f
}

// textLeft counts one more text that is read or filtered; false once there were too many.
func (r *Runner) textLeft() bool {
	n := r.Texts
	if n == nil {
		n = &r.texts
	}
	*n++
	return *n <= maxTexts
}

// fed is the constant text a command reads: a here-document or a file of the image.
func (s *state) fed(n *node) string {
	if n.from != "" || n.feed == "" {
		return n.from
	}
	p, known := s.expand(n.feed)
	if !known || s.r.World.Volatile(p) {
		return ""
	}
	return s.r.World.Read(p)
}

// eval runs a node and says how it ended and whether it succeeded. What leaves a
// sub shell or something in the background does not leave the script.
func (s *state) eval(n *node) (flow, tri) {
	if n == nil {
		return goOn, yes
	}
	keep := s.when
	f, t := s.construct(n)
	if n.sub || n.bg {
		s.when = keep
		return goOn, t
	}
	return f, t
}

func (s *state) construct(n *node) (flow, tri) {
	if s.r.steps++; s.r.steps > maxSteps {
		return leaveScript, may
	}
	switch n.kind {
	case simple:
		return s.simple(n)
	case seq:
		t := yes
		for _, k := range n.kids {
			var f flow
			if f, t = s.eval(k); f != goOn {
				return f, t
			}
		}
		return goOn, t
	case andor:
		return s.andOr(n)
	case not:
		f, t := s.eval(n.kids[0])
		return f, -t
	case pipe:
		return s.pipe(n)
	case ifElse:
		return s.branch(n.kids[0], n.kids[1], n.kids[2])
	case caseOf:
		return s.caseOf(n)
	case forIn:
		return s.loop(n)
	case while:
		return s.while(n)
	case function:
		s.funcs[n.name] = n.kids[0]
		s.home[n.kids[0]] = s.file
		return goOn, yes
	}
	return goOn, may
}

func (s *state) pipe(n *node) (flow, tri) {
	feed, fed, from := "", false, ""
	for i, k := range n.kids {
		if text, ok := s.says(k, feed, fed); ok {
			feed, fed, from = text, true, ""
			continue
		}
		if k.kind == while && fed && s.reads(k) != nil {
			s.eachLine(k, feed)
			feed, fed = "", false
			continue
		}
		if k.kind != simple || len(k.words) == 0 {
			s.exec(k)
			feed, fed, from = "", false, ""
			continue
		}
		keep, next := s.r.Emit, ""
		if i+1 < len(n.kids) && n.kids[i+1].kind == simple && len(n.kids[i+1].words) > 0 {
			next, _ = s.expand(n.kids[i+1].words[0])
		}
		in, last := feed, from
		s.r.Emit = func(c *Command) { c.Input, c.PipedTo, c.PipedFrom = c.Input+in, next, last; keep(c) }
		s.exec(k)
		s.r.Emit = keep
		feed, fed = "", false
		from, _ = s.expand(k.words[0])
	}
	if last := n.kids[len(n.kids)-1]; fed && last.kind == simple && isGrep(last.words[0]) {
		return goOn, truth(true, feed != "")
	}
	return goOn, may
}

// idle is a command that neither prints nor starts anything.
func idle(n *node) bool {
	return n != nil && n.kind == simple && (len(n.words) == 0 || n.words[0] == "sleep" || n.words[0] == "usleep" || n.words[0] == ":")
}

func (s *state) call(fn *node, args []string) (flow, tri) {
	if s.calls >= 24 {
		return goOn, may
	}
	s.calls++
	keepArgs, keepWhen, keepFile := s.args, s.when, s.file
	s.args = append([]string{s.args[0]}, args[1:]...)
	s.file = nonEmpty(s.home[fn], s.file)
	f, t := s.eval(fn)
	s.args, s.when, s.file = keepArgs, keepWhen, keepFile
	s.calls--
	if f == leaveScript {
		return f, t
	}
	return goOn, t
}

func nonEmpty(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

func (s *state) set(name, v string, known bool) {
	s.setIn[name] = s.file
	if known {
		s.vars[name] = v
		delete(s.fuzzy, name)
	} else {
		s.vars[name] = v
		s.fuzzy[name] = true
	}
}

func (s *state) simple(n *node) (flow, tri) {
	for _, a := range n.sets {
		v, known := s.expand(a[1])
		constant := s.constantWord(a[1])
		s.set(a[0], v, known)
		if !constant { // a setting, not the script's own word
			delete(s.setIn, a[0])
		}
	}
	if len(n.words) == 0 {
		return goOn, yes
	}
	items := s.fields(n.words)
	if len(items) == 0 {
		return goOn, yes
	}
	argv := make([]string, len(items))
	known := make([]bool, len(items))
	for i, it := range items {
		argv[i], known[i] = it.text, it.known
	}
	if f, t, done := s.builtin(n, argv, known); done {
		return f, t
	}
	if fn := s.funcs[argv[0]]; fn != nil {
		return s.call(fn, argv)
	}
	if a := strings.Fields(s.aliases[argv[0]]); len(a) > 0 {
		argv = append(a, argv[1:]...)
		known = append(allKnown(a), known[1:]...)
	}
	if s.owrt(argv, known) {
		return goOn, yes
	}
	if argv[0] == "find" && s.findExec(n, argv) {
		return goOn, may
	}
	s.emit(n, argv, known)
	if argv[0] == "exec" && len(argv) > 1 {
		return leaveScript, may
	}
	return goOn, s.outcome(argv, known)
}

// builtin handles what is shell language.
func (s *state) builtin(n *node, argv []string, known []bool) (flow, tri, bool) {
	switch argv[0] {
	case ":", "true":
		return goOn, yes, true
	case "false":
		return goOn, no, true
	case "exit":
		return leaveScript, may, true
	case "return":
		return leaveFunc, may, true
	case "break", "continue":
		return leaveLoop, may, true
	case "[", "test", "[[":
		return goOn, s.test(argv, known), true
	case "export", "local", "readonly", "declare", "typeset":
		for i, a := range argv[1:] {
			if k, v, ok := strings.Cut(a, "="); ok && isName(k) {
				s.set(k, v, known[i+1])
			}
		}
		return goOn, yes, true
	case "read":
		for _, a := range argv[1:] {
			if isName(a) {
				s.set(a, "$"+a, false)
			}
		}
		return goOn, may, true
	case "unset":
		for _, a := range argv[1:] {
			delete(s.vars, a)
		}
		return goOn, yes, true
	case "set":
		if len(argv) > 1 && !strings.HasPrefix(argv[1], "-") && !strings.HasPrefix(argv[1], "+") {
			s.args = append([]string{s.args[0]}, argv[1:]...)
		}
		return goOn, yes, true
	case "shift":
		if len(s.args) > 1 {
			s.args = append([]string{s.args[0]}, s.args[2:]...)
		}
		return goOn, yes, true
	case ".", "source":
		if len(argv) > 1 && known[1] {
			s.source(argv[1], argv[1:])
		}
		return goOn, may, true
	case "eval":
		return s.exec(parse(strings.Join(argv[1:], " "))), may, true
	case "let":
		return goOn, s.let(argv[1:]), true
	case "alias":
		for _, a := range argv[1:] {
			if k, v, ok := strings.Cut(a, "="); ok && k != v && len(s.aliases) < 100 {
				if s.aliases == nil {
					s.aliases = map[string]string{}
				}
				s.aliases[k] = v
			}
		}
		return goOn, yes, true
	case "trap":
		if len(argv) > 2 && known[1] && argv[1] != "-" && argv[1] != "" {
			s.under("on the signal "+strings.Join(argv[2:], " "), parse(argv[1]))
		}
		return goOn, yes, true
	case "cd", "umask", "ulimit", "wait", "hash", "echo", "printf", "sleep", "usleep":
		if argv[0] == "echo" || argv[0] == "printf" {
			if n.into != "" {
				s.emit(n, argv, known)
			}
			return goOn, yes, true
		}
		return goOn, yes, true
	}
	return goOn, may, false
}

// source reads another file into this script.
func (s *state) source(p string, args []string) {
	src := s.r.World.Read(p)
	if src == "" || s.r.depth >= maxDepth {
		return
	}
	keepFile, keepArgs := s.file, s.args
	s.file = p
	if len(args) > 1 {
		s.args = append([]string{s.args[0]}, args[1:]...)
	}
	s.r.depth++
	s.exec(parse(src))
	s.r.depth--
	s.file, s.args = keepFile, keepArgs
}

func unquote(w string) string { return strings.NewReplacer(`"`, "", `'`, "", `\`, "").Replace(w) }
