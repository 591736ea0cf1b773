package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"telltale/internal/answer"
)

// dhcpPort is the port a client is answered at: one socket serves all hosts that are asked at a time.
var dhcpPort dhcpClient

// dhcpClient shares port 68 of each address of ours among the hosts asked.
type dhcpClient struct {
	mu    sync.Mutex
	socks map[netip.Addr]*dhcpSocket
}

type dhcpSocket struct {
	c     *net.UDPConn
	users int
	mu    sync.Mutex
	wait  map[netip.Addr]chan []byte
}

// dhcpID marks our questions.
var dhcpID = [4]byte{0x74, 0x74, 0x74, 0x74}

// open returns the socket of an address of ours; the last user closes it.
func (d *dhcpClient) open(own netip.Addr) (*dhcpSocket, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.socks[own]
	if s == nil {
		c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(own, 68)))
		if err != nil {
			return nil, fmt.Errorf("%w: port 68 may not be opened", ErrNotPermitted)
		}
		s = &dhcpSocket{c: c, wait: map[netip.Addr]chan []byte{}}
		if d.socks == nil {
			d.socks = map[netip.Addr]*dhcpSocket{}
		}
		d.socks[own] = s
		go s.read()
	}
	s.users++
	return s, nil
}

func (d *dhcpClient) close(own netip.Addr, s *dhcpSocket) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(d.socks, own)
		s.c.Close()
	}
}

// read hands each answer to who waits for that host.
func (s *dhcpSocket) read() {
	buf := make([]byte, 4096)
	for {
		n, from, err := s.c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if n <= 240 || buf[0] != 2 || [4]byte(buf[4:8]) != dhcpID {
			continue
		}
		s.mu.Lock()
		if w := s.wait[from.Addr().Unmap()]; w != nil {
			select {
			case w <- append([]byte(nil), buf[:n]...):
			default: // it has its answer
			}
		}
		s.mu.Unlock()
	}
}

// expect returns where the answer of a host will come.
func (s *dhcpSocket) expect(a netip.Addr) chan []byte {
	w := make(chan []byte, 1)
	s.mu.Lock()
	s.wait[a] = w
	s.mu.Unlock()
	return w
}

func (s *dhcpSocket) forget(a netip.Addr) {
	s.mu.Lock()
	delete(s.wait, a)
	s.mu.Unlock()
}

// askDHCP asks a server about itself by INFORM (RFC 2131 4.4.3): nothing is leased.
func askDHCP(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	own, err := ownAddr(ctx, h, port)
	if err != nil {
		return nil, err
	}
	s, err := dhcpPort.open(own)
	if err != nil {
		return nil, err
	}
	defer dhcpPort.close(own, s)
	if err := h.Pace.Take(ctx, h.Addr, 1); err != nil {
		return nil, err
	}
	came := s.expect(h.Addr)
	defer s.forget(h.Addr)
	if _, err := s.c.WriteToUDPAddrPort(dhcpInform(own), addrPort(h, port)); err != nil {
		return nil, err
	}
	select {
	case b := <-came:
		return one("dhcp", "udp", port, Reply{Data: b}), nil
	case <-time.After(h.Timeout):
		return nil, ErrNoAnswer
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ownAddr is the IPv4 address of ours from which the host is reached.
func ownAddr(ctx context.Context, h *Host, port uint16) (netip.Addr, error) {
	c, err := h.DialUDP(ctx, port)
	if err != nil {
		return netip.Addr{}, err
	}
	defer c.Close()
	own := c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
	if !own.Is4() {
		return own, fmt.Errorf("%w: DHCP INFORM is of IPv4 alone", ErrNotPermitted)
	}
	return own, nil
}

// dhcpInform asks for mask, router, name server, vendor information and class.
func dhcpInform(own netip.Addr) []byte {
	b := make([]byte, 236, 300)
	copy(b, []byte{1, 1, 6, 0})
	copy(b[4:], dhcpID[:])
	copy(b[12:], own.AsSlice())
	return append(b, 0x63, 0x82, 0x53, 0x63, 53, 1, 8, 55, 5, 1, 3, 6, 43, 60, 255)
}
