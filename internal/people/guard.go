package people

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Guard lets a request through to the door when it comes the right way: the
// server's own name (against DNS rebinding), from its own pages (against forged
// requests), not too often, by somebody known. Doors check roles with Require.
// What it serves itself: /login, /logout and /oidc/.
func (h *House) Guard(door http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", h.loginPage)
	mux.HandleFunc("POST /login", h.login)
	mux.HandleFunc("POST /logout", h.logout)
	mux.HandleFunc("GET /oidc/start", h.oidcStart)
	mux.HandleFunc("GET /oidc/callback", h.oidcCallback)
	mux.Handle("/", h.known(door))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w, done := h.pace(w, r)
		defer done()
		headers(w.Header(), h.TLS)
		if !h.ownName(r.Host) {
			http.Error(w, "This server is not called by the name in the request. Start it with --host NAME to allow that name.", http.StatusMisdirectedRequest)
			return
		}
		if err := h.origin.Check(r); err != nil || foreign(r) {
			http.Error(w, "The request comes from another site and was refused.", http.StatusForbidden)
			return
		}
		if !h.rates.allow(network(h.address(r)), h.Now()) {
			w.Header().Set("Retry-After", "10")
			http.Error(w, "Too many requests from this address; wait a little.", http.StatusTooManyRequests)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// foreign reports whether a page of another site wants something for itself: a
// picture, script, frame or answer. Links to pages may come from anywhere.
func foreign(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	if site != "cross-site" && site != "same-site" {
		return false
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}

// headers say to browsers what nothing here needs. Doors may set a policy of their own.
func headers(h http.Header, tls bool) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if tls {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (h *House) ownName(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if slices.ContainsFunc(h.Hosts, func(own string) bool { return strings.EqualFold(own, name) }) {
		return true
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// address is the address a request comes from, without port. What a proxy
// that is trusted says of it counts, the last address it added; what others say does not.
func (h *House) address(r *http.Request) string {
	from := r.RemoteAddr
	if n, _, err := net.SplitHostPort(from); err == nil {
		from = n
	}
	if !slices.Contains(h.Proxies, from) {
		return from
	}
	said := r.Header.Values("X-Forwarded-For")
	if len(said) == 0 {
		return from
	}
	last := said[len(said)-1]
	last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	a, err := netip.ParseAddr(last)
	if err != nil {
		return from
	}
	return a.Unmap().String()
}

// network is what requests are counted by: an address, of IPv6 the network of 64 bits that one host has to itself.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is6() || a.Is4In6() {
		return address
	}
	x, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return x.String()
}

// open are paths that need no login: for probes of the machine the server runs on.
var open = []string{"/healthz", "/readyz"}

func (h *House) known(door http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := h.who(r)
		if err != nil && !errors.Is(err, ErrLogin) {
			http.Error(w, "The accounts cannot be read: "+err.Error(), http.StatusInternalServerError)
			return
		}
		if err != nil && !slices.Contains(open, r.URL.Path) && !strings.HasPrefix(r.URL.Path, "/static/") {
			h.unknown(w, r)
			return
		}
		if unsafe(r) && !who.Token && !who.Local && !sameToken(r, who.CSRF) {
			http.Error(w, "The form is too old or was not made here. Open the page again and send it again.", http.StatusForbidden)
			return
		}
		seen := &status{ResponseWriter: w, code: http.StatusOK}
		more := ""
		ctx := context.WithValue(As(r.Context(), who), tellKey{}, &more)
		defer func() { // also when an answer is broken off midway: part of it was seen
			if unsafe(r) || telling(r.URL.Path) || r.URL.Query().Has("format") {
				h.note(Record{Name: who.Name, Act: r.Method, About: told(r.URL) + more, Status: seen.code, Address: h.address(r)})
			}
		}()
		door.ServeHTTP(seen, r.WithContext(ctx))
	})
}

type tellKey struct{}

// Tell adds to the record of a request what its address does not say, such as
// whose account a form changes. Requests that are not recorded tell nothing.
func Tell(ctx context.Context, about string) {
	if more, ok := ctx.Value(tellKey{}).(*string); ok {
		*more += " (" + clip(about) + ")"
	}
}

// told is an address as the record has it: without the token of the session, which opens forms.
func told(u *url.URL) string {
	q := u.Query()
	if !q.Has("csrf") {
		return u.RequestURI()
	}
	q.Del("csrf")
	without := *u
	without.RawQuery = q.Encode()
	return without.RequestURI()
}

// telling paths show things, one or many, or hand over files, as other lists do with format=: the record tells who saw them.
func telling(path string) bool {
	for _, p := range []string{"/asset", "/finding", "/inbox/", "/evidence", "/network", "/reconcile", "/api/v1/assets", "/api/v1/findings", "/api/v1/inbox/", "/api/v1/export", "/export", "/api/mcp", "/api/v1/topology", "/api/v1/reconcile"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return strings.Contains(path, "/firmware/") || strings.HasSuffix(path, "/firmware") && strings.HasPrefix(path, "/api/v1/jobs/") // reports of images
}

func unsafe(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// who finds out who asks. It fails with ErrLogin.
func (h *House) who(r *http.Request) (Who, error) {
	if secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return h.token(r.Context(), secret)
	}
	if h.Local != "" {
		return Who{Name: h.Local, Role: Admin, Local: true}, nil
	}
	c, err := r.Cookie(h.cookieName())
	if err != nil || len(c.Value) > 100 {
		return Who{}, ErrLogin
	}
	return h.session(r.Context(), c.Value)
}

// sameToken reports whether the request brings the token of its session.
func sameToken(r *http.Request, want string) bool {
	got := r.Header.Get("X-CSRF-Token")
	if got == "" && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(r.Body, 1<<20), r.Body}
		got = r.PostFormValue("csrf")
	}
	if got == "" {
		got = r.URL.Query().Get("csrf") // forms with files: the body is not read here
	}
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

// unknown sends a person to the login and tells a program.
func (h *House) unknown(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/metrics" || unsafe(r) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="telltale"`)
		http.Error(w, "Log in, or send a valid token: Authorization: Bearer telltale_...", http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
}

// Require lets only those of a role, or more, through to a door.
func Require(role Role, door http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !Of(r.Context()).Role.Has(role) {
			http.Error(w, "This needs the role "+string(role)+".", http.StatusForbidden)
			return
		}
		door.ServeHTTP(w, r)
	})
}

// status remembers the code of an answer.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection: events are flushed.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
