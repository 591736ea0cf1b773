package web

import (
	"fmt"
	"net/http"
	"strconv"

	"telltale/internal/pipeline"
)

// dataPage lists the data in use.
type dataPage struct {
	pipeline.EditionInfo
	Sets []pipeline.DataSet
	// MayRule offers to hand in a bundle and to go back; Before is where that leads, nil when nowhere.
	MayRule bool
	Before  *pipeline.EditionInfo
	// Changed says that the data in use were changed just now.
	Changed bool
}

func (s *site) data(w http.ResponseWriter, r *http.Request) {
	sets, err := s.facts().DataSets()
	if err != nil {
		s.fail(w, r, http.StatusInternalServerError, fault{Message: err.Error(), Remedy: "Reload; if it stays, roll the data back: telltale data rollback."})
		return
	}
	if s.export(w, r, "data", []string{"name", "rows", "date", "source"}, each(sets, func(d *pipeline.DataSet) []string {
		return []string{d.Name, strconv.Itoa(d.Rows), fmt.Sprint(d.Date), d.Source}
	})) {
		return
	}
	b := dataPage{EditionInfo: pipeline.EditionInfo{Version: s.facts().Version}, Sets: sets, MayRule: s.Work != nil && s.Visitor(r).MayRule(), Changed: r.URL.Query().Get("changed") == "yes"}
	if in, err := pipeline.InUse(); err == nil && in.Version == b.Version {
		b.EditionInfo = in
	}
	if b.MayRule {
		b.Before = before()
	}
	s.show(w, r, http.StatusOK, "data", view{Title: "Data", Nav: "data", Body: b})
}

// before is the edition that a rollback brings back, nil when there is none.
func before() *pipeline.EditionInfo {
	store, err := pipeline.UserBundles()
	if err != nil {
		return nil
	}
	e, ok, err := store.Before()
	if err != nil || !ok {
		return nil
	}
	return &e
}

// takeData makes a bundle that was compared the data in use.
func (s *site) takeData(w http.ResponseWriter, r *http.Request) {
	s.changed(w, r)(s.Work.TakeData(r.PathValue("id"), s.Visitor(r).Name))
}

// rollBack goes back to the data in use before, when the form says so twice:
// by its address, which the record keeps, and by a box that was ticked.
func (s *site) rollBack(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if r.PostFormValue("sure") != "yes" {
		s.fail(w, r, http.StatusBadRequest, fault{Message: "Nothing was changed: the box that confirms it was not ticked.", Remedy: "Tick it, if you want to go back.", Link: "/data", LinkText: "Data"})
		return
	}
	s.changed(w, r)(s.Work.RollBackData(r.URL.Query().Get("to"), s.Visitor(r).Name))
}

// changed leads to where the result is judged anew with other data, or says why they were not changed.
func (s *site) changed(w http.ResponseWriter, r *http.Request) func(*pipeline.Job, error) {
	return func(j *pipeline.Job, err error) {
		if err == nil && j == nil {
			http.Redirect(w, r, "/data?changed=yes", http.StatusSeeOther)
			return
		}
		s.started(w, r, "/data")(j, err)
	}
}
