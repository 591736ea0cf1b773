package cli

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// certificates are those of the files named, or such as an authority gives by
// ACME when a name is first asked for; these lie in the folder acme of the server.
func (c *serveCmd) certificates() (*tls.Config, error) {
	if c.ACME {
		client, err := c.authority()
		if err != nil {
			return nil, err
		}
		m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(c.Host...), Cache: autocert.DirCache(filepath.Join(c.Dir, "acme")), Client: client}
		t := m.TLSConfig()
		t.MinVersion = tls.VersionTLS12
		return t, nil
	}
	cert, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// acmeTime bounds one request to the authority.
const acmeTime = 30 * time.Second

// authority is the client of another authority than the public one, nil for that.
func (c *serveCmd) authority() (*acme.Client, error) {
	if c.ACMEURL == "" && c.ACMECA == "" {
		return nil, nil
	}
	out := &acme.Client{DirectoryURL: c.ACMEURL}
	if out.DirectoryURL == "" {
		out.DirectoryURL = autocert.DefaultACMEDirectory
	}
	if c.ACMECA == "" {
		return out, nil
	}
	pem, err := os.ReadFile(c.ACMECA)
	if err != nil {
		return nil, fmt.Errorf("read the certificates of the authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, usage{fmt.Errorf("--acme-ca %s: there is no certificate in it (PEM)", c.ACMECA)}
	}
	out.HTTPClient = &http.Client{Timeout: acmeTime, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	return out, nil
}
