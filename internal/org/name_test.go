package org

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// acme is an invented group: names of every kind and script.
func acme(t testing.TB) *Index {
	t.Helper()
	ix, err := NewIndex([]Organisation{
		{ID: "acme_hua", Name: "Akmehua Technologies Co., Ltd.",
			Aliases: []Alias{
				{Name: "Akmehua", Kind: KindShort}, {Name: "AKM", Kind: KindShort, Match: MatchLead},
				{Name: "Akmi", Match: MatchWhole}, {Name: "阿科米", Match: MatchLead}, {Name: "阿科米华技术有限公司"},
				{Name: "АО «Акмехуа»"}, {Name: "Old Acmehua Radio", Kind: KindFormer},
			},
			Brands:       []Brand{{Name: "Orbit"}, {Name: "SmartAkme"}},
			MakesFor:     []OEM{{Brand: "Björk Security"}},
			Parts:        []Part{{Name: "Beijing Longshine Radio Co., Ltd."}},
			FalseFriends: []string{"AKM Semiconductor, Inc.", "Akmehua AG"},
		},
		{ID: "acme_inc", Name: "Akmehua, Inc.", Country: "US"},
		{ID: "acme_delta", Name: "Delta Akme", Aliases: []Alias{{Name: "Delta", Match: MatchWhole}}},
		{ID: "acme_bjork", Name: "Björk Security AB"},
		{ID: "acme_dash", Name: "AC-Link Corporation"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func names1(ms []NameMatch) string {
	var s []string
	for _, m := range ms {
		x := string(m.Org) + ":" + m.Kind.String()
		if !m.Whole {
			x += ":leads"
		}
		s = append(s, x)
	}
	return strings.Join(s, " ")
}

func TestByName(t *testing.T) {
	ix := acme(t)
	for _, c := range []struct{ name, text, want string }{
		{"registered name", "Akmehua Technologies Co., Ltd.", "acme_hua:name"},
		{"case, commas and points", "AKMEHUA TECHNOLOGIES CO.,LTD", "acme_hua:name"},
		{"space before the point", "Akmehua Technologies Co .,ltd", "acme_hua:name"},
		{"full width", "ＡＫＭＥＨＵＡ Ｔｅｃｈｎｏｌｏｇｉｅｓ", "acme_hua:name"},
		{"foreign branch", "Akmehua Technologies Deutschland GmbH", "acme_hua:name:leads"},
		{"branch of the short form", "Akmehua Italia S.r.l.", "acme_inc:name:leads acme_hua:alias:leads"},
		{"the legal form tells two apart", "Akmehua, Inc.", "acme_inc:name acme_hua:alias"},
		{"short word leads only where the data allow", "AKM Corporation", "acme_hua:alias"},
		{"short word leads", "AKM Deutschland GmbH", "acme_hua:alias:leads"},
		{"not inside a word", "AKMEX GmbH", ""},
		{"not inside a longer name", "Dakmehuatong", ""},
		{"not later in the text", "Friends of Akmehua", ""},
		{"whole only", "Akmi", "acme_hua:alias"},
		{"whole only does not lead", "Akmi Bakery", ""},
		{"ordinary word as a firm's name", "Delta Air Lines", ""},
		{"ordinary word alone", "Delta", "acme_delta:alias"},
		{"Han", "阿科米华技术有限公司", "acme_hua:alias"},
		{"Han without the legal form", "阿科米华技术", "acme_hua:alias"},
		{"Han leads", "阿科米终端有限公司", "acme_hua:alias:leads"},
		{"Han after a place", "深圳阿科米软件有限公司", "acme_hua:alias:leads"},
		{"Han then Latin", "阿科米(Akme)", "acme_hua:alias:leads"},
		{"Cyrillic, legal form before", "АО Акмехуа", "acme_hua:alias"},
		{"part", "BEIJING LONGSHINE RADIO", "acme_hua:part"},
		{"after a place", "Shenzhen Akmehua Software Co., Ltd.", "acme_inc:name:leads acme_hua:alias:leads"},
		{"former name", "Old Acmehua Radio Ltd", "acme_hua:former name"},
		{"brand", "Orbit", "acme_hua:brand"},
		{"a brand does not lead", "Orbit Cleaning Services", ""},
		{"diacritics, and a customer's brand", "Bjork Security", "acme_bjork:name acme_hua:brand of a customer"},
		{"false friend", "AKM Semiconductor Inc.", ""},
		{"false friend's branch", "AKM Semiconductor Deutschland", ""},
		{"hyphen or none", "ACLink Corp", "acme_dash:name"},
		{"false friend by its legal form alone", "Akmehua AG", "acme_inc:name"},
		{"nothing", " - ", ""},
		{"only a legal form", "Co., Ltd.", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, names1(ix.ByName(c.text))); d != "" {
				t.Errorf("ByName(%q) (-want +got)\n%s", c.text, d)
			}
		})
	}
}

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"S.p.A. Telco S.p.A.":     "spa telco",
		"Société Générale S.A.":   "societe generale",
		"AT&T Inc.":               "at t",
		"Xi'an Micro Institute":   "xian micro institute",
		"GL.iNet":                 "gl inet",
		"Łódź Sp. z o.o.":         "lodz sp z oo",
		"株式会社アクメ":                 "株式会社アクメ",
		"Ltd":                     "ltd",
		"":                        "",
		"Acme Networks (Holding)": "acme networks holding",
	} {
		if got := Normalise(in); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNormaliseTwiceIsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		once := Normalise(s)
		full, ends := words(nil, nil, once)
		again, _ := words(nil, nil, string(full))
		if string(again) != string(full) {
			t.Fatalf("%q: %q then %q (%d words)", s, full, again, len(ends))
		}
	})
}

func FuzzByName(f *testing.F) {
	for _, s := range []string{"Akmehua Technologies Co., Ltd.", "阿科米终端有限公司", "АО «Акмехуа»", "S.à r.l.", "\xff\xfe", strings.Repeat("a.", 300)} {
		f.Add(s)
	}
	ix := acme(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range ix.ByName(s) {
			if _, ok := ix.Get(m.Org); !ok {
				t.Fatalf("%q names %q, which is nobody", s, m.Org)
			}
		}
	})
}

func TestNewIndexRefuses(t *testing.T) {
	ok := Organisation{ID: "acme_a", Name: "A", File: "a.yaml"}
	for _, c := range []struct {
		name string
		add  Organisation
		want string
	}{
		{"twice", Organisation{ID: "acme_a", Name: "A", File: "b.yaml"}, `b.yaml: organisation "acme_a" is also defined in a.yaml: remove one`},
		{"no name", Organisation{ID: "acme_b", File: "b.yaml"}, `b.yaml: organisation "acme_b" has no name: add one`},
		{"bad ID", Organisation{ID: "Acme", Name: "A", File: "b.yaml"}, `b.yaml: organisation ID "Acme": use a-z, 0-9 and _ only`},
		{"unknown owner", Organisation{ID: "acme_b", Name: "B", File: "b.yaml", Owners: []Ownership{{Owner: "acme_c"}}},
			`b.yaml: owner "acme_c" is no organisation: define it or write holder instead of owner`},
		{"own owner", Organisation{ID: "acme_b", Name: "B", File: "b.yaml", Owners: []Ownership{{Owner: "acme_b"}}},
			`b.yaml: owner "acme_b" is the organisation itself`},
		{"date order", Organisation{ID: "acme_b", Name: "B", File: "b.yaml", Owners: []Ownership{{Owner: "acme_a", From: day(t, "2020-01-02"), To: day(t, "2020-01-01")}}},
			`b.yaml: owner "acme_a": the share ends 2020-01-01, not after its beginning 2020-01-02`},
		{"too much", Organisation{ID: "acme_b", Name: "B", File: "b.yaml", Owners: []Ownership{{Owner: "acme_a", Percent: 101}}},
			`b.yaml: owner "acme_a": a share lies between 0 and 100`},
		{"confidence", Organisation{ID: "acme_b", Name: "B", File: "b.yaml", Aliases: []Alias{{Name: "x", Cite: Cite{Confidence: "sure"}}}},
			`b.yaml: alias "x": confidence "sure": use one of [seen secondary inferred memory draft_only unconfirmed]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewIndex([]Organisation{ok, c.add})
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestByIdentifierAndKnown(t *testing.T) {
	ix, err := NewIndex([]Organisation{{ID: "acme_a", Name: "A", Identifiers: []Identifier{
		{Type: USBVendor, Value: "12D1"}, {Type: PONVendor, Value: "ACME"}, {Type: IANAEnterprise, Value: "99999"},
		{Type: IEEERegistrant, Value: "ACME RADIO CO.,LTD"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{USBVendor, "0x12d1"}, {PONVendor, "acme"}, {IANAEnterprise, "99999"}, {IEEERegistrant, "Acme Radio Co., Ltd."}} {
		if got := ix.ByIdentifier(c[0], c[1]); len(got) != 1 || got[0] != "acme_a" {
			t.Errorf("ByIdentifier(%s, %s) = %v", c[0], c[1], got)
		}
	}
	for id, want := range map[ID]bool{"acme_a": true, "acme_unheard": true, Other: true, "nobody": false, "acme_": false} {
		if ix.Known(id) != want {
			t.Errorf("Known(%q) = %v", id, !want)
		}
	}
}

func BenchmarkByName(b *testing.B) {
	ix := acme(b)
	for _, text := range []string{"Akmehua Technologies Co., Ltd.", "Somebody Else Networks GmbH", "阿科米终端有限公司"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ix.ByName(text)
			}
		})
	}
}

func TestOwnerIsNoBrandAndNoHearsay(t *testing.T) {
	ix, err := NewIndex([]Organisation{{ID: "acme_a", Name: "Akme Radio", Aliases: []Alias{{Name: "Akmerad"}},
		Brands: []Brand{{Name: "Orbit Line"}},
		Parts:  []Part{{Name: "Seen Part"}, {Name: "Akmerad Hearsay", Cite: Cite{Confidence: Memory}}, {Name: "Other Hearsay", Cite: Cite{Confidence: Memory}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"Akme Radio Ltd": true, "Seen Part GmbH": true, "Orbit Line": false, "Other Hearsay": false, "Akmerad Hearsay": true} {
		if m, ok := ix.Owner(text); ok != want || ok && m.Org != "acme_a" {
			t.Errorf("Owner(%q) = %v %v", text, m, ok)
		}
	}
}
