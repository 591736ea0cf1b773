package attribute_test

import (
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
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

func turnLiterals(re *syntax.Regexp) {
	if re.Op == syntax.OpLiteral {
		re.Rune = []rune(turned(string(re.Rune), 7))
	}
	for _, s := range re.Sub {
		turnLiterals(s)
	}
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
	for _, p := range x.pats { // as many again, each like one of them with other letters
		was := p.Expr
		if p.Word {
			p.Expr = turned(p.Expr, 7)
		} else if re, err := syntax.Parse(p.Expr, syntax.Perl); err == nil {
			turnLiterals(re)
			p.Expr = re.String()
		}
		if _, err := regexp.Compile(p.Expr); err == nil && p.Expr != was {
			double = append(double, p)
		}
	}
	d, err := match.Compile(double)
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, texts []banner, f func(banner)) {
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				f(texts[i%len(texts)])
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "banners/s")
		})
	}
	run("examples/set", x.texts, func(t banner) { s.First(t.field, t.text) })
	run("examples/doubled", x.texts, func(t banner) { d.First(t.field, t.text) })
	run("examples/loop", x.texts, func(t banner) { x.first(t) })
	run("nothing/set", x.none, func(t banner) { s.First(t.field, t.text) })
	run("nothing/doubled", x.none, func(t banner) { d.First(t.field, t.text) })
	run("nothing/loop", x.none, func(t banner) { x.first(t) })
}
