package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"telltale/internal/calendar"
	"telltale/internal/law"
	"telltale/internal/people"
	"telltale/internal/pipeline"
)

// file is the body, or the first file of a form, as it comes, and what that is called.
func (c *call) file() (name string, body io.Reader, err error) {
	if t, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); t != "multipart/form-data" {
		return "", c.Body, nil
	}
	r, err := c.MultipartReader()
	if err != nil {
		return "", nil, problem{Status: http.StatusBadRequest, Title: "the form cannot be read: " + err.Error()}
	}
	p, err := r.NextPart()
	for err == nil && p.FileName() == "" {
		p, err = r.NextPart()
	}
	if err != nil {
		return "", nil, problem{Status: http.StatusBadRequest, Title: "the form has no file"}
	}
	return p.FileName(), p, nil
}

// upload keeps a file as it comes: nothing of it is held in memory.
func (a *API) upload(c *call) (any, error) {
	called, body, err := c.file()
	if err != nil {
		return nil, err
	}
	name := or(c.URL.Query().Get("name"), called)
	in := &received{Reader: body}
	u, err := a.Work.Upload(name, c.who.Name, in)
	if err != nil && !errors.Is(err, pipeline.ErrTooLarge) && in.err != nil {
		return nil, problem{Status: http.StatusBadRequest, Title: "the file was cut off or broken on its way: " + in.err.Error()}
	}
	return u, err
}

// received remembers why reading ended before the end: that is the sender's fault, not the server's.
type received struct {
	io.Reader
	err error
}

func (r *received) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

func (a *API) check(c *call) (any, error) {
	var b Asked
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	r := pipeline.CheckRequest{Uploads: b.Uploads, Profile: b.Profile, Map: b.Map, All: b.All, Title: b.Title, By: c.who.Name, AsOf: calendar.NoDate}
	var err error
	if b.Act != "" {
		if r.Act, err = law.ParseAct(b.Act); err != nil {
			return nil, problem{Status: http.StatusBadRequest, Title: "act: " + err.Error()}
		}
	}
	if b.AsOf != "" {
		if r.AsOf, err = calendar.Parse(b.AsOf); err != nil {
			return nil, problem{Status: http.StatusBadRequest, Title: "as_of: " + err.Error()}
		}
	}
	return started(a.Work.Check(r))
}

func started(j *pipeline.Job, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	i, _ := j.Info()
	return i, nil
}

func (a *API) answer(c *call) (any, error) {
	var b Answers
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	var as []pipeline.NewAnswer
	for n, x := range b.Answers {
		until := calendar.NoDate
		if x.Until != "" {
			var err error
			if until, err = calendar.Parse(x.Until); err != nil {
				return nil, problem{Status: http.StatusBadRequest, Title: fmt.Sprintf("answer %d: until: %v", n+1, err)}
			}
		}
		if len(x.Question) != 20 {
			return nil, problem{Status: http.StatusBadRequest, Title: fmt.Sprintf("answer %d: question: want an ID of 20 hex digits", n+1)}
		}
		as = append(as, pipeline.NewAnswer{Question: x.Question, Value: x.Value, Reason: x.Reason, Until: until, By: c.who.Name})
	}
	return started(a.Work.Answer(as))
}

func (a *API) cancel(c *call) (any, error) {
	j, err := a.Work.Job(c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	j.Cancel()
	return nil, nil
}

func (a *API) newToken(c *call) (any, error) {
	var b WantedToken
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	role, err := people.ParseRole(b.Role)
	if err != nil {
		return nil, problem{Status: http.StatusBadRequest, Title: err.Error()}
	}
	if c.who.Token {
		return nil, problem{Status: http.StatusForbidden, Title: "a token makes no tokens; log in"}
	}
	people.Tell(c.Context(), b.Title+", "+b.Role)
	s, err := a.House.NewToken(c.Context(), c.who, b.Title, role, b.Days)
	return MadeToken{s}, err
}

func (a *API) revokeToken(c *call) (any, error) {
	return nil, a.House.RevokeToken(c.Context(), c.who.Name, c.PathValue("id"))
}

func (a *API) putPerson(c *call) (any, error) {
	var b Account
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	people.Tell(c.Context(), b.Role)
	return nil, a.House.Put(c.Context(), c.PathValue("name"), people.Role(b.Role), b.Password)
}

func (a *API) removePerson(c *call) (any, error) {
	return nil, a.House.Remove(c.Context(), c.PathValue("name"))
}

func (a *API) setHooks(c *call) (any, error) {
	var b List[Hook]
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	return nil, a.hooks.set(c.Context(), b.Items)
}
