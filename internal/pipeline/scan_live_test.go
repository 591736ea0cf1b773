//go:build linux

package pipeline

import (
	"bytes"
	"context"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	wire "telltale/internal/answer"
	"telltale/internal/evidence"
	"telltale/internal/report"
	"telltale/internal/source/scanned"
)

// TestLiveProtocols asks real programs, and small responders where no free one
// is at hand, by the protocols that need more than a plain host: SNMP version 3,
// commands by SSH, IPv6 alone, DHCP, SIP, the discovery protocols; it crawls
// from a router, and touches fragile hosts lightly.
//
//	scanner 10.91.0.2 ── bridge of router 10.91.0.1 ── hosts
//	                                      10.91.5.1 ── a host in a net that is allowed
//	                                      10.91.6.1 ── a host in a net that is not
func TestLiveProtocols(t *testing.T) {
	l := newLab(t)
	for _, tool := range []string{"snmpd", "ss", "/usr/sbin/sshd", "dnsmasq"} {
		need(t, tool)
	}
	liveHosts(l)
	secrets := filepath.Join(l.dir, "credentials.yaml")
	if err := os.WriteFile(secrets, []byte(labLogin), 0o600); err != nil {
		t.Fatal(err)
	}
	pcap := l.capture("s", "eth0", "ip")
	scans := map[string]labScan{
		"hosts": {Targets: []string{"10.91.0.10-22"}, Profile: "deep", Credentials: secrets},
		"six":   {Targets: []string{"fd00:91::10-fd00:91::20"}, Profile: "normal"},
		"crawl": {Targets: []string{"10.91.0.1"}, Crawl: []string{"10.91.0.0-10.91.5.255"}, Profile: "normal", Only: []string{"sweep", "echo", "snmp"}},
	}
	var wg sync.WaitGroup
	for name, o := range scans {
		o.Journal = filepath.Join(l.dir, name+".answers")
		r := l.scan(o)
		wg.Go(func() {
			if err := r.wait(); err != nil {
				t.Errorf("scan %s: %v", name, err)
			}
			if b := r.out.String(); leaks([]byte(b)) {
				t.Errorf("scan %s prints a secret:\n%s", name, b)
			}
		})
	}
	wg.Wait()
	of := func(name string) map[netip.Addr]*wire.Host { return finished(t, filepath.Join(l.dir, name+".answers")) }
	t.Run("answers", func(t *testing.T) { liveAnswers(t, of("hosts")) })
	t.Run("commands", func(t *testing.T) { liveCommands(t, l) })
	t.Run("secrets", func(t *testing.T) { liveSecrets(t, l, pcap) })
	t.Run("fragile", func(t *testing.T) { liveFragile(t, sent(t, pcap)) })
	t.Run("ipv6", func(t *testing.T) {
		h := of("six")[netip.MustParseAddr("fd00:91::15")]
		says6(t, h, evidence.SysName, "lab-six")
		says6(t, h, evidence.HTTPTitle, "Acme box")
		says6(t, h, evidence.TLSSubject, "CN=acme")
		if n := len(of("six")); n != 1 {
			t.Errorf("%d hosts were found, one is there", n)
		}
	})
	t.Run("crawl", func(t *testing.T) { liveCrawl(t, of("crawl"), sent(t, pcap)) })
}

// liveHosts makes the network.
func liveHosts(l *lab) {
	l.bridge("r", "10.91.0.1/24")
	l.run("r", "ip", "addr", "add", "fd00:91::1/64", "dev", "br0", "nodad")
	l.sh("r", "echo 1 > /proc/sys/net/ipv4/ip_forward")
	l.host("s", "10.91.0.2/24", "10.91.0.1", "r", "ps", "")
	l.run("s", "ip", "addr", "add", "fd00:91::2/64", "dev", "eth0", "nodad")
	on := func(name, last, plays string) { l.host(name, "10.91.0."+last+"/24", "10.91.0.1", "r", "p"+last, plays) }

	on("v3", "10", "")
	l.snmpd("v3", "createUser reader SHA-256 "+labAuth+" AES "+labPriv+"\nrouser reader authpriv\nsysDescr lab agent of version 3\nsysName lab-v3\n")
	on("vrp", "11", "")
	l.snmpd("vrp", "rocommunity public\nsysDescr Huawei Versatile Routing Platform Software VRP (R) software, Version 5.170\n")
	l.dialogue("vrp", map[string]string{
		"display version":                 "Huawei Versatile Routing Platform Software\nVRP (R) software, Version 5.170 (S5735 V200R019C10)\nHUAWEI S5735-L24T4S-A1 Routing Switch uptime is 3 weeks\n",
		"display device manufacture-info": "Slot  Sub  Serial-number          Manu-date\n- - - - - - - - - - - - - - - - - - - - - -\n0     -    LAB2102350000001       2020-03-18\n",
	})
	on("ios", "12", "")
	l.dialogue("ios", map[string]string{
		"show version":   "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 15.0(2)SE4\nlab-ios uptime is 1 day\nProcessor board ID LAB1234X0YZ\n",
		"show inventory": "NAME: \"1\", DESCR: \"WS-C2960-24TC-L\"\nPID: WS-C2960-24TC-L   , VID: V09  , SN: LAB1234X0YZ\n",
	})
	on("dhcp", "13", "")
	l.start("dhcp", nil, "dnsmasq", "-k", "-C", l.file("dnsmasq.conf", ""), "--user=root", "--pid-file="+l.folder("dhcp")+"/pid", "--port=0", "--dhcp-range=10.91.0.200,10.91.0.220", "--dhcp-leasefile="+l.folder("dhcp")+"/leases")
	l.listens("dhcp", "67")
	on("talker", "14", "talker")
	on("wsd", "16", "wsd")
	on("plc", "20", "plc")
	on("printer", "21", "printer")
	l.snmpd("printer", "rocommunity public\nsysDescr Acme network printer\n")
	on("cam", "22", "camera")

	l.space("six")
	l.join("six", "eth0", "", "r", "p15", "")
	l.run("r", "ip", "link", "set", "p15", "master", "br0")
	l.run("six", "ip", "addr", "add", "fd00:91::15/64", "dev", "eth0", "nodad")
	l.play("six", "web")
	l.snmpd("six", "rocommunity6 public\nsysDescr lab agent on IPv6\nsysName lab-six\n", "udp6:161")

	for _, k := range []string{"5", "6"} { // the nets behind the router
		l.space("far" + k)
		l.join("far"+k, "eth0", "10.91."+k+".10/24", "r", "far"+k, "10.91."+k+".1/24")
		l.run("far"+k, "ip", "route", "add", "default", "via", "10.91."+k+".1")
		l.known("r", "10.91."+k+".10")
	}
	l.space("hop") // and one it knows as a next hop only
	l.join("hop", "eth0", "10.91.4.7/24", "r", "hop", "10.91.4.1/24")
	l.run("hop", "ip", "route", "add", "default", "via", "10.91.4.1")
	l.run("r", "ip", "route", "add", "198.51.100.0/24", "via", "10.91.4.7")
	l.known("r", "10.91.0.11")
	l.agent("r", "", false)
	for _, h := range []string{"v3", "vrp", "printer", "six", "r"} {
		l.listens(h, "161")
	}
}

// known lets a host learn another by ARP.
func (l *lab) known(name, addr string) {
	l.t.Helper()
	waitFor(l.t, name+" to know "+addr, func() bool {
		_, _ = l.try(name, "bash", "-c", "echo > /dev/udp/"+addr+"/9")
		out, _ := l.try(name, "ip", "neigh", "show", addr)
		return strings.Contains(out, "lladdr")
	})
}

// snmpd starts an agent with a configuration of its own.
func (l *lab) snmpd(name, conf string, address ...string) {
	l.t.Helper()
	dir := l.folder(name)
	args := []string{"snmpd", "-f", "-C", "-c", l.file(name+"/snmpd.conf", conf), "-Lo", "-p", filepath.Join(dir, "snmpd.pid")}
	if len(address) == 0 {
		address = []string{"udp:161"}
	}
	l.start(name, []string{"SNMP_PERSISTENT_DIR=" + dir, "MIBS="}, append(args, address...)...)
}

// dialogue lets a real SSH server answer the commands of a device, and note what was asked.
func (l *lab) dialogue(name string, answers map[string]string) {
	l.t.Helper()
	dir := l.folder(name)
	asked := filepath.Join(dir, "asked")
	script := "#!/bin/sh\nprintf '%s\\n' \"$SSH_ORIGINAL_COMMAND\" >> " + asked + "\ncase \"$SSH_ORIGINAL_COMMAND\" in\n"
	for c, text := range answers {
		script += "'" + c + "') cat <<'END'\n" + text + "END\n;;\n"
	}
	script += "*) echo '% Unrecognized command' >&2; exit 1;;\nesac\n"
	path := l.file(name+"/dialogue", script)
	l.file(name+"/asked", "")
	for file, mode := range map[string]os.FileMode{path: 0o755, asked: 0o666} {
		if err := os.Chmod(file, mode); err != nil {
			l.t.Fatal(err)
		}
	}
	l.sshd(name, "PasswordAuthentication yes\nForceCommand "+path+"\n")
}

func says6(t *testing.T, h *wire.Host, attr evidence.Attr, part string) {
	t.Helper()
	if h == nil {
		t.Errorf("the host that should say %s %q was not found", attr, part)
		return
	}
	if s := scanned.Sighting(context.Background(), "scan", h); !hasObservation(s, attr, part) {
		t.Errorf("%s: no %s with %q; tries %+v", h.Addr, attr, part, h.Tries)
	}
}

// liveAnswers looks for what each protocol brings.
func liveAnswers(t *testing.T, hosts map[netip.Addr]*wire.Host) {
	for _, c := range []struct {
		addr string
		attr evidence.Attr
		part string
	}{
		{"10.91.0.10", evidence.SysDescr, "lab agent of version 3"}, {"10.91.0.10", evidence.SysName, "lab-v3"}, {"10.91.0.10", evidence.IfDescr, "eth0"},
		{"10.91.0.11", evidence.CLIText, "S5735-L24T4S-A1"}, {"10.91.0.11", evidence.Serial, "LAB2102350000001"},
		{"10.91.0.12", evidence.CLIText, "C2960-LANBASEK9-M"}, {"10.91.0.12", evidence.Serial, "LAB1234X0YZ"},
		{"10.91.0.14", evidence.SIPUserAgent, "acme-phone"}, {"10.91.0.14", evidence.SSDPServer, "acme-upnp"}, {"10.91.0.14", evidence.UPnPManufacturer, "Acme Media"},
		{"10.91.0.16", evidence.ONVIFScope, "acme-scope"}, {"10.91.0.14", evidence.Hostname, "ACME-NB"}, {"10.91.0.14", evidence.MDNS, "acme-model"},
		{"10.91.0.22", evidence.ONVIFMfr, "Acme Optics"},
	} {
		says6(t, hosts[netip.MustParseAddr(c.addr)], c.attr, c.part)
	}
	answered := func(addr, probe string) bool {
		h := hosts[netip.MustParseAddr(addr)]
		return h != nil && slices.ContainsFunc(h.Answers, func(a wire.Answer) bool { return a.Probe == probe && len(a.Data) > 0 })
	}
	if !answered("10.91.0.13", "dhcp") {
		t.Errorf("dnsmasq answered no DHCP INFORM: %+v", hosts[netip.MustParseAddr("10.91.0.13")])
	}
}

// liveCommands holds what was typed against the list of data/scan/commands.yaml.
func liveCommands(t *testing.T, l *lab) {
	for name, want := range map[string][]string{
		"vrp": {"display version", "display device manufacture-info", "display lldp neighbor"},
		"ios": {"show version", "show inventory", "show lldp neighbors detail"},
	} {
		b, err := os.ReadFile(filepath.Join(l.dir, name, "asked"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, strings.Split(strings.TrimSpace(string(b)), "\n")); d != "" {
			t.Errorf("%s: commands (-listed +typed):\n%s", name, d)
		}
	}
}

func leaks(b []byte) bool { return bytes.Contains(b, []byte("hush-")) }

// liveSecrets looks for secrets in what the scans kept, what was sent and what a check of it prints.
func liveSecrets(t *testing.T, l *lab, pcap string) {
	journals, err := filepath.Glob(filepath.Join(l.dir, "*.answers"))
	if err != nil || len(journals) != 3 {
		t.Fatalf("journals %v, %v", journals, err)
	}
	for _, path := range append(journals, pcap) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if leaks(b) {
			t.Errorf("%s holds a secret", path)
		}
	}
	for _, path := range journals { // answers stand in base64 there
		for _, h := range finished(t, path) {
			for _, a := range h.Answers {
				if leaks(a.Data) {
					t.Errorf("%s: an answer to %s holds a secret", path, a.Probe)
				}
			}
		}
	}
	f := l.checked(filepath.Join(l.dir, "hosts.answers"))
	var out bytes.Buffer
	if err := report.JSON(&out, f); err != nil {
		t.Fatal(err)
	}
	if leaks(out.Bytes()) || !strings.Contains(out.String(), "LAB1234X0YZ") {
		t.Error("the result holds a secret, or not what the login brought")
	}
}

// liveFragile holds what was sent to fragile hosts against what they may be sent.
func liveFragile(t *testing.T, list []sentPacket) {
	industrial := []uint16{102, 502, 20000, 44818, 47808, 7547}
	for addr, allowed := range map[string][]uint16{
		"10.91.0.20": {161},                                                         // a controller
		"10.91.0.21": {161, 5353, 443, 8443},                                        // a printer
		"10.91.0.22": {161, 3702, 1900, 5353, 554, 80, 443, 8080, 8000, 8443, 8554}, // a camera
	} {
		seen := 0
		for _, p := range list {
			if p.to.String() != addr || p.proto == 1 {
				continue
			}
			seen++
			if !slices.Contains(allowed, p.port) && !slices.Contains(industrial, p.port) {
				t.Errorf("%s was sent a packet to port %d", addr, p.port)
			}
			if slices.Contains(industrial, p.port) && len(p.payload) > 0 {
				t.Errorf("%s was sent %q to port %d", addr, p.payload, p.port)
			}
		}
		if seen == 0 {
			t.Errorf("nothing was sent to %s", addr)
		}
	}
}

// liveCrawl: from the router to those it knows by ARP and routes, and into no net that is not allowed.
func liveCrawl(t *testing.T, hosts map[netip.Addr]*wire.Host, list []sentPacket) {
	for _, a := range []string{"10.91.0.1", "10.91.0.11", "10.91.5.10", "10.91.4.7"} {
		if hosts[netip.MustParseAddr(a)] == nil {
			t.Errorf("crawling did not come to %s", a)
		}
	}
	for _, p := range list {
		if strings.HasPrefix(p.to.String(), "10.91.6.") || strings.HasPrefix(p.to.String(), "198.51.100.") {
			t.Errorf("crawling left the nets allowed: a packet went to %s", p.to)
		}
	}
}

// TestWatchInterface: a watch of a real interface tells of who announces itself there, and stops when it is interrupted.
func TestWatchInterface(t *testing.T) {
	l := newLab(t)
	need(t, "lldpd")
	l.space("s")
	l.join("s", "eth0", "", "r", "to", "")
	l.lldp("r", "to")
	told := filepath.Join(l.dir, "told")
	c := exec.Command("ip", "netns", "exec", l.ns("s"), l.self, "-test.run=^TestNetworkHost$")
	c.Env = append(os.Environ(), playEnv+"=watch", "TELLTALE_LAB_TOLD="+told)
	r := l.begin(c)
	said := func(word string) bool { b, _ := os.ReadFile(told); return strings.Contains(string(b), word) }
	waitFor(t, "an announcement to be told", func() bool { return said("opened\nnew") })
	at := time.Now()
	r.signal(syscall.SIGINT)
	if err := r.wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("stopped %s after the signal", time.Since(at).Round(time.Millisecond))
	if !said("stopped after") {
		t.Error("the watch did not come to its end")
	}
}
