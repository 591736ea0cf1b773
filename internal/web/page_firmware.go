package web

import (
	"net/http"

	"telltale/internal/pipeline"
)

// firmwarePage is where images are handed in, and the reports there are.
type firmwarePage struct {
	MayWork bool
	Jobs    []pipeline.JobInfo
}

// firmwareJobs bounds the reports listed.
const firmwareJobs = 50

func (s *site) firmware(w http.ResponseWriter, r *http.Request) {
	b := firmwarePage{MayWork: s.Work != nil && s.Visitor(r).MayWork()}
	if s.Work != nil {
		for _, j := range s.Work.Jobs() {
			if j.Kind == "firmware" && len(b.Jobs) < firmwareJobs {
				b.Jobs = append(b.Jobs, j)
			}
		}
	}
	s.show(w, r, http.StatusOK, "firmware", view{Title: "Firmware", Nav: "firmware", Body: b})
}

// openFirmware takes images as they arrive and starts opening them.
func (s *site) openFirmware(w http.ResponseWriter, r *http.Request) {
	req, ok := s.handedIn(w, r, "firmware", "Firmware")
	if !ok {
		return
	}
	j, err := s.Work.Inspect(req.Uploads, req.By)
	if err != nil {
		s.Work.Discard(req.Uploads) // the browser sends them again
	}
	s.started(w, r, "/firmware")(j, err)
}

// reportPolicy lets the report of firmware, a page of its own with its style inside, load and do nothing.
const reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

// firmwareForms are what a report is handed over as, by form: its media type and ending.
var firmwareForms = map[string][2]string{
	"html": {"text/html; charset=utf-8", "html"}, "json": {"application/json", "json"}, "sarif": {"application/sarif+json", "sarif"}, "cyclonedx": {"application/vnd.cyclonedx+json", "cdx.json"},
}

// firmwareReport shows the report of a job that opened images, or hands it over.
func (s *site) firmwareReport(w http.ResponseWriter, r *http.Request) {
	form := r.PathValue("form")
	b, err := s.inspected(r.PathValue("id"), form)
	if err != nil {
		s.fail(w, r, http.StatusNotFound, fault{Message: "There is no such report.", Remedy: "Hand the image in again.", Link: "/firmware", LinkText: "Firmware"})
		return
	}
	h := w.Header()
	h.Set("Content-Type", firmwareForms[form][0])
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", reportPolicy)
	if form != "html" {
		h.Set("Content-Disposition", `attachment; filename="telltale-firmware.`+firmwareForms[form][1]+`"`)
	} else {
		b = harmless(b)
	}
	w.Write(b)
}

func (s *site) inspected(id, form string) ([]byte, error) {
	if _, ok := firmwareForms[form]; !ok || s.Work == nil {
		return nil, pipeline.ErrNotFound
	}
	return s.Work.Inspected(id, form)
}
