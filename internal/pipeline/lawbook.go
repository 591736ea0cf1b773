package pipeline

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"telltale/data"
	"telltale/internal/calendar"
	"telltale/internal/judge"
	"telltale/internal/law"
	"telltale/internal/org"
)

// LawDay is one day on which law changes, or by which something must be done.
type LawDay struct {
	Date calendar.Date `json:"date"`
	// Kind is begins, ends, exception begins, exception ends, listed, delisted,
	// counts (a listed name or product begins to count in a provision),
	// condition changes, approved, duty or duty begins. Ahead: deadline (the last
	// lawful day) and approval ends (the last day); between two days: deadline
	// passed and approval ended (the first day after).
	Kind         string          `json:"kind"`
	Jurisdiction string          `json:"jurisdiction"`
	Regime       law.RegimeID    `json:"regime"`
	Provision    law.ProvisionID `json:"provision,omitempty"`
	Entry        law.EntryID     `json:"entry,omitempty"`
	Organisation org.ID          `json:"organisation,omitempty"`
	What         string          `json:"what"`
	// Text says it in plain words; Citation and URL are where it stands.
	Text       string         `json:"text,omitempty"`
	Citation   string         `json:"citation,omitempty"`
	URL        string         `json:"url,omitempty"`
	Confidence law.Confidence `json:"confidence"`
}

// LawDays lists the days after from up to and including to on which a
// provision, entry, listing or approval begins or ends, a deadline is reached
// or a duty recurs, the earliest first. With a profile only what can bind it is listed.
func (k *Knowledge) LawDays(from, to calendar.Date, p *law.Profile) []LawDay {
	return k.lawDays(&dayCollector{k: k, from: from, to: to}, p)
}

// LawChanges lists what the law of the later day has and that of the earlier
// has not, or the other way round: as LawDays, but deadlines and approvals count from the day after their last.
func (k *Knowledge) LawChanges(from, to calendar.Date, p *law.Profile) []LawDay {
	return k.lawDays(&dayCollector{k: k, from: from, to: to, after: 1}, p)
}

func (k *Knowledge) lawDays(c *dayCollector, p *law.Profile) []LawDay {
	for i := range k.Rules.Regimes {
		r := &k.Rules.Regimes[i]
		if p != nil && !concerns(k.Rules, r, p) {
			continue
		}
		c.regime(r)
	}
	slices.SortFunc(c.days, func(a, b LawDay) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Regime, b.Regime), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Provision, b.Provision), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.What, b.What))
	})
	return slices.Compact(c.days)
}

// concerns reports whether a regime can bind the profile: a provision or duty
// names one of its roles, or it keeps a list that such a provision uses.
func concerns(rb *law.Rulebook, r *law.Regime, p *law.Profile) bool {
	held := func(role string) bool {
		return slices.ContainsFunc(p.Roles, func(x law.Role) bool {
			base, _, _ := strings.Cut(x.Role, "/")
			want, _, _ := strings.Cut(role, "/")
			return base == want
		})
	}
	here := slices.ContainsFunc(p.Jurisdictions, func(j string) bool {
		return j == r.Jurisdiction || strings.HasPrefix(j, r.Jurisdiction+"-") || strings.HasPrefix(r.Jurisdiction, j+"-") || r.Jurisdiction == "EU" || j == "EU"
	})
	for i := range r.Provisions {
		x := &r.Provisions[i]
		if (here || x.Anywhere) && slices.ContainsFunc(x.Binds, func(b law.Bind) bool { return held(b.Role) }) {
			return true
		}
	}
	for i := range r.Duties {
		if here && slices.ContainsFunc(r.Duties[i].Binds, held) {
			return true
		}
	}
	if len(r.Entries) == 0 {
		return false
	}
	for i := range rb.Regimes {
		for n := range rb.Regimes[i].Provisions {
			x := &rb.Regimes[i].Provisions[n]
			if x.Entries != nil && x.Entries.Of == r.ID && rb.Regimes[i].ID != r.ID && here && slices.ContainsFunc(x.Binds, func(b law.Bind) bool { return held(b.Role) }) {
				return true
			}
		}
	}
	return false
}

// LawCases judges the cases of a file and returns how each came out.
func (k *Knowledge) LawCases(path string) ([]judge.Result, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	cases, err := data.ParseCases(b, path)
	if err != nil {
		return nil, err
	}
	cats, err := k.edition.Categories()
	if err != nil {
		return nil, err
	}
	return judge.RunCases(k.Rules, k.Orgs, cats, cases)
}

// OwnLawCases judges the cases that the data themselves carry.
func (k *Knowledge) OwnLawCases() ([]judge.Result, error) {
	files, err := fs.Glob(k.edition.Files, "law/cases/*.yaml")
	if err != nil {
		return nil, err
	}
	cats, err := k.edition.Categories()
	if err != nil {
		return nil, err
	}
	var out []judge.Result
	for _, f := range files {
		b, err := fs.ReadFile(k.edition.Files, f)
		if err != nil {
			return nil, err
		}
		cases, err := data.ParseCases(b, "data/"+f)
		if err != nil {
			return nil, err
		}
		rs, err := judge.RunCases(k.Rules, k.Orgs, cats, cases)
		if err != nil {
			return nil, err
		}
		out = append(out, rs...)
	}
	return out, nil
}

// LawText is the text of a regime as its file has it, entries and approvals
// behind it, or of "vocabulary": the closed list of words in which law asks.
func (k *Knowledge) LawText(id string) (string, error) { return k.edition.LawText(id) }
