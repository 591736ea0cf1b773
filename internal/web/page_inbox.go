package web

import (
	"iter"
	"net/http"
	"strconv"

	"telltale/internal/browse"
	"telltale/internal/pipeline"
)

// inboxPage is the questions in groups, those that most findings wait for first.
type inboxPage struct {
	Groups    []browse.Questions
	Questions int
}

func (s *site) inbox(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	b := inboxPage{Groups: s.questions(v)}
	if s.export(w, r, "questions", []string{"fact", "question", "values", "questions", "findings"}, each(b.Groups, func(q *browse.Questions) []string {
		return []string{q.Fact, q.Text, joined(q.Values), strconv.Itoa(q.Count), strconv.Itoa(q.Findings)}
	})) {
		return
	}
	for _, g := range b.Groups {
		b.Questions += g.Count
	}
	s.show(w, r, http.StatusOK, "inbox", view{Title: "Inbox", Nav: "inbox", Body: b})
}

// groupPage is the questions of one group with what they are asked of.
type groupPage struct {
	browse.Questions
	Rows []askedOf
	// Answering says why it cannot be answered here, empty when it can.
	Answering string
	// Whole is true for a question about the operator or the law, asked once for all findings;
	// Waiting are the names of what the first of them are about.
	Whole   bool
	Waiting []string
	From    int
	Total   int
	Next    int
}

type askedOf struct {
	browse.Question
	Name, Maker, Model string
}

func (s *site) inboxGroup(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	n, err := strconv.Atoi(r.PathValue("group"))
	b := groupPage{Answering: s.answering(r, v)}
	found := false
	for _, g := range s.questions(v) {
		if err == nil && g.Group == n {
			b.Questions, found = g, true
		}
	}
	if !found {
		s.fail(w, r, http.StatusNotFound, fault{Message: "This question is not open any more.", Remedy: "It was answered, or a later check no longer asks it.", Link: "/inbox", LinkText: "Inbox"})
		return
	}
	if s.export(w, r, "questions-of", []string{"question", "asset", "name", "maker", "model", "findings"}, s.allAsked(v, n)) {
		return
	}
	b.From, _ = strconv.Atoi(r.URL.Query().Get("from"))
	b.From = max(0, b.From)
	qs, total := v.QuestionsIn(n, b.From, pageSize)
	b.Total = total
	if b.From+len(qs) < total {
		b.Next = b.From + len(qs)
	}
	for _, q := range qs {
		b.Rows = append(b.Rows, s.askedOf(v, q))
	}
	if b.Whole = total > 0 && total == len(qs) && (s.ofOperator(b.Fact) || s.openLaw(b.Fact)); b.Whole {
		b.Waiting = waiting(v, qs[0].Findings)
	}
	s.show(w, r, http.StatusOK, "inboxgroup", view{Title: clip(80, b.Text), Nav: "inbox", Body: b})
}

// waiting are the names of what findings are about.
func waiting(v *pipeline.View, ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id[:min(len(id), 10)]
		if x, err := v.Finding(id); err == nil && x.Asset != nil && x.Asset.Name != "" {
			out[i] = clip(60, x.Asset.Name)
		}
	}
	return out
}

// allAsked are the rows of a group for an export.
func (s *site) allAsked(v *pipeline.View, group int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for from := 0; ; {
			qs, total := v.QuestionsIn(group, from, browse.MaxLimit)
			for _, q := range qs {
				a := s.askedOf(v, q)
				if !yield([]string{q.ID, q.Asset, a.Name, a.Maker, a.Model, strconv.Itoa(q.Count)}, nil) {
					return
				}
			}
			if from += len(qs); from >= total || len(qs) == 0 {
				return
			}
		}
	}
}

func (s *site) askedOf(v *pipeline.View, q browse.Question) askedOf {
	a := askedOf{Question: q}
	if q.Asset == "" {
		return a
	}
	x, err := v.Asset(q.Asset)
	if err != nil {
		return a
	}
	a.Name = x.Asset.Name
	if x.Asset.Model != nil {
		a.Model = *x.Asset.Model
	}
	if x.Asset.Manufacturer != nil {
		a.Maker = s.facts().OrgName(x.Asset.Manufacturer.Org)
	}
	return a
}
