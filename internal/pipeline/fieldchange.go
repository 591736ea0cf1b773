package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"telltale/data"
	"telltale/internal/law"
	"telltale/internal/org"
)

// FieldChange is one field that two editions of law and organisations do not share.
type FieldChange struct {
	// Regime or Organisation says whose field it is, none of them that it is one of
	// the words of law; Part is the provision, entry, list or approval in a regime,
	// empty for its own fields, else vocabulary or terms.
	Regime       law.RegimeID `json:"regime,omitempty"`
	Organisation org.ID       `json:"organisation,omitempty"`
	Part         string       `json:"part,omitempty"`
	// Field is the place in the part: "in_force[0].from". It is empty where the whole part is new or gone.
	Field string `json:"field,omitempty"`
	// From and To are the values; empty where there is none.
	From string `json:"from"`
	To   string `json:"to"`
}

// EditionDiff is what differs between two editions of the data.
type EditionDiff struct {
	From   string        `json:"from"`
	To     string        `json:"to"`
	Files  []FileChange  `json:"files"`
	Fields []FieldChange `json:"fields"`
}

// DiffEditions compares two editions: their files, and field by field their law and organisations.
func DiffEditions(a, b *data.Tree) (*EditionDiff, error) {
	d := &EditionDiff{From: a.Version(), To: b.Version(), Fields: []FieldChange{}}
	var err error
	if d.Files, err = DiffFiles(a.Files, b.Files); err != nil {
		return nil, err
	}
	before, err := knowledgeOf(a)
	if err != nil {
		return nil, err
	}
	after, err := knowledgeOf(b)
	if err != nil {
		return nil, err
	}
	d.Fields = append(diffRegimes(before.Rules, after.Rules), diffOrgs(before.Orgs, after.Orgs)...)
	return d, nil
}

func diffRegimes(a, b *law.Rulebook) []FieldChange {
	regimes := func(rb *law.Rulebook) map[string]any {
		m := map[string]any{}
		for i := range rb.Regimes {
			m[string(rb.Regimes[i].ID)] = plainValue(&rb.Regimes[i])
		}
		return m
	}
	out := []FieldChange{}
	words := fieldDiff{as: FieldChange{Part: "vocabulary"}}
	words.value("", plainValue(&a.Vocabulary), plainValue(&b.Vocabulary))
	words.as.Part = "terms"
	words.value("", plainValue(a.Terms), plainValue(b.Terms))
	out = append(out, words.out...)
	was, is := regimes(a), regimes(b)
	for _, id := range bothKeys(was, is) {
		f := fieldDiff{as: FieldChange{Regime: law.RegimeID(id)}}
		f.regime(was[id], is[id])
		out = append(out, f.out...)
	}
	return out
}

func diffOrgs(a, b *org.Index) []FieldChange {
	var out []FieldChange
	ids := slices.Concat(a.IDs(), b.IDs())
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		var was, is any
		if o, ok := a.Get(id); ok {
			was = plainValue(o)
		}
		if o, ok := b.Get(id); ok {
			is = plainValue(o)
		}
		f := fieldDiff{as: FieldChange{Organisation: id}}
		f.value("", was, is)
		out = append(out, f.out...)
	}
	return out
}

// plainValue is a value as its JSON has it.
func plainValue(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		return string(b)
	}
	return out
}

// fieldDiff walks two values side by side.
type fieldDiff struct {
	as  FieldChange
	out []FieldChange
}

// lawParts are the lists of a regime whose members are named in changes.
var lawParts = map[string]string{"provisions": "provision", "entries": "entry", "lists": "list", "approvals": "approval"}

func (f *fieldDiff) regime(a, b any) {
	ma, okA := a.(map[string]any)
	mb, okB := b.(map[string]any)
	if !okA || !okB {
		f.value("", a, b)
		return
	}
	for _, key := range bothKeys(ma, mb) {
		part, ok := lawParts[key]
		if !ok {
			f.value(key, ma[key], mb[key])
			continue
		}
		was, is := byName(ma[key]), byName(mb[key])
		for _, id := range bothKeys(was, is) {
			f.as.Part = part + " " + id
			f.value("", was[id], is[id])
		}
		f.as.Part = ""
	}
}

// value reports where a and b differ, at the deepest place that names it.
func (f *fieldDiff) value(at string, a, b any) {
	if ma, ok := a.(map[string]any); ok {
		if mb, ok := b.(map[string]any); ok {
			for _, key := range bothKeys(ma, mb) {
				f.value(strings.TrimPrefix(at+"."+key, "."), ma[key], mb[key])
			}
			return
		}
	}
	la, okA := a.([]any)
	lb, okB := b.([]any)
	if (okA || a == nil) && (okB || b == nil) && (okA || okB) {
		was, is := byName(la), byName(lb)
		for _, key := range bothKeys(was, is) {
			f.value(at+"["+key+"]", was[key], is[key])
		}
		return
	}
	from, to := inShort(a), inShort(b)
	if from != to {
		x := f.as
		x.Field, x.From, x.To = at, from, to
		f.out = append(f.out, x)
	}
}

// byName keys the members of a list by what names them, else by their place.
func byName(list any) map[string]any {
	m := map[string]any{}
	l, _ := list.([]any)
	for i, x := range l {
		key := fmt.Sprintf("%02d", i)
		if o, ok := x.(map[string]any); ok {
			for _, name := range []string{"id", "org", "owner", "holder", "name"} {
				if s, ok := o[name].(string); ok && s != "" && m[s] == nil {
					key = s
					break
				}
			}
		}
		m[key] = x
	}
	return m
}

func bothKeys(a, b map[string]any) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}

// longest is how much of a value is shown, in bytes.
const longest = 160

// inShort is a value in one line: what names it first, days that are none left out.
func inShort(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		if x == "1970-01-01" { // no day
			return ""
		}
		return brief(x)
	case map[string]any:
		var parts []string
		for _, key := range []string{"id", "org", "owner", "name", "title", "text", "what", "from", "to"} {
			if s := inShort(x[key]); s != "" {
				parts = append(parts, s)
			}
		}
		if len(parts) > 0 {
			return brief(strings.Join(parts, ", "))
		}
	}
	b, _ := json.Marshal(v)
	return brief(string(b))
}

func brief(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + " ..."
}
