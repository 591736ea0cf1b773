package web

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// comparedPage is what a comparison found: how data differ, and whose verdict changes.
type comparedPage struct {
	*pipeline.Compared
	// Groups are the changes that say the same of different things, Shown the first of them; all are in the export.
	Groups, Shown []changeGroup
	// Counts are all changes by verdict before and after.
	Counts []browse.ChangeCount
	// MayTake is true for those who may take the data in, while they wait.
	MayTake bool
}

// Bounds of what is shown of a comparison.
const maxChangesShown, maxFieldsShown = 50, 100

// lawImpact starts judging what the law changes for the things of the current result.
func (s *site) lawImpact(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	from, err1 := calendar.Parse(r.PostFormValue("from"))
	to, err2 := calendar.Parse(r.PostFormValue("to"))
	if err := errors.Join(err1, err2); err != nil {
		s.fail(w, r, http.StatusBadRequest, fault{Message: err.Error(), Remedy: "Choose two days.", Link: "/law/diff", LinkText: "Compare two days"})
		return
	}
	s.started(w, r, "/law/diff")(s.Work.CompareDays(min(from, to), max(from, to), s.Visitor(r).Name))
}

// started leads to the page of a job, or says why there is none.
func (s *site) started(w http.ResponseWriter, r *http.Request, back string) func(*pipeline.Job, error) {
	return func(j *pipeline.Job, err error) {
		if err != nil {
			s.fail(w, r, http.StatusBadRequest, fault{Message: err.Error(), Remedy: "Go back and correct it.", Link: back, LinkText: "Back"})
			return
		}
		i, _ := j.Info()
		http.Redirect(w, r, "/job/"+i.ID, http.StatusSeeOther)
	}
}

// ruling runs what changes the server for everybody, for those who may.
func (s *site) ruling(do http.HandlerFunc) http.HandlerFunc {
	return s.working(func(w http.ResponseWriter, r *http.Request) {
		if !s.Visitor(r).MayRule() {
			s.fail(w, r, http.StatusForbidden, fault{Message: "Data are taken in by administrators.", Remedy: "Ask an administrator."})
			return
		}
		do(w, r)
	})
}

// previewData checks a bundle of data and starts comparing it with those in use.
func (s *site) previewData(w http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, fault{Message: "No bundle arrived.", Remedy: "Choose the file of a bundle.", Link: "/data", LinkText: "Data"})
		return
	}
	key := ""
	for {
		p, err := parts.NextPart()
		if err != nil {
			s.fail(w, r, http.StatusBadRequest, fault{Message: "No bundle arrived.", Remedy: "Choose the file of a bundle.", Link: "/data", LinkText: "Data"})
			return
		}
		switch {
		case p.FormName() == "key":
			b, err := io.ReadAll(io.LimitReader(p, maxField))
			if err == nil {
				key = strings.TrimSpace(string(b))
			}
		case p.FormName() == "bundle" && p.FileName() != "":
			s.started(w, r, "/data")(s.Work.CompareBundle(p, key, s.Visitor(r).Name))
			return
		}
	}
}

// compared is the page of a comparison that ended.
func (s *site) compared(r *http.Request, id string) (*comparedPage, error) {
	c, err := s.Work.Compared(id)
	if err != nil {
		return nil, err
	}
	b := &comparedPage{Compared: c, MayTake: s.Visitor(r).MayRule() && s.Work.Takeable(id)}
	if b.Impact != nil {
		b.Groups, b.Counts = changeGroups(b.Impact.Changes), changeCounts(b.Impact.Changes)
		b.Shown = firstOf(b.Groups, maxChangesShown)
	}
	if b.Diff != nil && !r.URL.Query().Has("format") {
		b.Diff.Fields = firstOf(b.Diff.Fields, maxFieldsShown)
	}
	return b, nil
}

var changeColumns = []string{"was", "is", "asset", "name", "provision", "act", "profile", "due", "why", "because", "citation"}

func changeRow(c *report.Change) []string {
	due := ""
	if c.Due != nil {
		due = c.Due.String()
	}
	return []string{string(c.From), string(c.To), c.Asset, c.Name, string(c.Provision), string(c.Act), c.Profile, due, c.Why, strings.Join(c.Causes, "; "), c.Citation}
}
