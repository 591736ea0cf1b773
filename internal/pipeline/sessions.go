package pipeline

import (
	"encoding/json"
	"sync"

	"telltale/internal/judge"
)

// sessions keeps what questions of the law were compiled to, from one
// question of a user to the next: on a server the same profile asks of the
// same day again and again, and relating all listed organisations costs more
// than judging one thing. It is safe for concurrent use.
type sessions struct {
	mu sync.Mutex
	of map[string]*session
}

// maxSessions bounds the sessions kept: all are forgotten then. A day's
// questions of every built-in profile fit.
const maxSessions = 128

// session returns the session of a question; nil keeps none.
func (s *sessions) session(e *judge.Engine, q judge.Query) (*session, error) {
	key, err := json.Marshal(q)
	if s == nil || err != nil {
		made, err := e.Session(q)
		return &session{Session: made}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.of[string(key)]; have != nil {
		return have, nil
	}
	made, err := e.Session(q)
	if err != nil {
		return nil, err
	}
	if s.of == nil || len(s.of) >= maxSessions {
		s.of = map[string]*session{}
	}
	s.of[string(key)] = &session{Session: made}
	return s.of[string(key)], nil
}
