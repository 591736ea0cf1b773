package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// maxSent bounds the bytes of a bundle as it is sent.
const maxSent = maxArchive + maxNote + 64

// fetchTime bounds the fetching of a bundle.
const fetchTime = 5 * time.Minute

// ReadBundle reads a bundle from a file, or from the address the user named:
// https, or http from this machine itself. Nothing else is ever fetched.
func ReadBundle(ctx context.Context, from string) ([]byte, error) {
	if !strings.Contains(from, "://") {
		f, err := os.Open(from)
		if err != nil {
			return nil, fmt.Errorf("read bundle: %w", err)
		}
		defer f.Close()
		return readBounded(f, from)
	}
	ctx, stop := context.WithTimeout(ctx, fetchTime)
	defer stop()
	return fetchBundle(ctx, from, http.DefaultTransport)
}

func fetchBundle(ctx context.Context, from string, by http.RoundTripper) ([]byte, error) {
	u, err := url.Parse(from)
	if err != nil {
		return nil, fmt.Errorf("fetch bundle: %w", err)
	}
	if err := fetchable(u); err != nil {
		return nil, err
	}
	client := &http.Client{Transport: by, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > 5 {
			return errors.New("more than five redirections")
		}
		return fetchable(r.URL)
	}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch bundle: %w", err)
	}
	r.Header.Set("User-Agent", "telltale")
	answer, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("fetch bundle: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch bundle: %s answers %s: check the address", u.Redacted(), answer.Status)
	}
	return readBounded(answer.Body, u.Redacted())
}

// fetchable refuses addresses that would be fetched in the clear or by another protocol.
func fetchable(u *url.URL) error {
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case u.Scheme == "https" && u.Host != "":
		return nil
	case u.Scheme == "http" && here:
		return nil
	case u.Scheme == "http":
		return fmt.Errorf("fetch bundle: %s is not encrypted: use https, or fetch the file yourself", u.Redacted())
	}
	return fmt.Errorf("fetch bundle: %q: only https is fetched", u.Redacted())
}

func readBounded(r io.Reader, from string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSent+1))
	if err != nil {
		return nil, fmt.Errorf("read bundle %s: %w", from, err)
	}
	if len(b) > maxSent {
		return nil, refused("%s is larger than %d bytes", from, maxSent)
	}
	return b, nil
}
