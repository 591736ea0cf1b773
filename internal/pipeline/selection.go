package pipeline

import (
	"fmt"
	"io"
	"iter"

	"telltale/internal/browse"
	"telltale/internal/law"
	"telltale/internal/report"
)

// Forms of an export.
var exportForms = map[string]string{"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "json": "application/json", "jsonl": "application/jsonl"}

// Export is a list to be handed over: what a query finds, in the order of worst verdicts.
type Export struct {
	// List is "assets" or "findings".
	List  string
	Query browse.Query
	// Form is csv, xlsx, json or jsonl.
	Form string
}

// ContentType is the media type of the export's form; it fails with ErrInvalid for an unknown list or form.
func (e *Export) ContentType() (string, error) {
	t, ok := exportForms[e.Form]
	if !ok || e.List != "assets" && e.List != "findings" {
		return "", fmt.Errorf("%w: export: list is assets or findings, format is csv, xlsx, json or jsonl", ErrInvalid)
	}
	return t, nil
}

// Write writes the export, streaming. The JSON forms are those of the check;
// narrowed by a query they carry no claims and observations.
func (v *View) Write(w io.Writer, e *Export) error {
	if _, err := e.ContentType(); err != nil {
		return err
	}
	var r report.Result = v.folder
	if len(e.Query.Terms) > 0 {
		r = &selected{v, e}
	}
	switch {
	case e.Form == "csv" && e.List == "assets":
		return report.AssetsCSV(w, r)
	case e.Form == "csv":
		return report.CSV(w, r)
	case e.Form == "xlsx":
		return report.XLSX(w, r)
	case e.Form == "json":
		return report.JSON(w, r)
	}
	return report.JSONLines(w, r)
}

// selected is the part of a result that a query finds, as a result.
type selected struct {
	v *View
	e *Export
}

// Head counts the part, not the whole.
func (s *selected) Head() *report.Head {
	h := *s.v.Head()
	h.Notes = append([]string{"a part of the result: " + s.e.List + " " + s.e.Query.String()}, h.Notes...)
	h.Groups, h.Relabelled, h.RelabelledCount, h.Tests = []report.Group{}, nil, 0, []report.Test{}
	h.Summary.Assets, h.Summary.UnknownMaker = 0, 0
	h.Summary.Permitted, h.Summary.NotBound = 0, 0
	for _, f := range s.v.FacetsOfFindings(s.e.Query)[0].Values {
		switch law.Verdict(f.Value) {
		case law.Prohibited:
			h.Summary.Prohibited = f.Count
		case law.Restricted:
			h.Summary.Restricted = f.Count
		case law.Undetermined:
			h.Summary.Undetermined = f.Count
		}
	}
	if r, err := s.v.Index.Assets(s.e.Query, browse.Page{Limit: 1}); err == nil {
		h.Summary.Assets = r.Total
	}
	if r, err := s.v.Index.Assets(s.e.Query.With("unknown", browse.Maker), browse.Page{Limit: 1}); err == nil {
		h.Summary.UnknownMaker = r.Total
	}
	return &h
}

// Assets yields the assets found.
func (s *selected) Assets() iter.Seq2[[]byte, error] {
	return pages(func(p browse.Page) (browse.Rows, error) { p.Order = "id"; return s.v.Index.Assets(s.e.Query, p) },
		func(row int) ([]byte, error) { return s.v.folder.Asset(s.v.AssetID(row)) })
}

// Findings yields the findings found.
func (s *selected) Findings() iter.Seq2[[]byte, error] {
	return pages(func(p browse.Page) (browse.Rows, error) { return s.v.Index.Findings(s.e.Query, p) },
		func(n int) ([]byte, error) { return s.v.folder.at("findings", s.v.FindingID(n), s.v.FindingPlace(n)) })
}

func pages(get func(browse.Page) (browse.Rows, error), read func(int) ([]byte, error)) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for p := (browse.Page{Limit: browse.MaxLimit}); ; {
			rows, err := get(p)
			for _, r := range rows.Rows {
				var b []byte
				if b, err = read(r); !yield(b, err) || err != nil {
					return
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if p.After = rows.Next; p.After == "" {
				return
			}
		}
	}
}

// Asset returns any asset of the result: findings name theirs.
func (s *selected) Asset(id string) ([]byte, error) { return s.v.folder.Asset(id) }

// Claims yields none.
func (s *selected) Claims() iter.Seq2[report.Entry, error] {
	return func(func(report.Entry, error) bool) {}
}

// Observations yields none.
func (s *selected) Observations() iter.Seq2[report.Entry, error] { return s.Claims() }
