package web

import (
	"errors"
	"net/http"
	"slices"

	"telltale/internal/pipeline"
)

// withView runs a page on the current result; without one it teaches what the page will show.
func (s *site) withView(nav, title string, page func(http.ResponseWriter, *http.Request, *pipeline.View)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var v *pipeline.View
		if s.Work != nil {
			var release func()
			var err error
			v, release, err = s.Work.View()
			if errors.Is(err, pipeline.ErrNoResult) {
				v, release, err = nil, func() {}, nil
			}
			if err != nil {
				s.fail(w, r, http.StatusInternalServerError, fault{Message: "The result cannot be opened: " + err.Error(), Remedy: "Check the files again.", Link: "/check", LinkText: "Check"})
				return
			}
			defer release()
		}
		if v == nil && nav == "overview" && s.Work != nil {
			s.showCheck(w, r, view{Title: title, Nav: nav}, true)
			return
		}
		if v == nil {
			s.show(w, r, http.StatusOK, "empty", view{Title: title, Nav: nav, Body: nav})
			return
		}
		page(w, r, v)
	}
}

// ofOwn runs what a page says of the current result besides, where there is one.
func (s *site) ofOwn(say func(*pipeline.View)) {
	if s.Work == nil {
		return
	}
	if v, release, err := s.Work.View(); err == nil {
		defer release()
		say(v)
	}
}

// lastProfile is the built-in profile the current result was judged for, empty when there is none.
func (s *site) lastProfile() (name string) {
	s.ofOwn(func(v *pipeline.View) {
		name = once(&s.memo, v, "built-in profile", func() string {
			if p := v.Head().Profile; slices.Contains(s.facts().ProfileNames(), p) && v.Head().Operator == s.facts().ProfileSummary(p) {
				return p
			}
			return ""
		})
	})
	return name
}

// missing shows what a look-up that failed means.
func (s *site) missing(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, pipeline.ErrNotFound) {
		s.fail(w, r, http.StatusNotFound, fault{Message: "The current result has nothing of this ID.", Remedy: "It may have gone with a later check or an answer. Search the lists.", Link: "/findings", LinkText: "Findings"})
		return
	}
	s.fail(w, r, http.StatusInternalServerError, fault{Message: err.Error(), Remedy: "Check the files again.", Link: "/check", LinkText: "Check"})
}

// working runs what changes something, for those who may.
func (s *site) working(do http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.Work == nil:
			s.notFound(w, r)
		case !s.Visitor(r).MayWork():
			s.fail(w, r, http.StatusForbidden, fault{Message: "Your account may look, but neither check files nor answer questions.", Remedy: "Ask an administrator for the role of an analyst."})
		default:
			do(w, r)
		}
	}
}

// answering says why a visitor cannot answer questions of a result, empty when nothing hinders.
func (s *site) answering(r *http.Request, v *pipeline.View) string {
	switch {
	case !v.Judgeable():
		return "This result was opened from a file: it holds nothing of what was read, so an answer could not judge it anew. Check the files themselves to answer."
	case !s.Visitor(r).MayWork():
		return "Your account may look, but not answer. An analyst or administrator can."
	}
	return ""
}
