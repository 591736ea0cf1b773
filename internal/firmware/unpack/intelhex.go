package unpack

import "fmt"

// Intel HEX after its 1988 specification: ":", count, address, type, data, and
// a checksum that makes the bytes of each record add up to zero.
var intelHex = &hexForm{name: "intel-hex", parse: parseIntelHex, apply: applyIntelHex}

func probeIntelHex(d *data, off int64) *claim { return probeHex(d, off, intelHex) }

func parseIntelHex(line []byte) (r hexRecord, sum, ok bool) {
	if len(line) < 11 || line[0] != ':' {
		return r, false, false
	}
	b := hexBytes(line[1:])
	if b == nil || len(b) != int(b[0])+5 || b[3] > 5 {
		return r, false, false
	}
	var s byte
	for _, c := range b {
		s += c
	}
	r = hexRecord{kind: '0' + b[3], addr: uint32(be.Uint16(b[1:]))}
	body := b[4 : len(b)-1]
	switch {
	case b[3] == 0:
		r.data = body
	case b[3] == 2 || b[3] == 4:
		if len(body) != 2 {
			return r, false, false
		}
		r.addr = uint32(be.Uint16(body))
	case b[3] == 3 || b[3] == 5:
		if len(body) != 4 {
			return r, false, false
		}
		r.addr = be.Uint32(body)
	case len(body) != 0:
		return r, false, false
	}
	return r, s == 0, true
}

func applyIntelHex(m *hexMemory, r hexRecord) {
	switch r.kind {
	case '1':
		m.end = true
	case '2':
		m.base = int64(r.addr) << 4
	case '4':
		m.base = int64(r.addr) << 16
	case '3', '5':
		m.facts = append(m.facts, Fact{"entry", fmt.Sprintf("%#x", r.addr)})
	}
}
