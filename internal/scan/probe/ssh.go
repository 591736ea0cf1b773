package probe

import (
	"context"
	"errors"
	"net"

	"golang.org/x/crypto/ssh"

	"telltale/internal/answer"
)

// errSeen ends a key exchange once the host has shown its key.
var errSeen = errors.New("the host key was seen")

// recorder keeps the first octets that are read through it.
type recorder struct {
	net.Conn
	data []byte
}

func (r *recorder) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.data = append(r.data, b[:min(n, maxBanner-len(r.data))]...)
	return n, err
}

// anySSH offers every algorithm, the old ones last, and logs in as nobody.
func anySSH() *ssh.ClientConfig {
	good, old := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	return &ssh.ClientConfig{
		Config:            ssh.Config{KeyExchanges: append(good.KeyExchanges, old.KeyExchanges...), Ciphers: append(good.Ciphers, old.Ciphers...), MACs: append(good.MACs, old.MACs...)},
		HostKeyAlgorithms: append(good.HostKeys, old.HostKeys...),
		ClientVersion:     "SSH-2.0-telltale",
	}
}

// askSSH reads the version, the algorithms and the host key, and hangs up before any login.
func askSSH(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	c, err := h.Dial(ctx, port)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	rec := &recorder{Conn: c}
	var key []byte
	conf := anySSH()
	conf.HostKeyCallback = func(_ string, _ net.Addr, k ssh.PublicKey) error {
		key = k.Marshal()
		return errSeen
	}
	_, _, _, err = ssh.NewClientConn(rec, "", conf)
	list := one("ssh", "tcp", port, Reply{Data: rec.data})
	if key != nil {
		return append(list, answer.Answer{Probe: "ssh-key", Proto: "tcp", Port: port, Data: key}), nil
	}
	if len(list) > 0 {
		if string(rec.data[:min(4, len(rec.data))]) != "SSH-" {
			return list, ErrRubbish
		}
		return list, nil // a greeting without a key exchange we can do
	}
	return nil, err
}
