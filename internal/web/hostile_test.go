package web

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"telltale/internal/calendar"
	"telltale/internal/people"
)

func TestBombIsTold(t *testing.T) {
	work := testWork(t)
	work.MaxUpload = 1 << 20
	h := workSite(t, work)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	for range 96 { // 90 MiB in some 300 KiB
		if _, err := f.Write(bytes.Repeat([]byte("Name,Model\nx,y\n"), 1<<16)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	body, kind := form(t, nil, "bomb.zip", b.String())
	job := post(h, "/check", kind, body).Header().Get("Location")
	get(t, h, job+"/events")
	if page := get(t, h, "/evidence").Body.String(); !strings.Contains(page, "unpacks to more than") {
		t.Error("the page Evidence does not tell of the bomb")
	}
}

// guarded is the pages with accounts, and a browser that keeps cookies and follows nothing.
func guarded(t *testing.T) (*httptest.Server, *http.Client) {
	t.Helper()
	work := testWork(t)
	handIn(t, work, register(t))
	house, err := people.Open(context.Background(), people.Options{Dir: t.TempDir(), PerMinute: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for name, role := range map[string]people.Role{"ann": people.Admin, "the-analyst": people.Analyst, "the-viewer": people.Viewer} {
		if err := house.Put(context.Background(), name, role, "correct horse battery"); err != nil {
			t.Fatal(err)
		}
	}
	c := testConfig(work)
	c.House = house
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(house.Guard(h))
	t.Cleanup(func() { s.Close(); house.Close() })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// enter logs in and returns the token of the session's forms.
func enter(t *testing.T, s *httptest.Server, c *http.Client, name string) string {
	t.Helper()
	if code, _, _ := fetch(t, c, "POST", s.URL+"/login", url.Values{"name": {name}, "password": {"correct horse battery"}}.Encode()); code != http.StatusSeeOther {
		t.Fatalf("login: %d", code)
	}
	_, page, _ := fetch(t, c, "GET", s.URL+"/check", "")
	token := regexp.MustCompile(`csrf(?:" value="|=)([^"&]+)"`).FindStringSubmatch(page)
	if token == nil {
		t.Fatal("the page has no token for its forms")
	}
	return token[1]
}

func fetch(t *testing.T, c *http.Client, method, address, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", formKind)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header
}

// Forged sessions and tokens see nothing, and no form works without the token of its session.
func TestForgedRequestsAreRefused(t *testing.T) {
	s, c := guarded(t)
	forged := strings.Repeat("A", 43)
	for name, header := range map[string][]string{
		"nobody": nil, "a forged session": {"Cookie", "telltale=" + forged}, "a session too long": {"Cookie", "telltale=" + strings.Repeat("A", 5000)}, "a session of SQL": {"Cookie", "telltale='; DROP TABLE session; --"},
	} {
		code, body, h := fetch(t, &http.Client{CheckRedirect: c.CheckRedirect}, "GET", s.URL+"/assets", "", header...)
		if code != http.StatusSeeOther || !strings.HasPrefix(h.Get("Location"), "/login") || strings.Contains(body, "olt-1") {
			t.Errorf("%s: %d to %q", name, code, h.Get("Location"))
		}
	}
	for _, token := range []string{"telltale_" + forged, "telltale_", "", "x"} {
		if code, body, _ := fetch(t, c, "GET", s.URL+"/assets", "", "Authorization", "Bearer "+token); code == 200 || strings.Contains(body, "olt-1") {
			t.Errorf("the token %q sees the assets: %d", token, code)
		}
	}
	token := enter(t, s, c, "ann")
	for _, path := range []string{"/check", "/answer", "/people", "/account", "/law/diff", "/data", "/data/rollback", "/job/00/cancel", "/firmware", "/job/00/take", "/logout"} {
		for name, query := range map[string]string{"no token": "", "a forged token": "?csrf=" + forged} {
			if code, _, _ := fetch(t, c, "POST", s.URL+path+query, ""); code != http.StatusForbidden {
				t.Errorf("POST %s with %s: %d, want 403", path, name, code)
			}
		}
		if code, _, _ := fetch(t, c, "POST", s.URL+path+"?csrf="+url.QueryEscape(token), "", "Origin", "https://evil.example"); code != http.StatusForbidden {
			t.Errorf("POST %s from another site: %d, want 403", path, code)
		}
	}
	if code, _, _ := fetch(t, c, "GET", s.URL+"/assets", ""); code != 200 {
		t.Errorf("after all that the session sees nothing: %d", code)
	}
}

// Whatever stands in an address, no page breaks, and none leads out of the server.
func TestAddressesAreHarmless(t *testing.T) {
	h, v := resultSite(t)
	words := []string{"..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%5c..%5cboot.ini", "%00", "%0d%0aSet-Cookie:%20a=b", "%3Cscript%3Ealert(1)%3C/script%3E", "99999999999999999999", "-1", "%E2%80%AE", strings.Repeat("A", 3000), "'%20OR%201=1", "%ff%fe", "../../../../etc/passwd", v.AssetID(0)[:10]}
	paths := []string{"/asset/", "/finding/", "/inbox/", "/job/", "/law/", "/org/", "/static/", "/"}
	queries := []string{"/?format=", "/assets?q=", "/assets?order=", "/assets?after=", "/assets?format=", "/findings?q=", "/network?maker=", "/reconcile?kind=", "/reconcile?since=", "/reconcile?from=", "/network?from=", "/inbox?from=", "/law?as_of=", "/law?where=", "/law/diff?from=", "/law/ahead?profile=", "/org?q=", "/org/dahua?as_of=", "/ask?q=", "/ask?profile=", "/check?profile=", "/data?taken=", "/evidence?format="}
	for _, base := range append(paths, queries...) {
		for _, word := range words {
			r, err := http.NewRequest("GET", "http://localhost"+base+word, nil)
			if err != nil {
				continue // no client can send it
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			body := w.Body.String()
			if w.Code >= 500 || strings.Contains(body, "root:x:0") || strings.Contains(body, "<script>alert") || strings.ContainsRune(body, '\u202e') || w.Header().Get("Set-Cookie") != "" {
				t.Errorf("%s%.60s: %d", base, word, w.Code)
			}
		}
	}
}

// What a device says of itself is text on every page that shows it.
func TestBannersAreText(t *testing.T) {
	banner := `&lt;script&gt;document.title=1&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;`
	path := filepath.Join(t.TempDir(), "scan.xml")
	if err := os.WriteFile(path, []byte(`<?xml version="1.0"?><nmaprun scanner="nmap" args="nmap" start="1700000000" version="7.93" xmloutputversion="1.05"><host starttime="1700000000" endtime="1700000001"><status state="up" reason="arp-response"/><address addr="192.0.2.9" addrtype="ipv4"/><address addr="E0:50:8B:01:02:03" addrtype="mac" vendor="`+banner+`"/><hostnames><hostname name="`+banner+`" type="PTR"/></hostnames><ports><port protocol="tcp" portid="80"><state state="open" reason="syn-ack"/><service name="http" product="Dahua `+banner+`" version="`+banner+`"/><script id="http-title" output="`+banner+`"/></port></ports></host></nmaprun>`), 0o600); err != nil {
		t.Fatal(err)
	}
	work := testWork(t)
	handIn(t, work, path)
	h := workSite(t, work)
	v, release, err := work.View()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	shown := false
	for _, address := range everyPage(t, v) {
		body := get(t, h, address).Body.String()
		if strings.Contains(body, "<script>document") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s: a banner reaches the page as markup", address)
		}
		shown = shown || strings.Contains(body, "&lt;script&gt;document")
	}
	if !shown {
		t.Error("no page shows the banner")
	}
}

// No cell of any file that a page hands over is computed by a spreadsheet, whatever a sheet or a device says.
func TestFormulasAreDisarmed(t *testing.T) {
	work := testWork(t)
	evil := `=HYPERLINK("http://evil.example","x")`
	handAll(t, work, map[string]string{
		"=cmd.csv": "Name,Manufacturer,Model,Serial,Site,IP\n" + strings.Join([]string{"@SUM(1)", "+1", "-2+3", "=1+1", "=x|'/C calc'!A0", "192.0.2.5"}, ",") + "\n\"" + strings.ReplaceAll(evil, `"`, `""`) + "\",Huawei,MA5800-X7,SN1,North,192.0.2.6\n",
		"scan.xml": strings.ReplaceAll(scanned, "Dahua", "=1+1 Dahua"),
	})
	h := workSite(t, work)
	v, release, err := work.View()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := work.Reconcile(t.Context(), calendar.NoDate); err != nil {
		t.Fatal(err)
	}
	files := 0
	link := regexp.MustCompile(`href="([^"]*format=csv[^"]*)"`)
	for _, address := range everyPage(t, v) {
		for _, m := range link.FindAllStringSubmatch(get(t, h, address).Body.String(), -1) {
			files++
			rows, err := csv.NewReader(get(t, h, html.UnescapeString(m[1])).Body).ReadAll()
			if err != nil {
				t.Errorf("%s: %v", m[1], err)
			}
			for _, row := range rows {
				for _, cell := range row {
					if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
						t.Errorf("%s: the cell %q would be computed", m[1], cell)
					}
				}
			}
			x, err := excelize.OpenReader(get(t, h, strings.Replace(html.UnescapeString(m[1]), "format=csv", "format=xlsx", 1)).Body)
			if err != nil {
				t.Fatal(err)
			}
			sheet := x.GetSheetName(0)
			for r := range rows {
				for c := range rows[r] {
					at, err := excelize.CoordinatesToCellName(c+1, r+1)
					if err != nil {
						t.Fatal(err)
					}
					if f, _ := x.GetCellFormula(sheet, at); f != "" {
						t.Errorf("%s: %s of the workbook computes %q", m[1], at, f)
					}
				}
			}
			x.Close()
		}
	}
	if files < 12 {
		t.Errorf("only %d files", files)
	}
}
