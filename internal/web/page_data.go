package web

import (
	"net/http"

	"telltale/internal/pipeline"
)

// dataPage lists the data the program carries.
type dataPage struct {
	Version string
	Sets    []pipeline.DataSet
}

func (s *site) data(w http.ResponseWriter, r *http.Request) {
	sets, err := s.Knowledge.DataSets()
	if err != nil {
		s.fail(w, r, http.StatusInternalServerError, fault{Message: err.Error(), Remedy: "Reload; if it stays, roll the data back: telltale data rollback."})
		return
	}
	s.show(w, r, http.StatusOK, "data", view{Title: "Data", Nav: "data", Body: dataPage{s.Knowledge.Version, sets}})
}
