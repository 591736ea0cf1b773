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
	"sync"
	"time"

	"telltale/internal/calendar"
	"telltale/internal/people"
	"telltale/internal/pipeline"
)

// Config is what the pages rest on.
type Config struct {
	// Knowledge is all law, organisations and fingerprints, where there is no Work, which has those in use.
	Knowledge *pipeline.Knowledge
	// Work is where results are kept; nil shows the reference pages only.
	Work *pipeline.Workspace
	// House keeps the accounts, nil where there are none.
	House *people.House
	// Visitor says who asks; nil asks the House's guard, and without a House it is one user without login.
	Visitor func(*http.Request) Visitor
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

// Visitor is who looks at a page.
type Visitor struct {
	// Name is recorded with what the visitor answers and checks.
	Name string
	// Role is viewer, analyst or admin; empty on a machine of one's own, where everything is allowed.
	Role string
	// CSRF is a token that forms send back as csrf; empty on a machine of one's own, where nobody logs in.
	CSRF string
}

// visitor is who the guard let in: somebody known, or nobody, who may do nothing.
func visitor(r *http.Request) Visitor {
	w := people.Of(r.Context())
	if w.Name == "" {
		return Visitor{Role: "nobody"}
	}
	return Visitor{Name: w.Name, Role: string(w.Role), CSRF: w.CSRF}
}

// local is the one user of a machine where nobody logs in.
func local(*http.Request) Visitor { return Visitor{Name: "local user"} }

// MayWork reports whether the visitor may hand in files and answer questions.
func (v Visitor) MayWork() bool { return v.Role == "" || people.Role(v.Role).Has(people.Analyst) }

// MayRule reports whether the visitor may change the server for everybody.
func (v Visitor) MayRule() bool { return v.Role == "" || v.Role == string(people.Admin) }

// site is the pages with all they need. It is safe for concurrent use.
type site struct {
	Config
	pages  map[string]*page
	assets *assets

	memo memo

	netMu sync.Mutex
	nets  []*netGraph // of the results last drawn, the newest first
}

// New returns the pages as one handler, to be mounted at "/". It fails when a
// template or static file is broken, which a test excludes.
func New(c Config) (http.Handler, error) {
	s, err := newSite(c)
	if err != nil {
		return nil, err
	}
	return s.handler(), nil
}

func newSite(c Config) (*site, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Visitor == nil {
		c.Visitor = local
		if c.House != nil {
			c.Visitor = visitor
		}
	}
	s := &site{Config: c}
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = loadPages(s); err != nil {
		return nil, err
	}
	if s.Work != nil {
		s.Work.Prepare(func(v *pipeline.View) { s.networkOf(v) }) // a fault shows when the page is asked for
		go warm(s.facts())
	}
	return s, nil
}

// warm compiles the engines before the first question waits for them; a fault shows when something is asked.
func warm(k *pipeline.Knowledge) {
	_, _ = k.Attribution()
	_, _ = k.Judge()
}

func (s *site) handler() http.Handler {
	mux := http.NewServeMux()
	s.routes(mux)
	return secured(mux)
}

func (s *site) routes(mux *http.ServeMux) {
	mux.Handle("GET /static/", s.assets)
	mux.HandleFunc("GET /{$}", s.withView("overview", "Overview", s.overview))
	mux.HandleFunc("GET /assets", s.withView("assets", "Assets", s.listAssets))
	mux.HandleFunc("GET /asset/{id}", s.withView("assets", "Asset", s.asset))
	mux.HandleFunc("GET /findings", s.withView("findings", "Findings", s.listFindings))
	mux.HandleFunc("GET /finding/{id}", s.withView("findings", "Finding", s.finding))
	mux.HandleFunc("GET /inbox", s.withView("inbox", "Inbox", s.inbox))
	mux.HandleFunc("GET /inbox/{group}", s.withView("inbox", "Inbox", s.inboxGroup))
	mux.HandleFunc("GET /evidence", s.withView("evidence", "Evidence", s.evidence))
	mux.HandleFunc("GET /network", s.withView("network", "Network", s.networkPage))
	mux.HandleFunc("GET /network.json", s.withView("network", "Network", s.networkDrawn))
	mux.HandleFunc("GET /reconcile", s.withView("reconcile", "Paper and network", s.reconcile))
	mux.HandleFunc("GET /firmware", s.firmware)
	mux.HandleFunc("POST /firmware", s.working(s.openFirmware))
	mux.HandleFunc("GET /job/{id}/firmware/{form}", s.firmwareReport)
	mux.HandleFunc("GET /people", s.team(people.Admin, s.people))
	mux.HandleFunc("POST /people", s.team(people.Admin, s.putPerson))
	mux.HandleFunc("GET /record", s.team(people.Admin, s.record))
	mux.HandleFunc("GET /account", s.team(people.Viewer, s.account))
	mux.HandleFunc("POST /account", s.team(people.Viewer, s.token))
	mux.HandleFunc("GET /check", s.check)
	mux.HandleFunc("POST /check", s.working(s.startCheck))
	mux.HandleFunc("POST /answer", s.working(s.answer))
	mux.HandleFunc("GET /job/{id}", s.job)
	mux.HandleFunc("GET /job/{id}/events", s.jobEvents)
	mux.HandleFunc("POST /job/{id}/cancel", s.working(s.cancelJob))
	mux.HandleFunc("GET /law", s.law)
	mux.HandleFunc("GET /law/diff", s.lawDiff)
	mux.HandleFunc("POST /law/diff", s.working(s.lawImpact))
	mux.HandleFunc("GET /law/ahead", s.lawAhead)
	mux.HandleFunc("GET /law/{regime}", s.regime)
	mux.HandleFunc("GET /org", s.organisations)
	mux.HandleFunc("GET /org/{id}", s.organisation)
	mux.HandleFunc("GET /ask", s.ask)
	mux.HandleFunc("GET /data", s.data)
	mux.HandleFunc("POST /data", s.ruling(s.previewData))
	mux.HandleFunc("POST /data/rollback", s.ruling(s.rollBack))
	mux.HandleFunc("POST /job/{id}/take", s.ruling(s.takeData))
	mux.HandleFunc("/", s.notFound)
}

// facts are all law, organisations and fingerprints in use.
func (s *site) facts() *pipeline.Knowledge {
	if s.Work != nil {
		return s.Work.Knowledge()
	}
	return s.Knowledge
}

// today is the day pages stand on when the URL names none.
func (s *site) today() calendar.Date { return calendar.Of(s.Now()) }
