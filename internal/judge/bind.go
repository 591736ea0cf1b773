package judge

import (
	"slices"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// members are the states in which EU law holds.
var members = strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")

// inReach reports whether the law of the jurisdiction reaches the operator's country.
func inReach(of string, profile []string) bool {
	for _, p := range profile {
		switch {
		case p == of, of == "EU" && slices.Contains(members, p):
			return true
		case strings.HasPrefix(p, of+"-"), strings.HasPrefix(of, p+"-"): // a province and its country
			return true
		}
	}
	return false
}

// bound says whether the provision binds the operator on the day.
func (f *frame) bound() law.State {
	p, prof := f.r.prov, f.s.q.Profile
	if prof == nil {
		return law.NotMet
	}
	if !p.Anywhere && !inReach(f.r.reg.Jurisdiction, prof.Jurisdictions) {
		return f.leaf(law.NotMet, leafInfo{reason: "the operator is not in " + f.r.reg.Jurisdiction, about: "profile"})
	}
	st := law.NotMet
	for i := range p.Binds {
		switch f.bind(&p.Binds[i], false) {
		case law.Met:
			return law.Met
		case law.NotKnown:
			st = law.NotKnown
		}
	}
	return st
}

// bind tests one role with its conditions. answer says that holding the role claims something.
func (f *frame) bind(b *law.Bind, answer bool) law.State {
	prof := f.s.q.Profile
	if b.Role == "any" {
		return f.leaf(law.Met, leafInfo{reason: "binds everybody", about: "profile"})
	}
	st := law.NotMet
	for i := range prof.Roles {
		r := &prof.Roles[i]
		if !sameRole(b.Role, r.Role, prof.Jurisdictions) || !r.Held(f.s.q.AsOf) {
			continue
		}
		got := law.Met
		for j := range b.Needs {
			if got = f.roleKey(r, &b.Needs[j]); got == law.NotMet {
				break
			}
		}
		if got == law.Met {
			return f.leaf(law.Met, leafInfo{reason: "holds the role " + r.Role, about: "profile", answer: answer})
		}
		if got == law.NotKnown {
			st = law.NotKnown
		}
	}
	if st == law.NotMet {
		f.leaf(law.NotMet, leafInfo{reason: "the operator does not hold the role " + b.Role + " as the provision needs", about: "profile"})
	}
	return st
}

// sameRole reports whether holding a role is holding the one meant:
// "x/DE" is an x, and an x in DE is an "x/DE".
func sameRole(meant, held string, countries []string) bool {
	if meant == held {
		return true
	}
	hb, hc, hasCountry := strings.Cut(held, "/")
	mb, mc, wantCountry := strings.Cut(meant, "/")
	if hb != mb {
		return false
	}
	switch {
	case !wantCountry:
		return true
	case hasCountry:
		return hc == mc
	}
	return slices.Contains(countries, mc)
}

// roleKey tests one key of a role; a key that is not given is a question to the operator.
func (f *frame) roleKey(r *law.Role, t *law.RoleTest) law.State {
	in := leafInfo{key: "role:" + r.Role + "." + t.Key, fact: t.Key, about: "profile"}
	st := law.NotKnown
	truth := func(b *bool) {
		if b != nil {
			st = state(t.Is == nil || *b == *t.Is)
		}
	}
	word := func(s string, fits func(string) bool) {
		if s != "" {
			st = state(fits(s))
		}
	}
	contains := func(s string) bool {
		return slices.ContainsFunc(t.Contains, func(w string) bool {
			return strings.Contains(strings.ToLower(s), strings.ToLower(w))
		})
	}
	switch t.Key {
	case "etc":
		truth(r.ETC)
	case "contract_party":
		truth(r.ContractParty)
	case "received_direction":
		truth(r.ReceivedDirection)
	case "customers":
		if r.Customers != nil && t.AtMost != nil {
			st = state(*r.Customers <= *t.AtMost)
		}
	case "licence":
		word(r.Licence, contains)
	case "addressee":
		word(r.Addressee, contains)
	case "programme":
		word(r.Programme, func(s string) bool {
			return len(t.OneOf) > 0 && slices.Contains(t.OneOf, s) || len(t.NoneOf) > 0 && !slices.Contains(t.NoneOf, s)
		})
		if r.Programme == "" && len(t.NoneOf) > 0 {
			st = law.Met
		}
	}
	label := strings.ReplaceAll(t.Key, "_", " ")
	in.reason = map[law.State]string{law.Met: label + ": as the provision needs", law.NotMet: label + ": not as the provision needs", law.NotKnown: label + " is not known"}[st]
	return f.leaf(st, in)
}

// roleUntil: the operator holds the role, and its day has not passed.
func (f *frame) roleUntil(t *law.RoleUntil) law.State {
	held := false
	st := law.NotMet
	for i := range f.s.q.Profile.Roles {
		r := &f.s.q.Profile.Roles[i]
		if r.Role != t.Role || !r.Held(f.s.q.AsOf) {
			continue
		}
		held = true
		d := roleDate(r, t.Key)
		switch {
		case !given(d) && st != law.Met:
			st = law.NotKnown
		case given(d) && f.s.q.AsOf <= d:
			f.dueBy(d)
			st = law.Met
		}
	}
	if held {
		f.answered = true
	}
	return f.leaf(st, leafInfo{key: "role:" + t.Role + "." + t.Key, fact: t.Key, about: "profile", answer: st == law.Met,
		reason: map[law.State]string{law.Met: "its day has not passed", law.NotMet: "not held, or its day has passed", law.NotKnown: strings.ReplaceAll(t.Key, "_", " ") + " is not known"}[st]})
}

func roleDate(r *law.Role, key string) calendar.Date {
	if key == "removal_term_ends" {
		return r.RemovalTermEnds
	}
	return calendar.NoDate
}

// waiver: a waiver by one of those named covers the day, not beyond the latest day law allows.
func (f *frame) waiver(t *law.WaiverTest) law.State {
	in := leafInfo{key: "waiver:" + strings.Join(t.By, "|"), fact: "waiver", about: "profile", answer: true}
	day, st := f.s.q.AsOf, law.NotKnown
	in.reason = "no waiver was stated"
	if given(t.Latest) && day > t.Latest {
		in.reason = "no such waiver can reach beyond " + t.Latest.String()
		return f.leaf(law.NotMet, in)
	}
	for i := range f.s.q.Profile.Roles {
		w := f.s.q.Profile.Roles[i].Waiver
		if w == nil || !f.s.q.Profile.Roles[i].Held(day) {
			continue
		}
		until := w.Until
		if given(t.Latest) && given(until) {
			until = min(until, t.Latest)
		}
		switch {
		case w.By == "":
			f.answered = true
			in.reason = "who granted the waiver is not known"
			return f.leaf(law.NotKnown, in)
		case !slices.Contains(t.By, w.By):
			st, in.reason = law.NotMet, "the waiver is not of the kind that helps"
		case given(until) && day > until:
			st, in.reason = law.NotMet, "the waiver has ended"
		case !given(until) && given(t.Latest):
			f.answered = true
			in.reason = "until when the waiver runs is not known"
			return f.leaf(law.NotKnown, in)
		default:
			f.dueBy(until)
			in.reason = "a waiver covers the day"
			return f.leaf(law.Met, in)
		}
	}
	return f.leaf(st, in)
}
