package scan

import (
	"encoding/binary"
	"net/netip"
	"syscall"
)

// Layout of a neighbour message (linux/neighbour.h).
const (
	ndHeader  = 12
	ndaDst    = 1
	ndaLLAddr = 2
	// nudKnown are the states in which an address is confirmed: reachable, stale, delay, probe, permanent.
	nudKnown = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
)

// linkNeighbours returns the kernel's table of ARP and neighbour discovery; empty where it cannot be read.
func linkNeighbours() map[netip.Addr][]byte {
	out := map[netip.Addr][]byte{}
	rib, err := syscall.NetlinkRIB(syscall.RTM_GETNEIGH, syscall.AF_UNSPEC)
	if err != nil {
		return out
	}
	msgs, err := syscall.ParseNetlinkMessage(rib)
	if err != nil {
		return out
	}
	for _, m := range msgs {
		if m.Header.Type != syscall.RTM_NEWNEIGH || len(m.Data) < ndHeader || binary.NativeEndian.Uint16(m.Data[8:])&nudKnown == 0 {
			continue
		}
		if a, mac := neighbourOf(m.Data[ndHeader:]); a.IsValid() && len(mac) == 6 && [6]byte(mac) != [6]byte{} {
			out[a] = mac
		}
	}
	return out
}

func neighbourOf(b []byte) (a netip.Addr, mac []byte) {
	for len(b) >= 4 {
		n, typ := int(binary.NativeEndian.Uint16(b)), binary.NativeEndian.Uint16(b[2:])
		if n < 4 || n > len(b) {
			break
		}
		switch typ {
		case ndaDst:
			a, _ = netip.AddrFromSlice(b[4:n])
		case ndaLLAddr:
			mac = append([]byte(nil), b[4:n]...)
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	return a, mac
}
