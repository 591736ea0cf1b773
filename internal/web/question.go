package web

import (
	"slices"

	"telltale/internal/browse"
	"telltale/internal/law"
	"telltale/internal/pipeline"
)

// questions are the groups of the inbox, gathered once a result: those that
// most findings wait for first, and behind them the open points of law, which
// nobody can answer from the network.
func (s *site) questions(v *pipeline.View) []browse.Questions {
	return once(&s.memo, v, "inbox", func() []browse.Questions {
		all := v.Inbox()
		open := func(g browse.Questions) bool { return s.openLaw(g.Fact) }
		return slices.Concat(slices.DeleteFunc(slices.Clone(all), open), slices.DeleteFunc(slices.Clone(all), func(g browse.Questions) bool { return !open(g) }))
	})
}

// openLaw reports whether a fact is a point of law that is open.
func (s *site) openLaw(fact string) bool {
	f, ok := s.facts().Rules.Vocabulary.Fact(fact)
	return ok && f.OpenLaw
}

// ofOperator reports whether a fact is asked of the operator, not of a thing.
func (s *site) ofOperator(fact string) bool {
	v := &s.facts().Rules.Vocabulary
	f, ok := v.Fact(fact)
	return ok && (f.AskedOf == "operator" || slices.ContainsFunc(v.RoleKeys, func(k law.FactWord) bool { return k.ID == fact }))
}

// fieldType is the type of the form field an answer to a fact is written in.
func (s *site) fieldType(fact string) string {
	if f, ok := s.facts().Rules.Vocabulary.Fact(fact); ok && f.Type == "date" {
		return "date"
	}
	return "text"
}
