package people

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// hang guards against waiting for ever.
const hang = 2 * time.Minute

// pacedServer is a house of little patience in front of a door, by HTTP/2 or 1.1; it returns the address.
func pacedServer(t *testing.T, two bool, patience time.Duration, door http.HandlerFunc) *httptest.Server {
	t.Helper()
	h, err := Open(context.Background(), Options{Dir: t.TempDir(), Local: "ann", Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h.Guard(door))
	s.EnableHTTP2 = two
	s.StartTLS()
	t.Cleanup(func() { s.Close(); h.Close() })
	return s
}

// dial opens a connection that the test itself speaks HTTP/1.1 on.
func dial(t *testing.T, s *httptest.Server, said string) net.Conn {
	t.Helper()
	c, err := tls.Dial("tcp", s.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(hang))
	if _, err := io.WriteString(c, said); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDripsAreGivenUp: bodies that come by drops or not at all, whether the door wants them or not.
func TestDripsAreGivenUp(t *testing.T) {
	read := make(chan error, 10)
	s := pacedServer(t, false, 200*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/read" {
			_, err := io.Copy(io.Discard, r.Body)
			read <- err
		}
	})
	for _, path := range []string{"/read", "/unread"} {
		for name, drip := range map[string]time.Duration{"nothing": 0, "drops": 20 * time.Millisecond} {
			c := dial(t, s, "POST "+path+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx")
			if drip > 0 {
				go func() {
					for err := error(nil); err == nil; time.Sleep(drip) {
						_, err = io.WriteString(c, "x")
					}
				}()
			}
			if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
				t.Errorf("%s, %s: the connection is held", path, name)
			}
			if path == "/read" {
				if err := <-read; err == nil {
					t.Errorf("%s: the door saw a whole body", name)
				}
			}
		}
	}
}

// TestWhoNeverReadsIsGivenUp: an answer without end for a client that takes nothing of it.
func TestWhoNeverReadsIsGivenUp(t *testing.T) {
	ended := make(chan error, 1)
	s := pacedServer(t, false, 200*time.Millisecond, func(w http.ResponseWriter, _ *http.Request) {
		b, err := make([]byte, 1<<10), error(nil)
		for err == nil {
			_, err = w.Write(b)
		}
		ended <- err
	})
	dial(t, s, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	select {
	case <-ended:
	case <-time.After(hang):
		t.Fatal("the door still writes")
	}
}

// TestSilenceIsNoFault: a stream may be silent for longer than patience, and its connection serve again.
func TestSilenceIsNoFault(t *testing.T) {
	const patience = 3 * time.Second // what a busy machine needs to bring a body
	for _, two := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP/2 %v", two), func(t *testing.T) {
			t.Parallel()
			s := pacedServer(t, two, patience, func(w http.ResponseWriter, r *http.Request) {
				b, err := io.ReadAll(r.Body)
				fmt.Fprintf(w, "%s, %v\n", b, err)
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Errorf("flush: %v", err)
				}
				if r.URL.Path == "/silent" {
					time.Sleep(patience * 4 / 3)
				}
				fmt.Fprintf(w, "%v\n", r.Context().Err())
			})
			for _, path := range []string{"/silent", "/"} {
				r, err := s.Client().Post(s.URL+path, "text/plain", strings.NewReader("said"))
				if err != nil {
					t.Fatal(err)
				}
				if two != (r.ProtoMajor == 2) {
					t.Errorf("spoken: %s", r.Proto)
				}
				b, err := io.ReadAll(r.Body)
				if r.Body.Close(); string(b) != "said, <nil>\n<nil>\n" {
					t.Errorf("%s: %q, %v", path, b, err)
				}
			}
		})
	}
}
