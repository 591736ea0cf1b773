package pcap

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"telltale/internal/evidence"
)

// certificate reads the server's certificate in the records of a handshake.
func (d *decoder) certificate(b []byte) {
	if list, _ := findCertificate(b); list != nil {
		d.leaf(list)
	}
}

// handshakeDone reports whether there is nothing more to wait for.
func handshakeDone(b []byte) bool {
	_, done := findCertificate(b)
	return done
}

// findCertificate looks for the message with the server's certificates. It
// reports done when there is nothing more to wait for.
func findCertificate(b []byte) (list []byte, done bool) {
	var hs []byte // handshake messages, joined over records
	for len(b) >= 5 {
		if b[0] != 0x16 || b[1] != 3 {
			return nil, true // encrypted from here on: TLS 1.3 shows no certificate
		}
		n := int(be.Uint16(b[3:]))
		if n > len(b)-5 {
			hs = append(hs, b[5:]...)
			break
		}
		hs = append(hs, b[5:5+n]...)
		b = b[5+n:]
	}
	for len(hs) >= 4 {
		n := int(hs[1])<<16 | int(hs[2])<<8 | int(hs[3])
		if n > maxHandshake {
			return nil, true
		}
		if n > len(hs)-4 {
			return nil, false
		}
		if hs[0] == 11 {
			return hs[4 : 4+n], true
		}
		if hs[0] == 14 {
			return nil, true
		}
		hs = hs[4+n:]
	}
	return nil, false
}

// leaf reads the first certificate of the list.
func (d *decoder) leaf(b []byte) {
	if len(b) < 6 {
		return
	}
	n := int(b[3])<<16 | int(b[4])<<8 | int(b[5])
	if n > len(b)-6 {
		return
	}
	c, ok := parseCertificate(b[6 : 6+n])
	if !ok {
		return
	}
	s := d.g.of(d.src)
	d.g.add(s, evidence.TLSSubject, c.subject)
	d.g.add(s, evidence.TLSIssuer, c.issuer)
	d.g.add(s, evidence.TLSKey, c.key)
}

type certificate struct{ subject, issuer, key string }

// parseCertificate takes names and key out of a certificate (RFC 5280 4.1). It
// checks nothing else: certificates of old devices break rules crypto/x509 keeps.
func parseCertificate(b []byte) (c certificate, ok bool) {
	_, cert, _, ok := ber(b)
	if !ok {
		return c, false
	}
	_, tbs, _, ok := ber(cert)
	if !ok {
		return c, false
	}
	tag, _, rest, ok := ber(tbs)
	if !ok {
		return c, false
	}
	if tag == 0xa0 { // version
		tbs = rest
	}
	var issuer, subject []byte
	for i := range 5 { // serial, algorithm, issuer, validity, subject
		var v []byte
		if _, v, tbs, ok = ber(tbs); !ok {
			return c, false
		}
		switch i {
		case 2:
			issuer = v
		case 4:
			subject = v
		}
	}
	_, _, after, ok := ber(tbs)
	if !ok {
		return c, false
	}
	sum := sha256.Sum256(tbs[:len(tbs)-len(after)])
	return certificate{distinguished(subject), distinguished(issuer), hex.EncodeToString(sum[:])}, true
}

// names are the attribute types of distinguished names in use (2.5.4.x).
var names = map[string]string{"2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.5": "SERIALNUMBER", "1.2.840.113549.1.9.1": "emailAddress"}

func distinguished(b []byte) string {
	var out []string
	for len(out) < 16 {
		_, set, rest, ok := ber(b)
		if !ok {
			break
		}
		b = rest
		_, pair, _, ok := ber(set)
		if !ok {
			continue
		}
		_, id, rest, ok := ber(pair)
		if !ok {
			continue
		}
		tag, v, _, ok := ber(rest)
		if name := names[oid(id)]; ok && name != "" {
			out = append(out, name+"="+asText(tag, v))
		}
	}
	return strings.Join(out, ", ")
}

// asText decodes BMPString; the other string types are ASCII or UTF-8 in practice.
func asText(tag byte, v []byte) string {
	if tag != 30 {
		return string(v)
	}
	var out strings.Builder
	for ; len(v) >= 2; v = v[2:] {
		out.WriteRune(rune(be.Uint16(v)))
	}
	return out.String()
}
