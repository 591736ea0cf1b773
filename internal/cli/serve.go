package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"telltale/internal/api"
	"telltale/internal/calendar"
	"telltale/internal/people"
	"telltale/internal/pipeline"
	"telltale/internal/web"
)

type serveCmd struct {
	Listen   string   `help:"Address to listen on. Other than loopback needs --team and TLS." default:"127.0.0.1:7777" placeholder:"HOST:PORT"`
	Open     bool     `help:"Open the browser."`
	Profile  string   `help:"Who is judged for: a built-in profile's name or a file." short:"p" placeholder:"NAME|FILE"`
	AsOf     string   `help:"Judge as of this day (default: the day of each check)." placeholder:"DATE"`
	DB       string   `help:"Let every check add to this database, and judge all that is in it." placeholder:"FILE"`
	From     string   `help:"Show this JSON result." placeholder:"RESULT.json" type:"existingfile"`
	Dir      string   `help:"Folder for uploads, results, accounts (default: in the user's cache folder; with --team: that folder)." placeholder:"DIR"`
	Team     string   `help:"Several people: accounts, roles and everything else lie in this folder. Make the first admin with: telltale serve --team DIR --admin NAME." placeholder:"DIR"`
	Admin    string   `help:"Make an admin of this name, whose password is read from standard input, and end." placeholder:"NAME"`
	Keep     bool     `name:"keep-credentials" help:"Seal the credentials for scans, read from standard input, in the folder of the server, and end."`
	Host     []string `help:"Name under which the server is reached, besides localhost (repeat)." placeholder:"NAME"`
	Cert     string   `name:"tls-cert" help:"Certificate for TLS." type:"existingfile" placeholder:"FILE"`
	Key      string   `name:"tls-key" help:"Key of the certificate." type:"existingfile" placeholder:"FILE"`
	ACME     bool     `name:"acme" help:"Get certificates for the --host names by ACME; the server must be reached on port 443."`
	ACMEURL  string   `name:"acme-url" help:"Directory of the certificate authority for --acme (default: Let's Encrypt's)." placeholder:"URL"`
	ACMECA   string   `name:"acme-ca" help:"Certificates that vouch for that authority's own address, where the system does not know them." type:"existingfile" placeholder:"FILE"`
	Insecure bool     `help:"Listen beyond loopback without TLS, because something in front of the server ends TLS. Cookies still want https."`
	Proxy    []string `help:"Address of a proxy in front of the server, which says for whom it asks by X-Forwarded-For (repeat)." placeholder:"ADDRESS"`
	Anyone   bool     `name:"no-login" help:"Listen beyond loopback without accounts: whoever reaches the port is admin. For closed containers only."`
	Issuer   string   `name:"oidc-issuer" help:"Log in with this OpenID Connect provider; its secret is read from TELLTALE_OIDC_SECRET." placeholder:"URL"`
	ClientID string   `name:"oidc-client" help:"Client ID at the provider." placeholder:"ID"`
	URL      string   `name:"url" help:"Address of this server as browsers see it; needed with a provider." placeholder:"https://HOST"`
	NewRole  string   `name:"oidc-role" help:"Role of people who come from the provider for the first time: viewer or analyst (default: refused)." enum:",viewer,analyst" default:""`
	Hooks    bool     `name:"local-webhooks" help:"Allow webhooks to loopback and link-local addresses."`
}

func (c *serveCmd) Run(e *env) error {
	if err := c.closed(); err != nil {
		return err
	}
	if err := c.folder(); err != nil {
		return err
	}
	house, err := people.Open(e.ctx, c.people())
	if err != nil {
		return err
	}
	defer house.Close()
	if c.Admin != "" {
		return c.makeAdmin(e, house)
	}
	if c.Keep {
		return c.keepCredentials(e, house)
	}
	var door *api.API
	work, err := c.workspace(func(v *pipeline.View, x *pipeline.Changes) { door.Changed(v, x) })
	if err != nil {
		return err
	}
	defer work.Close()
	door = api.New(api.Config{Work: work, House: house, Version: Version, LocalHooks: c.Hooks})
	defer door.Close()
	pages, err := web.New(web.Config{Knowledge: work.Knowledge(), Work: work, House: house})
	if err != nil {
		return err
	}
	if err := c.begin(e, work); err != nil {
		return err
	}
	return c.serve(e, house.Guard(doors(door, pages)))
}

// doors mounts the API where it says, and the pages everywhere else.
func doors(door, pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, p := range []string{"/api/", "/metrics", "/healthz", "/readyz"} {
		mux.Handle(p, door)
	}
	mux.Handle("/", pages)
	return mux
}

// closed refuses to listen beyond this machine without accounts and TLS.
func (c *serveCmd) closed() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return usage{hinted{fmt.Errorf("--listen %q: %w", c.Listen, err), "--listen 127.0.0.1:7777"}}
	}
	if (c.Cert == "") != (c.Key == "") {
		return usage{errors.New("--tls-cert and --tls-key go together")}
	}
	if c.ACME && len(c.Host) == 0 {
		return usage{hinted{errors.New("--acme needs the names of the server"), "--acme --host telltale.example.org"}}
	}
	if !c.ACME && (c.ACMEURL != "" || c.ACMECA != "") {
		return usage{hinted{errors.New("--acme-url and --acme-ca go with --acme"), "--acme --host NAME --acme-url URL"}}
	}
	if c.Issuer != "" && (c.Team == "" || c.URL == "" || c.ClientID == "") {
		return usage{errors.New("--oidc-issuer needs --team, --oidc-client and --url")}
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	if c.Team == "" && !c.Anyone {
		return usage{hinted{fmt.Errorf("--listen %s is reached by others, who would need no login", c.Listen), "add --team DIR, or listen on 127.0.0.1"}}
	}
	if !c.tls() && !c.Insecure {
		return usage{hinted{fmt.Errorf("--listen %s is reached by others, and passwords would go in the open", c.Listen), "add --tls-cert and --tls-key, or --acme, or --insecure if something in front ends TLS"}}
	}
	return nil
}

func (c *serveCmd) tls() bool { return c.Cert != "" || c.ACME }

func (c *serveCmd) folder() error {
	if c.Dir == "" {
		c.Dir = c.Team
	}
	if c.Dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return hinted{fmt.Errorf("find the cache folder: %w", err), "name a folder with --dir"}
		}
		c.Dir = filepath.Join(base, "telltale", "serve")
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the server: %w", err)
	}
	return nil
}

func (c *serveCmd) people() people.Options {
	o := people.Options{Dir: c.Dir, Hosts: c.Host, Proxies: c.Proxy, TLS: c.tls() || c.Insecure && c.Team != ""}
	if c.Team == "" {
		o.Local = author()
	}
	if c.Issuer != "" {
		o.OIDC = &people.OIDC{Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: os.Getenv("TELLTALE_OIDC_SECRET"), Redirect: c.URL + "/oidc/callback", Title: c.Issuer, Role: people.Role(c.NewRole)}
	}
	return o
}

func (c *serveCmd) makeAdmin(e *env, h *people.House) error {
	var password string
	if _, err := fmt.Fscanln(e.stdin, &password); err != nil {
		return usage{hinted{errors.New("no password on standard input"), "telltale serve --team DIR --admin NAME < FILE"}}
	}
	if err := h.Put(e.ctx, c.Admin, people.Admin, password); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s is an admin now; start the server with: telltale serve --team %s\n", c.Admin, c.Team)
	return nil
}

func (c *serveCmd) workspace(changed func(*pipeline.View, *pipeline.Changes)) (*pipeline.Workspace, error) {
	k, err := pipeline.Load()
	if err != nil {
		return nil, err
	}
	config, err := k.ReadConfig(".")
	if err != nil {
		return nil, err
	}
	o := pipeline.WorkspaceOptions{Dir: c.Dir, Config: config, Profile: c.Profile, DB: config.DB, Changed: changed}
	if c.DB != "" {
		o.DB = c.DB
	}
	if o.AsOf, err = day(c.AsOf, "--as-of", calendar.NoDate); err != nil {
		return nil, err
	}
	return pipeline.NewWorkspace(k, o)
}

// begin gives the workspace something to show: the result named, all of the database, or the last check.
func (c *serveCmd) begin(e *env, w *pipeline.Workspace) error {
	switch {
	case c.From != "":
		f, err := w.Knowledge().ImportResult(c.From)
		if err != nil {
			return err
		}
		defer f.Close()
		return w.Adopt(f, author(), filepath.Base(c.From))
	case w.DB != "":
		_, err := w.Check(pipeline.CheckRequest{By: author(), AsLast: true})
		return err
	case c.Team != "":
		return nil
	}
	f, err := pipeline.LastResult()
	if err != nil {
		return nil // nothing was checked on this machine yet: the page says how
	}
	defer f.Close()
	return w.AdoptNew(f, author(), "the last check of the command line")
}

// stopTime is how long running requests may take when the server stops.
const stopTime = 10 * time.Second

func (c *serveCmd) serve(e *env, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	s.BaseContext = func(net.Listener) context.Context { return e.ctx }
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return hinted{fmt.Errorf("listen: %w", err), "choose another port: --listen 127.0.0.1:7778"}
	}
	scheme := "http"
	if c.tls() {
		if s.TLSConfig, err = c.certificates(); err != nil {
			l.Close()
			return err
		}
		l, scheme = tls.NewListener(l, s.TLSConfig), "https"
	}
	url := scheme + "://" + l.Addr().String() + "/"
	fmt.Fprintf(e.stdout, "Telltale is at %s (Ctrl-C ends it)\n", url)
	if c.Open {
		openBrowser(e, url)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-e.ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return s.Close()
	}
	return nil
}

func openBrowser(e *env, url string) {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	if err := exec.Command(name, args...).Start(); err != nil {
		fmt.Fprintf(e.stderr, "telltale: note: no browser was opened: %v\n", err)
	}
}
