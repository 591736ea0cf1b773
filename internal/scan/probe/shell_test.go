package probe

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"telltale/internal/scan/pace"
)

// device is an SSH server that runs no single command and pages in its shell.
type device struct {
	mu    sync.Mutex
	typed []string
}

func (d *device) serve(t *testing.T, l net.Listener) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Error(err)
		return
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Error(err)
		return
	}
	conf := &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil }}
	conf.AddHostKey(signer)
	c, err := l.Accept()
	if err != nil {
		return
	}
	_, chans, reqs, err := ssh.NewServerConn(c, conf)
	if err != nil {
		t.Error(err)
		return
	}
	go ssh.DiscardRequests(reqs)
	for n := range chans {
		ch, reqs, err := n.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range reqs {
				ok := r.Type == "pty-req" || r.Type == "shell"
				_ = r.Reply(ok, nil)
				if r.Type == "shell" {
					go d.talk(ch)
				} else if !ok {
					ch.Close()
				}
			}
		}()
	}
}

func (d *device) talk(ch ssh.Channel) {
	defer ch.Close()
	_, _ = io.WriteString(ch, "\r\nInfo: the max number of VTY users is 5.\r\n<core-1>")
	in := bufio.NewReader(ch)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		d.mu.Lock()
		d.typed = append(d.typed, line)
		d.mu.Unlock()
		_, _ = io.WriteString(ch, line+"\r\n")
		if line == "display version" {
			_, _ = io.WriteString(ch, "ACME OS 5.1\r\n  ---- More ----")
			if b, err := in.ReadByte(); err != nil || b != ' ' {
				return
			}
			_, _ = io.WriteString(ch, "\x1b[42D                  \x1b[42Dsecond page\r\n<core-1>")
			continue
		}
		_, _ = io.WriteString(ch, "Error: unrecognized command\r\n<core-1>")
	}
}

// TestShell: a device that runs no single command is asked in its shell, page by page, and nothing but the lines is typed.
func TestShell(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("no loopback: %v", err)
	}
	defer l.Close()
	d := &device{}
	go d.serve(t, l)
	h := &Host{Addr: netip.MustParseAddr("127.0.0.1"), Pace: pace.New(pace.Options{PerHost: 10000, Rate: -1}), Timeout: 20 * time.Second}
	lines := []string{"display version", "display device"}
	got, err := Commands(t.Context(), h, uint16(l.Addr().(*net.TCPAddr).Port), "reader", "word", lines)
	if err != nil || len(got) != 1 {
		t.Fatalf("%d answers, %v", len(got), err)
	}
	const want = "device# display version\nACME OS 5.1\n"
	if s := string(got[0].Data); !strings.HasPrefix(s, want) || !strings.Contains(s, "second page\n") || strings.Contains(s, "More") || strings.Contains(s, "\x1b") {
		t.Errorf("the session is %q", s)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if strings.Join(d.typed, "|") != strings.Join(lines, "|") {
		t.Errorf("typed %q", d.typed)
	}
}
