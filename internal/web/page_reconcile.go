package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"telltale/internal/calendar"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// reconcilePage compares what is on paper with what is on the wire.
type reconcilePage struct {
	*report.Reconciliation
	// Making says that it is not compared yet: the page asks again by itself.
	Making bool
	// Refused says why it is not compared here.
	Refused string
	Kinds   []reconcileKind
	Kind    string
	Day     string
	Note    string
	Groups  []reconcileGroup
	Total   int
	From    int
	Next    int
}

// reconcileKind is one way in which paper and wire differ.
type reconcileKind struct {
	What, Title string
	Count       int
}

// reconcileRow is one thing said of an asset, with the columns of the sheet that the page shows.
type reconcileRow struct {
	Asset, Name, What, Field                        string
	Paper, PaperInput, PaperPlace, PaperTime        string
	Wire, WireInput, WirePlace, WireTime, Why, Next string
}

// reconcileGroup is what differs in one way of one thing.
type reconcileGroup struct {
	reconcileRow // the first
	Rows         []reconcileRow
}

// Whys are the reasons, Nexts what to do next, each once.
func (g reconcileGroup) Whys() []string {
	return distinct(g.Rows, func(r reconcileRow) string { return r.Why })
}

func (g reconcileGroup) Nexts() []string {
	return distinct(g.Rows, func(r reconcileRow) string { return r.Next })
}

// distinct are the texts of a list, each once, in their order.
func distinct[T any](l []T, text func(T) string) []string {
	var out []string
	for _, x := range l {
		if t := text(x); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// reconcileKinds are the kinds in the order of what deserves a look first, by the sheet's word for them.
func reconcileKinds(r *report.Reconciliation) []reconcileKind {
	s := &r.Summary
	return []reconcileKind{
		{"differs", "Sold as one thing, answers as another", s.Differ}, {"never seen", "Bought, never seen", s.NeverSeen}, {"never bought", "Seen, never bought", s.NeverBought},
		{"moved", "Moved", s.Moved}, {"gone", "Gone since", s.Gone}, {"not looked at", "On paper, not looked at", s.NotLooked},
	}
}

func (s *site) reconcile(w http.ResponseWriter, r *http.Request, v *pipeline.View) {
	q := r.URL.Query()
	since, note := dayOf(r, "since", calendar.NoDate)
	b := reconcilePage{Reconciliation: &report.Reconciliation{}, Kind: q.Get("kind"), Note: note}
	if since != calendar.NoDate {
		b.Day = since.String()
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience) // small results are compared by then
	if q.Has("format") {
		ctx, cancel = context.WithCancel(r.Context()) // a file is waited for
	}
	defer cancel()
	found, err := s.Work.Reconcile(ctx, since)
	switch {
	case errors.Is(err, pipeline.ErrMaking):
		b.Making = true
	case err != nil:
		b.Refused = err.Error()
	default:
		b.Reconciliation = found
		b.Kinds = reconcileKinds(found)
		if !slices.ContainsFunc(b.Kinds, func(k reconcileKind) bool { return k.What == b.Kind }) {
			b.Kind = ""
		}
		var rows [][]string
		if b.Day == "" {
			rows = once(&s.memo, v, "reconcile "+b.Kind, b.rowsOf)
		} else {
			rows = b.rowsOf()
		}
		if s.export(w, r, "differences", found.Sheet().Columns, each(rows, func(row *[]string) []string { return slices.Clone(*row) })) {
			return
		}
		b.From, _ = strconv.Atoi(q.Get("from"))
		b.fill(rows)
	}
	s.show(w, r, http.StatusOK, "reconcile", view{Title: "Paper and network", Nav: "reconcile", Body: b})
}

// rowsOf are the rows of the sheet of one kind; of all that deserve a look, the worst kinds first, when none is chosen.
func (b *reconcilePage) rowsOf() [][]string {
	by := map[string][][]string{}
	for row := range b.Sheet().Rows {
		by[row[4]] = append(by[row[4]], row)
	}
	if b.Kind != "" {
		return by[b.Kind]
	}
	var out [][]string
	for _, k := range b.Kinds {
		out = append(out, by[k.What]...)
	}
	return out
}

func (b *reconcilePage) fill(rows [][]string) {
	b.Total = len(rows)
	b.From = min(max(0, b.From), b.Total)
	shown := firstOf(rows[b.From:], pageSize)
	for _, row := range shown {
		x := reconcileRow{row[0], row[1], row[4], row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13], row[14], row[17]}
		if n := len(b.Groups); n == 0 || b.Groups[n-1].Asset != x.Asset || b.Groups[n-1].What != x.What {
			b.Groups = append(b.Groups, reconcileGroup{reconcileRow: x})
		}
		g := &b.Groups[len(b.Groups)-1]
		g.Rows = append(g.Rows, x)
	}
	if end := b.From + len(shown); end < b.Total {
		b.Next = end
	}
}
