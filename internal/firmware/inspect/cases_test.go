package inspect_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"telltale/data"
	"telltale/internal/firmware/inspect"
	"telltale/internal/firmware/unpack"
)

func need(t testing.TB, tools ...string) {
	t.Helper()
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: this case is not built", tool)
		}
	}
}

func sh(t testing.TB, dir, script string, args ...any) {
	t.Helper()
	cmd := exec.Command("sh", "-ec", fmt.Sprintf(script, args...))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// tree writes files into a folder; a value "-> x" is a link, a leading "755 " sets the mode.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "root")
	for p, v := range files {
		full := filepath.Join(dir, p)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if to, ok := strings.CutPrefix(v, "-> "); ok {
			if err := os.Symlink(to, full); err != nil {
				t.Fatal(err)
			}
			continue
		}
		mode := os.FileMode(0o644)
		if len(v) > 5 && v[4] == ' ' && strings.Trim(v[:4], "01234567") == "" {
			var m uint32
			fmt.Sscanf(v[:4], "%o", &m)
			mode, v = os.FileMode(m&0o777), v[5:]
			if m&0o4000 != 0 {
				mode |= os.ModeSetuid
			}
		}
		if err := os.WriteFile(full, []byte(v), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(full, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// prog is a program's content: an ELF head for its kind and some text of its own.
func prog(text string) string {
	h := make([]byte, 512)
	copy(h, "\x7fELF\x01\x01\x01")
	h[16], h[18], h[20] = 2, 40, 1
	return "0755 " + string(h) + "\x00busy program text\x00" + text + "\x00"
}

// base is a small, harmless system.
func base() map[string]string {
	return map[string]string{
		"bin/busybox": prog("BusyBox v1.35.0 (Debian 1:1.35.0-4) multi-call binary."), "bin/sh": "-> busybox", "bin/ls": "-> busybox", "bin/login": "-> busybox",
		"etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/shadow": "root:*:19000:0:99999:7:::\n", "etc/group": "root:x:0:\n",
		"etc/inittab": "::sysinit:/etc/init.d/rcS\n::respawn:/sbin/getty 115200 ttyS0\n", "etc/init.d/rcS": "0755 #!/bin/sh\nmount -a\nfor i in /etc/init.d/S??*; do\n [ -x \"$i\" ] && $i start\ndone\n",
		"usr/sbin/dropbear": prog("SSH-2.0-dropbear_2022.83"), "var/.keep": "",
	}
}

func with(m map[string]string, kv ...string) map[string]string {
	for i := 0; i < len(kv); i += 2 {
		if kv[i+1] == "" {
			delete(m, kv[i])
		} else {
			m[kv[i]] = kv[i+1]
		}
	}
	return m
}

func facts(t testing.TB) *inspect.Facts {
	t.Helper()
	f, err := data.Firmware()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func report(t testing.TB, path string) *inspect.Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fi, _ := f.Stat()
	tr, err := unpack.Open(context.Background(), f, fi.Size(), filepath.Base(path), unpack.Limits{Spool: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	r, err := inspect.Inspect(context.Background(), tr, facts(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// want is "id level" or "id level text"; text must stand in title, path, value or evidence.
func check(t testing.TB, r *inspect.Report, want ...string) {
	t.Helper()
	used := map[int]bool{}
	for _, w := range want {
		f := strings.SplitN(w, " ", 3)
		lv := inspect.Level(f[1])
		text := ""
		if len(f) > 2 {
			text = f[2]
		}
		found := false
		for i, x := range r.Findings {
			all := x.Title + "\n" + x.Path + "\n" + x.Where + "\n" + x.Value + "\n" + x.Evidence
			if x.ID == f[0] && x.Level == lv && strings.Contains(all, text) {
				found, used[i] = true, true
			}
		}
		if !found {
			t.Errorf("missing finding %q; have:\n%s", w, list(r))
		}
	}
	for i, x := range r.Findings {
		if x.Level.Rank() >= inspect.Probable.Rank() && !used[i] {
			t.Errorf("unexpected %s %s %s %s (%s)", x.ID, x.Level, x.Where, x.Title, x.Evidence)
		}
	}
	if strings.Contains(strings.ToLower(r.Summary), "clean") {
		t.Errorf("the summary clears the image: %s", r.Summary)
	}
}

func list(r *inspect.Report) string {
	var b strings.Builder
	for _, x := range r.Findings {
		fmt.Fprintf(&b, "%s %s %s: %s [%s] %v\n", x.ID, x.Level, x.Where, x.Title, x.Evidence, x.Conditions)
	}
	for _, x := range r.Regions {
		fmt.Fprintf(&b, "  %s +%d %s %v\n", x.Where, x.Length, x.State, x.Reasons)
	}
	return b.String()
}

func component(r *inspect.Report, name, version string) bool {
	for _, c := range r.Components {
		if c.Name == name && c.Version == version {
			return true
		}
	}
	return false
}

func squash(t testing.TB, files map[string]string, args string) string {
	t.Helper()
	dir := tree(t, files)
	sh(t, filepath.Dir(dir), "mksquashfs root img -all-root -noappend -quiet -no-progress %s", args)
	return filepath.Join(filepath.Dir(dir), "img")
}

func TestSixCodecsGiveOneTree(t *testing.T) {
	need(t, "mksquashfs")
	var hash string
	for _, comp := range []string{"gzip", "lzo", "lz4", "xz", "zstd", "lzma"} {
		img := squash(t, base(), "-comp "+comp)
		sq, err := os.ReadFile(img)
		if err != nil {
			t.Fatal(err)
		}
		flash := []byte(strings.Repeat("\xff", 4<<20))
		copy(flash, "\x00\x00\x00\xeaU-Boot 2023.01+dfsg-2 (Feb 01 2023 - 00:00:00 +0000)\x00some code")
		copy(flash[0x200000:], sq)
		p := filepath.Join(t.TempDir(), "flash.bin")
		os.WriteFile(p, flash, 0o644)
		r := report(t, p)
		check(t, r)
		for _, x := range r.Regions {
			if x.Format == "squashfs" {
				if hash == "" {
					hash = x.TreeHash
				}
				if x.TreeHash != hash || x.Offset != 0x200000 || x.Length != int64(len(sq)) {
					t.Errorf("%s: region %+v, want hash %s length %d", comp, x, hash, len(sq))
				}
			}
		}
		if !component(r, "busybox", "1.35.0") || !component(r, "dropbear", "2022.83") || !component(r, "u-boot", "2023.01+dfsg-2") {
			t.Errorf("%s: components %+v", comp, r.Components)
		}
		if r.Coverage.Share < 0.9 {
			t.Errorf("%s: coverage %v", comp, r.Coverage)
		}
	}
}

func TestSyncAgent(t *testing.T) {
	need(t, "mksquashfs")
	img := squash(t, with(base(), "system/bin/sync_agent", "4755 "+prog("ztex1609523")[5:], "opt/sync_agent", prog("ztex1609523")), "-comp xz")
	r := report(t, img)
	check(t, r, "string.magic-backdoor confirmed system/bin/sync_agent", "exec.setuid note system/bin/sync_agent", "string.magic-backdoor note opt/sync_agent")
}

func TestOpenTelnetRecorder(t *testing.T) {
	need(t, "mkfs.jffs2")
	dir := tree(t, with(base(), "usr/bin/dvrHelper", prog("OpenTelnet:OpenOnce\x009530"), "etc/init.d/S99dvr", "0755 #!/bin/sh\n/usr/bin/dvrHelper &\n", "lib/modules/hi3516cv300_base.ko", prog("x"), "etc/passwd", "root:$1$RYIwEiRA$d5iRRVQ5ZeRTrJwGjRy.B0:0:0:root:/:/bin/sh\n"))
	sh(t, filepath.Dir(dir), "mkfs.jffs2 -l -e 64KiB -d root -o img")
	r := report(t, filepath.Join(filepath.Dir(dir), "img"))
	check(t, r, "string.magic-backdoor confirmed dvrHelper", "maker.soc probable hisilicon", "maker.platform probable xiongmai", "account.known-hash confirmed root")
	for _, x := range r.Findings {
		if x.ID == "maker.conflict" {
			t.Errorf("conflict: %+v", x)
		}
	}
}

func TestBootConditions(t *testing.T) {
	need(t, "mksquashfs")
	tel := prog("telnetd here")
	for _, c := range []struct {
		name string
		add  []string
		want []string
	}{
		{"applet only", []string{"usr/sbin/telnetd", "-> ../../bin/busybox"}, nil},
		{"at boot", []string{"usr/sbin/telnetd", tel, "etc/init.d/S50telnet", "0755 #!/bin/sh\ncase $1 in\nstart) telnetd -l /bin/sh & ;;\nstop) killall telnetd;;\nesac\n"}, []string{"daemon.telnet-at-boot confirmed S50telnet"}},
		{"behind a flag file", []string{"usr/sbin/telnetd", tel, "etc/init.d/S50telnet", "0755 #!/bin/sh\n[ -f /mnt/sd/telnet_on ] || exit 0\ntelnetd\n"}, []string{"daemon.telnet-at-boot suspicious telnet_on"}},
		{"behind nvram", []string{"usr/sbin/telnetd", tel, "etc/init.d/S50telnet", "0755 #!/bin/sh\nif [ \"`nvram get telnet`\" = 1 ]; then /usr/sbin/telnetd; fi\n"}, []string{"daemon.telnet-at-boot suspicious nvram"}},
		{"switched on in a file", []string{"usr/sbin/telnetd", tel, "etc/default/telnet", "TELNET_ENABLED=yes\n", "etc/init.d/S50telnet", "0755 #!/bin/sh\n. /etc/default/telnet\n[ \"$TELNET_ENABLED\" = yes ] && start-stop-daemon -S -x /usr/sbin/telnetd -- -p 2323\n"}, []string{"daemon.telnet-at-boot confirmed tcp/2323"}},
		{"inittab", []string{"usr/sbin/telnetd", tel, "etc/inittab", "::respawn:/usr/sbin/telnetd -F\n"}, []string{"daemon.telnet-at-boot confirmed etc/inittab"}},
		{"nobody starts it", []string{"usr/sbin/telnetd", tel, "usr/bin/factory.sh", "0755 #!/bin/sh\ntelnetd\n"}, []string{"daemon.telnet-at-boot note factory.sh"}},
		{"inetd", []string{"usr/sbin/telnetd", tel, "usr/sbin/inetd", prog("inetd"), "etc/inetd.conf", "telnet stream tcp nowait root /usr/sbin/telnetd telnetd -i\n", "etc/init.d/S41inetd", "0755 #!/bin/sh\ninetd\n"}, []string{"daemon.telnet-at-boot confirmed etc/inetd.conf"}},
		{"inetd not started", []string{"usr/sbin/telnetd", tel, "etc/inetd.conf", "telnet stream tcp nowait root /usr/sbin/telnetd telnetd -i\n"}, []string{"daemon.telnet-at-boot note etc/inetd.conf"}},
		{"systemd", []string{"etc/inittab", "", "usr/sbin/telnetd", tel, "lib/systemd/systemd", prog("systemd"), "lib/systemd/system/telnet.service", "[Unit]\nDescription=t\n[Service]\nExecStart=/usr/sbin/telnetd -F\n[Install]\nWantedBy=multi-user.target\n", "etc/systemd/system/multi-user.target.wants/telnet.service", "-> /lib/systemd/system/telnet.service"}, []string{"daemon.telnet-at-boot confirmed telnet.service"}},
		{"systemd with condition", []string{"etc/inittab", "", "usr/sbin/telnetd", tel, "lib/systemd/systemd", prog("systemd"), "lib/systemd/system/telnet.service", "[Unit]\nConditionPathExists=/etc/factory\n[Service]\nExecStart=/usr/sbin/telnetd -F\n", "etc/systemd/system/multi-user.target.wants/telnet.service", "-> /lib/systemd/system/telnet.service"}, []string{"daemon.telnet-at-boot suspicious ConditionPathExists"}},
		{"systemd not enabled", []string{"etc/inittab", "", "usr/sbin/telnetd", tel, "lib/systemd/systemd", prog("systemd"), "lib/systemd/system/telnet.service", "[Service]\nExecStart=/usr/sbin/telnetd -F\n"}, []string{"daemon.telnet-at-boot note telnet.service"}},
		{"systemd socket", []string{"etc/inittab", "", "usr/sbin/telnetd", tel, "lib/systemd/systemd", prog("systemd"), "lib/systemd/system/telnet.socket", "[Socket]\nListenStream=2323\nAccept=yes\n", "lib/systemd/system/telnet@.service", "[Service]\nExecStart=-/usr/sbin/telnetd\n", "etc/systemd/system/sockets.target.wants/telnet.socket", "-> /lib/systemd/system/telnet.socket"}, []string{"daemon.telnet-at-boot confirmed tcp/2323"}},
		{"openwrt", []string{"etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "usr/sbin/telnetd", tel, "etc/init.d/telnet", "0755 #!/bin/sh /etc/rc.common\nSTART=50\nstart_service() {\n procd_open_instance\n procd_set_param command /usr/sbin/telnetd -F -l /bin/login\n procd_close_instance\n}\n", "etc/rc.d/S50telnet", "-> ../init.d/telnet"}, []string{"daemon.telnet-at-boot confirmed telnetd"}},
		{"raw shell", []string{"bin/nc", "-> busybox", "etc/init.d/S99x", "0755 #!/bin/sh\nnc -l -p 4444 -e /bin/sh &\n"}, []string{"daemon.debug-at-boot confirmed 4444"}},
		{"ssh", []string{"etc/init.d/S50dropbear", "0755 #!/bin/sh\ndropbear -R\n"}, []string{"daemon.ssh-at-boot suspicious dropbear"}},
		{"empty password", []string{"etc/shadow", "root::1:0:99999:7:::\n"}, []string{"account.empty-password confirmed root"}},
		{"uid0 twin", []string{"etc/passwd", "root:x:0:0:root:/root:/bin/sh\nhelp:x:0:0::/:/bin/sh\n"}, []string{"account.uid0-twin confirmed help"}},
		{"chpasswd", []string{"etc/init.d/S30pw", "0755 #!/bin/sh\necho 'root:letmein99' | chpasswd\n"}, []string{"account.hardcoded confirmed root"}},
		{"injection", []string{"www/cgi-bin/ping.cgi", "0755 #!/bin/sh\necho Content-type: text/plain\necho\nCMD=$(echo \"$QUERY_STRING\" | sed 's/cmd=//')\neval $CMD\n"}, []string{"web.command-injection probable ping.cgi"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, report(t, squash(t, with(base(), c.add...), "-comp gzip")), c.want...)
		})
	}
}
