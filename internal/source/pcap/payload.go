package pcap

import (
	"encoding/binary"
	"net/netip"

	"telltale/internal/evidence"
	"telltale/internal/source/observe"
)

// IP protocol numbers of Payload.
const (
	TCP = 6
	UDP = 17
)

// Payload reads what a host sent from a port, without the packet around it,
// exactly as in a capture: the observations have no place and no time yet.
// proto is TCP or UDP; of a stream, data are its first octets.
func Payload(b observe.Builder, from netip.Addr, proto byte, port uint16, data []byte) []evidence.Observation {
	d := &decoder{g: newGatherer(b, nil), src: sender{ip: from}}
	var head []byte
	if proto == TCP {
		head = make([]byte, 20)
		head[12] = 5 << 4 // length of the header in words
	} else {
		head = make([]byte, 8)
		if n := len(data) + len(head); n < 1<<16 {
			binary.BigEndian.PutUint16(head[4:], uint16(n))
		}
	}
	binary.BigEndian.PutUint16(head, port)
	binary.BigEndian.PutUint16(head[2:], 49152) // any port of a client
	d.transport(proto, append(head, data...))
	if s := d.g.remotes[from.Unmap()]; s != nil {
		return s.obs
	}
	return nil
}
