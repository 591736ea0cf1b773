package judge

import (
	"slices"
	"strings"

	"telltale/internal/law"
)

// finish fills what is shown: questions, confidence of the days, sentences.
func (s *Session) finish(o *Outcome, f *frame, matter []atom) {
	optional := o.Questions
	o.Questions = nil
	for _, a := range matter {
		o.Questions = s.ask(o.Questions, a)
	}
	if o.Verdict == law.Prohibited || o.Verdict == law.Restricted {
		for _, q := range optional {
			if !slices.ContainsFunc(o.Questions, func(p Question) bool { return p.Fact == q.Fact && p.About == q.About }) {
				o.Questions = append(o.Questions, q)
			}
		}
	}
	o.DateConfidence = weaker(f.conf, "")
	if o.Verdict != law.NotBound {
		o.Due = f.due
	}
	o.Component = f.metComp
	if o.Verdict == law.Permitted {
		o.Component = -1
	}
	o.Notes = append(o.Notes, f.notes...)
	if f.r.prov.Doubt != "" && o.Verdict.IsFinding() {
		o.Notes = append(o.Notes, f.r.prov.Doubt)
	}
	for _, a := range matter {
		if a.fact == "" && a.reason != "" {
			o.Notes = append(o.Notes, "not confirmed: "+a.reason)
		}
	}
	if o.Verdict.IsFinding() && rank(o.DateConfidence) > 0 {
		o.Notes = append(o.Notes, "a day this rests on is "+confidenceWords[o.DateConfidence])
	}
	slices.Sort(o.Notes)
	o.Notes = slices.Compact(o.Notes)
	s.words(o, f.r)
}

var confidenceWords = map[law.Confidence]string{
	"secondary": "from a secondary source", "inferred": "counted or inferred from texts that were read",
	"memory": "recalled, not read", "draft_only": "seen for the draft only", "unconfirmed": "reported, not confirmed",
}

// ask adds the question that would settle an unknown.
func (s *Session) ask(list []Question, a atom) []Question {
	if a.fact == "" {
		return list
	}
	q := Question{Fact: a.fact, Text: strings.ReplaceAll(a.fact, "_", " ") + "?", Scope: "item"}
	if w, ok := s.e.rb.Vocabulary.Fact(a.fact); ok {
		q.Text, q.Values = w.Question, w.Values
		if w.AskedOf != "" {
			q.Scope = w.AskedOf
		}
		if w.OpenLaw {
			q.Scope = "law"
		}
		if w.Type == "bool" {
			q.Values = []string{"true", "false"}
		}
	}
	if a.comp >= 0 {
		q.About = "component:" + itoa(a.comp)
	}
	for _, old := range list {
		if old.Fact == q.Fact && old.About == q.About {
			return list
		}
	}
	return append(list, q)
}

// words writes the plain and the legal sentence.
func (s *Session) words(o *Outcome, r *rule) {
	title := r.prov.Title
	day := s.q.AsOf.String()
	stop := ""
	for _, el := range o.Elements {
		if el.State == law.NotMet && !strings.HasPrefix(el.Text, "exception") {
			stop = el.Text
			if el.Reason != "" {
				stop += " (" + el.Reason + ")"
			}
			break
		}
	}
	except := ""
	for _, el := range o.Elements {
		if strings.HasPrefix(el.Text, "exception") && el.State == law.Met {
			except = el.Text
		}
	}
	switch o.Verdict {
	case law.NotBound:
		o.Why = "This rule does not reach you on " + day + ": " + stop + "."
	case law.Permitted:
		o.Why = "Allowed under this rule: not met is \"" + stop + "\"."
		if except != "" {
			o.Why = "Allowed under this rule by an " + except + "."
		} else if stop == "" {
			o.Why = "This rule forbids nothing here: " + r.prov.Plain
		}
	case law.Undetermined:
		o.Why = "Not settled: " + r.prov.Plain
		if len(o.Questions) > 0 {
			o.Why += " What would settle it: " + o.Questions[0].Text
		} else {
			o.Why += " What is open cannot be answered from the network."
		}
	default:
		o.Why = r.prov.Plain
		switch {
		case given(o.Due) && o.Due < s.q.AsOf:
			o.Why += " The last day was " + o.Due.String() + "."
		case given(o.Due):
			o.Why += " Last day: " + o.Due.String() + "."
		}
	}
	o.Legal = legal(o, title)
}

// legal is the citation with every element in order.
func legal(o *Outcome, title string) string {
	var b strings.Builder
	for i, c := range o.Citations {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.Text)
	}
	b.WriteString(" - " + title + ": ")
	for i, el := range o.Elements {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(el.Text + ": " + el.State.String())
	}
	b.WriteString(". Outcome: " + string(o.Verdict) + ".")
	return b.String()
}
