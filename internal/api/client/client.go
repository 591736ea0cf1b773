// Package client asks a Telltale server from a Go program: hand in files,
// check, follow, list, answer.
//
//	c := client.New("http://127.0.0.1:7777", token)
//	u, err := c.Upload(ctx, "register.xlsx", file)
//	job, err := c.Check(ctx, client.Check{Uploads: []string{u.ID}}, "night-1")
//	job, err = c.Wait(ctx, job.ID)
//	for f, err := range c.Findings(ctx, "verdict:prohibited") { ... }
//
// Its types are those of the OpenAPI document of the server.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"telltale/internal/asset"
	"telltale/internal/finding"
)

// Client asks one server. It is safe for concurrent use.
type Client struct {
	base, token string
	// HTTP makes the requests; nil is http.DefaultClient.
	HTTP *http.Client
}

// New returns a client of the server at an address; token may be empty on a machine of one's own.
func New(address, token string) *Client {
	return &Client{base: strings.TrimSuffix(address, "/"), token: token}
}

// Error is what the server answered instead.
type Error struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
}

func (e *Error) Error() string { return fmt.Sprintf("telltale server: %s (%d)", e.Title, e.Status) }

// Upload is a file handed in.
type Upload struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// Check says what is to be checked.
type Check struct {
	Uploads []string          `json:"uploads"`
	Profile string            `json:"profile,omitempty"`
	Act     string            `json:"act,omitempty"`
	AsOf    string            `json:"as_of,omitempty"`
	Map     map[string]string `json:"map,omitempty"`
}

// Job is a check or answer in the background.
type Job struct {
	ID     string `json:"id"`
	State  string `json:"state"` // waiting, running, done, failed, cancelled
	Stage  string `json:"stage"`
	Done   int    `json:"done"`
	Total  int    `json:"total"`
	Result int    `json:"result"`
	Error  string `json:"error"`
}

// Ended reports whether the job changes no more.
func (j *Job) Ended() bool { return j.State == "done" || j.State == "failed" || j.State == "cancelled" }

// Asset is an asset of a list with its findings counted by verdict.
type Asset struct {
	asset.Asset
	Verdicts map[string]int `json:"verdicts"`
}

// Finding is a finding of a list with the name of its asset.
type Finding struct {
	finding.Finding
	AssetName string `json:"asset_name"`
	AssetID   string `json:"asset_id"`
}

// Answer answers one question.
type Answer struct {
	Question string `json:"question"`
	Value    string `json:"value"`
	Reason   string `json:"reason,omitempty"`
	Until    string `json:"until,omitempty"`
}

// Upload hands in a file.
func (c *Client) Upload(ctx context.Context, name string, r io.Reader) (*Upload, error) {
	u := &Upload{}
	return u, c.do(ctx, http.MethodPost, "/api/v1/uploads?name="+url.QueryEscape(name), r, "application/octet-stream", "", u)
}

// Check starts a check. Sent again with the same key it is not done again; an empty key is none.
func (c *Client) Check(ctx context.Context, b Check, key string) (*Job, error) {
	j := &Job{}
	return j, c.send(ctx, http.MethodPost, "/api/v1/checks", b, key, j)
}

// Answer answers questions of the current result and starts judging it anew.
func (c *Client) Answer(ctx context.Context, as []Answer) (*Job, error) {
	j := &Job{}
	return j, c.send(ctx, http.MethodPost, "/api/v1/answers", map[string][]Answer{"answers": as}, "", j)
}

// Job returns a job as it stands.
func (c *Client) Job(ctx context.Context, id string) (*Job, error) {
	j := &Job{}
	return j, c.do(ctx, http.MethodGet, "/api/v1/jobs/"+url.PathEscape(id), nil, "", "", j)
}

// Cancel stops a job.
func (c *Client) Cancel(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/api/v1/jobs/"+url.PathEscape(id), nil, "", "", nil)
}

// waitGap is the time between two questions for a job.
const waitGap = 500 * time.Millisecond

// Wait returns when a job has ended; one that failed or was cancelled is an error.
func (c *Client) Wait(ctx context.Context, id string) (*Job, error) {
	for {
		j, err := c.Job(ctx, id)
		if err != nil {
			return nil, err
		}
		if j.Ended() && j.State != "done" {
			return j, fmt.Errorf("job %s %s: %s", id, j.State, j.Error)
		}
		if j.Ended() {
			return j, nil
		}
		select {
		case <-time.After(waitGap):
		case <-ctx.Done():
			return j, ctx.Err()
		}
	}
}

// Assets yields the assets that a query finds, page by page.
func (c *Client) Assets(ctx context.Context, query string) iter.Seq2[*Asset, error] {
	return pages[Asset](ctx, c, "/api/v1/assets", query)
}

// Findings yields the findings that a query finds, page by page.
func (c *Client) Findings(ctx context.Context, query string) iter.Seq2[*Finding, error] {
	return pages[Finding](ctx, c, "/api/v1/findings", query)
}

func pages[T any](ctx context.Context, c *Client, path, query string) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for after := ""; ; {
			var p struct {
				Items []*T   `json:"items"`
				Next  string `json:"next"`
			}
			q := url.Values{"q": {query}, "after": {after}, "limit": {"500"}}
			if err := c.do(ctx, http.MethodGet, path+"?"+q.Encode(), nil, "", "", &p); err != nil {
				yield(nil, err)
				return
			}
			for _, x := range p.Items {
				if !yield(x, nil) {
					return
				}
			}
			if after = p.Next; after == "" {
				return
			}
		}
	}
}

// Export writes a list (findings or assets) in a form (csv, xlsx, json, jsonl).
func (c *Client) Export(ctx context.Context, w io.Writer, list, form, query string) error {
	q := url.Values{"q": {query}, "list": {list}, "format": {form}}
	return c.do(ctx, http.MethodGet, "/api/v1/export?"+q.Encode(), nil, "", "", w)
}

func (c *Client) send(ctx context.Context, method, path string, body any, key string, to any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.do(ctx, method, path, bytes.NewReader(b), "application/json", key, to)
}

// do makes a request; to is decoded into, or written to when it is an io.Writer.
func (c *Client) do(ctx context.Context, method, path string, body io.Reader, kind, key string, to any) error {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	for name, v := range map[string]string{"Content-Type": kind, "Idempotency-Key": key} {
		if v != "" {
			r.Header.Set(name, v)
		}
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	h := c.HTTP
	if h == nil {
		h = http.DefaultClient
	}
	res, err := h.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		e := &Error{Status: res.StatusCode}
		b, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
		if json.Unmarshal(b, e) != nil {
			e.Title = strings.TrimSpace(string(b))
		}
		return e
	}
	if w, ok := to.(io.Writer); ok {
		_, err := io.Copy(w, res.Body)
		return err
	}
	if to == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(to)
}
