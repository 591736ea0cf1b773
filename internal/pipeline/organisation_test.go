package pipeline

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/calendar"
	"telltale/internal/org"
)

var updateOrg = flag.Bool("update-org", false, "rewrite the golden files of organisations")

func orgDay(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// acmeOrgs is an invented group.
func acmeOrgs(t *testing.T) (*org.Index, map[string]org.Source) {
	t.Helper()
	from, to := orgDay(t, "2018-02-01"), orgDay(t, "2022-11-25")
	read := orgDay(t, "2026-01-02")
	ix, err := org.NewIndex([]org.Organisation{
		{ID: "acme_radio", Name: "Acme Radio Co., Ltd.", Country: "CN", LegalSeat: "Hangzhou", Cite: org.Cite{Source: "gazette"},
			Aliases:     []org.Alias{{Name: "Acme Radio", Kind: org.KindShort, Cite: org.Cite{Source: "gazette"}}},
			Brands:      []org.Brand{{Name: "Orbit", Scope: "cameras", Cite: org.Cite{Confidence: org.Memory}}},
			MakesFor:    []org.OEM{{Brand: "Lumen", Line: "recorders", Cite: org.Cite{Source: "gazette"}}},
			FormerParts: []org.FormerPart{{Org: "acme_lens", Left: &to, Cite: org.Cite{Source: "gazette"}}},
			Owners: []org.Ownership{{Owner: "acme_holding", Percent: 20.29, Cite: org.Cite{Source: "gazette"}},
				{Holder: "A. Founder", Percent: 30, Cite: org.Cite{Confidence: org.Memory}}},
			Designations: []org.Designation{{Regime: "xx-list", Cite: org.Cite{Source: "gazette", Note: "some goods"}}},
			Identifiers:  []org.Identifier{{Type: org.IANAEnterprise, Value: "99999", Cite: org.Cite{Source: "gazette"}}}},
		{ID: "acme_lens", Name: "Acme Lens Inc.", Owners: []org.Ownership{{Owner: "acme_radio", Percent: 100, From: &from, To: &to, Cite: org.Cite{Source: "gazette"}}}},
		{ID: "acme_holding", Name: "Acme Holding", Cite: org.Cite{Confidence: org.Memory}},
		{ID: "acme_alone", Name: "Acme Alone", Reserved: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ix, map[string]org.Source{"gazette": {What: "the gazette", Retrieved: &read}}
}

func orgGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "organisation", name)
	if *updateOrg {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got)\n%s", file, d)
	}
}

func TestShowOrg(t *testing.T) {
	ix, sources := acmeOrgs(t)
	for _, c := range []struct{ name, ask, on string }{
		{"while-it-owned", "Acme Radio Deutschland GmbH", "2020-01-01"},
		{"after-the-sale", "acme_radio", "2022-11-25"},
		{"name-only", "acme_alone", "2022-11-25"},
	} {
		v, err := ShowOrg(ix, sources, c.ask, orgDay(t, c.on))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := v.WriteText(&b); err != nil {
			t.Fatal(err)
		}
		j, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		orgGolden(t, c.name+".txt", b.String())
		orgGolden(t, c.name+".json", string(j)+"\n")
	}
}

func TestLinkOrgs(t *testing.T) {
	ix, _ := acmeOrgs(t)
	var b strings.Builder
	for _, c := range [][3]string{
		{"acme_holding", "acme_lens", "2020-01-01"}, {"acme_radio", "acme_lens", "2020-01-01"},
		{"acme_radio", "acme_lens", "2022-11-25"}, {"acme_radio", "acme_radio", "2022-11-25"},
	} {
		l, err := LinkOrgs(ix, c[0], c[1], orgDay(t, c[2]))
		if err != nil {
			t.Fatal(err)
		}
		if err := l.WriteText(&b); err != nil {
			t.Fatal(err)
		}
	}
	orgGolden(t, "links.txt", b.String())
}

func TestFindOrgSaysWhatItTook(t *testing.T) {
	ix, _ := acmeOrgs(t)
	for ask, want := range map[string]string{
		"Orbit":  `"Orbit" is a brand of acme_radio (brand): ask for one of them by its ID`,
		"Lumen":  `"Lumen" is a brand of acme_radio (brand of a customer): ask for one of them by its ID`,
		"lens":   `no organisation "lens": did you mean acme_lens`,
		"Nobody": `no organisation "Nobody" is known`,
	} {
		if _, err := FindOrg(ix, ask); err == nil || err.Error() != want {
			t.Errorf("FindOrg(%q): %v, want %s", ask, err, want)
		}
	}
}
