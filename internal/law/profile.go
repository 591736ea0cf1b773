package law

import (
	"fmt"
	"strconv"
	"strings"

	"telltale/internal/calendar"
)

// Profile says who the operator is. The list of roles is complete: a role not listed is not held.
type Profile struct {
	Name          string   `yaml:"name" json:"name"`
	Title         string   `yaml:"title,omitempty" json:"title,omitempty"`
	Jurisdictions []string `yaml:"jurisdictions" json:"jurisdictions"`
	Roles         []Role   `yaml:"roles" json:"roles"`
	// Kind is plain words; it decides nothing.
	Kind string `yaml:"kind,omitempty" json:"kind,omitempty"`
	// Answers are facts that hold for every item of the operator, by name of the vocabulary.
	Answers map[string]Value `yaml:"answers,omitempty" json:"answers,omitempty"`
}

// Role is one role of the operator with what is known of it. A nil or zero key is not known.
type Role struct {
	Role string `yaml:"role" json:"role"`
	// From is the first day, To the last day it is held; zero is open.
	From              calendar.Date `yaml:"from,omitempty" json:"from,omitempty"`
	To                calendar.Date `yaml:"to,omitempty" json:"to,omitempty"`
	Programme         string        `yaml:"programme,omitempty" json:"programme,omitempty"`
	ETC               *bool         `yaml:"etc,omitempty" json:"etc,omitempty"`
	Customers         *float64      `yaml:"customers,omitempty" json:"customers,omitempty"`
	RemovalTermEnds   calendar.Date `yaml:"removal_term_ends,omitempty" json:"removal_term_ends,omitempty"`
	Waiver            *Waiver       `yaml:"waiver,omitempty" json:"waiver,omitempty"`
	ContractParty     *bool         `yaml:"contract_party,omitempty" json:"contract_party,omitempty"`
	ReceivedDirection *bool         `yaml:"received_direction,omitempty" json:"received_direction,omitempty"`
	Licence           string        `yaml:"licence,omitempty" json:"licence,omitempty"`
	Addressee         string        `yaml:"addressee,omitempty" json:"addressee,omitempty"`
}

// Waiver is a waiver the operator holds.
type Waiver struct {
	By    string        `yaml:"by" json:"by"`
	Until calendar.Date `yaml:"until,omitempty" json:"until,omitempty"`
}

// Held reports whether the role is held on the day.
func (r *Role) Held(d calendar.Date) bool {
	return (r.From == 0 || r.From <= d) && (r.To == 0 || d <= r.To)
}

// Value is the value of a fact: a truth, a number, a date or a word. The zero value is not known.
type Value struct {
	Kind ValueKind
	B    bool
	N    float64
	D    calendar.Date
	S    string
}

// ValueKind says which field of a Value holds.
type ValueKind uint8

const (
	NoValue ValueKind = iota
	BoolValue
	NumberValue
	DateValue
	TextValue
)

// Bool and Text make values.
func Bool(b bool) Value   { return Value{Kind: BoolValue, B: b} }
func Text(s string) Value { return Value{Kind: TextValue, S: s} }

// Known reports whether there is a value.
func (v Value) Known() bool { return v.Kind != NoValue }

// String writes the value as ParseValue reads it.
func (v Value) String() string {
	switch v.Kind {
	case BoolValue:
		return strconv.FormatBool(v.B)
	case NumberValue:
		return strconv.FormatFloat(v.N, 'g', -1, 64)
	case DateValue:
		return v.D.String()
	}
	return v.S
}

// MarshalText writes String.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads a value of any kind: true, 4.4, 2026-03-01 or a word.
func (v *Value) UnmarshalText(b []byte) error { *v = guessValue(string(b)); return nil }

func guessValue(s string) Value {
	switch strings.ToLower(s) {
	case "":
		return Value{}
	case "true", "yes":
		return Bool(true)
	case "false", "no":
		return Bool(false)
	}
	if d, err := calendar.Parse(s); err == nil {
		return Value{Kind: DateValue, D: d}
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return Value{Kind: NumberValue, N: n}
	}
	return Text(s)
}

// ParseValue reads the value of a fact of the vocabulary. It fails, naming
// what may be answered, when the text is no value of that fact.
func (v *Vocabulary) ParseValue(fact, text string) (Value, error) {
	f, ok := v.Fact(fact)
	if !ok {
		return Value{}, fmt.Errorf("fact %q is not in the vocabulary: `telltale law show vocabulary` lists them", fact)
	}
	got := guessValue(strings.TrimSpace(text))
	if err := f.check(got); err != nil {
		return Value{}, err
	}
	return got, nil
}
