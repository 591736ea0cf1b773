package pdf

import (
	"bytes"
	"context"
	"math"
)

// Bounds on one document and one page.
const (
	maxPages     = 3000
	maxRuns      = 200_000
	maxOperators = 5_000_000
	maxForms     = 8
	maxStates    = 256
)

// run is a piece of text at a place of the page, in points, y growing upwards.
type run struct {
	x, y, end float64
	size      float64
	text      string
}

// matrix is an affine map [a b c d e f].
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// mul is m after n, as PDF writes n × m for row vectors.
func (n matrix) mul(m matrix) matrix {
	return matrix{
		n[0]*m[0] + n[1]*m[2], n[0]*m[1] + n[1]*m[3],
		n[2]*m[0] + n[3]*m[2], n[2]*m[1] + n[3]*m[3],
		n[4]*m[0] + n[5]*m[2] + m[4], n[4]*m[1] + n[5]*m[3] + m[5],
	}
}

// state is what q saves.
type state struct {
	ctm                     matrix
	font                    *font
	size, charSpace, wordSp float64
	scale, leading, rise    float64
}

// interpreter runs the content of a page for its texts.
type interpreter struct {
	ctx    context.Context
	f      *file
	fonts  map[any]*font
	runs   []run
	ops    int
	images int
	// unknown counts characters of fonts that do not tell which they are.
	unknown int

	s        state
	saved    []state
	tm, line matrix
}

// pageRuns returns the texts of a page.
func (in *interpreter) page(page dict, resources dict) {
	in.s = state{ctm: identity, scale: 1}
	in.saved = nil
	switch int(in.f.number(page["Rotate"], 0)) {
	case 90:
		in.s.ctm = matrix{0, -1, 1, 0, 0, 0}
	case 180:
		in.s.ctm = matrix{-1, 0, 0, -1, 0, 0}
	case 270, -90:
		in.s.ctm = matrix{0, 1, -1, 0, 0, 0}
	}
	var content bytes.Buffer
	for _, o := range in.f.list(page["Contents"]) {
		if s, ok := in.f.resolve(o).(*stream); ok {
			data, _ := in.f.unpack(s)
			content.Write(data)
			content.WriteByte('\n')
		}
	}
	in.content(content.Bytes(), resources, 0)
}

// content interprets one stream of operators.
func (in *interpreter) content(data []byte, resources dict, depth int) {
	l := lexer{b: data}
	var args []any
	for {
		if in.ops++; in.ops > maxOperators || len(in.runs) > maxRuns || in.ops&4095 == 0 && in.ctx.Err() != nil {
			return
		}
		o, ok := l.object(0)
		if !ok {
			return
		}
		k, isWord := o.(keyword)
		if !isWord {
			if len(args) < 64 {
				args = append(args, o)
			}
			continue
		}
		if k == "BI" {
			in.images++
			skipInlineImage(&l)
		} else {
			in.operator(string(k), args, resources, depth)
		}
		args = args[:0]
	}
}

// skipInlineImage goes behind the EI that ends the image's bytes.
func skipInlineImage(l *lexer) {
	for from := l.pos; from < len(l.b); {
		i := bytes.Index(l.b[from:], []byte("EI"))
		if i < 0 {
			l.pos = len(l.b)
			return
		}
		at := from + i
		if at > 0 && isSpace(l.b[at-1]) && (at+2 == len(l.b) || isSpace(l.b[at+2])) {
			l.pos = at + 2
			return
		}
		from = at + 2
	}
	l.pos = len(l.b)
}

func num(args []any, i int) float64 {
	if i < len(args) {
		if f, ok := args[i].(float64); ok && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return f
		}
	}
	return 0
}

func (in *interpreter) operator(op string, a []any, res dict, depth int) {
	switch op {
	case "q":
		if len(in.saved) < maxStates {
			in.saved = append(in.saved, in.s)
		}
	case "Q":
		if n := len(in.saved); n > 0 {
			in.s, in.saved = in.saved[n-1], in.saved[:n-1]
		}
	case "cm":
		in.s.ctm = matrix{num(a, 0), num(a, 1), num(a, 2), num(a, 3), num(a, 4), num(a, 5)}.mul(in.s.ctm)
	case "BT":
		in.tm, in.line = identity, identity
	case "Tm":
		in.tm = matrix{num(a, 0), num(a, 1), num(a, 2), num(a, 3), num(a, 4), num(a, 5)}
		in.line = in.tm
	case "Td":
		in.move(num(a, 0), num(a, 1))
	case "TD":
		in.s.leading = -num(a, 1)
		in.move(num(a, 0), num(a, 1))
	case "T*":
		in.move(0, -in.s.leading)
	case "Tc":
		in.s.charSpace = num(a, 0)
	case "Tw":
		in.s.wordSp = num(a, 0)
	case "Tz":
		in.s.scale = num(a, 0) / 100
	case "TL":
		in.s.leading = num(a, 0)
	case "Ts":
		in.s.rise = num(a, 0)
	case "Tf":
		if len(a) == 2 {
			n, _ := a[0].(name)
			in.s.font, in.s.size = in.fontNamed(n, res), num(a, 1)
		}
	case "Tj":
		in.showArgs(a)
	case "'":
		in.move(0, -in.s.leading)
		in.showArgs(a)
	case "\"":
		in.s.wordSp, in.s.charSpace = num(a, 0), num(a, 1)
		in.move(0, -in.s.leading)
		in.showArgs(a[min(2, len(a)):])
	case "TJ":
		in.showArray(a)
	case "Do":
		if len(a) == 1 {
			n, _ := a[0].(name)
			in.form(in.f.dict(res["XObject"])[n], res, depth)
		}
	}
}

func (in *interpreter) move(x, y float64) {
	in.line = matrix{1, 0, 0, 1, x, y}.mul(in.line)
	in.tm = in.line
}

func (in *interpreter) fontNamed(n name, res dict) *font {
	o := in.f.dict(res["Font"])[n]
	if r, ok := o.(ref); ok {
		if ft := in.fonts[r]; ft != nil {
			return ft
		}
		ft := in.f.font(r)
		in.fonts[r] = ft
		return ft
	}
	return in.f.font(o)
}

// form runs a form XObject; images are counted, for a page of pictures has no text.
func (in *interpreter) form(o any, res dict, depth int) {
	s, ok := in.f.resolve(o).(*stream)
	if !ok {
		return
	}
	if s.dict["Subtype"] == name("Image") {
		in.images++
		return
	}
	if s.dict["Subtype"] != name("Form") || depth >= maxForms {
		return
	}
	data, _ := in.f.unpack(s)
	if r := in.f.dict(s.dict["Resources"]); r != nil {
		res = r
	}
	before, tm, line := in.s, in.tm, in.line
	if m := in.f.array(s.dict["Matrix"]); len(m) == 6 {
		in.s.ctm = matrix{num(m, 0), num(m, 1), num(m, 2), num(m, 3), num(m, 4), num(m, 5)}.mul(in.s.ctm)
	}
	in.content(data, res, depth+1)
	in.s, in.tm, in.line = before, tm, line
}

func (in *interpreter) showArgs(a []any) {
	if len(a) > 0 {
		if s, ok := a[len(a)-1].(str); ok {
			in.show(s)
		}
	}
}

func (in *interpreter) showArray(a []any) {
	if len(a) == 0 {
		return
	}
	list, _ := a[0].(array)
	for _, o := range list {
		switch v := o.(type) {
		case str:
			in.show(v)
		case float64:
			in.tm = matrix{1, 0, 0, 1, -v / 1000 * in.s.size * in.s.scale, 0}.mul(in.tm)
		}
	}
}

// show appends a text at the current place and moves on by its width. Each
// character is placed on its own, so that a gap inside a text is seen.
func (in *interpreter) show(s str) {
	ft := in.s.font
	if ft == nil {
		return
	}
	if !ft.known {
		in.unknown += len(s) / 2
	}
	for _, g := range ft.glyphs(s) {
		m := matrix{in.s.size * in.s.scale, 0, 0, in.s.size, 0, in.s.rise}.mul(in.tm).mul(in.s.ctm)
		advance := g.width/1000*in.s.size + in.s.charSpace
		if g.space {
			advance += in.s.wordSp
		}
		in.tm = matrix{1, 0, 0, 1, advance * in.s.scale, 0}.mul(in.tm)
		if g.text != "" && len(in.runs) <= maxRuns {
			end := matrix{in.s.size * in.s.scale, 0, 0, in.s.size, 0, in.s.rise}.mul(in.tm).mul(in.s.ctm)
			in.runs = append(in.runs, run{x: m[4], y: m[5], end: end[4], size: math.Hypot(m[2], m[3]), text: g.text})
		}
	}
}

// pages walks the tree of pages in order; resources are inherited.
func (f *file) pages(visit func(page, resources dict) bool) {
	root := f.dict(f.root)
	if root == nil {
		for _, num := range f.order {
			if d := f.dict(ref(num)); d["Type"] == name("Catalog") {
				root = d
			}
		}
	}
	seen := map[any]bool{}
	count := 0
	var walk func(o any, res dict, rotate any, depth int) bool
	walk = func(o any, res dict, rotate any, depth int) bool {
		if r, ok := o.(ref); ok {
			if seen[r] {
				return true
			}
			seen[r] = true
		}
		d := f.dict(o)
		if d == nil || depth > maxNesting {
			return true
		}
		if r := f.dict(d["Resources"]); r != nil {
			res = r
		}
		if d["Rotate"] != nil {
			rotate = d["Rotate"]
		}
		if kids := f.array(d["Kids"]); kids != nil && d["Type"] != name("Page") {
			for _, k := range kids {
				if !walk(k, res, rotate, depth+1) {
					return false
				}
			}
			return true
		}
		if count++; count > maxPages {
			return false
		}
		page := dict{"Contents": d["Contents"], "Rotate": rotate}
		return visit(page, res)
	}
	walk(root["Pages"], nil, nil, 0)
}
