package web

import (
	"net/url"
	"strings"
	"testing"

	"telltale/internal/law"
	"telltale/internal/org"
	"telltale/internal/report"
)

// Rules and profiles that say something of the same things stand in one place, those of other things in their own.
func TestTodosNameThingsOnce(t *testing.T) {
	group := func(provision law.ProvisionID, profile, remedy string, maker org.ID, assets ...string) report.Group {
		g := report.Group{Verdict: law.Prohibited, Provision: provision, Profile: profile, Why: "because of " + string(provision), Remedy: remedy, Maker: maker, Count: len(assets)}
		for _, a := range assets {
			g.Examples = append(g.Examples, report.Example{Asset: a, Name: a})
		}
		return g
	}
	got := todos([]report.Group{
		group("a/1", "school", "pay", "zte", "x", "y"), group("a/1", "carrier", "pay", "zte", "x", "y"),
		group("b/1", "carrier", "pay", "zte", "x", "y"), group("b/1", "carrier", "pay", "huawei", "z"),
		group("c/1", "carrier", "remove", "zte", "x", "y"),
	})
	var said []string
	for _, x := range got {
		s := ""
		for _, r := range x.Rules {
			s += string(r.Provision) + "(" + strings.Join(r.Profiles, "+") + ":" + r.Remedy + ") "
		}
		said = append(said, strings.TrimSpace(s))
	}
	want := "a/1(school+carrier:pay) c/1(carrier:remove); b/1(carrier:pay)"
	if s := strings.Join(said, "; "); s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
}

// A change that many things share stands once and tells of all.
func TestChangesStandOnce(t *testing.T) {
	var cs []report.Change
	for range 300 {
		cs = append(cs, report.Change{To: law.Prohibited, Why: "one", Provision: "a/1"}, report.Change{To: law.Prohibited, Why: "two", Provision: "a/1"})
	}
	gs := changeGroups(cs)
	if len(gs) != 2 || len(gs[0].Things) != 300 || len(gs[0].First())+len(gs[0].Folded())+gs[0].Unnamed() != 300 {
		t.Errorf("%d groups, the first of %d things", len(gs), len(gs[0].Things))
	}
	if n := changeCounts(cs); len(n) != 1 || n[0].Count != 600 {
		t.Errorf("counts: %+v", n)
	}
}

// What is asked is looked for in one's own network, what law and makers mean for it is said, inputs are found.
func TestPagesSpeakOfTheResult(t *testing.T) {
	h, v := resultSite(t)
	for path, want := range map[string]string{
		"/ask?q=" + url.QueryEscape("4846.fb00.0001"): "In your result",
		"/ask?q=olt-1":              "/asset/",
		"/org/huawei":               "thing of your result was made by it",
		"/law/us-fcc-54-9":          "What it says of your things",
		"/evidence?q=register":      "register.csv",
		"/evidence?q=nothing-like":  "No input meets these conditions",
		"/evidence?only=trouble":    "All inputs",
		"/evidence?from=9999999999": "No input meets these conditions",
		"/check":                    `value="rural-etc" selected`,
		"/":                         `name="profile" value="rural-etc"`,
	} {
		if page := get(t, h, path).Body.String(); !strings.Contains(page, want) {
			t.Errorf("%s lacks %q", path, want)
		}
	}
	page := get(t, h, "/findings").Body.String()
	for row := range 5 {
		if n := strings.Count(page, `class="any name"><a href="/asset/`+v.AssetID(row)); n > 2 {
			t.Errorf("an asset stands %d times in the findings, want once a verdict", n)
		}
	}
}
