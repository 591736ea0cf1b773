package screen

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"telltale/internal/org"
)

func tables(t testing.TB) *Tables {
	t.Helper()
	tab, err := ReadTables(Sources{
		Pinyin:     strings.NewReader("a 阿\nke 科\nmi 米\nma 马\nhua 华花\nwei 为威\nshu 术\nji 技\nhang 杭\nzhou 州\n"),
		Simplified: strings.NewReader("華华為为\n"),
		Words:      strings.NewReader("# words\n80000\ntechnology 6000\nradio 700\nnetworks 1500\ngreat 40\nlakes 30\nacme 9\nsense 20\ntime 60\n"),
		Places:     strings.NewReader("deutschland germany usa hangzhou great-lakes\n杭州\n"),
		Generic:    strings.NewReader("telecom telecommunications group camera\n技术\nтехнолоджис\n"),
		Trades:     strings.NewReader("bakery 花店\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

var list = []Name{
	{Org: "acme_weishi", Kind: "name", Text: "Hangzhou Akmeweishi Technology Co., Ltd."},
	{Org: "acme_weishi", Kind: "alias", Text: "Akmeweishi", Leads: true},
	{Org: "acme_hua", Kind: "alias", Text: "华为科米", Leads: true},
	{Org: "acme_hua", Kind: "alias", Text: "Huakemi"},
	{Org: "acme_kasp", Kind: "name", Text: "АО «Касмерский»"},
	{Org: "acme_glr", Kind: "name", Text: "GLR"},
	{Org: "acme_sense", Kind: "name", Text: "SenseTime Group"},
	{Org: "acme_great", Kind: "name", Text: "Great Lakes Radio"},
	{Org: "acme_great", Text: "Great Lakes Radio Hams", Not: true},
}

func TestScreen(t *testing.T) {
	e := New(tables(t), list)
	for _, c := range []struct {
		name, text string
		want       org.ID
		least      float64
	}{
		{"as listed", "Hangzhou Akmeweishi Technology Co., Ltd.", "acme_weishi", 1},
		{"short form", "AKMEWEISHI", "acme_weishi", 1},
		{"branch", "Akmeweishi Deutschland GmbH", "acme_weishi", Sure},
		{"letters swapped", "Akmewieshi Technology", "acme_weishi", Review},
		{"letter missing, common word misspelt", "Hangzhou Akmweishi Tecnology", "acme_weishi", Review},
		{"digit for a letter", "AKMEWE1SHI", "acme_weishi", Sure},
		{"two words", "Akme Weishi", "acme_weishi", Sure},
		{"abbreviated", "Akmeweishi Tech", "acme_weishi", Sure},
		{"in brackets", "Dome camera (Akmeweishi)", "acme_weishi", Sure},
		{"another trade", "Akmeweishi Bakery", "", 0},
		{"another trade in brackets", "Akmeweishi (bakery)", "", 0},
		{"traditional characters", "華為科米", "acme_hua", 1},
		{"place and generic word around", "杭州华为科米技术", "acme_hua", Sure},
		{"reading of the characters", "Huawei Kemi", "acme_hua", Sure},
		{"another Chinese word of the same sound", "花威科米", "", 0},
		{"another Chinese word spelt almost alike", "Huakema", "", 0},
		{"Cyrillic in Latin letters", "Kasmerskiy", "acme_kasp", Sure},
		{"short form that the brackets explain otherwise", "Garden Life Retreat (GLR)", "", 0},
		{"short form beside other words", "GLR Garden Supplies", "", 0},
		{"words of their own written apart", "Sense Time Clocks", "", 0},
		{"common words together", "Great Lakes Radio Inc", "acme_great", 1},
		{"some of the common words", "Great Lakes Timber", "", 0},
		{"false friend", "Great Lakes Radio Hams e.V.", "", 0},
		{"nothing alike", "Somebody Else", "", 0},
		{"no letters", "---", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := e.Screen(c.text, Review)
			var got org.ID
			score := 0.0
			if len(h) > 0 {
				got, score = h[0].Org, h[0].Score
			}
			if got != c.want || score < c.least {
				t.Errorf("Screen(%q) = %q %.3f, want %q at least %.2f\n%s", c.text, got, score, c.want, c.least, explain(h))
			}
		})
	}
}

func explain(h []Hit) string {
	var b strings.Builder
	for _, x := range h {
		fmt.Fprintf(&b, "%s %q %.3f\n", x.Org, x.Name, x.Score)
		for _, p := range x.Pieces {
			fmt.Fprintf(&b, "   %+v\n", p)
		}
	}
	return b.String()
}

// The score is what its pieces add up to, whatever the text.
func TestPiecesAddUp(t *testing.T) {
	e := New(tables(t), list)
	words := []string{"Akmeweishi", "Akmweishi", "Hangzhou", "Technology", "Tech", "华为科米", "Great", "Lakes", "Radio", "(GLR)", "Bakery", "Касмерский", "x9", "Ltd"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 6).Draw(t, "words"), " ")
		last := 2.0
		for _, h := range e.Screen(text, 0.01) {
			points, weight := 0.0, 0.0
			for _, p := range h.Pieces {
				if p.Points < 0 || p.Points > p.Weight || p.How == "" {
					t.Fatalf("%q: odd piece %+v", text, p)
				}
				points += p.Points
				weight += p.Weight
			}
			if math.Abs(points/weight-h.Score) > 0.001 || h.Score > last {
				t.Fatalf("%q: score %.3f, pieces say %.3f, before it stands %.3f", text, h.Score, points/weight, last)
			}
			last = h.Score
		}
	})
}

func TestEveryListedNameFindsItself(t *testing.T) {
	e := New(tables(t), list)
	for _, n := range list {
		if h := e.Screen(n.Text, Sure); !n.Not && (len(h) == 0 || h[0].Org != n.Org || h[0].Score != 1) {
			t.Errorf("%q: %s", n.Text, explain(h))
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"akme", "akme", 0}, {"akme", "amke", 1}, {"akme", "akm", 1}, {"akme", "akmes", 1}, {"akme", "ekme", 1}, {"akme", "ekma", 2}, {"akme", "bbbb", 3}, {"", "abcdef", 3}} {
		if got := Distance(c.a, c.b, 2); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestReadTablesRefuses(t *testing.T) {
	ok := Sources{Pinyin: strings.NewReader(""), Words: strings.NewReader("10"), Places: strings.NewReader(""), Generic: strings.NewReader(""), Trades: strings.NewReader("")}
	ok.Simplified = strings.NewReader("華华為")
	if _, err := ReadTables(ok); err == nil || !strings.Contains(err.Error(), "table of simplified characters, line 1") {
		t.Errorf("odd pairs: %v", err)
	}
	ok.Simplified, ok.Words = strings.NewReader(""), strings.NewReader("10\nword many\n")
	if _, err := ReadTables(ok); err == nil || !strings.Contains(err.Error(), "table of words, line 2") {
		t.Errorf("count in words: %v", err)
	}
}

func FuzzScreen(f *testing.F) {
	for _, s := range []string{"Hangzhou Akmweishi Tecnology (GLR)", "杭州華為科米技术", "АО «Касмерский»", "((((", "a b c d e f g h i j k l m n o p", "\xff）x（", strings.Repeat("a0", 300)} {
		f.Add(s)
	}
	e := New(tables(f), list)
	f.Fuzz(func(t *testing.T, s string) {
		for _, h := range e.Screen(s, 0.1) {
			if h.Score < 0 || h.Score > 1 || math.IsNaN(h.Score) {
				t.Fatalf("%q: score %v", s, h.Score)
			}
		}
	})
}
