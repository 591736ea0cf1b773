// Package sweep asks many addresses one short question each, without keeping
// state for any of them: packets leave in batches, and an answer proves itself
// by a number that is a keyed hash of the address.
//
// It is not for conversations (probe). Who does not answer is asked again in
// a second pass.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Shape is one question. Its methods are called by one goroutine each.
type Shape interface {
	// Packet appends the packet for an address.
	Packet(b []byte, to netip.Addr) []byte
	// Accept reports whether a packet from an address answers the question.
	Accept(from netip.Addr, packet []byte) bool
	// Port is the port asked, 0 for protocols without.
	Port() uint16
}

// Pace hands out tokens for packets to different hosts.
type Pace interface {
	TakeAny(ctx context.Context, n int) error
}

// Options are how a sweep behaves. Zero values mean the defaults.
type Options struct {
	// Passes is how often a silent address is asked in all. Default 2.
	Passes int
	// Wait is the shortest time to wait for answers after a pass. Slow answers
	// lengthen it, up to four times.
	Wait time.Duration
	// Batch is how many packets go in one system call.
	Batch int
	Pace  Pace
	// Progress, when set, is told how many packets were sent.
	Progress func(sent int)
}

// Defaults of the options.
const (
	DefaultPasses = 2
	DefaultWait   = 500 * time.Millisecond
	defaultBatch  = 128
	maxPacket     = 2048 // of an answer; longer ones are cut and fail their check
)

func (o *Options) fill() {
	if o.Passes == 0 {
		o.Passes = DefaultPasses
	}
	if o.Wait == 0 {
		o.Wait = DefaultWait
	}
	if o.Batch == 0 {
		o.Batch = defaultBatch
	}
}

// message is the batch message of both families.
type message = ipv4.Message

type batcher interface {
	ReadBatch(ms []message, flags int) (int, error)
	WriteBatch(ms []message, flags int) (int, error)
}

// Conn is a socket for sweeps. Close it after use.
type Conn struct {
	batcher
	raw net.PacketConn
	udp bool
}

// ListenUDP opens a socket of the family of a.
func ListenUDP(a netip.Addr) (*Conn, error) {
	network := "udp4"
	if a.Is6() {
		network = "udp6"
	}
	c, err := net.ListenPacket(network, ":0")
	if err != nil {
		return nil, fmt.Errorf("open a socket for sweeping: %w", err)
	}
	u := c.(*net.UDPConn)
	_ = u.SetReadBuffer(4 << 20) // a smaller one costs a second question, no answer
	_ = u.SetWriteBuffer(1 << 20)
	return wrap(c, a, true), nil
}

func wrap(c net.PacketConn, a netip.Addr, udp bool) *Conn {
	if a.Is6() {
		return &Conn{ipv6.NewPacketConn(c), c, udp}
	}
	return &Conn{ipv4.NewPacketConn(c), c, udp}
}

// Close closes the socket.
func (c *Conn) Close() error { return c.raw.Close() }

// Found is called once for each address that answered, by one goroutine. data is valid until it returns.
type Found func(index int, data []byte)

// Run asks all targets, which are of one family, and calls found for each
// that answered. It returns how many packets were sent. It ends early when ctx does.
func Run(ctx context.Context, c *Conn, shape Shape, targets []netip.Addr, o Options, found Found) (sent int, err error) {
	o.fill()
	s := &sweeper{c: c, shape: shape, targets: targets, o: o, found: found, index: make(map[netip.Addr]int32, len(targets)), answered: make([]atomic.Bool, len(targets))}
	for i, a := range targets {
		s.index[a] = int32(i)
	}
	if err := c.raw.SetReadDeadline(time.Time{}); err != nil {
		return 0, fmt.Errorf("sweep: %w", err)
	}
	done := make(chan error, 1)
	go func() { done <- s.receive() }()
	for range o.Passes {
		if err = s.send(ctx); err != nil {
			break
		}
		if err = s.wait(ctx); err != nil || s.left() == 0 {
			break
		}
	}
	_ = c.raw.SetReadDeadline(time.Unix(1, 0)) // wakes the receiver
	if rerr := <-done; err == nil && rerr != nil {
		err = rerr
	}
	return s.sent, err
}

type sweeper struct {
	c        *Conn
	shape    Shape
	targets  []netip.Addr
	o        Options
	found    Found
	index    map[netip.Addr]int32
	answered []atomic.Bool
	got      atomic.Int64
	last     atomic.Int64 // when the last new answer came, Unix nanoseconds
	sent     int
}

func (s *sweeper) left() int { return len(s.targets) - int(s.got.Load()) }

// wait lets answers come: at least Wait after the last packet, and as long
// again after each new answer, up to four times Wait.
func (s *sweeper) wait(ctx context.Context) error {
	end := time.Now()
	for s.left() > 0 {
		quiet := end
		if last := time.Unix(0, s.last.Load()); last.After(quiet) {
			quiet = last
		}
		until := quiet.Add(s.o.Wait)
		if limit := end.Add(4 * s.o.Wait); until.After(limit) {
			until = limit
		}
		d := time.Until(until)
		if d <= 0 {
			return nil
		}
		t := time.NewTimer(min(d, 20*time.Millisecond))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
	return nil
}

// send sends one packet to each address that has not answered.
func (s *sweeper) send(ctx context.Context) error {
	ms := make([]message, s.o.Batch)
	room := make([]byte, 0, s.o.Batch*256)
	addrs := make([]net.UDPAddr, s.o.Batch)
	ips := make([]net.IPAddr, s.o.Batch)
	for i := range ms {
		ms[i].Buffers = make([][]byte, 1)
	}
	n := 0
	for i, a := range s.targets {
		if s.answered[i].Load() {
			continue
		}
		from := len(room)
		room = s.shape.Packet(room, a)
		ms[n].Buffers[0] = room[from:len(room):len(room)]
		if s.c.udp {
			addrs[n] = net.UDPAddr{IP: a.AsSlice(), Port: int(s.shape.Port()), Zone: a.Zone()}
			ms[n].Addr = &addrs[n]
		} else {
			ips[n] = net.IPAddr{IP: a.AsSlice(), Zone: a.Zone()}
			ms[n].Addr = &ips[n]
		}
		if n++; n == s.o.Batch {
			if err := s.flush(ctx, ms[:n]); err != nil {
				return err
			}
			n, room = 0, room[:0]
		}
	}
	return s.flush(ctx, ms[:n])
}

func (s *sweeper) flush(ctx context.Context, ms []message) error {
	if len(ms) == 0 {
		return ctx.Err()
	}
	if s.o.Pace != nil {
		if err := s.o.Pace.TakeAny(ctx, len(ms)); err != nil {
			return err
		}
	}
	for len(ms) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := s.c.WriteBatch(ms, 0)
		s.sent += max(n, 0)
		if s.o.Progress != nil {
			s.o.Progress(s.sent)
		}
		switch {
		case n > 0:
			ms = ms[n:]
		case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // no route, or an ICMP error of an earlier packet: this one is not reached
			ms = ms[1:]
		}
	}
	return nil
}

// receive takes answers until the read deadline is set.
func (s *sweeper) receive() error {
	ms := make([]message, 64)
	for i := range ms {
		ms[i].Buffers = [][]byte{make([]byte, maxPacket)}
	}
	for {
		n, err := s.c.ReadBatch(ms, 0)
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
				return nil
			}
			continue // an ICMP error of an address that refuses
		}
		for i := range ms[:n] {
			s.take(ms[i].Addr, ms[i].Buffers[0][:ms[i].N])
		}
	}
}

func (s *sweeper) take(from net.Addr, data []byte) {
	var a netip.Addr
	switch f := from.(type) {
	case *net.UDPAddr:
		if p := s.shape.Port(); p != 0 && uint16(f.Port) != p {
			return
		}
		a, _ = netip.AddrFromSlice(f.IP)
		a = a.Unmap().WithZone(f.Zone)
	case *net.IPAddr:
		a, _ = netip.AddrFromSlice(f.IP)
		a = a.Unmap().WithZone(f.Zone)
	}
	i, ok := s.index[a]
	if !ok || s.answered[i].Load() || !s.shape.Accept(a, data) {
		return
	}
	s.answered[i].Store(true)
	s.got.Add(1)
	s.last.Store(time.Now().UnixNano())
	s.found(int(i), data)
}
