package browse

import (
	"cmp"
	"slices"

	"telltale/internal/law"
)

// Facet counts the values of one column among the rows that meet a query.
type Facet struct {
	Field  string  `json:"field"`
	Values []Count `json:"values"`
	// More counts the values left off.
	More int `json:"more,omitempty"`
}

// Count is how often a value occurs. Value is empty for what is not known.
type Count struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty"` // name of an organisation
	Count int    `json:"count"`
}

// MaxFacetValues bounds the values of a facet.
const MaxFacetValues = 30

// AssetFacets and FindingFacets are the columns that are counted.
var (
	AssetFacets   = []string{"verdict", Maker, Brand, Category, Function, Kind, Seen, Site, "input", "relabelled"}
	FindingFacets = []string{"verdict", Act, Regime, Provision, Jurisdiction, Profile, Maker}
)

// FacetsOfAssets counts the assets that meet a query by the fields of AssetFacets.
// An asset with findings of several verdicts counts under each.
// The facets are shared: they must not be changed.
func (x *Index) FacetsOfAssets(q Query) []Facet {
	s := x.selected("assets", q, x.assetSet)
	s.counted.Do(func() { s.facets = x.assetFacets(s.rows) })
	return s.facets
}

func (x *Index) assetFacets(rows set) []Facet {
	t := &x.assets
	var verdicts [1 << 5]int // by mask
	relabelled := 0
	rows.each(func(r int) {
		verdicts[t.mask[r]]++
		if t.relabelled.has(r) {
			relabelled++
		}
	})
	var out []Facet
	for _, name := range AssetFacets {
		f := Facet{Field: name, Values: []Count{}}
		switch name {
		case "verdict":
			f.Values = byMask(verdicts)
		case "relabelled":
			if relabelled > 0 {
				f.Values = []Count{{Value: "yes", Count: relabelled}}
			}
		case "input":
			n := make([]int, len(t.inputs.values))
			rows.each(func(r int) {
				for _, c := range t.inputs.codes[t.inputs.first[r]:t.inputs.first[r+1]] {
					n[c]++
				}
			})
			f.top(t.inputs.values, n)
		default:
			c := t.columns[name]
			n := make([]int, len(c.values))
			rows.each(func(r int) { n[c.codes[r]]++ })
			f.top(c.values, n)
			x.label(&f)
		}
		out = append(out, f)
	}
	return out
}

// FacetsOfFindings counts the findings that meet a query by the fields of
// FindingFacets. The facets are shared: they must not be changed.
func (x *Index) FacetsOfFindings(q Query) []Facet {
	s := x.selected("findings", q, x.findingSet)
	s.counted.Do(func() { s.facets = x.findingFacets(s.rows) })
	return s.facets
}

func (x *Index) findingFacets(rows set) []Facet {
	fs, maker := &x.findings, x.assets.columns[Maker]
	var out []Facet
	for _, name := range FindingFacets {
		f := Facet{Field: name, Values: []Count{}}
		switch name {
		case "verdict":
			var n [noVerdict]int
			rows.each(func(i int) { n[fs.verdict[i]]++ })
			f.Values = byVerdict(n[:])
		case Maker:
			n := make([]int, len(maker.values))
			rows.each(func(i int) {
				if r := fs.asset[i]; r != noRow {
					n[maker.codes[r]]++
				}
			})
			f.top(maker.values, n)
		default:
			c := fs.columns[name]
			n := make([]int, len(c.values))
			rows.each(func(i int) { n[c.codes[i]]++ })
			f.top(c.values, n)
		}
		x.label(&f)
		out = append(out, f)
	}
	return out
}

func byMask(masks [1 << 5]int) []Count {
	n := make([]int, noVerdict)
	for m, k := range masks {
		for v := range n {
			if m>>v&1 != 0 {
				n[v] += k
			}
		}
	}
	out := byVerdict(n)
	if masks[0] > 0 {
		out = append(out, Count{Value: "none", Count: masks[0]})
	}
	return out
}

func byVerdict(n []int) []Count {
	out := []Count{}
	for v, k := range n {
		if k > 0 {
			out = append(out, Count{Value: string(Verdicts[v]), Count: k})
		}
	}
	return out
}

// top keeps the values that occur most, most frequent first.
func (f *Facet) top(values []string, n []int) {
	for i, k := range n {
		if k > 0 {
			f.Values = append(f.Values, Count{Value: values[i], Count: k})
		}
	}
	slices.SortFunc(f.Values, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value)) })
	if len(f.Values) > MaxFacetValues {
		f.More = len(f.Values) - MaxFacetValues
		f.Values = f.Values[:MaxFacetValues]
	}
}

func (x *Index) label(f *Facet) {
	if f.Field != Maker && f.Field != Brand {
		return
	}
	for i := range f.Values {
		f.Values[i].Label = x.organisations[f.Values[i].Value]
	}
}

// Totals counts assets by their worst verdict, in the order of Verdicts and then those without any, and findings by verdict.
func (x *Index) Totals() (assets [6]int, findings map[law.Verdict]int) {
	for _, m := range x.assets.mask {
		assets[worst(m)]++
	}
	findings = map[law.Verdict]int{}
	for _, v := range x.findings.verdict {
		findings[Verdicts[v]]++
	}
	return assets, findings
}
