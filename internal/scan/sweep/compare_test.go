//go:build compare && linux

package sweep

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestCompare sweeps 65,536 loopback addresses of which nine in ten swallow
// what they are sent, for four values each, and in the same run asks some of
// them by a pool of 256 gosnmp clients (1 s, 1 retry), all by onesixtyone, and
// 256 by nmap's script. It needs root: nmap and onesixtyone ask port 161.
//
//	go test ./internal/scan/sweep -tags compare -run TestCompare -v -timeout 60m
//
// TELLTALE_COMPARE_ADDRESSES states another number, at most 65,536.
func TestCompare(t *testing.T) {
	n := uint64(1 << 16)
	if _, err := fmt.Sscan(os.Getenv("TELLTALE_COMPARE_ADDRESSES"), &n); err != nil {
		n = 1 << 16
	}
	t.Setenv("TELLTALE_RESPOND_PORT", "161")
	r, list := startResponder(t), loopback(n)
	agents := 0
	for _, a := range list {
		if alive(a) {
			agents++
		}
	}
	ours := 0.0
	for k := range 5 {
		begun := time.Now()
		got := len(run(t, r, list, Options{}))
		rate := float64(n) / time.Since(begun).Seconds()
		ours = max(ours, rate)
		t.Logf("telltale: %d of %d agents among %d addresses, %.0f addresses a second", got, agents, n, rate)
		if got != agents {
			t.Errorf("run %d missed %d agents", k, agents-got)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("telltale: %d MiB taken from the system", m.Sys>>20)
	against := func(name string, rate float64) {
		t.Logf("%s: %.1f addresses a second; telltale is %.1f times as fast", name, rate, ours/rate)
	}
	against("256 gosnmp clients", poolRate(t, r, list[:min(n, 4096)]))
	if rate, found := byOnesixtyone(t, list); rate > 0 {
		against(fmt.Sprintf("onesixtyone -w 0, which found %d agents,", found), rate)
	}
	if rate := byNmap(t, list[:256]); rate > 0 {
		against("nmap --script snmp-sysdescr, 256 addresses,", rate)
	}
}

// hosts writes addresses to a file, one a line.
func hosts(t *testing.T, list []netip.Addr) string {
	t.Helper()
	var b strings.Builder
	for _, a := range list {
		fmt.Fprintln(&b, a)
	}
	path := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func byOnesixtyone(t *testing.T, list []netip.Addr) (rate float64, found int) {
	t.Helper()
	begun := time.Now()
	out, err := exec.Command("onesixtyone", "-w", "0", "-i", hosts(t, list), "public").Output()
	if err != nil {
		t.Logf("onesixtyone does not run here: %v", err)
		return 0, 0
	}
	return float64(len(list)) / time.Since(begun).Seconds(), strings.Count(string(out), "[public]")
}

func byNmap(t *testing.T, list []netip.Addr) float64 {
	t.Helper()
	begun := time.Now()
	if out, err := exec.Command("nmap", "-n", "-Pn", "-sU", "-p", "161", "--script", "snmp-sysdescr", "-iL", hosts(t, list)).CombinedOutput(); err != nil {
		t.Logf("nmap does not run here: %v\n%s", err, out)
		return 0
	}
	return float64(len(list)) / time.Since(begun).Seconds()
}
