package people

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// idp is a small OpenID Connect provider: it gives every login the claims of the test.
type idp struct {
	*httptest.Server
	key    *rsa.PrivateKey
	claims map[string]any
	who    map[string]any // what it tells to who asks with the access token
	nonce  string
	pkce   string
}

func newIDP(t *testing.T) *idp {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{key: key, claims: map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys", "userinfo_endpoint": p.URL + "/who", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("/who", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(p.who)
	})
	mux.HandleFunc("/auth", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		p.nonce, p.pkce = q.Get("nonce"), q.Get("code_challenge")
		http.Redirect(w, r, q.Get("redirect_uri")+"?code=c0de&state="+url.QueryEscape(q.Get("state")), http.StatusFound)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if r.FormValue("code") != "c0de" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.pkce {
			http.Error(w, "{}", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.sign()})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *idp) sign() string {
	c := map[string]any{"iss": p.URL, "aud": "telltale", "sub": "42", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "nonce": p.nonce}
	for k, v := range p.claims {
		c[k] = v
	}
	b, _ := json.Marshal(c)
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + base64.RawURLEncoding.EncodeToString(b)
	sum := sha256.Sum256([]byte(text))
	sig, _ := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func TestOIDCLogsIn(t *testing.T) {
	p := newIDP(t)
	dir := t.TempDir()
	o := &OIDC{Issuer: p.URL, ClientID: "telltale", ClientSecret: "s", Title: "Example ID"}
	var h *House
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.Guard(door()).ServeHTTP(w, r) }))
	defer s.Close()
	o.Redirect = s.URL + "/oidc/callback"
	var err error
	if h, err = Open(context.Background(), Options{Dir: dir, OIDC: o}); err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if err := h.Put(context.Background(), "ann@example.org", Analyst, ""); err != nil {
		t.Fatal(err)
	}
	if err := h.Put(context.Background(), "own@example.org", Admin, "a password of my own"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		claims map[string]any
		role   Role
		want   string
	}{
		{"nobody knows her", map[string]any{"sub": "1", "email": "eve@example.org", "email_verified": true}, "", ""},
		{"an address nobody verified", map[string]any{"sub": "1", "email": "ann@example.org"}, "", ""},
		{"an account with a password is not taken over", map[string]any{"sub": "1", "email": "own@example.org", "email_verified": true}, Viewer, ""},
		{"for another server", map[string]any{"aud": "other", "email": "ann@example.org", "email_verified": true}, "", ""},
		{"of another login", map[string]any{"nonce": "other", "email": "ann@example.org", "email_verified": true}, "", ""},
		{"expired", map[string]any{"exp": 1, "email": "ann@example.org", "email_verified": true}, "", ""},
		{"somebody else is told of", map[string]any{"sub": "7"}, Viewer, ""},
		{"an account that waits", map[string]any{"sub": "2", "email": "ann@example.org", "email_verified": true}, "", "ann@example.org analyst"},
		{"the same again, with another address", map[string]any{"sub": "2", "email": "x@example.org", "email_verified": true}, "", "ann@example.org analyst"},
		{"a new one where all may come", map[string]any{"sub": "3", "email": "new@example.org", "email_verified": true}, Viewer, "new@example.org viewer"},
	} {
		p.claims, h.oidc.Role = c.claims, c.role
		p.who = map[string]any{"sub": "8", "email": "other@example.org", "email_verified": true}
		b := browser()
		b.CheckRedirect = nil
		_, body := do(t, b, "GET", s.URL+"/oidc/start", "")
		if got := strings.HasPrefix(body, c.want+" "); (c.want != "") != got && c.want != "" || c.want == "" && !strings.Contains(body, "not accepted") {
			t.Errorf("%s: %q, want %q", c.name, body, c.want)
		}
	}
	if code, _ := do(t, browser(), "GET", s.URL+"/oidc/callback?code=c0de&state=forged", ""); code != http.StatusUnauthorized {
		t.Errorf("a forged return: %d", code)
	}
}
