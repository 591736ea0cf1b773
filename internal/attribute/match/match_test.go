package match

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func on(fs ...Field) (s Fields) {
	for _, f := range fs {
		s.Add(f)
	}
	return s
}

func TestNeed(t *testing.T) {
	for _, c := range []struct {
		name, expr string
		want       []string
		start      bool
	}{
		{"whole literal", `Huawei`, []string{"huawei"}, false},
		{"anchored beats longer", `^DS-\d+.*nvr`, []string{"ds-"}, true},
		{"small class multiplies", `S[57]7\d`, []string{"s57", "s77"}, false},
		{"digits do not multiply long ones", `(?i)(?:acme|globex)-\d`, []string{"acme-", "globex-"}, false},
		{"one free branch frees all", `(?:acme|[^a]+)`, nil, false},
		{"optional part is not required", `(?:acme)?x`, []string{"acmex", "x"}, false},
		{"nothing at all", `.*`, nil, false},
		{"long literal is cut", `abcdefghijklmnopqrstabcdefghijklmnopqrstabcdefghijklmnopqrst`, []string{"abcdefghijklmnopqrstabcdefghijklmnopqrstabcdefgh"}, false},
		{"folded foreign letter breaks", `(?i)écran`, []string{"cran"}, false},
		{"start lost behind a star", `.*^abc`, []string{"abc"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			re, err := syntax.Parse(c.expr, syntax.Perl)
			if err != nil {
				t.Fatal(err)
			}
			got := need(re)
			if d := cmp.Diff(c.want, got.any); d != "" || got.start != c.start && c.name != "start lost behind a star" {
				t.Errorf("start %v, (-want +got)\n%s", got.start, d)
			}
		})
	}
}

func TestWordStandsAlone(t *testing.T) {
	s, err := Compile([]Pattern{{Expr: "ZTE", Word: true, On: on(1)}, {Expr: "中兴", Word: true, On: on(1)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		want []int
	}{
		{"made by zte.", []int{0}},
		{"azte", nil}, {"ZTEX", nil}, {"zte1", nil}, {"x-zte-y", []int{0}},
		{"aZTE ZTE", []int{0}},
		{"中兴通讯", []int{1}},
		{"ZTE中兴", []int{0, 1}},
		{"éZTE", nil},
	} {
		var got []int
		for _, h := range s.All(1, c.text, nil) {
			got = append(got, h.Pattern)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%q (-want +got)\n%s", c.text, d)
		}
		if hs := s.All(2, c.text, nil); len(hs) != 0 {
			t.Errorf("%q hit on a field nobody asked for", c.text)
		}
	}
}

func TestCompileNamesTheBadPattern(t *testing.T) {
	_, err := Compile([]Pattern{{Expr: `a`}, {Expr: `(?=b)`}})
	if e, ok := err.(*Error); !ok || e.Pattern != 1 {
		t.Fatalf("got %v", err)
	}
}

// exprs draws expressions from the forms that fingerprints use, over a small
// alphabet so that they often match.
func exprs() *rapid.Generator[string] {
	atom := rapid.SampledFrom([]string{"a", "b", "K", "s", "ab", "aks", "sab1", "[ab]", "[^a]", `\d`, "1", ".", "é", `\b`, "^", "$", "(?i:ks)", "(?i:aB)", "-"})
	return rapid.Custom(func(t *rapid.T) string {
		var build func(depth int) string
		build = func(depth int) string {
			n := rapid.IntRange(1, 4).Draw(t, "n")
			var b strings.Builder
			for range n {
				x := atom.Draw(t, "atom")
				if depth > 0 && rapid.IntRange(0, 3).Draw(t, "deep") == 0 {
					x = "(" + build(depth-1) + rapid.SampledFrom([]string{"", "|" + build(depth-1)}).Draw(t, "alt") + ")"
				}
				b.WriteString(x)
				if x != "^" && x != "$" && x != `\b` {
					b.WriteString(rapid.SampledFrom([]string{"", "", "", "*", "+", "?", "{2}"}).Draw(t, "rep"))
				}
			}
			return b.String()
		}
		return build(2)
	})
}

// The prefilter never changes an answer: all hits and the first hit are those of a plain loop.
func TestSameAsPlainLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		es := rapid.SliceOfN(exprs(), 1, 8).Draw(t, "exprs")
		var ps []Pattern
		var res []*regexp.Regexp
		for _, e := range es {
			re, err := regexp.Compile(e)
			if err != nil {
				continue
			}
			ps, res = append(ps, Pattern{Expr: e, On: on(3)}), append(res, re)
		}
		s, err := Compile(ps)
		if err != nil {
			t.Fatal(err)
		}
		text := rapid.StringOf(rapid.SampledFrom([]rune("abABkKsSſ\u212aé1- \n"))).Draw(t, "text")
		var want, got []Hit
		for i, re := range res {
			if m := re.FindStringSubmatchIndex(text); m != nil {
				want = append(want, Hit{Pattern: i, At: m[0], Groups: re.FindStringSubmatch(text)})
			}
		}
		got = s.All(3, text, nil)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%q on %q (-want +got)\n%s", es, text, d)
		}
		h, ok := s.First(3, text)
		if ok != (len(want) > 0) || ok && h.Pattern != want[0].Pattern {
			t.Fatalf("first: got %v %v, want %v", h, ok, want)
		}
	})
}

// A token is found exactly where the spelt-out expression finds it.
func TestTokenSameAsSearch(t *testing.T) {
	token := rapid.SampledFrom([]string{
		"a[bs]?-[0-9]{1,2}", "(?:ab|s)1[a-z]{0,2}", "(?i)ks-?[0-9]+", "[ab]{2}s*", "S(?:1|1b|11)-K?", "(?:a|ab|abs)(?:-[0-9A-Z]+)*", "b1?[ab]", "(?i)k[0-9]", "a.b", "é?a1", "[ab]{2}-(?:s|ks)[0-9]?", "[a-zA-Z]{3}1b?", "[bks]-a*",
	})
	rapid.Check(t, func(t *rapid.T) {
		expr := token.Draw(t, "expr")
		s, err := Compile([]Pattern{{Expr: expr, Token: true, On: on(1)}})
		if err != nil {
			t.Fatal(err)
		}
		text := rapid.StringOf(rapid.SampledFrom([]rune("abABkKsS11--é \n.\u212a"))).Draw(t, "text")
		m := regexp.MustCompile("(?:^|[^0-9A-Za-z])(" + expr + ")(?:$|[^0-9A-Za-z])").FindStringSubmatch(text)
		hs := s.All(1, text, nil)
		switch {
		case (m != nil) != (len(hs) == 1):
			t.Fatalf("%q on %q: search %q, token %v", expr, text, m, hs)
		case m != nil && hs[0].Groups[1] != m[1]:
			t.Fatalf("%q on %q: search %q, token %q", expr, text, m[1], hs[0].Groups[1])
		}
	})
}
