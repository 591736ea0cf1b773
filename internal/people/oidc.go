package people

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC is an OpenID Connect provider that people log in with.
type OIDC struct {
	Issuer, ClientID, ClientSecret string
	// Redirect is the address of this server with /oidc/callback.
	Redirect string
	// Title is what the login page calls the provider.
	Title string
	// Role is given to people who come for the first time; empty refuses those
	// without an account of their e-mail's name.
	Role Role
	// Client makes requests to the provider; nil is http.DefaultClient.
	Client *http.Client
}

type provider struct {
	OIDC
	from     *oidc.Provider
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
}

func discover(ctx context.Context, o *OIDC) (*provider, error) {
	p, err := oidc.NewProvider(o.context(ctx), o.Issuer)
	if err != nil {
		return nil, fmt.Errorf("ask OpenID Connect provider %s: %w", o.Issuer, err)
	}
	return &provider{*o, p, p.Verifier(&oidc.Config{ClientID: o.ClientID}), oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, Endpoint: p.Endpoint(), RedirectURL: o.Redirect, Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}}, nil
}

func (o *OIDC) context(ctx context.Context) context.Context {
	if o.Client == nil {
		return ctx
	}
	return oidc.ClientContext(ctx, o.Client)
}

// oidcCookie is the cookie of a login under way; by TLS no other host of the domain can plant one.
func (h *House) oidcCookie() string {
	if h.TLS {
		return "__Host-telltale-oidc"
	}
	return "telltale-oidc"
}

// oidcStart sends the browser to the provider; what must come back lies in a cookie for ten minutes.
func (h *House) oidcStart(w http.ResponseWriter, r *http.Request) {
	if h.oidc == nil {
		http.NotFound(w, r)
		return
	}
	state, nonce, verifier := random(), random(), oauth2.GenerateVerifier()
	h.setCookie(w, h.oidcCookie(), strings.Join([]string{state, nonce, verifier, localPath(r.URL.Query().Get("next"))}, " "), 10*time.Minute)
	http.Redirect(w, r, h.oidc.oauth.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
}

func (h *House) oidcCallback(w http.ResponseWriter, r *http.Request) {
	if h.oidc == nil {
		http.NotFound(w, r)
		return
	}
	h.setCookie(w, h.oidcCookie(), "", -time.Second)
	name, next, err := h.returned(r)
	if err != nil {
		h.note(Record{Act: "login", About: "oidc refused: " + err.Error(), Status: http.StatusUnauthorized, Address: h.address(r)})
		h.showLogin(w, r, http.StatusUnauthorized, "/", "The provider's answer was not accepted: "+err.Error())
		return
	}
	h.enter(w, r, name, next)
}

// returned checks what the provider sent back and returns whose account it is.
func (h *House) returned(r *http.Request) (name, next string, err error) {
	c, err := r.Cookie(h.oidcCookie())
	if err != nil {
		return "", "", errors.New("it took longer than ten minutes; try again")
	}
	part := strings.SplitN(strings.Trim(c.Value, `"`), " ", 4)
	if len(part) != 4 || subtle.ConstantTimeCompare([]byte(part[0]), []byte(r.URL.Query().Get("state"))) != 1 {
		return "", "", errors.New("it belongs to another login")
	}
	ctx := h.oidc.context(r.Context())
	t, err := h.oidc.oauth.Exchange(ctx, r.URL.Query().Get("code"), oauth2.VerifierOption(part[2]))
	if err != nil {
		return "", "", errors.New("the code was refused")
	}
	raw, _ := t.Extra("id_token").(string)
	id, err := h.oidc.verifier.Verify(ctx, raw)
	if err != nil {
		return "", "", errors.New("the identity is not signed by the provider for this server")
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(part[1])) != 1 {
		return "", "", errors.New("the identity belongs to another login")
	}
	email, err := h.oidc.email(ctx, t, id)
	if err != nil {
		return "", "", err
	}
	name, err = h.accountOf(r.Context(), id.Issuer+" "+id.Subject, email)
	return name, localPath(part[3]), err
}

// email is the verified e-mail address of an identity, empty when there is
// none. A provider that gives an access token may state it only to who asks with that.
func (p *provider) email(ctx context.Context, t *oauth2.Token, id *oidc.IDToken) (string, error) {
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := id.Claims(&claims); err != nil {
		return "", errors.New("the identity cannot be read")
	}
	if claims.Email == "" && p.from.UserInfoEndpoint() != "" {
		told, err := p.from.UserInfo(ctx, oauth2.StaticTokenSource(t))
		if err != nil {
			return "", errors.New("it does not tell who that is")
		}
		if told.Subject != id.Subject {
			return "", errors.New("it tells of somebody else")
		}
		claims.Email, claims.Verified = told.Email, told.EmailVerified
	}
	if !claims.Verified {
		return "", nil
	}
	return claims.Email, nil
}

// accountOf finds the account of a provider's subject: one bound to it, else
// one an admin made under the verified e-mail address, else a new one.
func (h *House) accountOf(ctx context.Context, subject, email string) (string, error) {
	var name string
	if err := h.db.QueryRowContext(ctx, "SELECT name FROM person WHERE subject = ?", subject).Scan(&name); err == nil {
		return name, nil
	}
	if email == "" {
		return "", errors.New("the provider states no verified e-mail address")
	}
	r, err := h.db.ExecContext(ctx, "UPDATE person SET subject = ? WHERE name = ? AND subject IS NULL AND password = ''", subject, email)
	if err != nil {
		return "", err
	}
	if n, _ := r.RowsAffected(); n == 1 {
		return email, nil
	}
	if h.oidc.Role == "" {
		return "", errors.New("there is no account " + email + "; ask an admin")
	}
	_, err = h.db.ExecContext(ctx, "INSERT INTO person(name, role, password, subject, made) VALUES (?,?,'',?,?)", email, h.oidc.Role, subject, h.Now().UnixMilli())
	if err != nil {
		return "", errors.New("an account of that name exists already; ask an admin")
	}
	return email, nil
}
