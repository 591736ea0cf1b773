package sweep

import (
	"context"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"

	"telltale/internal/scan/pace"
	"telltale/internal/scan/target"
)

// loopback returns n addresses of 127.99.0.0/16 in shuffled order.
func loopback(n uint64) []netip.Addr {
	order := target.NewOrder(n, 7)
	out := make([]netip.Addr, n)
	for i := range out {
		k := order.At(uint64(i))
		out[i] = netip.AddrFrom4([4]byte{127, 99, byte(k >> 8), byte(k)})
	}
	return out
}

func run(t testing.TB, r *responder, list []netip.Addr, o Options) map[netip.Addr]bool {
	t.Helper()
	c, err := ListenUDP(list[0])
	if err != nil {
		t.Skipf("no UDP socket: %v", err)
	}
	defer c.Close()
	got := map[netip.Addr]bool{}
	if _, err := Run(t.Context(), c, NewSNMP("public", r.port), list, o, func(i int, _ []byte) { got[list[i]] = true }); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestRun finds every agent that answers and nobody else.
func TestRun(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux gives all of 127.0.0.0/8 to the loopback")
	}
	list := loopback(2048)
	got := run(t, startResponder(t), list, Options{Passes: 4})
	for _, a := range list {
		if got[a] != alive(a) {
			t.Errorf("%s: found %v, answers %v", a, got[a], alive(a))
		}
	}
}

// TestStops: a sweep ends when its context does.
func TestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, err := ListenUDP(netip.MustParseAddr("127.0.0.1"))
	if err != nil {
		t.Skipf("no UDP socket: %v", err)
	}
	defer c.Close()
	if _, err := Run(ctx, c, NewSNMP("public", 9), loopback(1000), Options{}, func(int, []byte) {}); err == nil {
		t.Error("Run ended without the error of its context")
	}
}

// TestForged: an answer from the right address with the wrong number is nobody's.
func TestForged(t *testing.T) {
	s := NewSNMP("public", 161)
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	p := s.Packet(nil, a)
	for i := range p {
		if p[i] == 0xa0 {
			p[i] = 0xa2
			break
		}
	}
	if !s.Accept(a, p) || s.Accept(b, p) {
		t.Errorf("Accept: own %v, of another %v", s.Accept(a, p), s.Accept(b, p))
	}
}

// BenchmarkSweep asks 65,536 loopback addresses of which a tenth answers. It
// reports addresses a second, agents missed and the memory of the process.
func BenchmarkSweep(b *testing.B) {
	r, list := startResponder(b), loopback(1<<16)
	want := 0
	for _, a := range list {
		if alive(a) {
			want++
		}
	}
	missed := 0
	for b.Loop() {
		missed += want - len(run(b, r, list, Options{}))
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(len(list)*b.N)/b.Elapsed().Seconds(), "addr/s")
	b.ReportMetric(float64(missed), "missed")
	b.ReportMetric(float64(m.Sys>>20), "MiB")
}

// BenchmarkDefaultPace sweeps 4,096 addresses at the default caps and reports
// the seconds it took and those a plan of it states: all packets at the rate,
// and the waits (scan.planSearch).
func BenchmarkDefaultPace(b *testing.B) {
	r, list := startResponder(b), loopback(4096)
	for b.Loop() {
		run(b, r, list, Options{Pace: pace.New(pace.Options{})})
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s")
	b.ReportMetric(DefaultPasses*(float64(len(list))/pace.DefaultRate+DefaultWait.Seconds()), "planned-s")
}

// TestServe keeps the responder on a port for comparing other programs:
// TELLTALE_RESPOND_PORT=161 TELLTALE_RESPOND=30s go test -run TestServe -v ./internal/scan/sweep
func TestServe(t *testing.T) {
	d, err := time.ParseDuration(os.Getenv("TELLTALE_RESPOND"))
	if err != nil {
		t.Skip("TELLTALE_RESPOND is not set")
	}
	r := startResponder(t)
	t.Logf("answers on port %d of 127.99.0.0/16", r.port)
	time.Sleep(d)
	t.Logf("%d packets came", r.got.Load())
}

// poolRate is how many addresses a second a pool of gosnmp clients goes through
// of a tenth answering, each with one second and one retry.
func poolRate(b testing.TB, r *responder, list []netip.Addr) float64 {
	begun := time.Now()
	work := make(chan netip.Addr)
	var wg sync.WaitGroup
	for range 256 {
		wg.Go(func() {
			for a := range work {
				g := gosnmp.GoSNMP{Target: a.String(), Port: r.port, Community: "public", Version: gosnmp.Version2c, Timeout: time.Second, Retries: 1}
				if g.Connect() != nil {
					continue
				}
				names := make([]string, len(SystemOIDs))
				for i, o := range SystemOIDs {
					names[i] = o.String()
				}
				_, _ = g.Get(names) // most are silent
				g.Conn.Close()
			}
		})
	}
	for _, a := range list {
		work <- a
	}
	close(work)
	wg.Wait()
	return float64(len(list)) / time.Since(begun).Seconds()
}

// BenchmarkAgainstPool reports the sweep's rate over that of 256 gosnmp workers in the same run.
func BenchmarkAgainstPool(b *testing.B) {
	r, list := startResponder(b), loopback(1<<16)
	pool := poolRate(b, r, list[:1024])
	for b.Loop() {
		run(b, r, list, Options{})
	}
	ours := float64(len(list)*b.N) / b.Elapsed().Seconds()
	b.ReportMetric(ours, "addr/s")
	b.ReportMetric(pool, "pool-addr/s")
	b.ReportMetric(ours/pool, "times-pool")
}

// FuzzAccept: what comes to the sockets of a sweep is looked at without harm, and only the right number counts.
func FuzzAccept(f *testing.F) {
	a := netip.MustParseAddr("192.0.2.1")
	s, e := NewSNMP("public", 161), NewEcho(a)
	f.Add(s.Packet(nil, a))
	f.Add(e.Packet(nil, a))
	f.Add([]byte("J00000000000000000000")) // a header longer than the packet
	f.Fuzz(func(t *testing.T, b []byte) {
		e.Accept(a, b)
		if s.Accept(a, b) && s.Accept(a.Next(), b) {
			t.Error("one packet answers for two hosts")
		}
	})
}
