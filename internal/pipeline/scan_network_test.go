//go:build linux

package pipeline

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	wire "telltale/internal/answer"
	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source/scanned"
)

// The network of the test: a router joins the scanner's net with two others.
//
//	scanner 10.91.0.2 ── 10.91.0.1 router 10.91.1.1 ── bridge ── hosts 10.91.1.10 ...
//	                                      10.91.2.1 ── bridge ── hosts 10.91.2.10 ...
//
// Each host is a network namespace; what plays in it is this test program
// again (hostMain) or a Debian program.
type lab struct {
	t      *testing.T
	tag    string
	dir    string
	spaces []string
	procs  []*exec.Cmd
}

// newLab makes the router and the scanner's namespace, or skips.
func newLab(t *testing.T) *lab {
	t.Helper()
	if os.Getenv("TELLTALE_NETWORK") == "" {
		t.Skip("takes a minute and a half and makes network namespaces: set TELLTALE_NETWORK=1 (.ci/test does)")
	}
	if os.Getuid() != 0 {
		t.Skip("needs root for network namespaces")
	}
	for _, tool := range []string{"ip", "tcpdump"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s", tool)
		}
	}
	l := &lab{t: t, tag: fmt.Sprintf("tt%d", os.Getpid()%100000), dir: t.TempDir()}
	if out, err := exec.Command("ip", "netns", "add", l.ns("r")).CombinedOutput(); err != nil {
		t.Skipf("network namespaces are not permitted here: %s", out)
	}
	l.spaces = append(l.spaces, l.ns("r"))
	t.Cleanup(l.close)
	l.space("s")
	l.join("s", "eth0", "10.91.0.2/24", "r", "r0", "10.91.0.1/24")
	l.run("s", "ip", "route", "add", "default", "via", "10.91.0.1")
	l.run("r", "sysctl", "-qw", "net.ipv4.ip_forward=1")
	for _, k := range []string{"1", "2"} {
		l.run("r", "ip", "link", "add", "br"+k, "type", "bridge")
		l.run("r", "ip", "addr", "add", "10.91."+k+".1/24", "dev", "br"+k)
		l.run("r", "ip", "link", "set", "br"+k, "up")
		// LLDP goes through a bridge only where it is told to.
		l.run("r", "sh", "-c", "echo 16384 > /sys/class/net/br"+k+"/bridge/group_fwd_mask || true")
	}
	return l
}

func (l *lab) ns(name string) string { return l.tag + name }

// close ends what the test started, also after a failure.
func (l *lab) close() {
	for _, p := range l.procs {
		_ = syscall.Kill(-p.Process.Pid, syscall.SIGKILL)
		_ = p.Wait()
	}
	for _, s := range l.spaces {
		_ = exec.Command("ip", "netns", "del", s).Run()
	}
}

func (l *lab) space(name string) {
	l.t.Helper()
	if out, err := exec.Command("ip", "netns", "add", l.ns(name)).CombinedOutput(); err != nil {
		l.t.Fatalf("ip netns add: %s", out)
	}
	l.spaces = append(l.spaces, l.ns(name))
	l.run(name, "ip", "link", "set", "lo", "up")
}

// run runs a command inside a namespace.
func (l *lab) run(name string, args ...string) {
	l.t.Helper()
	if out, err := exec.Command("ip", append([]string{"netns", "exec", l.ns(name)}, args...)...).CombinedOutput(); err != nil {
		l.t.Fatalf("%s in %s: %v\n%s", args, name, err, out)
	}
}

// start runs a command inside a namespace until the test ends.
func (l *lab) start(name string, env []string, args ...string) {
	l.t.Helper()
	c := exec.Command("ip", append([]string{"netns", "exec", l.ns(name)}, args...)...)
	c.Env = append(os.Environ(), env...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		l.t.Fatalf("start %s: %v", args, err)
	}
	l.procs = append(l.procs, c)
}

func (l *lab) join(a, aIf, aIP, b, bIf, bIP string) {
	l.t.Helper()
	l.link(a, aIf, b, bIf)
	l.run(a, "ip", "addr", "add", aIP, "dev", aIf)
	l.run(b, "ip", "addr", "add", bIP, "dev", bIf)
}

func (l *lab) link(a, aIf, b, bIf string) {
	l.t.Helper()
	if out, err := exec.Command("ip", "link", "add", aIf, "netns", l.ns(a), "type", "veth", "peer", "name", bIf, "netns", l.ns(b)).CombinedOutput(); err != nil {
		l.t.Fatalf("ip link add: %s", out)
	}
	l.run(a, "ip", "link", "set", aIf, "up")
	l.run(b, "ip", "link", "set", bIf, "up")
}

// host makes a host on net 1 or 2 and lets this program play in it.
func (l *lab) host(net, n int, plays string) netip.Addr {
	l.t.Helper()
	name := fmt.Sprintf("h%d%d", net, n)
	l.space(name)
	up := fmt.Sprintf("p%d%d", net, n)
	l.link(name, "eth0", "r", up)
	l.run("r", "ip", "link", "set", up, "master", fmt.Sprintf("br%d", net))
	addr := fmt.Sprintf("10.91.%d.%d", net, n)
	l.run(name, "ip", "addr", "add", addr+"/24", "dev", "eth0")
	l.run(name, "ip", "route", "add", "default", "via", fmt.Sprintf("10.91.%d.1", net))
	if plays != "" {
		l.start(name, []string{playEnv + "=" + plays}, os.Args[0], "-test.run=^TestNetworkHost$")
	}
	return netip.MustParseAddr(addr)
}

// scan runs this program as `telltale scan` would, inside the scanner's namespace.
func (l *lab) scan(journal, profile string, seconds float64, targets ...string) error {
	c := exec.Command("ip", "netns", "exec", l.ns("s"), os.Args[0], "-test.run=^TestNetworkHost$")
	c.Env = append(os.Environ(), playEnv+"=scan", "TELLTALE_LAB_JOURNAL="+journal, "TELLTALE_LAB_PROFILE="+profile, "TELLTALE_LAB_TARGETS="+strings.Join(targets, " "))
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		return err
	}
	if seconds > 0 {
		time.AfterFunc(time.Duration(seconds*float64(time.Second)), func() { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) })
	}
	if err := c.Wait(); err != nil {
		return fmt.Errorf("%w\n%s", err, out.String())
	}
	return nil
}

// finished returns the finished hosts of a journal.
func finished(t *testing.T, path string) map[netip.Addr]*wire.Host {
	t.Helper()
	out := map[netip.Addr]*wire.Host{}
	f, err := os.Open(path)
	if err != nil {
		return out
	}
	defer f.Close()
	r, err := wire.NewReader(f)
	if err != nil {
		return out
	}
	for {
		rec, err := r.Next()
		if err != nil {
			return out
		}
		if rec.Host != nil {
			out[rec.Host.Addr] = rec.Host
		}
	}
}

// TestScanNetwork scans a routed network of hosts that answer, keep silent or
// mean harm, and holds the capture of its traffic against what scan promises.
func TestScanNetwork(t *testing.T) {
	l := newLab(t)
	plays := []string{"camera", "web", "ssh", "endless", "rubbish", "loris", "bomb", "circle", "snmploop", "telnet", "ftp", "closed"}
	var all []netip.Addr
	for i, p := range plays {
		all = append(all, l.host(1+i%2, 10+i, p))
	}
	silent := l.host(2, 90, "")
	l.run("h290", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all; ip route add blackhole 10.91.0.0/24")
	if _, err := exec.LookPath("snmpd"); err == nil {
		all = append(all, netip.MustParseAddr("10.91.1.1"))
		conf := filepath.Join(l.dir, "snmpd.conf")
		if err := os.WriteFile(conf, []byte("rocommunity public\nsysDescr lab router\nagentaddress udp:161\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		l.start("r", nil, "snmpd", "-f", "-C", "-c", conf, "-Lo", "-p", filepath.Join(l.dir, "snmpd.pid"))
	}
	pcap := filepath.Join(l.dir, "scan.pcap")
	l.start("s", nil, "tcpdump", "-i", "eth0", "-U", "-B", "16384", "-s", "256", "-w", pcap, "ip")
	waitFor(t, func() bool { st, err := os.Stat(pcap); return err == nil && st.Size() >= 24 })

	targets := []string{"10.91.1.1-30", "10.91.2.1-30", "10.91.2.90"}
	killed := filepath.Join(l.dir, "killed.answers")
	before := map[netip.Addr]*wire.Host{}
	kills := 0
	for ; kills < 10; kills++ { // at ten moments, from the search to the last hosts
		err := l.scan(killed, "light", 1.4+0.38*float64((kills*7)%10), targets...)
		now := finished(t, killed)
		for a := range before {
			if now[a] == nil {
				t.Errorf("%s was finished and is lost after kill %d", a, kills)
			}
		}
		if before = now; err == nil {
			break // it came to its end
		}
		time.Sleep(time.Second) // a new process knows nothing of what the killed one sent within the last second
	}
	done := len(before)
	if kills == 10 {
		if err := l.scan(killed, "light", 0, targets...); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("killed %d times, %d hosts were finished then", kills, done)
	resumed := finished(t, killed)
	for _, a := range all {
		if resumed[a] == nil {
			t.Errorf("%s was not found by the scan that was killed and resumed", a)
		}
	}

	journal := filepath.Join(l.dir, "scan.answers")
	begun := time.Now()
	if err := l.scan(journal, "normal", 0, targets...); err != nil {
		t.Fatal(err)
	}
	t.Logf("a whole scan took %s", time.Since(begun).Round(time.Second))
	hosts := finished(t, journal)
	for _, a := range all {
		if hosts[a] == nil {
			t.Errorf("%s was not found", a)
		}
	}
	if hosts[silent] != nil {
		t.Errorf("%s answers nothing and was found", silent)
	}
	checkAnswers(t, hosts, silent)
	checkCapture(t, pcap)
}

// checkAnswers looks for what each planted device shows.
func checkAnswers(t *testing.T, hosts map[netip.Addr]*wire.Host, silent netip.Addr) {
	t.Helper()
	for _, c := range []struct {
		addr  string
		attr  evidence.Attr
		value string
	}{
		{"10.91.1.10", evidence.ONVIFMfr, "Acme Optics"}, {"10.91.1.10", evidence.RTSPServer, "acme-rtsp"},
		{"10.91.2.11", evidence.HTTPTitle, "Acme box"}, {"10.91.2.11", evidence.TLSSubject, "CN=acme"}, {"10.91.1.12", evidence.SSHBanner, "SSH-2.0-acme"},
		{"10.91.2.19", evidence.TelnetBanner, "acme login:"}, {"10.91.1.20", evidence.FTPBanner, "220 acme ftp"},
	} {
		h := hosts[netip.MustParseAddr(c.addr)]
		if h == nil {
			continue
		}
		s := scanned.Sighting(context.Background(), "scan", h)
		if !hasObservation(s, c.attr, c.value) {
			t.Errorf("%s: no %s with %q; tries %+v", c.addr, c.attr, c.value, h.Tries)
		}
	}
	router := hosts[netip.MustParseAddr("10.91.1.1")]
	if router == nil {
		return
	}
	told := map[netip.Addr]bool{}
	for _, a := range scanned.Neighbours(router) {
		told[a] = true
	}
	if len(told) < 3 {
		t.Errorf("the router's ARP table told of %v only", told)
	}
}

func hasObservation(s *asset.Sighting, attr evidence.Attr, part string) bool {
	if s == nil {
		return false
	}
	for _, o := range s.Observations {
		if o.Attr == attr && strings.Contains(o.Value, part) {
			return true
		}
	}
	return false
}

// checkCapture holds each packet the scanner sent against the caps and looks for an SNMP SET.
func checkCapture(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil || len(b) < 24 {
		t.Fatalf("no capture: %v", err)
	}
	sent := map[netip.Addr][]int64{}
	total := 0
	for b = b[24:]; len(b) >= 16; {
		sec, usec, n := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), int(binary.LittleEndian.Uint32(b[8:]))
		if len(b) < 16+n {
			break
		}
		p := b[16 : 16+n]
		b = b[16+n:]
		if len(p) < 34 || p[12] != 8 || p[13] != 0 || netip.AddrFrom4([4]byte(p[26:30])).String() != "10.91.0.2" {
			continue
		}
		total++
		to := netip.AddrFrom4([4]byte(p[30:34]))
		sent[to] = append(sent[to], int64(sec)*1e6+int64(usec))
		if udp := p[34:]; p[23] == 17 && len(udp) > 8 && binary.BigEndian.Uint16(udp[2:]) == 161 && bytes.Contains(udp[8:], []byte("public\xa3")) {
			t.Errorf("an SNMP SET was sent to %s", to)
		}
	}
	worst := 0
	for to, at := range sent {
		for i, k := 0, 0; i < len(at); i++ {
			for at[i]-at[k] >= 1e6 {
				k++
			}
			if n := i - k + 1; n > 40 {
				t.Errorf("%d packets within a second to %s", n, to)
				break
			} else if n > worst {
				worst = n
			}
		}
	}
	t.Logf("%d packets captured, at most %d within a second to one host", total, worst)
}

// waitFor waits until ok, with a generous guard against hanging.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatal("waited 20 s in vain")
		}
		time.Sleep(20 * time.Millisecond)
	}
}
