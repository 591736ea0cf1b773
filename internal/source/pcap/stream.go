package pcap

import (
	"context"
	"errors"
	"io"
	"time"
)

// stream reads from a pipe or a growing file without ever blocking for longer
// than a pause: a read that got nothing returns errPause, and io.EOF once ctx ends.
type stream struct {
	ctx    context.Context
	blocks chan []byte
	err    error // why blocks was closed
	rest   []byte
}

// newStream begins to read. The reading goroutine ends with r or, at the latest, when r next returns after ctx ended.
func newStream(ctx context.Context, r io.Reader, grows bool) *stream {
	s := &stream{ctx: ctx, blocks: make(chan []byte, 4)}
	go s.run(r, grows)
	return s
}

func (s *stream) run(r io.Reader, grows bool) {
	defer close(s.blocks)
	for {
		buf := make([]byte, 128<<10)
		n, err := r.Read(buf)
		if n > 0 {
			select {
			case s.blocks <- buf[:n]:
			case <-s.ctx.Done():
				s.err = io.EOF
				return
			}
		}
		if err == io.EOF && grows {
			select {
			case <-time.After(pause):
				continue
			case <-s.ctx.Done():
			}
		}
		if err != nil {
			s.err = err
			return
		}
	}
}

// begin waits until n octets are there.
func (s *stream) begin(n int) error {
	var got []byte
	buf := make([]byte, n)
	for len(got) < n {
		m, err := s.Read(buf[:n-len(got)])
		got = append(got, buf[:m]...)
		if err != nil && !errors.Is(err, errPause) {
			return err
		}
	}
	s.rest = append(got, s.rest...)
	return nil
}

// Read implements io.Reader with errPause.
func (s *stream) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case b, ok := <-s.blocks:
			if !ok {
				return 0, s.err
			}
			s.rest = b
		case <-s.ctx.Done():
			return 0, io.EOF
		case <-timer.C:
			return 0, errPause
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}
