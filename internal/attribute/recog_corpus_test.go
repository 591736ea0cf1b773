package attribute_test

import (
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"

	"telltale/data"
	"telltale/internal/attribute/match"
	"telltale/internal/attribute/recog"
	"telltale/internal/evidence"
)

// banners are all patterns - ours and the recog files' - and the files' example
// lines, each with the field it is matched on.
type banners struct {
	pats  []match.Pattern
	loop  []*regexp.Regexp
	field map[evidence.Attr]match.Field
	texts []banner
	none  []banner
}

type banner struct {
	field match.Field
	text  string
}

func loadBanners(tb testing.TB) *banners {
	dir := os.Getenv("TELLTALE_CORPUS")
	if dir == "" {
		tb.Skip("TELLTALE_CORPUS is not set: the recog files are not here")
	}
	b := &banners{field: map[evidence.Attr]match.Field{}}
	fieldOf := func(a evidence.Attr) match.Field {
		if _, ok := b.field[a]; !ok {
			b.field[a] = match.Field(len(b.field))
		}
		return b.field[a]
	}
	add := func(p match.Pattern, attrs []evidence.Attr) {
		for _, a := range attrs {
			p.On.Add(fieldOf(a))
		}
		b.pats = append(b.pats, p)
		expr := p.Expr
		if p.Word {
			expr = aloneExpr(expr)
		}
		if p.Token {
			expr = `(?:^|[^0-9A-Za-z])(` + expr + `)(?:$|[^0-9A-Za-z])`
		}
		b.loop = append(b.loop, regexp.MustCompile(expr))
	}
	facts, err := data.Attribution()
	if err != nil {
		tb.Fatal(err)
	}
	for _, fp := range facts.Fingerprints {
		add(match.Pattern{Expr: fp.Pattern, Word: fp.Word, Token: fp.Token}, fp.Attrs)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "recog", "*.xml"))
	for _, name := range files {
		r, err := os.Open(name)
		if err != nil {
			tb.Fatal(err)
		}
		f, err := recog.Read(r, filepath.Base(name))
		r.Close()
		if err != nil {
			tb.Fatal(err)
		}
		for _, p := range f.Problems {
			tb.Log(p)
		}
		on := f.Attrs()
		if on == nil {
			tb.Fatalf("%s: no attribute for %q", name, f.Matches)
		}
		for _, p := range f.Patterns {
			add(match.Pattern{Expr: p.Expr}, on)
			for _, x := range p.Examples {
				b.texts = append(b.texts, banner{fieldOf(on[0]), x})
			}
		}
	}
	for i := range b.texts { // letters turned round: same lengths and bytes, nothing known
		b.none = append(b.none, banner{b.texts[i].field, turn(b.texts[i].text)})
	}
	return b
}

// turn gives other letters of the same case.
func turn(s string) string { return turned(s, 13) }

func turned(s string, by byte) string {
	t := []byte(s)
	for j, c := range t {
		switch {
		case 'a' <= c && c <= 'z':
			t[j] = 'a' + (c-'a'+by)%26
		case 'A' <= c && c <= 'Z':
			t[j] = 'A' + (c-'A'+by)%26
		}
	}
	return string(t)
}

// other gives a pattern like p with other letters and digits: what a maker
// nobody of the list knows would have. It is not there when p has no letter of
// its own. Enterprise numbers stay under their arc.
func other(p match.Pattern) (match.Pattern, bool) {
	was := p.Expr
	if p.Word {
		p.Expr = turned(p.Expr, 7)
		return p, p.Expr != was
	}
	re, err := syntax.Parse(p.Expr, syntax.Perl)
	if err != nil || !turnLiterals(re) {
		return p, false
	}
	p.Expr = re.String()
	_, err = regexp.Compile(p.Expr)
	return p, err == nil
}

const arc = "1.3.6.1.4.1."

// turnLiterals reports whether it changed anything.
func turnLiterals(re *syntax.Regexp) bool {
	changed := false
	if re.Op == syntax.OpLiteral {
		was := string(re.Rune)
		rest, under := strings.CutPrefix(was, arc)
		now := []byte(turned(rest, 7))
		for i, c := range now {
			if '0' <= c && c <= '9' {
				now[i] = '0' + (c-'0'+3)%10
			}
		}
		rest = string(now)
		if under {
			rest = arc + rest
		}
		re.Rune, changed = []rune(rest), rest != was
	}
	for _, s := range re.Sub {
		changed = turnLiterals(s) || changed
	}
	return changed
}

// aloneExpr spells a word pattern out: no letter or digit of a script with
// spaces beside one of the same.
func aloneExpr(w string) string {
	const spaced = `0-9A-Za-z\x{c0}-\x{1fff}`
	isSpaced := regexp.MustCompile(`[` + spaced + `]`)
	r := []rune(w)
	expr := `(?i:` + regexp.QuoteMeta(w) + `)`
	if isSpaced.MatchString(string(r[0])) {
		expr = `(?:^|[^` + spaced + `])` + expr
	}
	if isSpaced.MatchString(string(r[len(r)-1])) {
		expr += `(?:$|[^` + spaced + `])`
	}
	return expr
}

// first is the plain loop over all patterns of the field.
func (b *banners) first(x banner) int {
	for i := range b.pats {
		if b.pats[i].On.Has(x.field) && b.loop[i].MatchString(x.text) {
			return i
		}
	}
	return -1
}

func TestRecogFirstMatchIsThatOfAPlainLoop(t *testing.T) {
	b := loadBanners(t)
	s, err := match.Compile(b.pats)
	if err != nil {
		t.Fatal(err)
	}
	bad, matched := 0, 0
	for _, x := range append(b.texts, b.none...) {
		want := b.first(x)
		h, ok := s.First(x.field, x.text)
		got := -1
		if ok {
			got = h.Pattern
			matched++
		}
		if got != want {
			if bad++; bad < 10 {
				t.Errorf("%.80q: pattern %d, a plain loop finds %d", x.text, got, want)
			}
		}
	}
	t.Logf("%d patterns, %d texts, %d matched", len(b.pats), len(b.texts)+len(b.none), matched)
}

func BenchmarkRecog(b *testing.B) {
	x := loadBanners(b)
	s, err := match.Compile(x.pats)
	if err != nil {
		b.Fatal(err)
	}
	double := append([]match.Pattern{}, x.pats...)
	for _, p := range x.pats {
		if o, ok := other(p); ok {
			double = append(double, o)
		}
	}
	b.Logf("%d patterns, %d doubled", len(x.pats), len(double))
	d, err := match.Compile(double)
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, texts []banner, warm int, f func(banner)) {
		b.Run(name, func(b *testing.B) {
			for _, t := range texts[:min(len(texts), warm)] { // expressions are compiled when first needed: not part of the measure
				f(t)
			}
			i := 0
			for b.Loop() {
				f(texts[i%len(texts)])
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "banners/s")
		})
	}
	all := len(x.texts)
	run("examples/set", x.texts, all, func(t banner) { s.First(t.field, t.text) })
	run("examples/doubled", x.texts, all, func(t banner) { d.First(t.field, t.text) })
	run("examples/loop", x.texts, 0, func(t banner) { x.first(t) })
	run("nothing/set", x.none, all, func(t banner) { s.First(t.field, t.text) })
	run("nothing/doubled", x.none, all, func(t banner) { d.First(t.field, t.text) })
	run("nothing/loop", x.none, 0, func(t banner) { x.first(t) })
}
