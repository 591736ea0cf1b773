package org

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"telltale/internal/calendar"
)

func day(t testing.TB, s string) *calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

// group builds an index from lines "owner percent owned [from [to]]"; a
// percent of "c" is control, "?" a share of unknown size; "~" before it marks memory.
func group(t testing.TB, lines string) *Index {
	t.Helper()
	orgs := map[ID]*Organisation{}
	get := func(id string) *Organisation {
		o := orgs[ID(id)]
		if o == nil {
			o = &Organisation{ID: ID(id), Name: "Name of " + id}
			orgs[ID(id)] = o
		}
		return o
	}
	for line := range strings.Lines(lines) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		w := Ownership{Owner: get(f[0]).ID}
		if p, ok := strings.CutPrefix(f[1], "~"); ok {
			w.Confidence, f[1] = Memory, p
		}
		switch f[1] {
		case "c":
			w.Control = true
		case "?":
		default:
			if _, err := fmt.Sscan(f[1], &w.Percent); err != nil {
				t.Fatal(err)
			}
		}
		if len(f) > 3 && f[3] != "-" {
			w.From = day(t, f[3])
		}
		if len(f) > 4 {
			w.To = day(t, f[4])
		}
		o := get(f[2])
		o.Owners = append(o.Owners, w)
	}
	var list []Organisation
	for _, o := range orgs {
		list = append(list, *o)
	}
	ix, err := NewIndex(list)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func show(rs []Related) string {
	var s []string
	for _, r := range rs {
		x := string(r.Org)
		if r.Confidence != Seen {
			x += "/" + string(r.Confidence)
		}
		s = append(s, x)
	}
	return strings.Join(s, " ")
}

func TestRelated(t *testing.T) {
	const family = `
		top   60  x
		top   20  sister
		x     100 sub
		sub   30  joint
		x     25  joint
		x     8   small
		x     48  near
		fund  9   x
		old   100 x 2000-01-01 2010-01-01
		old   100 sibling
		x     ~90 hearsay
		x     ?   dim`
	for _, c := range []struct {
		name, lines, id string
		rel             Relation
		on, want        string
	}{
		{"named is itself", family, "x", Named, "2020-01-01", "x"},
		{"subsidiaries add up shares of the group", family, "x", Subsidiaries, "2020-01-01", "x dim/unconfirmed hearsay/memory joint sub"},
		{"affiliates go up and sideways above ten per cent", family, "x", Affiliates, "2020-01-01", "x dim/unconfirmed hearsay/memory joint near sister sub top"},
		{"a former owner counts while it owned", family, "x", Affiliates, "2009-12-31", "x dim/unconfirmed hearsay/memory joint near old sibling sister sub top"},
		{"and not on the day it left", family, "x", Control, "2010-01-01", "x dim/unconfirmed hearsay/memory joint sub top"},
		{"control goes up", family, "sub", Control, "2020-01-01", "sub dim/unconfirmed hearsay/memory joint top x"},
		{"ten per cent exactly is not more", "a 10 b", "a", Affiliates, "2020-01-01", "a"},
		{"fifty exactly is no control", "a 50 b", "a", Subsidiaries, "2020-01-01", "a"},
		{"fifty exactly is fifty", "a 50 b", "a", FiftyAggregate, "2020-01-01", "a b"},
		{"minority chains multiply", "a 40 b\nb 30 c\nb 20 d", "a", Affiliates, "2020-01-01", "a b c"},
		{"control passes shares on in full", "a 51 b\nb 11 c", "a", Affiliates, "2020-01-01", "a b c"},
		{"a cycle ends", "a 60 b\nb 60 c\nc 60 a", "a", Subsidiaries, "2020-01-01", "a b c"},
		{"a cycle of minorities ends", "a 30 b\nb 90 c\nc 90 b", "a", Affiliates, "2020-01-01", "a b c"},
		{"an owner in common by a chain", "s 100 g\ng 40 x\ns 100 y", "x", Affiliates, "2020-01-01", "x g s y"},
		{"control stated without a share", "a c b", "a", Subsidiaries, "2020-01-01", "a b"},
		{"unknown organisation", "a c b", "nobody", Affiliates, "2020-01-01", "nobody"},
		{"two figures are not added", "a 30 b\na 28 b", "a", Subsidiaries, "2020-01-01", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := group(t, c.lines).Related(ID(c.id), c.rel, *day(t, c.on))
			if d := cmp.Diff(c.want, show(got)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestSharesOfSeveralListedAddUp(t *testing.T) {
	ix := group(t, "a 30 z\nb 25 z\nz 50 deep")
	if got := show(ix.RelatedAny([]ID{"a", "b"}, FiftyAggregate, *day(t, "2025-10-01"))); got != "a b deep z" {
		t.Errorf("together: %s", got)
	}
	if got := show(ix.Related("a", FiftyAggregate, *day(t, "2025-10-01"))); got != "a" {
		t.Errorf("alone: %s", got)
	}
}

func TestPathsExplain(t *testing.T) {
	ix := group(t, "top 60 x\ntop 20 sister\nsister 100 child")
	r := ix.Related("x", Affiliates, *day(t, "2020-01-01"))
	i := slices.IndexFunc(r, func(r Related) bool { return r.Org == "child" })
	if i < 0 {
		t.Fatalf("child is missing of %s", show(r))
	}
	var got []string
	for _, e := range r[i].Path {
		got = append(got, e.String())
	}
	want := []string{"top holds 60 % of x (seen)", "top holds 20 % of sister (seen)", "sister holds 100 % of child (seen)"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	p, c, ok := ix.Path("child", "x", *day(t, "2020-01-01"))
	if !ok || c != Seen || len(p) != 3 || p[0].Owned != "child" || p[2].Owned != "x" {
		t.Errorf("Path = %v %v %v", p, c, ok)
	}
	if _, _, ok := ix.Path("child", "nobody", calendar.NoDate); ok {
		t.Error("a path to nobody")
	}
}

func TestEdgeInWords(t *testing.T) {
	for want, w := range map[string]Ownership{
		"a holds 20.29 % of b (seen: gazette)":                     {Percent: 20.29, Cite: Cite{Source: "gazette"}},
		"a controls b, 48 % (memory) (secondary: gazette)":         {Percent: 48, PercentConfidence: Memory, Control: true, Cite: Cite{Source: "gazette", Confidence: Secondary}},
		"a holds more than 10 % of b, 41.5 % (unconfirmed) (seen)": {Percent: 41.5, PercentConfidence: Unconfirmed, MoreThan: 10},
		"a holds 10.42 % of b, the share unconfirmed (seen)":       {Percent: 10.42, PercentConfidence: Unconfirmed},
		"a holds an unknown share of b from 2020-01-01 (memory)":   {From: day(t, "2020-01-01"), Cite: Cite{Confidence: Memory}},
		"a controls b until 2020-01-01 (seen)":                     {Control: true, To: day(t, "2020-01-01")},
		"a holds 100 % of b (seen)":                                {Percent: 100, Control: true},
	} {
		if got := (Edge{Owner: "a", Owned: "b", Ownership: &w}).String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// anyGroup draws a small ownership graph with cycles, dates and doubts.
func anyGroup(t *rapid.T) []Organisation {
	n := rapid.IntRange(2, 6).Draw(t, "orgs")
	list := make([]Organisation, n)
	for i := range list {
		list[i] = Organisation{ID: ID(fmt.Sprintf("o%d", i)), Name: fmt.Sprintf("Name %d", i)}
	}
	for range rapid.IntRange(0, 10).Draw(t, "edges") {
		a, b := rapid.IntRange(0, n-1).Draw(t, "owner"), rapid.IntRange(0, n-1).Draw(t, "owned")
		if a == b {
			continue
		}
		w := Ownership{Owner: list[a].ID}
		w.Percent = float64(rapid.SampledFrom([]int{0, 5, 10, 11, 30, 50, 51, 100}).Draw(t, "percent"))
		w.Control = rapid.IntRange(0, 4).Draw(t, "control") == 0
		w.Confidence = rapid.SampledFrom([]Confidence{Seen, Inferred, Memory}).Draw(t, "confidence")
		if rapid.Bool().Draw(t, "ends") {
			to := calendar.Date(100)
			w.To = &to
		}
		list[b].Owners = append(list[b].Owners, w)
	}
	return list
}

func index(t *rapid.T, list []Organisation) *Index {
	ix, err := NewIndex(slices.Clone(list))
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func ranks(rs []Related) map[ID]int {
	m := map[ID]int{}
	for _, r := range rs {
		m[r.Org] = r.Confidence.Rank()
	}
	return m
}

func TestClosingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ix := index(t, anyGroup(t))
		for _, rel := range []Relation{Subsidiaries, FiftyAggregate} {
			once := ix.Related("o0", rel, 50)
			var ids []ID
			for _, r := range once {
				ids = append(ids, r.Org)
			}
			again := ix.RelatedAny(ids, rel, 50)
			if len(again) != len(once) {
				t.Fatalf("%s: %s, closed again %s", rel, show(once), show(again))
			}
		}
	})
}

func TestRemovingAnEdgeNeverAddsARelation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := anyGroup(t)
		before := map[Relation]map[ID]int{}
		for _, rel := range Relations {
			before[rel] = ranks(index(t, list).Related("o0", rel, 50))
		}
		var have []int
		for i := range list {
			if len(list[i].Owners) > 0 {
				have = append(have, i)
			}
		}
		if len(have) == 0 {
			return
		}
		i := rapid.SampledFrom(have).Draw(t, "from")
		j := rapid.IntRange(0, len(list[i].Owners)-1).Draw(t, "edge")
		list[i].Owners = slices.Delete(slices.Clone(list[i].Owners), j, j+1)
		for _, rel := range Relations {
			for id, rank := range ranks(index(t, list).Related("o0", rel, 50)) {
				if was, ok := before[rel][id]; !ok || rank < was {
					t.Fatalf("%s: %s appeared or became surer", rel, id)
				}
			}
		}
	})
}

func TestAnEndedEdgeIsNoEdge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := anyGroup(t)
		after := index(t, list)
		for i := range list {
			list[i].Owners = slices.DeleteFunc(slices.Clone(list[i].Owners), func(w Ownership) bool { return w.To != nil })
		}
		for _, rel := range Relations {
			a, b := after.Related("o0", rel, 100), index(t, list).Related("o0", rel, 100)
			if show(a) != show(b) {
				t.Fatalf("%s: %s, without ended edges %s", rel, show(a), show(b))
			}
		}
	})
}

func TestNarrowRelationsLieInsideWideOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ix := index(t, anyGroup(t))
		chain := []Relation{Named, Subsidiaries, Control, Affiliates}
		for i := 1; i < len(chain); i++ {
			wide := ranks(ix.Related("o0", chain[i], 50))
			for id, rank := range ranks(ix.Related("o0", chain[i-1], 50)) {
				if w, ok := wide[id]; !ok || w > rank {
					t.Fatalf("%s is %s but less surely %s", id, chain[i-1], chain[i])
				}
			}
		}
	})
}

func BenchmarkRelated(b *testing.B) {
	ix := group(b, "top 60 x\ntop 20 sister\nx 100 sub\nsub 30 joint\nx 25 joint\nx 48 near\nx ~90 hearsay")
	for b.Loop() {
		ix.Related("x", Affiliates, 18000)
	}
}
