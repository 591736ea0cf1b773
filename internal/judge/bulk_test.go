package judge_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"telltale/data"
	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/judge"
	"telltale/internal/law"
	"telltale/internal/org"
)

// engine compiles the embedded rulebook.
func engine(tb failer) *judge.Engine {
	tb.Helper()
	rb, err := data.Rulebook()
	if err != nil {
		tb.Fatal(err)
	}
	ix, err := data.OrgIndex()
	if err != nil {
		tb.Fatal(err)
	}
	cats, err := data.Categories()
	if err != nil {
		tb.Fatal(err)
	}
	e, err := judge.Compile(rb, ix, cats)
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

func session(tb failer, e *judge.Engine, profile string, act law.Act, day string) *judge.Session {
	tb.Helper()
	p, err := data.Profile(profile)
	if err != nil {
		tb.Fatal(err)
	}
	d, err := calendar.Parse(day)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := e.Session(judge.Query{Profile: p, Act: act, AsOf: d})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// national fills an inventory with n things as a country might hold them: a
// few hundred makers, two dozen kinds, dates over fifteen years, parts, money.
// The things follow from their numbers.
func national(n int) *judge.Inventory {
	ix, err := data.OrgIndex()
	if err != nil {
		panic(err)
	}
	ids := ix.IDs()
	cats := []asset.Category{"router", "switch", "ran", "olt", "ont", "camera", "recorder", "optic", "firewall", "access_point",
		"router_consumer", "transport", "core_network", "phone", "server", "land_mobile_radio", "power", "uas", "power_inverter", ""}
	money := []string{"", "own", "usf", "usf_capital", "award"}
	start := calendar.Day(2010, time.January, 1)
	parts := []judge.Component{{Kind: "soc", Makers: judge.Sure("hisilicon")}}
	optics := []judge.Component{{Kind: "optic", Makers: judge.Sure("huawei")}}
	makers := make([][]judge.Party, len(ids))
	for i, id := range ids {
		makers[i] = judge.Sure(id)
	}
	unsure := []judge.Party{{Org: "dahua", Confidence: 0.6}, {Org: org.Other, Confidence: 0.4}}
	return judge.Load(n, func(i int, it *judge.Item) {
		x := uint64(i)*0x9e3779b97f4a7c15 + 88172645463325252
		rnd := func(m int) int {
			x ^= x >> 30
			x *= 0xbf58476d1ce4e5b9
			x ^= x >> 27
			return int((x >> 11) % uint64(m))
		}
		it.Makers, it.Category, it.FundedBy = makers[rnd(len(ids))], cats[rnd(len(cats))], money[rnd(len(money))]
		switch rnd(50) {
		case 0:
			it.Components = parts
		case 1:
			it.Components = optics
		case 2:
			it.Makers = unsure
		case 3:
			it.Makers = nil
		}
		if rnd(3) > 0 {
			it.Acquired = start + calendar.Date(rnd(5800))
		}
	})
}

// changedEngine has three more organisations designated, about 1 % of the makers.
func changedEngine(tb failer) *judge.Engine {
	tb.Helper()
	return mutate(tb, func(rb *law.Rulebook) {
		for i := range rb.Regimes {
			if rb.Regimes[i].ID == "us-fcc-54-9" {
				l := &rb.Regimes[i].Lists[0]
				for _, id := range []org.ID{"quectel", "fibocom", "baicells"} {
					l.Names = append(slices.Clone(l.Names), law.Designated{Org: id, From: calendar.Day(2026, 1, 1)})
				}
			}
		}
	})
}

// mutate compiles the rulebook after a change to a copy of it.
func mutate(tb failer, change func(*law.Rulebook)) *judge.Engine {
	tb.Helper()
	rb, err := data.Rulebook()
	if err != nil {
		tb.Fatal(err)
	}
	c := *rb
	c.Regimes = slices.Clone(rb.Regimes)
	for i := range c.Regimes {
		c.Regimes[i].Lists = slices.Clone(c.Regimes[i].Lists)
		c.Regimes[i].Provisions = slices.Clone(c.Regimes[i].Provisions)
	}
	change(&c)
	ix, err := data.OrgIndex()
	if err != nil {
		tb.Fatal(err)
	}
	cats, err := data.Categories()
	if err != nil {
		tb.Fatal(err)
	}
	e, err := judge.Compile(&c, ix, cats)
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// BenchmarkNational judges 20,000,000 things for one operator under all provisions.
//
//	go test ./internal/judge -run xxx -bench National -benchtime 1x
func BenchmarkNational(b *testing.B) {
	const n = 20_000_000
	e := engine(b)
	for b.Loop() {
		t0 := time.Now()
		inv := national(n)
		t1 := time.Now()
		s := session(b, e, "rural-etc", law.Fund, "2026-11-22")
		tally := inv.Judge(s)
		t2 := time.Now()
		changed := session(b, changedEngine(b), "rural-etc", law.Fund, "2026-11-22")
		t3 := time.Now()
		again := inv.Rejudge(changed, tally)
		t4 := time.Now()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(t1.Sub(t0).Seconds(), "load-s")
		b.ReportMetric(t2.Sub(t1).Seconds(), "judge-s")
		b.ReportMetric(t3.Sub(t2).Seconds(), "compile-s")
		b.ReportMetric(t4.Sub(t3).Seconds(), "rejudge-s")
		b.ReportMetric(float64(m.Sys)/(1<<20), "MiB")
		if !again.Equal(inv.Judge(changed)) {
			b.Fatal("judging again differs from judging anew")
		}
		if testing.Verbose() {
			fmt.Println(inv.Classes(), tally.Counts()["us-fcc-54-9/support"])
		}
	}
}
