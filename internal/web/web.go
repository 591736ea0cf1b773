// Package web is the pages: it reads a request, asks the pipeline, and writes
// HTML that works without scripts, by keyboard, on a phone and printed.
//
// It decides nothing about makers or law and stores nothing. Pages carry no
// inline script or style, and nothing on them comes from another origin; the
// content security policy proves it. Scripts only shorten the way: every form
// and link works without them.
//
// Flow: request → handler (page_*.go) → body → templates/NAME.html in
// templates/layout.html → response.
package web

import (
	"net/http"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/pipeline"
)

// Config is what the pages rest on.
type Config struct {
	// Knowledge is all law, organisations and fingerprints.
	Knowledge *pipeline.Knowledge
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

// site is the pages with all they need. It is safe for concurrent use.
type site struct {
	Config
	pages  map[string]*page
	assets *assets
}

// New returns the pages as one handler, to be mounted at "/". It fails when a
// template or static file is broken, which a test excludes.
func New(c Config) (http.Handler, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &site{Config: c}
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = loadPages(s); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.routes(mux)
	return secured(mux), nil
}

func (s *site) routes(mux *http.ServeMux) {
	mux.Handle("GET /static/", s.assets)
	mux.HandleFunc("GET /law", s.law)
	mux.HandleFunc("GET /law/diff", s.lawDiff)
	mux.HandleFunc("GET /law/ahead", s.lawAhead)
	mux.HandleFunc("GET /law/{regime}", s.regime)
	mux.HandleFunc("GET /org", s.organisations)
	mux.HandleFunc("GET /org/{id}", s.organisation)
	mux.HandleFunc("GET /ask", s.ask)
	mux.HandleFunc("GET /data", s.data)
	mux.HandleFunc("/", s.notFound)
}

// today is the day pages stand on when the URL names none.
func (s *site) today() calendar.Date { return calendar.Of(s.Now()) }
