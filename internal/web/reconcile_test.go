package web

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"telltale/internal/calendar"
	"telltale/internal/pipeline"
)

const scanned = `<?xml version="1.0"?><nmaprun scanner="nmap" args="nmap 192.0.2.0/28" start="1700000000" version="7.93" xmloutputversion="1.05">
<host starttime="1700000000" endtime="1700000001"><status state="up" reason="arp-response"/><address addr="192.0.2.9" addrtype="ipv4"/><address addr="E0:50:8B:01:02:03" addrtype="mac"/><ports><port protocol="tcp" portid="80"><state state="open" reason="syn-ack"/><service name="http" product="Dahua &lt;script&gt;alert(1)&lt;/script&gt;"/></port></ports></host></nmaprun>`

// handAll checks several files at once, by name and content.
func handAll(t *testing.T, w *pipeline.Workspace, files map[string]string) {
	t.Helper()
	r := pipeline.CheckRequest{Profile: "rural-etc", By: "tester"}
	for name, content := range files {
		u, err := w.Upload(name, "tester", strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		r.Uploads = append(r.Uploads, u.ID)
	}
	j, err := w.Check(r)
	if err != nil {
		t.Fatal(err)
	}
	if i, err := j.Wait(t.Context()); err != nil || i.State != pipeline.JobDone {
		t.Fatalf("check: %+v, %v", i, err)
	}
}

// The page says what the command line says: by the same outcome, row by row.
func TestPaperAgainstNetwork(t *testing.T) {
	work := testWork(t)
	handAll(t, work, map[string]string{"scan.xml": scanned, "register.csv": "Name,Manufacturer,Model,Serial,IP\nolt-1,Huawei,MA5800-X7,2102311ABC6TE5000011,192.0.2.5\n"})
	h := workSite(t, work)
	want, err := work.Reconcile(t.Context(), calendar.NoDate)
	if err != nil {
		t.Fatal(err)
	}
	if want.Summary.NeverBought != 1 || want.Summary.PaperOnly != 1 {
		t.Fatalf("the files do not differ as meant: %+v", want.Summary)
	}
	page := get(t, h, "/reconcile").Body.String()
	for _, text := range []string{"never bought", "olt-1", "scan.xml", "Seen, never bought <b>1</b>", "Looked at"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q: %s", text, page)
		}
	}
	if strings.Contains(page, "<script>alert") {
		t.Error("a banner reaches the page as markup")
	}
	if page := get(t, h, "/reconcile?kind=never+bought").Body.String(); strings.Contains(page, "olt-1") || !strings.Contains(page, "never bought") {
		t.Errorf("one kind: %s", page)
	}
	for _, bad := range []string{"?kind=%00", "?from=-1", "?from=99999999999999999999", "?since=soon", "?kind=gone"} {
		if w := get(t, h, "/reconcile"+bad); w.Code != 200 {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
	var rows []map[string]string
	if err := json.Unmarshal(get(t, h, "/reconcile?format=json").Body.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	n := 0
	for row := range want.Sheet().Rows {
		if row[4] != "" {
			n++
		}
	}
	if len(rows) != n || n != 2 || rows[0]["what"] != "never seen" {
		t.Errorf("%d rows in the file, want %d: %v", len(rows), n, rows)
	}
}

// image is an archive as some makers hand out as firmware, with names as only hostile ones bear.
func image(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := tar.NewWriter(&b)
	for _, f := range [][2]string{{"etc/passwd", "root:$1$abc$0123456789abcdefghijkl:0:0:root:/root:/bin/sh\n"}, {"etc/init.d/rcS", "#!/bin/sh\n/usr/sbin/telnetd -l /bin/sh &\n"}, {"www/<script>alert(1)<_script>.html", "<html>"}, {"../../../tmp/out", "x"}} {
		if err := z.WriteHeader(&tar.Header{Name: f[0], Mode: 0o644, Size: int64(len(f[1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := z.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFirmwareIsOpened(t *testing.T) {
	work := testWork(t)
	h := workSite(t, work)
	body, kind := form(t, nil, "../<img src=x onerror=alert(1)>.bin", string(image(t)))
	w := post(h, "/firmware", kind, body)
	job := w.Header().Get("Location")
	if w.Code != 303 || !strings.HasPrefix(job, "/job/") {
		t.Fatalf("POST /firmware: %d %s", w.Code, w.Body)
	}
	if events := get(t, h, job+"/events").Body.String(); !strings.Contains(events, `"state":"done"`) {
		t.Fatalf("it does not end well: %s", events)
	}
	if page := get(t, h, job).Body.String(); !strings.Contains(page, job+"/firmware/html") || strings.Contains(page, "<img src=x") {
		t.Errorf("the page of the job: %s", page)
	}
	if page := get(t, h, "/firmware").Body.String(); !strings.Contains(page, job) || strings.Contains(page, "<img src=x") {
		t.Errorf("the list of reports: %s", page)
	}
	report := get(t, h, job+"/firmware/html")
	text := report.Body.String()
	if report.Code != 200 || !strings.Contains(text, "telnetd") || strings.Contains(text, "<script>alert") || strings.Contains(text, "<img src=x") || strings.Contains(text, work.Dir) {
		t.Errorf("the report: %d %.2000s", report.Code, text)
	}
	if p := report.Header().Get("Content-Security-Policy"); !strings.Contains(p, "sandbox") || strings.Contains(p, "script") {
		t.Errorf("the policy of the report: %s", p)
	}
	for _, form := range []string{"json", "sarif", "cyclonedx"} {
		if w := get(t, h, job+"/firmware/"+form); w.Code != 200 || !json.Valid(w.Body.Bytes()) || strings.Contains(w.Body.String(), work.Dir) {
			t.Errorf("as %s: %d, of %d bytes, valid: %v", form, w.Code, w.Body.Len(), json.Valid(w.Body.Bytes()))
		}
	}
	for _, bad := range []string{job + "/firmware/exe", job + "/firmware/..%2f..%2fjobs", "/job/00/firmware/html"} {
		if w := get(t, h, bad); w.Code != 404 {
			t.Errorf("%s: %d, want 404", bad, w.Code)
		}
	}
	if w := post(h, "/firmware", formKind, bytes.NewBufferString("")); w.Code != 400 {
		t.Errorf("no image: %d, want 400", w.Code)
	}
}
