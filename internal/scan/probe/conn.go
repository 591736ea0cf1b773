// Package probe asks one host one thing: web server, certificate, greeting,
// discovery service, SNMP tables. Each probe returns what came, as bytes, within
// bounds of size and time.
//
// It is not for choosing what to ask (scan) nor for reading what an answer
// means. Nothing is written to a device: no login, no setting, no upload.
package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"telltale/internal/answer"
	"telltale/internal/scan/pace"
	"telltale/internal/scan/snmp"
)

// Host is the host being asked. Its probes run one after the other.
type Host struct {
	Addr netip.Addr
	Pace *pace.Pacer
	// Timeout is for one step: a connection, one answer.
	Timeout time.Duration
}

// Reply is what came back.
type Reply struct {
	Data []byte
	// Cut is true when more would have come than is read.
	Cut bool
}

// Bounds of what is read in one conversation, in bytes.
const (
	maxBanner  = 4 << 10
	maxHTTP    = 64 << 10
	maxTLS     = 32 << 10
	maxPacket  = 65535
	segment    = 1448
	receiveBuf = 8 << 10 // what a host can make the kernel acknowledge before we read
)

// ErrNoAnswer is the error of a host that said nothing in time.
var ErrNoAnswer = errors.New("no answer in time")

// ErrRubbish is the error of an answer that is none in its protocol.
var ErrRubbish = errors.New("what came is no answer in this protocol")

// OutcomeOf says how a probe with that error ended.
func OutcomeOf(err error) answer.Outcome {
	var n net.Error
	switch {
	case err == nil:
		return answer.Answered
	case errors.Is(err, syscall.ECONNREFUSED):
		return answer.Refused
	case errors.Is(err, ErrNoAnswer) || errors.Is(err, snmp.ErrSilent) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &n) && n.Timeout(), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return answer.Silent
	}
	return answer.Broken
}

// Tokens of one TCP conversation besides its data: SYN and the ACK that follows, FIN and its like.
const (
	openTokens  = 2
	closeTokens = 2
)

// conn is a TCP connection that takes a token for each packet it causes.
type conn struct {
	net.Conn
	ctx  context.Context
	host *Host
	stop func() bool
}

// Dial opens a TCP connection. It ends with ctx.
func (h *Host) Dial(ctx context.Context, port uint16) (net.Conn, error) {
	if err := h.Pace.Take(ctx, h.Addr, openTokens); err != nil {
		return nil, err
	}
	// Below a second the kernel sends one SYN only.
	d := net.Dialer{Timeout: min(h.Timeout, KnockTimeout), Control: smallBuffer}
	c, err := d.DialContext(ctx, "tcp", netip.AddrPortFrom(h.Addr, port).String())
	if err != nil {
		return nil, err
	}
	x := &conn{Conn: c, ctx: ctx, host: h}
	x.stop = context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	return x, nil
}

// Read takes a token for the acknowledgement, and afterwards more for more segments.
func (c *conn) Read(b []byte) (int, error) {
	if err := c.host.Pace.Take(c.ctx, c.host.Addr, 1); err != nil {
		return 0, err
	}
	if err := c.SetReadDeadline(c.deadline()); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	if n > segment {
		c.host.Pace.Owe(c.host.Addr, n/segment)
	}
	return n, err
}

// Write takes a token a segment.
func (c *conn) Write(b []byte) (int, error) {
	if err := c.host.Pace.Take(c.ctx, c.host.Addr, 1+len(b)/segment); err != nil {
		return 0, err
	}
	if err := c.SetWriteDeadline(c.deadline()); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

func (c *conn) deadline() time.Time {
	end := time.Now().Add(c.host.Timeout)
	if d, ok := c.ctx.Deadline(); ok && d.Before(end) {
		end = d
	}
	if c.ctx.Err() != nil {
		end = time.Unix(1, 0)
	}
	return end
}

// Close ends the conversation. When data wait unread the kernel sends one reset.
func (c *conn) Close() error {
	c.stop()
	_ = c.host.Pace.Take(c.ctx, c.host.Addr, closeTokens) // a scan that ends closes at once
	return c.Conn.Close()
}

// readSome reads until the host pauses, closes or limit bytes came. enough, when set, may end it early.
func readSome(c net.Conn, limit int, enough func([]byte) bool) (Reply, error) {
	var r Reply
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf[:min(len(buf), limit+1-len(r.Data))])
		r.Data = append(r.Data, buf[:n]...)
		if len(r.Data) > limit {
			r.Data, r.Cut = r.Data[:limit], true
			return r, nil
		}
		if enough != nil && enough(r.Data) {
			return r, nil
		}
		if err != nil {
			if len(r.Data) > 0 {
				return r, nil
			}
			if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
				return r, ErrRubbish
			}
			return r, err
		}
	}
}

// Packet sends one UDP packet and returns the first answer that accept takes; nil accepts any.
func (h *Host) Packet(ctx context.Context, port uint16, b []byte, accept func([]byte) bool) (Reply, error) {
	c, err := h.DialUDP(ctx, port)
	if err != nil {
		return Reply{}, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := h.Pace.Take(ctx, h.Addr, 1); err != nil {
		return Reply{}, err
	}
	if _, err := c.Write(b); err != nil {
		return Reply{}, err
	}
	if err := c.SetReadDeadline(time.Now().Add(h.Timeout)); err != nil {
		return Reply{}, err
	}
	buf := make([]byte, maxPacket)
	for range 8 {
		n, err := c.Read(buf)
		if err != nil {
			return Reply{}, err
		}
		if accept == nil || accept(buf[:n]) {
			return Reply{Data: buf[:n]}, nil
		}
	}
	return Reply{}, ErrRubbish
}

// DialUDP opens a socket connected to the host.
func (h *Host) DialUDP(ctx context.Context, port uint16) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "udp", netip.AddrPortFrom(h.Addr, port).String())
}

// PaceBy returns the pacing of this host as a function.
func (h *Host) PaceBy() func(context.Context, int) error {
	return func(ctx context.Context, n int) error { return h.Pace.Take(ctx, h.Addr, n) }
}

// Knock opens a port only to see whether anybody answers. It costs one token;
// the rest is booked when the port opens.
func (h *Host) Knock(ctx context.Context, port uint16) (net.Conn, error) {
	if err := h.Pace.Take(ctx, h.Addr, 1); err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: KnockTimeout, Control: smallBuffer}
	c, err := d.DialContext(ctx, "tcp", netip.AddrPortFrom(h.Addr, port).String())
	if err == nil {
		h.Pace.Owe(h.Addr, openTokens+closeTokens-1)
	}
	return c, err
}

// KnockTimeout is how long an open port is waited for: below the second after which the kernel repeats a SYN.
const KnockTimeout = 950 * time.Millisecond
