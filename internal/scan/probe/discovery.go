package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"telltale/internal/answer"
)

// Discovery services are asked by unicast: nobody but the target hears of it.

// question appends a DNS question with its name in labels.
func question(b []byte, name string, typ uint16, unicast bool) []byte {
	for l := range strings.SplitSeq(name, ".") {
		b = append(append(b, byte(len(l))), l...)
	}
	b = binary.BigEndian.AppendUint16(append(b, 0), typ)
	class := uint16(1)
	if unicast {
		class |= 0x8000 // RFC 6762 5.4: answer to the asker
	}
	return binary.BigEndian.AppendUint16(b, class)
}

// mdnsServices are asked beside the list of services, since their texts name a device.
var mdnsServices = []string{"_device-info._tcp.local", "_http._tcp.local", "_ipp._tcp.local", "_workstation._tcp.local"}

func askMDNS(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	b := []byte{0, 0, 0, 0, 0, byte(1 + len(mdnsServices)), 0, 0, 0, 0, 0, 0}
	b = question(b, "_services._dns-sd._udp.local", 12, true)
	for _, s := range mdnsServices {
		b = question(b, s, 12, true)
	}
	r, err := h.Packet(ctx, port, b, func(p []byte) bool { return len(p) > 12 && p[2]&0x80 != 0 })
	return one("mdns", "udp", port, r), err
}

func askSSDP(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	host := net.JoinHostPort(h.Addr.WithZone("").String(), fmt.Sprint(port))
	q := "M-SEARCH * HTTP/1.1\r\nHOST: " + host + "\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n"
	r, err := h.Packet(ctx, port, []byte(q), func(p []byte) bool { return bytes.HasPrefix(p, []byte("HTTP/1.1 200")) })
	list := one("ssdp", "udp", port, r)
	if err != nil {
		return list, err
	}
	at, ok := location(r.Data, h)
	if !ok {
		return list, nil
	}
	d, err := h.get(ctx, at)
	if err != nil {
		return list, nil // the search itself was answered
	}
	return append(list, answer.Answer{Probe: "upnp", Proto: "tcp", Port: portOf(at), Data: d.body, Cut: d.cut}), nil
}

// location returns the address of a device description, if it is on the host itself.
func location(b []byte, h *Host) (*url.URL, bool) {
	for line := range strings.SplitSeq(string(b), "\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok || !strings.EqualFold(strings.TrimSpace(name), "location") {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(value))
		return u, err == nil && u.Scheme == "http" && u.Hostname() == h.Addr.WithZone("").String()
	}
	return nil, false
}

func askWSD(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	r, err := h.Packet(ctx, port, []byte(wsdProbe()), func(p []byte) bool { return bytes.Contains(p, []byte("ProbeMatch")) })
	return one("wsd", "udp", port, r), err
}

// wsdProbe asks for every kind of device (WS-Discovery 1.1, section 5.2).
func wsdProbe() string {
	return `<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header><w:MessageID>uuid:` +
		uuid() + `</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To><w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header><e:Body><d:Probe/></e:Body></e:Envelope>`
}

func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, crypto/rand says
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// askNetBIOS asks for the node status of "*" (RFC 1002 4.2.17).
func askNetBIOS(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	b := []byte{0x54, 0x54, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 32, 'C', 'K'}
	b = append(b, bytes.Repeat([]byte{'A'}, 30)...)
	r, err := h.Packet(ctx, port, append(b, 0, 0, 0x21, 0, 1), func(p []byte) bool { return len(p) > 56 && p[0] == 0x54 && p[1] == 0x54 && p[2]&0x80 != 0 })
	return one("netbios", "udp", port, r), err
}

func askSIP(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	host, id := h.Addr.WithZone("").String(), uuid()
	if h.Addr.Is6() {
		host = "[" + host + "]"
	}
	q := "OPTIONS sip:" + host + " SIP/2.0\r\nVia: SIP/2.0/UDP telltale.invalid;branch=z9hG4bK" + id[:8] + ";rport\r\nMax-Forwards: 0\r\nFrom: <sip:telltale@telltale.invalid>;tag=" + id[9:13] +
		"\r\nTo: <sip:" + host + ">\r\nCall-ID: " + id + "\r\nCSeq: 1 OPTIONS\r\nContact: <sip:telltale@telltale.invalid>\r\nContent-Length: 0\r\n\r\n"
	r, err := h.Packet(ctx, port, []byte(q), func(p []byte) bool { return bytes.HasPrefix(p, []byte("SIP/2.0 ")) })
	return one("sip", "udp", port, r), err
}

// askONVIF asks for device information (ONVIF Core 8.3.1), which some devices
// give without login; others answer that they will not.
func askONVIF(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	const body = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>`
	u := h.url("http", port, "/onvif/device_service")
	d, err := h.do(ctx, http.MethodPost, u, strings.NewReader(body), "application/soap+xml; charset=utf-8")
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(d.body, []byte("Envelope")) {
		return nil, ErrRubbish
	}
	return one("onvif", "tcp", port, Reply{Data: d.body, Cut: d.cut}), nil
}
