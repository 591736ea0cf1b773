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
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

const playEnv = "TELLTALE_LAB_PLAY"

// TestNetworkHost plays one part of TestScanNetwork inside a namespace; alone it does nothing.
func TestNetworkHost(t *testing.T) {
	play := os.Getenv(playEnv)
	if play == "" {
		t.Skip("a part of TestScanNetwork")
	}
	if play == "scan" {
		s, err := NewScan(&ScanOptions{Targets: strings.Fields(os.Getenv("TELLTALE_LAB_TARGETS")), Profile: os.Getenv("TELLTALE_LAB_PROFILE"), Journal: os.Getenv("TELLTALE_LAB_JOURNAL")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		return
	}
	parts[play]()
	select {} // until the test that started it kills it
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

// loopAgent answers every request with the name it was asked and a value: a walk without end.
func loopAgent() {
	c, err := net.ListenPacket("udp4", ":161")
	if err != nil {
		panic(err)
	}
	b := make([]byte, 2048)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		for i := 7; i < n; i++ {
			if k := b[i]; k == 0xa0 || k == 0xa1 || k == 0xa5 {
				b[i] = 0xa2
				break
			}
		}
		_, _ = c.WriteTo(b[:n], from)
	}
}
