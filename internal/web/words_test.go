package web

import (
	"strings"
	"testing"

	"telltale/internal/org"
)

// Identifiers of the data get their words, days are written out, and what
// somebody else called something stays as it was.
func TestPlain(t *testing.T) {
	s, err := newSite(testConfig(testWork(t)))
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"holds the role us_federal_agency":               "holds the role US executive agency",
		"funded by: usf_capital":                         "funded by: universal service support for building networks",
		"it is one of: router_consumer":                  "it is one of: consumer-grade router",
		"or answer funded_by":                            "or answer “Which money pays for buying, maintaining or supporting this item?”",
		"in force since 2020-06-30":                      "in force since 30 Jun 2020",
		"new in the rulebook: us-fcc-54-9/support":       "new in the rulebook: 47 CFR 54.9(a)",
		"column “funded_by” read as funding, 2020-06-30": "column “funded_by” read as funding, 30 Jun 2020",
		"a lone “funded_by":                              "a lone “funded_by",
		"my_switch_7 answers":                            "my_switch_7 answers",
		"2020-13-45 is no day":                           "2020-13-45 is no day",
	} {
		if got := s.plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
	if got := s.because("zte; it is one of: telecom_equipment"); !strings.HasPrefix(got, "ZTE; it is one of: ") || strings.Contains(got, "_") {
		t.Errorf("because = %q", got)
	}
}

// Every word in which the law asks has words for people.
func TestVocabularyHasWords(t *testing.T) {
	s, err := newSite(testConfig(testWork(t)))
	if err != nil {
		t.Fatal(err)
	}
	v := &s.facts().Rules.Vocabulary
	var ids []string
	for _, r := range v.Roles {
		ids = append(ids, r.ID)
	}
	for _, f := range append(append(v.Facts, v.ItemKeys...), v.RoleKeys...) {
		ids = append(append(ids, f.ID), f.Values...)
	}
	for _, id := range append(append(append(ids, v.Money...), v.Purposes...), v.Categories...) {
		if w := s.word(id); w == "" || strings.Contains(w, "_") {
			t.Errorf("word(%q) = %q", id, w)
		}
	}
}

// Names of boxes break into two lines that fit, in any script.
func TestWrapName(t *testing.T) {
	for name, lines := range map[string]int{
		"Dahua": 1, "Hangzhou Huacheng Network Technology Co., Ltd.": 2, "浙江大华技术股份有限公司": 1, "": 1,
		strings.Repeat("W", 80): 1, "SASAC of the State Council": 2,
	} {
		got := wrapName(name)
		if len(got) != lines {
			t.Errorf("wrapName(%q) = %q, want %d lines", name, got, lines)
		}
		for _, l := range got {
			if wide(l) > nameWidth {
				t.Errorf("wrapName(%q): %q is too wide", name, l)
			}
		}
	}
}

// Labels of a drawing never meet a box or each other, for every organisation.
func TestLabelsKeepApart(t *testing.T) {
	s, err := newSite(testConfig(testWork(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range s.facts().Orgs.IDs() {
		d := s.draw(org.ID(id), s.today())
		if d == nil {
			continue
		}
		for i, a := range d.spots {
			for _, b := range d.spots[i+1:] {
				if meet(a, b) {
					t.Errorf("%s: %v meets %v", id, a, b)
				}
			}
			if a[0] < 0 || a[1] < 0 || a[0]+a[2] > d.Width || a[1]+a[3] > d.Height {
				t.Errorf("%s: %v leaves the drawing of %d by %d", id, a, d.Width, d.Height)
			}
		}
	}
}

// Reasons of elements are told in words, whatever identifiers they were made of.
func TestReasonsAreWords(t *testing.T) {
	s, err := newSite(testConfig(testWork(t)))
	if err != nil {
		t.Fatal(err)
	}
	for reason, want := range map[string]string{
		"funded by: usf":                "paid with: universal service support",
		"sna capable: not answered":     "“Can it do what 47 U.S.C. 1601(b)(2)(A)-(C) lists?” is not answered",
		"it is one of: router consumer": "it is one of: consumer-grade router",
		"it speaks of: fund":            "it speaks of: pay with public money",
		"huawei; not-seen":              "Huawei; not seen",
		"in force since 2020-06-30":     "in force since 30 Jun 2020",
	} {
		if got := s.because(reason); got != want {
			t.Errorf("%q: %q, want %q", reason, got, want)
		}
	}
}
