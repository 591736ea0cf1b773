package scanned

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"telltale/internal/answer"
	"telltale/internal/evidence"
	"telltale/internal/source/sourcetest"
)

func file(t testing.TB, records ...*answer.Record) []byte {
	t.Helper()
	b := []byte(answer.Magic)
	var err error
	for _, r := range records {
		if b, err = answer.Append(b, r); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func example() *answer.Record {
	return &answer.Record{Host: &answer.Host{
		Addr: netip.MustParseAddr("192.0.2.7"), At: time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC),
		Answers: []answer.Answer{
			{Probe: "neighbour", Proto: "link", Data: []byte{0, 0, 0x5e, 0, 0x53, 7}},
			{Probe: "snmp", Proto: "udp", Port: 161, Data: []byte("1.3.6.1.2.1.1.1.0|4x|41434d45\n1.3.6.1.2.1.4.22.1.2.1.192.0.2.8|4x|00005e005308\n1.3.6.1.2.1.4.21.1.7.0.0.0.0|64|192.0.2.1\n")},
			{Probe: "http", Proto: "tcp", Port: 80, Data: []byte("HTTP/1.1 401 Unauthorized\r\nServer: acme-httpd\r\nWww-Authenticate: Basic realm=\"ACME\"\r\nContent-Type: text/html\r\n\r\n<title>ACME box</title>")},
			{Probe: "ssh", Proto: "tcp", Port: 22, Data: []byte("SSH-2.0-acme_1\r\n\x00\x00")},
			{Probe: "ssh-key", Proto: "tcp", Port: 22, Data: []byte("key")},
			{Probe: "rtsp", Proto: "tcp", Port: 554, Data: []byte("RTSP/1.0 200 OK\r\nServer: acme-rtsp\r\n\r\n")},
			{Probe: "onvif", Proto: "tcp", Port: 80, Data: []byte(`<s:Envelope xmlns:s="x"><s:Body><GetDeviceInformationResponse xmlns="http://www.onvif.org/ver10/device/wsdl"><Manufacturer>ACME</Manufacturer></GetDeviceInformationResponse></s:Body></s:Envelope>`)},
			{Probe: "telnet", Proto: "tcp", Port: 23, Data: []byte("\xff\xfb\x01ACME login:")},
		},
		Tries: []answer.Try{{Probe: "ftp", Port: 21, Outcome: answer.Refused}, {Probe: "mdns", Outcome: answer.Skipped, Why: "fragile, camera"}},
	}}
}

func TestRead(t *testing.T) {
	data := file(t, &answer.Record{Begin: &answer.Begin{}}, example(), &answer.Record{Block: &answer.Block{Tried: 254, Silent: 253}}, &answer.Record{End: true})
	got, cov, err := sourcetest.Read(Source{}, "scan", data)
	if err != nil || len(got) != 1 || cov.Failed != 0 {
		t.Fatalf("%d sightings, %d failures, %v", len(got), cov.Failed, err)
	}
	for attr, want := range map[evidence.Attr]string{
		evidence.IP: "192.0.2.7", evidence.IfMAC: "00:00:5e:00:53:07", evidence.SysDescr: "ACME", evidence.HTTPServer: "acme-httpd",
		evidence.HTTPRealm: `Basic realm="ACME"`, evidence.HTTPTitle: "ACME box", evidence.SSHBanner: "SSH-2.0-acme_1", evidence.RTSPServer: "acme-rtsp",
		evidence.ONVIFMfr: "ACME", evidence.TelnetBanner: "ACME login:", evidence.SSHKey: "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683",
	} {
		found := false
		for _, o := range got[0].Observations {
			found = found || o.Attr == attr && o.Value == want
			if o.At != "2026-11-28T10:00:00Z" || !strings.HasPrefix(o.Place.At, "host 192.0.2.7") {
				t.Errorf("%s at %q, place %q", o.Attr, o.At, o.Place.At)
			}
		}
		if !found {
			t.Errorf("no %s = %q in:\n%s", attr, want, sourcetest.List(Source{}, "scan", data))
		}
	}
	if notes := strings.Join(cov.Notes, "\n"); !strings.Contains(notes, "254 addresses tried, 1 host answered, 253 silent") || !strings.Contains(notes, "mdns: fragile, camera") {
		t.Errorf("notes:\n%s", notes)
	}
	if n := Neighbours(example().Host); len(n) != 2 || n[0].String() != "192.0.2.8" || n[1].String() != "192.0.2.1" {
		t.Errorf("Neighbours = %v", n)
	}
}

func TestCutShort(t *testing.T) {
	data := file(t, &answer.Record{Begin: &answer.Begin{}}, example(), example())
	got, cov, err := sourcetest.Read(Source{}, "scan", data[:len(data)-9])
	if err != nil || len(got) != 1 || cov.Failed != 1 || cov.Reasons[0].Hint == "" {
		t.Errorf("%d sightings, coverage %+v, %v", len(got), cov, err)
	}
}

func FuzzRead(f *testing.F) {
	h := example().Host
	for _, a := range h.Answers {
		f.Add(a.Probe, a.Data)
	}
	f.Add("netbios", make([]byte, 90))
	f.Add("tls", []byte{22, 3, 3, 0, 5, 2, 0, 0, 0, 11})
	f.Fuzz(func(t *testing.T, probe string, data []byte) {
		if len(data) > 64<<10 {
			return
		}
		x := &answer.Host{Addr: h.Addr, Answers: []answer.Answer{{Probe: probe, Proto: "tcp", Port: 1, Data: data}}}
		if _, _, err := sourcetest.Read(Source{}, "scan", file(t, &answer.Record{Host: x})); err != nil {
			t.Fatal(err)
		}
		Neighbours(x)
	})
}

// FuzzFile: any file is read as far as its lines are whole.
func FuzzFile(f *testing.F) {
	f.Add(file(f, example()))
	f.Add([]byte(answer.Magic + "00000000 {}\n"))
	f.Fuzz(func(t *testing.T, data []byte) { sourcetest.Promises(t, Source{}, data) })
}
