package pcap

import (
	"bytes"
	"net/netip"

	"telltale/internal/evidence"
)

// tcp looks at the first octets of a segment: a protocol greets by them.
func (d *decoder) tcp(b []byte) {
	if len(b) < 20 {
		return
	}
	hl := int(b[12]>>4) * 4
	if hl < 20 || hl >= len(b) {
		return
	}
	p := b[hl:]
	sp, dp := be.Uint16(b), be.Uint16(b[2:])
	if len(d.flows) > 0 && d.continued(b, p) {
		return
	}
	switch p[0] {
	case 'H':
		if bytes.HasPrefix(p, []byte("HTTP/1.")) {
			d.httpResponse(p)
		}
	case 'P':
		if bytes.HasPrefix(p, []byte("POST ")) {
			d.cwmp(p)
		}
	case '<':
		d.cwmp(p)
	case 'S':
		switch {
		case bytes.HasPrefix(p, []byte("SSH-")) && (sp == 22 || sp < dp):
			d.banner(evidence.SSHBanner, p)
		case sp == 5060 || dp == 5060:
			d.sip(p)
		}
	case 'R':
		if bytes.HasPrefix(p, []byte("RTSP/1.0 ")) {
			d.rtsp(p)
		} else if dp == 5060 {
			d.sip(p)
		}
	case '2':
		if bytes.HasPrefix(p, []byte("220")) {
			switch sp {
			case 21, 2121:
				d.banner(evidence.FTPBanner, p)
			case 25, 465, 587:
				d.banner(evidence.SMTPBanner, p)
			}
		}
	case 0x16:
		d.tlsStart(b, p)
	}
	if sp == 3868 || dp == 3868 {
		d.diameter(p)
	}
	if sp == 23 || sp == 2323 {
		d.telnet(p)
	}
}

// flowKey names one direction of a connection.
type flowKey struct {
	src    netip.Addr
	ack    uint32 // stays the same while one side greets
	sp, dp uint16
}

// flow collects a server's handshake until its certificate is whole.
type flow struct {
	next uint32
	data []byte
}

const (
	maxFlows     = 512
	maxHandshake = 32 << 10
)

func (d *decoder) key(b []byte) flowKey {
	return flowKey{d.src.ip, be.Uint32(b[8:]), be.Uint16(b), be.Uint16(b[2:])}
}

// tlsStart begins a flow at a ServerHello (RFC 5246 7.4.1.3).
func (d *decoder) tlsStart(b, p []byte) {
	if len(p) < 6 || p[1] != 3 || p[5] != 2 {
		return
	}
	if done := d.certificate(p); done {
		return
	}
	if d.flows == nil || len(d.flows) >= maxFlows {
		d.flows = map[flowKey]*flow{}
	}
	d.flows[d.key(b)] = &flow{next: be.Uint32(b[4:]) + uint32(len(p)), data: append([]byte(nil), p...)}
}

// continued adds a segment to the flow it belongs to.
func (d *decoder) continued(b, p []byte) bool {
	k := d.key(b)
	f := d.flows[k]
	if f == nil {
		return false
	}
	seq := be.Uint32(b[4:])
	if seq != f.next {
		if int32(seq-f.next) > 0 || len(f.data) == 0 {
			delete(d.flows, k) // a segment is missing
		}
		return true
	}
	f.data, f.next = append(f.data, p...), f.next+uint32(len(p))
	if d.certificate(f.data) || len(f.data) > maxHandshake {
		delete(d.flows, k)
	}
	return true
}
