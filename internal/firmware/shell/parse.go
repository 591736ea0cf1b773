// Package shell reads start scripts of firmware and says which commands they
// run under which conditions, judged as the image was shipped.
//
// It is not a shell: nothing is executed. A test whose outcome the image
// settles (a file that is there, a variable set to a constant) is decided;
// any other becomes a condition in words on what depends on it.
//
// Source of truth: POSIX.1-2017, Shell Command Language, as BusyBox ash has it.
//
// Flow: Parse → tree → Run with a World (the image's files) → Commands.
package shell

import (
	"errors"
	"strings"
)

// node is one construct of the grammar.
type node struct {
	kind  kind
	line  int
	words []string    // simple: raw words; for: items; case: the subject
	sets  [][2]string // simple: assignments before the command
	name  string      // function, loop variable
	kids  []*node     // see kind
	arms  []arm
	op    string // andor: && or ||; pipe
	bg    bool
	into  string // target of an output redirection
	from  string // here-document
	feed  string // file its input is read from
	sub   bool   // seq in round brackets: leaving it leaves nothing else
}

type arm struct {
	patterns []string
	body     *node
}

type kind int

const (
	simple kind = iota
	seq         // kids in order
	andor       // kids[0] op kids[1]
	pipe        // kids
	not         // kids[0]
	ifElse      // cond, then, else (may be nil)
	caseOf
	forIn
	while    // cond, body; name "until" turns it round
	function // name, kids[0]
)

type token struct {
	text  string
	op    bool
	line  int
	here  string
	isNum bool
}

const maxTokens = 200_000

// lex splits a script into words, kept raw with their quotes, and operators.
func lex(src string) []token {
	var out []token
	line := 1
	i := 0
	var heres []int // tokens waiting for a here-document
	var tags []string
	for i < len(src) && len(out) < maxTokens {
		c := src[i]
		switch {
		case c == '\n':
			out = append(out, token{text: "\n", op: true, line: line})
			line++
			i++
			for k, h := range heres {
				end, body, n := hereDoc(src, i, tags[k])
				out[h].here = body
				line += n
				i = end
			}
			heres, tags = nil, nil
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '\\' && i+1 < len(src) && src[i+1] == '\n':
			i += 2
			line++
		case c == '#' && (i == 0 || strings.IndexByte(" \t\n;&|(", src[i-1]) >= 0):
			for i < len(src) && src[i] != '\n' {
				i++
			}
		case strings.HasPrefix(src[i:], "((") && arithmetic(src[i:]) > 0 && (len(out) == 0 || out[len(out)-1].op || commandNext[out[len(out)-1].text]):
			n := arithmetic(src[i:])
			out = append(out, token{text: "let", line: line}, token{text: "'" + strings.ReplaceAll(src[i+2:i+n-2], "'", "") + "'", line: line})
			i += n
		case strings.IndexByte(";&|()<>", c) >= 0:
			op := operator(src[i:])
			i += len(op)
			if op == "<<" || op == "<<-" {
				for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
					i++
				}
				j, _ := word(src, i)
				heres = append(heres, len(out))
				tags = append(tags, strings.Trim(src[i:j], `"'\`))
				out = append(out, token{text: "<<", op: true, line: line})
				i = j
				continue
			}
			out = append(out, token{text: op, op: true, line: line})
		default:
			j, n := word(src, i)
			if j == i {
				i++
				continue
			}
			t := token{text: src[i:j], line: line}
			if j < len(src) && (src[j] == '<' || src[j] == '>') && len(t.text) == 1 && t.text[0] >= '0' && t.text[0] <= '9' {
				t.isNum = true // a descriptor before a redirection
			}
			if !t.isNum {
				out = append(out, t)
			}
			line += n
			i = j
		}
	}
	return out
}

// commandNext are the words behind which a command begins.
var commandNext = map[string]bool{"if": true, "elif": true, "while": true, "until": true, "then": true, "else": true, "do": true, "!": true}

// arithmetic is the length of a ((...)) that begins here and ends on its line, 0 for none.
func arithmetic(s string) int {
	l, _, _ := strings.Cut(s, "\n")
	if end := strings.Index(l, "))"); end > 2 && !strings.Contains(l[:end], ";") {
		return end + 2
	}
	return 0
}

func hereDoc(src string, i int, tag string) (end int, body string, lines int) {
	start := i
	for i < len(src) {
		j := strings.IndexByte(src[i:], '\n')
		var l string
		if j < 0 {
			l, j = src[i:], len(src)
		} else {
			l, j = src[i:i+j], i+j+1
		}
		lines++
		if strings.TrimLeft(l, "\t") == tag {
			return j, src[start:i], lines
		}
		i = j
	}
	return len(src), src[start:], lines
}

func operator(s string) string {
	for _, op := range []string{"<<-", ";;&", "&&", "||", ";;", "<<", ">>", ">&", "<&", "&>", ">|", "<>"} {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return s[:1]
}

// word returns the end of the word at i and the line breaks inside it.
func word(s string, i int) (end, lines int) {
	for i < len(s) {
		switch c := s[i]; {
		case c == '\\':
			if i+1 < len(s) && s[i+1] == '\n' {
				lines++
			}
			i += 2
		case c == '\'':
			j := strings.IndexByte(s[i+1:], '\'')
			if j < 0 {
				return len(s), lines
			}
			lines += strings.Count(s[i:i+j+2], "\n")
			i += j + 2
		case c == '"':
			j := closeQuote(s, i+1)
			lines += strings.Count(s[i:j], "\n")
			i = j
		case c == '`':
			j := strings.IndexByte(s[i+1:], '`')
			if j < 0 {
				return len(s), lines
			}
			lines += strings.Count(s[i:i+j+2], "\n")
			i += j + 2
		case c == '$' && i+1 < len(s) && (s[i+1] == '(' || s[i+1] == '{'):
			j := closeBracket(s, i+1)
			lines += strings.Count(s[i:j], "\n")
			i = j
		case strings.IndexByte(" \t\r\n;&|()<>", c) >= 0:
			return i, lines
		default:
			i++
		}
	}
	return len(s), lines
}

func closeQuote(s string, i int) int {
	for i < len(s) {
		switch {
		case s[i] == '\\':
			i += 2
		case s[i] == '"':
			return i + 1
		case s[i] == '$' && i+1 < len(s) && (s[i+1] == '(' || s[i+1] == '{'):
			i = closeBracket(s, i+1)
		default:
			i++
		}
	}
	return len(s)
}

func closeBracket(s string, i int) int {
	open, shut := s[i], byte(')')
	if open == '{' {
		shut = '}'
	}
	depth := 0
	for i < len(s) {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '\'':
			if j := strings.IndexByte(s[i+1:], '\''); j >= 0 {
				i += j + 1
			}
		case c == open:
			depth++
		case c == shut:
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(s)
}

type parser struct {
	toks  []token
	at    int
	depth int
}

var errDeep = errors.New("script nested too deeply")

// parse makes a tree of the script; what it cannot read it steps over.
func parse(src string) (root *node) {
	p := &parser{toks: lex(src)}
	root = &node{kind: seq}
	defer func() {
		if r := recover(); r != nil {
			if r != errDeep {
				panic(r)
			}
		}
	}()
	for p.at < len(p.toks) {
		before := p.at
		root.kids = append(root.kids, p.list(nil)...)
		if p.at == before {
			p.at++
		}
	}
	return root
}

func (p *parser) peek() token {
	if p.at < len(p.toks) {
		return p.toks[p.at]
	}
	return token{op: true, text: "eof"}
}

func (p *parser) isOp(s string) bool { t := p.peek(); return t.op && t.text == s }

func (p *parser) isWord(s string) bool { t := p.peek(); return !t.op && t.text == s }

func (p *parser) skipNewlines() {
	for p.isOp("\n") || p.isOp(";") {
		p.at++
	}
}

// list reads commands until a reserved word of stop, a closing bracket, ";;" or the end.
func (p *parser) list(stop []string) []*node {
	if p.depth++; p.depth > 200 {
		panic(errDeep)
	}
	defer func() { p.depth-- }()
	var out []*node
	for p.at < len(p.toks) {
		p.skipNewlines()
		t := p.peek()
		if t.op && (t.text == ")" || t.text == ";;" || t.text == "eof") {
			return out
		}
		if !t.op {
			for _, s := range stop {
				if t.text == s {
					return out
				}
			}
		}
		before := p.at
		n := p.andOr()
		if n != nil {
			if p.isOp("&") {
				n.bg = true
				p.at++
			}
			out = append(out, n)
		}
		if p.at == before {
			p.at++
		}
	}
	return out
}

func (p *parser) andOr() *node {
	left := p.pipeline()
	for p.isOp("&&") || p.isOp("||") {
		op := p.peek().text
		p.at++
		p.skipNewlines()
		right := p.pipeline()
		if right == nil || left == nil {
			return left
		}
		left = &node{kind: andor, op: op, kids: []*node{left, right}, line: left.line}
	}
	return left
}

func (p *parser) pipeline() *node {
	if p.isWord("!") {
		p.at++
		if n := p.pipeline(); n != nil {
			return &node{kind: not, kids: []*node{n}, line: n.line}
		}
		return nil
	}
	first := p.command()
	if first == nil || !p.isOp("|") {
		return first
	}
	n := &node{kind: pipe, kids: []*node{first}, line: first.line}
	for p.isOp("|") {
		p.at++
		p.skipNewlines()
		if c := p.command(); c != nil {
			n.kids = append(n.kids, c)
		}
	}
	return n
}

func (p *parser) command() *node {
	t := p.peek()
	if t.op {
		if t.text == "(" {
			p.at++
			n := &node{kind: seq, kids: p.list(nil), line: t.line, sub: true}
			p.eatOp(")")
			p.redirects(n)
			return n
		}
		if t.text == "<" || t.text == ">" || t.text == ">>" {
			return p.simple()
		}
		return nil
	}
	switch t.text {
	case "if":
		return p.ifElse()
	case "case":
		return p.caseOf()
	case "for":
		return p.forIn()
	case "while", "until":
		p.at++
		cond := &node{kind: seq, kids: p.list([]string{"do"}), line: t.line}
		p.eat("do")
		body := &node{kind: seq, kids: p.list([]string{"done"}), line: t.line}
		p.eat("done")
		n := &node{kind: while, name: t.text, kids: []*node{cond, body}, line: t.line}
		p.redirects(n)
		return n
	case "{":
		p.at++
		n := &node{kind: seq, kids: p.list([]string{"}"}), line: t.line}
		p.eat("}")
		p.redirects(n)
		return n
	case "function":
		p.at++
		name := p.peek()
		p.at++
		p.eatOp("(")
		p.eatOp(")")
		p.skipNewlines()
		if b := p.command(); b != nil {
			return &node{kind: function, name: name.text, kids: []*node{b}, line: t.line}
		}
		return nil
	}
	if p.at+2 < len(p.toks) && p.toks[p.at+1].op && p.toks[p.at+1].text == "(" && p.toks[p.at+2].op && p.toks[p.at+2].text == ")" {
		p.at += 3
		p.skipNewlines()
		if b := p.command(); b != nil {
			return &node{kind: function, name: t.text, kids: []*node{b}, line: t.line}
		}
		return nil
	}
	return p.simple()
}

func (p *parser) eat(w string) {
	p.skipNewlines()
	if p.isWord(w) {
		p.at++
	}
}

func (p *parser) eatOp(o string) {
	if p.isOp(o) {
		p.at++
	}
}

func (p *parser) ifElse() *node {
	n := &node{kind: ifElse, line: p.peek().line}
	p.at++
	cond := &node{kind: seq, kids: p.list([]string{"then"}), line: n.line}
	p.eat("then")
	then := &node{kind: seq, kids: p.list([]string{"elif", "else", "fi"}), line: n.line}
	n.kids = []*node{cond, then, nil}
	switch {
	case p.isWord("elif"):
		n.kids[2] = p.ifElse() // reads up to and with fi
		return n
	case p.isWord("else"):
		p.at++
		n.kids[2] = &node{kind: seq, kids: p.list([]string{"fi"}), line: n.line}
	}
	p.eat("fi")
	p.redirects(n)
	return n
}

func (p *parser) caseOf() *node {
	n := &node{kind: caseOf, line: p.peek().line}
	p.at++
	n.words = []string{p.peek().text}
	p.at++
	p.skipNewlines()
	p.eat("in")
	for p.at < len(p.toks) {
		p.skipNewlines()
		if p.isWord("esac") {
			break
		}
		p.eatOp("(")
		var a arm
		for p.at < len(p.toks) && !p.isOp(")") {
			if t := p.peek(); !t.op {
				a.patterns = append(a.patterns, t.text)
			} else if t.text != "|" && t.text != "\n" {
				break
			}
			p.at++
		}
		if !p.isOp(")") {
			break
		}
		p.at++
		a.body = &node{kind: seq, kids: p.list([]string{"esac"}), line: n.line}
		n.arms = append(n.arms, a)
		if p.isOp(";;") {
			p.at++
		}
	}
	p.eat("esac")
	return n
}

func (p *parser) forIn() *node {
	n := &node{kind: forIn, line: p.peek().line}
	p.at++
	n.name = p.peek().text
	p.at++
	p.skipNewlines()
	if p.isWord("in") {
		p.at++
		for !p.peek().op {
			n.words = append(n.words, p.peek().text)
			p.at++
		}
	} else {
		n.words = []string{`"$@"`}
	}
	p.eat("do")
	n.kids = []*node{{kind: seq, kids: p.list([]string{"done"}), line: n.line}}
	p.eat("done")
	p.redirects(n)
	return n
}

func (p *parser) redirects(n *node) {
	for {
		t := p.peek()
		if !t.op {
			return
		}
		switch t.text {
		case "<<":
			n.from = t.here
			p.at++
		case ">", ">>", "<", ">&", "<&", "&>", ">|", "<>":
			p.at++
			if w := p.peek(); !w.op {
				if strings.Contains(t.text, ">") && (t.text != ">&" || len(w.text) > 1 && w.text != "-") {
					n.into = w.text
				} else if t.text == "<" {
					n.feed = w.text
				}
				p.at++
			}
		default:
			return
		}
	}
}

func (p *parser) simple() *node {
	n := &node{kind: simple, line: p.peek().line}
	for {
		t := p.peek()
		if t.op {
			before := p.at
			p.redirects(n)
			if p.at == before {
				break
			}
			continue
		}
		if len(n.words) == 0 {
			if k, v, ok := strings.Cut(t.text, "="); ok && isName(k) {
				n.sets = append(n.sets, [2]string{k, v})
				p.at++
				continue
			}
		}
		n.words = append(n.words, t.text)
		p.at++
	}
	if len(n.words) == 0 && len(n.sets) == 0 {
		return nil
	}
	return n
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return s != ""
}
