// Package client asks a Telltale server from a Go program: hand in files,
// check, follow, list, answer.
//
//	c, err := client.Connect("http://127.0.0.1:7777", token)
//	u, err := c.HandIn(ctx, "register.xlsx", file)
//	job, err := c.Start(ctx, client.Asked{Uploads: []string{u.ID}}, "night-1")
//	job, err = c.Wait(ctx, job.ID)
//	for f, err := range c.AllFindings(ctx, "verdict:prohibited") { ... }
//
// Types and requests (generated.go) are made of openapi.json, the document that
// the server serves; this file adds what a document cannot say: which answer
// is an error, when a job has ended, where a list goes on. Everything else
// that the API does is a method of ClientWithResponses.
package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"
)

//go:generate go tool -modfile=tools.mod oapi-codegen -config oapi-codegen.yaml -o generated.go openapi.json

// Server is a client of one server. It is safe for concurrent use.
type Server struct{ *ClientWithResponses }

// Connect makes a client of the server at an address; token may be empty on a
// machine of one's own. Nothing is sent yet.
func Connect(address, token string, opts ...ClientOption) (*Server, error) {
	if token != "" {
		opts = append(opts, WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", "Bearer "+token)
			return nil
		}))
	}
	c, err := NewClientWithResponses(address, opts...)
	return &Server{c}, err
}

// Error is what the server answered instead.
type Error struct{ Problem }

func (e *Error) Error() string { return fmt.Sprintf("telltale server: %s (%d)", e.Title, e.Status) }

// errorOf is the error of an answer that is none of the success wanted.
func errorOf(res *http.Response, body []byte) error {
	e := &Error{Problem{Status: res.StatusCode}}
	if json.Unmarshal(body, &e.Problem) != nil || e.Title == "" {
		e.Title = strings.TrimSpace(string(body[:min(len(body), 1000)]))
	}
	return e
}

// HandIn uploads a file.
func (s *Server) HandIn(ctx context.Context, name string, r io.Reader) (*Upload, error) {
	a, err := s.UploadWithBodyWithResponse(ctx, &UploadParams{Name: &name}, "application/octet-stream", r)
	if err != nil {
		return nil, err
	}
	if a.JSON201 == nil {
		return nil, errorOf(a.HTTPResponse, a.Body)
	}
	return a.JSON201, nil
}

// Start starts a check. Sent again with the same key it is not done again; an empty key is none.
func (s *Server) Start(ctx context.Context, b Asked, key string) (*JobInfo, error) {
	p := &CheckParams{}
	if key != "" {
		p.IdempotencyKey = &key
	}
	a, err := s.CheckWithResponse(ctx, p, b)
	if err != nil {
		return nil, err
	}
	if a.JSON202 == nil {
		return nil, errorOf(a.HTTPResponse, a.Body)
	}
	return a.JSON202, nil
}

// Settle answers questions of the current result and starts judging it anew.
func (s *Server) Settle(ctx context.Context, as ...GivenAnswer) (*JobInfo, error) {
	a, err := s.AnswerWithResponse(ctx, &AnswerParams{}, Answers{Answers: as})
	if err != nil {
		return nil, err
	}
	if a.JSON202 == nil {
		return nil, errorOf(a.HTTPResponse, a.Body)
	}
	return a.JSON202, nil
}

// Over reports whether a job changes no more.
func (j *JobInfo) Over() bool {
	return j.State == "done" || j.State == "failed" || j.State == "cancelled"
}

// waitGap is the time between two questions for a job.
const waitGap = 500 * time.Millisecond

// Wait returns when a job has ended; one that failed or was cancelled is an error.
func (s *Server) Wait(ctx context.Context, id string) (*JobInfo, error) {
	for {
		a, err := s.JobWithResponse(ctx, id)
		if err != nil {
			return nil, err
		}
		j := a.JSON200
		switch {
		case j == nil:
			return nil, errorOf(a.HTTPResponse, a.Body)
		case j.State == "done":
			return j, nil
		case j.Over():
			why := ""
			if j.Error != nil {
				why = *j.Error
			}
			return j, fmt.Errorf("job %s %s: %s", id, j.State, why)
		}
		select {
		case <-time.After(waitGap):
		case <-ctx.Done():
			return j, ctx.Err()
		}
	}
}

// pageRows is the number of rows asked for at once.
var pageRows = 500

// AllAssets yields the assets that a query finds, page by page.
func (s *Server) AllAssets(ctx context.Context, query string) iter.Seq2[*AssetItem, error] {
	return pages(func(after string) ([]AssetItem, *string, error) {
		a, err := s.AssetsWithResponse(ctx, &AssetsParams{Q: &query, After: &after, Limit: &pageRows})
		if err != nil {
			return nil, nil, err
		}
		if a.JSON200 == nil {
			return nil, nil, errorOf(a.HTTPResponse, a.Body)
		}
		return a.JSON200.Items, a.JSON200.Next, nil
	})
}

// AllFindings yields the findings that a query finds, page by page.
func (s *Server) AllFindings(ctx context.Context, query string) iter.Seq2[*FindingItem, error] {
	return pages(func(after string) ([]FindingItem, *string, error) {
		a, err := s.FindingsWithResponse(ctx, &FindingsParams{Q: &query, After: &after, Limit: &pageRows})
		if err != nil {
			return nil, nil, err
		}
		if a.JSON200 == nil {
			return nil, nil, errorOf(a.HTTPResponse, a.Body)
		}
		return a.JSON200.Items, a.JSON200.Next, nil
	})
}

func pages[T any](read func(after string) ([]T, *string, error)) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for after := ""; ; {
			items, next, err := read(after)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range items {
				if !yield(&items[i], nil) {
					return
				}
			}
			if next == nil || *next == "" {
				return
			}
			after = *next
		}
	}
}

// HandOver writes a list (findings or assets) in a form (csv, xlsx, json, jsonl) as it arrives.
func (s *Server) HandOver(ctx context.Context, w io.Writer, list, form, query string) error {
	l, f := ExportParamsList(list), ExportParamsFormat(form)
	res, err := s.Export(ctx, &ExportParams{Q: &query, List: &l, Format: &f})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
		if err != nil {
			return err
		}
		return errorOf(res, b)
	}
	_, err = io.Copy(w, res.Body)
	return err
}
