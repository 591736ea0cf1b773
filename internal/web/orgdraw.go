package web

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/org"
)

// drawing is owners above and holdings below one organisation, as boxes and
// lines, and as two lists in each other for screens too narrow for boxes.
type drawing struct {
	Width, Height int
	Boxes         []box
	Lines         []line
	// Left counts organisations that did not fit.
	Left int
	// Up and Down are the owners and the holdings, level in level.
	Up, Down []branch
	// spots are the places that labels take, as x, y, width, height.
	spots [][4]int
}

type box struct {
	X, Y int
	// Names is the name on one line or two.
	Names  []string
	Full   string
	Sub    string
	Class  string
	Link   string
	Middle int // X of the text
}

// Text is where line i of the name stands; one line stands in the middle of two.
func (b box) Text(i int) int {
	if len(b.Names) == 1 {
		return b.Y + 25
	}
	return b.Y + 18 + 16*i
}

// Base is where the line under the name stands.
func (b box) Base() int { return b.Y + boxHeight - 9 }

type line struct {
	X1, Y1, X2, Y2, MX, MY int
	Class, Text, Full      string
}

// branch is an organisation with its share, and what lies behind it.
type branch struct {
	box
	Share string
	Weak  bool
	Below []branch
}

// Sizes of the drawing in pixels, and bounds of how much is drawn. Five boxes
// fit beside the navigation on a desk.
const (
	boxWidth, boxHeight, gapX, gapY, gapRow = 178, 58, 16, 70, 30
	maxRow, maxLevels, rowBoxes             = 14, 3, 5
	labelHeight                             = 16
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
	d.connect(s, family, at)
	d.Up = s.branches(family, id, -1, map[org.ID]bool{id: true})
	d.Down = s.branches(family, id, 1, map[org.ID]bool{id: true})
	return d
}

// branches are those next to an organisation in the direction of step, each once.
func (s *site) branches(family []kin, of org.ID, step int, seen map[org.ID]bool) []branch {
	var out []branch
	for _, k := range family {
		from, to := k.edge.Owned, k.edge.Owner
		if step > 0 {
			from, to = to, from
		}
		if from != of || k.level*step <= 0 || seen[to] || len(out) >= maxRow {
			continue
		}
		seen[to] = true
		out = append(out, branch{box: s.boxOf(to, 0, 0), Share: shareWords(k.edge), Weak: weak(k.edge), Below: s.branches(family, to, step, seen)})
	}
	return out
}

// weak says that an ownership is not confirmed and decides nothing.
func weak(e org.Edge) bool { return !e.Confidence.Decides() && e.Confidence != "" }

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
			y += boxHeight + gapRow
		}
		y += gapY - gapRow
	}
	d.Height = y - gapY + gapX
	return at
}

func (s *site) boxOf(id org.ID, x, y int) box {
	b := box{X: x, Y: y, Middle: x + boxWidth/2, Full: string(id), Class: "box", Sub: "holder"}
	if o, ok := s.facts().Orgs.Get(id); ok {
		b.Full, b.Link, b.Sub = s.facts().OrgName(id), "/org/"+string(id), placeName(o.Country)
		if n := len(o.Designations); n > 0 {
			b.Class += " listed"
			b.Sub = under(o.Country, plural(n, "instrument", "instruments"))
		}
	}
	b.Names = wrapName(b.Full)
	return b
}

// under says where an organisation sits and under how many instruments it stands, as shortly as its box asks.
func under(country, instruments string) string {
	long := strings.TrimPrefix(placeName(country)+" · under "+instruments, " · ")
	if wide(long) <= nameWidth*12/10 { // the line is in smaller letters
		return long
	}
	return country + " · under " + instruments
}

// nameWidth is how wide a line of a name may be, in halves of a letter as wide letters count.
const nameWidth = 39

// wrapName breaks a name into at most two lines of a box; what does not fit is cut with an ellipsis.
func wrapName(name string) []string {
	var lines []string
	now := ""
	for _, w := range strings.Fields(name) {
		switch {
		case now == "":
			now = w
		case wide(now+" "+w) <= nameWidth:
			now += " " + w
		default:
			lines, now = append(lines, now), w
		}
	}
	if lines = append(lines, now); len(lines) > 2 {
		lines[1] += " " + strings.Join(lines[2:], " ")
		lines = lines[:2]
	}
	for i, l := range lines {
		for r := []rune(l); wide(l) > nameWidth; l = string(r) + "…" {
			r = r[:len(r)-1]
		}
		lines[i] = l
	}
	return lines
}

// wide is about how wide a text is, in halves of a letter: two for most, three for
// capitals and "m", four for the letters of East Asia, one for the thin ones.
func wide(t string) int {
	n := 0
	for _, r := range t {
		switch {
		case r >= 0x1100:
			n += 4
		case r >= 'A' && r <= 'Z' && r != 'I', r == 'm', r == 'w', r == '%', r == '…':
			n += 3
		case strings.ContainsRune("iljtfI.,:;'|! ()", r):
			n++
		default:
			n += 2
		}
	}
	return n
}

func (d *drawing) connect(s *site, family []kin, at map[org.ID]box) {
	for _, b := range d.Boxes {
		d.spots = append(d.spots, [4]int{b.X, b.Y, boxWidth, boxHeight})
	}
	seen := map[string]bool{}
	for _, k := range family {
		a, ok1 := at[k.edge.Owner]
		b, ok2 := at[k.edge.Owned]
		key := string(k.edge.Owner) + ">" + string(k.edge.Owned)
		if !ok1 || !ok2 || seen[key] || a.Y == b.Y {
			continue
		}
		seen[key] = true
		l := line{X1: a.Middle, Y1: a.Y + boxHeight, X2: b.Middle, Y2: b.Y, Class: "edge", Text: shareWords(k.edge), Full: s.edgeWords(k.edge)}
		if a.Y > b.Y {
			l.Y1, l.Y2 = a.Y, b.Y+boxHeight
		}
		if weak(k.edge) {
			l.Class += " weak"
		}
		d.label(&l, strings.HasSuffix(b.Class, " self"))
		d.Lines = append(d.Lines, l)
	}
}

// label places the words of a line where nothing else stands, near its outer
// end first; where there is no room the words are left to its tooltip and the tables.
func (d *drawing) label(l *line, fromOwner bool) {
	places := []int{70, 60, 80, 50, 85, 40, 30, 20}
	if fromOwner {
		places = []int{30, 40, 20, 50, 15, 60, 70, 80}
	}
	w := wide(l.Text)*4 + 4
	for _, p := range places {
		x, y := l.X1+(l.X2-l.X1)*p/100, l.Y1+(l.Y2-l.Y1)*p/100
		spot := [4]int{max(0, min(x-w/2, d.Width-w)), y - labelHeight/2, w, labelHeight}
		if !slices.ContainsFunc(d.spots, func(o [4]int) bool { return meet(o, spot) }) {
			l.MX, l.MY = spot[0]+w/2, y+4
			d.spots = append(d.spots, spot)
			return
		}
	}
	l.Text = ""
}

// meet reports whether two rectangles share a place.
func meet(a, b [4]int) bool {
	return a[0] < b[0]+b[2] && b[0] < a[0]+a[2] && a[1] < b[1]+b[3] && b[1] < a[1]+a[3]
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
