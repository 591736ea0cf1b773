package judge

import (
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/org"
)

// category compiles "the thing is of one of these kinds". A chip or a thing of
// no told kind may still be telecommunications equipment in the sense of a rule: that is a question.
func (c *compiler) category(kinds []string) check {
	c.r.needs.fields |= dCategory
	c.r.needs.fact("is_telecommunications_equipment")
	label := strings.Join(kinds, "|")
	telecom := slices.Contains(kinds, "telecom_equipment")
	words := strings.ReplaceAll(strings.Join(kinds, ", "), "_", " ")
	reasons := [...]string{law.Met: "it is one of: " + words, law.NotMet: "it is none of: " + words, law.NotKnown: "what it is is known too coarsely"}
	base := leafInfo{key: "category:" + label, fact: "category", about: "category"}
	return func(f *frame) law.State {
		cat := f.it.Category
		if f.comp >= 0 {
			cat = f.it.Components[f.comp].category()
		}
		in := base
		stated := f.value("is_telecommunications_equipment")
		if telecom && stated.Kind == law.BoolValue {
			in.about = "is_telecommunications_equipment"
			if stated.B {
				in.reason = "answered: telecommunications equipment in the sense of the rule"
				return f.leaf(law.Met, in)
			}
			if st := f.s.e.cats.scope(cat, []string{"telecom_equipment"}); st != law.NotMet || cat == "" {
				in.reason = "answered: no telecommunications equipment in the sense of the rule"
				return f.leaf(law.NotMet, in)
			}
		}
		if cat == "" {
			in.reason = "what it is is not known"
			return f.leaf(law.NotKnown, in)
		}
		st := f.s.e.cats.scope(cat, kinds)
		if st == law.NotMet && telecom && openKind(cat) && !stated.Known() {
			in.key, in.fact = "fact:is_telecommunications_equipment", "is_telecommunications_equipment"
			in.reason = "whether such a thing is telecommunications equipment in the sense of the rule is not settled"
			return f.leaf(law.NotKnown, in)
		}
		in.reason = reasons[st]
		return f.leaf(st, in)
	}
}

// openKind reports whether a thing of the category may or may not be telecommunications equipment.
func openKind(c asset.Category) bool { return c == "semiconductor" || c == "other" }

// category is the kind of a part, from its own category or what sort of part it is.
func (c *Component) category() asset.Category {
	if c.Category != "" {
		return c.Category
	}
	switch c.Kind {
	case "cellular_module", "modular_transmitter", "optic", "bmc":
		return asset.Category(c.Kind)
	case "soc":
		return "semiconductor"
	case "psu":
		return "power"
	case "storage":
		return "storage"
	case "library":
		return "software"
	case "":
		return ""
	}
	return "other"
}

// function tests the place in the network; when nobody stated it, the category says it if it can.
func (f *frame) function(want []string) law.State {
	got := f.it.Function
	if got == "" {
		got = f.s.e.cats.function(f.it.Category)
	}
	in := leafInfo{key: "function:" + strings.Join(want, "|"), fact: "function", about: "function"}
	if got == "" {
		in.reason = "its place in the network is not known"
		return f.leaf(law.NotKnown, in)
	}
	in.reason = "place in the network: " + strings.ReplaceAll(string(got), "_", " ")
	return f.leaf(state(slices.Contains(want, string(got))), in)
}

// function is what a category says of the place in the network, "" when it leaves it open.
func (t tree) function(c asset.Category) asset.Function {
	for _, p := range []struct {
		top asset.Category
		fn  asset.Function
	}{{"core_network", "core"}, {"ran", "ran"}, {"fixed_access", "fixed_access"}, {"transport", "transport"}, {"network_management", "management"}} {
		if t.within(c, p.top) {
			return p.fn
		}
	}
	if c == "" || t.within(c, "network_equipment") || c == "telecom_equipment" || t.within(c, "telecom_service") || c == "optic" || c == "other" || c == "server" || c == "it_equipment" || c == "software" {
		return ""
	}
	return "other"
}

// generation tests the mobile generation; what is no mobile equipment serves none.
func (f *frame) generation(want []string) law.State {
	in := leafInfo{key: "generation:" + strings.Join(want, "|"), fact: "generation", about: "generation"}
	if g := f.it.Generation; g != "" {
		in.reason = "serves " + g
		return f.leaf(state(slices.Contains(want, g)), in)
	}
	if c := f.it.Category; c != "" && !f.s.e.cats.mobile(c) {
		in.reason = "no mobile equipment"
		return f.leaf(law.NotMet, in)
	}
	in.reason = "which mobile generation it serves is not known"
	return f.leaf(law.NotKnown, in)
}

func (t tree) mobile(c asset.Category) bool {
	return t.scope(c, []string{"ran", "core_network", "network_management", "cellular_module", "managed_service"}) == law.Met ||
		c == "telecom_equipment" || c == "telecom_service"
}

// date returns a date of the item, NoDate when it is not known.
func (f *frame) date(name string) calendar.Date {
	var d calendar.Date
	switch name {
	case "acquired":
		d = f.it.Acquired
	case "installed":
		d = f.it.Installed
	case "removed":
		d = f.it.Removed
	case "authorised_on":
		d = f.it.AuthorisedOn
	case "application_filed":
		d = f.it.ApplicationFiled
	case "discovered":
		d = f.it.Discovered
	case "first_report":
		d = f.it.FirstReport
	case "contract_first_signed":
		d = f.it.ContractFirstSigned
	}
	if d == OnTheDay {
		return f.s.q.AsOf
	}
	switch {
	case given(d):
		return d
	case name == "acquired" && f.s.q.Act == law.Buy:
		return f.s.q.AsOf // what is bought is obtained that day
	}
	return calendar.NoDate
}

func (c *compiler) date(t *law.DateTest) check {
	t = new(*t)
	if t.BeforeEntry && c.r.entry != nil {
		t.Before = max(c.r.entry.Added(), t.Floor)
	}
	if t.DaysAfterEntry > 0 && c.r.entry != nil {
		t.From = c.r.entry.Added() + calendar.Date(t.DaysAfterEntry)
		if given(t.First) && c.r.entry.Added() == c.e.firstAdded(c.r.prov.Entries.Of) {
			t.From = t.First
		}
	}
	c.r.needs.date(t)
	var words []string
	if t.From != 0 {
		words = append(words, "on or after "+t.From.String())
	}
	if t.Before != 0 {
		words = append(words, "before "+t.Before.String())
	}
	if t.Until != 0 {
		words = append(words, "on or before "+t.Until.String())
	}
	what := strings.ReplaceAll(t.Of, "_", " ") + " " + strings.Join(words, " and ")
	label := strings.ReplaceAll(t.Of, "_", " ")
	base := leafInfo{key: what, fact: t.Of, about: t.Of, answer: true}
	return func(f *frame) law.State {
		d, in := f.date(t.Of), base
		if d == calendar.NoDate {
			in.reason = label + " is not known"
			return f.leaf(law.NotKnown, in)
		}
		ok := d >= t.From && (t.Before == 0 || d < t.Before) && (t.Until == 0 || d <= t.Until)
		in.reason = what
		if !ok && f.explain {
			in.reason = "not " + what
		}
		return f.leaf(state(ok), in)
	}
}

// firstAdded is the day of the first list of a regime.
func (e *Engine) firstAdded(id law.RegimeID) calendar.Date {
	first := calendar.Date(0)
	for i := range e.regimes[id].Entries {
		if d := e.regimes[id].Entries[i].Added(); first == 0 || d < first {
			first = d
		}
	}
	return first
}

// approved is met when a listed approval names maker and model on the day.
func (f *frame) approved() law.State {
	in := leafInfo{key: "approved", about: "model", answer: true, reason: "no listed approval names this maker and model on the day"}
	if f.r.entry == nil {
		return f.leaf(law.NotMet, in)
	}
	for _, a := range f.s.e.approvals[f.r.entry.ID] {
		if !f.s.approvalStands(a) || !isMaker(f.it.Makers, a.Orgs) {
			continue
		}
		switch {
		case a.Unread || !a.Confidence.Decides():
			f.answered = true
			in.reason = "an approval of " + a.Maker + " is listed, its models or dates were not read"
			return f.leaf(law.NotKnown, in)
		case modelFits(f.it.Model, a.Models):
			f.dueBy(a.Until)
			f.used(a.Confidence)
			for _, c := range a.Citations {
				f.notes = append(f.notes, "approval: "+c.Text)
			}
			in.reason = "listed approval of " + a.Maker
			if a.Until != 0 {
				in.reason += " until " + a.Until.String()
			}
			return f.leaf(law.Met, in)
		}
	}
	return f.leaf(law.NotMet, in)
}

func (s *Session) approvalStands(a *law.Approval) bool {
	sp := law.Span{Recorded: a.Recorded, Retracted: a.Retracted}
	if given(s.q.KnownAt) && !sp.KnownAt(s.q.KnownAt) || !given(s.q.KnownAt) && given(a.Retracted) {
		return false
	}
	return a.From <= s.q.AsOf && (a.Until == 0 || s.q.AsOf <= a.Until)
}

func isMaker(makers []Party, orgs []org.ID) bool {
	sum := 0.0
	for _, p := range makers {
		if slices.Contains(orgs, p.Org) {
			sum += p.Confidence
		}
	}
	return sum >= Bar
}

// modelFits reports whether the model contains one of the words, whatever the case.
func modelFits(model string, words []string) bool {
	model = strings.ToLower(model)
	for _, w := range words {
		if i := strings.Index(model, strings.ToLower(w)); i >= 0 && model != "" && (i == 0 || !alnum(model[i-1])) {
			return true
		}
	}
	return false
}

func alnum(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
