package web

import (
	"fmt"
	"net/http"
	"strconv"

	"telltale/internal/pipeline"
)

// dataPage lists the data the program carries.
type dataPage struct {
	Version string
	// Signer signed the bundle in use, empty for the program's own data.
	Signer string
	Sets   []pipeline.DataSet
	// MayPreview offers to hand in a bundle; Taken says that one was taken in just now.
	MayPreview, Taken bool
}

func (s *site) data(w http.ResponseWriter, r *http.Request) {
	sets, err := s.Knowledge.DataSets()
	if err != nil {
		s.fail(w, r, http.StatusInternalServerError, fault{Message: err.Error(), Remedy: "Reload; if it stays, roll the data back: telltale data rollback."})
		return
	}
	if s.export(w, r, "data", []string{"name", "rows", "date", "source"}, each(sets, func(d *pipeline.DataSet) []string {
		return []string{d.Name, strconv.Itoa(d.Rows), fmt.Sprint(d.Date), d.Source}
	})) {
		return
	}
	_, signer, err := pipeline.InUse()
	if err != nil {
		signer = "" // the version says what is in use
	}
	s.show(w, r, http.StatusOK, "data", view{Title: "Data", Nav: "data", Body: dataPage{s.Knowledge.Version, signer, sets, s.Work != nil && s.Visitor(r).MayRule(), r.URL.Query().Get("taken") == "yes"}})
}
