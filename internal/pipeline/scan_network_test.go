//go:build linux

package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	wire "telltale/internal/answer"
	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/evidence"
	"telltale/internal/report"
	"telltale/internal/source/scanned"
	"telltale/internal/topology"
)

// plantedNet is the network of TestScanNetwork and what is true of it.
//
//	scanner 10.91.0.2 ── router 10.91.0.1 ┬ lan1 10.91.1.1 ── switch 10.91.1.2 ── hosts, a server with LLDP
//	                                      └ lan2 10.91.2.1 ── switch 10.91.2.2 ── hosts, a small switch nobody can see
type plantedNet struct {
	*lab
	answering []netip.Addr
	silent    netip.Addr
	links     []string
	recorded  map[string]string // makers of the recordings played, by address
}

// plays are the hosts this program plays, the first of them on the first switch, the next on the second.
var plays = []string{"camera", "web", "ssh", "endless", "rubbish", "loris", "bomb", "circle", "snmploop", "snmpbig", "telnet", "ftp", "closed"}

// recordings are devices that snmpsim plays, of makers some law restricts and others, and who made them.
var recordings = []struct{ file, maker string }{
	{"dahua-nvr", "dahua"}, {"vrp_ar169fgwl", "huawei"}, {"fiberhome", "fiberhome"}, {"airos_airos8", "ubiquiti"}, {"heliosip", "2n"},
}

func plant(t *testing.T) *plantedNet {
	n := &plantedNet{lab: newLab(t), recorded: map[string]string{}}
	for _, tool := range []string{"snmpd", "lldpd", "bridge", "ss"} {
		need(t, tool)
	}
	n.space("s")
	n.join("s", "eth0", "10.91.0.2/24", "r", "wan", "10.91.0.1/24")
	n.run("s", "ip", "route", "add", "default", "via", "10.91.0.1")
	n.sh("r", "echo 1 > /proc/sys/net/ipv4/ip_forward")
	n.answering = append(n.answering, netip.MustParseAddr("10.91.0.1"))
	for _, k := range []string{"1", "2"} {
		sw, lan := "sw"+k, "lan"+k
		n.space(sw)
		n.bridge(sw, "10.91."+k+".2/24")
		n.join(sw, "uplink", "", "r", lan, "10.91."+k+".1/24")
		n.run(sw, "ip", "link", "set", "uplink", "master", "br0")
		n.run(sw, "ip", "route", "add", "default", "via", "10.91."+k+".1")
		n.answering = append(n.answering, netip.MustParseAddr("10.91."+k+".2"))
		n.cable("announced", "10.91.0.1 "+lan, "10.91."+k+".2 uplink")
	}
	n.hosts()
	n.agent("r", "lan*", false)
	n.agent("sw1", "uplink,p*", true)
	n.agent("sw2", "uplink,p*", true)
	n.heard("r", "sw1", "sw2")
	n.heard("sw1", "r", "server")
	n.heard("sw2", "r")
	return n
}

// cable notes what the scan must find of a cable.
func (n *plantedNet) cable(kind, a, b string) { n.links = append(n.links, cable(kind, a, b)) }

func cable(kind, a, b string) string { return fmt.Sprintf("%s %s - %s", kind, min(a, b), max(a, b)) }

// at adds a host to net 1 or 2 behind its switch.
func (n *plantedNet) at(net, number int, name, plays string) netip.Addr {
	port := fmt.Sprintf("p%d", number)
	a := n.host(name, fmt.Sprintf("10.91.%d.%d/24", net, number), fmt.Sprintf("10.91.%d.1", net), fmt.Sprintf("sw%d", net), port, plays)
	n.cable("attached", fmt.Sprintf("10.91.%d.2 %s", net, port), a.String())
	return a
}

func (n *plantedNet) hosts() {
	for i, p := range plays {
		n.answering = append(n.answering, n.at(1+i%2, 10+i, "h"+p, p))
	}
	n.silent = n.at(2, 70, "hsilent", "")
	n.sh("hsilent", "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all; ip route add blackhole 10.91.0.0/24")

	server := n.at(1, 50, "server", "")
	n.answering = append(n.answering, server)
	n.links = n.links[:len(n.links)-1]
	n.cable("announced", "10.91.1.2 p50", "10.91.1.50 eth0")
	n.lldp("server", "eth0")
	n.sshd("server", "")

	if _, err := exec.LookPath("dnsmasq"); err == nil {
		n.answering = append(n.answering, n.at(2, 51, "dhcp", ""))
		n.start("dhcp", nil, "dnsmasq", "-k", "-C", n.file("dnsmasq.conf", ""), "--user=root", "--pid-file="+n.folder("dhcp")+"/pid", "--port=53", "--no-resolv", "--dhcp-range=10.91.2.200,10.91.2.220", "--dhcp-leasefile="+n.folder("dhcp")+"/leases")
	} else {
		n.t.Log("no DHCP server in the network: dnsmasq is not installed")
	}

	n.space("hub") // a small switch that nobody can ask and that says nothing
	n.sh("hub", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6")
	n.sh("hub", "ip link add br0 type bridge mcast_snooping 0; ip link set br0 up")
	n.join("hub", "uplink", "", "sw2", "p80", "")
	n.run("hub", "ip", "link", "set", "uplink", "master", "br0")
	n.run("sw2", "ip", "link", "set", "p80", "master", "br0")
	n.cable("attached", "10.91.2.2 p80", "hidden")
	for _, k := range []int{81, 82} {
		n.answering = append(n.answering, n.host(fmt.Sprintf("h%d", k), fmt.Sprintf("10.91.2.%d/24", k), "10.91.2.1", "hub", fmt.Sprintf("p%d", k), "closed"))
		n.cable("attached", fmt.Sprintf("10.91.2.%d", k), "hidden")
	}
	n.recordings()
}

func (n *plantedNet) recordings() {
	if _, err := exec.LookPath("snmpsimd"); err != nil || corpusRecording(n.t, recordings[0].file) == "" {
		n.t.Log("no recorded devices in the network: needs snmpsim, and TELLTALE_CORPUS naming a folder of recordings")
		return
	}
	for i, r := range recordings {
		a := n.at(1+i%2, 60+i, "rec"+fmt.Sprint(i), "")
		n.answering = append(n.answering, a)
		n.recorded[a.String()] = r.maker
		n.recording("rec"+fmt.Sprint(i), corpusRecording(n.t, r.file))
	}
	for i := range recordings {
		n.listens("rec"+fmt.Sprint(i), "161")
	}
}

// targets is what the scans of the network are told: more addresses than there are hosts.
var targets91 = []string{"10.91.0.1", "10.91.1.1-90", "10.91.2.1-90"}

// TestScanNetwork: in a routed network of namespaces with real agents, hostile
// hosts and recorded devices a scan finds all of them and every cable; it keeps
// its caps, writes nothing and logs in nowhere (a capture shows); killed ten
// times it loses nothing finished; interrupted it stops.
func TestScanNetwork(t *testing.T) {
	begun := time.Now()
	n := plant(t)
	pcap := n.capture("s", "eth0", "ip")
	t.Logf("the network is there after %s", time.Since(begun).Round(time.Second))

	journal := filepath.Join(n.dir, "scan.answers")
	o := labScan{Targets: targets91, Profile: "normal", Journal: journal}
	killAndResume(n, o)
	stopsAt := interrupt(n)

	hosts := finished(t, journal)
	for _, a := range n.answering {
		if hosts[a] == nil && hosts[lanAddress(a)] == nil {
			t.Errorf("%s was not found", a)
		}
	}
	if hosts[n.silent] != nil {
		t.Errorf("%s answers nothing and was found", n.silent)
	}
	checkAnswers(t, hosts)
	checkTopology(n, journal)
	checkCapture(t, pcap, stopsAt)
	if b, _ := os.ReadFile(filepath.Join(n.dir, "server", "sshd.log")); len(b) == 0 || strings.Contains(string(b), "Accepted") || strings.Contains(string(b), "Failed") || strings.Contains(string(b), "Invalid user") {
		t.Errorf("the log of sshd shows a try to log in, or no connection:\n%s", b)
	}
	t.Logf("in all %s", time.Since(begun).Round(time.Second))
}

// lanAddress is the router's other address: both name one host.
func lanAddress(a netip.Addr) netip.Addr {
	if a.String() == "10.91.0.1" {
		return netip.MustParseAddr("10.91.1.1")
	}
	return a
}

// killAndResume kills a scan at ten random moments, every third of them soon
// after a host was finished, and lets it come to its end then.
func killAndResume(n *plantedNet, o labScan) {
	t := n.t
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 0))
	before := map[netip.Addr]*wire.Host{}
	for k := range 10 {
		r := n.scan(o)
		if k%3 == 2 {
			waitFor(t, "a host to be finished", func() bool { return len(finished(t, o.Journal)) > len(before) })
			time.Sleep(time.Duration(rnd.IntN(500)) * time.Millisecond)
		} else {
			time.Sleep(time.Duration(200+rnd.IntN(4000)) * time.Millisecond)
		}
		r.signal(syscall.SIGKILL)
		if r.wait() == nil {
			t.Fatalf("the scan came to its end before kill %d (seed %d)", k, seed)
		}
		now := finished(t, o.Journal)
		for a := range before {
			if now[a] == nil {
				t.Errorf("%s was finished and is lost after kill %d (seed %d)", a, k, seed)
			}
		}
		before = now
	}
	if len(before) == 0 {
		t.Error("no host was finished before the last kill: nothing could be lost")
	}
	t.Logf("killed ten times, %d hosts were finished then", len(before))
	begun := time.Now()
	if err := n.scan(o).wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("the rest took %s", time.Since(begun).Round(time.Second))
	now := finished(t, o.Journal)
	for a, h := range before {
		if now[a] == nil || !now[a].At.Equal(h.At) {
			t.Errorf("%s was finished before the last run and was asked again or is lost", a)
		}
	}
}

// interrupt stops a scan by the signal of Ctrl-C once it is under way and
// returns the moment from which nothing more may be sent.
func interrupt(n *plantedNet) time.Time {
	r := n.scan(labScan{Targets: targets91, Profile: "normal", Journal: filepath.Join(n.dir, "stopped.answers"), Only: []string{"sweep", "echo", "http", "snmp"}})
	waitFor(n.t, "a scan to be under way", func() bool { return len(finished(n.t, filepath.Join(n.dir, "stopped.answers"))) > 0 })
	at := time.Now()
	r.signal(syscall.SIGINT)
	if err := r.wait(); err == nil {
		n.t.Error("the scan came to its end before it was interrupted")
	}
	took := time.Since(at)
	n.t.Logf("a scan under way stopped %s after the signal", took.Round(time.Millisecond))
	if took > 10*time.Second { // a second on an idle machine; what is sent is held against that below
		n.t.Errorf("a scan took %s to stop", took)
	}
	return at.Add(time.Second)
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

// checkAnswers looks for what each planted device shows.
func checkAnswers(t *testing.T, hosts map[netip.Addr]*wire.Host) {
	t.Helper()
	for _, c := range []struct {
		addr  string
		attr  evidence.Attr
		value string
	}{
		{"10.91.1.10", evidence.ONVIFMfr, "Acme Optics"}, {"10.91.1.10", evidence.RTSPServer, "acme-rtsp"},
		{"10.91.2.11", evidence.HTTPTitle, "Acme box"}, {"10.91.2.11", evidence.TLSSubject, "CN=acme"}, {"10.91.1.12", evidence.SSHBanner, "SSH-2.0-acme"},
		{"10.91.1.20", evidence.TelnetBanner, "acme login:"}, {"10.91.2.21", evidence.FTPBanner, "220 acme ftp"},
		{"10.91.2.19", evidence.SysDescr, "big answers"}, {"10.91.1.50", evidence.SSHBanner, "OpenSSH"}, {"10.91.2.2", evidence.SysName, "lab-sw2"},
	} {
		h := hosts[netip.MustParseAddr(c.addr)]
		if h == nil {
			continue
		}
		if s := scanned.Sighting(context.Background(), "scan", h); !hasObservation(s, c.attr, c.value) {
			t.Errorf("%s: no %s with %q; tries %+v", c.addr, c.attr, c.value, h.Tries)
		}
	}
}

func hasObservation(s *asset.Sighting, attr evidence.Attr, part string) bool {
	return s != nil && slices.ContainsFunc(s.Observations, func(o evidence.Observation) bool { return o.Attr == attr && strings.Contains(o.Value, part) })
}

// checked reads the answers of a scan as `telltale scan` does at its end.
func (l *lab) checked(journal string) *Folder {
	l.t.Helper()
	k, err := Load()
	if err != nil {
		l.t.Fatal(err)
	}
	profiles, _, err := k.Profiles("federal-contractor", nil)
	if err != nil {
		l.t.Fatal(err)
	}
	day, _ := calendar.Parse("2026-11-22")
	f, err := Check(context.Background(), k, l.t.TempDir(), &Options{Inputs: []string{"scan"}, Scanned: journal, Profiles: profiles, AsOf: day, KnownAt: day, All: true})
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { f.Close() })
	return f
}

// checkTopology holds the graph of the result against the cables that were
// planted, and the makers against the recordings'.
func checkTopology(n *plantedNet, journal string) {
	t := n.t
	f := n.checked(journal)
	g, err := Topology(f)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, x := range g.Nodes {
		names[x.ID] = nodeName(t, f, &x)
		if maker := n.recorded[names[x.ID]]; maker != "" {
			if x.Manufacturer == nil || string(*x.Manufacturer) != maker {
				t.Errorf("%s is a device of %s, and the maker named is %q", names[x.ID], maker, x.ManufacturerName)
			}
		}
	}
	var got []string
	for _, l := range g.Links {
		if l.Kind != topology.Reached {
			got = append(got, cable(string(l.Kind), strings.TrimSpace(names[l.A.Node]+" "+l.A.Port), strings.TrimSpace(names[l.B.Node]+" "+l.B.Port)))
		}
	}
	slices.Sort(got)
	slices.Sort(n.links)
	if d := cmp.Diff(n.links, got); d != "" {
		t.Errorf("cables (-planted +found):\n%s", d)
	}
}

// nodeName names a node by the smallest of its addresses in the lab.
func nodeName(t *testing.T, f *Folder, x *report.Node) string {
	t.Helper()
	if x.Kind == report.HiddenNode {
		return "hidden"
	}
	a, err := f.asset(x.ID)
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for _, k := range a.Keys {
		if ip, ok := strings.CutPrefix(k, "ip:"); ok && strings.Contains(ip, "10.91.") {
			own = append(own, ip[strings.Index(ip, "10.91."):])
		}
	}
	if len(own) == 0 {
		return x.Name + " " + strings.Join(a.Keys, " ")
	}
	return slices.Min(own)
}
