package judge_test

import (
	"strings"
	"testing"

	"telltale/data"
	"telltale/internal/judge"
)

// A word of a case that nothing knows is refused in one line that says what would be right.
func TestCaseWithUnknownWordIsRefused(t *testing.T) {
	const good = `- {id: x, title: x, profile: {jurisdictions: [US], roles: [{role: us_usf_recipient, programme: e-rate}]},
  item: {manufacturer: huawei, category: ran, funded_by: usf, purpose: [public_safety], produced_in: CN, facts: {sna_capable: true}},
  act: buy, as_of: 2024-01-01, expect: {regime: us-fcc-54-10, verdict: permitted, entry: cl-huawei}}`
	for _, c := range []struct{ was, is, want string }{
		{"us_usf_recipient", "us_usf_recipent", "role"},
		{"e-rate", "erate", "e-rate"},
		{"manufacturer: huawei", "manufacturer: huaweii", "organisation"},
		{"category: ran", "category: raan", "category"},
		{"funded_by: usf", "funded_by: usff", "usf_capital"},
		{"public_safety", "fun", "none_listed"},
		{"produced_in: CN", "produced_in: China", "alpha-2"},
		{"produced_in: CN", "produced_in: {making: CN}", "assembly"},
		{"sna_capable", "sna_able", "sna_able"},
		{"act: buy", "act: purchase", "want one of"},
		{"verdict: permitted", "verdict: allowed", "not-bound"},
		{"cl-huawei", "cl-nobody", "entry"},
		{"us-fcc-54-10", "us-fcc-54-99", "telltale law list"},
	} {
		text := strings.Replace(good, c.was, c.is, 1)
		cs, err := data.ParseCases([]byte("cases:\n"+text), "cases.yaml")
		if err != nil {
			t.Fatalf("%s: %v", c.is, err)
		}
		if fault := run(t, cs).Fault; !strings.Contains(fault, c.want) || strings.Contains(fault, "\n") {
			t.Errorf("%s: %q does not speak of %q in one line", c.is, fault, c.want)
		}
	}
}

// What is bought is obtained that day: nobody is asked when.
func TestBoughtIsObtainedThatDay(t *testing.T) {
	cs, err := data.ParseCases([]byte(`cases:
- {id: x, title: x, profile: {jurisdictions: [US], roles: [{role: us_federal_agency}]}, item: {manufacturer: smic, category: semiconductor},
  act: buy, as_of: 2027-12-23, expect: {regime: us-ndaa-fy23-s5949, verdict: prohibited}}`), "cases.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, cs)
	if r.Fault != "" {
		t.Fatal(r.Explain())
	}
	for _, q := range r.Outcome.Questions {
		if q.Fact == "acquired" {
			t.Error("asks on which day a thing bought today was obtained")
		}
	}
}

func run(t *testing.T, cs []judge.Case) *judge.Result {
	t.Helper()
	rb, err := data.Rulebook()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := data.OrgIndex()
	if err != nil {
		t.Fatal(err)
	}
	cats, err := data.Categories()
	if err != nil {
		t.Fatal(err)
	}
	rs, err := judge.RunCases(rb, ix, cats, cs)
	if err != nil {
		t.Fatal(err)
	}
	return &rs[0]
}
