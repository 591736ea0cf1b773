package web

import (
	"bufio"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"telltale/internal/browse"
)

// loadRows is the size of the result under load:
// go test ./internal/web -run xxx -bench Load -benchtime 1x -load-assets 1000000
var loadRows = flag.Int("load-assets", 20_000, "assets of the result that BenchmarkLoad puts under load")

// loadUsers ask at the same time.
const loadUsers = 20

// bigRegister is a register of n rows of many makers.
func bigRegister(tb testing.TB, n int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "big.csv")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "Name,Manufacturer,Model,Serial,Site,Category,Funding")
	makers := [][3]string{{"Huawei", "MA5800-X7", "OLT"}, {"Cisco", "WS-C2960X-48TS-L", "switch"}, {"ZTE", "F660", "ONT"}, {"Hikvision", "DS-2CD2143G2-I", "camera"}, {"Calix", "E7-2", "OLT"}, {"Juniper", "MX204", "router"}, {"", "unknown box", ""}}
	for i := range n {
		m := makers[i%len(makers)]
		fmt.Fprintf(w, "dev-%07d,%s,%s,SN%010d,Site %d,%s,%s\n", i, m[0], m[1], i, i%997, m[2], []string{"USF", "own"}[i%2])
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// Answers of every kind of page to twenty people at once; the figures are
// milliseconds at the 95th percentile, over all and of the slowest kind.
func BenchmarkLoad(b *testing.B) {
	work := testWork(b)
	handIn(b, work, bigRegister(b, *loadRows))
	h := workSite(b, work)
	v, release, err := work.View()
	if err != nil {
		b.Fatal(err)
	}
	defer release()
	fs, err := v.Findings(browse.Query{}, browse.Page{Limit: 50})
	if err != nil {
		b.Fatal(err)
	}
	urls := []string{"/", "/assets", "/assets?q=maker:huawei", "/assets?q=site:%22site+12%22&order=name", "/assets?q=dev-00012", "/findings", "/findings?q=verdict:prohibited&order=due", "/inbox", "/evidence", "/law", "/org/huawei"}
	for i := range fs.Items {
		urls = append(urls, "/finding/"+fs.Items[i].ID, "/asset/"+fs.Items[i].AssetID)
	}
	for b.Loop() {
		took := map[string][]time.Duration{}
		var mu sync.Mutex
		var users sync.WaitGroup
		for u := range loadUsers {
			users.Go(func() {
				for i := range 60 {
					url := urls[(u*7+i)%len(urls)]
					start := time.Now()
					w := httptest.NewRecorder()
					h.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
					d := time.Since(start)
					if w.Code != http.StatusOK {
						b.Errorf("%s: code %d", url, w.Code)
					}
					mu.Lock()
					took[url] = append(took[url], d)
					mu.Unlock()
				}
			})
		}
		users.Wait()
		var all []time.Duration
		worst := time.Duration(0)
		for _, ds := range took {
			all = append(all, ds...)
			worst = max(worst, p95(ds))
		}
		b.ReportMetric(float64(p95(all).Microseconds())/1000, "p95-ms")
		b.ReportMetric(float64(worst.Microseconds())/1000, "worst-page-p95-ms")
	}
}

func p95(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)*95/100]
}

// One question of the page Ask, nobody else asking.
func BenchmarkAsk(b *testing.B) {
	h := workSite(b, testWork(b))
	asked := []string{"DS-2CD2143G2-I", "00:e0:fc:12:34:56", "Lorex+N843A8", "AS4134", "Hangzhou+Hikvison+Ltd"}
	for i := 0; b.Loop(); i++ {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/ask?profile=rural-etc&q="+asked[i%len(asked)], nil))
	}
}
