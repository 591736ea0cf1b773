package judge_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"telltale/data"
	"telltale/internal/calendar"
	"telltale/internal/judge"
	"telltale/internal/law"
)

// dayRow is one operator, thing and act, and every day on which the verdict of
// the regime changes. What may be done, bound or not, is written "free".
type dayRow struct {
	roles, item string
	act         law.Act
	regime      law.RegimeID
	changes     string
}

const (
	usf      = "{role: us_usf_recipient}"
	importer = "{role: us_equipment_importer_or_applicant}"
	agency   = "{role: us_federal_agency}"
	contract = "{role: us_federal_contractor}"
	exporter = "{role: us_exporter}"
	ukDirect = "{role: uk_directed_provider}, {role: uk_public_telecom_provider}"
	grants   = "us-fcc-equipment-authorization"
	toHua    = "consignee: huawei, facts: {subject_to_ear: true}"
	toZTE    = "consignee: zte, facts: {subject_to_ear: true}"
)

// everyDay lists the days of change, and by their silence the days that
// change nothing: adoption, release and publication are not among them.
var everyDay = []dayRow{
	{usf, "manufacturer: huawei, category: router, funded_by: usf", law.Buy, "us-fcc-54-9", "2020-06-30 prohibited"},
	{usf, "manufacturer: huawei, category: router, funded_by: usf_capital", law.Buy, "us-fcc-54-10", "2021-05-11 prohibited"},
	{usf, "provider: china_telecom_americas, category: telecom_service, funded_by: usf_capital", law.Buy, "us-fcc-54-10", "2022-05-24 prohibited"},
	{usf, "provider: china_unicom_americas, category: int_telecom_service_s214, funded_by: usf_capital", law.Buy, "us-fcc-54-10", "2022-11-19 prohibited"},
	{usf, "manufacturer: dji, category: video_surveillance_equipment, funded_by: usf_capital", law.Buy, "us-fcc-54-10", "2026-02-20 prohibited"},
	{usf, "manufacturer: acme_cpe, category: router_consumer, produced_in: VN, funded_by: usf_capital", law.Buy, "us-fcc-54-10", "2026-05-22 undetermined"},
	{usf, "provider: digitalsystem_technology, category: int_telecom_service_s214, funded_by: usf_capital", law.Buy, "us-fcc-54-10", "2026-09-05 prohibited"},
	{importer, "manufacturer: huawei, category: router, application_filed: as_of", law.Authorise, grants, "2022-11-25 prohibited"},
	{importer, "manufacturer: dji, category: uas, produced_in: CN, application_filed: as_of", law.Authorise, grants, "2025-12-22 prohibited"},
	{importer, "manufacturer: acme_drone, category: uas, produced_in: FR, application_filed: as_of, facts: {blue_uas_cleared: true}", law.Authorise, grants,
		"2025-12-22 prohibited, 2026-01-07 free, 2028-01-01 prohibited"},
	{importer, "manufacturer: acme_toys, category: uas, produced_in: CN, application_filed: as_of, facts: {toy_drone_all_criteria: true}", law.Authorise, grants,
		"2025-12-22 prohibited, 2026-06-15 free"},
	{importer, "manufacturer: acme_pay, category: telecom_equipment, produced_in: US, components: [{kind: modular_transmitter, manufacturer: huawei}], application_filed: as_of", law.Authorise, grants,
		"2025-12-26 prohibited"},
	{importer, "manufacturer: acme_cpe, category: router_consumer, produced_in: VN, application_filed: as_of", law.Authorise, grants, "2026-03-23 prohibited"},
	{importer, "manufacturer: netgear, model: Orbi RBE, category: router_consumer, produced_in: VN, application_filed: as_of", law.Authorise, grants,
		"2026-03-23 prohibited, 2026-04-14 free, 2027-10-02 prohibited"},
	{importer, "manufacturer: acme_sun, category: power_inverter, produced_in: CN, application_filed: as_of, facts: {utility_interactive: false, remote_comms: wifi}", law.Authorise, grants,
		"2026-07-28 prohibited, 2026-08-20 free"},
	{importer, "manufacturer: acme_sun, category: power_inverter, produced_in: CN, application_filed: as_of, facts: {utility_interactive: true, remote_comms: ethernet}", law.Authorise, grants,
		"2026-08-20 prohibited"},
	{importer, "manufacturer: acme_amr, category: robotics, produced_in: CN, application_filed: as_of, facts: {weight_lb: 50, has_sensor: true, link_kbps: 5000, control_software: true, works_remotely: true, fixed_stationary: false}",
		law.Authorise, grants, "2026-07-28 prohibited"},
	{importer, "manufacturer: acme_stb, category: telecom_equipment, produced_in: US, components: [{kind: soc, manufacturer: hisilicon, facts: {logic_bearing: true}}], application_filed: as_of", law.Authorise, grants,
		"2026-10-13 prohibited"},
	{importer, "manufacturer: zte, category: phone, authorised_on: 2018-09-01", law.Import, grants, "2026-07-16 prohibited"},
	{importer, "manufacturer: dahua, category: camera, authorised_on: 2018-09-01, purpose: [critical_infrastructure]", law.Sell, grants, "2026-10-13 prohibited"},
	{agency, "manufacturer: zte, category: transport", law.Buy, "us-ndaa-fy19-s889-a", "2019-08-13 prohibited"},
	{"{role: us_federal_agency, waiver: {by: agency_head, until: 2030-01-01}}", "manufacturer: zte, category: transport", law.Buy, "us-ndaa-fy19-s889-a", "2021-08-14 prohibited"},
	{contract, "manufacturer: zte, category: transport", law.Use, "us-ndaa-fy19-s889-b", "2020-08-13 prohibited"},
	{"{role: us_federal_contractor, waiver: {by: agency_head, until: 2030-01-01}}", "manufacturer: zte, category: transport", law.Use, "us-ndaa-fy19-s889-b", "2022-08-14 prohibited"},
	{"{role: us_federal_grantee}", "manufacturer: zte, category: ran, funded_by: award", law.Fund, "us-2cfr-200-216", "2020-08-13 prohibited"},
	{"{role: us_dod_component}", "counterparty: dahua, category: other, contract_first_signed: as_of", law.Contract, "us-ndaa-fy24-s805", "2026-06-30 prohibited"},
	{"{role: us_dod_component}", "counterparty: acme_dealer, manufacturer: dahua, category: camera, contract_first_signed: as_of, facts: {end_product: true}", law.Buy, "us-ndaa-fy24-s805", "2027-06-30 prohibited"},
	{exporter, toZTE, law.Export, "us-bis-zte-entity-list", "2016-03-08 prohibited, 2016-03-24 free"},
	{exporter, toZTE, law.Export, "us-bis-zte-denial", "2018-04-15 prohibited, 2018-07-13 free"},
	{exporter, toHua, law.Export, "us-bis-entity-list-huawei", "2019-05-16 prohibited"},
	{exporter, "consignee: hikvision, facts: {subject_to_ear: true}", law.Export, "us-bis-entity-list-surveillance", "2019-10-09 prohibited"},
	{exporter, "consignee: acme_lens, consignee_owners: [{org: dahua, percent: 75}], facts: {subject_to_ear: true}", law.Export, "us-bis-affiliates-rule",
		"2025-09-29 prohibited, 2025-11-10 free, 2026-11-10 undetermined"},
	{"{role: us_person}", "provider: kaspersky, category: security_software", law.Buy, "us-icts-kaspersky", "2024-07-20 prohibited"},
	{ukDirect, "manufacturer: huawei, category: ran, generation: 5g, facts: {natsec_site: false}", law.Install, "uk-huawei-dvd", "2022-10-13 prohibited"},
	{ukDirect, "manufacturer: huawei, category: ran, generation: 4g, facts: {natsec_site: true}", law.Use, "uk-huawei-dvd", "2022-10-13 restricted, 2023-01-29 prohibited"},
	{ukDirect, "manufacturer: huawei, category: core_network, generation: 4g, facts: {natsec_site: false}", law.Use, "uk-huawei-dvd", "2022-10-13 restricted, 2024-01-01 prohibited"},
	{ukDirect, "manufacturer: huawei, category: fixed_access, facts: {natsec_site: false, full_fibre: true, share_percent: 40}", law.Use, "uk-huawei-dvd", "2022-10-13 restricted, 2023-11-01 prohibited"},
	{ukDirect, "manufacturer: huawei, category: ran, generation: 5g, facts: {natsec_site: false, share_percent: 10}", law.Use, "uk-huawei-dvd", "2022-10-13 restricted, 2028-01-01 prohibited"},
	{"{role: uk_government_department}", "manufacturer: hikvision, category: camera, facts: {sensitive_site: true}", law.Install, "uk-cctv-sensitive-sites", "2022-11-24 prohibited"},
	{"{role: eu_mobile_operator/DE, contract_party: true}", "manufacturer: huawei, category: core_network, generation: 5g, facts: {critical_component: true}", law.Use, "de-5g-contracts",
		"2024-07-11 restricted, 2027-01-01 prohibited"},
	{"{role: eu_mobile_operator/DE, contract_party: true}", "manufacturer: zte, category: network_management, generation: 5g, facts: {critical_component: true}", law.Use, "de-5g-contracts",
		"2024-07-11 restricted, 2030-01-01 prohibited"},
	{"{role: eu_mobile_operator/SE, licence: 3.5 GHz}", "manufacturer: huawei, category: core_network, facts: {central_function: true}", law.Install, "se-pts-5g", "2020-10-20 prohibited"},
	{"{role: eu_mobile_operator/SE, licence: 3.5 GHz}", "manufacturer: huawei, category: core_network, facts: {central_function: true}", law.Use, "se-pts-5g", "2020-10-20 restricted, 2025-01-02 prohibited"},
	{"{role: in_licensee}", "manufacturer: acme_access, category: transport, facts: {trusted_source: false}", law.Connect, "in-nsdts", "2021-06-15 prohibited"},
	{"{role: ca_qc_public_body}", "manufacturer: dahua, category: camera", law.Install, "ca-qc-2023", "2023-12-21 prohibited"},
	{"{role: ca_government}", "manufacturer: hikvision, category: camera", law.Use, "ca-hikvision-2025", "2025-06-27 prohibited"},
	{"{role: ca_telecom_provider}", "manufacturer: zte, category: ran, generation: 5g", law.Buy, "ca-policy-2022", "2022-05-19 restricted"},
	{"{role: au_carrier}", "manufacturer: huawei, category: ran, generation: 5g", law.Buy, "au-5g-2018", "2018-08-23 restricted"},
	{"{role: au_government}", "provider: kaspersky, category: security_software", law.Use, "au-pspf-kaspersky", "2025-02-21 restricted, 2025-04-02 prohibited"},
	{"{role: tw_government}", "manufacturer: zte, category: router", law.Use, "tw-ict-ban", "2020-12-18 prohibited"},
}

// Verdicts change exactly on the days the law names. Asked are every day that
// stands anywhere in the regime's file - those of adoption, release and
// publication, too - with the day before and the day after, the same of the
// days of change, and the first of every year.
func TestVerdictsChangeOnTheirDaysOnly(t *testing.T) {
	e := engine(t)
	cats, err := data.Categories()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range everyDay {
		t.Run(fmt.Sprintf("%s/%s/%.40s", r.regime, r.act, r.item), func(t *testing.T) {
			t.Parallel()
			text := fmt.Sprintf("cases:\n- {id: x, title: x, profile: {jurisdictions: [%s], roles: [%s]}, item: {%s}, act: %s, as_of: 2020-01-01, expect: {regime: %s, verdict: permitted}}",
				jurisdiction(r.regime), r.roles, r.item, r.act, r.regime)
			cs, err := data.ParseCases([]byte(text), "row")
			if err != nil {
				t.Fatal(err)
			}
			if got := r.walk(t, e, &cs[0], cats); got != r.changes {
				t.Errorf("changes %s, want %s", got, r.changes)
			}
		})
	}
}

// jurisdiction is where the regime's operators are: its ID begins with it.
func jurisdiction(id law.RegimeID) string {
	switch where, _, _ := strings.Cut(string(id), "-"); where {
	case "uk":
		return "GB"
	default:
		return strings.ToUpper(where) + map[bool]string{true: ", CA-QC"}[strings.HasPrefix(string(id), "ca-qc")]
	}
}

// walk judges every day and writes those on which the verdict changes.
func (r *dayRow) walk(t *testing.T, e *judge.Engine, c *judge.Case, cats law.Categories) string {
	var out []string
	it, last := c.Item.Item(cats), "free"
	for _, d := range r.days(t) {
		s, err := e.Session(judge.Query{Profile: &c.Profile, Act: c.Act, AsOf: d, Only: []law.RegimeID{r.regime}})
		if err != nil {
			t.Fatal(err)
		}
		mine := slices.DeleteFunc(s.Judge(it), func(o judge.Outcome) bool { return o.Regime != r.regime })
		o, _ := judge.Combine(mine)
		now := string(o.Verdict)
		if !o.Verdict.IsFinding() {
			now = "free"
		}
		if now != last {
			out = append(out, d.String()+" "+now)
		}
		last = now
	}
	return strings.Join(out, ", ")
}

var isoDay = regexp.MustCompile(`20[0-9]{2}-[0-9]{2}-[0-9]{2}`)

func (r *dayRow) days(t *testing.T) []calendar.Date {
	text, err := data.LawText(string(r.regime))
	if err != nil {
		t.Fatal(err)
	}
	var out []calendar.Date
	for _, m := range isoDay.FindAllString(text+r.changes, -1) {
		if d, err := calendar.Parse(m); err == nil {
			out = append(out, d-1, d, d+1)
		}
	}
	for y := 2015; y < 2032; y++ {
		out = append(out, calendar.Day(y, 1, 1))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
