package probe

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"

	"telltale/internal/answer"
)

// askTLS shows a ClientHello of TLS 1.2 down to 1.0 and reads the server's
// records up to its certificate, checking nothing: the oldest devices show theirs too.
// A server that speaks 1.3 only hides it there, so that one is asked by a whole handshake.
func askTLS(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	r, err := h.hello(ctx, port)
	if err == nil && hasCertificate(r.Data) {
		return one("tls", "tcp", port, r), nil
	}
	if err != nil && !errors.Is(err, ErrRubbish) {
		return nil, err
	}
	if len(r.Data) > 0 && r.Data[0] != recordAlert && r.Data[0] != recordHandshake {
		return nil, ErrRubbish
	}
	der, err := h.handshake(ctx, port)
	if err != nil {
		return nil, err
	}
	return one("tls", "tcp", port, Reply{Data: certificateRecord(der)}), nil
}

// Records and messages of the handshake (RFC 5246 6.2, 7.4).
const (
	recordAlert     = 21
	recordHandshake = 22
	helloDone       = 14
	certificateMsg  = 11
	serverHello     = 2
)

func (h *Host) hello(ctx context.Context, port uint16) (Reply, error) {
	c, err := h.Dial(ctx, port)
	if err != nil {
		return Reply{}, err
	}
	defer c.Close()
	if _, err := c.Write(clientHello()); err != nil {
		return Reply{}, err
	}
	return readSome(c, maxTLS, func(b []byte) bool {
		return hasCertificate(b) || len(b) >= 3 && (b[0] != recordHandshake || b[1] != 3)
	})
}

// suites are offered from strong to weak, with those only old devices have (RFC 5246 A.5, RFC 8422).
var suites = []uint16{0xc02f, 0xc02b, 0xc030, 0xc02c, 0xcca8, 0xcca9, 0xc013, 0xc014, 0xc009, 0xc00a, 0xc011, 0xc012, 0x009e, 0x009c, 0x009d, 0x003c, 0x003d, 0x0033, 0x0039, 0x002f, 0x0035, 0x0016, 0x000a, 0x0005, 0x0004, 0x0032, 0x0038, 0x0013, 0x0009, 0x0003, 0x0008}

func clientHello() []byte {
	be := binary.BigEndian
	body := []byte{3, 3}
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails, crypto/rand says
	body = append(append(body, random[:]...), 0)
	body = be.AppendUint16(body, uint16(2*len(suites)))
	for _, s := range suites {
		body = be.AppendUint16(body, s)
	}
	body = append(body, 1, 0)
	ext := []byte{0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0, 24, 0, 11, 0, 2, 1, 0} // curves, point formats
	ext = append(ext, 0, 13, 0, 20, 0, 18, 4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 6, 1, 2, 1, 2, 2)
	body = append(be.AppendUint16(body, uint16(len(ext))), ext...)
	msg := append([]byte{1, 0, byte(len(body) >> 8), byte(len(body))}, body...)
	return append([]byte{recordHandshake, 3, 1, byte(len(msg) >> 8), byte(len(msg))}, msg...)
}

// hasCertificate reports whether the records hold a whole certificate message.
func hasCertificate(b []byte) bool {
	var hs []byte
	for len(b) >= 5 && b[0] == recordHandshake && b[1] == 3 {
		n := min(int(binary.BigEndian.Uint16(b[3:])), len(b)-5)
		hs = append(hs, b[5:5+n]...)
		b = b[5+n:]
	}
	for len(hs) >= 4 {
		n := int(hs[1])<<16 | int(hs[2])<<8 | int(hs[3])
		if n > len(hs)-4 {
			return false
		}
		if hs[0] == certificateMsg {
			return true
		}
		hs = hs[4+n:]
	}
	return false
}

// handshake completes a handshake and returns the host's own certificate.
func (h *Host) handshake(ctx context.Context, port uint16) ([]byte, error) {
	c, err := h.Dial(ctx, port)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	t := tls.Client(c, anyTLS())
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	list := t.ConnectionState().PeerCertificates
	if len(list) == 0 {
		return nil, ErrRubbish
	}
	return list[0].Raw, nil
}

// certificateRecord writes a certificate as the records of TLS 1.2 hold it: an
// empty ServerHello and a certificate message, so that one reader reads both.
func certificateRecord(der []byte) []byte {
	entry := append([]byte{byte(len(der) >> 16), byte(len(der) >> 8), byte(len(der))}, der...)
	list := append([]byte{byte(len(entry) >> 16), byte(len(entry) >> 8), byte(len(entry))}, entry...)
	msg := append([]byte{serverHello, 0, 0, 0, certificateMsg, byte(len(list) >> 16), byte(len(list) >> 8), byte(len(list))}, list...)
	var out []byte
	for len(msg) > 0 {
		n := min(len(msg), 1<<14)
		out = append(append(out, recordHandshake, 3, 3, byte(n>>8), byte(n)), msg[:n]...)
		msg = msg[n:]
	}
	return out
}
