package probe

import (
	"bytes"
	"net/http"
	"net/netip"
	"testing"
)

// FuzzCertificate: records of a server are looked through within bounds, and a
// certificate we write as records is found again.
func FuzzCertificate(f *testing.F) {
	f.Add([]byte("\x16\x03\x03\x00\x0c\x02\x00\x00\x00\x0b\x00\x00\x04\x00\x00\x01\x00"))
	f.Add([]byte("\x15\x03\x01\x00\x02\x02\x28"))
	f.Fuzz(func(t *testing.T, b []byte) {
		hasCertificate(b)
		if len(b) < 1<<16 && !hasCertificate(certificateRecord(b)) {
			t.Error("a certificate that was written as records is not found in them")
		}
	})
}

// FuzzPage: a body that says it is packed gives at most what is read of a page.
func FuzzPage(f *testing.F) {
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x04\x00\x43\xbe\xb7\xe8\x01\x00\x00\x00"), "HTTP/1.1 200 OK")
	f.Add([]byte("\x89PNG0123456789abcdef"), "HTTP/1.1 200 OK")
	f.Fuzz(func(t *testing.T, b []byte, line string) {
		p := &page{head: http.Header{"Content-Encoding": {"gzip"}}, line: line, body: b[:min(len(b), maxHTTP)]}
		p.unpack()
		if len(p.body) > maxHTTP {
			t.Errorf("%d octets were unpacked", len(p.body))
		}
		p.isIcon()
		if m := p.message(); len(m) > 2*maxHTTP+len(line) || !bytes.HasSuffix(m, p.body) {
			t.Errorf("a message of %d octets does not end with its body", len(m))
		}
	})
}

// FuzzLocation: an answer to a search never points the scan to another host.
func FuzzLocation(f *testing.F) {
	h := &Host{Addr: netip.MustParseAddr("192.0.2.7")}
	f.Add([]byte("HTTP/1.1 200 OK\r\nLOCATION: http://192.0.2.7:49152/desc.xml\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nLocation: http://192.0.2.7@198.51.100.1/\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if u, ok := location(b, h); ok && (u.Hostname() != "192.0.2.7" || u.Scheme != "http") {
			t.Errorf("%s is followed", u)
		}
	})
}

// FuzzGreeting: the ends of greetings are looked for in anything.
func FuzzGreeting(f *testing.F) {
	f.Add([]byte("\xff\xfb\x01acme login: \x00"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		telnetGreeted(b)
		lineSeen(b)
	})
}
