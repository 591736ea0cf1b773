package inspect_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"telltale/internal/firmware/inspect"
	"telltale/internal/firmware/unpack"
)

const gatewayXML = `<DB><Tbl name="DevAuthInfo" RowCount="2"><Row No="0"><DM name="User" val="telecomadmin"/><DM name="Pass" val="nE7jA%5m"/><DM name="Level" val="1"/></Row><Row No="1"><DM name="User" val="useradmin"/><DM name="Pass" val="u7dk2"/></Row></Tbl>` +
	`<Tbl name="MgtServer" RowCount="1"><Row No="0"><DM name="URL" val="http://acs.example.invalid:7547/acs"/><DM name="ConnectionRequestUsername" val="admin"/><DM name="ConnectionRequestPassword" val="admin"/></Row></Tbl></DB>`

// A maintenance page in UBIFS, and the gateway's configuration in a volume of its own.
func TestTerminalWithMaintenancePage(t *testing.T) {
	need(t, "mkfs.ubifs", "ubinize")
	for _, chunks := range []bool{false, true} {
		t.Run(fmt.Sprintf("chunks=%v", chunks), func(t *testing.T) {
			dir := tree(t, with(base(), "home/httpd/web_shell_cmd.gch", "<%page%>", "etc/version", "F660 V2.30 2012-05-01\n"))
			top := filepath.Dir(dir)
			os.WriteFile(filepath.Join(top, "config.bin"), makeGatewayConfig("F660", gatewayXML, chunks), 0o644)
			os.WriteFile(filepath.Join(top, "ubi.ini"), []byte("[a]\nmode=ubi\nimage=fs\nvol_id=0\nvol_type=dynamic\nvol_name=rootfs\nvol_size=8MiB\n[b]\nmode=ubi\nimage=config.bin\nvol_id=1\nvol_type=static\nvol_name=config\n"), 0o644)
			sh(t, top, "mkfs.ubifs -r root -m 2048 -e 126976 -c 100 -x lzo -o fs && ubinize -o img -m 2048 -p 128KiB ubi.ini")
			r := report(t, filepath.Join(top, "img"))
			check(t, r, "web.known-vuln-handler confirmed web_shell_cmd.gch", "remote.tr069-default suspicious admin", "account.hardcoded probable telecomadmin", "account.hardcoded probable useradmin", "maker.platform confirmed zte")
			for _, name := range []string{"rootfs", "config"} {
				if !strings.Contains(list(r), name) {
					t.Errorf("volume %q is not named in the evidence", name)
				}
			}
		})
	}
}

var recorderNames = []string{"Install", "hwid", "check.img", "kernel.img", "romfs-x.squashfs.img", "custom-x.squashfs.img", "partition-x.cramfs.img"}

func recorder(t *testing.T) map[string][]byte {
	custom := squash(t, map[string]string{"logo.png": "\x89PNG\r\n\x1a\nno picture", "oem.txt": "Vendor=Acme Guard\n"}, "-comp xz")
	fs := squash(t, base(), "-comp xz")
	return map[string][]byte{"Install": []byte("{\"Commands\":[\"burn romfs-x.squashfs.img rootfs\"]}\n"), "hwid": []byte("IPC-X1:1.00\n"), "check.img": makeUImage(5, "check", []byte("12345678")),
		"kernel.img": makeUImage(2, "Linux-3.4", []byte("\x00Linux version 3.4.35 (build@host) (gcc version 4.8) #1 Mon Jan 4 12:00:00 CST 2016\n\x00")), "romfs-x.squashfs.img": makeUImage(7, "romfs", load(t, fs)),
		"custom-x.squashfs.img": makeUImage(7, "custom", load(t, custom)), "partition-x.cramfs.img": makeUImage(7, "partition", []byte("x"))}
}

func TestRebrandedRecorder(t *testing.T) {
	need(t, "mksquashfs")
	r := report(t, save(t, "DH_IPC.bin", makeDHZip(false, recorderNames, recorder(t))))
	check(t, r, "maker.platform confirmed dahua", "maker.brand probable Acme Guard", "maker.conflict suspicious Acme Guard")
	if x := r.Regions[0]; x.Format != "dhzip" || x.Offset != 0 {
		t.Errorf("first region is %s at %d, want dhzip at 0", x.Format, x.Offset)
	}
	if !component(r, "busybox", "1.35.0") {
		t.Error("the squashed member was not opened")
	}
}

func TestCameraPackage(t *testing.T) {
	need(t, "mksquashfs")
	files := map[string][]byte{"hroot.img": gz(cpioTree(base())), "app.img": load(t, squash(t, map[string]string{"home/app": prog("the application")}, "-comp gzip"))}
	r := report(t, save(t, "digicap.dav", makeDigicap(digicapKey, 1234, files)))
	check(t, r, "maker.platform confirmed hikvision", "maker.brand note 1234")
	if !component(r, "busybox", "1.35.0") || !strings.Contains(fmt.Sprint(r.Files), "home/app") {
		t.Errorf("a member was not opened: %s", list(r))
	}
	twin := digicapKey
	twin[15] ^= 0xff
	r = report(t, save(t, "digicap.dav", makeDigicap(twin, 1234, map[string][]byte{"hroot.img": noise(3, 100_000)})))
	check(t, r)
	if len(r.Makers) > 0 {
		t.Errorf("a maker is claimed from a wrong key: %+v", r.Makers)
	}
}

func TestTerminalWithOperatorTag(t *testing.T) {
	need(t, "mksquashfs")
	fs := string(load(t, squash(t, base(), "-comp lzma")))
	items := []hwnpItem{{"file:/var/UpgradeCheck.xml", "XML", "1.0", "<upgradecheck><HardVerCheck CheckEnable=\"1\"/></upgradecheck>\n"}, {"flash:rootfs", "ROOTFS", "V300R017", fs}, {"flash:uboot", "UBOOT", "2012.04", "\x00U-Boot 2012.04 (Feb 01 2013)\x00" + strings.Repeat("code", 64)}}
	for _, short := range []bool{false, true} {
		img := makeHWNP("494|4B4|;COMMON|CMCC|", short, items...)
		r := report(t, save(t, "hg.bin", img))
		check(t, r, "maker.platform confirmed huawei", "maker.operator note CMCC")
		text := fmt.Sprint(r.Files, r.Regions)
		for _, want := range []string{"UpgradeCheck.xml", "flash/rootfs", "flash/uboot"} {
			if !strings.Contains(text, want) {
				t.Errorf("short=%v: item %q is not listed", short, want)
			}
		}
		if !component(r, "busybox", "1.35.0") || !component(r, "u-boot", "2012.04") {
			t.Errorf("short=%v: components %+v", short, r.Components)
		}
		img[36+256+3*360+len(items[0].data)+len(fs)/2] ^= 1
		r = report(t, save(t, "hg.bin", img))
		check(t, r, "maker.platform confirmed huawei", "integrity.bad-checksum suspicious flash/rootfs", "state.partial note")
		for _, x := range r.Findings {
			if x.ID == "integrity.bad-checksum" && x.Value != "flash/rootfs" {
				t.Errorf("bad checksum named for %s too", x.Where)
			}
		}
	}
}

func TestAndroid(t *testing.T) {
	need(t, "mke2fs", "img2simg")
	dir := tree(t, map[string]string{"system/build.prop": "ro.product.model=Acme\nro.build.version.release=9\n", "system/bin/toybox": prog("toybox 0.8.4"), "system/bin/adbd": prog("adbd")})
	top := filepath.Dir(dir)
	sh(t, top, "mke2fs -q -t ext4 -d root raw 8M && img2simg raw img")
	check(t, report(t, filepath.Join(top, "img")))
	kernel := []byte("\x00Linux version 4.9.117 (build@host) (gcc version 6.3) #1 SMP PREEMPT Mon Jan 4 12:00:00 CST 2021\n\x00" + strings.Repeat("kernel code ", 500))
	prop := func(s string) []byte {
		return makeBootImage(kernel, gz(cpioTree(map[string]string{"default.prop": s, "init.rc": "on boot\n    class_start core\n", "sbin/adbd": prog("adbd")})), "console=ttyS0 androidboot.hardware=acme")
	}
	r := report(t, save(t, "boot.img", prop("ro.adb.secure=0\nro.debuggable=1\npersist.sys.usb.config=adb\nservice.adb.tcp.port=5555\n")))
	check(t, r, "daemon.adb-at-boot confirmed 5555")
	if !component(r, "linux", "4.9.117") {
		t.Errorf("components %+v", r.Components)
	}
	if !strings.Contains(fmt.Sprint(r.Regions), "androidboot.hardware=acme") {
		t.Error("header fields are not shown")
	}
	r = report(t, save(t, "boot.img", prop("ro.adb.secure=1\nro.debuggable=0\npersist.sys.usb.config=mtp\n")))
	check(t, r)
}

// hostTree copies what the packages of the machine installed into a folder.
func hostTree(t *testing.T, packages ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "root")
	for _, p := range packages {
		out, err := exec.Command("dpkg", "-L", p).Output()
		if err != nil {
			t.Skipf("package %s is not installed: this case is not built", p)
		}
		for _, f := range strings.Fields(string(out)) {
			st, err := os.Lstat(f)
			if err != nil || !st.Mode().IsRegular() {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				continue
			}
			to := filepath.Join(dir, f)
			os.MkdirAll(filepath.Dir(to), 0o755)
			os.WriteFile(to, b, st.Mode().Perm())
			os.Chmod(to, st.Mode())
		}
	}
	return dir
}

// A stock system with documents that speak of everything we look for.
func TestNoise(t *testing.T) {
	need(t, "mksquashfs", "dpkg")
	dir := hostTree(t, "openssl", "snmpd", "openssh-server", "passwd", "login", "util-linux", "mount", "busybox", "dnsmasq-base", "ca-certificates", "curl", "libc-bin")
	for p, s := range map[string]string{
		"usr/share/doc/acme/README":     "To test, start telnetd -l /bin/sh on port 9530, say OpenTelnet:OpenOnce, log in as root with password xc3511.\nztex1609523 web_shell_cmd.gch SDK/webLanguage NetKeyboard\n",
		"usr/share/doc/acme/README.md":  "telnetd -p 23; root:admin\nxmlset_roodkcableoj28840ybtide\n",
		"usr/share/acme/notes/README":   "OpenTelnet:OpenOnce 9530 w302r_mfg\n",
		"usr/share/doc/x/example.sh":    "#!/bin/sh\ntelnetd -l /bin/sh &\nnc -l -p 1 -e /bin/sh\n",
		"etc/passwd":                    "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
		"etc/shadow":                    "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n",
		"usr/share/dict/passwords.list": "admin\nroot\n123456\n",
	} {
		os.MkdirAll(filepath.Dir(filepath.Join(dir, p)), 0o755)
		os.WriteFile(filepath.Join(dir, p), []byte(s), 0o644)
	}
	top := filepath.Dir(dir)
	sh(t, top, "mksquashfs root img -all-root -noappend -quiet -no-progress -comp gzip")
	r := report(t, filepath.Join(top, "img"))
	check(t, r)
	for _, x := range r.Findings {
		if strings.Contains(x.Path, "README") && x.Level != inspect.Note {
			t.Errorf("a README is more than a note: %s %s %s", x.ID, x.Level, x.Where)
		}
	}
	for _, want := range []string{"openssl", "snmpd", "openssh-server", "dnsmasq-base"} {
		found := false
		for _, c := range r.Components {
			found = found || c.Name == want && c.Version != ""
		}
		if !found {
			t.Errorf("component %s is missing", want)
		}
	}
}

// bounded inspects with a short clock; it returns the report.
func bounded(t *testing.T, b []byte) *inspect.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // a guard against a hang only
	defer cancel()
	tr, err := unpack.Open(ctx, bytes.NewReader(b), int64(len(b)), "image.bin", unpack.Limits{Spool: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	r, err := inspect.Inspect(ctx, tr, facts(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestHostileImages(t *testing.T) {
	long := strings.Repeat("n", 300)
	tarball := makeTar(tarEntry{"../../etc/x", "", '0', "out"}, tarEntry{"/abs/name", "", '0', "abs"}, tarEntry{"l", "/etc", '2', ""}, tarEntry{"l/file", "", '0', "through"}, tarEntry{"dev/mem", "", '3', ""}, tarEntry{long, "", '0', "long"})
	for _, c := range []struct {
		name string
		img  []byte
		want []string // finding IDs, any of a group joined by |
	}{
		{"traversal", tarball, []string{"archive.unsafe-path"}},
		{"cpio duplicates", makeCPIO(cpioEntry{"etc/a", 0o100644, "one"}, cpioEntry{"etc/a", 0o100644, "two"}, cpioEntry{"/etc/a", 0o100644, "three"}), nil},
		{"zeros", gz(make([]byte, 64<<20)), nil},
		{"jffs2 length", append(append([]byte{0x85, 0x19, 0x01, 0xe0, 0xff, 0xff, 0xff, 0xff}, noise(5, 4)...), bytes.Repeat([]byte{0xff}, 64<<10)...), nil},
		{"scripts that call themselves", cpioTree(with(base(), "etc/init.d/rcS", "0755 #!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9; do\n echo '/tmp/x; sh /tmp/x; /etc/a' >> /tmp/x\ndone\n/tmp/x\n/etc/a\n", "etc/a", "0755 #!/bin/sh\nsh -c '/etc/a; /etc/a'\nwhile read x; do grep -c '\\(a*\\)*b' /etc/big; /tmp/x; done < /etc/big\n", "etc/big", strings.Repeat("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 6000))), nil},
		{"quine", makeTar(tarEntry{"a.tar", "", '0', string(makeTar(tarEntry{"a.tar", "", '0', string(makeTar(tarEntry{"x", "", '0', "x"}))}))}), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bounded(t, c.img)
			check(t, r)
			for _, w := range c.want {
				if !strings.Contains(list(r), w) {
					t.Errorf("no %s in\n%s", w, list(r))
				}
			}
		})
	}
}

func TestCutShort(t *testing.T) {
	need(t, "mksquashfs")
	whole := load(t, squash(t, with(base(), "usr/big", string(noise(9, 400_000))), "-comp gzip"))
	for name, img := range map[string][]byte{"half": whole[:len(whole)/2], "inode table past the end": poke(whole, 64, words(le, 0x7fffffff, 0))} {
		r := bounded(t, img)
		check(t, r)
		states := ""
		for _, x := range r.Findings {
			states += " " + x.ID
		}
		if !strings.Contains(states, "state.truncated") && !strings.Contains(states, "state.partial") && !strings.Contains(states, "state.limit-hit") {
			t.Errorf("%s: no state said:\n%s", name, list(r))
		}
		if r.Lost() > 0 != strings.Contains(r.Summary, "is not judged") {
			t.Errorf("%s: %d parts are lost, the summary says %q", name, r.Lost(), r.Summary)
		}
	}
}

func poke(b []byte, at int, v []byte) []byte {
	c := append([]byte(nil), b...)
	copy(c[at:], v)
	return c
}

func TestEncryptedOrUnknown(t *testing.T) {
	past := makeHWNP("494|", false, hwnpItem{"flash:rootfs", "R", "1", "tiny"})
	le.PutUint32(past[36+256+8:], 0x7fff0000)
	zipped := map[string][]byte{}
	for i, n := range recorderNames {
		zipped[n] = noise(uint64(20+i), 70_000)
	}
	for _, c := range []struct {
		name, platform string
		img            []byte
		state          bool
	}{
		{"camera head over noise", "hikvision", append(makeDigicap(digicapKey, 1, map[string][]byte{})[:0x40], noise(1, 4<<20)...), true},
		{"camera members of noise", "hikvision", makeDigicap(digicapKey, 1, map[string][]byte{"hroot.img": noise(2, 2<<20)}), true},
		{"items past the end", "huawei", past, true},
		{"noise", "", noise(4, 8<<20), true},
		{"locked recorder zip", "dahua", makeDHZip(true, recorderNames, zipped), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bounded(t, c.img)
			var want []string
			if c.platform != "" {
				want = append(want, "maker.platform probable "+c.platform)
			}
			check(t, r, want...)
			if len(r.Components) > 0 {
				t.Errorf("components out of nothing: %+v", r.Components)
			}
			s := list(r)
			if c.state && !strings.Contains(s, "state.encrypted") && !strings.Contains(s, "state.partial") && !strings.Contains(s, "state.truncated") {
				t.Errorf("no state is said:\n%s", s)
			}
			for _, x := range r.Findings {
				if !strings.HasPrefix(x.ID, "state.") && !strings.HasPrefix(x.ID, "maker.") {
					t.Errorf("an indicator out of nothing: %s %s", x.ID, x.Title)
				}
			}
		})
	}
}
