package judge_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/judge"
	"telltale/internal/law"
	"telltale/internal/org"
)

var (
	someOrgs  = []org.ID{"huawei", "hisilicon", "zte", "nubia", "hikvision", "ezviz", "imou", "dahua", "lorex", "honor", "cisco", "nokia", "quectel", "kaspersky", "dji", "netgear", org.Other}
	someCats  = []asset.Category{"", "router", "ran", "core_network", "camera", "video_surveillance_equipment", "router_consumer", "telecom_service", "managed_service", "semiconductor", "other", "uas", "power_inverter", "robotics", "security_software", "olt", "network_management"}
	someActs  = []law.Act{law.Use, law.Buy, law.Fund, law.Install, law.Authorise, law.Sell, law.Import, law.Report}
	someProfs = []string{"rural-etc", "federal-contractor", "e-rate-school", "uk-provider", "eu-operator/DE", "eu-operator/SE", "equipment-importer", "federal-agency", "private"}
)

func genParties(t *rapid.T, label string) []judge.Party {
	switch rapid.IntRange(0, 3).Draw(t, label) {
	case 0:
		return nil
	case 1:
		return []judge.Party{
			{Org: rapid.SampledFrom(someOrgs).Draw(t, label), Confidence: rapid.SampledFrom([]float64{0.5, 0.6, 0.94}).Draw(t, label)},
			{Org: rapid.SampledFrom(someOrgs).Draw(t, label), Confidence: rapid.SampledFrom([]float64{0.03, 0.06, 0.4}).Draw(t, label)},
		}
	}
	return []judge.Party{{Org: rapid.SampledFrom(someOrgs).Draw(t, label), Confidence: rapid.SampledFrom([]float64{1, 0.97, 0.95}).Draw(t, label)}}
}

func genDate(t *rapid.T, label string) calendar.Date {
	return rapid.SampledFrom([]calendar.Date{0, 0, judge.OnTheDay, calendar.Day(2017, 1, 1), calendar.Day(2018, 8, 14), calendar.Day(2020, 6, 30),
		calendar.Day(2020, 7, 1), calendar.Day(2020, 11, 16), calendar.Day(2023, 2, 6), calendar.Day(2026, 4, 1), calendar.Day(2026, 11, 21)}).Draw(t, label)
}

func genFacts(t *rapid.T, label string) map[string]law.Value {
	m := map[string]law.Value{}
	for _, f := range []string{"can_route_user_data", "gives_visibility", "logic_bearing", "substantial_or_essential", "natsec_site", "critical_component", "domestic_end_product"} {
		switch rapid.IntRange(0, 5).Draw(t, label) {
		case 0:
			m[f] = law.Bool(true)
		case 1:
			m[f] = law.Bool(false)
		}
	}
	return m
}

func genItem(t *rapid.T) *judge.Item {
	it := &judge.Item{
		Makers: genParties(t, "makers"), Category: rapid.SampledFrom(someCats).Draw(t, "category"),
		FundedBy: rapid.SampledFrom([]string{"", "own", "usf", "usf_capital", "award", "scrp"}).Draw(t, "money"),
		Acquired: genDate(t, "acquired"), AuthorisedOn: genDate(t, "authorised"), ApplicationFiled: genDate(t, "filed"),
		Removed: rapid.SampledFrom([]calendar.Date{0, 0, 0, calendar.Day(2025, 1, 1)}).Draw(t, "removed"),
		Facts:   genFacts(t, "fact"), Generation: rapid.SampledFrom([]string{"", "4g", "5g"}).Draw(t, "generation"),
		Model: rapid.SampledFrom([]string{"", "Orbi RBE", "x"}).Draw(t, "model"),
	}
	if it.Category == "managed_service" || it.Category == "security_software" {
		it.Providers = genParties(t, "providers")
	}
	if rapid.Bool().Draw(t, "purpose") {
		it.Purpose = []string{rapid.SampledFrom([]string{"public_safety", "critical_infrastructure", "none_listed"}).Draw(t, "purposes")}
	}
	if rapid.Bool().Draw(t, "produced") {
		it.ProducedIn = map[string]string{"": rapid.SampledFrom([]string{"US", "CN"}).Draw(t, "country")}
	}
	for range rapid.IntRange(0, 2).Draw(t, "parts") {
		it.Components = append(it.Components, judge.Component{Kind: rapid.SampledFrom([]asset.ComponentKind{"soc", "optic", "modular_transmitter", "other"}).Draw(t, "kind"), Makers: genParties(t, "part"), Facts: genFacts(t, "partfact")})
	}
	return it
}

// byProvision combines outcomes as the inventory counts them.
func byProvision(s *judge.Session, it *judge.Item) map[law.ProvisionID]law.Verdict {
	lists := map[law.ProvisionID][]judge.Outcome{}
	for _, o := range s.JudgeAll(it) {
		lists[o.Provision] = append(lists[o.Provision], o)
	}
	out := map[law.ProvisionID]law.Verdict{}
	for id, l := range lists {
		o, _ := judge.Combine(l)
		out[id] = o.Verdict
	}
	return out
}

// An inventory says of every thing what judging the thing alone says, before
// and after a change, and judging again equals judging anew.
func TestInventoryEqualsSingle(t *testing.T) {
	e := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		prof, act := rapid.SampledFrom(someProfs).Draw(t, "profile"), rapid.SampledFrom(someActs).Draw(t, "act")
		day := rapid.SampledFrom([]string{"2021-05-11", "2022-11-25", "2023-12-31", "2026-08-20", "2026-11-22"}).Draw(t, "day")
		inv := judge.NewInventory(10)
		var items []*judge.Item
		for range rapid.IntRange(1, 8).Draw(t, "n") {
			items = append(items, genItem(t))
			inv.Add(items[len(items)-1])
		}
		check := func(s *judge.Session, r *judge.Tally) {
			for i, it := range items {
				for id, want := range byProvision(s, it) {
					found := false
					r.Assets(id, want, func(a int) bool { found = found || a == i; return !found })
					if !found {
						t.Fatalf("item %d: %s should be %s", i, id, want)
					}
				}
			}
		}
		s := session(t, e, prof, act, day)
		old := inv.Judge(s)
		check(s, old)
		victim := rapid.SampledFrom(someOrgs[:len(someOrgs)-1]).Draw(t, "victim")
		later := mutate(t, func(rb *law.Rulebook) {
			for i := range rb.Regimes {
				for j := range rb.Regimes[i].Lists {
					if rapid.IntRange(0, 3).Draw(t, "touch") == 0 {
						l := &rb.Regimes[i].Lists[j]
						l.Names = append(append([]law.Designated{}, l.Names...), law.Designated{Org: victim})
					}
				}
				for j := range rb.Regimes[i].Provisions {
					if rapid.IntRange(0, 20).Draw(t, "move") == 0 {
						p := &rb.Regimes[i].Provisions[j]
						p.InForce = []law.Span{{From: calendar.Day(2022, 1, 1)}}
					}
				}
			}
		})
		s2 := session(t, later, prof, act, day)
		again := inv.Rejudge(s2, old)
		if !again.Equal(inv.Judge(s2)) {
			t.Fatal("judging again differs from judging anew")
		}
		check(s2, again)
	})
}

// Items with equal keys have equal outcomes, to the last sentence.
func TestKeyDecides(t *testing.T) {
	e := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		s := session(t, e, rapid.SampledFrom(someProfs).Draw(t, "profile"), rapid.SampledFrom(someActs).Draw(t, "act"), "2026-11-22")
		a, b := genItem(t), genItem(t)
		if rapid.Bool().Draw(t, "near") {
			c := *a
			b = &c
			b.Acquired, b.Makers = genDate(t, "other day"), genParties(t, "other maker")
		}
		if s.Key(a) != s.Key(b) {
			return
		}
		if d := cmp.Diff(s.JudgeAll(a), s.JudgeAll(b)); d != "" {
			t.Fatal(d)
		}
	})
}

// Before the first law is in force nothing is found, and outcomes repeat byte for byte.
func TestNothingBeforeTheLaw(t *testing.T) {
	e := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		it := genItem(t)
		s := session(t, e, rapid.SampledFrom(someProfs).Draw(t, "profile"), rapid.SampledFrom(someActs).Draw(t, "act"), "2009-01-01")
		for _, o := range s.Judge(it) {
			if o.Verdict.IsFinding() {
				t.Fatalf("%s says %s in 2009", o.Provision, o.Verdict)
			}
		}
	})
}

// failer is what helpers need of *testing.T and *rapid.T.
type failer interface {
	Helper()
	Fatal(...any)
}
