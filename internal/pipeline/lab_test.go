//go:build linux

package pipeline

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// lab is a network of namespaces. Each host is one; what plays in it is this
// test program again (TestNetworkHost) or a Debian program.
type lab struct {
	t      *testing.T
	tag    string
	dir    string
	self   string // this program, by a path without a space
	spaces []string
	procs  []*exec.Cmd
}

// newLab makes an empty lab, or skips.
func newLab(t *testing.T) *lab {
	t.Helper()
	if os.Getenv("TELLTALE_NETWORK") == "" {
		t.Skip("takes a minute and makes network namespaces: set TELLTALE_NETWORK=1 (.ci/test does)")
	}
	if os.Getuid() != 0 {
		t.Skip("needs root for network namespaces")
	}
	for _, tool := range []string{"ip", "tcpdump"} {
		need(t, tool)
	}
	removeRest()
	l := &lab{t: t, tag: fmt.Sprintf("%s%d-%s-", labTag, os.Getpid(), strings.ToLower(rand.Text()[:4]))}
	l.folders()
	t.Cleanup(l.close)
	if out, err := exec.Command("ip", "netns", "add", l.ns("r")).CombinedOutput(); err != nil {
		t.Skipf("network namespaces are not permitted here: %s", out)
	}
	l.spaces = append(l.spaces, l.ns("r"))
	l.run("r", "ip", "link", "set", "lo", "up")
	if out, err := l.try("r", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"); err != nil {
		t.Skipf("namespaces may be made but not set up here: %s", out)
	}
	return l
}

// folders makes the lab's folder. Agents give up their rights and must still
// reach their files, their settings know no path with a space and sockets none
// that is long: the folder is neither by TMPDIR nor by the umask.
func (l *lab) folders() {
	l.t.Helper()
	mask := syscall.Umask(0o022)
	l.t.Cleanup(func() { syscall.Umask(mask) })
	var err error
	if l.dir, err = os.MkdirTemp("/tmp", fmt.Sprintf("%s%d-", labTag, os.Getpid())); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { os.RemoveAll(l.dir) })
	l.self = filepath.Join(l.dir, "self")
	path, err := os.Executable()
	if err := errors.Join(err, os.Chmod(l.dir, 0o755), os.Symlink(path, l.self)); err != nil {
		l.t.Fatal(err)
	}
}

const labTag = "telltale-lab-"

// removeRest removes what runs that were killed left: folders and namespaces whose maker is gone, and what still plays in them.
func removeRest() {
	for _, place := range []string{"/run/netns/", "/tmp/"} {
		found, _ := filepath.Glob(place + labTag + "*-*")
		for _, f := range found {
			maker, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(f), labTag), "-")
			if pid, err := strconv.Atoi(maker); err != nil || syscall.Kill(pid, 0) == nil {
				continue
			}
			if place == "/tmp/" {
				os.RemoveAll(f)
			} else {
				removeSpace(filepath.Base(f))
			}
		}
	}
}

func removeSpace(name string) {
	out, _ := exec.Command("ip", "netns", "pids", name).Output()
	for _, p := range strings.Fields(string(out)) {
		if n, err := strconv.Atoi(p); err == nil {
			_ = syscall.Kill(n, syscall.SIGKILL)
		}
	}
	_ = exec.Command("ip", "netns", "del", name).Run()
}

// need skips a test that cannot do without a program.
func need(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("needs %s", tool)
	}
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
	if out, err := l.try(name, args...); err != nil {
		l.t.Fatalf("%s in %s: %v\n%s", args, name, err, out)
	}
}

func (l *lab) try(name string, args ...string) (string, error) {
	out, err := exec.Command("ip", append([]string{"netns", "exec", l.ns(name)}, args...)...).CombinedOutput()
	return string(out), err
}

// sh runs lines of shell inside a namespace.
func (l *lab) sh(name, script string) {
	l.t.Helper()
	l.run(name, "sh", "-ec", script)
}

// start runs a command inside a namespace until the test ends; what it prints is shown when the test fails.
func (l *lab) start(name string, env []string, args ...string) {
	l.t.Helper()
	c := exec.Command("ip", append([]string{"netns", "exec", l.ns(name)}, args...)...)
	c.Env = append(os.Environ(), env...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	log := filepath.Join(l.dir, fmt.Sprintf("%s-%d.log", name, len(l.procs)))
	f, err := os.Create(log)
	if err != nil {
		l.t.Fatal(err)
	}
	defer f.Close()
	c.Stdout, c.Stderr = f, f
	if err := c.Start(); err != nil {
		l.t.Fatalf("start %s: %v", args, err)
	}
	l.procs = append(l.procs, c)
	l.t.Cleanup(func() {
		if b, _ := os.ReadFile(log); l.t.Failed() && len(b) > 0 {
			l.t.Logf("%s in %s printed:\n%s", args, name, b[:min(len(b), 2000)])
		}
	})
}

// join makes a cable between two hosts and gives both ends an address; "" gives none.
func (l *lab) join(a, aIf, aIP, b, bIf, bIP string) {
	l.t.Helper()
	if out, err := exec.Command("ip", "link", "add", aIf, "netns", l.ns(a), "type", "veth", "peer", "name", bIf, "netns", l.ns(b)).CombinedOutput(); err != nil {
		l.t.Fatalf("ip link add: %s", out)
	}
	for _, e := range [][3]string{{a, aIf, aIP}, {b, bIf, bIP}} {
		if e[2] != "" {
			l.run(e[0], "ip", "addr", "add", e[2], "dev", e[1])
		}
		l.run(e[0], "ip", "link", "set", e[1], "up")
	}
}

// bridge makes a host a switch with the bridge br0.
func (l *lab) bridge(name, addr string) {
	l.t.Helper()
	l.run(name, "ip", "link", "add", "br0", "type", "bridge")
	l.run(name, "ip", "addr", "add", addr, "dev", "br0")
	l.run(name, "ip", "link", "set", "br0", "up")
}

// host makes a host with one cable to a port of a switch; plays, when set, is what this program plays in it.
func (l *lab) host(name, addr, gateway, at, port, plays string) netip.Addr {
	l.t.Helper()
	p := netip.MustParsePrefix(addr)
	l.space(name)
	l.join(name, "eth0", addr, at, port, "")
	l.run(at, "ip", "link", "set", port, "master", "br0")
	if gateway != "" {
		l.run(name, "ip", "route", "add", "default", "via", gateway)
	}
	if plays != "" {
		l.play(name, plays)
	}
	return p.Addr()
}

// play lets this program play a part in a host.
func (l *lab) play(name, part string, env ...string) {
	l.t.Helper()
	l.start(name, append(env, playEnv+"="+part), l.self, "-test.run=^TestNetworkHost$")
}

// file writes a file that every user may read.
func (l *lab) file(name, text string) string {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// folder makes a folder that every user may read.
func (l *lab) folder(name string) string {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	if err := os.MkdirAll(path, 0o755); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// capture records what goes through an interface; read it when the test is done with sending.
func (l *lab) capture(name, ifName string, filter ...string) string {
	l.t.Helper()
	path := filepath.Join(l.dir, fmt.Sprintf("%s-%s-%d.pcap", name, ifName, len(l.procs)))
	l.start(name, nil, append([]string{"tcpdump", "-i", ifName, "-Z", "root", "-U", "-B", "16384", "-s", "256", "-w", path}, filter...)...)
	waitFor(l.t, "a capture of "+ifName, func() bool { st, err := os.Stat(path); return err == nil && st.Size() >= 24 })
	return path
}

// labScan is a scan that this program runs inside a namespace as `telltale scan` would.
type labScan struct {
	Targets, Crawl, Only          []string
	Profile, Journal, Credentials string
}

// scan starts a scan in the namespace s.
func (l *lab) scan(o labScan) *running {
	l.t.Helper()
	job, err := json.Marshal(o)
	if err != nil {
		l.t.Fatal(err)
	}
	c := exec.Command("ip", "netns", "exec", l.ns("s"), l.self, "-test.run=^TestNetworkHost$")
	c.Env = append(os.Environ(), playEnv+"=scan", "TELLTALE_LAB_SCAN="+string(job))
	return l.begin(c)
}

// begin starts a command that the test ends itself.
func (l *lab) begin(c *exec.Cmd) *running {
	l.t.Helper()
	r := &running{c: c}
	r.c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	r.c.Stdout, r.c.Stderr = &r.out, &r.out
	if err := r.c.Start(); err != nil {
		l.t.Fatal(err)
	}
	return r
}

// running is a command under way.
type running struct {
	c   *exec.Cmd
	out bytes.Buffer
}

func (r *running) signal(s syscall.Signal) { _ = syscall.Kill(-r.c.Process.Pid, s) }

// wait waits for the end.
func (r *running) wait() error {
	if err := r.c.Wait(); err != nil {
		return fmt.Errorf("%w\n%s", err, r.out.String())
	}
	return nil
}

// waitFor waits until ok, with a generous guard against hanging.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s in vain", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
