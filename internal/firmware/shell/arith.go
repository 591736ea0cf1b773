package shell

import (
	"strconv"
	"strings"
)

// Whole numbers as $((...)), ((...)), let and expr compute them.

// sum is an expression being read.
type sum struct {
	text  string
	at    int
	depth int
	bad   bool
	value func(name string) (int, bool)
}

// calculate gives the value of an expression; false when a name in it is not settled or it is of a form not read.
func (s *state) calculate(text string) (int, bool) {
	e := &sum{text: text, value: func(name string) (int, bool) {
		v, known := s.variable(name)
		n, err := strconv.Atoi(strings.TrimSpace(v))
		return n, known && err == nil
	}}
	n := e.binary(0)
	e.space()
	return n, !e.bad && e.at == len(e.text) && strings.TrimSpace(text) != ""
}

func (e *sum) space() {
	for e.at < len(e.text) && (e.text[e.at] == ' ' || e.text[e.at] == '\t' || e.text[e.at] == '\n') {
		e.at++
	}
}

// levels are the operators, the weakest first; longer ones before those they begin with.
var levels = [][]string{{"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/", "%"}}

func (e *sum) binary(level int) int {
	if level == len(levels) {
		return e.unary()
	}
	left := e.binary(level + 1)
	for !e.bad {
		e.space()
		op := ""
		for _, o := range levels[level] {
			if strings.HasPrefix(e.text[e.at:], o) {
				op = o
				break
			}
		}
		if op == "" {
			return left
		}
		e.at += len(op)
		left = e.apply(op, left, e.binary(level+1))
	}
	return 0
}

func (e *sum) apply(op string, a, b int) int {
	switch op {
	case "||":
		return btoi(a != 0 || b != 0)
	case "&&":
		return btoi(a != 0 && b != 0)
	case "==":
		return btoi(a == b)
	case "!=":
		return btoi(a != b)
	case "<=":
		return btoi(a <= b)
	case ">=":
		return btoi(a >= b)
	case "<":
		return btoi(a < b)
	case ">":
		return btoi(a > b)
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	if b == 0 {
		e.bad = true
		return 0
	}
	if op == "/" {
		return a / b
	}
	return a % b
}

func (e *sum) unary() int {
	e.space()
	if e.depth++; e.depth > 64 || e.at >= len(e.text) {
		e.bad = true
		return 0
	}
	defer func() { e.depth-- }()
	switch c := e.text[e.at]; {
	case c == '-':
		e.at++
		return -e.unary()
	case c == '!':
		e.at++
		return btoi(e.unary() == 0)
	case c == '(':
		e.at++
		n := e.binary(0)
		if e.space(); e.at >= len(e.text) || e.text[e.at] != ')' {
			e.bad = true
			return 0
		}
		e.at++
		return n
	}
	if e.text[e.at] == '$' {
		e.at++
	}
	from := e.at
	for e.at < len(e.text) && (isName(e.text[from:e.at+1]) || e.text[e.at] >= '0' && e.text[e.at] <= '9') {
		e.at++
	}
	word := e.text[from:e.at]
	if n, err := strconv.ParseInt(word, 0, 32); err == nil {
		return int(n)
	}
	n, ok := e.value(word)
	e.bad = e.bad || !ok || word == ""
	return n
}

// let evaluates the expressions let is given and says whether the last is other than zero.
func (s *state) let(args []string) tri {
	t := may
	for _, a := range args {
		name, expr, sets := strings.Cut(a, "=")
		if sets = sets && isName(name) && !strings.HasPrefix(expr, "="); !sets {
			expr = a
		}
		n, ok := s.calculate(expr)
		if sets {
			s.set(name, strconv.Itoa(n), ok)
		}
		t = truth(ok, n != 0)
	}
	return t
}

// expr prints the value of an expression.
func expr(s *state, args []string, _ string, _ bool) (string, bool) {
	n, ok := s.calculate(strings.Join(args, " "))
	return strconv.Itoa(n), ok
}
