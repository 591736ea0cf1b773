package people

import (
	"io"
	"net/http"
	"time"
)

// leastRate is how many bytes a second must move, on average, once Patience is used up.
const leastRate = 4 << 10

// pace gives up clients that send their request, or take their answer, so
// slowly that they only hold the server: when nothing moves for Patience, or all
// in all less than leastRate. Streams may be silent between two writes. The
// function it returns is to be called when the answer is made.
func (h *House) pace(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, func()) {
	c := http.NewResponseController(w) // what knows no deadlines, such as a recorder of tests, is let be
	c.SetWriteDeadline(time.Time{})    // that of the request before
	body := &pacedBody{ReadCloser: r.Body, c: c, patience: h.Patience, ended: r.Body == nil || r.Body == http.NoBody}
	if !body.ended {
		c.SetReadDeadline(time.Now().Add(h.Patience))
		r.Body = body
	}
	return &pacedWriter{w, c, h.Patience}, func() {
		now := time.Now()
		c.SetWriteDeadline(now.Add(h.Patience)) // for what is still on its way out
		if !body.ended {
			c.SetReadDeadline(now.Add(h.Patience)) // for what nobody wanted
		}
	}
}

// pacedBody counts the time its reader waits for bytes.
type pacedBody struct {
	io.ReadCloser
	c        *http.ResponseController
	patience time.Duration
	read     time.Duration // what the bytes that came may take
	waited   time.Duration
	ended    bool
}

func (b *pacedBody) Read(p []byte) (int, error) {
	start := time.Now()
	b.c.SetReadDeadline(start.Add(min(b.patience, b.patience+b.read-b.waited)))
	n, err := b.ReadCloser.Read(p)
	b.c.SetReadDeadline(time.Time{})
	b.read += mayTake(n)
	b.waited += time.Since(start)
	b.ended = b.ended || err == io.EOF
	return n, err
}

func mayTake(n int) time.Duration { return time.Duration(n) * (time.Second / leastRate) }

type pacedWriter struct {
	http.ResponseWriter
	c        *http.ResponseController
	patience time.Duration
}

func (w *pacedWriter) Write(b []byte) (int, error) {
	w.c.SetWriteDeadline(time.Now().Add(w.patience + mayTake(len(b))))
	defer w.c.SetWriteDeadline(time.Time{})
	return w.ResponseWriter.Write(b)
}

// FlushError is what http.ResponseController calls.
func (w *pacedWriter) FlushError() error {
	w.c.SetWriteDeadline(time.Now().Add(w.patience))
	defer w.c.SetWriteDeadline(time.Time{})
	return w.c.Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
