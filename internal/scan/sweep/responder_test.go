package sweep

import (
	"cmp"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"testing"

	"golang.org/x/net/ipv4"
)

// responder plays the agents of 127.0.0.0/8 on one port: a tenth of the
// addresses answers, the others swallow what they are sent.
type responder struct {
	c    *ipv4.PacketConn
	raw  net.PacketConn
	port uint16
	got  atomic.Int64
}

// alive reports whether an address is one of those that answer.
func alive(a netip.Addr) bool {
	b := a.As4()
	return (uint32(b[2])<<8|uint32(b[3]))%10 == 3
}

func startResponder(t testing.TB) *responder {
	t.Helper()
	// A stated port serves comparisons with programs that know 161 only.
	raw, err := net.ListenPacket("udp4", "0.0.0.0:"+cmp.Or(os.Getenv("TELLTALE_RESPOND_PORT"), "0"))
	if err != nil {
		t.Skipf("no UDP socket: %v", err)
	}
	_ = raw.(*net.UDPConn).SetReadBuffer(64 << 20)
	r := &responder{c: ipv4.NewPacketConn(raw), raw: raw, port: uint16(raw.LocalAddr().(*net.UDPAddr).Port)}
	if err := r.c.SetControlMessage(ipv4.FlagDst, true); err != nil {
		raw.Close()
		t.Skipf("the address a packet was sent to is not told here: %v", err)
	}
	go r.serve()
	t.Cleanup(func() { raw.Close() })
	return r
}

func (r *responder) serve() {
	ms := make([]ipv4.Message, 256)
	for i := range ms {
		ms[i].Buffers = [][]byte{make([]byte, 512)}
		ms[i].OOB = make([]byte, 64)
	}
	for {
		n, err := r.c.ReadBatch(ms, 0)
		if err != nil {
			return
		}
		r.got.Add(int64(n))
		var out []ipv4.Message
		for i := range ms[:n] {
			if m, ok := answerTo(&ms[i]); ok {
				out = append(out, m)
			}
		}
		for len(out) > 0 {
			k, err := r.c.WriteBatch(out, 0)
			if err != nil || k == 0 {
				break
			}
			out = out[k:]
		}
	}
}

// answerTo answers from the address the packet was sent to. The request's
// tag becomes that of a response; its four values stay null, which is enough
// to be an answer.
func answerTo(m *ipv4.Message) (ipv4.Message, bool) {
	var cm ipv4.ControlMessage
	if cm.Parse(m.OOB[:m.NN]) != nil {
		return ipv4.Message{}, false
	}
	to, ok := netip.AddrFromSlice(cm.Dst.To4())
	if !ok || !alive(to) {
		return ipv4.Message{}, false
	}
	b := append([]byte(nil), m.Buffers[0][:m.N]...)
	for i := 2; i+1 < len(b); i++ {
		if b[i] == 0xa0 && i > 6 {
			b[i] = 0xa2
			break
		}
	}
	back := ipv4.ControlMessage{Src: cm.Dst.To4()}
	return ipv4.Message{Buffers: [][]byte{b}, Addr: m.Addr, OOB: back.Marshal()}, true
}
