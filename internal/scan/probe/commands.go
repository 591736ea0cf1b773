package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"telltale/internal/answer"
)

// maxOutput bounds the output of one command, in bytes.
const maxOutput = 256 << 10

// Commands logs in and runs commands one by one, each in a session of its own;
// a device that runs none that way is talked to in its shell. The caller has
// checked that they only read. The answer is a session as a person would paste
// it: a prompt, the command, its output.
func Commands(ctx context.Context, h *Host, port uint16, user, password string, lines []string) ([]answer.Answer, error) {
	c, err := h.Dial(ctx, port)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	conf := anySSH()
	conf.User = user
	conf.Auth = []ssh.AuthMethod{ssh.Password(password), ssh.KeyboardInteractive(func(_, _ string, qs []string, _ []bool) ([]string, error) {
		out := make([]string, len(qs))
		for i := range out {
			out[i] = password
		}
		return out, nil
	})}
	conf.HostKeyCallback = ssh.InsecureIgnoreHostKey() // any key: it is what we came to see
	sc, chans, reqs, err := ssh.NewClientConn(c, "", conf)
	if err != nil {
		return nil, errors.New("the login was refused") // the library's text may name the user
	}
	client := ssh.NewClient(sc, chans, reqs)
	defer client.Close()
	var out bytes.Buffer
	for _, l := range lines {
		b, err := run(ctx, client, l)
		if err != nil && len(b) == 0 {
			continue // this device has no such command
		}
		fmt.Fprintf(&out, "device# %s\n%s\n", l, b)
	}
	if out.Len() == 0 && ctx.Err() == nil {
		for l, b := range dialogue(ctx, client, lines) {
			fmt.Fprintf(&out, "device# %s\n%s\n", l, b)
		}
	}
	return one("cli", "tcp", port, Reply{Data: out.Bytes()}), ctx.Err()
}

func run(ctx context.Context, client *ssh.Client, line string) ([]byte, error) {
	s, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var b bounded
	s.Stdout, s.Stderr = &b, &b
	if err := s.Start(line); err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- s.Wait() }()
	select {
	case err = <-done:
	case <-ctx.Done():
		s.Close()
		<-done
		err = ctx.Err()
	case <-time.After(askCommand):
		s.Close()
		<-done
	}
	return b.bytes(), err
}

// askCommand is how long one command may take.
const askCommand = 10 * time.Second

// bounded keeps the first maxOutput bytes and drops the rest. Both streams of a session write to it.
type bounded struct {
	mu sync.Mutex
	b  []byte
}

func (b *bounded) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.b = append(b.b, p[:min(len(p), max(0, maxOutput-len(b.b)))]...)
	return len(p), nil
}

func (b *bounded) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b)
}
