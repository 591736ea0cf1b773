package judge_test

import (
	"strings"
	"testing"

	"telltale/internal/asset"
	"telltale/internal/judge"
	"telltale/internal/law"
)

// One door camera made by Hikvision, five operators: five reasoned answers.
func TestFiveOperatorsOneCamera(t *testing.T) {
	e := engine(t)
	door := judge.Item{Kind: asset.Device, Makers: judge.Sure("hikvision"), Category: "intercom"}
	school := door
	school.FundedBy, school.Purpose = "award", []string{"public_safety"}
	for _, c := range []struct {
		name, profile string
		item          *judge.Item
		act           law.Act
		provision     law.ProvisionID
		want          law.Verdict
		because       string
	}{
		{"rural carrier: not of a company designated under 54.9", "rural-etc", &door, law.Fund, "us-fcc-54-9/support", law.Permitted, "designated company"},
		{"contractor: what does it watch?", "federal-contractor", &door, law.Use, "us-ndaa-fy19-s889-b/use", law.Undetermined, "purposes"},
		{"school: award money, public safety", "e-rate-school", &school, law.Buy, "us-2cfr-200-216/award", law.Prohibited, "grant or loan"},
		{"UK provider: the direction names Huawei", "uk-provider", &door, law.Use, "uk-huawei-dvd/sites", law.Permitted, "Huawei"},
		{"private shop: no role", "private", &door, law.Use, "us-ndaa-fy19-s889-b/use", law.NotBound, "does not hold the role"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got *judge.Outcome
			outs := session(t, e, c.profile, c.act, "2026-11-22").Judge(c.item)
			for i := range outs {
				if outs[i].Provision == c.provision {
					got = &outs[i]
				}
				if c.profile == "private" && outs[i].Verdict.IsFinding() {
					t.Errorf("%s finds %s for a private shop", outs[i].Provision, outs[i].Verdict)
				}
			}
			if got == nil || got.Verdict != c.want {
				t.Fatalf("got %+v, want %s", got, c.want)
			}
			if !strings.Contains(got.Why, c.because) {
				t.Errorf("reason %q does not say %q", got.Why, c.because)
			}
			if len(got.Citations) == 0 || got.Legal == "" {
				t.Error("no citation")
			}
		})
	}
}
