package web

import (
	"errors"
	"net/http"

	"telltale/internal/pipeline"
)

// withView runs a page on the current result; without one it teaches what the page will show.
func (s *site) withView(nav, title string, page func(http.ResponseWriter, *http.Request, *pipeline.View)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var v *pipeline.View
		if s.Work != nil {
			var release func()
			var err error
			if v, release, err = s.Work.View(); err != nil {
				s.fail(w, r, http.StatusInternalServerError, fault{Message: "The result cannot be opened: " + err.Error(), Remedy: "Check the files again.", Link: "/check", LinkText: "Check"})
				return
			}
			defer release()
		}
		if v == nil {
			s.show(w, r, http.StatusOK, "empty", view{Title: title, Nav: nav, Body: nav})
			return
		}
		page(w, r, v)
	}
}

// missing shows what a look-up that failed means.
func (s *site) missing(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, pipeline.ErrNotFound) {
		s.fail(w, r, http.StatusNotFound, fault{Message: "The current result has nothing of this ID.", Remedy: "It may have gone with a later check or an answer. Search the lists.", Link: "/findings", LinkText: "Findings"})
		return
	}
	s.fail(w, r, http.StatusInternalServerError, fault{Message: err.Error(), Remedy: "Check the files again.", Link: "/check", LinkText: "Check"})
}
