package data

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestOrganisationsLoad(t *testing.T) {
	ix, err := OrgIndex()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ix.IDs() {
		o, _ := ix.Get(id)
		if c := o.Country; c != "" && (len(c) != 2 || c != strings.ToUpper(c)) {
			t.Errorf("%s: country %q is no ISO 3166 alpha-2 code", o.File, c)
		}
	}
}

var goodTree = map[string]string{
	"organisation/sources.yaml": "gazette: {what: the gazette, retrieved: 2026-01-02}\n",
	"organisation/acme_a.yaml":  "id: acme_a\nname: Acme A\nsource: gazette\n",
	"maker.yaml":                "confidence: memory\nmakers:\n  - {id: acme_m, name: Acme M}\nnot_makers: [acme_none]\n",
}

func TestLintNamesFileAndRemedy(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"good", "organisation/acme_b.yaml", "id: acme_b\nname: B\nconfidence: memory\nowners: [{owner: acme_a, percent: 51, source: gazette}]\n", ""},
		{"unknown field", "organisation/acme_b.yaml", "id: acme_b\nname: B\ncolour: red\n", `unknown field "colour"`},
		{"other id than file", "organisation/acme_b.yaml", "id: acme_c\nname: B\n", "data/organisation/acme_b.yaml: id is \"acme_c\": name the file acme_c.yaml or set id: acme_b"},
		{"no source", "organisation/acme_b.yaml", "id: acme_b\nname: B\nsource: gazette\naliases: [{name: Bee}]\n", `alias "Bee" has neither source nor confidence`},
		{"unknown source", "organisation/acme_b.yaml", "id: acme_b\nname: B\nsource: rumour\n", `names source "rumour"`},
		{"unknown owner", "organisation/acme_b.yaml", "id: acme_b\nname: B\nsource: gazette\nowners: [{owner: acme_x, source: gazette}]\n", `owner "acme_x" is no organisation`},
		{"date order", "organisation/acme_b.yaml", "id: acme_b\nname: B\nsource: gazette\nowners: [{owner: acme_a, from: 2021-01-01, to: 2020-01-01, source: gazette}]\n", "not after its beginning"},
		{"bad date", "organisation/acme_b.yaml", "id: acme_b\nname: B\nsource: gazette\nowners: [{owner: acme_a, from: 2021-13-01, source: gazette}]\n", "want YYYY-MM-DD"},
		{"source without a day", "organisation/sources.yaml", "gazette: {what: the gazette}\n", "needs what and retrieved"},
		{"makers not sorted", "maker.yaml", "confidence: memory\nmakers: [{id: acme_z, name: Z}, {id: acme_m, name: M}]\n", "not sorted"},
		{"maker defined twice", "maker.yaml", "confidence: memory\nmakers: [{id: acme_a, name: A}]\n", "also defined in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := fstest.MapFS{}
			for name, text := range goodTree {
				tree[name] = &fstest.MapFile{Data: []byte(text)}
			}
			tree[c.file] = &fstest.MapFile{Data: []byte(c.text)}
			_, err := LoadOrgIndex(tree)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "data/")):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func BenchmarkOrgIndex(b *testing.B) {
	for b.Loop() {
		if _, err := LoadOrgIndex(embedded); err != nil {
			b.Fatal(err)
		}
	}
}
