package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"telltale/internal/people"
	"telltale/internal/pipeline"
)

// Hook is an address that is told of changed verdicts. Only an admin sets one.
type Hook struct {
	// URL is called with POST. It is http or https.
	URL string `json:"url"`
	// Secret signs: X-Telltale-Signature is t=SECONDS,v1=HEX, the HMAC-SHA-256
	// of SECONDS, a dot and the body. It is never shown again.
	Secret string `json:"secret,omitempty"`
	// Restricted tells only of things that became prohibited or restricted.
	Restricted bool `json:"restricted,omitempty"`
}

// Message is the body of a webhook.
type Message struct {
	Event   string            `json:"event"` // verdict.changed, device.restricted
	Result  string            `json:"result"`
	Changes *pipeline.Changes `json:"changes"`
}

const hooksSecret = "webhooks"

// Bounds of webhooks.
const (
	maxHooks   = 20
	hookTries  = 5
	hookWait   = 10 * time.Second // first wait; each next is four times longer
	minSecret  = 16
	hookAnswer = 10 * time.Second
)

type hooks struct {
	house *people.House
	http  *http.Client
	mu    sync.Mutex
	ctx   context.Context
	stop  context.CancelFunc
	sends sync.WaitGroup
	wait  time.Duration
}

func newHooks(h *people.House, local bool) *hooks {
	d := &net.Dialer{Timeout: hookAnswer}
	if !local {
		d.Control = func(_, address string, _ syscall.RawConn) error { return refuseOwn(address) }
	}
	x := &hooks{house: h, wait: hookWait, http: &http.Client{
		Timeout: hookAnswer, Transport: &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true, Proxy: nil},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	x.ctx, x.stop = context.WithCancel(context.Background())
	return x
}

// refuseOwn refuses the address, as resolved, of this machine, of its link and of cloud metadata.
func refuseOwn(address string) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := inner(a.Addr().WithZone(""))
	if ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsLinkLocalMulticast() || ip.IsMulticast() || ip.IsUnspecified() || slices.ContainsFunc(metadata, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return fmt.Errorf("webhooks may not go to %s", ip)
	}
	return nil
}

// metadata are networks of machines' metadata outside of link-local ones, and that of "this host" (RFC 1122, 3.2.1.3).
var metadata = []netip.Prefix{netip.MustParsePrefix("fd00:ec2::254/128"), netip.MustParsePrefix("100.100.100.200/32"), netip.MustParsePrefix("0.0.0.0/8")}

// translated are networks whose addresses stand for one of IPv4, and where in them it lies: NAT64 (RFC 6052), 6to4 (RFC 3056).
var translated = map[netip.Prefix]int{netip.MustParsePrefix("64:ff9b::/96"): 12, netip.MustParsePrefix("2002::/16"): 2}

// inner is the IPv4 address that an IPv6 address stands for, else the address itself.
func inner(ip netip.Addr) netip.Addr {
	for p, at := range translated {
		if p.Contains(ip) {
			b := ip.As16()
			return netip.AddrFrom4([4]byte(b[at : at+4]))
		}
	}
	return ip.Unmap()
}

// list reads the hooks set.
func (h *hooks) list(ctx context.Context) ([]Hook, error) {
	b, err := h.house.Secret(ctx, hooksSecret)
	if errors.Is(err, people.ErrNotFound) {
		return []Hook{}, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Hook
	return out, json.Unmarshal(b, &out)
}

// set replaces the hooks. A hook without secret keeps the one its URL had.
func (h *hooks) set(ctx context.Context, hs []Hook) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(hs) > maxHooks {
		return problem{fmt.Sprintf("more than %d webhooks", maxHooks), http.StatusBadRequest}
	}
	old, err := h.list(ctx)
	if err != nil {
		return err
	}
	for i := range hs {
		for _, o := range old {
			if hs[i].Secret == "" && o.URL == hs[i].URL {
				hs[i].Secret = o.Secret
			}
		}
		u, err := url.Parse(hs[i].URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(hs[i].URL) > 2000 {
			return problem{"webhook: want an http or https address without name and password", http.StatusBadRequest}
		}
		if len(hs[i].Secret) < minSecret || len(hs[i].Secret) > 200 {
			return problem{fmt.Sprintf("webhook: want a secret of %d to 200 characters", minSecret), http.StatusBadRequest}
		}
	}
	b, err := json.Marshal(hs)
	if err != nil {
		return err
	}
	return h.house.PutSecret(ctx, hooksSecret, b)
}

func (h *hooks) changed(v *pipeline.View, c *pipeline.Changes) {
	if len(c.Listed) == 0 {
		return
	}
	hs, err := h.list(h.ctx)
	if err != nil {
		slog.Error("webhooks", "error", err)
		return
	}
	worse := c.NewlyRestricted()
	for _, x := range hs {
		m := Message{Event: "verdict.changed", Result: v.ID(), Changes: c}
		if x.Restricted {
			if len(worse.Listed) == 0 {
				continue
			}
			m.Event, m.Changes = "device.restricted", worse
		}
		b, err := json.Marshal(m)
		if err != nil {
			slog.Error("webhooks", "error", err)
			return
		}
		h.sends.Add(1)
		go func() {
			defer h.sends.Done()
			h.deliver(x, b)
		}()
	}
}

// deliver sends until it is taken, five times at most, each wait four times the one before.
func (h *hooks) deliver(x Hook, body []byte) {
	wait := h.wait
	for try := 1; ; try++ {
		err := h.send(x, body)
		if err == nil {
			return
		}
		slog.Warn("webhook not taken", "host", hostOf(x.URL), "try", try, "error", err)
		if try == hookTries {
			return
		}
		select {
		case <-time.After(wait):
		case <-h.ctx.Done():
			return
		}
		wait *= 4
	}
}

// hostOf is what the log may tell of a webhook's address: its path is often a secret.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func (h *hooks) send(x Hook, body []byte) error {
	r, err := http.NewRequestWithContext(h.ctx, http.MethodPost, x.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Telltale-Signature", Sign(x.Secret, time.Now().Unix(), body))
	res, err := h.http.Do(r)
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err // without the address: its path may be a secret
	}
	if err != nil {
		return err
	}
	res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// Sign makes the signature of a webhook's body sent at a time (Unix seconds).
func Sign(secret string, at int64, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	t := strconv.FormatInt(at, 10)
	m.Write([]byte(t + "."))
	m.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(m.Sum(nil))
}

func (h *hooks) close() {
	h.stop()
	h.sends.Wait()
}
