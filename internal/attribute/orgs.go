package attribute

import (
	"telltale/internal/calendar"
	"telltale/internal/org"
)

// FromIndex answers from the index of organisations. A brand of its own counts
// as the organisation; the brand of a customer gives a relation.
func FromIndex(ix *org.Index) Orgs {
	o := orgs{ix: ix, former: map[org.ID][]Relation{}}
	for _, id := range ix.IDs() {
		x, _ := ix.Get(id)
		for i := range x.FormerParts {
			p := &x.FormerParts[i]
			part, ok := ix.Get(p.Org)
			if !ok || p.Left == nil {
				continue
			}
			o.former[p.Org] = append(o.former[p.Org], Relation{
				Maker: id, Brand: part.Name, From: day(p.Since), To: p.Left.String(), Whole: true,
				Brief: p.Since != nil && *p.Left-*p.Since < brief,
				Why:   part.Name + " belonged to " + x.Name + " until " + p.Left.String() + ": what was made before stays its product",
			})
		}
	}
	return o
}

// brief is in how many days a name leaves next to no goods made while it was a part.
const brief = 365

type orgs struct {
	ix *org.Index
	// former are the former owners of organisations that were parts of others.
	former map[org.ID][]Relation
}

func (o orgs) Whom(name string) Whom {
	var n Whom
	for _, m := range o.ix.ByName(name) {
		switch {
		case m.Kind != org.OEMName && n.Org == "":
			n.Org, n.Brand = m.Org, m.Kind == org.BrandName
			n.MadeBy = append(n.MadeBy, o.former[m.Org]...)
		case m.Kind == org.OEMName:
			n.MadeBy = append(n.MadeBy, o.relations(m)...)
		}
	}
	return n
}

// relations gives the scope of the statements that m.Org makes goods sold as m.Name.
func (o orgs) relations(m org.NameMatch) []Relation {
	maker, ok := o.ix.Get(m.Org)
	if !ok {
		return nil
	}
	var out []Relation
	for i := range maker.MakesFor {
		f := &maker.MakesFor[i]
		if f.Brand != m.Name {
			continue
		}
		why := "some goods sold as " + f.Brand + " are made by " + maker.Name
		if f.Certainty != "" {
			why += " (" + f.Certainty + ")"
		}
		out = append(out, Relation{Maker: m.Org, Brand: f.Brand, Model: f.Models, From: day(f.From), To: day(f.To), Why: why})
	}
	return out
}

func day(d *calendar.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}
