package cli

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

// selfSigned makes a certificate that vouches for itself and its key, as files.
func selfSigned(t *testing.T, name string) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile, roots = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), x509.NewCertPool()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	roots.AppendCertsFromPEM(text)
	if err := errors.Join(os.WriteFile(certFile, text, 0o600), os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600)); err != nil {
		t.Fatal(err)
	}
	return certFile, keyFile, roots
}

// serving runs `telltale serve` until the test ends and returns its address.
func serving(t *testing.T, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	cmd := parsed(t, append([]string{"--listen", "127.0.0.1:0"}, args...)...)
	go func() {
		err := cmd.Run(&env{ctx: ctx, stdin: strings.NewReader(""), stdout: in, stderr: io.Discard})
		in.CloseWithError(errors.Join(err, io.EOF))
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	line := make([]byte, 200)
	n, err := out.Read(line)
	if err != nil {
		t.Fatalf("serve did not start: %v", err)
	}
	go io.Copy(io.Discard, out)
	_, address, ok := strings.Cut(string(line[:n]), "https://")
	address, _, found := strings.Cut(address, "/")
	if !ok || !found {
		t.Fatalf("serve says %q", line[:n])
	}
	return address
}

// parsed is the serve command with flags as typed.
func parsed(t *testing.T, args ...string) *serveCmd {
	t.Helper()
	var c commands
	p, err := kong.New(&c, kong.Name("telltale"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Parse(append([]string{"serve"}, args...)); err != nil {
		t.Fatal(err)
	}
	return &c.Serve
}

// visit asks a server of a name at an address for its health.
func visit(name, address string, roots *x509.CertPool, version uint16) (*http.Response, error) {
	d := &net.Dialer{}
	c := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{
		ForceAttemptHTTP2: true, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: version},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.DialContext(ctx, network, address)
		}}}
	r, err := c.Get("https://" + name + "/healthz")
	if err == nil {
		r.Body.Close()
	}
	return r, err
}

func TestServeTLSByFiles(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	cert, key, roots := selfSigned(t, "telltale.test")
	address := serving(t, "--dir", t.TempDir(), "--host", "telltale.test", "--tls-cert", cert, "--tls-key", key)
	r, err := visit("telltale.test", address, roots, 0)
	if err != nil || r.StatusCode != 200 || r.ProtoMajor != 2 || r.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("by TLS: %+v, %v", r, err)
	}
	if _, err := visit("telltale.test", address, roots, tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	if r, err := http.Get("http://" + address + "/healthz"); err == nil && r.StatusCode == 200 {
		t.Error("it answers in the open, too")
	}
}

func TestServeRefusesWrongTLS(t *testing.T) {
	cert, key, _ := selfSigned(t, "telltale.test")
	for _, args := range [][]string{
		{"--tls-cert", cert}, {"--acme"}, {"--acme-url", "https://127.0.0.1/"}, {"--listen", "0.0.0.0:0", "--team", t.TempDir()},
		{"--acme", "--host", "x.test", "--acme-ca", key, "--dir", t.TempDir()},
	} {
		c := parsed(t, append([]string{"--listen", "127.0.0.1:0"}, args...)...)
		err := c.closed()
		if err == nil {
			_, err = c.certificates()
		}
		if u := (usage{}); !errors.As(err, &u) {
			t.Errorf("%v: %v, want wrong usage", args, err)
		}
	}
}

// TestServeTLSByACME has certificates given by pebble, the authority made for
// tests, which looks the name up, comes back to the server by TLS-ALPN-01 and signs.
func TestServeTLSByACME(t *testing.T) {
	pebble := builtTool(t, "github.com/letsencrypt/pebble/v2/cmd/pebble")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	cert, key, roots := selfSigned(t, "localhost")
	api, manage, dir := freePort(t), freePort(t), t.TempDir()
	args := []string{"--dir", dir, "--host", "telltale.test", "--acme", "--acme-url", "https://" + api + "/dir", "--acme-ca", cert}
	var issued *x509.CertPool
	t.Run("a certificate is given", func(t *testing.T) {
		address := serving(t, args...)
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			t.Fatal(err)
		}
		authority(t, pebble, map[string]any{"listenAddress": api, "managementListenAddress": manage, "certificate": cert, "privateKey": key, "httpPort": 1, "tlsPort": json.Number(port)}, roots)
		issued = rootOf(t, manage, roots)
		r, err := visit("telltale.test", address, issued, 0)
		if err != nil || r.StatusCode != 200 || r.TLS.PeerCertificates[0].DNSNames[0] != "telltale.test" {
			t.Fatalf("by a certificate of the authority: %+v, %v", r, err)
		}
		if _, err := visit("other.test", address, issued, 0); err == nil {
			t.Error("a name that nobody named got a certificate")
		}
	})
	t.Run("it is kept", func(t *testing.T) { // the authority is gone
		if issued == nil {
			t.Skip("none was given")
		}
		if r, err := visit("telltale.test", serving(t, args...), issued, 0); err != nil || r.StatusCode != 200 {
			t.Errorf("after a restart: %+v, %v", r, err)
		}
	})
}

// builtTool builds a tool of .ci/tools.mod, or skips when its module was not downloaded: tests fetch nothing.
func builtTool(t *testing.T, tool string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), filepath.Base(tool))
	c := exec.CommandContext(t.Context(), "go", "build", "-modfile=.ci/tools.mod", "-o", out, tool)
	c.Dir, c.Env = filepath.Join("..", ".."), append(os.Environ(), "GOPROXY=off", "GOFLAGS=-trimpath")
	if text, err := c.CombinedOutput(); err != nil {
		if bytes.Contains(text, []byte("missing go.sum entry")) {
			t.Fatalf("the tree's fault: .ci/tools.sum lacks an entry, go build -mod=mod -modfile=.ci/tools.mod %s adds it: %s", tool, text)
		}
		t.Skipf("%s is not there: go mod download -modfile=.ci/tools.mod (%s)", tool, bytes.TrimSpace(text[:min(len(text), 300)]))
	}
	return out
}

// freePort is an address of loopback that nobody listened on just now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// authority runs pebble until the test ends and waits until it answers.
func authority(t *testing.T, pebble string, config map[string]any, roots *x509.CertPool) {
	t.Helper()
	b, err := json.Marshal(map[string]any{"pebble": config})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pebble.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, pebble, "-config", path, "-dnsserver", namesOfLoopback(t))
	c.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1")
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		stop()
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		stop()
		<-ended
		if t.Failed() {
			t.Logf("the authority said: %s", said.Bytes())
		}
	})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	for range 600 {
		if r, err := client.Get("https://" + config["listenAddress"].(string) + "/dir"); err == nil {
			r.Body.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("the authority ended: %v", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Fatal("the authority does not answer")
}

// rootOf is the certificate that vouches for all that the authority gives.
func rootOf(t *testing.T, manage string, roots *x509.CertPool) *x509.CertPool {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	r, err := client.Get("https://" + manage + "/roots/0")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := x509.NewCertPool()
	if !out.AppendCertsFromPEM(b) {
		t.Fatalf("no root certificate: %s", b)
	}
	return out
}

// namesOfLoopback is a name server, by TCP, for which every name is at 127.0.0.1.
func namesOfLoopback(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for {
					length := make([]byte, 2)
					if _, err := io.ReadFull(c, length); err != nil {
						return
					}
					q := make([]byte, binary.BigEndian.Uint16(length))
					if _, err := io.ReadFull(c, q); err != nil {
						return
					}
					answer := atLoopback(q)
					c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
				}
			}()
		}
	}()
	return l.Addr().String()
}

// atLoopback answers the question of a DNS message: an address for A, nothing for other types.
func atLoopback(q []byte) []byte {
	end := 12
	for end < len(q) && q[end] != 0 {
		end += int(q[end]) + 1
	}
	if end += 5; end > len(q) {
		return nil
	}
	out := append([]byte{q[0], q[1], 0x84, 0x00, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...)
	if q[end-4] == 0 && q[end-3] == 1 {
		out[7] = 1
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1)
	}
	return out
}
