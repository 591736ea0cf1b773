package pipeline

import (
	"slices"
	"testing"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// On each of these days the law of the regime is not that of the day before, and law diff says so.
func TestLawChangesOnTheirDays(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for regime, days := range map[law.RegimeID][]string{
		"us-fcc-54-9":                    {"2020-06-30"},
		"us-fcc-54-10":                   {"2021-03-15", "2021-05-11", "2022-05-24", "2022-11-19", "2024-09-21", "2026-02-20", "2026-05-22", "2026-09-05", "2026-09-26"},
		"us-fcc-covered-list":            {"2021-03-12", "2022-03-25", "2022-09-20", "2024-07-23", "2025-12-22", "2026-01-07", "2026-03-23", "2026-04-14", "2026-06-15", "2026-07-07", "2026-07-28", "2026-08-20", "2027-10-02", "2028-01-01"},
		"us-fcc-equipment-authorization": {"2022-11-25", "2023-02-06", "2025-12-26", "2026-07-16", "2026-10-13"},
		"us-ndaa-fy19-s889-a":            {"2019-08-13"},
		"us-ndaa-fy19-s889-b":            {"2020-08-13"},
		"us-2cfr-200-216":                {"2020-08-13"},
		"us-ndaa-fy24-s805":              {"2026-06-30", "2027-06-30"},
		"us-ndaa-fy23-s5949":             {"2027-12-23"},
		"us-bis-zte-entity-list":         {"2016-03-08", "2016-03-24", "2017-03-29"},
		"us-bis-zte-denial":              {"2018-04-15", "2018-07-13"},
		"us-bis-entity-list-huawei":      {"2019-05-16"},
		"us-bis-affiliates-rule":         {"2025-09-29", "2025-11-10", "2026-11-10"},
		"us-icts-kaspersky":              {"2024-07-20", "2024-09-30"},
		"uk-huawei-dvd":                  {"2022-10-13", "2023-01-29", "2023-11-01", "2024-01-01", "2028-01-01"},
		"uk-cctv-sensitive-sites":        {"2022-11-24"},
		"de-5g-contracts":                {"2024-07-11", "2027-01-01", "2030-01-01"},
		"se-pts-5g":                      {"2020-10-20", "2025-01-02"},
		"dk-supplier-security":           {"2027-01-02"},
		"in-nsdts":                       {"2021-06-15"},
		"ca-qc-2023":                     {"2023-12-21"},
		"ca-hikvision-2025":              {"2025-06-27"},
		"ca-c8":                          {"2026-06-16"},
		"au-pspf-kaspersky":              {"2025-02-21", "2025-04-02"},
		"tw-ict-ban":                     {"2020-12-18"},
	} {
		for _, s := range days {
			d, err := calendar.Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(k.LawChanges(d-1, d, nil), func(x LawDay) bool { return x.Regime == regime && x.Kind != "duty" }) {
				t.Errorf("%s: law diff shows no change on %s", regime, s)
			}
		}
	}
	for regime, days := range map[law.RegimeID][]string{
		"us-fcc-54-10":                   {"2021-03-12", "2021-03-25", "2026-07-22"},
		"us-fcc-54-9":                    {"2019-11-22", "2020-01-03"},
		"us-fcc-equipment-authorization": {"2022-11-11", "2025-10-28", "2026-06-26", "2026-07-22", "2026-09-11"},
		"uk-huawei-dvd":                  {"2023-12-31", "2027-12-31"},
	} {
		for _, s := range days {
			d, _ := calendar.Parse(s)
			for _, x := range k.LawChanges(d-1, d, nil) {
				if x.Regime == regime && x.Kind != "duty" {
					t.Errorf("%s: %s is no day of change, but law diff shows %s %s", regime, s, x.Kind, x.What)
				}
			}
		}
	}
}
