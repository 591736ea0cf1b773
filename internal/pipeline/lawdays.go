package pipeline

import (
	"cmp"
	"fmt"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// dayCollector gathers the days of law after from up to and including to.
type dayCollector struct {
	k        *Knowledge
	from, to calendar.Date
	// after is how many days after the last one a deadline or approval counts: 0 ahead, 1 between two days.
	after calendar.Date
	days  []LawDay
}

// newest asks what is known after every correction.
const newest calendar.Date = 2932896 // 9999-12-31

// add adds a day; x says where it belongs and what it says.
func (c *dayCollector) add(r *law.Regime, d calendar.Date, kind string, x LawDay, conf law.Confidence) {
	if d == 0 || d == calendar.NoDate || d <= c.from || d > c.to {
		return
	}
	x.Date, x.Kind, x.Jurisdiction, x.Regime = d, kind, r.Jurisdiction, r.ID
	x.Confidence = cmp.Or(conf, r.Confidence, law.Confidence("seen"))
	if x.Citation == "" {
		x.Citation, x.URL = r.Citation, r.URL
	}
	c.days = append(c.days, x)
}

// last adds a day that is the last one of something.
func (c *dayCollector) last(r *law.Regime, d calendar.Date, ahead, passed string, x LawDay, conf law.Confidence) {
	if d == 0 || d == calendar.NoDate {
		return
	}
	if c.after == 0 {
		x.What += ": last day"
		c.add(r, d, ahead, x, conf)
		return
	}
	x.What += ": " + d.String() + " was the last day"
	c.add(r, d+c.after, passed, x, conf)
}

func (c *dayCollector) spans(r *law.Regime, ss []law.Span, begins, ends string, x LawDay) {
	for i := range ss {
		if s := &ss[i]; s.KnownAt(newest) {
			c.add(r, s.From, begins, x, s.Confidence)
			c.add(r, s.To, ends, x, s.Confidence)
		}
	}
}

func cited(x LawDay, list []law.Citation) LawDay {
	if len(list) > 0 {
		x.Citation, x.URL = list[0].Text, list[0].URL
	}
	return x
}

func (c *dayCollector) regime(r *law.Regime) {
	for i := range r.Provisions {
		c.provision(r, &r.Provisions[i])
	}
	for i := range r.Entries {
		e := &r.Entries[i]
		x := cited(LawDay{Entry: e.ID, What: string(e.ID) + ": " + e.Title, Text: e.Text}, e.Citations)
		c.spans(r, e.InForce, "listed", "delisted", x)
		c.elements(r, e.Elements, x)
		for n := range e.Exceptions {
			y := x
			y.What = string(e.ID) + ": " + e.Exceptions[n].Text
			c.spans(r, e.Exceptions[n].InForce, "exception begins", "exception ends", y)
		}
	}
	for i := range r.Approvals {
		a := &r.Approvals[i]
		x := cited(LawDay{Entry: a.Entry, What: strings.TrimSpace(a.Maker + " " + strings.Join(a.Models, ", "))}, a.Citations)
		if a.Unread {
			x.What += " (models not read)"
		}
		c.add(r, a.From, "approved", x, a.Confidence)
		c.last(r, a.Until, "approval ends", "approval ended", x, a.Confidence)
	}
	for i := range r.Lists {
		for n := range r.Lists[i].Names {
			c.listed(r, &r.Lists[i], &r.Lists[i].Names[n])
		}
	}
	for i := range r.Duties {
		c.duty(r, &r.Duties[i])
	}
}

func (c *dayCollector) listed(r *law.Regime, l *law.List, n *law.Designated) {
	if n.Retracted != 0 {
		return
	}
	x := LawDay{Organisation: n.Org, Text: n.Note}
	x.What = c.k.OrgName(n.Org) + " (" + string(n.Org) + ") on " + l.Title
	c.add(r, n.From, "listed", x, n.Confidence)
	x.What = c.k.OrgName(n.Org) + " (" + string(n.Org) + ") off " + l.Title
	c.add(r, n.To, "delisted", x, n.Confidence)
}

func (c *dayCollector) provision(r *law.Regime, p *law.Provision) {
	x := cited(LawDay{Provision: law.ProvisionID(string(r.ID) + "/" + p.ID), What: p.Title, Text: p.Plain}, p.Citations)
	c.spans(r, p.InForce, "begins", "ends", x)
	if d := p.Deadline; d != nil {
		c.last(r, d.By, "deadline", "deadline passed", x, d.Confidence)
	}
	c.elements(r, p.Elements, x)
	for n := range p.Exceptions {
		y := x
		y.What, y.Text = p.Exceptions[n].Text, ""
		c.spans(r, p.Exceptions[n].InForce, "exception begins", "exception ends", y)
	}
	if u := p.Entries; u != nil && u.DaysAfter > 0 {
		c.counting(r, p, u, x)
	}
}

// counting adds the days on which the entries of a list begin to count in a provision.
func (c *dayCollector) counting(r *law.Regime, p *law.Provision, u *law.EntryUse, x LawDay) {
	for i := range c.k.Rules.Regimes {
		if c.k.Rules.Regimes[i].ID != u.Of {
			continue
		}
		for n := range c.k.Rules.Regimes[i].Entries {
			e := &c.k.Rules.Regimes[i].Entries[n]
			if !u.Picks(e) {
				continue
			}
			x.Entry, x.What, x.Text = e.ID, fmt.Sprintf("%s: %s, %d days after it was listed", p.Title, e.ID, u.DaysAfter), e.Text
			c.add(r, e.Added()+calendar.Date(u.DaysAfter), "counts", x, org.Inferred)
		}
	}
}

// elements adds the days that conditions on the day itself name.
func (c *dayCollector) elements(r *law.Regime, list []law.Element, x LawDay) {
	for i := range list {
		y := x
		y.What, y.Text = x.What+": "+list[i].Text, ""
		c.test(r, &list[i].Test, y, list[i].Confidence)
	}
}

func (c *dayCollector) test(r *law.Regime, t *law.Test, x LawDay, conf law.Confidence) {
	if t == nil {
		return
	}
	if a := t.AsOf; a != nil {
		c.add(r, a.From, "condition changes", x, conf)
		c.add(r, a.Before, "condition changes", x, conf)
	}
	for _, list := range [][]law.Test{t.All, t.Any} {
		for i := range list {
			c.test(r, &list[i], x, conf)
		}
	}
	c.test(r, t.Not, x, conf)
	c.test(r, t.Unconfirmed, x, conf)
}

func (c *dayCollector) duty(r *law.Regime, d *law.Duty) {
	x := LawDay{What: d.What}
	c.add(r, d.By, "duty", x, d.Confidence)
	c.add(r, d.From, "duty begins", x, d.Confidence)
	for _, md := range d.Yearly {
		for y := max(c.from.Time().Year(), 2019); y <= min(c.to.Time().Year(), c.from.Time().Year()+10); y++ {
			if day, err := calendar.Parse(fmt.Sprintf("%04d-%s", y, md)); err == nil {
				c.add(r, day, "duty", x, d.Confidence)
			}
		}
	}
}
