package inspect_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/firmware/diff"
	"telltale/internal/firmware/inspect"
)

// packagesFrom names a folder of Debian packages (.deb) of a foreign
// architecture, as .ci/firmware-packages fetches them. With it the cases are built from real programs.
const packagesFrom = "TELLTALE_FIRMWARE_PACKAGES"

// unpacked lays packages out in one folder; a missing one skips the test.
func unpacked(t *testing.T, packages ...string) string {
	t.Helper()
	need(t, "dpkg-deb", "mksquashfs")
	from := os.Getenv(packagesFrom)
	if from == "" {
		t.Skipf("%s is not set: this case is not built from foreign packages", packagesFrom)
	}
	dir := filepath.Join(t.TempDir(), "root")
	for _, p := range packages {
		l, _ := filepath.Glob(filepath.Join(from, p+"_*.deb"))
		if len(l) == 0 {
			t.Skipf("no package %s in %s", p, from)
		}
		if out, err := exec.Command("dpkg-deb", "-x", l[0], dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return dir
}

const bootAt, kernelAt = 0, 0x100000

// kernels are the two kernel packages of the folder, the older first; the same twice where there is one.
func kernels(t *testing.T) (older, newer string) {
	t.Helper()
	l, _ := filepath.Glob(filepath.Join(os.Getenv(packagesFrom), "linux-image-*-armmp_*.deb"))
	if os.Getenv(packagesFrom) == "" || len(l) == 0 {
		t.Skipf("no kernel package in the folder of %s (%q): this case is not built from foreign packages", packagesFrom, os.Getenv(packagesFrom))
	}
	name := func(p string) string { n, _, _ := strings.Cut(filepath.Base(p), "_"); return n }
	return name(l[0]), name(l[len(l)-1])
}

// upstream is the version a package of the folder is of, without its epoch and what Debian adds.
func upstream(t *testing.T, name string) string {
	t.Helper()
	l, _ := filepath.Glob(filepath.Join(os.Getenv(packagesFrom), name+"_*.deb"))
	if len(l) == 0 {
		t.Skipf("no package %s in %s", name, os.Getenv(packagesFrom))
	}
	v := strings.Split(filepath.Base(l[0]), "_")[1]
	v = v[strings.Index(v, "%3a")+1:]
	v = strings.TrimPrefix(v, "3a")
	return v[:strings.IndexAny(v+"-", "-+")]
}

// stockModules are the ten modules the cases carry.
var stockModules = strings.Fields("8021q ifb veth dummy macvlan tun bonding vxlan geneve ipvlan")

var kernelFiles = map[string]map[string][]byte{} // package → base name → content: unpacking one takes seconds

// fromKernel are the kernel and the modules of a kernel package, by their base names; the kernel is "vmlinuz".
func fromKernel(t *testing.T, name string) map[string][]byte {
	t.Helper()
	if kernelFiles[name] != nil {
		return kernelFiles[name]
	}
	l, _ := filepath.Glob(filepath.Join(os.Getenv(packagesFrom), name+"_*.deb"))
	need(t, "dpkg-deb", "tar")
	dir, out := t.TempDir(), map[string][]byte{}
	sh(t, dir, "dpkg-deb --fsys-tarfile %s | tar -x --wildcards --no-anchored 'vmlinuz-*' %s.ko", l[0], strings.Join(stockModules, ".ko "))
	filepath.WalkDir(dir, func(p string, d os.DirEntry, _ error) error {
		if b := d.Name(); strings.HasSuffix(b, ".ko") {
			out[b] = load(t, p)
		} else if strings.HasPrefix(b, "vmlinuz-") {
			out["vmlinuz"] = load(t, p)
		}
		return nil
	})
	if len(out) != len(stockModules)+1 {
		t.Fatalf("%s holds %d of the %d files wanted", name, len(out), len(stockModules)+1)
	}
	kernelFiles[name] = out
	return out
}

// armBase is the harmless system every case starts from, with ten modules of a kernel package.
func armBase(t *testing.T, kernel string) (root string, zimage []byte, loader string) {
	t.Helper()
	root = unpacked(t, "busybox-static", "dropbear-bin")
	kern, sunxi := fromKernel(t, kernel), unpacked(t, "u-boot-sunxi")
	sh(t, root, `rm -rf usr/share/doc usr/share/man usr/share/lintian usr/share/bug; mkdir -p etc/init.d lib/modules var dev usr/sbin
for l in sh ls login ps; do ln -sf busybox bin/$l; done
echo root:x:0:0:root:/root:/bin/sh > etc/passwd; echo root:x:0: > etc/group
printf '::sysinit:/etc/init.d/rcS\n::respawn:/sbin/getty 115200 ttyS0\n' > etc/inittab
printf '#!/bin/sh\nmount -a\n' > etc/init.d/rcS; chmod 755 etc/init.d/rcS`)
	for _, m := range stockModules {
		if err := os.WriteFile(filepath.Join(root, "lib/modules", m+".ko"), kern[m+".ko"], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sh(t, root, "find . -exec touch -h -d @1700000000 {} +")
	return root, kern["vmlinuz"], filepath.Join(sunxi, "usr/lib/u-boot/orangepi_plus/u-boot-sunxi-with-spl.bin")
}

func packSquash(t *testing.T, root, args string) []byte {
	t.Helper()
	sh(t, filepath.Dir(root), "rm -f sq; mksquashfs %s sq -all-root -noappend -quiet -no-progress -all-time 1700000000 %s", filepath.Base(root), args)
	return load(t, filepath.Join(filepath.Dir(root), "sq"))
}

// flash is 16 MiB of 0xff with a boot loader, a kernel and a file system.
func flash(t *testing.T, root string, zimage []byte, loader, args string) (img []byte, size int) {
	sq := packSquash(t, root, args)
	img = bytes.Repeat([]byte{0xff}, 16<<20)
	copy(img[bootAt:], load(t, loader))
	copy(img[kernelAt:], makeUImage(2, "Linux", zimage))
	if len(sq) > len(img)-fsAt {
		t.Fatalf("file system of %d bytes does not fit", len(sq))
	}
	copy(img[fsAt:], sq)
	return img, len(sq)
}

const fsAt = 0x700000

// D1: a plain camera flash in six codecs.
func TestFlashOfSixCodecs(t *testing.T) {
	kernelName, _ := kernels(t)
	root, zimage, loader := armBase(t, kernelName)
	tree := ""
	for _, comp := range []string{"gzip", "lzo", "lz4", "xz", "zstd", "lzma"} {
		img, size := flash(t, root, zimage, loader, "-comp "+comp)
		r := bounded(t, img)
		check(t, r)
		var kernel, fs *inspect.Region
		for i := range r.Regions {
			switch x := &r.Regions[i]; x.Format {
			case "squashfs":
				fs = x
			case "uimage":
				kernel = x
			}
		}
		if fs == nil || kernel == nil {
			t.Fatalf("%s: regions %s", comp, list(r))
		}
		if fs.Offset != fsAt || fs.Length != int64(size) || kernel.Offset != kernelAt || kernel.Length != int64(len(zimage))+64 {
			t.Errorf("%s: file system %d+%d, kernel %d+%d", comp, fs.Offset, fs.Length, kernel.Offset, kernel.Length)
		}
		if tree == "" {
			tree = fs.TreeHash
		}
		if fs.TreeHash != tree {
			t.Errorf("%s: another tree", comp)
		}
		if r.Coverage.Share < 0.99 {
			t.Errorf("%s: %.4f of the bytes are explained\n%s", comp, r.Coverage.Share, list(r))
		}
		for _, want := range [][2]string{{"busybox", upstream(t, "busybox-static")}, {"dropbear", upstream(t, "dropbear-bin")}, {"linux", strings.TrimPrefix(kernelName, "linux-image-")}} {
			if !component(r, want[0], want[1]) {
				t.Errorf("%s: no %v in %+v", comp, want, r.Components)
			}
		}
		if !hasVersion(r, "u-boot", upstream(t, "u-boot-sunxi")) {
			t.Errorf("%s: no boot loader in %+v", comp, r.Components)
		}
	}
}

func hasVersion(r *inspect.Report, name, prefix string) bool {
	for _, c := range r.Components {
		if c.Name == name && strings.HasPrefix(c.Version, prefix) {
			return true
		}
	}
	return false
}

func appendTo(t *testing.T, p, text string) {
	t.Helper()
	f, err := os.OpenFile(p, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WriteString(text)
}

// D2: a setuid agent with a word that gives a shell, and its harmless twin.
func TestArmAgent(t *testing.T) {
	kernel, _ := kernels(t)
	root, _, _ := armBase(t, kernel)
	sh(t, root, "mkdir -p system/bin opt; cp bin/busybox system/bin/sync_agent; cp bin/busybox opt/sync_agent")
	appendTo(t, filepath.Join(root, "system/bin/sync_agent"), "ztex1609523")
	r := bounded(t, packSquash(t, root, "-comp xz -p 'system/bin/sync_agent m 4755 0 0'"))
	check(t, r, "string.magic-backdoor confirmed system/bin/sync_agent", "exec.setuid note system/bin/sync_agent")
	for _, x := range r.Findings {
		if strings.HasPrefix(x.Path, "opt/") && x.Level != inspect.Note {
			t.Errorf("the twin is more than a note: %+v", x)
		}
	}
}

// D3: a recorder whose platform opens telnet on a word.
func TestArmRecorder(t *testing.T) {
	kernel, _ := kernels(t)
	root, _, _ := armBase(t, kernel)
	need(t, "mkfs.jffs2")
	sh(t, root, `cp bin/busybox usr/bin/dvrHelper; mv lib/modules/ifb.ko lib/modules/hi3516cv300_base.ko
echo 'root:$1$RYIwEiRA$d5iRRVQ5ZeRTrJwGjRy.B0:0:0:root:/:/bin/sh' > etc/passwd
printf '#!/bin/sh\n/usr/bin/dvrHelper /lib/modules /usr/bin/Sofia 127.0.0.1 9578 1 &\n' > etc/init.d/S99dvr; chmod 755 etc/init.d/S99dvr`)
	appendTo(t, filepath.Join(root, "usr/bin/dvrHelper"), "\x00OpenTelnet:OpenOnce\x009530\x00")
	sh(t, filepath.Dir(root), "mkfs.jffs2 -l -e 64KiB -d root -o img")
	r := bounded(t, load(t, filepath.Join(filepath.Dir(root), "img")))
	check(t, r, "string.magic-backdoor confirmed dvrHelper", "maker.soc probable hisilicon", "maker.platform probable xiongmai", "account.known-hash confirmed root")
	for _, x := range r.Findings {
		if x.ID == "maker.conflict" || x.ID == "string.magic-backdoor" && strings.Contains(strings.ToLower(x.Title), "hisilicon") {
			t.Errorf("the chip maker is blamed, or makers conflict: %+v", x)
		}
	}
}

// D8: two versions of one image.
func TestArmTwoVersions(t *testing.T) {
	older, newer := kernels(t)
	if older == newer {
		t.Skipf("one kernel package in the folder of %s: two versions are compared", packagesFrom)
	}
	version := upstream(t, "dropbear-bin")
	root, zimage, loader := armBase(t, older)
	img, _ := flash(t, root, zimage, loader, "-comp xz")
	before := bounded(t, img)
	_, zimage, _ = armBase(t, newer)
	other := version[:len(version)-1] + "0" // of the same length: it is changed in the programs
	sh(t, root, `echo 'service:x:0:0::/:/bin/sh' >> etc/passwd; rm lib/modules/vxlan.ko; sed -i 's/%s/%s/g' usr/sbin/dropbear $(grep -l %s usr/bin/db* usr/bin/drop* usr/lib/dropbear/*)`,
		strings.ReplaceAll(version, ".", `\.`), other, version)
	appendTo(t, filepath.Join(root, "bin/busybox"), "\x00https://collector.example.invalid/in\x00")
	img, _ = flash(t, root, zimage, loader, "-comp xz")
	got := diff.Compare(before, bounded(t, img))
	want := []string{"diff.added account.uid0-twin service confirmed", "diff.added host.undocumented collector.example.invalid note",
		"diff.changed component dropbear note " + version + " " + other, "diff.changed component linux note " + strings.TrimPrefix(older, "linux-image-") + " " + strings.TrimPrefix(newer, "linux-image-"), "diff.removed module vxlan note"}
	var have []string
	for _, c := range got {
		s := fmt.Sprintf("%s %s %s %s", c.ID, c.What, c.Name, c.Level)
		if c.What == "component" {
			s += " " + c.Old + " " + c.New
		}
		have = append(have, s)
	}
	if strings.Join(sortedList(have), "\n") != strings.Join(want, "\n") {
		t.Errorf("changes\n%s\nwant\n%s", strings.Join(sortedList(have), "\n"), strings.Join(want, "\n"))
	}
}

func sortedList(l []string) []string {
	m := map[string]bool{}
	for _, s := range l {
		m[s] = true
	}
	return sortedKeys(m)
}

// D10: a stock tree of another architecture.
func TestArmNoise(t *testing.T) {
	packages := []string{"lighttpd", "dnsmasq-base", "openssl", "hostapd", "snmpd", "libsnmp40", "passwd", "login", "libssl3", "libc6", "ca-certificates", "busybox-static"}
	root := unpacked(t, packages...)
	os.MkdirAll(filepath.Join(root, "usr/share/doc/acme"), 0o755)
	os.WriteFile(filepath.Join(root, "usr/share/doc/acme/README"), []byte("Start telnetd -l /bin/sh on 9530 and say OpenTelnet:OpenOnce; the password is xc3511. ztex1609523\n"), 0o644)
	r := bounded(t, packSquash(t, root, "-comp gzip"))
	check(t, r)
	for _, p := range packages {
		if !hasVersion(r, p, "") {
			t.Errorf("package %s is missing", p)
		}
	}
	for _, x := range r.Findings {
		if strings.Contains(x.Path, "README") && x.Level != inspect.Note || x.Level == inspect.Confirmed {
			t.Errorf("%s %s %s", x.Level, x.ID, x.Where)
		}
	}
}

// Stock servers, drivers of modems, and lists of makers: nothing of them is a way in or somebody's mark.
func TestArmServers(t *testing.T) {
	root := unpacked(t, "busybox-static", "dropbear-bin", "bluez", "modemmanager", "ieee-data", "usb-modeswitch-data", "openssh-server", "vsftpd", "ppp", "inetutils-telnetd", "lighttpd", "dnsmasq-base", "hostapd", "snmpd")
	sh(t, root, `mkdir -p etc/rc2.d; for s in etc/init.d/*; do ln -s ../init.d/${s##*/} etc/rc2.d/S20${s##*/}; done
printf 'id:2:initdefault:\nl2:2:wait:/etc/init.d/rc 2\n' > etc/inittab; printf 'root:*:0:0::/root:/bin/sh\n' > etc/passwd`)
	r := bounded(t, packSquash(t, root, "-comp gzip"))
	check(t, r)
	for _, x := range r.Findings {
		if strings.HasPrefix(x.ID, "maker.") || x.Level.Rank() > inspect.Suspicious.Rank() {
			t.Errorf("%s %s %s: %s", x.Level, x.ID, x.Where, x.Evidence)
		}
	}
}
