package probe

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"

	"telltale/internal/answer"
)

// ErrNotPermitted is the error of a probe this system does not let us send.
var ErrNotPermitted = errors.New("not permitted on this system")

func addrPort(h *Host, port uint16) netip.AddrPort { return netip.AddrPortFrom(h.Addr, port) }

func (h *Host) url(scheme string, port uint16, path string) *url.URL {
	host := netip.AddrPortFrom(h.Addr.WithZone(""), port).String()
	if scheme == "http" && port == 80 || scheme == "https" && port == 443 {
		host = h.Addr.WithZone("").String()
		if h.Addr.Is6() {
			host = "[" + host + "]"
		}
	}
	return &url.URL{Scheme: scheme, Host: host, Path: path}
}

func portOf(u *url.URL) uint16 {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint16(n)
	}
	if u.Scheme == "https" {
		return 443
	}
	return 80
}

// page is one answer of a web server, its body unpacked and bounded.
type page struct {
	head http.Header
	line string
	body []byte
	cut  bool
}

// message writes the page as it would stand on the wire.
func (p *page) message() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\r\n", p.line)
	_ = p.head.Write(&b) // into memory
	b.WriteString("\r\n")
	b.Write(p.body)
	return b.Bytes()
}

// anyTLS accepts every certificate and the ciphers of old devices: who the
// host is does not matter, only what it shows.
func anyTLS() *tls.Config {
	c := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		c.CipherSuites = append(c.CipherSuites, s.ID)
	}
	return c
}

const maxRedirects = 3

// client returns an HTTP client that talks to this host only.
func (h *Host) client() *http.Client {
	dial := func(ctx context.Context, _, addr string) (net.Conn, error) {
		ap, err := netip.ParseAddrPort(addr)
		if err != nil || ap.Addr() != h.Addr.WithZone("") {
			return nil, errElsewhere
		}
		return h.Dial(ctx, ap.Port())
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dial, TLSClientConfig: anyTLS(), DisableKeepAlives: true, DisableCompression: true,
			MaxResponseHeaderBytes: maxHTTP, ResponseHeaderTimeout: 2 * h.Timeout, TLSHandshakeTimeout: 3 * h.Timeout,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if a, err := netip.ParseAddr(r.URL.Hostname()); err != nil || a != h.Addr.WithZone("") || len(via) > maxRedirects {
				return http.ErrUseLastResponse // the page that points there counts
			}
			return nil
		},
	}
}

var errElsewhere = errors.New("the address is another host's")

func (h *Host) get(ctx context.Context, u *url.URL) (*page, error) {
	return h.do(ctx, http.MethodGet, u, nil, "")
}

func (h *Host) do(ctx context.Context, method string, u *url.URL, body io.Reader, kind string) (*page, error) {
	r, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "telltale")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	resp, err := h.client().Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	p := &page{head: resp.Header, line: resp.Proto + " " + resp.Status}
	// What came before a fault counts.
	p.body, _ = io.ReadAll(io.LimitReader(resp.Body, maxHTTP+1))
	if len(p.body) > maxHTTP {
		p.body, p.cut = p.body[:maxHTTP], true
	}
	if resp.Header.Get("Content-Encoding") == "gzip" {
		p.unpack()
	}
	return p, nil
}

// unpack replaces a gzip body by at most maxHTTP bytes of what is in it.
func (p *page) unpack() {
	z, err := gzip.NewReader(bytes.NewReader(p.body))
	if err != nil {
		return
	}
	b, _ := io.ReadAll(io.LimitReader(z, maxHTTP+1))
	if len(b) > maxHTTP {
		b, p.cut = b[:maxHTTP], true
	}
	p.body = b
	p.head.Del("Content-Encoding")
	p.head.Del("Content-Length")
}

// askHTTP fetches the first page and the icon.
func askHTTP(name, scheme string) Func {
	return func(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
		p, err := h.get(ctx, h.url(scheme, port, "/"))
		if err != nil {
			return nil, err
		}
		list := []answer.Answer{{Probe: name, Proto: "tcp", Port: port, Data: p.message(), Cut: p.cut}}
		if icon, err := h.get(ctx, h.url(scheme, port, "/favicon.ico")); err == nil && icon.isIcon() {
			list = append(list, answer.Answer{Probe: "favicon", Proto: "tcp", Port: port, Data: icon.body})
		}
		return list, nil
	}
}

// isIcon reports whether the answer is a picture and whole: many servers send a page instead.
func (p *page) isIcon() bool {
	if p.cut || len(p.body) < 16 || len(p.line) < 12 || p.line[9:12] != "200" {
		return false
	}
	switch {
	case bytes.HasPrefix(p.body, []byte{0, 0, 1, 0}), bytes.HasPrefix(p.body, []byte("\x89PNG")), bytes.HasPrefix(p.body, []byte("GIF8")), bytes.HasPrefix(p.body, []byte{0xff, 0xd8, 0xff}):
		return true
	}
	return bytes.Contains(p.body[:min(len(p.body), 256)], []byte("<svg"))
}
