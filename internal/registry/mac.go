package registry

// ParseMAC reads an address of six octets: hex digits in any case, with ":",
// "-" or "." between pairs or fours, or without.
func ParseMAC(s string) (mac [6]byte, ok bool) {
	if len(s) < 12 || len(s) > 17 {
		return mac, false
	}
	n := 0
	for i := range len(s) {
		c := s[i]
		var v byte
		switch {
		case '0' <= c && c <= '9':
			v = c - '0'
		case 'a' <= c && c <= 'f':
			v = c - 'a' + 10
		case 'A' <= c && c <= 'F':
			v = c - 'A' + 10
		case (c == ':' || c == '-' || c == '.') && n%2 == 0:
			continue
		default:
			return mac, false
		}
		if n == 12 {
			return mac, false
		}
		mac[n/2] = mac[n/2]<<4 | v
		n++
	}
	return mac, n == 12
}

// Hollow says why an address cannot tell who made its interface, empty when it can.
func Hollow(m [6]byte) string {
	switch {
	case m == [6]byte{}:
		return "all zero: no address"
	case m == [6]byte{255, 255, 255, 255, 255, 255}:
		return "broadcast"
	case m[0]&1 != 0:
		return "group address (IEEE 802 clause 8.2)"
	case m[0]&2 != 0:
		return "locally administered: software chose it (IEEE 802 clause 8.4)"
	case m[0] == 0 && m[1] == 0 && m[2] == 0x5e:
		return "protocol address of IANA, such as a VRRP router (RFC 5798 section 7.3)"
	case m[0] == 0 && m[1] == 0 && m[2] == 0x0c && m[3] == 0x07 && m[4] == 0xac:
		return "virtual router address (RFC 2281 section 3)"
	case m[0] == 0 && m[1] == 0 && m[2] == 0:
		return "counts up from zero: nobody's block in practice"
	case ladder(m):
		return "octets repeat or climb evenly: made up by hand"
	}
	return ""
}

// ladder reports whether all octets differ from the one before by the same step.
func ladder(m [6]byte) bool {
	step := m[1] - m[0]
	for i := 2; i < 6; i++ {
		if m[i]-m[i-1] != step {
			return false
		}
	}
	return true
}
