// Package law holds the words for law: Regime, Provision, Entry, Designation,
// Element, Profile, Act, Verdict, and dates that carry how sure they are.
//
// Source of truth: data/law/<jurisdiction>/<regime>.yaml. It imports the
// standard library and org only; judge evaluates what stands here.
package law

import (
	"fmt"
	"slices"

	"telltale/internal/org"
)

// RegimeID names one instrument ("us-fcc-54-9"); ProvisionID is "<regime>/<name>"; EntryID names a line of a list.
type (
	RegimeID    string
	ProvisionID string
	EntryID     string
)

// Act is what the operator does or means to do.
type Act string

const (
	Use       Act = "use"
	Buy       Act = "buy"
	Install   Act = "install"
	Renew     Act = "renew"
	Fund      Act = "fund"
	Authorise Act = "authorise"
	Import    Act = "import"
	Sell      Act = "sell"
	Export    Act = "export"
	Connect   Act = "connect"
	Contract  Act = "contract"
	Report    Act = "report"
)

// Acts are all acts in the order of the manual.
var Acts = []Act{Use, Buy, Install, Renew, Fund, Authorise, Import, Sell, Export, Connect, Contract, Report}

// ParseAct reads the name of an act.
func ParseAct(s string) (Act, error) {
	if a := Act(s); slices.Contains(Acts, a) {
		return a, nil
	}
	return "", fmt.Errorf("act %q: want one of %v", s, Acts)
}

// Verdict is the outcome of one provision for one thing, one operator, one act and one day. The zero value is none.
type Verdict string

const (
	Prohibited   Verdict = "prohibited"
	Restricted   Verdict = "restricted"   // allowed under stated conditions or a running deadline
	Undetermined Verdict = "undetermined" // with the questions that would settle it
	Permitted    Verdict = "permitted"    // with what was tested
	NotBound     Verdict = "not-bound"
)

// IsFinding reports whether a verdict is shown without --all.
func (v Verdict) IsFinding() bool { return v == Prohibited || v == Restricted || v == Undetermined }

// State is the three-valued outcome of an element. The zero value is not known.
type State uint8

const (
	NotKnown State = iota
	Met
	NotMet
)

func (s State) String() string { return [...]string{"not known", "met", "not met"}[s] }

// MarshalText writes "met", "not met" or "not known".
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *State) UnmarshalText(b []byte) error {
	switch string(b) {
	case "met":
		*s = Met
	case "not met":
		*s = NotMet
	case "not known":
		*s = NotKnown
	default:
		return fmt.Errorf("state %q: want met, not met or not known", b)
	}
	return nil
}

// Confidence is how sure a fact of law is; see org.Confidence.
type Confidence = org.Confidence
