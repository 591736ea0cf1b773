package shell

import "strings"

func (s *state) loop(n *node) (flow, tri) {
	items := s.fields(n.words)
	if len(items) == 0 {
		return goOn, yes
	}
	for i, it := range items {
		if i >= 512 {
			break
		}
		if it.known {
			s.set(n.name, it.text, true)
		} else {
			s.set(n.name, it.text, false)
		}
		keep := s.when
		f := s.exec(n.kids[0])
		if f == leaveFunc || f == leaveScript {
			return f, may
		}
		s.when = keep // "continue" under a condition ends with its turn
	}
	return goOn, may
}

// reads are the names a "while read" loop fills, nil for another loop.
func (s *state) reads(n *node) []string {
	cond := n.kids[0]
	if n.name != "while" || len(cond.kids) != 1 || cond.kids[0].kind != simple || len(cond.kids[0].words) < 2 || cond.kids[0].words[0] != "read" {
		return nil
	}
	var names []string
	for _, w := range cond.kids[0].words[1:] {
		if isName(w) {
			names = append(names, w)
		}
	}
	return names
}

// eachLine runs the body of a "while read" loop once a line of a known text.
func (s *state) eachLine(n *node, text string) {
	names, sep := s.reads(n), " "
	for _, a := range n.kids[0].kids[0].sets {
		if v, known := s.expand(a[1]); a[0] == "IFS" && known && len(v) == 1 {
			sep = v
		}
	}
	for i, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if i >= 512 {
			return
		}
		rest := strings.TrimSpace(l)
		for j, name := range names {
			v := rest
			if j < len(names)-1 {
				v, rest, _ = strings.Cut(rest, sep)
				rest = strings.TrimSpace(rest)
			}
			s.set(name, v, true)
			delete(s.setIn, name)
		}
		keep := s.when
		f := s.exec(n.kids[1])
		s.when = keep
		if f == leaveFunc || f == leaveScript {
			return
		}
	}
}

// options runs the body of a "while getopts" loop once for each option among the script's own arguments.
func (s *state) options(n *node, words []string) {
	spec, _ := s.expand(words[1])
	args := s.args[1:]
	for i := 0; i < len(args) && len(args[i]) > 1 && args[i][0] == '-' && args[i] != "--"; i++ {
		for j := 1; j < len(args[i]); j++ {
			c := args[i][j : j+1]
			s.set(words[2], c, true)
			k := strings.Index(spec, c)
			valued := k >= 0 && strings.HasPrefix(spec[k+1:], ":")
			if valued && j+1 < len(args[i]) {
				s.set("OPTARG", args[i][j+1:], true)
			} else if valued && i+1 < len(args) {
				i++
				s.set("OPTARG", args[i], true)
			}
			keep := s.when
			f := s.exec(n.kids[1])
			s.when = keep
			if f == leaveFunc || f == leaveScript {
				return
			}
			if valued {
				break
			}
		}
	}
}

func (s *state) while(n *node) (flow, tri) {
	if c := n.kids[0]; n.name == "while" && len(c.kids) == 1 && len(c.kids[0].words) == 3 && c.kids[0].words[0] == "getopts" && isName(c.kids[0].words[2]) && len(s.args) > 1 && !strings.HasPrefix(s.args[1], "$") {
		s.options(n, c.kids[0].words)
		return goOn, may
	}
	if text := s.fed(n); text != "" && s.reads(n) != nil {
		s.eachLine(n, text)
		return goOn, may
	}
	s.hard = false
	_, t := s.eval(n.kids[0])
	if n.name == "until" {
		t = -t
	}
	keep := s.when
	var f flow
	switch t {
	case no:
		if !s.hard {
			f = s.under(s.words(n.kids[0])+s.off(n.kids[0]), n.kids[1])
		}
		f = goOn
	case yes:
		hard := s.hard
		for turn := 0; turn < 32; turn++ {
			before := strings.Join(s.args, "\x00")
			if f = s.exec(n.kids[1]); f != goOn || !hard || strings.Join(s.args, "\x00") == before {
				break
			}
			if _, again := s.eval(n.kids[0]); again != yes { // the script's own arguments are taken one by one
				break
			}
		}
	default:
		// Loops that wait or read lines: their body is taken to run under the condition.
		f = s.under(s.words(n.kids[0]), n.kids[1])
		f = goOn
	}
	s.when = keep
	if f == leaveFunc || f == leaveScript {
		return f, may
	}
	return goOn, may
}
