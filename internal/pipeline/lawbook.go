package pipeline

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"telltale/data"
	"telltale/internal/calendar"
	"telltale/internal/judge"
	"telltale/internal/law"
)

// LawDay is one day on which law changes, or by which something must be done.
type LawDay struct {
	Date calendar.Date `json:"date"`
	// Kind is begins, ends, listed, delisted, approved, approval ends, deadline or duty.
	Kind         string         `json:"kind"`
	Jurisdiction string         `json:"jurisdiction"`
	Regime       law.RegimeID   `json:"regime"`
	What         string         `json:"what"`
	Confidence   law.Confidence `json:"confidence"`
}

// LawDays lists the days after from up to and including to on which a
// provision, entry, listing or approval begins or ends, a deadline is reached
// or a duty recurs, the earliest first. With a profile only what can bind it is listed.
func (k *Knowledge) LawDays(from, to calendar.Date, p *law.Profile) []LawDay {
	c := &dayCollector{from: from, to: to}
	for i := range k.Rules.Regimes {
		r := &k.Rules.Regimes[i]
		if p != nil && !concerns(k.Rules, r, p) {
			continue
		}
		c.regime(r)
	}
	slices.SortFunc(c.days, func(a, b LawDay) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Regime, b.Regime), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.What, b.What))
	})
	return slices.CompactFunc(c.days, func(a, b LawDay) bool { return a == b })
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

type dayCollector struct {
	from, to calendar.Date
	days     []LawDay
}

func (c *dayCollector) add(r *law.Regime, d calendar.Date, kind, what string, conf law.Confidence) {
	if d == 0 || d == calendar.NoDate || d <= c.from || d > c.to {
		return
	}
	if conf == "" {
		conf = cmp.Or(r.Confidence, law.Confidence("seen"))
	}
	c.days = append(c.days, LawDay{Date: d, Kind: kind, Jurisdiction: r.Jurisdiction, Regime: r.ID, What: what, Confidence: conf})
}

func (c *dayCollector) spans(r *law.Regime, ss []law.Span, begins, ends, what string) {
	for _, s := range ss {
		c.add(r, s.From, begins, what, s.Confidence)
		c.add(r, s.To, ends, what, s.Confidence)
	}
}

func (c *dayCollector) regime(r *law.Regime) {
	for i := range r.Provisions {
		p := &r.Provisions[i]
		c.spans(r, p.InForce, "begins", "ends", p.Title)
		if d := p.Deadline; d != nil {
			c.add(r, d.By, "deadline", p.Title+": last lawful day", d.Confidence)
		}
		for n := range p.Exceptions {
			c.spans(r, p.Exceptions[n].InForce, "exception begins", "exception ends", p.Exceptions[n].Text)
		}
	}
	for i := range r.Entries {
		e := &r.Entries[i]
		c.spans(r, e.InForce, "listed", "delisted", string(e.ID)+": "+e.Title)
	}
	for i := range r.Approvals {
		a := &r.Approvals[i]
		c.add(r, a.From, "approved", a.Maker+" "+strings.Join(a.Models, ", "), a.Confidence)
		if a.Until != 0 {
			c.add(r, a.Until, "approval ends", a.Maker+" "+strings.Join(a.Models, ", ")+": last day", a.Confidence)
		}
	}
	for i := range r.Lists {
		for _, n := range r.Lists[i].Names {
			c.add(r, n.From, "listed", string(n.Org)+" on "+r.Lists[i].Title, n.Confidence)
			c.add(r, n.To, "delisted", string(n.Org)+" from "+r.Lists[i].Title, n.Confidence)
		}
	}
	for i := range r.Duties {
		d := &r.Duties[i]
		c.add(r, d.By, "duty", d.What, d.Confidence)
		c.add(r, d.From, "duty begins", d.What, d.Confidence)
		for _, md := range d.Yearly {
			for y := max(c.from.Time().Year(), 2019); y <= min(c.to.Time().Year(), c.from.Time().Year()+10); y++ {
				if day, err := calendar.Parse(fmt.Sprintf("%04d-%s", y, md)); err == nil {
					c.add(r, day, "duty", d.What, d.Confidence)
				}
			}
		}
	}
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
	cats, err := data.Categories()
	if err != nil {
		return nil, err
	}
	return judge.RunCases(k.Rules, k.Orgs, cats, cases)
}

// LawText is the text of a regime as its file has it, entries and approvals
// behind it, or of "vocabulary": the closed list of words in which law asks.
func (k *Knowledge) LawText(id string) (string, error) { return data.LawText(id) }
