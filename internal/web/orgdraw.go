package web

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/org"
)

// drawing is owners above and holdings below one organisation, as boxes and lines.
type drawing struct {
	Width, Height int
	Boxes         []box
	Lines         []line
	// Left counts organisations that did not fit.
	Left int
}

type box struct {
	X, Y   int
	Name   string
	Sub    string
	Class  string
	Link   string
	Middle int // X of the text
}

type line struct {
	X1, Y1, X2, Y2, MX, MY int
	Class, Text, Full      string
}

// Sizes of the drawing in pixels, and bounds of how much is drawn.
const (
	boxWidth, boxHeight, gapX, gapY = 190, 46, 18, 66
	maxRow, maxLevels, rowBoxes     = 14, 3, 5
)

// kin is an ownership near an organisation: level counts steps from it, negative upwards.
type kin struct {
	edge        org.Edge
	from, level int
}

// family walks up to maxLevels owners up and holdings down.
func (s *site) family(id org.ID, day calendar.Date) []kin {
	var out []kin
	walk := func(step int, next func(org.ID) []org.Edge, other func(org.Edge) org.ID) {
		at, seen := []org.ID{id}, map[org.ID]bool{id: true}
		for l := 1; l <= maxLevels; l++ {
			var then []org.ID
			for _, o := range at {
				for _, e := range next(o) {
					if !e.Holds(day) {
						continue
					}
					out = append(out, kin{e, (l - 1) * step, l * step})
					if x := other(e); !seen[x] {
						seen[x] = true
						then = append(then, x)
					}
				}
			}
			at = then
		}
	}
	walk(-1, s.ownersOf, func(e org.Edge) org.ID { return e.Owner })
	walk(1, s.facts().Orgs.Owns, func(e org.Edge) org.ID { return e.Owned })
	return out
}

// ownersOf are the shares held in an organisation; a holder without an ID stands under its name.
func (s *site) ownersOf(id org.ID) []org.Edge {
	o, ok := s.facts().Orgs.Get(id)
	if !ok {
		return nil
	}
	var out []org.Edge
	for i := range o.Owners {
		w := &o.Owners[i]
		e := org.Edge{Owner: w.Owner, Owned: id, Ownership: w}
		if w.Owner == "" {
			e.Owner = org.ID(w.Holder)
		}
		out = append(out, e)
	}
	return out
}

// draw lays the family out in rows by level.
func (s *site) draw(id org.ID, day calendar.Date) *drawing {
	family := s.family(id, day)
	if len(family) == 0 {
		return nil
	}
	level := map[org.ID]int{id: 0}
	rows := map[int][]org.ID{0: {id}}
	d := &drawing{}
	place := func(x org.ID, l int) {
		if _, done := level[x]; done {
			return
		}
		if len(rows[l]) >= maxRow {
			d.Left++
			return
		}
		level[x] = l
		rows[l] = append(rows[l], x)
	}
	for _, k := range family {
		if k.level < 0 {
			place(k.edge.Owner, k.level)
		} else {
			place(k.edge.Owned, k.level)
		}
	}
	at := d.layOut(s, rows, id)
	d.connect(family, at)
	return d
}

// layOut places the boxes: a level wraps behind rowBoxes.
func (d *drawing) layOut(s *site, rows map[int][]org.ID, self org.ID) map[org.ID]box {
	levels := make([]int, 0, len(rows))
	wide := 1
	for l, ids := range rows {
		levels = append(levels, l)
		wide = max(wide, min(len(ids), rowBoxes))
	}
	slices.Sort(levels)
	d.Width = wide*(boxWidth+gapX) + gapX
	at, y := map[org.ID]box{}, gapX
	for _, l := range levels {
		for part := range slices.Chunk(rows[l], rowBoxes) {
			x := (d.Width - len(part)*(boxWidth+gapX) + gapX) / 2
			for _, id := range part {
				b := s.boxOf(id, x, y)
				if id == self {
					b.Class += " self"
				}
				at[id] = b
				d.Boxes = append(d.Boxes, b)
				x += boxWidth + gapX
			}
			y += boxHeight + 12
		}
		y += gapY - 12
	}
	d.Height = y - gapY + gapX
	return at
}

func (s *site) boxOf(id org.ID, x, y int) box {
	b := box{X: x, Y: y, Middle: x + boxWidth/2, Name: clip(21, id), Class: "box"}
	o, ok := s.facts().Orgs.Get(id)
	if !ok {
		b.Sub = "holder"
		return b
	}
	b.Name, b.Link, b.Sub = clip(21, s.facts().OrgName(id)), "/org/"+string(id), o.Country
	if n := len(o.Designations); n > 0 {
		b.Class += " listed"
		b.Sub = strings.TrimSpace(o.Country + " · under " + plural(n, "instrument", "instruments"))
	}
	return b
}

func (d *drawing) connect(family []kin, at map[org.ID]box) {
	seen := map[string]bool{}
	for _, k := range family {
		a, ok1 := at[k.edge.Owner]
		b, ok2 := at[k.edge.Owned]
		key := string(k.edge.Owner) + ">" + string(k.edge.Owned)
		if !ok1 || !ok2 || seen[key] || a.Y == b.Y {
			continue
		}
		seen[key] = true
		l := line{X1: a.Middle, Y1: a.Y + boxHeight, X2: b.Middle, Y2: b.Y, Class: "edge", Text: shareWords(k.edge), Full: k.edge.String()}
		if a.Y > b.Y {
			l.Y1, l.Y2 = a.Y, b.Y+boxHeight
		}
		if !k.edge.Confidence.Decides() && k.edge.Confidence != "" {
			l.Class += " weak"
		}
		// The label stands near the end that is less crowded: the one that moves.
		l.MX, l.MY = l.X1+(l.X2-l.X1)*3/5, l.Y1+(l.Y2-l.Y1)*3/5+4
		if b.Class == "box self" || strings.HasSuffix(b.Class, " self") {
			l.MX, l.MY = l.X1+(l.X2-l.X1)*2/5, l.Y1+(l.Y2-l.Y1)*2/5+4
		}
		d.Lines = append(d.Lines, l)
	}
}

func shareWords(e org.Edge) string {
	switch {
	case e.Percent > 0:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", e.Percent), "0"), ".") + " %"
	case e.MoreThan > 0:
		return fmt.Sprintf("> %g %%", e.MoreThan)
	case e.Control:
		return "controls"
	}
	return "share unknown"
}
