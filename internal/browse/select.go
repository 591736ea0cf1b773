package browse

import (
	"bytes"
	"encoding/hex"
	"sort"
	"strings"

	"telltale/internal/calendar"
)

// about says of what a field speaks when a list of assets is narrowed. A
// verdict alone is answered by the asset; together with terms about findings it
// must be that of the same finding.
func (q Query) parts() (ofAssets, ofFindings []Term) {
	other := false
	for _, t := range q.Terms {
		other = other || isFindingField(t.Field) && t.Field != "verdict"
	}
	for _, t := range q.Terms {
		switch {
		case !isFindingField(t.Field), t.Field == "verdict" && (!other || t.Values[0] == "none"):
			ofAssets = append(ofAssets, t)
		default:
			ofFindings = append(ofFindings, t)
		}
	}
	return ofAssets, ofFindings
}

func isFindingField(name string) bool {
	for _, f := range Fields() {
		if f.Name == name {
			return f.Of == "finding"
		}
	}
	return false
}

// assetSet returns the rows that meet a query.
func (x *Index) assetSet(q Query) set {
	ofAssets, ofFindings := q.parts()
	s := x.assetTerms(ofAssets)
	if len(ofFindings) > 0 {
		found := newSet(x.assets.n)
		x.findingTerms(ofFindings).each(func(i int) {
			if r := x.findings.asset[i]; r != noRow {
				found.put(int(r))
			}
		})
		s.and(found)
	}
	return s
}

// findingSet returns the numbers of the findings that meet a query.
func (x *Index) findingSet(q Query) set {
	var ofAssets, ofFindings []Term
	for _, t := range q.Terms {
		if isFindingField(t.Field) {
			ofFindings = append(ofFindings, t)
		} else {
			ofAssets = append(ofAssets, t)
		}
	}
	s := x.findingTerms(ofFindings)
	if len(ofAssets) == 0 {
		return s
	}
	rows, f := x.assetTerms(ofAssets), &x.findings
	out := newSet(f.n)
	s.each(func(i int) {
		if r := f.asset[i]; r != noRow && rows.has(int(r)) {
			out.put(i)
		}
	})
	return out
}

func (x *Index) assetTerms(terms []Term) set {
	s := full(x.assets.n)
	for _, t := range terms {
		found := newSet(x.assets.n)
		for _, v := range t.Values {
			x.assetValue(found, t.Field, v)
		}
		if t.Not {
			found.not(x.assets.n)
		}
		s.and(found)
	}
	return s
}

func (x *Index) assetValue(to set, field, v string) {
	t := &x.assets
	switch field {
	case "":
		x.word(to, v)
	case Maker, Brand:
		t.columns[field].match(to, x.namesOrganisation(v))
	case "relabelled":
		s := append(set(nil), t.relabelled...)
		if v == "no" {
			s.not(t.n)
		}
		to.or(s)
	case "unknown":
		t.columns[v].match(to, func(s string) bool { return s == "" })
	case "verdict":
		want := uint8(0)
		for i, name := range Verdicts {
			if string(name) == v {
				want = 1 << i
			}
		}
		for i, m := range t.mask {
			if m&want != 0 || want == 0 && m == 0 {
				to.put(i)
			}
		}
	case "input":
		t.inputs.match(to, contains(v))
	case "id":
		x.prefix(to, v)
	case Model, Site, Test:
		t.columns[field].match(to, contains(v))
	default:
		t.columns[field].match(to, func(s string) bool { return strings.EqualFold(s, v) })
	}
}

// namesOrganisation matches an organisation by its ID, else by a part of its name.
func (x *Index) namesOrganisation(v string) func(string) bool {
	_, exact := x.organisations[v]
	return func(id string) bool {
		if id == "" || exact {
			return id != "" && id == v
		}
		return id == v || strings.Contains(strings.ToLower(x.organisations[id]), v)
	}
}

func contains(v string) func(string) bool {
	return func(s string) bool { return s != "" && strings.Contains(strings.ToLower(s), v) }
}

func (c *column) match(to set, ok func(string) bool) {
	if hit, any := hits(c.values, ok); any {
		for i, code := range c.codes {
			if hit[code] {
				to.put(i)
			}
		}
	}
}

func hits(values []string, ok func(string) bool) ([]bool, bool) {
	hit, any := make([]bool, len(values)), false
	for i, v := range values {
		if ok(v) {
			hit[i], any = true, true
		}
	}
	return hit, any
}

func (l *lists) match(to set, ok func(string) bool) {
	hit, any := hits(l.values, ok)
	if !any {
		return
	}
	for row := range len(l.first) - 1 {
		for _, c := range l.codes[l.first[row]:l.first[row+1]] {
			if hit[c] {
				to.put(row)
				break
			}
		}
	}
}

// word adds the rows whose name, numbers, maker, brand, model, site or category contain a word.
func (x *Index) word(to set, v string) {
	t := &x.assets
	for _, name := range []string{Model, Site, Category} {
		t.columns[name].match(to, contains(v))
	}
	for _, name := range []string{Maker, Brand} {
		t.columns[name].match(to, func(id string) bool {
			return id != "" && (strings.Contains(id, v) || strings.Contains(strings.ToLower(x.organisations[id]), v))
		})
	}
	x.textWord(to, []byte(v))
	if bare := hexOnly(v); bare != "" {
		x.textWord(to, []byte(bare))
	}
}

// hexOnly returns a MAC address written in groups as twelve hex digits, colons between as keys have them, or "".
func hexOnly(v string) string {
	s := strings.NewReplacer(":", "", "-", "", ".", "").Replace(v)
	if b, err := hex.DecodeString(s); err != nil || len(b) != 6 || s == v && strings.Contains(v, ":") {
		return ""
	}
	var out []string
	for i := 0; i < len(s); i += 2 {
		out = append(out, s[i:i+2])
	}
	return strings.Join(out, ":")
}

// textWord looks through the text of all blocks of rows that may hold a word.
func (x *Index) textWord(to set, v []byte) {
	if len(v) == 0 || bytes.IndexByte(v, '\n') >= 0 {
		return
	}
	g := grams(v)
	for i := range x.sieve {
		if x.sieve.mayHold(i, g) {
			x.assets.find(to, v, i*sieveRows, min(x.assets.n, (i+1)*sieveRows))
		}
	}
}

// find adds the rows from <= row < end whose text contains v.
func (t *assets) find(to set, v []byte, row, end int) {
	for at := int(t.textAt[row]); row < end; {
		i := bytes.Index(t.text[at:t.textAt[end]], v)
		if i < 0 {
			return
		}
		at += i
		for int(t.textAt[row+1]) <= at {
			row++
		}
		to.put(row)
		row++
		at = int(t.textAt[row]) // on with the next row
	}
}

// prefix adds the rows whose ID begins with v.
func (x *Index) prefix(to set, v string) {
	if len(v) > 2*idLen {
		return
	}
	n := x.assets.n
	from := sort.Search(n, func(i int) bool { return x.AssetID(i) >= v })
	for i := from; i < n && strings.HasPrefix(x.AssetID(i), v); i++ {
		to.put(i)
	}
}

func (x *Index) findingTerms(terms []Term) set {
	f := &x.findings
	s := full(f.n)
	for _, t := range terms {
		found := newSet(f.n)
		for _, v := range t.Values {
			x.findingValue(found, t.Field, v)
		}
		if t.Not {
			found.not(f.n)
		}
		s.and(found)
	}
	return s
}

func (x *Index) findingValue(to set, field, v string) {
	f := &x.findings
	switch field {
	case "verdict":
		for code, name := range Verdicts {
			if string(name) == v {
				for i, c := range f.verdict {
					if int(c) == code {
						to.put(i)
					}
				}
			}
		}
	case "due":
		if op, d, err := parseDue(v); err == nil {
			for i, have := range f.due {
				if dueMeets(calendar.Date(have), op, d) {
					to.put(i)
				}
			}
		}
	default:
		f.columns[field].match(to, func(s string) bool { return strings.EqualFold(s, v) })
	}
}

func dueMeets(have calendar.Date, op string, d calendar.Date) bool {
	if have == calendar.NoDate {
		return op == "none"
	}
	switch op {
	case "any":
		return true
	case "=":
		return have == d
	case "<":
		return have < d
	case "<=":
		return have <= d
	case ">":
		return have > d
	case ">=":
		return have >= d
	}
	return false
}
