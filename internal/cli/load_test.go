//go:build load

package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"telltale/internal/api"
	"telltale/internal/people"
	"telltale/internal/pipeline"
	"telltale/internal/web"
)

// TestLoad lets 20 users ask pages and API of a result of a million assets,
// each the next thing as soon as the last is there, and fails when the 95th
// percentile of any route is 200 ms or more. On an idle machine with two cores:
//
//	go test ./internal/cli -tags load -run TestLoad -v -timeout 30m
//
// LOAD_ASSETS and LOAD_DIR (which keeps the result for the next run) change what is asked.
func TestLoad(t *testing.T) {
	n, users, each := 1_000_000, 20, 60
	fmt.Sscan(os.Getenv("LOAD_ASSETS"), &n)
	dir := os.Getenv("LOAD_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	work, s := loadServer(t, dir, n)
	v, done, err := work.View()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	routes := loadRoutes(v, work.Jobs()[0].ID)
	took := make([][]time.Duration, len(routes))
	var mu sync.Mutex
	var wait sync.WaitGroup
	begin := time.Now()
	waitForNetwork(t, s.URL)
	t.Logf("the network was made %v after the start", time.Since(begin).Round(time.Millisecond))
	begin = time.Now()
	for u := range users {
		wait.Add(1)
		go func() {
			defer wait.Done()
			r := rand.New(rand.NewPCG(uint64(u), 1))
			for range each {
				i := r.IntN(len(routes))
				start := time.Now()
				res, err := http.Get(s.URL + routes[i].make(r))
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode != http.StatusOK {
					t.Errorf("%s: %s", routes[i].name, res.Status)
				}
				mu.Lock()
				took[i] = append(took[i], time.Since(start))
				mu.Unlock()
			}
		}()
	}
	wait.Wait()
	all := slices.Concat(took...)
	t.Logf("%d requests in %v", len(all), time.Since(begin).Round(time.Millisecond))
	for i, d := range append(took, all) {
		name := "all routes"
		if i < len(routes) {
			name = routes[i].name
		}
		if len(d) == 0 {
			continue
		}
		slices.Sort(d)
		p95 := d[len(d)*95/100]
		t.Logf("%-28s p50 %6.1f ms  p95 %6.1f ms  (%d)", name, ms(d[len(d)/2]), ms(p95), len(d))
		if p95 >= 200*time.Millisecond {
			t.Errorf("%s: p95 %.1f ms, want below 200", name, ms(p95))
		}
	}
}

// waitForNetwork waits until the network is made; until then its page says so at once.
func waitForNetwork(t *testing.T, base string) {
	t.Helper()
	for range 600 {
		res, err := http.Get(base + "/network.json")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatal("the network was not made in ten minutes")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

type loadRoute struct {
	name string
	make func(*rand.Rand) string
}

func loadRoutes(v *pipeline.View, job string) []loadRoute {
	assets, findings := v.Len()
	groups := v.Inbox()
	asked := []string{"DS-2CD2143G2-I", "00:e0:fc:12:34:56", "Lorex N843A8", "AS4134", "FCC ID 2AVYF-ABC", "Hangzhou Hikvison Ltd", "Huawei MA5800-X7, 4 pieces"}
	fixed := func(path string) loadRoute { return loadRoute{path, func(*rand.Rand) string { return path }} }
	queries := []string{"", "maker:huawei", "verdict:prohibited", "unknown:maker", "maker:zte category:ont", "verdict:undetermined -maker:nokia"}
	query := func(path string) loadRoute {
		return loadRoute{path + "?q=", func(r *rand.Rand) string { return path + "?q=" + url.QueryEscape(queries[r.IntN(len(queries))]) }}
	}
	return []loadRoute{
		fixed("/"), query("/assets"), query("/findings"), fixed("/inbox"), fixed("/evidence"), fixed("/law"), fixed("/org"), fixed("/data"), fixed("/check"),
		fixed("/reconcile"), fixed("/firmware"), fixed("/network"), fixed("/network?maker=huawei"), fixed("/network.json"), fixed("/law/us-fcc-covered-list"), fixed("/law/diff"), fixed("/law/ahead?profile=rural-etc"), fixed("/org/dahua"), {"/job/ID", func(*rand.Rand) string { return "/job/" + job }},
		{"/ask?q=", func(r *rand.Rand) string {
			return "/ask?profile=rural-etc&q=" + url.QueryEscape(asked[r.IntN(len(asked))])
		}},
		{"/inbox/GROUP", func(r *rand.Rand) string { return fmt.Sprint("/inbox/", groups[r.IntN(len(groups))].Group) }},
		{"/assets?q=WORD", func(r *rand.Rand) string { return fmt.Sprintf("/assets?q=dev-%d", r.IntN(assets)) }},
		{"/assets?q=site", func(r *rand.Rand) string { return fmt.Sprintf("/assets?q=site:site-%d", r.IntN(500)) }},
		{"/asset/ID", func(r *rand.Rand) string { return "/asset/" + v.AssetID(r.IntN(assets)) }},
		{"/finding/ID", func(r *rand.Rand) string { return "/finding/" + v.FindingID(r.IntN(findings)) }},
		query("/api/v1/assets"), query("/api/v1/findings"), query("/api/v1/assets/facets"), fixed("/api/v1/summary"), fixed("/api/v1/inbox"), fixed("/api/v1/timeline"), fixed("/api/v1/data"),
		{"/api/v1/assets/ID", func(r *rand.Rand) string { return "/api/v1/assets/" + v.AssetID(r.IntN(assets)) }},
	}
}

// loadServer serves a register of n rows, checked once.
func loadServer(t *testing.T, dir string, n int) (*pipeline.Workspace, *httptest.Server) {
	t.Helper()
	k, err := pipeline.Load()
	if err != nil {
		t.Fatal(err)
	}
	work, err := pipeline.NewWorkspace(k, pipeline.WorkspaceOptions{Dir: dir, Profile: "rural-etc"})
	if err != nil {
		t.Fatal(err)
	}
	if len(work.Results()) == 0 {
		pr, pw := io.Pipe()
		go func() { pw.CloseWithError(loadRegister(pw, n)) }()
		u, err := work.Upload("register.csv", "load", pr)
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{u.ID}
		for sw := range 10 {
			c, err := work.Upload(fmt.Sprintf("core-%d.txt", sw), "load", strings.NewReader(loadSwitch(sw, n)))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, c.ID)
		}
		begin := time.Now()
		j, err := work.Check(pipeline.CheckRequest{Uploads: ids})
		if err != nil {
			t.Fatal(err)
		}
		if i, err := j.Wait(context.Background()); err != nil || i.State != pipeline.JobDone {
			t.Fatalf("check: %+v, %v", i, err)
		}
		t.Logf("checked and indexed %d assets in %v", n, time.Since(begin).Round(time.Second))
	}
	house, err := people.Open(context.Background(), people.Options{Dir: dir, Local: "load", PerMinute: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	door := api.New(api.Config{Work: work, House: house})
	pages, err := web.New(web.Config{Knowledge: k, Work: work, House: house})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(house.Guard(doors(door, pages)))
	t.Cleanup(func() { s.Close(); door.Close(); work.Close(); house.Close() })
	return work, s
}

// loadSwitch is what a switch says of itself and of 500 things of the register behind its ports.
func loadSwitch(sw, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "core-%d#show version\nCisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E4, RELEASE SOFTWARE (fc2)\ncore-%[1]d uptime is 3 weeks\nModel number : WS-C2960X-48TS-L\nSystem serial number : FOC2201%03[1]d\ncore-%[1]d#show mac address-table\n          Mac Address Table\n-------------------------------------------\nVlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n", sw)
	for i := range min(500, n/10) {
		m := sw*500 + i
		fmt.Fprintf(&b, "   1    001b.54%02x.%02x%02x    DYNAMIC     Gi0/%d\n", byte(m>>16), byte(m>>8), byte(m), 1+i%48)
	}
	return b.String()
}

// loadRegister writes a register of many models of few makers.
func loadRegister(w io.Writer, n int) error {
	goods := strings.Split("Cisco Systems,WS-C2960X-24TS-L,switch|Juniper Networks,EX4300-48T,switch|Huawei,MA5800-X7,OLT|ZTE,ZXHN F660,ONT|Hikvision,DS-2CD2143G2-I,camera|Axis,P3245-V,camera|MikroTik,CCR1036-8G-2S+,router|Ubiquiti,U6-Pro,access point|,Q7Z-1,switch|Nokia,7750 SR-7,router", "|")
	b := bufio.NewWriterSize(w, 1<<20)
	fmt.Fprintln(b, "Name,Manufacturer,Model,Type,Serial Number,MAC Address,Site,Purchased")
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		fmt.Fprintf(b, "dev-%d,%s,SN%06X%06d,00:1b:54:%02x:%02x:%02x,site-%d,20%02d-%02d-%02d\n", i, goods[r.IntN(len(goods))], r.IntN(1<<24), i, byte(i>>16), byte(i>>8), byte(i), i%500, 15+i%11, 1+i%12, 1+i%28)
	}
	return b.Flush()
}
