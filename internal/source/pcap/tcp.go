package pcap

import (
	"bytes"

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
	if d.flows.marks[mark(sp, dp)] != 0 && d.continued(b, p) {
		return
	}
	switch p[0] {
	case 'H':
		if bytes.HasPrefix(p, []byte("HTTP/1.")) {
			d.start(b, p, wholeMessage, (*decoder).httpResponse)
		}
	case 'G':
		if bytes.HasPrefix(p, []byte("GET ")) {
			d.httpRequest(p)
		}
	case 'P':
		if bytes.HasPrefix(p, []byte("POST ")) {
			d.httpRequest(p)
			d.start(b, p, wholeMessage, (*decoder).cwmp)
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
		if len(p) > 5 && p[1] == 3 && p[5] == 2 { // ServerHello, RFC 5246 7.4.1.3
			d.start(b, p, handshakeDone, (*decoder).certificate)
		} else if len(p) > 5 && p[1] == 3 && p[5] == 1 && d.g.cloud != nil { // ClientHello
			d.calls(serverName(p[5:]))
		}
	}
	if sp == 3868 || dp == 3868 {
		d.diameter(p)
	}
	if sp == 23 || sp == 2323 {
		d.telnet(p)
	}
}
