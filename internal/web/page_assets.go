package web

import (
	"cmp"
	"iter"
	"net/http"
	"strconv"
	"strings"

	"telltale/internal/browse"
	"telltale/internal/law"
	"telltale/internal/pipeline"
)

// listPage is what lists of assets and of findings share.
type listPage[T any] struct {
	Query  string
	Terms  []queryTerm
	Order  string
	After  string
	Page   pipeline.Paged[T]
	Facets []facetView
	Fields []browse.Field
	Fault  string
	Base   string
}

// queryTerm is one condition with the address of the list without it.
type queryTerm struct{ Text, Without string }

// facetView is a facet whose values are links that narrow the list.
type facetView struct {
	Field  string
	Title  string
	Values []facetValue
	More   int
	Open   bool
}

type facetValue struct {
	Text  string
	Count int
	Link  string
}

// pageSize is the number of rows on a page.
const pageSize = 50

// readList reads query, order and cursor of a list.
func readList[T any](r *http.Request, base string) (listPage[T], browse.Query, browse.Page) {
	q := r.URL.Query()
	b := listPage[T]{Query: strings.TrimSpace(q.Get("q")), Order: q.Get("order"), After: q.Get("after"), Fields: browse.Fields(), Base: base}
	parsed, err := browse.Parse(b.Query)
	if err != nil {
		b.Fault = err.Error()
		parsed = browse.Query{}
	}
	for i, t := range parsed.Terms {
		rest := browse.Query{Terms: append(append([]browse.Term{}, parsed.Terms[:i]...), parsed.Terms[i+1:]...)}
		one := browse.Query{Terms: []browse.Term{t}}
		b.Terms = append(b.Terms, queryTerm{one.String(), base + "?" + query("q", rest.String(), "order", b.Order)})
	}
	return b, parsed, browse.Page{Order: b.Order, After: b.After, Limit: pageSize}
}

// sortLink is the address of the list in the order of a column, the other way round when it is that already.
func (b listPage[T]) SortLink(order string) string {
	if b.Order == order {
		order = "-" + order
	}
	return b.Base + "?" + query("q", b.Query, "order", order)
}

// Sorted says for a heading how the list is sorted by it.
func (b listPage[T]) Sorted(order string) string {
	switch b.Order {
	case order:
		return "ascending"
	case "-" + order:
		return "descending"
	}
	return "none"
}

// NextLink is the address of the next page, FirstLink that of the first.
func (b listPage[T]) NextLink() string {
	return b.Base + "?" + query("q", b.Query, "order", b.Order, "after", b.Page.Next)
}

func (b listPage[T]) FirstLink() string {
	return b.Base + "?" + query("q", b.Query, "order", b.Order)
}

// narrow makes links of facets; named gives the words for a value of a field.
func (b *listPage[T]) narrow(parsed browse.Query, fs []browse.Facet, named func(field, value string) string, open ...string) {
	for _, f := range fs {
		if len(f.Values) == 0 || len(f.Values) == 1 && f.Values[0].Value == "" {
			continue
		}
		x := facetView{Field: f.Field, Title: facetTitles(f.Field), More: f.More}
		for _, o := range open {
			x.Open = x.Open || o == f.Field
		}
		for _, v := range f.Values {
			y := facetValue{Text: cmp.Or(v.Label, named(f.Field, v.Value)), Count: v.Count}
			term := browse.Term{Field: f.Field, Values: []string{v.Value}}
			if v.Value == "" {
				y.Text = "not known"
				if term = (browse.Term{Field: "unknown", Values: []string{f.Field}}); !canBeUnknown[f.Field] {
					continue
				}
			}
			all := browse.Query{Terms: append(append([]browse.Term{}, parsed.Terms...), term)}
			y.Link = b.Base + "?" + query("q", all.String(), "order", b.Order)
			x.Values = append(x.Values, y)
		}
		b.Facets = append(b.Facets, x)
	}
}

// facetTitles is the heading of a facet.
func facetTitles(field string) string {
	switch field {
	case "category":
		return "What it is"
	case "kind":
		return "Sort of entry"
	case "seen":
		return "How it was seen"
	case "regime":
		return "Law"
	}
	return words(field)
}

// valueWords are the words for a value of a field of the query language.
func (s *site) valueWords(field, value string) string {
	switch field {
	case "verdict":
		return verdictWords(value)
	case "regime":
		return s.regimeTitle(value)
	case "provision":
		return s.provisionTitle(value)
	case "profile":
		return s.profileTitle(value)
	case "jurisdiction":
		return placeName(value)
	case "site", "input", "model":
		return value
	}
	return s.word(value)
}

// canBeUnknown are the fields that unknown: asks for.
var canBeUnknown = map[string]bool{"maker": true, "category": true, "model": true, "site": true}

func (s *site) listAssets(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	b, q, p := readList[pipeline.AssetItem](r, "/assets")
	if b.Fault == "" && s.export(w, r, "assets", assetColumns, s.assetRows(v, q, b.Order)) {
		return
	}
	code := http.StatusOK
	if b.Fault != "" {
		code = http.StatusBadRequest
	} else {
		var err error
		if b.Page, err = v.Assets(q, p); err != nil {
			b.Fault, code = err.Error(), http.StatusBadRequest
		}
		b.narrow(q, once(&s.memo, v, "assets "+q.String(), func() []browse.Facet { return v.FacetsOfAssets(q) }), s.valueWords, "verdict", "maker")
	}
	s.show(w, r, code, "assets", view{Title: "Assets", Nav: "assets", Body: b})
}

var assetColumns = []string{"asset", "name", "verdict", "maker", "confidence", "brand", "relabelled", "kind of thing", "model", "site", "kind", "seen", "quantity", "prohibited", "restricted", "undetermined", "keys", "next test"}

// assetRows reads all assets of a query, page by page, for an export.
func (s *site) assetRows(v *pipeline.View, q browse.Query, order string) iter.Seq2[[]string, error] {
	return allPages(browse.Page{Order: order, Limit: browse.MaxLimit}, func(p browse.Page) (pipeline.Paged[pipeline.AssetItem], error) { return v.Assets(q, p) }, s.assetRow)
}

func (s *site) assetRow(a *pipeline.AssetItem) []string {
	maker, sure, brand := "", "", ""
	if a.Manufacturer != nil {
		maker, sure = s.facts().OrgName(a.Manufacturer.Org), strconv.FormatFloat(a.Manufacturer.Confidence, 'f', 3, 64)
	}
	if a.Brand != nil {
		brand = s.facts().OrgName(a.Brand.Org)
	}
	category, model := "", ""
	if a.Category != nil {
		category = string(a.Category.Value)
	}
	if a.Model != nil {
		model = *a.Model
	}
	return []string{a.ID, a.Name, string(worstOf(a.Verdicts)), maker, sure, brand, strconv.FormatBool(a.Relabelled), category, model, a.Facts["site"], string(a.Kind), string(a.Seen), strconv.Itoa(a.Quantity),
		strconv.Itoa(a.Verdicts[law.Prohibited]), strconv.Itoa(a.Verdicts[law.Restricted]), strconv.Itoa(a.Verdicts[law.Undetermined]), strings.Join(a.Keys, " "), a.NextTest}
}

// allPages yields every row of a list, reading one page after the other.
func allPages[T any](p browse.Page, read func(browse.Page) (pipeline.Paged[T], error), row func(*T) []string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for {
			page, err := read(p)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Items {
				if !yield(row(&page.Items[i]), nil) {
					return
				}
			}
			if p.After = page.Next; p.After == "" {
				return
			}
		}
	}
}

// worstOf is the worst verdict counted, empty when there is none.
func worstOf(n map[law.Verdict]int) law.Verdict {
	for _, v := range browse.Verdicts {
		if n[v] > 0 {
			return v
		}
	}
	return ""
}
