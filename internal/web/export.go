package web

import (
	"iter"
	"net/http"
	"net/url"

	"telltale/internal/report"
)

// export writes the table of a page as a file when the URL asks for a format
// (?format=csv|xlsx|json) and for no other table; it reports whether it did.
func (s *site) export(w http.ResponseWriter, r *http.Request, name string, columns []string, rows iter.Seq2[[]string, error]) bool {
	if of := r.URL.Query().Get("table"); of != "" && of != name {
		return false
	}
	t := &report.Sheet{Name: name, Columns: columns, Rows: rows}
	h := w.Header()
	kind, write := "", t.CSV
	switch r.URL.Query().Get("format") {
	case "csv":
		kind = "text/csv; charset=utf-8"
	case "xlsx":
		kind, write = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", t.XLSX
	case "json":
		kind, write = "application/json", t.JSON
	default:
		return false
	}
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="telltale-`+name+"."+r.URL.Query().Get("format")+`"`)
	if err := write(w); err != nil {
		// The head is out: cutting the connection is the only way left to say that the file is not whole.
		panic(http.ErrAbortHandler)
	}
	return true
}

// inFormat is the address of a page's table in another form, with more of the query in pairs.
func inFormat(path, format string, more ...string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set("format", format)
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	q.Del("after")
	u.RawQuery = q.Encode()
	return u.String()
}

// each makes rows of a list.
func each[T any](list []T, row func(*T) []string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for i := range list {
			if !yield(row(&list[i]), nil) {
				return
			}
		}
	}
}
