package law

import (
	"fmt"
	"slices"
	"strings"

	"telltale/internal/asset"
)

// Vocabulary is the closed list of words in which law asks: roles and facts.
// Source of truth: data/law/vocabulary.yaml.
type Vocabulary struct {
	Roles []RoleWord `yaml:"roles" json:"roles"`
	// RoleKeys are what may be asked of a role.
	RoleKeys []FactWord `yaml:"role_keys" json:"role_keys"`
	// ItemKeys are what may be asked of a thing beside facts.
	ItemKeys []FactWord `yaml:"item_keys" json:"item_keys"`
	Facts    []FactWord `yaml:"facts" json:"facts"`
	// Categories are the categories of the law, Purposes the listed purposes, Money what may pay.
	Categories  []string `yaml:"categories" json:"categories"`
	Purposes    []string `yaml:"purposes" json:"purposes"`
	Money       []string `yaml:"money" json:"money"`
	Functions   []string `yaml:"functions" json:"functions"`
	Generations []string `yaml:"generations" json:"generations"`
	Routes      []string `yaml:"routes" json:"routes"`
	// Calendars are the calendars of holidays.
	Programmes []string `yaml:"programmes" json:"programmes"`
	WaiverBy   []string `yaml:"waiver_by" json:"waiver_by"`
}

// RoleWord is a role an operator may hold.
type RoleWord struct {
	ID   string `yaml:"id" json:"id"`
	What string `yaml:"what" json:"what"`
}

// FactWord is a fact that may be asked for.
type FactWord struct {
	ID string `yaml:"id" json:"id"`
	// Type is bool, number, date, text, enum or organisation.
	Type     string   `yaml:"type" json:"type"`
	Values   []string `yaml:"values,omitempty" json:"values,omitempty"`
	Question string   `yaml:"question" json:"question"`
	// AskedOf is operator, item or component; empty is item.
	AskedOf string `yaml:"asked_of,omitempty" json:"asked_of,omitempty"`
	// OpenLaw is true for what nobody can answer from the network.
	OpenLaw bool `yaml:"open_law,omitempty" json:"open_law,omitempty"`
	// Claims says that an answer in favour claims an exception or an approval.
	Claims string `yaml:"claims,omitempty" json:"claims,omitempty"`
	// Presumed is the value taken when nobody answered.
	Presumed bool `yaml:"presumed,omitempty" json:"presumed,omitempty"`
}

// Fact returns the fact of that name, or the item or role key.
func (v *Vocabulary) Fact(id string) (*FactWord, bool) {
	for _, words := range [][]FactWord{v.Facts, v.ItemKeys, v.RoleKeys} {
		for i := range words {
			if words[i].ID == id {
				return &words[i], true
			}
		}
	}
	return nil, false
}

// HasRole reports whether a role is in the vocabulary; "eu_mobile_operator/DE" is when its first part is.
func (v *Vocabulary) HasRole(id string) bool {
	base, _, _ := strings.Cut(id, "/")
	return slices.ContainsFunc(v.Roles, func(r RoleWord) bool { return r.ID == base })
}

func (f *FactWord) check(v Value) error {
	ok := true
	switch f.Type {
	case "bool":
		ok = v.Kind == BoolValue
	case "number":
		ok = v.Kind == NumberValue
	case "date":
		ok = v.Kind == DateValue
	case "enum":
		ok = slices.Contains(f.Values, v.String())
	}
	if ok {
		return nil
	}
	want := f.Type
	switch f.Type {
	case "bool":
		want = "true or false"
	case "enum":
		want = "one of " + strings.Join(f.Values, ", ")
	case "date":
		want = "a day YYYY-MM-DD"
	}
	return fmt.Errorf("fact %q cannot be %q: want %s", f.ID, v.String(), want)
}

// Named returns the category that plain words name: its ID, its name, or one of its words.
func (c Categories) Named(words string) asset.Category {
	w := strings.ToLower(strings.TrimSpace(words))
	if w == "" {
		return ""
	}
	for _, k := range c {
		if k.ID == w || strings.EqualFold(k.Name, w) || slices.Contains(k.Words, w) {
			return asset.Category(k.ID)
		}
	}
	return ""
}
