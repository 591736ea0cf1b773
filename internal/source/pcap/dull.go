package pcap

// greets marks the first octets with which a protocol tcp reads begins.
var greets = func() (t [256]bool) {
	for _, c := range []byte{'G', 'H', 'P', '<', 'S', 'R', '2', 0x16} {
		t[c] = true
	}
	return t
}()

// dull reports whether an Ethernet frame certainly tells nothing new: IPv4 from a
// station that is known with this address, and neither a port nor a first octet
// any parser waits for. It is what most frames are, so it looks at the frame's
// own octets alone and writes nothing; in doubt it says no.
func (d *decoder) dull(b []byte) bool {
	if len(b) < 14+20+20 || be.Uint16(b[12:]) != etherIPv4 || b[14] != 0x45 || be.Uint16(b[20:])&0x3fff != 0 {
		return false
	}
	m := mac(b[6:12])
	slot := &d.g.recent[m.slot()]
	if slot.mac != m || slot.st == nil || slot.ip4 != [4]byte(b[26:30]) && initialTTL(b[22], b[30]>>4 == 14) {
		return false
	}
	sp, dp := be.Uint16(b[34:]), be.Uint16(b[36:])
	switch b[23] {
	case 6:
		if d.flows.marks[mark(sp, dp)] != 0 || sp == 23 || sp == 2323 || sp == 3868 || dp == 3868 {
			return false
		}
		at, end := 34+int(b[46]>>4)*4, 14+int(be.Uint16(b[16:]))
		if at >= end {
			return end > 34 // an acknowledgement; zero stands for a length that was left out
		}
		return at < len(b) && !greets[b[at]]
	case 17:
		return !interesting.has(sp) && !interesting.has(dp)
	}
	return false
}
