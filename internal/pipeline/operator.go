package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// withAnswers returns the profile with what was answered of the operator.
func withAnswers(p *law.Profile, answers map[answerKey]string) (*law.Profile, error) {
	q := *p
	q.Roles = slices.Clone(p.Roles)
	q.Answers = maps.Clone(p.Answers)
	for k, v := range answers {
		if k.scope != OfOperator || k.id != p.Name {
			continue
		}
		known, err := answerRoles(q.Roles, k.fact, v)
		if err != nil {
			return nil, err
		}
		if known {
			continue
		}
		if q.Answers == nil {
			q.Answers = map[string]law.Value{}
		}
		var x law.Value
		if err := x.UnmarshalText([]byte(v)); err != nil {
			return nil, err
		}
		q.Answers[k.fact] = x
	}
	return &q, nil
}

// answerRoles sets a key of every role; it reports whether the fact is a key of roles at all.
func answerRoles(rs []law.Role, fact, text string) (bool, error) {
	var set func(*law.Role)
	switch fact {
	case "etc", "contract_party", "received_direction":
		b, err := strconv.ParseBool(text)
		if err != nil {
			return true, fmt.Errorf("answer %q to %q: want yes or no", text, fact)
		}
		set = func(r *law.Role) {
			*map[string]**bool{"etc": &r.ETC, "contract_party": &r.ContractParty, "received_direction": &r.ReceivedDirection}[fact] = &b
		}
	case "customers":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return true, fmt.Errorf("answer %q to %q: want a number", text, fact)
		}
		set = func(r *law.Role) { r.Customers = &n }
	case "removal_term_ends":
		d, err := calendar.Parse(text)
		if err != nil {
			return true, fmt.Errorf("answer %q to %q: %w", text, fact, err)
		}
		set = func(r *law.Role) { r.RemovalTermEnds = d }
	case "waiver":
		w, err := readWaiver(text)
		if err != nil {
			return true, err
		}
		set = func(r *law.Role) { r.Waiver = w }
	case "licence":
		set = func(r *law.Role) { r.Licence = text }
	case "addressee":
		set = func(r *law.Role) { r.Addressee = text }
	case "programme":
		set = func(r *law.Role) { r.Programme = text }
	default:
		return false, nil
	}
	for i := range rs {
		set(&rs[i])
	}
	return true, nil
}

// readWaiver reads "none" or "by agency_head until 2027-01-31".
func readWaiver(text string) (*law.Waiver, error) {
	f := strings.Fields(strings.TrimPrefix(text, "by "))
	if len(f) == 1 && (f[0] == "none" || f[0] == "no" || f[0] == "false") {
		return &law.Waiver{By: "other"}, nil
	}
	if len(f) == 3 && f[1] == "until" {
		d, err := calendar.Parse(f[2])
		return &law.Waiver{By: f[0], Until: d}, err
	}
	return nil, fmt.Errorf("answer %q to \"waiver\": want none, or by agency_head|dni|other until DATE", text)
}
