//go:build linux

package pipeline

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"telltale/internal/scan/snmp"
)

// Secrets of the test, which must show nowhere.
const (
	labAuth  = "hush-auth-key"
	labPriv  = "hush-priv-key"
	labWord  = "hush-word"
	labLogin = "snmp:\n  users: [{name: reader, auth: SHA256, auth_key: " + labAuth + ", priv: AES, priv_key: " + labPriv + "}]\n  communities: [public]\nssh: [{name: reader, password: " + labWord + "}]\n"
	// labHash is labWord as /etc/shadow keeps it.
	labHash = "$6$lab$VdSABToQtKHsaOtkJi0DQhejKObWpcyp8vhtgsuktFUJ8AxBLNUlYsjhEDUB9prnUcV0DtEpSyFSkEDkW38Pu0"
)

// agent starts snmpd in a host, beside it lldpd when ifs says on which
// interfaces, and lets it tell of its bridge's forwarding table when it has one.
func (l *lab) agent(name, ifs string, bridge bool) {
	l.t.Helper()
	dir := l.folder(name)
	socket := filepath.Join(dir, "agentx")
	conf := "rocommunity public\nagentaddress udp:161\nsysDescr lab device " + name + "\nsysName lab-" + name + "\nmaster agentx\nagentXSocket " + socket + "\nagentXPerms 0777 0777\n"
	if bridge {
		conf += "pass_persist .1.3.6.1.2.1.17 " + l.self + " -test.run=^TestNetworkHost$\n"
	}
	// Each agent needs an engine ID of its own, which snmpd keeps there.
	l.start(name, []string{playEnv + "=bridgemib", "SNMP_PERSISTENT_DIR=" + dir, "MIBS="}, "snmpd", "-f", "-C", "-c", l.file(name+"/snmpd.conf", conf), "-Lo", "-p", filepath.Join(dir, "snmpd.pid"))
	if ifs == "" {
		return
	}
	waitFor(l.t, "the AgentX socket of "+name, func() bool { _, err := os.Stat(socket); return err == nil })
	l.lldp(name, ifs, "-x", "-X", socket)
}

// lldp starts lldpd in a host.
func (l *lab) lldp(name, ifs string, more ...string) {
	l.t.Helper()
	dir := l.folder(name)
	conf := l.file(name+"/lldpd.conf", "configure system hostname lab-"+name+"\nconfigure lldp tx-interval 2\n")
	l.start(name, nil, append([]string{"lldpd", "-d", "-u", filepath.Join(dir, "lldpd"), "-O", conf, "-I", ifs}, more...)...)
}

// heard waits until both ends of LLDP have told of each other.
func (l *lab) heard(name string, want ...string) {
	l.t.Helper()
	waitFor(l.t, "LLDP at "+name, func() bool {
		out, _ := l.try(name, "lldpcli", "-u", filepath.Join(l.dir, name, "lldpd"), "-f", "keyvalue", "show", "neighbors")
		return !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(out, ".name=lab-"+w+"\n") })
	})
}

// recording lets snmpsim play a recording of a device in a host.
func (l *lab) recording(name, file string) {
	l.t.Helper()
	data := l.folder(name + "/data")
	b, err := os.ReadFile(file)
	if err != nil {
		l.t.Fatal(err)
	}
	l.file(name+"/data/public.snmprec", string(b))
	l.start(name, []string{"HOME=" + l.folder(name)}, "snmpsimd", "--process-user=root", "--process-group=root", "--data-dir="+data, "--cache-dir="+l.folder(name+"/cache"),
		"--logging-method=null", "--agent-udpv4-endpoint=0.0.0.0:161")
}

// listens waits until somebody listens on a UDP or TCP port of a host.
func (l *lab) listens(name, port string) {
	l.t.Helper()
	waitFor(l.t, name+" on port "+port, func() bool {
		out, _ := l.try(name, "ss", "-Hlnut", "sport = :"+port)
		return strings.TrimSpace(out) != ""
	})
}

// object is one variable of the bridge's tables.
type object struct {
	oid         snmp.OID
	kind, value string
}

// bridgeObjects reads the kernel's bridge: the base port table and the
// forwarding table of RFC 4188, in the order of their names.
func bridgeObjects() []object {
	const root = "1.3.6.1.2.1.17."
	var out []object
	add := func(name, kind, value string) {
		oid, err := snmp.ParseOID(root + name)
		if err == nil {
			out = append(out, object{oid, kind, value})
		}
	}
	fdb, _ := exec.Command("bridge", "fdb", "show", "br", "br0").Output()
	for line := range strings.Lines(string(fdb)) {
		f := strings.Fields(line) // MAC dev PORT master br0 ...
		if len(f) < 3 || strings.Contains(line, "permanent") || strings.Contains(line, "self") {
			continue
		}
		var index, octets []string
		for o := range strings.SplitSeq(f[0], ":") {
			n, _ := strconv.ParseUint(o, 16, 8)
			index, octets = append(index, strconv.FormatUint(n, 10)), append(octets, o)
		}
		mac := strings.Join(index, ".")
		add("4.3.1.1."+mac, "octet", strings.Join(octets, " "))
		add("4.3.1.2."+mac, "integer", bridgePort(f[2]))
		add("4.3.1.3."+mac, "integer", "3")
	}
	ports, _ := filepath.Glob("/sys/class/net/br0/brif/*")
	for _, p := range ports {
		n, _ := os.ReadFile(filepath.Join("/sys/class/net", filepath.Base(p), "ifindex"))
		add("1.4.1.2."+bridgePort(filepath.Base(p)), "integer", strings.TrimSpace(string(n)))
	}
	slices.SortFunc(out, func(a, b object) int { return a.oid.Compare(b.oid) })
	return slices.CompactFunc(out, func(a, b object) bool { return a.oid.Compare(b.oid) == 0 })
}

func bridgePort(name string) string {
	b, _ := os.ReadFile("/sys/class/net/" + name + "/brport/port_no")
	n, _ := strconv.ParseUint(strings.TrimSpace(string(b)), 0, 32)
	return strconv.FormatUint(n, 10)
}

// bridgeMIB speaks the pass_persist protocol of snmpd.conf(5).
func bridgeMIB() {
	var held []object
	var at time.Time
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		verb := in.Text()
		if verb == "PING" {
			fmt.Println("PONG")
			continue
		}
		if !in.Scan() {
			return
		}
		if time.Since(at) > time.Second {
			held, at = bridgeObjects(), time.Now()
		}
		asked, err := snmp.ParseOID(strings.TrimPrefix(in.Text(), "."))
		if err != nil || verb == "set" {
			fmt.Println("NONE")
			continue
		}
		n, exact := slices.BinarySearchFunc(held, asked, func(o object, x snmp.OID) int { return o.oid.Compare(x) })
		if verb == "getnext" && exact {
			n++
		}
		if n >= len(held) || verb == "get" && !exact {
			fmt.Println("NONE")
			continue
		}
		fmt.Printf(".%s\n%s\n%s\n", held[n].oid, held[n].kind, held[n].value)
	}
}

// corpusRecording is the path of a recorded agent, "" when the recordings are not here.
func corpusRecording(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(cmp.Or(os.Getenv("TELLTALE_CORPUS"), "/nowhere"), "snmprec", name+".snmprec")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// sshd starts a real server with a key of its own, the lines of more in its
// configuration, and one user who may log in: reader, by labWord. The user is in
// files that only this server sees.
func (l *lab) sshd(name, more string) {
	l.t.Helper()
	need(l.t, "/usr/sbin/sshd")
	dir := l.folder(name)
	key := filepath.Join(dir, "key")
	l.run(name, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
		l.t.Fatal(err)
	}
	users, err := os.ReadFile("/etc/passwd")
	if err != nil {
		l.t.Fatal(err)
	}
	passwd := l.file(name+"/passwd", "reader:x:65533:65533::/:/bin/sh\n"+string(users))
	shadow := l.file(name+"/shadow", "reader:"+labHash+":20000:0:99999:7:::\n")
	conf := l.file(name+"/sshd.conf", "HostKey "+key+"\nPidFile none\nLogLevel VERBOSE\nUsePAM no\nStrictModes no\n"+more)
	l.start(name, nil, "sh", "-ec", "mount --bind "+passwd+" /etc/passwd; mount --bind "+shadow+" /etc/shadow; exec /usr/sbin/sshd -D -f "+conf+" -E "+filepath.Join(dir, "sshd.log"))
	l.listens(name, "22")
}
