package sheet

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/source"
)

// choices are what the user said about columns, and what is known of makers' names.
type choices struct {
	// chosen maps an attribute to the heading of its column; an empty heading means no column.
	chosen map[evidence.Attr]string
	// dates is "dmy" or "mdy" when the user said how days are written.
	dates   dateOrder
	isMaker func(string) bool
}

// datesKey is the pseudo-attribute under which --map says how days are written.
const datesKey = "dates"

func choicesOf(opt *source.Options, headings []string) (choices, error) {
	c := choices{chosen: map[evidence.Attr]string{}}
	if opt == nil {
		return c, nil
	}
	c.isMaker = opt.IsMaker
	for _, m := range []map[string]string{opt.Maps[HeadingSet(headings)], opt.Map} {
		for k, v := range m {
			if k == datesKey {
				switch strings.ToLower(v) {
				case "dmy":
					c.dates = dayFirst
				case "mdy":
					c.dates = monthFirst
				default:
					return c, fmt.Errorf("map %s=%q: want dmy or mdy", k, v)
				}
				continue
			}
			a, ok := attrByName(k)
			if !ok {
				return c, fmt.Errorf("map %s=%q: no attribute %q; known are %s", k, v, k, strings.Join(AttrNames(), ", "))
			}
			c.chosen[a] = v
		}
	}
	if len(opt.Map) > 0 && opt.Learned != nil {
		if _, _, any := c.missing(headings); !any {
			opt.Learned(HeadingSet(headings))
		}
	}
	return c, nil
}

// find returns the column a chosen heading names: by its text as written, by
// its words, or by "column C".
func find(headings []string, want string) int {
	for i, h := range headings {
		if strings.TrimSpace(h) == strings.TrimSpace(want) {
			return i
		}
	}
	n := normalise(want)
	for i, h := range headings {
		if n != "" && normalise(h) == n {
			return i
		}
	}
	if letters, ok := strings.CutPrefix(n, "column "); ok {
		for i := range headings {
			if strings.EqualFold(columnName(i), letters) {
				return i
			}
		}
	}
	return -1
}

// missing returns the first chosen heading, in the order of attributes, that is not there.
func (o choices) missing(headings []string) (attr evidence.Attr, heading string, any bool) {
	for a, h := range o.chosen {
		if h != "" && find(headings, h) < 0 && (!any || a < attr) {
			attr, heading, any = a, h, true
		}
	}
	return attr, heading, any
}

// apply gives the chosen columns their meaning and takes it from all others.
func (o choices) apply(cols []column) {
	headings := make([]string, len(cols))
	for i := range cols {
		headings[i] = cols[i].heading
	}
	for a, h := range o.chosen {
		i := -1
		if h != "" {
			if i = find(headings, h); i < 0 {
				continue
			}
		}
		for j := range cols {
			if c := &cols[j]; c.attr == a && c.strength < 100 && (h == "" || !many[a]) {
				c.attr, c.note = "", "another column was chosen"
			}
		}
		if i >= 0 {
			cols[i].attr, cols[i].strength, cols[i].note = a, 100, "as chosen"
			cols[i].alsoGPON = false
		}
	}
}

// makers says which share of names are makers' names; known is false when nobody can tell.
func (o choices) makers(names map[string]bool) (share float64, known bool) {
	if o.isMaker == nil || len(names) == 0 {
		return 0, false
	}
	n := 0
	for name := range names {
		if o.isMaker(name) {
			n++
		}
	}
	return float64(n) / float64(len(names)), true
}

// modelsNameMakers reports whether most models, or without a column of models
// most descriptions, begin with the name of a maker.
func (o choices) modelsNameMakers(cols []column) bool {
	for _, a := range []evidence.Attr{evidence.ModelText, evidence.Description} {
		for i := range cols {
			if cols[i].attr == a && cols[i].profile.filled > 0 {
				return o.beginWithMakers(cols[i].profile.distinct)
			}
		}
	}
	return false
}

// beginWithMakers reports whether at least half of the texts are a maker's name and more words.
func (o choices) beginWithMakers(texts map[string]bool) bool {
	n := 0
	for v := range texts {
		if w := strings.Fields(v); o.isMaker != nil && len(w) > 1 && (o.isMaker(w[0]) || len(w) > 2 && o.isMaker(w[0]+" "+w[1])) {
			n++
		}
	}
	return n > 0 && n*2 >= len(texts)
}

// attrByName finds an attribute by its name or what people call it ("mac", "part number").
func attrByName(name string) (evidence.Attr, bool) {
	n := normalise(name)
	switch n {
	case "mac":
		return evidence.IfMAC, true
	case "vendor":
		return evidence.ManufacturerText, true
	}
	for _, v := range vocabulary {
		if settable(v.attr) && (normalise(string(v.attr)) == n || string(v.attr) == name) {
			return v.attr, true
		}
	}
	if m, ok := lexicon()[n]; ok && settable(m.attr) {
		return m.attr, true
	}
	return "", false
}

func settable(a evidence.Attr) bool {
	switch a {
	case vendor, lineTotal, genericDate, contractEnd, partyID:
		return false
	}
	return a != ""
}

// AttrNames are the attributes that a heading can be said to mean, sorted.
func AttrNames() []string {
	var out []string
	for _, v := range vocabulary {
		if settable(v.attr) && v.attr != ignored && v.attr != lastSeen {
			out = append(out, string(v.attr))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
