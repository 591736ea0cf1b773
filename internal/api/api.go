// Package api is the door for programs: JSON over HTTP, described by the
// OpenAPI 3.1 document that it serves and routes by, events of running checks,
// webhooks, metrics, and a read-only MCP endpoint for assistants.
//
// It decides nothing about makers or law and shows the JSON of the command
// line (docs/format/check.schema.json). Who may ask is people's.
//
// Flow: request → people.House.Guard → operation (operations.go) → pipeline →
// JSON. Document and routes are made of the same list, so they cannot differ.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"telltale/internal/browse"
	"telltale/internal/people"
	"telltale/internal/pipeline"
)

// Config is what the API rests on.
type Config struct {
	Work  *pipeline.Workspace
	House *people.House
	// Version is that of the program.
	Version string
	// LocalHooks allows webhooks to loopback and link-local addresses.
	LocalHooks bool
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

// API is the door. It is safe for concurrent use.
type API struct {
	Config
	mux     *http.ServeMux
	hooks   *hooks
	repeats repeats
	metrics *metrics
}

// New returns the API, to be mounted at /api/, /metrics, /healthz and /readyz.
func New(c Config) *API {
	if c.Now == nil {
		c.Now = time.Now
	}
	a := &API{Config: c, mux: http.NewServeMux(), metrics: newMetrics()}
	a.hooks = newHooks(c.House, c.LocalHooks)
	a.repeats.now, a.repeats.path = c.Now, filepath.Join(c.Work.Dir, repeatsName)
	if err := a.repeats.open(a.knownJob); err != nil {
		slog.Warn("requests sent again after the restart are done again", "error", err)
	}
	for _, o := range a.operations() {
		a.mux.Handle(o.Method+" "+o.Path, a.handler(o))
	}
	a.mux.Handle("/api/", http.HandlerFunc(a.nothing))
	return a
}

// nothing tells of a path that is not there, or not for the method.
func (a *API) nothing(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		other := &http.Request{Method: m, URL: r.URL, Host: r.Host}
		if _, pattern := a.mux.Handler(other); pattern != "/api/" {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		a.fail(w, problem{Status: http.StatusMethodNotAllowed, Title: "this wants the method " + strings.Join(allowed, " or ")})
		return
	}
	a.fail(w, problem{Status: http.StatusNotFound, Title: "there is nothing here; /api/openapi.json lists what there is"})
}

// knownJob reports whether the job that an answer tells of is still known.
func (a *API) knownJob(body []byte) bool {
	var i pipeline.JobInfo
	if json.Unmarshal(body, &i) != nil {
		return false
	}
	_, err := a.Work.Job(i.ID)
	return err == nil
}

// ServeHTTP answers one request behind people.House.Guard.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Changed tells the webhooks what changed; it is the Changed of the workspace.
func (a *API) Changed(v *pipeline.View, c *pipeline.Changes) { a.hooks.changed(v, c) }

// Close ends the delivery of webhooks.
func (a *API) Close() { a.hooks.close() }

// operation is one thing the API does.
type operation struct {
	Method, Path, ID, Summary string
	Role                      people.Role
	Params                    []param
	// Body is a value of the type of the JSON body, nil for none; File is true for a body of bytes.
	Body any
	File bool
	// Reply is a value of the type of the answer; Type is its media type when it is not JSON.
	Reply any
	Type  string
	// Status of success; 0 is 200.
	Status int
	// Repeat allows an Idempotency-Key.
	Repeat bool
	run    func(*call) (any, error)
	raw    func(*call) error // writes the answer itself
}

// param is a parameter of the query or, when the path names it, of the path.
type param struct {
	Name, Type, Text string
	Enum             []string
}

// call is one request to an operation.
type call struct {
	*http.Request
	w    http.ResponseWriter
	who  people.Who
	body []byte
}

// maxBody bounds a JSON body in bytes.
const maxBody = 4 << 20

func (a *API) handler(o operation) http.Handler {
	if o.Status == 0 {
		o.Status = http.StatusOK
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		c := &call{Request: r, w: &sent{ResponseWriter: w}, who: people.Of(r.Context())}
		err := a.serve(c, &o)
		if s := c.w.(*sent); err != nil && s.code == 0 {
			a.fail(c.w, problemOf(err))
		} else if err != nil {
			slog.Warn("answer cut short", "path", r.URL.Path, "error", err)
		}
		a.metrics.count(o.ID, c.w.(*sent).code, time.Since(start))
	})
	if o.Role == "" {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !people.Of(r.Context()).Role.Has(o.Role) {
			a.fail(w, problem{Status: http.StatusForbidden, Title: "this needs the role " + string(o.Role)})
			return
		}
		h.ServeHTTP(w, r)
	})
}

func (a *API) serve(c *call, o *operation) error {
	if o.Body != nil {
		if t, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); t != "application/json" {
			return problem{Status: http.StatusUnsupportedMediaType, Title: "want Content-Type: application/json"}
		}
		b, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, maxBody))
		if err != nil {
			return problem{Status: http.StatusRequestEntityTooLarge, Title: fmt.Sprintf("the body is larger than %d bytes or was cut off", maxBody)}
		}
		c.body = b
	}
	if o.raw != nil {
		return o.raw(c)
	}
	run := func() (int, []byte, error) {
		v, err := o.run(c)
		if err != nil {
			return 0, nil, err
		}
		b, err := json.Marshal(v)
		return o.Status, b, err
	}
	key := c.Header.Get("Idempotency-Key")
	if !o.Repeat {
		key = ""
	}
	status, b, err := a.repeats.do(c.who.Name, key, o.ID+"\n"+c.URL.RawQuery+"\n"+string(c.body), run)
	if err != nil {
		return err
	}
	if status == http.StatusNoContent {
		c.w.WriteHeader(status)
		return nil
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	_, err = c.w.Write(b)
	return err
}

// decode reads the JSON body; a field nobody knows is an error.
func (c *call) decode(to any) error {
	d := json.NewDecoder(strings.NewReader(string(c.body)))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return problem{Status: http.StatusBadRequest, Title: "the body is not the JSON wanted: " + err.Error()}
	}
	if d.More() {
		return problem{Status: http.StatusBadRequest, Title: "the body has more than one JSON value"}
	}
	return nil
}

// number reads a whole number of the query; fallback when it is absent.
func (c *call) number(name string, fallback, least, most int) (int, error) {
	s := c.URL.Query().Get(name)
	if s == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		return 0, problem{Status: http.StatusBadRequest, Title: fmt.Sprintf("%s: want a number from %d to %d", name, least, most)}
	}
	return n, nil
}

// sent remembers what was sent.
type sent struct {
	http.ResponseWriter
	code int
}

func (s *sent) WriteHeader(code int) {
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *sent) Write(b []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *sent) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// problem is an error as RFC 9457 has it.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
}

func (p problem) Error() string { return p.Title }

// problemOf is the answer to an error; one that nobody foresaw is the server's fault and goes to the log.
func problemOf(err error) problem {
	var p problem
	if errors.As(err, &p) {
		return p
	}
	if errors.Is(err, context.Canceled) {
		return problem{"the request was given up", http.StatusRequestTimeout}
	}
	if errors.Is(err, syscall.ENOSPC) {
		slog.Error("the disk is full", "error", err)
		return problem{"the disk of the server is full; nothing was kept", http.StatusInsufficientStorage}
	}
	code := foreseen(err)
	if code == http.StatusInternalServerError {
		slog.Error("request failed", "error", err)
	}
	return problem{err.Error(), code}
}

// foreseen is the status of an error, that of a fault of the server when none is foreseen.
func foreseen(err error) int {
	switch {
	case errors.Is(err, pipeline.ErrNotFound), errors.Is(err, people.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, pipeline.ErrTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, pipeline.ErrMaking):
		return http.StatusConflict
	case errors.Is(err, pipeline.ErrBusy):
		return http.StatusTooManyRequests
	case errors.Is(err, pipeline.ErrBundle), errors.Is(err, pipeline.ErrInvalid), errors.Is(err, people.ErrInvalid), errors.Is(err, browse.ErrCursor), errors.Is(err, browse.ErrPage):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

func (a *API) fail(w http.ResponseWriter, p problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}
