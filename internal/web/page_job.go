package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// jobPage is a check or an answer under way, or what it led to.
type jobPage struct {
	pipeline.JobInfo
	Back    string
	MayWork bool
	// Current is true when its result is the current one; the rest is of that result.
	Current  bool
	Head     *report.Head
	Verdicts []verdictCount
	Changes  *pipeline.Changes
	Compared *comparedPage // of a comparison
	Opened   []openedImage // of images of firmware
	Sheets   []sheetColumns
	Attrs    []string
}

// patience is how long a page waits for a job before it shows progress instead.
const patience = 1500 * time.Millisecond

// answer records answers and judges anew.
func (s *site) answer(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	back := "/inbox"
	refuse := func(code int, why string) {
		s.fail(w, r, code, fault{Message: why, Remedy: "Go back and correct the answer.", Link: back, LinkText: "Back"})
	}
	if err := r.ParseForm(); err != nil {
		refuse(http.StatusBadRequest, "The form cannot be read: "+err.Error())
		return
	}
	back = localPath(r.PostForm.Get("back"), "/inbox")
	until := calendar.NoDate
	if t := r.PostForm.Get("until"); t != "" {
		var err error
		if until, err = calendar.Parse(t); err != nil {
			refuse(http.StatusBadRequest, err.Error())
			return
		}
	}
	var as []pipeline.NewAnswer
	for _, q := range r.PostForm["question"] {
		as = append(as, pipeline.NewAnswer{Question: q, Value: strings.TrimSpace(r.PostForm.Get("value")), Reason: r.PostForm.Get("reason"), By: s.Visitor(r).Name, Until: until, At: s.Now().UTC()})
	}
	if len(as) == 0 {
		refuse(http.StatusBadRequest, "No question is ticked.")
		return
	}
	j, err := s.Work.Answer(as)
	if err != nil {
		refuse(http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	i, _ := j.Wait(ctx) // whether it ended in time or not, the page of the job shows it
	http.Redirect(w, r, "/job/"+i.ID+"?"+query("back", back), http.StatusSeeOther)
}

// localPath is p when it is a path of this server, else the fallback.
func localPath(p, fallback string) string {
	u, err := url.Parse(p)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.Contains(p, `\`) {
		return fallback
	}
	return p
}

func (s *site) findJob(w http.ResponseWriter, r *http.Request) *pipeline.Job {
	if s.Work != nil {
		if j, err := s.Work.Job(r.PathValue("id")); err == nil {
			return j
		}
	}
	s.fail(w, r, http.StatusNotFound, fault{Message: "This check is not known any more.", Remedy: "The server was restarted since, or many checks followed. Its result may still be there.", Link: "/check", LinkText: "Check"})
	return nil
}

func (s *site) job(w http.ResponseWriter, r *http.Request) {
	j := s.findJob(w, r)
	if j == nil {
		return
	}
	i, _ := j.Info()
	b := jobPage{JobInfo: i, Back: localPath(r.URL.Query().Get("back"), ""), MayWork: s.Visitor(r).MayWork()}
	if i.Kind == "compare" && i.State == pipeline.JobDone {
		var err error
		if b.Compared, err = s.compared(r, i.ID); err != nil {
			s.missing(w, r, err)
			return
		}
		if m := b.Compared.Impact; m != nil && s.export(w, r, "changes", changeColumns, each(m.Changes, changeRow)) {
			return
		}
	} else if i.Kind == "firmware" && i.State == pipeline.JobDone {
		if report, err := s.Work.Inspected(i.ID, "json"); err == nil {
			b.Opened = openedImages(report)
		}
	} else if i.State == pipeline.JobDone {
		v, release, err := s.Work.View()
		if err == nil {
			defer release()
			rs := s.Work.Results()
			b.Current = len(rs) > 0 && rs[0].N == i.Result
		}
		if b.Current {
			b.Head, b.Verdicts = v.Head(), verdictCounts(v)
			b.Changes, _ = v.Changes() // nil shows nothing, and the list of findings is one link away
			if b.Changes != nil && s.exportList(w, r, "changes", changeColumns, each(b.Changes.Listed, changeRow)) {
				return
			}
			b.Sheets, b.Attrs = columnsOf(b.Head.Coverage), s.facts().ColumnNames()
		}
	}
	title, nav := "Check: "+i.Title, "check"
	switch i.Kind {
	case "answer":
		title = "Answer"
	case "firmware":
		title, nav = "Firmware: "+i.Title, "firmware"
	case "judge":
		title = "Judged anew"
	case "compare":
		title = s.plain(strings.ToUpper(i.Title[:1]) + i.Title[1:])
	}
	s.show(w, r, http.StatusOK, "job", view{Title: title, Nav: nav, Body: b})
}

// eventGap is how often a silent stream of events is kept alive.
const eventGap = 15 * time.Second

// jobEvents sends the job whenever it changes, until it has ended.
func (s *site) jobEvents(w http.ResponseWriter, r *http.Request) {
	j := s.findJob(w, r)
	if j == nil {
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	alive := time.NewTicker(eventGap)
	defer alive.Stop()
	for {
		i, changed := j.Info()
		b, err := json.Marshal(i)
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", b); err != nil {
			return
		}
		if err := out.Flush(); err != nil || i.State.Ended() {
			return
		}
		for waiting := true; waiting; {
			select {
			case <-changed:
				waiting = false
			case <-alive.C: // a browser that is gone shows by it
				if _, err := io.WriteString(w, ": alive\n\n"); err != nil || out.Flush() != nil {
					return
				}
			case <-r.Context().Done():
				return
			}
		}
		select { // not more than ten a second, however fast the job runs
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
			return
		}
	}
}

func (s *site) cancelJob(w http.ResponseWriter, r *http.Request) {
	j := s.findJob(w, r)
	if j == nil {
		return
	}
	j.Cancel()
	http.Redirect(w, r, "/job/"+r.PathValue("id"), http.StatusSeeOther)
}

// sheetColumns is a sheet with the columns as they were read.
type sheetColumns struct {
	Input   string
	Columns []column
	Notes   []string
}

// Ignored names the columns that were not read, the first of them.
func (x sheetColumns) Ignored() string {
	var names []string
	for _, c := range x.Columns {
		if c.Read == "" {
			names = append(names, clip(40, c.Heading))
		}
	}
	shown := strings.Join(firstOf(names, maxShortList), ", ")
	if more := len(names) - maxShortList; more > 0 {
		shown += " and " + count(more) + " more"
	}
	return shown
}

// column is one column: its heading and what it was read as.
type column struct{ Heading, Read string }

// columnsOf reads how columns were guessed from the remarks on the inputs.
func columnsOf(cs []asset.Coverage) []sheetColumns {
	var out []sheetColumns
	for _, c := range cs {
		x := sheetColumns{Input: c.Input}
		for _, n := range c.Notes {
			_, rest, ok := strings.Cut(n, "column ")
			if !ok {
				continue
			}
			_, rest, quoted := strings.Cut(rest, "“")
			heading, rest, closed := strings.Cut(rest, "”")
			if !quoted || !closed {
				continue
			}
			read, is := strings.CutPrefix(rest, " read as ")
			if !is && !strings.HasPrefix(rest, " ignored") {
				continue
			}
			read, _, _ = strings.Cut(read, " (")
			if !is {
				read = ""
			}
			x.Columns = append(x.Columns, column{heading, read})
		}
		if len(x.Columns) > 0 && len(out) < 20 {
			out = append(out, x)
		}
	}
	return out
}
