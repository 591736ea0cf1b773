//go:build linux

package pipeline

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"telltale/internal/calendar"
)

const playEnv = "TELLTALE_LAB_PLAY"

// TestNetworkHost plays one part of the tests with namespaces; alone it does nothing.
func TestNetworkHost(t *testing.T) {
	switch play := os.Getenv(playEnv); play {
	case "":
		t.Skip("a part of the tests with namespaces")
	case "scan":
		playScan(t)
	case "watch":
		playWatch(t)
	case "bridgemib":
		bridgeMIB()
	default:
		parts[play]()
		select {} // until the test that started it kills it
	}
}

// playScan scans as `telltale scan` does, until it is interrupted.
func playScan(t *testing.T) {
	var o labScan
	if err := json.Unmarshal([]byte(os.Getenv("TELLTALE_LAB_SCAN")), &o); err != nil {
		t.Fatal(err)
	}
	s, err := NewScan(&ScanOptions{Targets: o.Targets, Crawl: o.Crawl, Only: o.Only, Profile: o.Profile, Journal: o.Journal, Credentials: o.Credentials})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if _, err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

// playWatch follows eth0 as `telltale watch` does, until it is interrupted, and notes what it tells in a file.
func playWatch(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	profiles, _, err := k.Profiles("federal-contractor", nil)
	if err != nil {
		t.Fatal(err)
	}
	told, err := os.Create(os.Getenv("TELLTALE_LAB_TOLD"))
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	day, _ := calendar.Parse("2026-11-22")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := WatchOptions{Input: "eth0", Opened: func() { fmt.Fprintln(told, "opened") }}
	n, err := Watch(ctx, k, o, &Options{Profiles: profiles, AsOf: day, KnownAt: day}, func(e *WatchEvent) error {
		_, err := fmt.Fprintln(told, e.Event, e.Asset.Keys)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(told, "stopped after", n.Packets)
}

// parts are the hosts: those that answer, and those that mean harm.
var parts = map[string]func(){
	"camera": func() {
		go talk(554, "", "RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: acme-rtsp\r\n\r\n")
		go serveHTTP(80, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/onvif/device_service" {
				fmt.Fprint(w, `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetDeviceInformationResponse xmlns="http://www.onvif.org/ver10/device/wsdl"><Manufacturer>Acme Optics</Manufacturer><Model>A1</Model></GetDeviceInformationResponse></s:Body></s:Envelope>`)
			}
		})
	},
	"web":     func() { go serveHTTP(80, page); go serveTLS(443, page) },
	"ssh":     func() { go talk(22, "SSH-2.0-acme\r\n", "") },
	"telnet":  func() { go talk(23, "\xff\xfb\x01acme login: ", "") },
	"ftp":     func() { go talk(21, "220 acme ftp\r\n", "") },
	"closed":  func() {},
	"endless": func() { go flood(22); go flood(23); go flood(21); go flood(80) },
	"rubbish": func() {
		go talk(443, "", strings.Repeat("\x16\x03\x01\xff\xff\x0b", 2000))
		go talk(80, "", "no http at all")
	},
	"loris": func() { go drip(80); go drip(22); go drip(443) },
	"bomb": func() {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.CopyN(z, zeros{}, 64<<20)
		z.Close()
		go serveHTTP(80, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(b.Bytes())
		})
	},
	"circle": func() {
		go serveHTTP(80, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again"+r.URL.Path, http.StatusFound)
		})
	},
	"snmploop": func() { go loopAgent() },
	"snmpbig":  func() { go bigAgent() },
	"plc": func() {
		go talk(502, "", "")
		go talk(80, "", "HTTP/1.0 200 OK\r\n\r\n")
		go talk(22, "SSH-2.0-acme\r\n", "")
	},
	"printer": func() {
		go talk(9100, "", "")
		go talk(23, "acme print server\r\n", "")
		go talk(80, "", "HTTP/1.0 200 OK\r\n\r\n")
	},
	"talker": playTalker,
	"wsd": func() {
		go reply(3702, "Probe", `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/name/acme-scope</d:Scopes><d:XAddrs>http://10.91.0.16/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`)
	},
}

// playTalker answers the protocols by which things are discovered, and SIP.
func playTalker() {
	go reply(5060, "OPTIONS ", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP telltale.invalid\r\nUser-Agent: acme-phone 1\r\nContent-Length: 0\r\n\r\n")
	go reply(1900, "M-SEARCH ", "HTTP/1.1 200 OK\r\nSERVER: acme-upnp/1\r\nLOCATION: http://10.91.0.14/desc.xml\r\nST: upnp:rootdevice\r\nUSN: uuid:00000000-1111-2222-3333-444444444444::upnp:rootdevice\r\n\r\n")
	go serveHTTP(80, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/desc.xml" {
			fmt.Fprint(w, `<root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>urn:schemas-upnp-org:device:MediaRenderer:1</deviceType><friendlyName>box</friendlyName><manufacturer>Acme Media</manufacturer><modelName>M1</modelName><UDN>uuid:00000000-1111-2222-3333-444444444444</UDN></device></root>`)
		}
	})
	go reply(137, "CKAAAA", "TT\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\x00\x00\x21\x00\x01\x00\x00\x00\x00\x00\x41"+
		"\x01ACME-NB        \x00\x04\x00"+"\x00\x00\x5e\x00\x53\x21"+strings.Repeat("\x00", 40))
	name := "\x03box\x05_http\x04_tcp\x05local\x00"
	text := "\x10model=acme-model"
	go reply(5353, "_services", "\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00"+name+"\x00\x10\x80\x01\x00\x00\x00\x78\x00"+string(rune(len(text)))+text)
}

// reply answers each packet that holds a word.
func reply(port int, word, answer string) {
	c, err := net.ListenPacket("udp", fmt.Sprintf(":%d", port))
	if err != nil {
		panic(err)
	}
	b := make([]byte, 4096)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		if bytes.Contains(b[:n], []byte(word)) {
			_, _ = c.WriteTo([]byte(answer), from)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, "<html><title>Acme box</title></html>")
}

func each(port int, f func(net.Conn)) {
	l, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		panic(err)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() { defer c.Close(); f(c) }()
	}
}

// talk greets, waits for the first words, answers and hangs up after a while.
func talk(port int, greeting, answer string) {
	each(port, func(c net.Conn) {
		_, _ = io.WriteString(c, greeting)
		if answer != "" {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, answer)
		}
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, _ = io.Copy(io.Discard, c)
	})
}

func flood(port int) {
	each(port, func(c net.Conn) { _, _ = io.Copy(c, zeros{}) })
}

func drip(port int) {
	each(port, func(c net.Conn) {
		for {
			if _, err := c.Write([]byte("H")); err != nil {
				return
			}
			time.Sleep(300 * time.Millisecond)
		}
	})
}

func serveHTTP(port int, h http.HandlerFunc) { _ = http.ListenAndServe(fmt.Sprintf(":%d", port), h) }

func serveTLS(port int, h http.HandlerFunc) {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "acme"}, NotAfter: time.Now().Add(time.Hour)}
	der, _ := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	s := &http.Server{Addr: fmt.Sprintf(":%d", port), Handler: h, TLSConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}}
	_ = s.ListenAndServeTLS("", "")
}

// agentLoop hands each SNMP request that comes to answer and sends what it returns.
func agentLoop(answer func(q []byte) []byte) {
	c, err := net.ListenPacket("udp", ":161")
	if err != nil {
		panic(err)
	}
	b := make([]byte, 2048)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		_, _ = c.WriteTo(answer(b[:n]), from)
	}
}

// loopAgent answers every request with the name it was asked and a value: a walk without end.
func loopAgent() {
	agentLoop(func(q []byte) []byte {
		for i := 7; i < len(q); i++ {
			if k := q[i]; k == 0xa0 || k == 0xa1 || k == 0xa5 {
				q[i] = 0xa2
				break
			}
		}
		return q
	})
}

// bigAgent answers each question for the next row, or rows, with as many rows
// as the largest packet holds, whatever number was asked for, and has no last row.
func bigAgent() {
	agentLoop(func(q []byte) []byte {
		_, msg, _ := berNext(q)
		_, _, msg = berNext(msg) // version
		_, _, msg = berNext(msg) // community
		kind, pdu, _ := berNext(msg)
		_, id, pdu := berNext(pdu)
		_, _, pdu = berNext(pdu)
		_, _, pdu = berNext(pdu)
		_, binds, _ := berNext(pdu)
		var rows []byte
		if kind == 0xa0 {
			for len(binds) > 0 {
				var bind []byte
				_, bind, binds = berNext(binds)
				_, name, _ := berNext(bind)
				rows = append(rows, berTLV(0x30, berTLV(6, name), berTLV(4, []byte("lab agent with big answers")))...)
			}
		} else {
			_, bind, _ := berNext(binds)
			_, name, _ := berNext(bind)
			for i := uint32(0); len(rows) < 60000; i++ {
				sub := []byte{0x83, 0x80 | byte(i>>14), 0x80 | byte(i>>7), byte(i) & 0x7f}
				rows = append(rows, berTLV(0x30, berTLV(6, name, sub), berTLV(4, []byte("a row")))...)
			}
		}
		return berTLV(0x30, berTLV(2, []byte{1}), berTLV(4, []byte("public")),
			berTLV(0xa2, berTLV(2, id), berTLV(2, []byte{0}), berTLV(2, []byte{0}), berTLV(0x30, rows)))
	})
}

// berNext takes one value of the Basic Encoding Rules; zero values when there is none.
func berNext(b []byte) (tag byte, v, rest []byte) {
	if len(b) < 2 {
		return 0, nil, nil
	}
	n, h := int(b[1]), 2
	if n&0x80 != 0 {
		k := n & 0x7f
		if n = 0; len(b) < 2+k {
			return 0, nil, nil
		}
		for _, c := range b[2 : 2+k] {
			n = n<<8 | int(c)
		}
		h += k
	}
	if n < 0 || len(b) < h+n {
		return 0, nil, nil
	}
	return b[0], b[h : h+n], b[h+n:]
}

func berTLV(tag byte, parts ...[]byte) []byte {
	v := bytes.Join(parts, nil)
	if len(v) < 128 {
		return append([]byte{tag, byte(len(v))}, v...)
	}
	return append(binary.BigEndian.AppendUint32([]byte{tag, 0x84}, uint32(len(v))), v...)
}
