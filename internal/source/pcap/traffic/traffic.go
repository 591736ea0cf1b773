// Package traffic writes captures of made-up traffic for measurements and
// comparisons: bulk transfers with few packets that identify anything, in
// VLANs, tunnels, fragments and IPv6. The same seed gives the same octets.
//
// It is not for tests of single protocols: those build their own frames with an
// independent library.
//
// Flow: a sender makes a payload, layers are put before it from the inside out,
// and Write adds file and packet headers.
package traffic

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
)

// Hosts is the number of stations in the traffic; each says something of itself.
const Hosts = 2000

var be = binary.BigEndian

// Write writes a classic capture of at least size octets to w, whole packets only.
func Write(w io.Writer, size int64, seed uint64) error {
	bw := bufio.NewWriterSize(w, 1<<20)
	g := &generator{rnd: rand.New(rand.NewPCG(seed, 7))}
	for i := range g.bulk {
		g.bulk[i] = byte(0x80 | g.rnd.IntN(100)) // looks like ciphertext, greets nobody
	}
	head := make([]byte, 24)
	le := binary.LittleEndian
	le.PutUint32(head, 0xa1b2c3d4)
	le.PutUint16(head[4:], 2)
	le.PutUint16(head[6:], 4)
	le.PutUint32(head[16:], 262144)
	le.PutUint32(head[20:], 1)
	if _, err := bw.Write(head); err != nil {
		return fmt.Errorf("write capture: %w", err)
	}
	record := make([]byte, 16)
	for done := int64(24); done < size; g.n++ {
		for _, f := range g.next() {
			le.PutUint32(record, uint32(1_700_000_000+g.n/20_000))
			le.PutUint32(record[4:], uint32(g.n%20_000*50))
			le.PutUint32(record[8:], uint32(len(f)))
			le.PutUint32(record[12:], uint32(len(f)))
			bw.Write(record) // an error stays until Flush
			bw.Write(f)
			done += int64(len(f)) + 16
		}
	}
	if err := bw.Flush(); err != nil {
		return fmt.Errorf("write capture: %w", err)
	}
	return nil
}

type generator struct {
	rnd  *rand.Rand
	n    int // packets made
	bulk [1448]byte
}

// next makes the next packet, or the pieces of one.
func (g *generator) next() [][]byte {
	h := host(g.rnd.IntN(Hosts))
	switch r := g.n % 200; {
	case r%67 == 0: // one in sixty-seven says who sends it
		return [][]byte{g.identity(h, g.n/67)}
	case r == 1, r == 2:
		return [][]byte{h.ethernet(0x0800, h.ip4(17, 64, udp(2152, 2152, append([]byte{0x30, 255, 5, 0xdc, 0, 0, 0, 1}, h.ip4(6, 63, g.tcp(h, 443))...))))}
	case r == 3:
		return [][]byte{h.ethernet(0x0800, h.ip4(17, 64, udp(4000, 4789, append([]byte{8, 0, 0, 0, 0, 0, 5, 0}, h.ethernet(0x0800, h.ip4(6, 64, g.tcp(h, 443)))...))))}
	case r == 4:
		return [][]byte{h.ethernet(0x8847, append([]byte{0, 1, 0, 64, 0, 1, 0x11, 64}, h.ip4(6, 60, g.tcp(h, 443))...))}
	case r == 5, r == 6:
		return [][]byte{h.ethernet(0x8100, append([]byte{0, 7, 8, 0}, h.ip4(6, 64, g.tcp(h, 443))...))}
	case r == 7:
		return [][]byte{h.ethernet(0x88a8, append([]byte{0, 7, 0x81, 0, 0, 8, 8, 0}, h.ip4(6, 64, g.tcp(h, 443))...))}
	case r == 8:
		return g.fragments(h)
	case r >= 9 && r < 16:
		return [][]byte{h.ethernet(0x86dd, h.ip6(6, 64, g.tcp(h, 443)))}
	case r == 16, r == 17:
		return [][]byte{h.ethernet(0x0800, h.ip4(6, 64, syn(h)))}
	}
	return [][]byte{h.ethernet(0x0800, h.ip4(6, 64, g.tcp(h, 443)))}
}

// tcp is a segment of a transfer: a full one, or small talk.
func (g *generator) tcp(h host, port uint16) []byte {
	data := g.bulk[:]
	if g.rnd.IntN(2) == 0 {
		data = data[:g.rnd.IntN(64)]
	}
	return segment(port, 5000+uint16(h), uint32(g.n), 0x10, data)
}

// fragments is a datagram in two pieces, which nobody needs to join.
func (g *generator) fragments(h host) [][]byte {
	whole := udp(4500, 4500, g.bulk[:])
	first, second := h.ip4(17, 64, whole[:1000]), h.ip4(17, 64, whole[1000:])
	id := uint16(g.n)
	for i, p := range [][]byte{first, second} {
		be.PutUint16(p[4:], id)
		be.PutUint16(p[6:], []uint16{0x2000, 125}[i])
		checksum(p)
	}
	return [][]byte{h.ethernet(0x0800, first), h.ethernet(0x0800, second)}
}
