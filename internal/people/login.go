package people

import (
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"
)

func (h *House) cookieName() string {
	if h.TLS {
		return "__Host-telltale"
	}
	return "telltale"
}

func (h *House) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: h.TLS, SameSite: http.SameSiteLaxMode, MaxAge: int(life.Seconds())})
}

// loginForm borrows the style sheet of the pages, which needs no login; without one it is plain.
var loginForm = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"{{with .Theme}} data-theme="{{.}}"{{end}}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Log in · Telltale</title><link rel="icon" href="/static/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/static/app.css"></head>
<body class="login"><main class="card"><h1>Telltale</h1>{{with .Fault}}<p role="alert" class="note bad">{{.}}</p>{{end}}
<form method="post" action="/login" class="stack"><input type="hidden" name="next" value="{{.Next}}">
<p class="field"><label for="name">Name</label><input id="name" name="name" autocomplete="username" required autofocus maxlength="100"></p>
<p class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200"></p>
<p><button class="primary">Log in</button></p></form>
{{if .OIDC}}<p><a href="/oidc/start?next={{.Next}}">Log in with {{.OIDC}}</a></p>{{end}}</main></body></html>
`))

func (h *House) loginPage(w http.ResponseWriter, r *http.Request) {
	if h.Local != "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	h.showLogin(w, r, http.StatusOK, localPath(r.URL.Query().Get("next")), "")
}

// showLogin shows the form in the theme that the pages keep in a cookie.
func (h *House) showLogin(w http.ResponseWriter, r *http.Request, code int, next, fault string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	name := ""
	if h.oidc != nil {
		name = h.OIDC.Title
	}
	theme := ""
	if c, err := r.Cookie("theme"); err == nil && (c.Value == "dark" || c.Value == "light") {
		theme = c.Value
	}
	loginForm.Execute(w, struct{ Next, Fault, OIDC, Theme string }{next, fault, name, theme})
}

// localPath is a path of this server, "/" for anything else.
func localPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") || len(s) > 2000 {
		return "/"
	}
	return s
}

func (h *House) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	name, next := r.PostFormValue("name"), localPath(r.PostFormValue("next"))
	if !h.logins.allow(network(h.address(r)), h.Now()) || !h.names.allow(clip(name), h.Now()) {
		w.Header().Set("Retry-After", "60")
		h.showLogin(w, r, http.StatusTooManyRequests, next, "Too many attempts; wait a minute.")
		return
	}
	err := h.checkPassword(r.Context(), name, r.PostFormValue("password"))
	if err != nil {
		code, text := http.StatusInternalServerError, "The accounts cannot be read."
		if errors.Is(err, ErrLogin) {
			code, text = http.StatusUnauthorized, "The name or the password is wrong."
		}
		h.note(Record{Name: clip(name), Act: "login", About: "refused", Status: code, Address: h.address(r)})
		h.showLogin(w, r, code, next, text)
		return
	}
	h.enter(w, r, name, next)
}

func clip(s string) string { return s[:min(len(s), maxName)] }

// enter begins a new session; the one the browser had, if any, ends: its secret is never carried over.
func (h *House) enter(w http.ResponseWriter, r *http.Request, name, next string) {
	if c, err := r.Cookie(h.cookieName()); err == nil {
		h.end(r.Context(), c.Value)
	}
	secret, err := h.begin(r.Context(), name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h.setCookie(w, h.cookieName(), secret, sessionAbsolute)
	h.note(Record{Name: name, Act: "login", About: "entered", Status: http.StatusOK, Address: h.address(r)})
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (h *House) logout(w http.ResponseWriter, r *http.Request) {
	who, err := h.who(r)
	if err == nil && !who.Local && !who.Token && !sameToken(r, who.CSRF) {
		http.Error(w, "The form is too old or was not made here.", http.StatusForbidden)
		return
	}
	if c, e := r.Cookie(h.cookieName()); e == nil {
		h.end(r.Context(), c.Value)
	}
	h.setCookie(w, h.cookieName(), "", -time.Second)
	h.note(Record{Name: who.Name, Act: "logout", Status: http.StatusOK, Address: h.address(r)})
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}
