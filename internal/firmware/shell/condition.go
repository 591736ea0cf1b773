package shell

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Never ends the words of a condition that cannot hold whatever the device's
// settings are: constants of the script itself decide it.
const Never = " (never so, as written)"

// tri is what is known of a test: no, yes, or not settled by the image.
type tri int8

func (s *state) andOr(n *node) (flow, tri) {
	if n.op == "&&" {
		return s.branch(n.kids[0], n.kids[1], nil)
	}
	// a || b is: if a then nothing else b.
	return s.branch(n.kids[0], nil, n.kids[1])
}

// branch decides a condition as shipped. What the image does not settle is
// followed both ways, each under its condition in words. A branch that is off
// as shipped is followed too, marked so, because a file or setting may turn it on.
func (s *state) branch(cond, then, els *node) (flow, tri) {
	s.hard = false
	f, t := s.eval(cond)
	if f != goOn {
		return f, t
	}
	hard := s.hard
	words := s.words(cond)
	switch t {
	case yes:
		return s.decided(then, els, yes, "not: "+words+" (not so as shipped)", !hard && s.setting(cond))
	case no:
		return s.decided(els, then, no, words+s.off(cond), !hard)
	}
	fThen, fElse := goOn, goOn
	if then != nil {
		fThen = s.under(words, then)
	}
	if els != nil {
		fElse = s.under("not: "+words, els)
	}
	switch {
	case fThen != goOn && fElse != goOn:
		return min(fThen, fElse), may
	case fThen != goOn: // what follows runs only when the branch was not taken
		s.when = append(s.when, "not: "+words)
	case fElse != goOn:
		s.when = append(s.when, words)
	}
	return goOn, may
}

// decided follows the branch the image settles. The other one is followed
// under its condition where the device's owner or maker could turn it; so is
// what comes after a settled branch that leaves.
func (s *state) decided(taken, other *node, t tri, otherwise string, turns bool) (flow, tri) {
	if turns && other != nil {
		s.under(otherwise, other)
	}
	if taken == nil {
		return goOn, t
	}
	f, t := s.eval(taken)
	if f != goOn && turns && !strings.HasSuffix(otherwise, Never) && len(s.when) < 24 {
		s.when = append(s.when[:len(s.when):len(s.when)], otherwise)
		return goOn, t
	}
	return f, t
}

// setting says that what a condition asks is a value kept in a file or store, not only whether a file is there.
func (s *state) setting(n *node) bool {
	if n == nil {
		return false
	}
	for _, k := range n.kids {
		if s.setting(k) {
			return true
		}
	}
	if n.kind != simple || len(n.words) == 0 {
		return false
	}
	for _, w := range n.words {
		if strings.ContainsAny(w, "`") || strings.Contains(w, "$(") {
			return true
		}
		for _, name := range variables(w) {
			if _, isSet := s.vars[name]; isSet && s.setIn[name] != s.file {
				return true
			}
		}
	}
	return n.words[0] == "grep" || n.words[0] == "egrep" || n.words[0] == "fgrep"
}

// off says in which way a condition that does not hold is off: for good, or as shipped.
func (s *state) off(cond *node) string {
	if s.constant(cond) {
		return Never
	}
	return " (not so as shipped)"
}

// constant says that nothing outside the script's own text decides a condition.
func (s *state) constant(n *node) bool {
	if n == nil {
		return true
	}
	switch n.kind {
	case simple:
		return s.constantTest(n.words)
	case andor, not, seq:
		for _, k := range n.kids {
			if !s.constant(k) {
				return false
			}
		}
		return true
	}
	return false
}

func (s *state) constantTest(words []string) bool {
	if len(words) == 0 {
		return false
	}
	switch words[0] {
	case "false", "true", ":":
		return true
	case "[", "test", "[[":
	case "let":
		for _, name := range nameInSum.FindAllString(strings.Join(words[1:], " "), -1) {
			if s.setIn[name] != s.file {
				return false
			}
		}
		return true
	default:
		return false
	}
	for _, w := range words[1:] {
		if len(w) == 2 && w[0] == '-' && w[1] != 'z' && w[1] != 'n' && w[1] != 'a' && w[1] != 'o' || !s.constantWord(w) {
			return false
		}
	}
	return true
}

var nameInSum = regexp.MustCompile(`[A-Za-z_]\w*`)

// constantWord says that a word's value stands in the script itself.
func (s *state) constantWord(w string) bool {
	if strings.ContainsAny(w, "`(") || usesArgs(w) {
		return false
	}
	for _, name := range variables(w) {
		if s.setIn[name] != s.file {
			return false
		}
	}
	return true
}

// variables lists the names a word expands.
func variables(w string) []string {
	var out []string
	for i := 0; i < len(w); i++ {
		if w[i] != '$' {
			continue
		}
		j := i + 1
		if j < len(w) && w[j] == '{' {
			j++
		}
		k := j
		for k < len(w) && (w[k] == '_' || w[k] >= '0' && w[k] <= '9' || w[k] >= 'A' && w[k] <= 'Z' || w[k] >= 'a' && w[k] <= 'z') {
			k++
		}
		out = append(out, w[j:k])
		i = max(k-1, i)
	}
	return out
}

func (s *state) under(cond string, n *node) flow {
	if len(s.when) > 24 {
		return goOn
	}
	keep := s.when
	s.when = append(keep[:len(keep):len(keep)], cond)
	f := s.exec(n)
	s.when = keep
	return f
}

// words shows a condition as a person would read it in the script.
func (s *state) words(n *node) string {
	var b strings.Builder
	s.show(&b, n)
	t := strings.TrimSpace(b.String())
	if len(t) > 200 {
		t = t[:200] + "…"
	}
	return t
}

func (s *state) show(b *strings.Builder, n *node) {
	if n == nil || b.Len() > 240 {
		return
	}
	switch n.kind {
	case simple:
		var w []string
		for _, x := range n.words {
			v, known := s.expand(x)
			if !known || !usesArgs(x) && !s.constantWord(x) { // a setting is shown by its name
				v = unquote(x)
			}
			w = append(w, v)
		}
		b.WriteString(strings.Join(w, " "))
	case andor:
		s.show(b, n.kids[0])
		b.WriteString(" " + n.op + " ")
		s.show(b, n.kids[1])
	case not:
		b.WriteString("not ")
		s.show(b, n.kids[0])
	case pipe:
		for i, k := range n.kids {
			if i > 0 {
				b.WriteString(" | ")
			}
			s.show(b, k)
		}
	case seq:
		for i, k := range n.kids {
			if i > 0 {
				b.WriteString("; ")
			}
			s.show(b, k)
		}
	}
}

func (s *state) caseOf(n *node) (flow, tri) {
	s.hard = false
	v, known := s.expand(n.words[0])
	hard := s.hard || usesArgs(n.words[0])
	var hit *node
	for _, a := range n.arms {
		match := may
		if known {
			match = no
		}
		for _, p := range a.patterns {
			pv, pk := s.expand(p)
			if known && pk {
				if ok, _ := path.Match(strings.ReplaceAll(pv, "[!", "[^"), strings.ReplaceAll(v, "/", "\x01")); ok || pv == v || pv == "*" || globText(pv, v) {
					match = yes
				}
			} else if known {
				match = max(match, may)
			}
		}
		switch match {
		case yes:
			if hit == nil {
				hit = a.body
				continue
			}
			fallthrough
		case no:
			if !hard {
				s.under(fmt.Sprintf("%s is %s (as shipped: %s)", unquote(n.words[0]), strings.Join(a.patterns, " or "), v), a.body)
			}
		case may:
			s.under(fmt.Sprintf("%s is %s", unquote(n.words[0]), strings.Join(a.patterns, " or ")), a.body)
		}
	}
	if hit != nil {
		return s.eval(hit)
	}
	return goOn, may
}

// globText matches shell patterns over text with slashes.
func globText(pat, s string) bool {
	ok, _ := path.Match(strings.ReplaceAll(strings.ReplaceAll(pat, "/", "\x01"), "[!", "[^"), strings.ReplaceAll(s, "/", "\x01"))
	return ok
}

func usesArgs(w string) bool {
	for _, a := range []string{"$1", "${1", "$@", "$*", "$#", "$0", "${0", "$2", "${2"} {
		if strings.Contains(w, a) {
			return true
		}
	}
	return false
}
