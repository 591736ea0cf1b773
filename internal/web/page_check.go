package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/pipeline"
)

// checkPage is where files are handed in.
type checkPage struct {
	Profile  string
	Profiles []profileChoice
	// Own is true when the workspace has a profile of its own, used when none is chosen.
	Own     bool
	Acts    []law.Act
	Day     calendar.Date
	Jobs    []pipeline.JobInfo
	Results []pipeline.ResultInfo
	MayWork bool
	// First is true on the overview of a server that has no result yet.
	First bool
}

func (s *site) check(w http.ResponseWriter, r *http.Request) {
	s.showCheck(w, r, view{Title: "Check", Nav: "check"}, false)
}

func (s *site) showCheck(w http.ResponseWriter, r *http.Request, v view, first bool) {
	b := checkPage{Profiles: s.profiles(), Acts: law.Acts, Day: s.today(), MayWork: s.Visitor(r).MayWork() && s.Work != nil, First: first}
	b.Profile, _ = s.builtIn(r)
	if b.Profile == "" {
		b.Profile = s.lastProfile()
	}
	if s.Work != nil {
		b.Own = s.Work.Profile != "" || s.Work.Config != nil && s.Work.Config.Profile != nil
		b.Jobs = firstOf(s.Work.Jobs(), 10)
		b.Results = s.Work.Results()
	}
	v.Body = b
	s.show(w, r, http.StatusOK, "check", v)
}

// Bounds of what is handed in at once; the bytes are bounded by the workspace.
const (
	maxFiles  = 2000
	maxFields = 1000
	maxField  = 1000 // bytes of one form field
)

// handedIn reads the files and fields of the form of a page, straight to disk.
// When it reports false it has answered.
func (s *site) handedIn(w http.ResponseWriter, r *http.Request, page, title string) (pipeline.CheckRequest, bool) {
	req := pipeline.CheckRequest{By: s.Visitor(r).Name, Map: map[string]string{}}
	parts, err := r.MultipartReader()
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, fault{Message: "No file arrived.", Remedy: "Choose at least one file.", Link: "/" + page, LinkText: title})
		return req, false
	}
	if err := s.readParts(parts, &req); err != nil {
		s.Work.Discard(req.Uploads)
		code := http.StatusBadRequest
		if errors.Is(err, pipeline.ErrTooLarge) {
			code = http.StatusRequestEntityTooLarge
		}
		s.fail(w, r, code, fault{Message: err.Error(), Remedy: "Hand in fewer or smaller files, or use telltale " + page + " on the command line.", Link: "/" + page, LinkText: title})
		return req, false
	}
	return req, true
}

// startCheck takes files as they arrive, straight to disk, and starts the check.
func (s *site) startCheck(w http.ResponseWriter, r *http.Request) {
	req, ok := s.handedIn(w, r, "check", "Check")
	if !ok {
		return
	}
	j, err := s.Work.Check(req)
	if err != nil {
		s.Work.Discard(req.Uploads) // the browser sends them again
		s.fail(w, r, http.StatusBadRequest, fault{Message: err.Error(), Remedy: "Choose at least one file.", Link: "/check", LinkText: "Check"})
		return
	}
	i, _ := j.Info()
	http.Redirect(w, r, "/job/"+i.ID, http.StatusSeeOther)
}

func (s *site) readParts(parts *multipart.Reader, req *pipeline.CheckRequest) error {
	for fields := 0; ; {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the upload broke off: %w", err)
		}
		if p.FormName() == "file" {
			if p.FileName() == "" {
				continue
			}
			if len(req.Uploads) == maxFiles {
				return fmt.Errorf("more than %d files at once: put them into a ZIP", maxFiles)
			}
			u, err := s.Work.Upload(p.FileName(), req.By, p)
			if err != nil {
				return fmt.Errorf("%q was not taken: %w", clip(80, p.FileName()), err)
			}
			req.Uploads = append(req.Uploads, u.ID)
			continue
		}
		if fields++; fields > maxFields {
			return fmt.Errorf("the form has more than %d fields besides its files", maxFields)
		}
		b, err := io.ReadAll(io.LimitReader(p, maxField))
		if err != nil {
			return fmt.Errorf("the upload broke off: %w", err)
		}
		if err := setField(req, p.FormName(), strings.TrimSpace(string(b))); err != nil {
			return err
		}
	}
}

func setField(req *pipeline.CheckRequest, name, value string) error {
	var err error
	switch {
	case value == "":
	case name == "profile":
		req.Profile = value
	case name == "act":
		req.Act, err = law.ParseAct(value)
	case name == "as_of":
		req.AsOf, err = calendar.Parse(value)
	case name == "again":
		req.Again, err = strconv.Atoi(value)
	case name == "all":
		req.All = value == "yes"
	case strings.HasPrefix(name, "heading:"): // what a heading of a sheet means
		req.Map[value] = strings.TrimPrefix(name, "heading:")
	}
	return err
}
