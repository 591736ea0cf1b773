package browse

import (
	"fmt"
	"sort"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// Query is what a list is narrowed to: all terms must hold. The zero value is everything.
//
// In text: words look into names, models, makers, sites, serials and addresses;
// FIELD:VALUE compares one field; VALUE,VALUE is either; -TERM is the contrary;
// "..." keeps spaces together. maker:huawei verdict:prohibited,restricted -site:"North Hill" olt
type Query struct {
	Terms []Term
}

// Term is one condition. Field is empty for a word.
type Term struct {
	Field  string
	Values []string
	Not    bool
}

// Field describes one field of the query language.
type Field struct {
	Name string `json:"name"`
	// Of is "asset" or "finding": an asset is found when one of its findings meets all terms about findings.
	Of      string `json:"of"`
	Meaning string `json:"meaning"`
}

// Fields lists the fields of the query language, in the order in which they are explained.
func Fields() []Field {
	return []Field{
		{"verdict", "finding", "prohibited, restricted, undetermined, permitted, not-bound; none for an asset without a finding"},
		{Maker, "asset", "who made it: an organisation's ID, or a part of its name"},
		{Brand, "asset", "the name on the label"},
		{"relabelled", "asset", "yes or no: made by another than the label says"},
		{"unknown", "asset", "maker, category, model, site: what is not known"},
		{Category, "asset", "what it is: olt, router, camera"},
		{Function, "asset", "what it does in the network: core, access, transport"},
		{Kind, "asset", "device, software, service, purchase-line, contract, party"},
		{Seen, "asset", "direct, listed, neighbour"},
		{Model, "asset", "a part of the model's name"},
		{Site, "asset", "a part of the site's name"},
		{"input", "asset", "a part of the name of the file it was read from"},
		{"id", "asset", "the first digits of the asset's ID"},
		{Test, "asset", "a part of the next test that would settle the maker"},
		{Regime, "finding", "the ID of an instrument of law"},
		{Provision, "finding", "the ID of a provision"},
		{Jurisdiction, "finding", "US, GB, EU, DE ..."},
		{Act, "finding", "use, buy, fund, contract ..."},
		{Profile, "finding", "who was judged for, when several were"},
		{Entry, "finding", "a line of a list the instrument keeps"},
		{FindingPart, "finding", "yes: about a component, no: about the whole asset"},
		{"due", "finding", "2027-01-01, <2027-01-01, >=2026-12-01, any or none"},
	}
}

// Bounds of a query.
const (
	maxQuery  = 2000 // bytes
	maxTerms  = 20
	maxValues = 50
)

// Parse reads a query. Its errors name the term and the remedy.
func Parse(s string) (Query, error) {
	var q Query
	if len(s) > maxQuery {
		return q, fmt.Errorf("the query is longer than %d bytes; shorten it", maxQuery)
	}
	for _, w := range split(s) {
		t, err := parseTerm(w)
		if err != nil {
			return Query{}, err
		}
		if q.Terms = append(q.Terms, t); len(q.Terms) > maxTerms {
			return Query{}, fmt.Errorf("the query has more than %d terms; shorten it", maxTerms)
		}
	}
	return q, nil
}

// split cuts at spaces outside quotes; quotes stay.
func split(s string) []string {
	var out []string
	start, quoted := -1, false
	for i := 0; i <= len(s); i++ {
		switch {
		case i == len(s) || !quoted && strings.IndexByte(" \t\r\n", s[i]) >= 0:
			if start >= 0 {
				out = append(out, s[start:i])
			}
			start = -1
		default:
			if start < 0 {
				start = i
			}
			if s[i] == '"' {
				quoted = !quoted
			}
		}
	}
	return out
}

func parseTerm(w string) (Term, error) {
	t := Term{}
	rest, minus := strings.CutPrefix(w, "-")
	if minus && rest != "" {
		t.Not, w = true, rest
	}
	field, value, ok := strings.Cut(w, ":")
	if field = strings.ToLower(field); !ok || !known(field) {
		if ok && plainWord(field) {
			return t, fmt.Errorf("no field is called %q; fields: %s. To look for the text itself, write \"%s\" in quotes", field, strings.Join(fieldNames(), ", "), strings.ReplaceAll(w, `"`, ""))
		}
		t.Values = []string{strings.ToLower(unquote(w))}
		return t, nil
	}
	t.Field = field
	for _, v := range splitValues(value) {
		if v = unquote(v); v == "" {
			return t, fmt.Errorf("%s: has no value; write %s:VALUE", field, field)
		}
		if err := checkValue(field, v); err != nil {
			return t, err
		}
		t.Values = append(t.Values, strings.ToLower(v))
	}
	if len(t.Values) > maxValues {
		return t, fmt.Errorf("%s: has more than %d values; shorten it", field, maxValues)
	}
	return t, nil
}

// plainWord tells a misspelt field from a MAC address or an IPv6 address.
func plainWord(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return len(s) > 2
}

func splitValues(s string) []string {
	var out []string
	start, quoted := 0, false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

func unquote(s string) string { return strings.ReplaceAll(s, `"`, "") }

func known(field string) bool {
	for _, f := range Fields() {
		if f.Name == field {
			return true
		}
	}
	return false
}

func fieldNames() []string {
	var out []string
	for _, f := range Fields() {
		out = append(out, f.Name)
	}
	return out
}

// closed are the fields whose values are few and fixed.
var closed = map[string][]string{
	"relabelled": {"yes", "no"},
	"unknown":    {"maker", "category", "model", "site"},
	"verdict":    {string(law.Prohibited), string(law.Restricted), string(law.Undetermined), string(law.Permitted), string(law.NotBound), "none"},
	FindingPart:  {"yes", "no"},
}

func checkValue(field, v string) error {
	if vs, ok := closed[field]; ok {
		for _, x := range vs {
			if strings.EqualFold(v, x) {
				return nil
			}
		}
		return fmt.Errorf("%s:%q is none of %s", field, v, strings.Join(vs, ", "))
	}
	if field == "due" {
		_, _, err := parseDue(v)
		return err
	}
	return nil
}

// parseDue reads the value of due: an operator and a date. The operator is one of = < <= > >= any none.
func parseDue(v string) (op string, d calendar.Date, err error) {
	switch v = strings.ToLower(v); v {
	case "any", "none":
		return v, 0, nil
	}
	op = "="
	for _, p := range []string{"<=", ">=", "<", ">", "="} {
		if rest, ok := strings.CutPrefix(v, p); ok {
			op, v = p, rest
			break
		}
	}
	if d, err = calendar.Parse(v); err != nil {
		return "", 0, fmt.Errorf("due:%q: want a date such as 2027-01-01, <2027-01-01, >=2027-01-01, any or none", v)
	}
	return op, d, nil
}

// String writes the query in one form, whatever the order of its terms and
// values were: equal queries give equal text.
func (q Query) String() string {
	var out []string
	for _, t := range q.Terms {
		vs := make([]string, len(t.Values))
		for i, v := range t.Values {
			if vs[i] = v; strings.ContainsAny(v, " \t\r\n,:") || strings.HasPrefix(v, "-") {
				vs[i] = `"` + v + `"`
			}
		}
		sort.Strings(vs)
		s := strings.Join(vs, ",")
		if t.Field != "" {
			s = t.Field + ":" + s
		}
		if t.Not {
			s = "-" + s
		}
		out = append(out, s)
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}

// With returns the query with one more term FIELD:VALUE, Without one that names the field no longer.
func (q Query) With(field string, values ...string) Query {
	out := q.Without(field)
	out.Terms = append(out.Terms, Term{Field: field, Values: values})
	return out
}

// Without returns the query without its terms about field.
func (q Query) Without(field string) Query {
	var out Query
	for _, t := range q.Terms {
		if t.Field != field {
			out.Terms = append(out.Terms, t)
		}
	}
	return out
}
